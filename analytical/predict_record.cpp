// SPDX-License-Identifier: Apache-2.0
// A prediction under the names of records.
#include "analytical/predictor.h"
#include "core/checked.h"

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

void put_latency(const Accelerator& a, const Nest& nest, const Prediction& p, Record& r) {
  const double macs = static_cast<double>(p.counts.points);
  r.values["processing_cycles"] = p.processing.cycles;
  r.values["processing_ms"] = duration(Cycles(p.processing.cycles), a.clock).value;
  r.values["total_cycles"] = p.total.cycles;
  r.values["total_ms"] = duration(Cycles(p.total.cycles), a.clock).value;
  r.values["operations"] = macs;
  r.values["active_pes"] = p.active_lanes;
  if (p.processing.cycles > 0) {
    r.values["throughput_macs_per_cycle"] = macs / p.processing.cycles;
    r.values["throughput_gmacs_per_s"] = macs / p.processing.cycles * a.clock.value * 1e-3;
    r.values["utilisation_pct"] = 100 * macs / p.processing.cycles / static_cast<double>(a.lanes());
  }
  r.cycles_by_cause = causes(a, nest, p.processing);
  r.notes["binding_processing"] = binding(a, p.processing);
  r.notes["binding_total"] = binding(a, p.total);
}

// Bits that cross the boundary of each off-chip level, uncompressed.
void put_traffic(const Accelerator& a, const Precision& precision, const Counts& c, Record& r) {
  const auto bits = element_bits(precision);
  double off_chip = 0;
  for (std::size_t l = 0; l < a.levels.size(); ++l) {
    if (!a.levels[l].off_chip) continue;
    for (std::size_t m = 0; m < kMoved; ++m)
      for (const Action action : {Action::read, Action::write})
        off_chip += static_cast<double>(c.n[l][m][static_cast<std::size_t>(action)]) * bits[m];
  }
  r.values["off_chip_traffic_mb"] = off_chip / 8e6;
}

// "energy_uj.spad.W": what one level spends on one operand.
void put_energy_by_operand(const Accelerator& a, const Counts& c, const Prices& prices,
                           double zeros, Record& r) {
  for (std::size_t l = 0; l < a.levels.size(); ++l)
    for (std::size_t m = 0; m < kMoved; ++m) {
      double pj = 0;
      for (std::size_t x = 0; x < kActions; ++x)
        pj += static_cast<double>(c.n[l][m][x]) *
              (prices.of[l][m][x].pj * (1 - zeros) + prices.of[l][m][x].gated_pj * zeros);
      if (pj > 0) r.values["energy_uj." + a.levels[l].name + "." + kMovedNames[m]] = pj * 1e-6;
    }
}

void put_energy(const Accelerator& a, const Prediction& p, const Prices& prices, double zeros,
                Record& r) {
  if (!prices.any) return;
  put_energy_by_operand(a, p.counts, prices, zeros, r);
  double chip = p.energy.constant_pj;
  for (std::size_t l = 0; l < a.levels.size(); ++l) {
    if (p.energy.level_pj[l] > 0) r.energy_pj_by_component[a.levels[l].name] = p.energy.level_pj[l];
    if (!a.levels[l].off_chip) chip += p.energy.level_pj[l];
  }
  if (p.energy.constant_pj > 0)
    r.energy_pj_by_component["clock and leakage"] = p.energy.constant_pj;
  r.values["energy_uj"] = p.energy.total_pj * 1e-6;
  r.values["energy_chip_uj"] = chip * 1e-6;
  const double ms = r.values["total_ms"];
  if (ms > 0) r.values["power_chip_mw"] = chip * 1e-6 / ms;
}

// Counts that cost something in silicon but have no price: an energy without them is incomplete,
// and says so.
std::string unpriced(const Accelerator& a, const Counts& c, const Prices& prices) {
  std::string out;
  for (std::size_t l = 0; l < a.levels.size(); ++l)
    for (std::size_t m = 0; m < kMoved; ++m)
      for (std::size_t x = 0; x < kActions; ++x)
        if (c.n[l][m][x] != 0 && !prices.of[l][m][x].known)
          out += (out.empty() ? "" : ", ") + a.levels[l].name + "." + kMovedNames[m] + "." +
                 kActionNames[x];
  return out;
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
  r.level = "analytical";
  r.chip = a.name;
  r.workload = in.workload;
  r.layer = in.layer->name;
  r.variant = in.variant;
  r.batch = in.batch;
  r.repeat = in.layer->repeat;
  r.provenance.tool = "assay analytical " ASSAY_VERSION;
  Prices prices;
  double zeros = 0;
  if (in.parameters != nullptr) {
    prices = price_list(*in.parameters, a, precision);
    zeros = in.parameters->zero_fraction(in.workload, in.layer->name);
  }
  const Prediction p =
      predict(*in.layer, a, nest, in.parameters != nullptr ? &prices : nullptr, zeros);
  r.counts = named(p.counts, a);
  put_latency(a, nest, p, r);
  put_traffic(a, precision, p.counts, r);
  if (in.parameters != nullptr) {
    put_energy(a, p, prices, zeros, r);
    if (prices.any)
      if (const std::string missing = unpriced(a, p.counts, prices); !missing.empty())
        r.notes["unpriced"] = missing;
  }
  put_hardware(a, in.parameters, r);
  return r;
}

}  // namespace assay::analytical
