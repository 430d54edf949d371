// SPDX-License-Identifier: Apache-2.0
#include "core/energy.h"

#include <algorithm>
#include <array>
#include <string>

#include "core/units.h"

namespace assay {
namespace {

constexpr std::array<const char*, 4> kMoved{"I", "W", "P", "O"};
constexpr std::array<const char*, 7> kActions{"fill", "read", "write", "drain",
                                              "hop",  "add",  "join"};

std::array<int, 4> element_bits(const Precision& p) {
  return {p.input_bits, p.weight_bits, p.psum_bits, p.output_bits};
}

std::int64_t count_of(const std::map<CountKey, std::int64_t>& counts, const CountKey& key) {
  const auto n = counts.find(key);
  return n == counts.end() ? 0 : n->second;
}

class Pricing {
 public:
  Pricing(const Accelerator& accelerator, const Parameters& parameters, double zero_fraction,
          const Record& record)
      : accelerator_(accelerator),
        parameters_(parameters),
        zeros_(zero_fraction),
        record_(record) {}

  // Of all events of one count. Prices that exist are noted, and counts that have none.
  double picojoules(const CountKey& key, int bits) {
    const UnitEnergy* unit = parameters_.find(key.component, key.operand, key.action);
    any_ = any_ || unit != nullptr;
    const std::int64_t n = count_of(record_.counts, key);
    if (n == 0) return 0;
    if (unit == nullptr) {
      // Multiply-accumulates without a price are common: the publication prices the accesses.
      if (key.action != "mac")
        unpriced_ +=
            (unpriced_.empty() ? "" : ", ") + key.component + "." + key.operand + "." + key.action;
      return 0;
    }
    const double scale = unit->per_bits == 0 ? 1.0 : static_cast<double>(bits) / unit->per_bits;
    const double pj = unit->energy.value * scale;
    const double gated_pj =
        unit->gated_energy && is_gated(accelerator_, key) ? unit->gated_energy->value * scale : pj;
    return static_cast<double>(n) * (pj * (1 - zeros_) + gated_pj * zeros_);
  }

  bool any() const { return any_; }
  const std::string& unpriced() const { return unpriced_; }

 private:
  const Accelerator& accelerator_;
  const Parameters& parameters_;
  double zeros_;
  const Record& record_;
  bool any_ = false;
  std::string unpriced_;
};

// One level; by_operand receives what each operand spends there.
double level_picojoules(const Level& level, const std::array<int, 4>& bits, Pricing* pricing,
                        std::map<std::string, double>* by_operand) {
  double sum = 0;
  for (std::size_t m = 0; m < kMoved.size(); ++m) {
    double of_operand = 0;
    for (const char* action : kActions) {
      const double pj = pricing->picojoules({level.name, kMoved[m], action}, bits[m]);
      sum += pj;
      of_operand += pj;
    }
    if (of_operand > 0)
      (*by_operand)["energy_uj." + level.name + "." + kMoved[m]] = of_operand * 1e-6;
  }
  return sum;
}

}  // namespace

bool is_gated(const Accelerator& accelerator, const CountKey& key) {
  if (key.action != "read" && key.action != "write" && key.action != "mac") return false;
  const std::string operand = key.operand == "P" ? "O" : key.operand;
  return std::any_of(
      accelerator.zero_gating.begin(), accelerator.zero_gating.end(), [&](const ZeroGate& gate) {
        if (gate.component != key.component) return false;
        return key.action == "mac" || (gate.operand && name(*gate.operand) == operand);
      });
}

int bits_of(const Precision& precision, const std::string& operand) {
  const auto at = std::find(kMoved.begin(), kMoved.end(), operand);
  if (at == kMoved.end()) return precision.input_bits;
  return element_bits(precision)[static_cast<std::size_t>(at - kMoved.begin())];
}

double off_chip_traffic_mb(const Accelerator& accelerator, const Precision& precision,
                           const std::map<CountKey, std::int64_t>& counts) {
  const std::array<int, 4> bits = element_bits(precision);
  double sum = 0;
  for (const Level& level : accelerator.levels) {
    if (!level.off_chip) continue;
    for (std::size_t m = 0; m < kMoved.size(); ++m)
      for (const char* action : {"read", "write"})
        sum += static_cast<double>(count_of(counts, {level.name, kMoved[m], action})) * bits[m];
  }
  return sum / 8e6;
}

void put_energy(const Accelerator& accelerator, const Precision& precision,
                const Parameters& parameters, double zero_fraction, Record* record) {
  const std::array<int, 4> bits = element_bits(precision);
  Pricing pricing(accelerator, parameters, zero_fraction, *record);
  std::map<std::string, double> by_operand;
  std::vector<double> level_pj;
  for (const Level& level : accelerator.levels)
    level_pj.push_back(level_picojoules(level, bits, &pricing, &by_operand));
  level_pj.back() +=
      pricing.picojoules({accelerator.levels.back().name, "-", "mac"}, precision.input_bits);
  if (!pricing.any()) return;
  double power_mw = 0;
  for (const ConstantPower& p : parameters.powers) power_mw += p.power.value;
  const double constant_pj =
      energy(Milliwatts(power_mw),
             duration(Cycles(record->values.at("total_cycles")), accelerator.clock))
          .value;
  double total = constant_pj, chip = constant_pj;
  for (std::size_t l = 0; l < level_pj.size(); ++l) {
    const Level& level = accelerator.levels[l];
    total += level_pj[l];
    if (!level.off_chip) chip += level_pj[l];
    if (level_pj[l] > 0) record->energy_pj_by_component[level.name] = level_pj[l];
  }
  if (constant_pj > 0) record->energy_pj_by_component["clock and leakage"] = constant_pj;
  record->values.insert(by_operand.begin(), by_operand.end());
  record->values["energy_uj"] = total * 1e-6;
  record->values["energy_chip_uj"] = chip * 1e-6;
  const double ms = record->values.at("total_ms");
  if (ms > 0) record->values["power_chip_mw"] = chip * 1e-6 / ms;
  if (!pricing.unpriced().empty()) record->notes["unpriced"] = pricing.unpriced();
}

}  // namespace assay
