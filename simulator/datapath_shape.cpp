// SPDX-License-Identifier: Apache-2.0
#include "simulator/datapath_shape.h"

#include <algorithm>
#include <cstddef>

#include "core/checked.h"

namespace assay::simulator {
namespace {

// Lanes are numbered array by array, outermost array slowest, within an array in nest order.
void number_lanes(StepShape& shape) {
  std::vector<StepLoop*> spatial;
  for (StepLoop& loop : shape.loops)
    if (loop.spatial()) spatial.push_back(&loop);
  std::stable_sort(spatial.begin(), spatial.end(),
                   [](const StepLoop* a, const StepLoop* b) { return a->array < b->array; });
  std::int64_t stride = 1;
  for (auto loop = spatial.rbegin(); loop != spatial.rend(); ++loop) {
    (*loop)->lane_stride = stride;
    stride = mul(stride, (*loop)->bound);
  }
}

// Positions of the arrays inside the hold: so many lanes share an instance.
std::int64_t lanes_per_instance(const StepShape& shape, Operand operand) {
  std::int64_t lanes = 1;
  for (const StepLoop& loop : shape.loops)
    if (loop.spatial() && !loop.outside[operand]) lanes = mul(lanes, loop.bound);
  return lanes;
}

void set_words(const Layer& layer, const Nest& nest, Operand operand, StepShape& shape) {
  const int hold = nest.innermost[operand];
  const Layout layout = layout_of(layer, nest, hold, operand);
  shape.dim_stride[operand] = layout.dim_stride;
  const std::int64_t slots =
      hold == kFirstLevel ? 1 : nest.holds[static_cast<std::size_t>(hold)].slots;
  const std::int64_t shared = lanes_per_instance(shape, operand);
  for (StepLoop& loop : shape.loops)
    loop.words[operand] = loop.outside[operand] ? loop.lane_stride / shared * slots * layout.words
                                                : loop.tile * layout.dim_stride[loop.dim];
}

// One dimension: a range of the digit `digit`, all iterations of those inside it, one of the
// others.
struct Cut {
  std::vector<std::int64_t> first;  // per digit
  std::vector<std::int64_t> trips;
};

// Digits of a mixed radix number, outermost first: which are below `left`?
std::vector<Cut> cut(const std::vector<const StepLoop*>& digits, std::int64_t left) {
  std::vector<Cut> cuts;
  Cut at{std::vector<std::int64_t>(digits.size(), 0), std::vector<std::int64_t>(digits.size(), 1)};
  std::int64_t inside = 1;  // the span of the digits from this one on
  for (const StepLoop* digit : digits) inside += (digit->bound - 1) * digit->tile;
  for (std::size_t j = 0; j < digits.size(); ++j) {
    inside -= (digits[j]->bound - 1) * digits[j]->tile;
    const std::int64_t last = std::min(digits[j]->bound - 1, (left - 1) / digits[j]->tile);
    const bool whole = left - last * digits[j]->tile >= inside;
    Cut range = at;
    range.trips[j] = whole ? last + 1 : last;
    for (std::size_t k = j + 1; k < digits.size(); ++k) range.trips[k] = digits[k]->bound;
    if (range.trips[j] > 0) cuts.push_back(range);
    if (whole) return cuts;
    at.first[j] = last;
    left -= last * digits[j]->tile;
  }
  if (digits.empty()) cuts.push_back(at);
  return cuts;
}

void add_cut(const std::vector<const StepLoop*>& digits, const Cut& range, StepBox& box) {
  for (std::size_t j = 0; j < digits.size(); ++j) {
    for (Operand o : kAllOperands) box.base[o] += range.first[j] * digits[j]->words[o];
    if (range.trips[j] > 1) box.loops.push_back({range.trips[j], digits[j]->words});
  }
}

}  // namespace

StepShape make_shape(const Layer& layer, const Nest& nest) {
  StepShape shape;
  shape.span.fill(1);
  for (std::size_t j = 0; j < nest.loops.size(); ++j) {
    const Loop& loop = nest.loops[j];
    if (!loop.spatial() && static_cast<int>(j) < nest.step_outside) continue;
    StepLoop step;
    step.dim = loop.dim;
    step.bound = loop.bound;
    step.tile = loop.tile;
    step.array = loop.array;
    for (Operand o : kAllOperands)
      step.outside[o] = loop.spatial() && static_cast<int>(j) < nest.outside_of(nest.innermost[o]);
    shape.loops.push_back(step);
    shape.span[loop.dim] = add(shape.span[loop.dim], mul(loop.bound - 1, loop.tile));
  }
  number_lanes(shape);
  for (Operand o : kAllOperands)
    if (layer.has_operand(o)) set_words(layer, nest, o, shape);
  return shape;
}

std::vector<StepBox> step_boxes(const std::vector<StepLoop>& loops, const Point& left) {
  std::vector<StepBox> boxes(1);
  for (Dim d : kAllDims) {
    std::vector<const StepLoop*> digits;
    for (const StepLoop& loop : loops)
      if (loop.dim == d) digits.push_back(&loop);
    const std::vector<Cut> cuts = cut(digits, left[d]);
    std::vector<StepBox> finer;
    for (const StepBox& box : boxes)
      for (const Cut& range : cuts) {
        finer.push_back(box);
        add_cut(digits, range, finer.back());
      }
    boxes = std::move(finer);
  }
  return boxes;
}

}  // namespace assay::simulator
