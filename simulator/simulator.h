// SPDX-License-Identifier: Apache-2.0
// Level B: a cycle-level machine in SystemC (TLM-2.0) that executes mappings as programs, moves
// real data through its buffers and networks, and counts what it does. It is built from the
// contract (docs/contract.md, docs/rationale/0004-event-times.md) and shares nothing with the
// predictor.
//
// Assumes: a legal mapping (core/mapping.h, check), a static schedule. Ignores: bank conflicts,
// DRAM row state and refresh, configuration between layers. Integer data of 1 to 32 bits.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/accelerator.h"
#include "core/layer.h"
#include "core/mapping.h"
#include "core/record.h"
#include "simulator/faults.h"
#include "simulator/observer.h"

namespace assay::simulator {

// Dense tensors: input N G C h w (without padding; h and w of the layer), weights G M C R S (empty
// for layers without), outputs N G M P Q.
struct LayerData {
  std::vector<std::int32_t> input;
  std::vector<std::int32_t> weights;
};

// Reproducible data: every value of the precision is equally likely.
LayerData random_data(const Layer& layer, const Precision& precision, std::uint64_t seed);

struct RunOptions {
  bool off_chip_timed = false;      // total latency; else processing latency
  const LayerData* data = nullptr;  // null: timing mode, no data moves
  Observer* observer = nullptr;
  std::function<void(std::int64_t steps_done)> progress;  // every some thousand steps
  Fault fault;                                            // for tests of the tests
  std::string vcd;                                        // waveform file; empty: none
};

struct Usage {
  std::int64_t busy_cycles = 0;  // of one instance
  std::int64_t transfers = 0;
};

struct RunResult {
  std::int64_t finish = 0;                       // cycles
  std::map<std::string, std::int64_t> by_cause;  // "compute", "LEVEL.PORT X", "latency", "ramp-up",
                                                 // "drain": adds up to finish
  std::map<CountKey, std::int64_t> counts;       // those that are not 0
  std::int64_t steps = 0;
  std::int64_t transfers = 0;
  std::int64_t step_cycles = 0;  // sum of the durations of all steps
  std::int64_t macs = 0;
  std::int64_t lane_cycles = 0;        // sum over steps of duration x active lanes
  std::map<std::string, Usage> ports;  // "LEVEL.PORT", timed ones
  std::vector<std::int32_t> output;    // with data
};

// Why this machine cannot run the layer with data (precisions beyond 32 bits, no `overflow`); empty
// when it can. Without data every legal mapping runs.
Diagnostics check_data(const Accelerator& accelerator, const Layer& layer);

// One elaborated machine. SystemC allows one per process and simulation context; it runs any number
// of layers, one after another.
class Machine {
 public:
  explicit Machine(const Accelerator& accelerator);
  ~Machine();
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  // Throws OverflowError, what an observer throws, and std::logic_error when the machine stops
  // without finishing (a fault). After an exception the machine cannot run again.
  RunResult run(const Layer& layer, const Mapping& mapping, const RunOptions& options);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// As a record of level "simulator": processing and total latency, counts, attribution.
struct SimulateInput {
  const Layer* layer;
  const Accelerator* accelerator;
  const Mapping* mapping;
  std::string workload;
  std::string variant;
  std::int64_t batch = 1;
  const LayerData* data = nullptr;  // null: timing mode
  std::uint64_t seed = 0;           // that `data` were made with, for the record
  Observer* observer = nullptr;     // of the processing run
  std::string vcd;                  // the same; waveform file; empty: none
  // Of both runs: from 0 to twice the layer's steps.
  std::function<void(std::int64_t steps_done)> progress;
};
// Throws as Machine::run, and std::logic_error when the two runs do not count the same.
Record simulate_record(Machine& machine, const SimulateInput& input);

}  // namespace assay::simulator
