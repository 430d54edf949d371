// SPDX-License-Identifier: Apache-2.0
// What a step consists of: its temporal loops and the lanes' spatial loops as one nest whose
// indices move all three addresses by constant numbers of words, and the part of that nest that
// exists near the end of a dimension, cut into boxes.
#pragma once

#include <cstdint>
#include <vector>

#include "simulator/layout.h"
#include "simulator/nest.h"

namespace assay::simulator {

struct StepLoop {
  Dim dim = Dim::N;
  std::int64_t bound = 1;
  std::int64_t tile = 1;
  int array = -1;                    // spatial: the array's level; temporal: -1
  std::int64_t lane_stride = 0;      // spatial: what one iteration adds to the lane's number
  PerOperand<bool> outside{};        // spatial: the operand has an instance for every position
  PerOperand<std::int64_t> words{};  // what one iteration adds to the operand's address
  bool spatial() const { return array >= 0; }
};

struct StepShape {
  std::vector<StepLoop> loops;  // in nest order: temporal ones of the step, all spatial ones
  Point span{};                 // a dimension with so much left has every point and lane
  PerOperand<Point> dim_stride{};
};

StepShape make_shape(const Layer& layer, const Nest& nest);

// A range of every loop; only loops with more than one iteration are listed.
struct BoxLoop {
  std::int64_t trips = 1;
  PerOperand<std::int64_t> words{};
};
struct StepBox {
  PerOperand<std::int64_t> base{};
  std::vector<BoxLoop> loops;  // loops of one dimension in nest order
};

// The combinations of indices of these loops whose sum of index * tile is below `left` in every
// dimension, each in exactly one box.
std::vector<StepBox> step_boxes(const std::vector<StepLoop>& loops, const Point& left);

}  // namespace assay::simulator
