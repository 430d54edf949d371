// SPDX-License-Identifier: Apache-2.0
// Search of spaces that are too large for exhaustive.h: a genetic algorithm (pagmo's sga) over
// bounds and orders, and an iterated local search from its champion. One island is one such run
// with a seed of its own; islands are independent, so any number of threads finds the same.
#pragma once

#include <cstdint>
#include <vector>

#include "analytical/explore/found.h"

namespace assay::analytical {

struct IslandInput {
  std::uint64_t seed = 1;
  std::int64_t budget = 20000;  // designs looked at, legal or not
  // What is minimised: latency^w * energy^(1-w); ties by the other.
  double latency_weight = 1;
  // Designs that are looked at first; the local search begins with the best seen. May be null.
  const std::vector<Design>* starts = nullptr;
};

// skeletons: of one layer and map space. Adds everything evaluated to `found`.
void search_island(const std::vector<const LayerSpace*>& skeletons, const IslandInput& island,
                   Scorer* scorer, Found* found);

}  // namespace assay::analytical
