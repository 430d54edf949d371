// SPDX-License-Identifier: Apache-2.0
// A prediction under the names of records.
#include "analytical/exact.h"
#include "analytical/predictor.h"
#include "core/energy.h"

namespace assay::analytical {
namespace {

std::string port_name(const Accelerator& a, int level, int port) {
  const Level& l = a.levels[static_cast<std::size_t>(level)];
  return l.name + "." + l.ports[static_cast<std::size_t>(port)].name;
}

std::string binding(const Accelerator& a, const FastLatency& t) {
  if (t.binding_level >= 0) return "port " + port_name(a, t.binding_level, t.binding_port);
  return a.levels.back().name;
}

std::map<std::string, double> causes(const Accelerator& a, const Nest& nest, const FastLatency& t) {
  std::map<std::string, double> out;
  const auto put = [&](const std::string& cause, double cycles) {
    if (cycles > 0) out[cause] += cycles;
  };
  const std::string pe = a.levels.back().name;
  put(pe + ": MACs", t.macs);
  put(pe + ": step overhead", t.step_overhead);
  put(pe + ": partial sums", t.psums);
  put(pe + ": new inputs", t.new_inputs);
  for (int i = 0; i < nest.holds; ++i) {
    const HoldPoint& h = nest.hold[static_cast<std::size_t>(i)];
    put("wait: " + std::string(name(h.operand)) + " at " +
            a.levels[static_cast<std::size_t>(h.level)].name,
        t.exposed[static_cast<std::size_t>(i)]);
  }
  put("ramp-up", t.ramp);
  put("drain", t.drain);
  if (t.binding_level >= 0)
    put("wait: port " + port_name(a, t.binding_level, t.binding_port), t.port_wait);
  return out;
}

void put_cycles(const Accelerator& a, const Prediction& p, double processing, double total,
                Record& r) {
  const double macs = static_cast<double>(p.counts.points);
  r.values["processing_cycles"] = processing;
  r.values["processing_ms"] = duration(Cycles(processing), a.clock).value;
  r.values["total_cycles"] = total;
  r.values["total_ms"] = duration(Cycles(total), a.clock).value;
  r.values["operations"] = macs;
  r.values["active_pes"] = p.active_lanes;
  if (processing > 0) {
    r.values["throughput_macs_per_cycle"] = macs / processing;
    r.values["throughput_gmacs_per_s"] = macs / processing * a.clock.value * 1e-3;
    r.values["utilisation_pct"] = 100 * macs / processing / static_cast<double>(a.lanes());
  }
}

void put_latency(const Accelerator& a, const Nest& nest, const Prediction& p, Record& r) {
  put_cycles(a, p, p.processing.cycles, p.total.cycles, r);
  r.cycles_by_cause = causes(a, nest, p.processing);
  r.notes["binding_processing"] = binding(a, p.processing);
  r.notes["binding_total"] = binding(a, p.total);
}

void put_busy(const ExactLatency& t, Record& r) {
  const auto finish = static_cast<double>(t.finish);
  for (const auto& [port, busy] : t.busy)
    r.values["port_busy_pct." + port] = finish > 0 ? 100 * static_cast<double>(busy) / finish : 0;
}

// Under the names that the simulator's records have.
void put_exact_latency(const Layer& layer, const Accelerator& a, const Nest& nest,
                       const Prediction& p, Record& r) {
  const ExactLatency processing = exact_latency(layer, a, nest, false);
  const ExactLatency total = exact_latency(layer, a, nest, true);
  put_cycles(a, p, static_cast<double>(processing.finish), static_cast<double>(total.finish), r);
  for (const auto& [cause, n] : processing.by_cause)
    r.cycles_by_cause[cause] = static_cast<double>(n);
  for (const auto& [cause, n] : total.by_cause)
    r.values["total_cycles." + cause] = static_cast<double>(n);
  r.values["steps"] = static_cast<double>(processing.steps);
  r.values["transfers"] = static_cast<double>(processing.transfers);
  r.values["step_cycles"] = static_cast<double>(processing.step_time);
  // Ports of off-chip levels take part in the total latency only.
  put_busy(total, r);
  put_busy(processing, r);
  r.notes["latency"] = "exact";
}

void put_hardware(const Accelerator& a, const Parameters* parameters, Record& r) {
  if (const auto fpga = fpga_resources(a)) {
    r.values["dsp"] = static_cast<double>(fpga->dsp);
    r.values["bram18"] = static_cast<double>(fpga->bram18);
  }
  if (parameters == nullptr || parameters->areas.empty()) return;
  double area = 0;
  for (const UnitArea& u : parameters->areas) area += u.area.value;
  r.values["area_mm2"] = area;
}

}  // namespace

Record predict_record(const RecordInput& in) {
  const Accelerator& a = *in.accelerator;
  const Nest nest = compile(*in.layer, a, *in.mapping);
  const Precision precision = effective_precision(a, *in.layer);
  Record r;
  r.level = in.exact ? "exact" : "analytical";
  r.chip = a.name;
  r.workload = in.workload;
  r.layer = in.layer->name;
  r.variant = in.variant;
  r.batch = in.batch;
  r.repeat = in.layer->repeat;
  r.provenance.tool = "assay analytical " ASSAY_VERSION;
  const Prediction p = predict(*in.layer, a, nest, nullptr, 0);
  r.counts = named(p.counts, a);
  if (in.exact)
    put_exact_latency(*in.layer, a, nest, p, r);
  else
    put_latency(a, nest, p, r);
  r.values["off_chip_traffic_mb"] = off_chip_traffic_mb(a, precision, r.counts);
  if (in.parameters != nullptr)
    put_energy(a, precision, *in.parameters,
               in.parameters->zero_fraction(in.workload, in.layer->name), &r);
  put_hardware(a, in.parameters, r);
  return r;
}

}  // namespace assay::analytical
