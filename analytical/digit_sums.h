// SPDX-License-Identifier: Apache-2.0
// Closed-form sums over the digits of one dimension. All but the last tile at every depth are full,
// so a sum over a loop is (iterations - 1) times the value of a full tile plus the value of the
// remainder: linear in the number of digits, independent of their bounds.
#pragma once

#include <array>
#include <cstdint>

#include "analytical/nest.h"

namespace assay::analytical {

// How a digit enters a sum: every iteration; only iteration 0; only the last iteration that lane 0
// makes.
enum class Take : std::uint8_t { all, first, last };
using Takes = std::array<Take, kMaxDigits>;

enum class Leaf : std::uint8_t { extent, one };  // what a tile counts: its size, or 1

// Sum over the first k digits of a dimension.
std::int64_t digit_sum(const DimLoops& loops, int k, const Takes& takes, Leaf leaf);

// Whether loop `index` makes a single iteration where all outer temporal loops of its dimension are
// at their last.
bool single_at_the_end(const DimLoops& loops, int index);

// For every temporal tuple of the first k digits: how many lanes (spatial digits) are active. The
// lanes active together are the first ones in lexicographic order, so a count describes them.
// Groups have distinct meaning but may repeat a lane count.
struct LaneGroup {
  std::int64_t lanes = 0;
  std::int64_t tuples = 0;
};
struct LaneGroups {
  int count = 0;
  std::array<LaneGroup, kMaxDigits + 1> group{};
};
LaneGroups lane_groups(const DimLoops& loops, int k);

}  // namespace assay::analytical
