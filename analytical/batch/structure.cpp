// SPDX-License-Identifier: Apache-2.0
#include "analytical/batch/structure.h"

#include <limits>

namespace assay::analytical::batch {
namespace {

class Structure {
 public:
  Structure(const Layer& layer, const Accelerator& accelerator, const Mapping& pattern)
      : layer_(layer), accelerator_(accelerator), pattern_(pattern) {
    for (Level& level : accelerator_.levels) {  // everything fits
      level.capacity_bytes.reset();
      for (Keep& keep : level.keeps) keep.capacity_bytes.reset();
      if (level.kind == LevelKind::array) level.size = std::numeric_limits<std::int64_t>::max();
    }
    for (const Entry& e : pattern.nest)
      if (e.kind != EntryKind::hold) ++loops_;
  }

  std::size_t loops() const { return loops_; }

  // Whether the pattern with these loops alone is legal for a layer of the same kind.
  bool allows(const LoopMask& present) const {
    Layer layer = layer_;
    layer.size.fill(1);
    Mapping mapping;
    std::size_t i = 0;
    for (Entry e : pattern_.nest) {
      if (e.kind != EntryKind::hold) {
        if (!present[i++]) continue;
        e.bound = 2;
        layer.size[e.dim] *= 2;
      }
      mapping.nest.push_back(e);
    }
    return check(layer, accelerator_, mapping).empty();
  }

 private:
  Layer layer_;
  Accelerator accelerator_;
  const Mapping& pattern_;
  std::size_t loops_ = 0;
};

}  // namespace

std::vector<LoopMask> forbidden_loops(const Layer& layer, const Accelerator& accelerator,
                                      const Mapping& pattern) {
  const Structure structure(layer, accelerator, pattern);
  LoopMask all;
  for (std::size_t i = 0; i < structure.loops(); ++i) all.set(i);
  if (structure.allows(all)) return {};
  if (!structure.allows({})) return {LoopMask{}};
  std::vector<LoopMask> forbidden;
  for (std::size_t i = 0; i < structure.loops(); ++i)
    for (std::size_t k = 0; k <= i; ++k) {
      LoopMask some;
      some.set(i).set(k);
      if (!structure.allows(some)) forbidden.push_back(some);
    }
  return forbidden;
}

}  // namespace assay::analytical::batch
