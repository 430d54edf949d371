// SPDX-License-Identifier: Apache-2.0
#include "analytical/explore/found.h"

namespace assay::analytical {
namespace {

// splitmix64's finaliser: equal on every machine.
std::uint64_t mixed(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15U;
  x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27U)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31U);
}

}  // namespace

std::uint64_t hash_of(const Design& design) {
  std::uint64_t h = static_cast<std::uint64_t>(design.skeleton) + 1;
  for (std::size_t s = 0; s < kMaxSlots; ++s) {
    std::uint64_t order = 0;
    for (const std::uint8_t d : design.order[s]) order = order << 8U | d;
    if (order == ~std::uint64_t{0}) continue;  // no loop
    h = mixed(h ^ order ^ s);
    for (const std::int64_t b : design.bound[s]) h = mixed(h ^ static_cast<std::uint64_t>(b));
  }
  return h;
}

FoundDesign sampled(const Costs& costs, const Design& design) {
  return {static_cast<double>(hash_of(design) >> 11U), costs, design};
}

void Found::add(const Costs& costs, const Design& design) {
  ++counts.evaluated;
  if (!front.excludes(costs)) front.add(costs, design);
  const double figure = scalar(objective, costs);
  if (top.wants(figure)) top.add({figure, costs, design});
  if (sample.limit() == 0) return;
  const FoundDesign drawn = sampled(costs, design);
  if (sample.wants(drawn.rank)) sample.add(drawn);
}

void Found::merge(const Found& o) {
  counts += o.counts;
  front.merge(o.front);
  top.merge(o.top);
  sample.merge(o.sample);
}

const MappingFront::Member* Found::best() const {
  const MappingFront::Member* best = nullptr;
  for (const MappingFront::Member& m : front.members()) {
    if (best == nullptr) {
      best = &m;
      continue;
    }
    const double now = scalar(objective, m.objectives),
                 before = scalar(objective, best->objectives);
    if (now < before || (now == before && m.objectives < best->objectives)) best = &m;
  }
  return best;
}

}  // namespace assay::analytical
