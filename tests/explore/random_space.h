// SPDX-License-Identifier: Apache-2.0
// Small random layers, accelerators with random capacities, and unit energies, with their default
// spaces.
#pragma once

#include <random>

#include "analytical/explore/exhaustive.h"
#include "analytical/explore/found.h"
#include "tests/oracle/random_triple.h"

namespace assay::test {

struct RandomSpace {
  Layer layer;
  Accelerator accelerator;
  analytical::Prices prices;
  analytical::MapSpace space;

  analytical::ScoreInput input() const {
    analytical::ScoreInput in;
    in.layer = &layer;
    in.accelerator = &accelerator;
    in.prices = &prices;
    in.zero_fraction = 0.25;
    return in;
  }
};

// Capacities of a few hundred bytes, so that some tiles do not fit; prices of the form k/16, so
// that many costs are equal.
inline RandomSpace random_space(std::uint64_t seed, analytical::Factors factors) {
  const oracle::Triple triple = oracle::random_timed_triple(seed);
  std::mt19937_64 random(seed * 77);
  RandomSpace s{triple.layer, triple.accelerator, {}, {}};
  s.accelerator.clock = Megahertz(100);
  for (std::size_t l = 1; l < s.accelerator.levels.size(); ++l) {
    Level& level = s.accelerator.levels[l];
    if (level.kind != LevelKind::storage) continue;
    if (random() % 3 != 0) level.capacity_bytes = 8 + static_cast<std::int64_t>(random() % 600);
    for (Operand o : kAllOperands)
      if (level.keeps[o].kept && random() % 4 == 0)
        level.keeps[o].capacity_bytes = 2 + static_cast<std::int64_t>(random() % 200);
  }
  for (auto& level : s.prices.of)
    for (auto& moved : level)
      for (auto& p : moved) {
        p.pj = static_cast<double>(random() % 64) / 16;
        p.gated_pj = p.pj / 2;
        p.known = true;
      }
  s.prices.mac = {1, 0.5, true};
  s.prices.constant_mw = static_cast<double>(random() % 3) * 0.5;
  s.prices.any = true;
  s.space = analytical::default_map_space(s.accelerator, factors);
  return s;
}

}  // namespace assay::test
