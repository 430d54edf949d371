// SPDX-License-Identifier: Apache-2.0
#include "tests/fit/generated.h"

#include <cmath>

#include "core/energy.h"
#include "core/record.h"
#include "core/text.h"
#include "experiments/fit/fit_file.h"

namespace assay::test {
namespace {

namespace fs = std::filesystem;

const fs::path kChip = fs::path(ASSAY_SOURCE_DIR) / "experiments/chips/eyeriss";

CountKey key_of(const UnitEnergy& e) {
  // The counts of an entry for any operand are those of partial sums and outputs.
  return {e.component, e.operand == "any" ? "O" : e.operand, e.action};
}

std::string text_of(const UnitEnergy& e) { return e.component + "." + e.operand + "." + e.action; }

// Counts within a factor of 30 of each other, another mixture in each layer.
Record layer(const Parameters& parameters, const std::string& network, int number, Normal* normal) {
  Record r;
  r.level = "simulator";
  r.chip = "eyeriss";
  r.workload = network;
  r.layer = "layer" + std::to_string(number);
  r.provenance.tool = "made up";
  const double size = std::exp(2 * (*normal)());
  for (const UnitEnergy& e : parameters.energies)
    r.counts[key_of(e)] = std::llround(1e9 * size * std::exp(0.8 * (*normal)()) / e.energy.value);
  r.values["total_cycles"] = std::round(1e6 * size);
  r.values["total_ms"] = r.values["total_cycles"] / 200e3;
  return r;
}

std::string fit_text(const GeneratedOptions& o, const Parameters& parameters) {
  std::string text =
      "schema: assay.fit/1\nname: generated\nchip: eyeriss\nquantity: energy_uj\npredict:\n";
  for (int n = 0; n < o.networks; ++n)
    text +=
        "  - {workload: net" + std::to_string(n) + ", level: simulator, records: records.json}\n";
  text += "measured:\n  - {data: measured.csv, import: import.yaml}\nunknowns:\n";
  for (const std::string& price : generated_prices()) {
    if (parameters.energies.empty()) break;
    text += "  - {name: " + price + ", prices: [" + price + "]}\n";
  }
  return text + o.more;
}

}  // namespace

double Normal::uniform() { return (static_cast<double>(random_() >> 11U) + 0.5) * 0x1p-53; }

double Normal::operator()() {
  const double u = uniform(), v = uniform();
  return std::sqrt(-2 * std::log(u)) * std::cos(2 * 3.14159265358979323846 * v);
}

const std::vector<std::string>& generated_prices() {
  static const std::vector<std::string> prices{"dram.any.read", "dram.any.write", "glb.any.read",
                                               "glb.any.write", "wbuf.any.read",  "y.P.hop",
                                               "spad.I.read",   "spad.W.read",    "spad.P.read",
                                               "spad.P.write",  "spad.I.fill",    "pe.-.mac"};
  return prices;
}

Generated::Generated(const GeneratedOptions& o) {
  fit = folder / "fit.yaml";
  Normal normal(o.seed);
  const Accelerator accelerator = read_accelerator(kChip / "accelerator.yaml");
  Parameters prior = read_parameters(kChip / "parameters.yaml");
  Parameters hidden = prior;
  for (UnitEnergy& e : hidden.energies) {
    const bool asked = [&] {
      for (const std::string& p : generated_prices())
        if (p == text_of(e)) return true;
      return false;
    }();
    if (!asked) continue;
    const double factor = std::exp(o.prior_error_ln * normal());
    e.energy = Picojoules(e.energy.value * factor);
    if (e.gated_energy) e.gated_energy = Picojoules(e.gated_energy->value * factor);
    truth[text_of(e)] = e.energy.value;
  }
  std::vector<Record> records;
  std::string csv = "workload,layer,energy_uj,source,confidence\n";
  for (int n = 0; n < o.networks; ++n) {
    const double common = o.network_ln * normal();
    for (int l = 0; l < o.layers; ++l) {
      records.push_back(layer(prior, "net" + std::to_string(n), l, &normal));
      Record measured = records.back();
      put_energy(accelerator, accelerator.precision, hidden, 0, &measured);
      const double uj = measured.values.at("energy_uj") * std::exp(common + o.noise_ln * normal());
      csv += measured.workload + "," + measured.layer + "," + number_text(uj) + ",made up,none\n";
    }
  }
  write_records_json(folder / "records.json", records);
  write_text(folder / "measured.csv", csv);
  write_text(folder / "import.yaml",
             "schema: assay.import/1\nname: generated\nkind: measured\nlevel: chip\nchip: eyeriss\n"
             "workload: {column: workload}\nlayer: {column: layer}\nsource: {column: source}\n"
             "confidence: {column: confidence}\nvalues:\n"
             "  - {quantity: energy_uj, column: energy_uj}\n");
  write_text(fit, fit_text(o, prior));
}

}  // namespace assay::test
