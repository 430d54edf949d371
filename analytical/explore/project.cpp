// SPDX-License-Identifier: Apache-2.0
#include "analytical/explore/project.h"

#include <algorithm>

#include "analytical/explore/moves.h"
#include "core/checked.h"

namespace assay::analytical {
namespace {

// What stands outside a loop: levels that hold each operand, and arrays, as masks.
struct Outside {
  std::array<unsigned, kOperands> holds{};
  unsigned arrays = 0;

  void hold(unsigned operands, int level) {
    for (std::size_t o = 0; o < holds.size(); ++o)
      if (((operands >> o) & 1U) != 0) holds[o] |= 1U << static_cast<unsigned>(level);
  }
  void array(int level) { arrays |= 1U << static_cast<unsigned>(level); }
  void intersect(const Outside& other) {
    for (std::size_t o = 0; o < holds.size(); ++o) holds[o] &= other.holds[o];
    arrays &= other.arrays;
  }
};

class Projection {
 public:
  Projection(const LayerSpace& space, const Mapping& mapping) : space_(space) {
    for (const Piece& p : space.pieces()) {
      if (p.kind == Piece::Kind::hold)
        in_both_.hold(p.operands, p.level);
      else
        outside_.push_back(in_both_);
      if (p.kind == Piece::Kind::lanes) in_both_.array(p.level);
    }
    Outside all;
    for (const Entry& e : mapping.nest) pass(e, &all);
    in_both_.intersect(all);
  }

  void pass(const Entry& e, Outside* outside) const {
    if (e.kind == EntryKind::hold) outside->hold(e.operands, e.level);
    if (e.kind != EntryKind::spatial) return;
    for (const Piece& p : space_.pieces())
      if (p.kind == Piece::Kind::lanes && p.axis == e.axis) outside->array(p.level);
  }

  // The slot for a loop where so much stands outside; the innermost of several that suit equally,
  // where a hold that the mapping lacks costs least. -1: no slot may have the dimension.
  int slot_of(const Entry& loop, const Outside& outside) const {
    int best = -1, most = -1;
    for (std::size_t s = 0; s < space_.slots().size(); ++s) {
      const Slot& slot = space_.slots()[s];
      const bool spatial = loop.kind == EntryKind::spatial;
      if (slot.spatial != spatial || (slot.dims & bit(loop.dim)) == 0) continue;
      if (spatial && space_.pieces()[slot.piece].axis != loop.axis) continue;
      const int points = agreement(loop.dim, outside, outside_[s]);
      if (points < most) continue;
      most = points;
      best = static_cast<int>(s);
    }
    return best;
  }

 private:
  // Operands that depend on the loop count more than everything else together.
  int agreement(Dim dim, const Outside& a, const Outside& b) const {
    constexpr int kRelevant = 16;
    int points = __builtin_popcount(~(a.arrays ^ b.arrays) & in_both_.arrays);
    for (Operand o : kAllOperands) {
      const auto i = static_cast<std::size_t>(index(o));
      if (((a.holds[i] ^ b.holds[i]) & in_both_.holds[i]) == 0)
        points += is_relevant(o, dim) ? kRelevant : 1;
    }
    return points;
  }

  const LayerSpace& space_;
  std::vector<Outside> outside_;  // per slot
  Outside in_both_;               // everything that the space and the mapping have
};

struct Wanted {
  std::array<PerDim<std::int64_t>, kMaxSlots> bound;
  std::array<Order, kMaxSlots> order;
};

Wanted wanted(const LayerSpace& space, const Mapping& mapping) {
  const Projection projection(space, mapping);
  Wanted w;
  for (auto& b : w.bound) b.fill(1);
  for (auto& o : w.order) o.fill(kNoDim);
  std::array<std::size_t, kMaxSlots> loops{};
  Outside outside;
  for (const Entry& e : mapping.nest) {
    projection.pass(e, &outside);
    if (e.kind == EntryKind::hold) continue;
    const int at = projection.slot_of(e, outside);
    if (at < 0) continue;
    const auto s = static_cast<std::size_t>(at);
    if (w.bound[s][e.dim] == 1) w.order[s][loops[s]++] = static_cast<std::uint8_t>(index(e.dim));
    w.bound[s][e.dim] = mul(w.bound[s][e.dim], e.bound);
  }
  return w;
}

}  // namespace

std::optional<Design> project(const LayerSpace& space, const Mapping& mapping,
                              const Scorer& scorer) {
  const Wanted w = wanted(space, mapping);
  Moves moves(space, scorer);
  Design design;
  design.skeleton = static_cast<std::int16_t>(space.skeleton());
  for (Dim d : kAllDims) {
    if ((space.dims() & bit(d)) == 0) continue;
    std::array<std::int64_t, kMaxSlots> bounds{};
    for (std::size_t s = 0; s < kMaxSlots; ++s) bounds[s] = w.bound[s][d];
    if (!moves.complete(d, bounds, &design)) return std::nullopt;
  }
  const auto put_orders = [&] {
    design.order = w.order;
    moves.legalise_orders(&design);
  };
  put_orders();
  Mapping written;
  space.write(design, &written);
  if (space.fits_arrays(design) && scorer.excess(written) == 0) return design;
  if (!moves.repair(&design)) return std::nullopt;
  put_orders();  // repair() takes any
  return design;
}

}  // namespace assay::analytical
