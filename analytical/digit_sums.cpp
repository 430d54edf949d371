// SPDX-License-Identifier: Apache-2.0
#include "analytical/digit_sums.h"

#include <algorithm>

#include "core/checked.h"

namespace assay::analytical {

std::int64_t digit_sum(const DimLoops& loops, int k, const Takes& takes, Leaf leaf) {
  // full[i]: the sum over digits i..k-1 of a tile that is full at depth i.
  std::array<std::int64_t, kMaxDigits + 1> full;
  full[static_cast<std::size_t>(k)] = leaf == Leaf::one ? 1 : loops.tile(k);
  for (int i = k; i-- > 0;) {
    const auto at = static_cast<std::size_t>(i);
    full[at] = takes[at] == Take::all ? mul(full[at + 1], loops.digit[at].bound) : full[at + 1];
  }
  std::int64_t sum = 0;
  std::int64_t left = loops.size;        // elements left to the tile followed: the last one
  std::int64_t left_lane0 = loops.size;  // and to lane 0 in the same iteration
  for (int i = 0; i < k; ++i) {
    const Digit& digit = loops.digit[static_cast<std::size_t>(i)];
    const std::int64_t trips = ceil_div(left, digit.stride);
    switch (takes[static_cast<std::size_t>(i)]) {
      case Take::all:
        sum = add(sum, mul(trips - 1, full[static_cast<std::size_t>(i) + 1]));
        left -= (trips - 1) * digit.stride;
        // A spatial digit leaves lane 0 where it is; a temporal one moves both.
        left_lane0 = std::min(digit.stride, digit.array == kTemporal
                                                ? left_lane0 - (trips - 1) * digit.stride
                                                : left_lane0);
        break;
      case Take::first:
        left = std::min(left, digit.stride);
        left_lane0 = std::min(left_lane0, digit.stride);
        break;
      case Take::last: {
        const std::int64_t skipped = (ceil_div(left_lane0, digit.stride) - 1) * digit.stride;
        left -= skipped;
        left_lane0 -= skipped;
        if (left <= 0) return sum;
        left = std::min(left, digit.stride);
        left_lane0 = std::min(left_lane0, digit.stride);
        break;
      }
    }
  }
  return add(sum, leaf == Leaf::one ? 1 : std::min(left, loops.tile(k)));
}

bool single_at_the_end(const DimLoops& loops, int index) {
  if (index == 0) return false;    // the outermost loop of a dimension makes at least two
  std::int64_t left = loops.size;  // lane 0
  for (int i = 0; i < index; ++i) {
    const Digit& d = loops.digit[static_cast<std::size_t>(i)];
    if (d.array == kTemporal) left -= (ceil_div(left, d.stride) - 1) * d.stride;
    left = std::min(left, d.stride);
  }
  return left <= loops.digit[static_cast<std::size_t>(index)].stride;
}

LaneGroups lane_groups(const DimLoops& loops, int k) {
  // Of a full tile at depth i: lanes and temporal tuples of digits i..k-1.
  std::array<std::int64_t, kMaxDigits + 1> lanes, tuples;
  lanes[static_cast<std::size_t>(k)] = tuples[static_cast<std::size_t>(k)] = 1;
  for (int i = k; i-- > 0;) {
    const auto at = static_cast<std::size_t>(i);
    const bool temporal = loops.digit[at].array == kTemporal;
    lanes[at] = temporal ? lanes[at + 1] : mul(lanes[at + 1], loops.digit[at].bound);
    tuples[at] = temporal ? mul(tuples[at + 1], loops.digit[at].bound) : tuples[at + 1];
  }
  LaneGroups out;
  const auto put = [&](std::int64_t n_lanes, std::int64_t n_tuples) {
    if (n_tuples > 0) out.group[static_cast<std::size_t>(out.count++)] = {n_lanes, n_tuples};
  };
  // Follow the last tile. `before`: full lanes of outer spatial digits that run beside it. Tuples
  // in which the followed lane is idle but those before it run are added at the end of each spatial
  // digit: their number is what the inner digits of a full lane have more than the followed one.
  std::int64_t left = loops.size;
  std::int64_t before = 0;
  std::array<std::int64_t, kMaxDigits + 1>
      idle_lanes{};  // lanes that run when the followed lane of spatial digit i is idle
  std::array<std::int64_t, kMaxDigits + 1> covered{};  // tuples emitted inside depth i
  std::array<bool, kMaxDigits + 1> open{};
  std::array<std::int64_t, kMaxDigits + 1> trips_at{};
  for (int i = 0; i < k; ++i) {
    const auto at = static_cast<std::size_t>(i);
    const Digit& digit = loops.digit[at];
    const std::int64_t trips = ceil_div(left, digit.stride);
    trips_at[at] = trips;
    if (digit.array == kTemporal) {
      put(add(before, lanes[at + 1]), mul(trips - 1, tuples[at + 1]));
    } else {
      before = add(before, mul(trips - 1, lanes[at + 1]));
      idle_lanes[at] = before;
      open[at] = trips > 1;
    }
    left -= (trips - 1) * digit.stride;
  }
  put(add(before, 1), 1);
  covered[static_cast<std::size_t>(k)] = 1;
  for (int i = k; i-- > 0;) {
    const auto at = static_cast<std::size_t>(i);
    const std::int64_t inner = covered[at + 1];
    if (loops.digit[at].array == kTemporal) {
      covered[at] = add(mul(trips_at[at] - 1, tuples[at + 1]), inner);
    } else {
      // Lanes before the followed one are full: they run all tuples of their inner digits.
      if (open[at]) put(idle_lanes[at], tuples[at + 1] - inner);
      covered[at] = open[at] ? tuples[at + 1] : inner;
    }
  }
  return out;
}

}  // namespace assay::analytical
