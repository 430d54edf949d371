// SPDX-License-Identifier: Apache-2.0
// The memories of the operands in one step, built word by word.
#pragma once

#include <cstdint>
#include <map>
#include <random>
#include <utility>
#include <vector>

#include "simulator/datapath.h"
#include "simulator/layout.h"
#include "tests/simulator/datapath_reference.h"

namespace assay::reference {

// The memory of an operand at its innermost level, in one step.
struct BuiltMemory {
  std::vector<std::int32_t> words;
  simulator::Datapath::Place place;
  std::map<std::pair<std::int64_t, Element>, std::size_t> address;  // by instance and element
};

// Every word that is not an element of the tensor, and every other slot, holds a stray value.
inline BuiltMemory build(const Reference& r, Operand o, const StepAt& step,
                         std::mt19937_64& random) {
  const Layer& layer = r.triple.layer;
  const simulator::Nest nest = simulator::read_nest(layer, r.triple.accelerator, r.triple.mapping);
  const int hold = r.innermost[o];
  const simulator::Layout layout = simulator::layout_of(layer, nest, hold, o);
  const auto count = static_cast<std::int64_t>(r.lanes.offset.size()),
             shared = r.lanes_per_instance(o);
  const int level = r.nest.innermost[o];
  const std::int64_t slots =
      hold < 0 ? 1 : r.triple.accelerator.levels[static_cast<std::size_t>(level)].keeps[o].slots;
  const std::int64_t slot = static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(slots));
  BuiltMemory memory;
  memory.words.resize(static_cast<std::size_t>(count / shared * slots * layout.words));
  for (std::int32_t& word : memory.words) word = static_cast<std::int32_t>(random());
  memory.place.slot_base = slot * layout.words;
  if (hold >= 0) memory.place.tile_start = step.tile_start[static_cast<std::size_t>(hold)];
  for (std::int64_t instance = 0; instance < count / shared; ++instance) {
    Point origin = memory.place.tile_start;
    for (Dim d : kAllDims)
      origin[d] += r.lanes.offset[static_cast<std::size_t>(instance * shared)][d];
    const Element first = element_of(layer, o, origin);
    for (std::int64_t k = 0; k < layout.words; ++k) {
      Element element = first;
      simulator::Coordinates at;
      std::int64_t rest = k;
      for (std::size_t a = element.size(); a-- > 0; rest /= layout.extent[a]) {
        at[a] = rest % layout.extent[a];
        element[a] += at[a];
      }
      if (!in_tensor(layer, o, element)) continue;
      const auto address =
          static_cast<std::size_t>((instance * slots + slot) * layout.words + layout.address(at));
      memory.address[{instance, element}] = address;
      if (o != Operand::O) memory.words[address] = tensor_value(layer, r.bits, o, element);
    }
  }
  return memory;
}

}  // namespace assay::reference
