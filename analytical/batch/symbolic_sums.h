// SPDX-License-Identifier: Apache-2.0
// The sums of Evaluation (counts.h) as expressions over the factors of a pattern's dimensions, for
// all bounds at once. The rules that combine them (count_rules.h) run on either.
#pragma once

#include <array>
#include <vector>

#include "analytical/batch/factors.h"
#include "analytical/batch/symbol.h"
#include "analytical/counts.h"

namespace assay::analytical::batch {

// Groups of factors: the dimensions in their order, then rows (P, R) and columns (Q, S) of the
// input. An input of the program is one factor of one group.
inline constexpr int kRows = kDims, kColumns = kDims + 1, kGroups = kDims + 2;

struct Factors {
  std::array<std::vector<DimFactor>, kDims> dims;
  std::array<std::vector<AxisFactor>, 2> axes;  // rows, columns
  std::array<std::vector<int>, kGroups> nodes;  // of each factor of a group
};

class SymbolicEvaluation {
 public:
  using Number = Symbol;

  SymbolicEvaluation(const Layer& layer, const Accelerator& accelerator, const Nest& pattern,
                     const std::vector<bool>& optional, Builder& builder);

  // As Evaluation's.
  Symbol moved(const HoldPoint& hold, const LaneModes& modes, Visits visits) const;
  // Elements of one visit alone: the first; the first that slides; the last, not of I.
  enum class Visit : std::uint8_t { first, first_slide, last };
  Symbol moved_once(const HoldPoint& hold, const LaneModes& modes, Visit visit) const;
  Symbol visits(const HoldPoint& hold) const;
  Symbol accesses(Operand operand, const LaneModes& modes) const;
  LaneModes network_modes(Operand operand, int parent, int child, Lanes outside) const {
    return numeric_.network_modes(operand, parent, child, outside);
  }
  const Layer& layer() const { return layer_; }
  const Accelerator& accelerator() const { return accelerator_; }
  const Nest& nest() const { return nest_; }

  // Elements resident in all slots of a hold (core/legality.h).
  Symbol resident(const HoldPoint& hold, int slots) const;
  // Lanes of an array that the mapping uses.
  Symbol lanes(int array) const;

  // The following as in totals.cpp. Temporal iterations of lane 0; of the loops inside the steps
  // only along the dimensions in `inside`.
  Symbol iterations(unsigned inside) const;
  // Products of bounds of the temporal loops outside the visits of a hold (`outside`: loops at and
  // outside its innermost relevant one) or inside; of the loops inside the steps only along the
  // dimensions in `steps`.
  struct Bounds {
    bool outside = false;
    bool sure = false;  // only of dimensions that the bounds divide
    unsigned steps = 0;
    bool merged_too = true;  // false: 0 where visits may merge
  };
  Symbol bounds(const HoldPoint& hold, const Bounds& which) const;
  // One more than the position of the innermost loop outside that indexes the operand; 0: none.
  Symbol changes(const HoldPoint& hold) const;
  // Visits with full tiles in every lane: whole boxes, slides; for each tile, visits after the
  // first, the first.
  struct Full {
    Symbol boxes, slides, later, once;
  };
  Full full(const HoldPoint& hold, const LaneModes& modes) const;

  const Factors& factors() const { return factors_; }

 private:
  struct Scope;
  using Chain = std::vector<LoopRef>;  // temporal loops of an operand outside a hold, from inside
  Chain chain(const HoldPoint& hold) const;
  bool optional(const LoopRef& loop) const;
  bool may_be_single(const LoopRef& loop) const;
  bool repeats_between(Operand operand, int from, int to) const;
  Symbol sum_with_merged_visits(Scope scope, const Chain& chain, std::size_t start) const;
  template <class Sum>
  Symbol by_innermost(const Chain& chain, const Sum& sum) const;
  Symbol product(const Scope& scope) const;
  Symbol dimension(const Scope& scope, Dim dim) const;
  Symbol axis(const Scope& scope, bool rows) const;
  Symbol boxes(const Scope& scope, int advance) const;
  Symbol full_tiles(const HoldPoint& hold, const LaneModes& modes, const Chain& chain,
                    std::size_t start, const PerDim<Presence>& presence, bool starts,
                    bool repeated) const;
  bool slides(const HoldPoint& hold, const Chain& chain) const;
  Symbol input(Dim dim, const DimFactor& factor) const;
  Symbol input(bool rows, const AxisFactor& factor) const;
  template <class Factor>
  Symbol known_or_new(std::vector<Factor>& known, std::vector<int>& nodes,
                      const Factor& factor) const;

  const Layer& layer_;
  const Accelerator& accelerator_;
  const Nest& nest_;
  const std::vector<bool>& optional_;  // per nest position
  Builder& builder_;
  Evaluation numeric_;       // for what does not depend on bounds
  mutable Factors factors_;  // known so far
};

// Where the innermost loop present decides: sum(start, scope's presence) for every loop that can be
// it, chain.size() if all loops can be absent.
template <class Sum>
Symbol SymbolicEvaluation::by_innermost(const Chain& chain, const Sum& sum) const {
  Symbol total;
  PerDim<Presence> presence{};
  for (std::size_t k = 0; k < chain.size(); ++k) {
    PerDim<Presence> here = presence;
    if (optional(chain[k]))
      here[chain[k].dim].present |= 1U << static_cast<unsigned>(chain[k].index);
    total += sum(k, here);
    if (!optional(chain[k])) return total;
    presence[chain[k].dim].absent |= 1U << static_cast<unsigned>(chain[k].index);
  }
  return total + sum(chain.size(), presence);
}

}  // namespace assay::analytical::batch
