// SPDX-License-Identifier: Apache-2.0
// Changes of designs that stay in their space: what the heuristic search is made of. Deterministic
// but for the generator.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "analytical/explore/score.h"

namespace assay::analytical {

using Random = std::mt19937_64;

class Moves {
 public:
  // scorer: says what does not fit. Both outlive it.
  Moves(const LayerSpace& space, const Scorer& scorer) : space_(space), scorer_(scorer) {}

  // Genes in [0, 1]: one per dimension and slot, one per slot for its order.
  std::size_t genes() const;
  // The design of the genes, made to fit; false where that fails.
  bool decode(const double* genes, Design* design);
  bool random(Random* random, Design* design);

  // Takes every bound of a dimension as near to the wanted ones as the space has it, from the
  // innermost slot outwards.
  bool complete(Dim dim, const std::array<std::int64_t, kMaxSlots>& wanted, Design* design);
  // Makes bounds smaller until arrays and levels hold the design.
  bool repair(Design* design);
  // Orders that the loops' sets have: others are replaced by the first one.
  void legalise_orders(Design* design) const;

  // Designs one change away, in a fixed order: number `index` into *out; false: this change is
  // none. There are count() of them.
  std::size_t count() const;
  bool neighbour(const Design& from, std::size_t index, Design* out);

 private:
  bool smaller(Dim dim, std::size_t slot, bool halve, Design* design);
  bool reduce_arrays(Design* design);
  bool reduce_levels(Design* design);
  std::array<unsigned, kMaxSlots> active(const Design& design) const;

  const LayerSpace& space_;
  const Scorer& scorer_;
  std::vector<std::int64_t> choices_;
  Mapping mapping_;
};

// Uniform in [0, n), the same on every machine.
inline std::uint64_t below(Random* random, std::uint64_t n) { return (*random)() % n; }

}  // namespace assay::analytical
