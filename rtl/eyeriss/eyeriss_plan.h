// SPDX-License-Identifier: Apache-2.0
// A mapping in the shape that the row-stationary sequencer executes, and its registers.
//
// Shape, outermost first; what is in brackets may be missing:
//   [N] [G] [M] [P], hold glb: O, [C], hold glb: I, [M], hold wbuf: W,
//   par y of [M or P] [C] R, par x of [M] [P], hold spad: W, [N] [Q], hold spad: I, O, [C] [S] [M]
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "core/diagnostics.h"
#include "core/layer.h"
#include "core/mapping.h"

namespace assay::rtl {

// Parameters of eyeriss.sv, and the latency of the memory that the driver is: cycles from a request
// on the pins to its word, or to the acceptance of a write.
struct EyerissShape {
  std::int64_t rows = 0, cols = 0;
  std::int64_t glb_banks = 0, bank_rows = 0;  // of 4 words
  std::int64_t filter_rows = 0, join_rows = 0;
  std::int64_t memory_latency = 8;
};
inline constexpr std::int64_t kEyerissRing = 24;      // ifmap words of a PE, FIFO included
inline constexpr std::int64_t kEyerissWindow = 12;    // those of one tile
inline constexpr std::int64_t kEyerissFilters = 224;  // filter words of a PE
inline constexpr std::int64_t kEyerissPsums = 16;     // partial sums of a tile of a PE

// Bounds of the loops; 1 where there is none.
struct EyerissPlan {
  std::int64_t n_outer = 1, g = 1, m_outer = 1, strips = 1;
  std::int64_t c_passes = 1, m_passes = 1;
  std::int64_t y_m = 1, y_p = 1, y_c = 1, r = 1;
  std::int64_t x_m = 1, x_p = 1;
  std::int64_t images = 1, q = 1;
  std::int64_t c = 1, s = 1, m = 1;  // of a PE

  std::int64_t m_in() const { return m * x_m * y_m; }       // channels of a pass
  std::int64_t m_out() const { return m_in() * m_passes; }  // of a tile in the global buffer
  std::int64_t c_pass() const { return c * y_c; }
  std::int64_t strip() const { return x_p * y_p; }  // output rows
  std::int64_t chain() const { return y_c * r; }    // rows of PEs
  // Rows of the global buffer for one step's partial sums, and for all of a tile.
  std::int64_t tile_rows(const Layer& layer) const;
  std::int64_t psum_rows(const Layer& layer) const {
    return tile_rows(layer) * m_passes * images * q;
  }
};

// Levels as in EyerissModel::description().
enum EyerissLevel : int { kDram, kWbuf, kGlb, kY, kX, kSpad, kPe };

// The loops of a nest; reasons why it has not the shape are appended.
EyerissPlan read_plan(const Mapping& mapping, Diagnostics* reasons);

// Reasons why this hardware cannot run a plan of that shape.
void check_plan(const EyerissShape& shape, const Layer& layer, const Mapping& mapping,
                const EyerissPlan& plan, Diagnostics* reasons);

// Where the memory keeps a tensor, in words: inputs N G C h w with their padding, weights G M C R
// S, outputs N G M P Q, one after another.
struct EyerissMemory {
  std::int64_t input_h = 0, input_w = 0;  // padded
  std::int64_t weights_at = 0, outputs_at = 0, end = 0;
};
EyerissMemory memory_of(const Layer& layer);

// What to write at which address of the configuration port.
using EyerissWrites = std::vector<std::pair<std::uint32_t, std::uint32_t>>;
EyerissWrites configuration_of(const EyerissShape& shape, const Layer& layer,
                               const EyerissPlan& plan, int seeded_bug);

}  // namespace assay::rtl
