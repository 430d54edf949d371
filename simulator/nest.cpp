// SPDX-License-Identifier: Apache-2.0
#include "simulator/nest.h"

#include <algorithm>

#include "core/checked.h"

namespace assay::simulator {
namespace {

int array_of_axis(const Accelerator& accelerator, char axis) {
  for (std::size_t l = 0; l < accelerator.levels.size(); ++l)
    if (accelerator.levels[l].kind == LevelKind::array && accelerator.levels[l].axis == axis)
      return static_cast<int>(l);
  return -1;
}

void add_holds(const Layer& layer, const Accelerator& accelerator, const Entry& entry, Nest& nest) {
  for (Operand o : kAllOperands) {
    if (!holds(entry, o) || !layer.has_operand(o)) continue;
    if (entry.level == 0) continue;
    Hold hold;
    hold.operand = o;
    hold.level = entry.level;
    hold.parent = nest.innermost[o];
    hold.parent_level = nest.level_of(hold.parent);
    hold.outside = static_cast<int>(nest.loops.size());
    hold.slots = accelerator.levels[static_cast<std::size_t>(entry.level)].keeps[o].slots;
    if (hold.parent != kFirstLevel)
      nest.holds[static_cast<std::size_t>(hold.parent)].innermost = false;
    nest.innermost[o] = static_cast<int>(nest.holds.size());
    nest.step_outside = hold.outside;
    nest.holds.push_back(hold);
  }
}

}  // namespace

Nest read_nest(const Layer& layer, const Accelerator& accelerator, const Mapping& mapping) {
  Nest nest;
  nest.innermost.fill(kFirstLevel);
  for (const Entry& entry : mapping.nest) {
    if (entry.kind == EntryKind::hold) {
      add_holds(layer, accelerator, entry, nest);
    } else if (entry.bound > 1) {
      const bool spatial = entry.kind == EntryKind::spatial;
      nest.loops.push_back(
          {entry.dim, entry.bound, 1, spatial ? array_of_axis(accelerator, entry.axis) : -1});
    }
  }
  Point inside;
  inside.fill(1);
  for (auto loop = nest.loops.rbegin(); loop != nest.loops.rend(); ++loop) {
    loop->tile = inside[loop->dim];
    inside[loop->dim] = mul(inside[loop->dim], loop->bound);
  }
  return nest;
}

Point tile_size(const Layer& layer, const Nest& nest, int outside) {
  Point size;
  size.fill(1);
  for (std::size_t j = static_cast<std::size_t>(outside); j < nest.loops.size(); ++j)
    size[nest.loops[j].dim] = mul(size[nest.loops[j].dim], nest.loops[j].bound);
  for (Dim d : kAllDims) size[d] = std::min(size[d], layer.size[d]);
  return size;
}

Lanes make_lanes(const Accelerator& accelerator, const Nest& nest, int outside) {
  Lanes lanes;
  lanes.offset.emplace_back();
  for (int level = 0; level < static_cast<int>(accelerator.levels.size()); ++level) {
    Lanes::Array array{level, 1, 1};
    for (int j = 0; j < outside; ++j) {
      const Loop& loop = nest.loops[static_cast<std::size_t>(j)];
      if (loop.array != level) continue;
      std::vector<Point> offset;
      offset.reserve(lanes.offset.size() * static_cast<std::size_t>(loop.bound));
      for (const Point& outer : lanes.offset)
        for (std::int64_t i = 0; i < loop.bound; ++i) {
          offset.push_back(outer);
          offset.back()[loop.dim] += i * loop.tile;
        }
      lanes.offset = std::move(offset);
      array.positions *= loop.bound;
    }
    if (array.positions == 1) continue;
    for (Lanes::Array& outer : lanes.arrays) outer.stride *= array.positions;
    lanes.arrays.push_back(array);
  }
  return lanes;
}

}  // namespace assay::simulator
