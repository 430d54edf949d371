// SPDX-License-Identifier: Apache-2.0
// Starts the engines on a layer's program and waits until all are done.
#pragma once

#include <systemc>
#include <vector>

#include "simulator/machine/hold_unit.h"
#include "simulator/machine/processor.h"
#include "simulator/machine/run_context.h"

namespace assay::simulator {

class Sequencer : public sc_core::sc_module {
 public:
  SC_HAS_PROCESS(Sequencer);
  explicit Sequencer(const sc_core::sc_module_name& name) : sc_module(name) { SC_THREAD(thread); }

  // Starts when the simulation goes on; done() once the layer has finished.
  void program(RunContext* run, const std::vector<HoldUnit*>& units, Processor* processor) {
    run_ = run;
    units_ = units;
    processor_ = processor;
    done_ = false;
    start_.notify(sc_core::SC_ZERO_TIME);
  }
  bool done() const { return done_; }

 private:
  void thread() {
    while (true) {
      wait(start_);
      run_->origin = sc_core::sc_time_stamp();
      for (HoldUnit* unit : units_) unit->start();
      processor_->start();
      while (!finished()) wait(run_->finished_something);
      done_ = true;
    }
  }
  bool finished() const {
    for (const HoldUnit* unit : units_)
      if (!unit->done()) return false;
    return processor_->done();
  }

  RunContext* run_ = nullptr;
  std::vector<HoldUnit*> units_;
  Processor* processor_ = nullptr;
  bool done_ = true;
  sc_core::sc_event start_;
};

}  // namespace assay::simulator
