// SPDX-License-Identifier: Apache-2.0
// A layer and mapping as the tiled accelerator sees them: trips of its tile loops, sizes of tiles,
// register values, and tensors laid out tile by tile.
#pragma once

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "rtl/tiled/tiled_model.h"

namespace assay::rtl {

// Size of a dimension's tiles: all but the last, and the last.
struct TileSize {
  std::int64_t full = 1, last = 1;
  std::int64_t of(bool is_last) const { return is_last ? last : full; }
};

struct TiledPlan {
  bool m_innermost = false;
  // Positions of the odometers, outermost first: N, G, three of M, P, Q, and C.
  std::array<Dim, 6> dims{Dim::N, Dim::G, Dim::M, Dim::P, Dim::Q, Dim::C};
  std::array<std::int64_t, 6> trips{1, 1, 1, 1, 1, 1};
  PerDim<TileSize> tile{};

  std::int64_t input_rows(const Layer& layer, bool last_p) const;
  std::int64_t input_columns(const Layer& layer, bool last_q) const;
};

// Appends to `reasons` why the mapping is not the shape above; `buf` is the level's index.
TiledPlan tiled_plan(const Layer& layer, const Mapping& mapping, int buf,
                     std::vector<Diagnostic>* reasons);

// (address, value) of every register.
std::vector<std::pair<std::uint32_t, std::uint32_t>> tiled_registers(const Layer& layer,
                                                                     const TiledPlan& plan);

// Tiles one after another, each at a multiple of the largest tile.
std::vector<std::int32_t> tiled_input(const Layer& layer, const TiledPlan& plan,
                                      const std::vector<std::int32_t>& input);
std::vector<std::int32_t> tiled_weights(const Layer& layer, const TiledPlan& plan,
                                        const std::vector<std::int32_t>& weights);
std::int64_t tiled_output_words(const TiledPlan& plan);
std::vector<std::int32_t> from_tiled_output(const Layer& layer, const TiledPlan& plan,
                                            const std::vector<std::int32_t>& words);

}  // namespace assay::rtl
