// SPDX-License-Identifier: Apache-2.0
// The search of one layer's mappings: small spaces to the end, large ones by islands of a
// heuristic; on threads, with every finished part in the store. What is found depends on the input
// alone, not on the threads, nor on interruptions.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>

#include "analytical/explore/found.h"
#include "experiments/explore/store.h"

namespace assay {

struct LayerSearchOptions {
  analytical::Objective objective = analytical::Objective::edp;
  std::uint64_t seed = 1;
  int jobs = 1;
  std::int64_t budget = 400'000;  // designs that the heuristic looks at
  double exhaustive_limit = 2e6;  // spaces of at most so many designs are searched to the end
  std::size_t top = 256;          // best designs kept
  std::size_t spread = 256;       // others kept, chosen by a hash
  // Legal mappings; the search looks first at the designs nearest to them (project.h).
  std::vector<Mapping> starts;
};

struct LayerFound {
  explicit LayerFound(const LayerSearchOptions& o) : found(o.objective, o.top, o.spread) {}

  analytical::Found found;
  double size = 0;          // designs of the space
  bool exhaustive = false;  // the front is the space's, proven
  bool resumed = false;     // some part was in the store
};

struct SearchHooks {
  std::function<void(std::int64_t looked, std::int64_t all)> progress;  // several times a second
  std::function<bool()> stop;
};

// unit: name of the layer's part of the store. Throws analytical::SearchStopped when told to stop;
// what was finished is in the store.
LayerFound search_layer(const analytical::ScoreInput& input, const analytical::MapSpace& space,
                        const std::string& unit, const LayerSearchOptions& options,
                        const SearchHooks& hooks, Store* store);

}  // namespace assay
