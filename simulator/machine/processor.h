// SPDX-License-Identifier: Apache-2.0
// The compute level: all lanes, step by step.
#pragma once

#include <cstdint>
#include <memory>
#include <systemc>
#include <vector>

#include "simulator/machine/hold_unit.h"
#include "simulator/machine/run_context.h"

namespace assay::simulator {

class Processor : public sc_core::sc_module {
 public:
  SC_HAS_PROCESS(Processor);
  Processor(const sc_core::sc_module_name& name, const Compute& compute);

  // The units of the innermost holds; null where the first level serves the lanes directly.
  void load(RunContext* run, const PerOperand<HoldUnit*>& units);
  void start() { go_.notify(); }
  bool done() const { return done_; }

  // The step that runs, and the lanes that work in it; for waveforms.
  const sc_dt::int64& current_step() const { return current_step_; }
  const sc_dt::int64& current_lanes() const { return current_lanes_; }

  std::int64_t step_cycles() const { return step_cycles_; }
  std::int64_t lane_cycles() const { return lane_cycles_; }
  std::int64_t macs() const { return macs_; }
  // Counts of the steps (mac and the accesses of the MACs).
  std::map<CountKey, std::int64_t> counts() const;

 private:
  void thread();
  void run_steps();
  void await_operands(Moment& ready);
  std::int64_t duration(const StepWork& work);
  void compute(const Point& start);
  void release(const Moment& end);
  void tally(const StepWork& work, std::int64_t cycles);

  const Compute& compute_;
  RunContext* run_ = nullptr;
  PerOperand<HoldUnit*> units_{};
  PerOperand<const Tile*> tile_{};  // current, of each unit; null: the next one
  PerOperand<std::int64_t> next_tile_{};
  std::map<const StepWork*, std::int64_t> times_;  // how often each kind of step was done
  const StepWork* latest_ = nullptr;
  std::int64_t* latest_times_ = nullptr;
  bool done_ = true;
  sc_dt::int64 current_step_ = 0, current_lanes_ = 0;
  std::int64_t step_cycles_ = 0, lane_cycles_ = 0, macs_ = 0;
  sc_core::sc_event go_;
};

}  // namespace assay::simulator
