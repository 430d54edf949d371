// SPDX-License-Identifier: Apache-2.0
// Lanes of one dimension in one event, and the size of what all lane pairs of an axis move in that
// event. Internal to input_axis.cpp.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "analytical/input_axis.h"

namespace assay::analytical {

// The lanes of one dimension active in an event. Lane i starts at start(i) and has size(i) indices.
// Uniform lanes stand one tile apart; otherwise `explicit_` lists them.
struct LaneList {
  std::int64_t first = 0;  // start of lane 0
  std::int64_t step = 0;   // tile size of one lane
  std::int64_t count = 1;
  std::int64_t size = 0;   // of the dimension, bounds the last lane
  std::int64_t slide = 0;  // the event advanced this dimension by so many indices; 0: it did not
  Lanes uniform_mode = Lanes::sum;  // mode of all lanes together, when they share one
  bool mixed = false;               // lanes have different modes: use `lane`
  struct Lane {
    std::int64_t start;
    std::int64_t key;  // equal keys merge
  };
  std::vector<Lane> lane;  // filled only where `mixed` or not uniform
  bool listed = false;

  std::int64_t start(std::int64_t i) const {
    return listed ? lane[static_cast<std::size_t>(i)].start : first + i * step;
  }
  std::int64_t key(std::int64_t i) const {
    if (listed) return lane[static_cast<std::size_t>(i)].key;
    return uniform_mode == Lanes::sum ? i : 0;
  }
  std::int64_t extent(std::int64_t at) const { return at + step <= size ? step : size - at; }
};

struct Clip {
  std::int64_t lo = std::numeric_limits<std::int64_t>::min();
  std::int64_t hi = std::numeric_limits<std::int64_t>::max();  // inclusive
};

// Elements along the axis that an event moves.
std::int64_t event_size(const InputAxis& axis, const LaneList& out, const LaneList& filter,
                        bool slides, const Clip& clip);

}  // namespace assay::analytical
