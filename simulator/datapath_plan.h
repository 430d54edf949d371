// SPDX-License-Identifier: Apache-2.0
// The loops of a box arranged for speed: one kernel with tables of offsets, and what is left of the
// loops around it. Only for partial sums that wrap (or that never overflow): the order changes.
#pragma once

#include <cstdint>
#include <vector>

#include "simulator/datapath_kernel.h"
#include "simulator/datapath_shape.h"

namespace assay::simulator {

struct Plan {
  Operand x = Operand::I;  // the kernel's x; the other one of I and W is its a
  PerOperand<std::int64_t> base{};
  Kernel kernel;
  std::vector<BoxLoop> outer;
};

Plan make_plan(const StepBox& box);

// A loop nest written out: offsets of every combination, the last loop fastest.
std::vector<PerOperand<std::int64_t>> offsets_of(const std::vector<BoxLoop>& loops);

// Calls visit(offset) for every combination of indices.
template <class Visitor>
void for_each_offset(const std::vector<BoxLoop>& loops, PerOperand<std::int64_t> offset,
                     Visitor& visit, std::size_t j = 0) {
  if (j == loops.size()) {
    visit(offset);
    return;
  }
  for (std::int64_t i = 0; i < loops[j].trips; ++i) {
    for_each_offset(loops, offset, visit, j + 1);
    for (Operand o : kAllOperands) offset[o] += loops[j].words[o];
  }
}

}  // namespace assay::simulator
