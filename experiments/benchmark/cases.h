// SPDX-License-Identifier: Apache-2.0
// What the parts of assay-bench share: a layer on a chip, and clocks.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "analytical/predictor.h"
#include "core/mapping.h"
#include "core/parameters.h"

namespace assay::benchmark {

struct Case {
  std::string name;
  Accelerator accelerator;
  Layer layer;
  Mapping mapping;
  std::optional<Parameters> parameters;
};

Case load(const std::filesystem::path& data, const std::string& chip, const std::string& workload,
          const std::string& mapping, const std::string& layer);

// CPU time of this thread: what other programs do on the machine counts little.
double thread_seconds();

// Calls per second of CPU time, best round.
double rate(const std::function<void()>& call);

// Prices of a case, nothing if it has no parameters.
std::optional<analytical::Prices> prices_of(const Case& c);

// Prints candidates per second: bounds of each case's nest drawn at random, evaluated one at a time
// and batched, on one thread and on two.
void batched(const std::vector<Case>& cases);

}  // namespace assay::benchmark
