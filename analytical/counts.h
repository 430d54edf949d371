// SPDX-License-Identifier: Apache-2.0
// Access counts in closed form (docs/contract.md, section 4): exact 64-bit integers for every legal
// mapping, edges included. Reference: the refresh-location model of DNN-Chip Predictor (Zhao et
// al., ICASSP 2020), made exact for remainders, sliding windows, shared elements between lanes,
// clipping and partial sums (docs/rationale/0003-closed-form-counts.md).
#pragma once

#include <array>
#include <cstdint>
#include <map>

#include "analytical/input_axis.h"
#include "analytical/nest.h"
#include "core/record.h"

namespace assay::analytical {

// What a count is of: partial sums P and final outputs O are told apart.
enum class Moved : std::uint8_t { I, W, P, O };
inline constexpr int kMoved = 4;
enum class Action : std::uint8_t { fill, read, write, drain, hop, add, join };
inline constexpr int kActions = 7;
inline constexpr std::array<const char*, kMoved> kMovedNames{"I", "W", "P", "O"};
inline constexpr std::array<const char*, kActions> kActionNames{"fill", "read", "write", "drain",
                                                                "hop",  "add",  "join"};

// Bits of one element of each kind.
constexpr std::array<int, kMoved> element_bits(const Precision& p) {
  return {p.input_bits, p.weight_bits, p.psum_bits, p.output_bits};
}

template <class Number>
struct BasicCounts {
  std::array<std::array<std::array<Number, kActions>, kMoved>, kMaxLevels> n{};
  std::int64_t points = 0;  // multiply-accumulates (operations for layers without weights)

  Number& at(int level, Moved m, Action a) {
    return n[static_cast<std::size_t>(level)][static_cast<std::size_t>(m)]
            [static_cast<std::size_t>(a)];
  }
  Number at(int level, Moved m, Action a) const {
    return n[static_cast<std::size_t>(level)][static_cast<std::size_t>(m)]
            [static_cast<std::size_t>(a)];
  }
};
using Counts = BasicCounts<std::int64_t>;

// Which visits of a hold are summed: all of them, those at index 0 of every temporal reduction loop
// outside, those at the last.
enum class Visits : std::uint8_t { all, first, last };

// A layer, accelerator and compiled nest with everything that several counts need. Cheap to make;
// refers to its arguments and remembers sums, so each thread makes its own.
class Evaluation {
 public:
  using Number = std::int64_t;

  Evaluation(const Layer& layer, const Accelerator& accelerator, const Nest& nest);

  // Elements moved at a hold over the chosen visits, lanes combined as the modes say.
  std::int64_t moved(const HoldPoint& hold, const LaneModes& modes, Visits visits) const;
  // Elements of the first visit alone, and, if asked, of the first one that slides.
  struct FirstBoxes {
    std::int64_t whole = 0, slide = 0;
  };
  FirstBoxes first_boxes(const HoldPoint& hold, const LaneModes& modes, bool slides) const;
  // Elements of the last visit alone; not of I.
  std::int64_t last_box(const HoldPoint& hold, const LaneModes& modes) const;
  // Number of visits (tile changes) of a hold, in lane 0.
  std::int64_t visits(const HoldPoint& hold) const;
  // Accesses of all temporal iterations to an operand, lanes of the arrays combined as the modes
  // say.
  std::int64_t accesses(Operand operand, const LaneModes& modes) const;

  // Lanes combined as the operand's networks do: arrays outside the parent as `outside`, arrays
  // between parent and child as their network says.
  LaneModes network_modes(Operand operand, int parent, int child, Lanes outside) const;

  const Layer& layer() const { return layer_; }
  const Accelerator& accelerator() const { return accelerator_; }
  const Nest& nest() const { return nest_; }
  const InputAxis& rows() const { return rows_; }
  const InputAxis& columns() const { return columns_; }

 private:
  struct Scope;  // one product-form sum
  // Counts and latency ask for the same sums; modes of arrays without lanes outside the hold make
  // no difference.
  static constexpr std::size_t kSlots = 128, kMaxKnown = 96;  // open addressing
  template <class Compute>
  std::int64_t remember(std::uint64_t key, const Compute& compute) const;
  std::uint64_t mode_bits(const LaneModes& modes, int pos) const;
  std::int64_t product(const Scope& scope) const;
  std::int64_t sum_with_merged_visits(Scope scope) const;
  std::int64_t dimension(const Scope& scope, Dim dim) const;
  std::int64_t axis(const Scope& scope, const InputAxis& axis) const;

  const Layer& layer_;
  const Accelerator& accelerator_;
  const Nest& nest_;
  InputAxis rows_, columns_;
  mutable std::array<std::uint64_t, kSlots> key_{};  // 0: free
  mutable std::array<std::int64_t, kSlots> value_;
  mutable std::size_t known_count_ = 0;
};

Counts count(const Evaluation& evaluation);

// The counts under the names of records; zeros are left out.
std::map<CountKey, std::int64_t> named(const Counts& counts, const Accelerator& accelerator);

}  // namespace assay::analytical
