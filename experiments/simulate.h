// SPDX-License-Identifier: Apache-2.0
// Runs the simulator over the layers of a workload, in worker processes: SystemC permits one
// elaboration per process, so each worker elaborates one machine and takes one layer after another,
// the largest first; the calling process never elaborates. Memory is that of one layer per worker.
// The same input gives the same records, whatever the number of workers.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "experiments/run.h"

namespace assay {

// Where a layer stands.
struct LayerProgress {
  enum class State { waiting, running, finished, resumed, failed };
  std::string layer;
  State state = State::waiting;
  // Of the run that moves data, beside which the other takes no time to speak of; in timing mode of
  // both runs, for processing and for total latency.
  std::int64_t steps_done = 0;
  std::int64_t steps = 0;
  double work = 0;  // a measure of the time all steps take, to compare layers by
};

struct SimulateOptions {
  RunInput input;
  bool timing_only = false;  // no data; works for every legal mapping
  std::uint64_t seed = 1;    // of the random data
  int jobs = 1;              // worker processes
  // Keeps every finished layer as soon as it is there; what it has from an earlier run is not
  // simulated again (docs/formats/simulation.md). Stays when all is done.
  std::optional<std::filesystem::path> journal;
  bool restart = false;  // an existing journal is thrown away
  // Of the processing run; both need an input of one layer and no journal.
  std::filesystem::path trace;  // Chrome trace
  std::filesystem::path vcd;    // waveform
  // In the calling process, several times a second; layers in the order of the workload.
  std::function<void(const std::vector<LayerProgress>&)> progress;
  std::function<bool()> stop;  // asked several times a second; true: stops the workers
};

struct LayerFailure {
  std::string layer;
  std::string why;
};

struct Simulation {
  Run run;  // records of the finished layers, in the order of the workload
  std::vector<LayerFailure> failures;
  bool stopped = false;
  std::size_t resumed = 0;    // layers taken from the journal
  bool whole_journal = true;  // every record of the journal is among the run's
  // What was done now: cycles of both runs of every layer, those times the lanes,
  // multiply-accumulates once, and processor time of the workers.
  double cycles = 0, lane_cycles = 0, macs = 0;
  double cpu_seconds = 0;
};

// Throws InputError as prepare(), and for mappings that cannot run with data, files that exist or
// cannot be written, and a journal of another run.
Simulation simulate(const SimulateOptions& options);

// All layers or none: throws std::runtime_error with every layer that failed.
Run run_simulator(const SimulateOptions& options);

}  // namespace assay
