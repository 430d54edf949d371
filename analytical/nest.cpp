// SPDX-License-Identifier: Apache-2.0
#include "analytical/nest.h"

#include <string>

#include "core/checked.h"

namespace assay::analytical {
namespace {

[[noreturn]] void too_many(const Mapping& mapping, int line, const std::string& what) {
  throw InputError({{mapping.file.string(), line, mapping.name, "", what}});
}

int array_level(const Accelerator& accelerator, char axis) {
  for (std::size_t i = 0; i < accelerator.levels.size(); ++i)
    if (accelerator.levels[i].kind == LevelKind::array && accelerator.levels[i].axis == axis)
      return static_cast<int>(i);
  return kTemporal;
}

void add_holds(const Mapping& mapping, const Entry& entry, int pos, PerOperand<int>& parent,
               Nest& nest) {
  for (Operand o : kAllOperands) {
    if (!holds(entry, o)) continue;
    if (nest.holds == kMaxHolds) too_many(mapping, entry.line, "expected at most 24 holds");
    nest.hold[static_cast<std::size_t>(nest.holds++)] = {o,  entry.level, parent[o], pos,
                                                         {}, {},          0,         1};
    parent[o] = entry.level;
    nest.innermost_hold = pos;
  }
}

}  // namespace

LoopRef innermost_loop(const Nest& nest, int pos, unsigned dims) {
  LoopRef best;
  for (Dim d : kAllDims) {
    if ((dims & bit(d)) == 0) continue;
    const DimLoops& loops = nest.dims[d];
    for (int i = loops.outside(pos); i-- > 0;) {
      const Digit& digit = loops.digit[static_cast<std::size_t>(i)];
      if (digit.array != kTemporal) continue;
      if (digit.pos > best.pos) best = {d, i, digit.pos};
      break;
    }
  }
  return best;
}

Nest compile(const Layer& layer, const Accelerator& accelerator, const Mapping& mapping) {
  Nest nest;
  if (accelerator.levels.size() > kMaxLevels)
    too_many(mapping, 0, "expected an accelerator of at most 16 levels");
  nest.length = static_cast<int>(mapping.nest.size());
  const std::array<int, 2> arrays{array_level(accelerator, 'x'), array_level(accelerator, 'y')};
  PerOperand<int> parent{};
  nest.first_lane.fill(kNoLanes);
  for (Dim d : kAllDims) nest.dims[d].size = layer.size[d];
  for (int i = 0; i < nest.length; ++i) {
    const Entry& e = mapping.nest[static_cast<std::size_t>(i)];
    if (e.kind == EntryKind::hold) {
      add_holds(mapping, e, i, parent, nest);
      continue;
    }
    DimLoops& loops = nest.dims[e.dim];
    if (loops.count == kMaxDigits)
      too_many(mapping, e.line, "expected at most 12 loops of one dimension");
    const int array = e.kind == EntryKind::loop ? kTemporal : arrays[e.axis == 'x' ? 0 : 1];
    loops.digit[static_cast<std::size_t>(loops.count++)] = {e.bound, 1, i, array};
    if (array != kTemporal && nest.first_lane[static_cast<std::size_t>(array)] == kNoLanes)
      nest.first_lane[static_cast<std::size_t>(array)] = i;
  }
  for (Dim d : kAllDims) {
    DimLoops& loops = nest.dims[d];
    std::int64_t stride = 1;
    for (int k = loops.count; k-- > 0;) {
      Digit& digit = loops.digit[static_cast<std::size_t>(k)];
      digit.stride = stride;
      stride = mul(stride, digit.bound);
    }
    if (stride == loops.size) nest.divided |= bit(d);
  }
  for (Operand o : kAllOperands) nest.innermost_level[o] = parent[o];
  for (int i = 0; i < nest.holds; ++i) {
    HoldPoint& h = nest.hold[static_cast<std::size_t>(i)];
    for (Dim d : kAllDims) {
      h.outside[d] = static_cast<std::int8_t>(nest.dims[d].outside(h.pos));
      if (h.outside[d] > 0)
        h.tiled |= bit(d);
      else if (is_relevant(h.operand, d) && !(h.operand == Operand::I && is_input_axis(d)))
        h.whole = mul(h.whole, nest.dims[d].size);
    }
    h.innermost = innermost_loop(nest, h.pos, relevant_dims(h.operand));
  }
  return nest;
}

}  // namespace assay::analytical
