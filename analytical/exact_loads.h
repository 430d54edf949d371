// SPDX-License-Identifier: Apache-2.0
// What one tile moves, of the fullest instances, and what lane 0 does in one step
// (docs/rationale/0004-event-times.md, c and r). Internal to exact.cpp. Words are products over
// dimensions; only P with R and Q with S are taken together. Tiles away from remainders and
// borders are looked up; the others cost their lanes along one axis, and are remembered.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "analytical/exact_loops.h"
#include "analytical/input_axis.h"
#include "analytical/lane_intervals.h"

namespace assay::analytical::exact {

struct FillWords {
  std::int64_t child = 0, parent = 0;
  std::int64_t lane0 = 0;
};

struct OutputWords {
  std::int64_t tile = 0;    // of one lane
  std::int64_t united = 0;  // at the parent, `none` arrays apart
  std::int64_t once = 0;    // at the parent, every element once
};

struct Work {
  std::int64_t macs = 0, psums = 0;
};

// How a tile or a part of the nest lies at the end of a dimension and at the tensor's borders.
// Equal shapes do equal things.
struct Shape {
  std::int64_t lanes = 1, last = 1;
  std::int64_t low = 0, over = 0;  // elements of the axis before and behind the tensor
  friend bool operator==(const Shape& a, const Shape& b) {
    return a.lanes == b.lanes && a.last == b.last && a.low == b.low && a.over == b.over;
  }
};

class Loads {
 public:
  Loads(const Layer& layer, const Accelerator& accelerator, const Loops& loops);

  PerDim<std::int64_t> starts(const Position& p) const;
  // Of the tile that begins at the position; the arguments are hold numbers of Loops.
  FillWords fill(int hold, const Position& start, bool slides) const;
  OutputWords outputs(int hold, const Position& start) const;
  Work work(const Position& step) const;

  // Of what the nest does inside its first `level` loops, where these stand; along one dimension,
  // with the axis it belongs to.
  Shape shape(Dim dim, int level, const PerDim<std::int64_t>& starts) const;
  bool clipped() const { return rows_.clipped || columns_.clipped; }

 private:
  struct DimPlan {
    LaneShape between;           // lanes of arrays between the hold and its parent
    LaneShape outer;             // lanes of arrays outside the parent
    std::int64_t full = 1;       // words at the parent, or copies; away from the end
    std::int64_t different = 1;  // the same with every element once
    bool uniform = true;         // `between` lanes share one mode and stand tile by tile
    Lanes mode = Lanes::sum;
  };
  struct AxisWords {
    std::int64_t child = 0, parent = 0, lane0 = 0;
  };
  struct KnownAxis {
    std::int64_t out, filter;
    int slide;
    AxisWords words;
  };
  struct AxisPlan {
    InputAxis axis;
    std::int64_t out_span = 1, filter_span = 1;
    std::array<bool, 3> has_full{};  // by slide: none, along the outputs, along the filter
    std::array<AxisWords, 3> full{};
    std::vector<KnownAxis> known;
  };
  struct HoldLoads {
    PerDim<DimPlan> dim;
    std::array<AxisPlan, 2> axis;  // rows, columns
    std::vector<Dim> varying;      // dimensions with loops outside, but for axes of the input
    std::int64_t constant_tile = 1, constant_united = 1;  // of the others
  };
  struct StepDim {
    std::int64_t tile = 1;
    std::int64_t full = 1;  // iterations of lane 0
    int first = 0;          // digit
  };

  void plan_hold(const Layer& layer, const Accelerator& accelerator, const HoldPlan& h,
                 HoldLoads& out) const;
  void plan_steps();
  std::int64_t iterations(const DimLoops& dim, int digit, std::int64_t left) const;
  AxisWords axis_words(const HoldLoads& h, AxisPlan& plan, const PerDim<std::int64_t>& starts,
                       int slide, std::int64_t slide_by) const;
  AxisWords compute_axis(const HoldLoads& h, const AxisPlan& plan, std::int64_t out,
                         std::int64_t filter, int slide, std::int64_t slide_by, bool border) const;
  LaneList between_lanes(const DimPlan& dim, std::int64_t size, std::int64_t start,
                         std::int64_t slide) const;

  const Loops& loops_;
  InputAxis rows_, columns_;
  PerDim<std::int64_t> size_{};
  mutable std::vector<HoldLoads> holds_;
  PerDim<StepDim> step_{};
};

}  // namespace assay::analytical::exact
