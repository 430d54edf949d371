// SPDX-License-Identifier: Apache-2.0
#include "experiments/virtual_chip/measure.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "experiments/virtual_chip/draws.h"

namespace assay::virtual_chip {
namespace {

constexpr double kMadOfNormal = 1.4826;  // standard deviation over median absolute deviation
// Of the bench, not of the chip: nothing depends on them.
constexpr double kRoom = 25, kWarms = 1.5;  // degrees, rise within a window at most
constexpr double kIdleNoise = 0.002;        // of one reading of the idle power, in ln

std::string name_of(const UnitEnergy& e) { return e.component + " " + e.operand + " " + e.action; }

void measure_replicates(const Record& r, double effect_ln, const Bench& bench, Measurement* m) {
  const auto energy = r.values.find("energy_chip_uj");
  const auto ms = r.values.find("total_ms");
  if (energy == r.values.end() || ms == r.values.end() || energy->second <= 0 || ms->second <= 0)
    throw std::invalid_argument("layer " + r.layer + " has no energy or no latency to measure");
  Draws draws(bench.seed, "replicates/" + r.workload + "/" + r.layer);
  for (int i = 0; i < bench.replicates; ++i) {
    m->energy_uj.push_back(energy->second *
                           std::exp(effect_ln + bench.energy_noise_ln * draws.normal()));
    m->ms.push_back(ms->second * std::exp(bench.time_noise_ln * draws.normal()));
  }
}

void add_surroundings(const std::string& name, double idle_mw, const Bench& bench, Measurement* m) {
  m->runs = static_cast<std::int64_t>(std::ceil(bench.window_ms / m->median_ms));
  m->window_ms = static_cast<double>(m->runs) * m->median_ms;
  Draws draws(bench.seed, "surroundings/" + name);
  m->before_c = kRoom + draws.uniform();
  m->after_c = m->before_c + kWarms * draws.uniform();
  m->idle_before_mw = idle_mw * std::exp(kIdleNoise * draws.normal());
  m->idle_after_mw = idle_mw * std::exp(kIdleNoise * draws.normal());
}

}  // namespace

Truth draw_truth(const Parameters& prior, std::uint64_t seed, double sd_ln) {
  Truth t{prior, {}};
  const auto factor = [&](const std::string& name) {
    const double f = std::exp(sd_ln * Draws(seed, "truth/" + name).normal());
    return t.factors[name] = f;
  };
  for (UnitEnergy& e : t.parameters.energies) {
    const double f = factor(name_of(e));
    e.energy = e.energy * f;
    if (e.gated_energy) e.gated_energy = *e.gated_energy * f;
  }
  for (ConstantPower& p : t.parameters.powers) p.power = p.power * factor("power " + p.name);
  return t;
}

Truth given_truth(const Parameters& prior, Parameters given) {
  Truth t{std::move(given), {}};
  t.parameters.activities = prior.activities;
  t.parameters.machine = prior.machine;  // the machine is no secret
  for (const UnitEnergy& e : t.parameters.energies)
    for (const UnitEnergy& p : prior.energies)
      if (name_of(e) == name_of(p) && p.energy.value > 0)
        t.factors[name_of(e)] = e.energy / p.energy;
  for (const ConstantPower& e : t.parameters.powers)
    for (const ConstantPower& p : prior.powers)
      if (e.name == p.name && p.power.value > 0) t.factors["power " + e.name] = e.power / p.power;
  return t;
}

double network_effect_ln(const Bench& bench, const std::string& workload) {
  return bench.network_ln * Draws(bench.seed, "network/" + workload).normal();
}

std::string kind_of(const Layer& layer) {
  const bool depthwise = layer.kind == LayerKind::conv && layer.size[Dim::G] > 1 &&
                         layer.size[Dim::C] == 1 && layer.size[Dim::M] == 1;
  return depthwise ? "depthwise" : std::string(name(layer.kind));
}

std::vector<std::string> known_kinds() {
  std::vector<std::string> kinds{"depthwise", kMicrobenchmark};
  for (LayerKind k :
       {LayerKind::conv, LayerKind::fc, LayerKind::matmul, LayerKind::pool, LayerKind::elementwise})
    kinds.emplace_back(name(k));
  return kinds;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

double spread_pct(const std::vector<double>& values) {
  const double middle = median(values);
  std::vector<double> away;
  away.reserve(values.size());
  for (double v : values) away.push_back(std::abs(v - middle));
  return 100 * kMadOfNormal * median(away) / middle;
}

std::vector<Measurement> measure(const std::vector<Record>& records,
                                 const std::vector<std::string>& kinds, double idle_mw,
                                 const Bench& bench) {
  std::vector<Measurement> out;
  for (std::size_t i = 0; i < records.size(); ++i) {
    const Record& r = records[i];
    Measurement m;
    m.layer = r.layer;
    m.kind = kinds.at(i);
    m.batch = r.batch;
    m.repeat = r.repeat;
    double effect_ln = network_effect_ln(bench, r.workload);
    if (const auto k = bench.kind_pct.find(m.kind); k != bench.kind_pct.end())
      effect_ln += std::log1p(k->second / 100);
    measure_replicates(r, effect_ln, bench, &m);
    m.median_uj = median(m.energy_uj);
    m.median_ms = median(m.ms);
    m.energy_spread_pct = spread_pct(m.energy_uj);
    m.time_spread_pct = spread_pct(m.ms);
    add_surroundings(r.workload + "/" + r.layer, idle_mw, bench, &m);
    out.push_back(std::move(m));
  }
  return out;
}

}  // namespace assay::virtual_chip
