// SPDX-License-Identifier: Apache-2.0
#include "experiments/fit/energy_score.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "calibration/parameters_json.h"
#include "core/energy.h"
#include "core/yaml_reader.h"
#include "experiments/fit/price_shares.h"

namespace assay::fit {
namespace {

namespace fs = std::filesystem;

// What a fit left in the parameters, or nothing.
std::optional<calibration::FitBlock> fit_of(const fs::path& file, const std::string& chip) {
  Diagnostics diagnostics;
  const YamlFile yaml(file, &diagnostics);
  throw_if_any(diagnostics);
  if (!yaml.map().has("fit")) return std::nullopt;
  return calibration::read_fitted(file, chip).fit;
}

class Scorer {
 public:
  Scorer(const FitFile& file, const FitData& data, const fs::path& parameters)
      : file_(file), data_(data), fit_(fit_of(parameters, data.accelerator.name)) {
    if (!fit_) return;
    for (const calibration::FittedUnknown& u : fit_->unknowns)
      doubled_.push_back(doubled(data.parameters, u.terms));
    z_ = quantile_of(file.nominal);
  }

  ScoredEnergy operator()(const FitRecord& r) const {
    ScoredEnergy s;
    s.id = r.id;
    s.group = r.group;
    s.measured = r.measured;
    s.zero_fraction = r.activity.zero_fraction;
    s.zeros_stated = r.zeros_stated;
    const auto& values = r.activity.record.values;
    const auto ms = values.find("total_ms");
    s.at_predicted_time = energy(data_.parameters, r, ms == values.end() ? 0 : ms->second);
    if (r.time_measured) s.at_measured_time = energy(data_.parameters, r, r.time_ms);
    if (fit_) put_interval(r, r.time_measured ? r.time_ms : ms->second, &s);
    return s;
  }

  bool seen(const std::string& group) const {
    return fit_ && std::find(fit_->groups.begin(), fit_->groups.end(), group) != fit_->groups.end();
  }

  std::string method() const {
    if (!fit_) return "none: the parameters were not fitted";
    return interval_method(*fit_, file_.nominal);
  }

 private:
  double energy(const Parameters& p, const FitRecord& r, double ms) const {
    Record record = r.activity.record;
    record.values["total_ms"] = ms;
    record.values["total_cycles"] = ms * 1e3 * data_.accelerator.clock.value;
    put_energy(data_.accelerator, r.activity.precision, p, r.activity.zero_fraction, &record);
    const auto value = record.values.find(file_.quantity);
    if (value == record.values.end() || !(value->second > 0))
      throw InputError({{file_.parameters, 0, "energy", "",
                         "expected prices of what " + r.id + " does: its energy is 0"}});
    return value->second;
  }

  void put_interval(const FitRecord& r, double ms, ScoredEnergy* s) const {
    const double centre = energy(data_.parameters, r, ms);
    Eigen::VectorXd shares(static_cast<Eigen::Index>(doubled_.size()));
    for (std::size_t j = 0; j < doubled_.size(); ++j) {
      const double share = energy(doubled_[j], r, ms) / centre - 1;
      shares[static_cast<Eigen::Index>(j)] = share;
      note_outside(fit_->unknowns[j], share, s);
    }
    const double sd = sd_ln(*fit_, shares);
    s->low = centre * std::exp(-z_ * sd);
    s->high = centre * std::exp(z_ * sd);
  }

  static void note_outside(const calibration::FittedUnknown& u, double share, ScoredEnergy* s) {
    constexpr double kRounding = 1e-9;
    const bool below = u.share_low && share < *u.share_low - kRounding;
    const bool above = u.share_high && share > *u.share_high + kRounding;
    if (!below && !above) return;
    s->outside +=
        fmt::format("{}share of {} {:.2f}, seen {:.2f} to {:.2f}", s->outside.empty() ? "" : "; ",
                    u.name, share, *u.share_low, *u.share_high);
  }

  const FitFile& file_;
  const FitData& data_;
  std::optional<calibration::FitBlock> fit_;
  std::vector<Parameters> doubled_;
  double z_ = 0;
};

void put_errors(const FitFile& file, EnergyScore* score) {
  std::vector<calibration::ErrorSample> measured, predicted;
  for (const ScoredEnergy& s : score->records) {
    predicted.push_back({s.id, s.group, s.at_predicted_time, s.measured});
    if (s.at_measured_time) measured.push_back({s.id, s.group, *s.at_measured_time, s.measured});
    if (!s.low) continue;
    ++score->with_interval;
    if (*s.low <= s.measured && s.measured <= *s.high) ++score->covered;
  }
  score->at_predicted_time = calibration::error_report(predicted, file.seed);
  if (!measured.empty()) score->at_measured_time = calibration::error_report(measured, file.seed);
}

}  // namespace

EnergyScore score_energy(const FitFile& file, const Catalog& catalog) {
  if (!file.energy())
    throw InputError({{file.file.string(), 0, "quantity", file.quantity,
                       "expected energy_chip_uj or energy_uj: only energies are scored here"}});
  const FitData data = collect(file, catalog);
  EnergyScore score;
  score.parameters = data.parameters.name;
  score.quantity = file.quantity;
  score.left_out = data.left_out;
  const Scorer scorer(
      file, data,
      resolve(file, catalog.chip_folder(file.chip, file.file.parent_path()), file.parameters));
  for (const FitRecord& r : data.records) score.records.push_back(scorer(r));
  for (const GroupSize& g : group_sizes(data))
    if (scorer.seen(g.group)) score.seen.push_back(g.group);
  score.method = scorer.method();
  put_errors(file, &score);
  return score;
}

}  // namespace assay::fit
