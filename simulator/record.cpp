// SPDX-License-Identifier: Apache-2.0
// A simulated layer under the names of records (docs/formats/simulation.md).
#include <algorithm>
#include <stdexcept>

#include "core/energy.h"
#include "core/hash.h"
#include "simulator/simulator.h"

namespace assay::simulator {
namespace {

double number(std::int64_t n) { return static_cast<double>(n); }

double percent(double part, double whole) { return whole > 0 ? 100 * part / whole : 0; }

RunResult run_processing(Machine& machine, const SimulateInput& in) {
  RunOptions options;
  options.data = in.data;
  options.observer = in.observer;
  options.progress = in.progress;
  options.vcd = in.vcd;
  return machine.run(*in.layer, *in.mapping, options);
}

RunResult run_total(Machine& machine, const SimulateInput& in, std::int64_t steps_before) {
  RunOptions options;
  options.off_chip_timed = true;
  if (in.progress)
    options.progress = [&in, steps_before](std::int64_t steps) {
      in.progress(steps_before + steps);
    };
  return machine.run(*in.layer, *in.mapping, options);
}

// What does not depend on time must not differ between the two runs.
void check_same(const RunResult& processing, const RunResult& total, const std::string& layer) {
  if (processing.counts == total.counts && processing.steps == total.steps &&
      processing.transfers == total.transfers && processing.macs == total.macs)
    return;
  throw std::logic_error("layer " + layer +
                         ": the runs of processing and of total latency count differently");
}

void put_latency(const Accelerator& a, const RunResult& processing, const RunResult& total,
                 Record* r) {
  const double cycles = number(processing.finish), macs = number(processing.macs);
  auto& values = r->values;
  values["processing_cycles"] = cycles;
  values["processing_ms"] = duration(Cycles(cycles), a.clock).value;
  values["total_cycles"] = number(total.finish);
  values["total_ms"] = duration(Cycles(number(total.finish)), a.clock).value;
  values["operations"] = macs;
  if (cycles > 0) {
    values["throughput_macs_per_cycle"] = macs / cycles;
    values["throughput_gmacs_per_s"] = macs / cycles * a.clock.value * 1e-3;
    values["utilisation_pct"] = 100 * macs / cycles / number(a.lanes());
  }
  for (const auto& [cause, n] : processing.by_cause)
    if (n != 0) r->cycles_by_cause[cause] = number(n);
  for (const auto& [cause, n] : total.by_cause)
    if (n != 0) values["total_cycles." + cause] = number(n);
}

void put_activity(const Accelerator& a, const RunResult& run, Record* r) {
  auto& values = r->values;
  values["steps"] = number(run.steps);
  values["transfers"] = number(run.transfers);
  values["step_cycles"] = number(run.step_cycles);
  if (run.step_cycles > 0) values["active_pes"] = number(run.lane_cycles) / number(run.step_cycles);
  values["lanes_busy_pct"] =
      percent(number(run.lane_cycles), number(a.lanes()) * number(run.finish));
  for (const auto& [port, usage] : run.ports)
    values["port_busy_pct." + port] = percent(number(usage.busy_cycles), number(run.finish));
}

// Ports of off-chip levels take part in the run of the total latency only.
void put_off_chip_ports(const RunResult& processing, const RunResult& total, Record* r) {
  for (const auto& [port, usage] : total.ports)
    if (processing.ports.count(port) == 0)
      r->values["port_busy_pct." + port] = percent(number(usage.busy_cycles), number(total.finish));
}

void put_data(const SimulateInput& in, const RunResult& processing, Record* r) {
  if (in.data == nullptr) return;
  const std::vector<std::int32_t>& input = in.data->input;
  const auto zeros = std::count(input.begin(), input.end(), 0);
  r->values["input_zero_pct"] =
      percent(number(zeros), number(static_cast<std::int64_t>(input.size())));
  r->notes["data"] = "random, seed " + std::to_string(in.seed);
  r->notes["output"] = sha256_of_words(processing.output);
}

}  // namespace

Record simulate_record(Machine& machine, const SimulateInput& in) {
  const RunResult processing = run_processing(machine, in);
  const RunResult total = run_total(machine, in, processing.steps);
  check_same(processing, total, in.layer->name);
  const Accelerator& a = *in.accelerator;
  Record r;
  r.level = "simulator";
  r.chip = a.name;
  r.workload = in.workload;
  r.layer = in.layer->name;
  r.variant = in.variant;
  r.batch = in.batch;
  r.repeat = in.layer->repeat;
  r.provenance.tool = "assay simulator " ASSAY_VERSION;
  r.counts = processing.counts;
  put_latency(a, processing, total, &r);
  put_activity(a, processing, &r);
  put_off_chip_ports(processing, total, &r);
  put_data(in, processing, &r);
  r.values["off_chip_traffic_mb"] =
      off_chip_traffic_mb(a, effective_precision(a, *in.layer), r.counts);
  return r;
}

}  // namespace assay::simulator
