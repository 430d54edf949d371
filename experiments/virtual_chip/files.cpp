// SPDX-License-Identifier: Apache-2.0
#include "experiments/virtual_chip/files.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/text.h"
#include "experiments/virtual_chip/draws.h"

namespace assay::virtual_chip {
namespace {

std::string idle_cell(double mw) { return mw > 0 ? number_text(mw) : ""; }

// A source never changes with the truth: it must not give it away.
constexpr const char* kConfidence = "virtual: no silicon";
constexpr const char* kCounters =
    "energy and time of whole runs of one layer, of the whole batch, uncompressed, chip without "
    "off-chip levels";

struct Quantity {
  const char* quantity;
  const char* column;
  const char* unit;
};
constexpr Quantity kQuantities[] = {
    {"energy_chip_uj", "energy_uJ", "uJ per batch, median of the replicates"},
    {"total_ms", "latency_ms", "ms per batch, median of the replicates"},
    {"replicates", "replicates", "number"},
    {"replicate_spread_pct", "energy_spread_pct", "1.4826 MAD / median of single replicates"},
    {"time_spread_pct", "latency_spread_pct", "1.4826 MAD / median of single replicates"},
    {"instrument_floor_pct", "instrument_floor_pct", "resolution of the instrument"},
    {"window_ms", "window_ms", "ms of one replicate"},
    {"warm_up_ms", "warm_up_ms", "ms before the first replicate"},
    {"clock_set_mhz", "clock_set_MHz", "MHz"},
    {"clock_observed_mhz", "clock_observed_MHz", "MHz"},
    {"supply_v", "supply_observed_V", "V"},
    {"temperature_before_c", "temperature_before_C", "degrees Celsius"},
    {"temperature_after_c", "temperature_after_C", "degrees Celsius"},
    {"idle_before_mw", "idle_before_mW", "mW"},
    {"idle_after_mw", "idle_after_mW", "mW"},
};

}  // namespace

std::string measured_csv(const Network& network, const Accelerator& a, const Bench& bench,
                         const std::string& source) {
  std::string text =
      "layer,kind,batch,energy_uJ,latency_ms,replicates,energy_spread_pct,latency_spread_pct,"
      "instrument_floor_pct,window_ms,runs_in_window,warm_up_ms,clock_set_MHz,clock_observed_MHz,"
      "supply_set_V,supply_observed_V,temperature_before_C,temperature_after_C,idle_before_mW,"
      "idle_after_mW,stepping,board,instrument,counters,source,confidence\n";
  for (const Measurement& m : network.measurements) {
    const std::string clock = number_text(a.clock.value), supply = number_text(a.supply_v);
    text += fmt::format(
        "{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},virtual,virtual,virtual "
        "power meter,{},{},{}\n",
        m.layer, m.kind, m.batch, number_text(m.median_uj), number_text(m.median_ms),
        bench.replicates, number_text(m.energy_spread_pct), number_text(m.time_spread_pct),
        number_text(kInstrumentFloorPct), number_text(m.window_ms), m.runs,
        number_text(bench.window_ms), clock, clock, supply, supply, number_text(m.before_c),
        number_text(m.after_c), idle_cell(m.idle_before_mw), idle_cell(m.idle_after_mw),
        csv_field(kCounters), csv_field(source), csv_field(kConfidence));
  }
  return text;
}

std::string replicates_csv(const Network& network) {
  std::string text = "layer,replicate,energy_uJ,latency_ms\n";
  for (const Measurement& m : network.measurements)
    for (std::size_t i = 0; i < m.energy_uj.size(); ++i)
      text += fmt::format("{},r{},{},{}\n", m.layer, i + 1, number_text(m.energy_uj[i]),
                          number_text(m.ms[i]));
  return text;
}

std::string import_yaml(const Network& network, const Accelerator& a) {
  std::string text = fmt::format(
      "# SPDX-License-Identifier: Apache-2.0\nschema: assay.import/1\nname: virtual-{}-{}\n"
      "description: a chip that does not exist, with hidden unit energies\nkind: measured\nlevel: "
      "chip\nchip: {}\nworkload: {}\nlayer: {{column: layer}}\nbatch: {{column: batch}}\nsource: "
      "{{column: source}}\nconfidence: {{column: confidence}}\nvalues:\n",
      a.name, network.workload, a.name, network.workload);
  for (const Quantity& q : kQuantities)
    text += fmt::format("  - {{quantity: {}, column: {}, unit: \"{}\"}}\n", q.quantity, q.column,
                        q.unit);
  return text;
}

std::string fit_yaml(const std::vector<Network>& networks, const Parameters& prior,
                     const microbenchmarks::Catalogue* catalogue) {
  std::string text = fmt::format(
      "# SPDX-License-Identifier: Apache-2.0\nschema: assay.fit/1\nname: virtual-{}\nchip: "
      "{}\nquantity: energy_chip_uj\npredict:\n",
      prior.chip, prior.chip);
  for (const Network& n : networks) {
    const bool records = n.workload == microbenchmarks::kWorkload && !prior.powers.empty();
    text += fmt::format("  - {{workload: workloads/{0}.yaml, {1}: {0}{2}}}\n", n.workload,
                        records ? "records" : "mapping", records ? ".records.json" : ".yaml");
  }
  text += "measured:\n";
  for (const Network& n : networks)
    text += fmt::format("  - {{data: measured/{0}.csv, import: measured/{0}.import.yaml}}\n",
                        n.workload);
  if (catalogue == nullptr) return text;
  text += "unknowns:\n";
  for (const auto& group : catalogue->groups) {
    std::vector<std::string> prices;
    for (std::size_t c : group)
      if (!catalogue->columns[c].off_chip && catalogue->columns[c].level >= 0)
        prices.push_back(catalogue->columns[c].price);
    if (!prices.empty())
      text += fmt::format("  - {{name: \"{}\", prices: [{}]}}\n",
                          catalogue->columns[group.front()].name, fmt::join(prices, ", "));
  }
  for (const ConstantPower& p : prior.powers)
    text += fmt::format("  - {{name: {0}, power: {0}}}\n", p.name);
  return text;
}

std::string truth_json(const TruthFile& f) {
  nlohmann::ordered_json j;
  j["schema"] = "assay.truth/1";
  j["warning"] = "hidden from a fit; for judging it";
  j["chip"] = f.truth->parameters.chip;
  j["origin"] = f.origin;
  j["level"] = f.level;
  j["factors"] = f.truth->factors;
  nlohmann::ordered_json& bench = j["bench"];
  bench["seed"] = f.bench->seed;
  bench["replicates"] = f.bench->replicates;
  bench["energy_noise_ln"] = f.bench->energy_noise_ln;
  bench["time_noise_ln"] = f.bench->time_noise_ln;
  bench["network_sd_ln"] = f.bench->network_ln;
  bench["window_ms"] = f.bench->window_ms;
  bench["kind_pct"] = f.bench->kind_pct;
  for (const std::string& n : f.networks)
    j["network_effect_ln"][n] = network_effect_ln(*f.bench, n);
  return j.dump(1) + "\n";
}

}  // namespace assay::virtual_chip
