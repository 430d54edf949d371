// SPDX-License-Identifier: Apache-2.0
// The factors of every choice of bounds that was added, a row of numbers each.
#pragma once

#include <array>
#include <bitset>
#include <map>
#include <vector>

#include "analytical/batch/symbolic_sums.h"

namespace assay::analytical::batch {

inline constexpr std::size_t kMaxLoops = static_cast<std::size_t>(kDims) * kMaxDigits;
using LoopMask = std::bitset<kMaxLoops>;  // loops of the pattern, outermost first

enum class RowState : std::uint8_t { good, uncovered, overflow };

// Rows of one group.
struct Table {
  std::size_t width = 0;
  std::vector<double> rows;   // width per row
  std::vector<double> bound;  // of a row: the largest of it and 1
  std::vector<RowState> state;

  const double* row(std::int32_t i) const {
    return rows.data() + static_cast<std::size_t>(i) * width;
  }
  // Appends a row; value(k) is its k-th number and may throw OverflowError.
  template <class Value>
  void append(RowState as, const Value& value);
};

class Tables {
 public:
  Tables(const Layer& layer, const Accelerator& accelerator, const Nest& pattern,
         const std::vector<bool>& optional, Factors factors);

  std::int32_t add(Dim dim, const std::vector<std::int64_t>& bounds);
  std::int32_t choices(Dim dim) const { return static_cast<std::int32_t>(of(dim).bounds.size()); }
  const std::vector<std::int64_t>& bounds(Dim dim, std::int32_t choice) const {
    return of(dim).bounds[static_cast<std::size_t>(choice)];
  }
  const LoopMask& present(Dim dim, std::int32_t choice) const {
    return of(dim).present[static_cast<std::size_t>(choice)];
  }

  // Makes the row of a pair if there is none.
  void prepare_pair(bool rows, std::int32_t out, std::int32_t filter);
  // Row of a pair; throws std::logic_error if it was not prepared.
  std::int32_t pair(bool rows, std::int32_t out, std::int32_t filter) const;

  const Table& table(int group) const { return tables_[static_cast<std::size_t>(group)]; }

 private:
  struct Choices {
    std::vector<std::vector<std::int64_t>> bounds;
    std::vector<ChosenLoops> loops;
    std::vector<LoopMask> present;
    std::map<std::vector<std::int64_t>, std::int32_t> known;
  };
  const Choices& of(Dim d) const { return choices_[d]; }
  void refuse_wrong(Dim dim, const std::vector<std::int64_t>& bounds) const;

  const Layer& layer_;
  const Accelerator& accelerator_;
  const Nest& nest_;
  const std::vector<bool>& optional_;  // per nest position
  Factors factors_;
  std::vector<int> ordinal_;  // nest position -> number of the loop
  PerDim<Choices> choices_;
  std::array<Table, kGroups> tables_;
  std::array<std::vector<std::vector<std::int32_t>>, 2> pairs_;  // [axis][out][filter]; -1: none
};

}  // namespace assay::analytical::batch
