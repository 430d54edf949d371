// SPDX-License-Identifier: Apache-2.0
#include "analytical/counts.h"

#include "analytical/count_rules.h"

namespace assay::analytical {

Counts count(const Evaluation& evaluation) {
  Counts counts;
  Counter<Evaluation>(evaluation, counts).run();
  return counts;
}

std::map<CountKey, std::int64_t> named(const Counts& counts, const Accelerator& accelerator) {
  std::map<CountKey, std::int64_t> out;
  for (std::size_t l = 0; l < accelerator.levels.size(); ++l)
    for (std::size_t m = 0; m < kMoved; ++m)
      for (std::size_t a = 0; a < kActions; ++a)
        if (const std::int64_t n = counts.n[l][m][a]; n != 0)
          out[{accelerator.levels[l].name, kMovedNames[m], kActionNames[a]}] = n;
  out[{accelerator.levels.back().name, "-", "mac"}] = counts.points;
  return out;
}

}  // namespace assay::analytical
