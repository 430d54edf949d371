// SPDX-License-Identifier: Apache-2.0
// The elaborated machine: levels and arrays in the order of the file, each bound to the one
// outside.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "simulator/machine/network.h"
#include "simulator/machine/processor.h"
#include "simulator/machine/sequencer.h"
#include "simulator/machine/storage.h"
#include "simulator/machine/waves.h"
#include "simulator/simulator.h"

namespace assay::simulator {

struct Machine::Impl {
  explicit Impl(const Accelerator& a);
  RunResult run(const Layer& layer, const Mapping& mapping, const RunOptions& options);

 private:
  void bind();
  void begin(RunContext& run);
  void load_tensors(RunContext& run);
  void name_causes(RunContext& run);
  std::unique_ptr<Waves> waves(const std::string& file) const;
  void end();
  RunResult result(RunContext& run) const;
  void add_counts(const RunContext& run, RunResult& result) const;
  std::string stuck() const;

  Accelerator accelerator;
  std::vector<std::unique_ptr<StorageLevel>> storages;  // by level; null for others
  std::vector<std::unique_ptr<ArrayNetwork>> arrays;    // by level; null for others
  std::unique_ptr<Processor> processor;
  std::unique_ptr<Sequencer> sequencer;
  std::vector<HoldUnit*> units;  // of the layer, in the order of its holds
  std::vector<std::string> cause_names;
};

}  // namespace assay::simulator
