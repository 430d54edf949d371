// SPDX-License-Identifier: Apache-2.0
#include "simulator/machine/processor.h"

#include "core/checked.h"

namespace assay::simulator {

Processor::Processor(const sc_core::sc_module_name& name, const Compute& compute)
    : sc_module(name), compute_(compute) {
  SC_THREAD(thread);
}

void Processor::load(RunContext* run, const PerOperand<HoldUnit*>& units) {
  run_ = run;
  units_ = units;
  tile_.fill(nullptr);
  next_tile_.fill(0);
  times_.clear();
  latest_ = nullptr;
  done_ = run == nullptr;
  step_cycles_ = lane_cycles_ = macs_ = 0;
}

void Processor::thread() {
  while (true) {
    wait(go_);
    run_->guarded([this] { run_steps(); });
    done_ = true;
    run_->finished_something.notify();
  }
}

void Processor::run_steps() {
  constexpr std::int64_t kProgressSteps = 4096;
  Odometer steps(run_->layer, run_->nest, run_->nest.step_outside);
  Moment ready;
  do {
    await_operands(ready);
    const StepWork& work = run_->datapath.work(steps.start());
    const std::int64_t cycles = duration(work);
    if (run_->moves_data()) compute(steps.start());
    const std::int64_t begin = run_->now();
    current_step_ = run_->step;
    current_lanes_ = work.active_lanes;
    if (cycles > 0) wait(RunContext::cycles(cycles));
    current_lanes_ = 0;
    ready.pass(cycles, 0, run_->causes);
    tally(work, cycles);
    if (run_->options.observer != nullptr)
      run_->options.observer->step(
          {run_->step, begin, begin + cycles, work.macs, work.active_lanes});
    ++run_->step;
    release(ready);
    if (run_->options.progress && run_->step % kProgressSteps == 0)
      run_->options.progress(run_->step);
  } while (steps.advance());
  run_->finish.raise(ready);
}

void Processor::await_operands(Moment& ready) {
  for (Operand o : kAllOperands) {
    HoldUnit* const unit = units_[o];
    if (unit == nullptr) continue;
    if (tile_[o] == nullptr) tile_[o] = unit->tiles().find(next_tile_[o]);
    unit->await_usable(tile_[o]->number, ready);
  }
}

std::int64_t Processor::duration(const StepWork& work) {
  const Rational& interval = compute_.initiation_interval_cycles;
  std::int64_t cycles = ceil_div(mul(work.lane0_macs, interval.num), interval.den);
  if (!run_->fault(FaultKind::missing_step_overhead))
    cycles = add(cycles, compute_.step_overhead_cycles);
  cycles = add(cycles, mul(compute_.per_psum_cycles, work.lane0_psums));
  const Tile* input = tile_[Operand::I];
  if (compute_.per_new_input_cycles == 0 || input == nullptr || input->first_step != run_->step)
    return cycles;
  const Transfer& fill = run_->transfers.fill(units_[Operand::I]->hold(), *input);
  return add(cycles, mul(compute_.per_new_input_cycles, fill.lane0_words));
}

void Processor::compute(const Point& start) {
  Datapath::Memory memory;
  PerOperand<Datapath::Place> places;
  PerOperand<std::int32_t*> base;
  for (Operand o : kAllOperands) {
    HoldUnit* const unit = units_[o];
    base[o] = unit == nullptr ? run_->tensor[o].data() : unit->memory();
    if (unit == nullptr) continue;
    if (o == Operand::O) unit->open(tile_[o]->number);
    places[o] = {unit->slot_base(tile_[o]->number), tile_[o]->start};
  }
  memory.input = base[Operand::I];
  memory.weights = run_->layer.has_weights() ? base[Operand::W] : nullptr;
  memory.psums = base[Operand::O];
  run_->datapath.run(start, places, memory);
}

void Processor::release(const Moment& end) {
  for (Operand o : kAllOperands) {
    HoldUnit* const unit = units_[o];
    if (unit == nullptr || tile_[o]->last_step + 1 != run_->step) continue;
    const std::int64_t number = tile_[o]->number;
    tile_[o] = nullptr;
    next_tile_[o] = number + 1;
    unit->steps_done(number, end);
  }
}

void Processor::tally(const StepWork& work, std::int64_t cycles) {
  if (&work != latest_) {
    latest_ = &work;
    latest_times_ = &times_[&work];
  }
  ++*latest_times_;
  step_cycles_ = add(step_cycles_, cycles);
  lane_cycles_ = add(lane_cycles_, mul(cycles, work.active_lanes));
  macs_ = add(macs_, work.macs);
}

std::map<CountKey, std::int64_t> Processor::counts() const {
  std::map<CountKey, std::int64_t> counts;
  for (const auto& [work, times] : times_)
    for (const auto& [key, n] : work->counts) counts[key] = add(counts[key], mul(n, times));
  return counts;
}

}  // namespace assay::simulator
