// SPDX-License-Identifier: Apache-2.0
// What the levels that execute mappings have in common: the layers of a plan run one by one in
// worker processes, the largest first, and finished ones are kept in a journal, so that an
// interrupted run goes on from there. Knows nothing of what a level does with a layer. The same
// input gives the same records, whatever the number of workers.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/diagnostics.h"
#include "experiments/pool.h"
#include "experiments/run.h"

namespace assay {

// Where a layer stands.
struct LayerProgress {
  enum class State { waiting, running, finished, resumed, failed };
  std::string layer;
  State state = State::waiting;
  std::int64_t steps_done = 0;
  std::int64_t steps = 0;
  double work = 0;             // a measure of the time all steps take, to compare layers by
  std::string unit = "steps";  // what is counted: steps of the mapping, cycles of hardware
};

// Options of every such level.
struct LevelOptions {
  RunInput input;
  std::uint64_t seed = 1;  // of the random data
  int jobs = 1;            // worker processes
  // Keeps every finished layer as soon as it is there; what it has from an earlier run does not run
  // again (docs/formats/simulation.md). Stays when all is done.
  std::optional<std::filesystem::path> journal;
  bool restart = false;  // an existing journal is thrown away
  // In the calling process, several times a second; layers in the order of the workload.
  std::function<void(const std::vector<LayerProgress>&)> progress;
  std::function<bool()> stop;  // asked several times a second; true: stops the workers
};

struct LayerFailure {
  std::string layer;
  std::string why;
};

struct LayerRuns {
  Run run;  // records of the finished layers, in the order of the workload
  std::vector<LayerFailure> failures;
  bool stopped = false;
  std::size_t resumed = 0;    // layers taken from the journal
  bool whole_journal = true;  // every record of the journal is among the run's
  // What was done now: cycles of every latency that the records state, those times the lanes,
  // multiply-accumulates once, and processor time of the workers.
  double cycles = 0, lane_cycles = 0, macs = 0;
  double cpu_seconds = 0;
};

// In a worker: one layer, by its number in the plan.
using LayerWork = std::function<Record(std::size_t layer, const ReportProgress&)>;

struct LayerRunsInput {
  Plan plan;
  std::vector<LayerProgress> layers;        // of the plan's, all waiting
  std::map<std::string, std::string> mode;  // what decides the results, besides the plan's inputs
  // In each worker, before its first layer; the plan outlives it.
  std::function<LayerWork(const Plan&)> make_work;
};

// Throws InputError for a journal of another run, and what cannot be written.
LayerRuns run_layers(LayerRunsInput input, const LevelOptions& options);

struct Stopped : std::runtime_error {
  Stopped() : std::runtime_error("the run was stopped") {}
};

// The run, when every layer is finished; else throws std::runtime_error with every layer that
// failed, or Stopped.
Run all_or_none(LayerRuns runs);

// All layers of a plan, waiting, with the steps of their mappings, each `runs` times. Throws
// InputError where they are beyond 64 bits.
std::vector<LayerProgress> waiting_layers(const Plan& plan, std::int64_t runs);

// A file that one layer writes while it runs: it must not exist, there must be one layer and no
// journal. Nothing for an empty name.
void check_layer_file(const std::filesystem::path& file, const std::string& option,
                      const LevelOptions& options, const Plan& plan, Diagnostics* diagnostics);

// Why the simulator cannot run the layers with data.
void check_simulated_data(const Plan& plan, Diagnostics* diagnostics);

}  // namespace assay
