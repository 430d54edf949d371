// SPDX-License-Identifier: Apache-2.0
// Runs the simulator over the layers of a workload, in worker processes: SystemC permits one
// elaboration per process, so each worker elaborates one machine and takes one layer after another,
// the largest first; the calling process never elaborates. Memory is that of one layer per worker.
#pragma once

#include <filesystem>

#include "experiments/layer_runs.h"
#include "experiments/run.h"

namespace assay {

// Progress is told in steps of the run that moves data, beside which the other takes no time to
// speak of; in timing mode of both runs, for processing and for total latency.
struct SimulateOptions : LevelOptions {
  bool timing_only = false;  // no data; works for every legal mapping
  // Of the processing run; both need an input of one layer and no journal.
  std::filesystem::path trace;  // Chrome trace
  std::filesystem::path vcd;    // waveform
};

// Throws InputError as prepare(), and for mappings that cannot run with data, files that exist or
// cannot be written, and a journal of another run.
LayerRuns simulate(const SimulateOptions& options);

// All layers or none: throws std::runtime_error with every layer that failed.
Run run_simulator(const SimulateOptions& options);

}  // namespace assay
