// SPDX-License-Identifier: Apache-2.0
#include "experiments/fit/energy_model.h"

#include <cmath>
#include <set>

#include "core/energy.h"
#include "experiments/fit/energy_unknowns.h"

namespace assay::fit {
namespace {

// The price of a count: an exact operand wins over "any".
std::optional<std::size_t> price_of(const Parameters& p, const CountKey& key) {
  const UnitEnergy* unit = p.find(key.component, key.operand, key.action);
  if (unit == nullptr) return std::nullopt;
  return static_cast<std::size_t>(unit - p.energies.data());
}

bool is_counted(const FitFile& fit, const Accelerator& a, const CountKey& key) {
  const int level = a.find(key.component);
  if (level < 0) return false;
  if (key.action == "mac" && key.component != a.levels.back().name) return false;
  return fit.quantity == "energy_uj" || !a.levels[static_cast<std::size_t>(level)].off_chip;
}

calibration::Observation observation(const FitRecord& r, const std::string& chip) {
  calibration::Observation o;
  o.id = r.id;
  o.group = r.group;
  o.chip = chip;
  o.kind = r.activity.kind;
  o.level = "chip";
  o.measured = r.measured;
  o.spread_ln = r.spread_ln;
  return o;
}

void note_unpriced(const FitFile& fit, const FitData& data, FitProblem* energy) {
  std::set<std::string> names;
  for (const FitRecord& r : data.records)
    for (const auto& [key, n] : r.activity.record.counts)
      if (n != 0 && is_counted(fit, data.accelerator, key) && !price_of(energy->parameters, key))
        names.insert(key.component + "." + key.operand + "." + key.action);
  energy->unpriced.assign(names.begin(), names.end());
}

void add_catalogue(const FitFile& fit, const FitData& data, FitProblem* energy) {
  for (const Activity& a : data.catalogue) {
    const auto ms = a.record.values.find("total_ms");
    energy->catalogue.push_back({a.record.workload + "/" + a.record.layer,
                                 activity_row(fit, data.accelerator, *energy, a,
                                              ms == a.record.values.end() ? 0 : ms->second)});
  }
  if (!data.catalogue.empty()) return;
  // Without one: ideal runs, each with a single unknown at work.
  const auto k = static_cast<Eigen::Index>(energy->priced.size());
  for (Eigen::Index j = 0; j < k; ++j)
    energy->catalogue.push_back(
        {"a run with " + energy->problem.unknowns[static_cast<std::size_t>(j)].name + " alone",
         Eigen::VectorXd::Unit(k, j)});
}

}  // namespace

Eigen::VectorXd activity_row(const FitFile& fit, const Accelerator& accelerator,
                             const FitProblem& energy, const Activity& activity, double time_ms) {
  const std::size_t n = energy.parameters.energies.size();
  std::vector<double> executed(n, 0), gated(n, 0);  // words, in units of per_bits
  for (const auto& [key, count] : activity.record.counts) {
    const auto at = price_of(energy.parameters, key);
    if (!at || !is_counted(fit, accelerator, key)) continue;
    const UnitEnergy& e = energy.parameters.energies[*at];
    const double words =
        static_cast<double>(count) *
        (e.per_bits == 0
             ? 1.0
             : static_cast<double>(bits_of(activity.precision, key.operand)) / e.per_bits);
    const double zeros =
        e.gated_energy && is_gated(accelerator, key) ? activity.zero_fraction : 0.0;
    executed[*at] += words * (1 - zeros);
    gated[*at] += words * zeros;
  }
  Eigen::VectorXd row = Eigen::VectorXd::Zero(static_cast<Eigen::Index>(energy.priced.size()));
  for (std::size_t j = 0; j < energy.priced.size(); ++j) {
    double sum = 0;
    for (const Priced::Part& part : energy.priced[j].parts)
      sum += (part.gated ? gated : executed)[part.energy] * part.proportion * 1e-6;
    // One milliwatt for a millisecond is a microjoule.
    for (const Priced::Power& power : energy.priced[j].powers) sum += power.proportion * time_ms;
    row[static_cast<Eigen::Index>(j)] = sum;
  }
  return row;
}

FitProblem energy_problem(const FitFile& fit, const Catalog& catalog, const FitData& data) {
  FitProblem energy;
  put_unknowns(fit, catalog, data, &energy);
  Eigen::MatrixXd activity(static_cast<Eigen::Index>(data.records.size()),
                           static_cast<Eigen::Index>(energy.priced.size()));
  for (std::size_t i = 0; i < data.records.size(); ++i) {
    const FitRecord& r = data.records[i];
    activity.row(static_cast<Eigen::Index>(i)) =
        activity_row(fit, data.accelerator, energy, r.activity, r.time_ms).transpose();
    energy.problem.observations.push_back(observation(r, data.accelerator.name));
  }
  energy.problem.model = std::make_shared<calibration::LinearModel>(std::move(activity));
  note_unpriced(fit, data, &energy);
  add_catalogue(fit, data, &energy);
  return energy;
}

}  // namespace assay::fit
