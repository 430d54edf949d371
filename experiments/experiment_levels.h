// SPDX-License-Identifier: Apache-2.0
// One level over one variant of an experiment's case: what it is run with, whether it can run, and
// its records, from the cache where they are there. Internal to experiments/.
#pragma once

#include <cstddef>
#include <string>

#include "experiments/experiment.h"
#include "experiments/record_cache.h"
#include "experiments/run.h"

namespace assay {

struct LevelRun {
  std::string level;
  RunInput input;
  bool with_data = false;   // of the simulator, so that outputs can be compared with hardware's
  std::size_t of_case = 0;  // in the experiment
};

RunInput run_input(const Experiment& experiment, const ExperimentCase& of,
                   const ExperimentVariant& variant, const Catalog& catalog);

// Why a level cannot run a variant; empty when it can.
std::string why_skipped(const std::string& level, const RunInput& in,
                        const ExperimentOptions& options);

// Throws as the levels do. Files are read and checked in any case.
Run run_level(const LevelRun& run, const RecordCache& cache, const ExperimentOptions& options);

}  // namespace assay
