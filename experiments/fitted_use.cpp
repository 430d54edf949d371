// SPDX-License-Identifier: Apache-2.0
#include "experiments/fitted_use.h"

#include <fmt/format.h>

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>

#include "calibration/parameters_json.h"
#include "core/energy.h"
#include "core/yaml_reader.h"
#include "experiments/fit/price_shares.h"

namespace assay {
namespace {

namespace fs = std::filesystem;

constexpr double kNominal = 0.9;
constexpr double kTwoSided95 = 1.96;
constexpr double kCorrelated = 0.9;

FittedNumber number_of(const calibration::FittedUnknown& u) {
  FittedNumber n;
  n.name = u.name;
  n.unit = u.unit;
  n.prior = std::exp(u.prior_ln);
  n.prior_low = std::exp(u.prior_ln - kTwoSided95 * u.prior_sd_ln);
  n.prior_high = std::exp(u.prior_ln + kTwoSided95 * u.prior_sd_ln);
  n.value = std::exp(u.value_ln);
  n.low = u.low;
  n.high = u.high;
  n.learned_share = u.learned_share;
  n.learned = u.learned;
  return n;
}

Eigen::MatrixXd correlations(const Eigen::MatrixXd& covariance) {
  const Eigen::VectorXd sd = covariance.diagonal().cwiseSqrt();
  return covariance.array() / (sd * sd.transpose()).array();
}

// How far the fitted numbers are from being told apart: the square root of the largest over the
// smallest eigenvalue of their correlations.
std::optional<double> condition_of(const Eigen::MatrixXd& covariance) {
  if (covariance.rows() < 2 || !(covariance.diagonal().minCoeff() > 0)) return std::nullopt;
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(correlations(covariance));
  const double least = solver.eigenvalues().minCoeff();
  if (!(least > 0)) return std::nullopt;
  return std::sqrt(solver.eigenvalues().maxCoeff() / least);
}

void add_correlated(const calibration::FitBlock& fit, FittedUse* use) {
  if (!(fit.covariance.diagonal().minCoeff() > 0)) return;
  const Eigen::MatrixXd rho = correlations(fit.covariance);
  for (Eigen::Index i = 0; i < rho.rows(); ++i)
    for (Eigen::Index j = i + 1; j < rho.cols(); ++j)
      if (std::fabs(rho(i, j)) > kCorrelated)
        use->correlated.push_back(fmt::format(
            "{} and {} move together (correlation {:+.2f}): their sum is known better than either.",
            fit.unknowns[static_cast<std::size_t>(i)].name,
            fit.unknowns[static_cast<std::size_t>(j)].name, rho(i, j)));
}

FittedUse& use_of(const Run& run, const fs::path& file, const calibration::FitBlock& fit,
                  ReportInput* out) {
  for (FittedUse& u : out->fitted)
    if (u.chip == run.accelerator.name && u.variant == run.variant) return u;
  FittedUse use;
  use.chip = run.accelerator.name;
  use.variant = run.variant;
  use.file = file.filename().string();
  use.name = fit.name;
  use.quantity = fit.quantity;
  use.n = fit.n;
  use.groups = fit.groups;
  for (const calibration::FittedUnknown& u : fit.unknowns) use.numbers.push_back(number_of(u));
  use.condition_index = condition_of(fit.covariance);
  add_correlated(fit, &use);
  use.verdict = fit.verdict;
  use.nominal_pct = 100 * kNominal;
  use.method =
      fit::interval_method(fit, kNominal) + "; the error of the predicted time is in none of them";
  out->fitted.push_back(std::move(use));
  return out->fitted.back();
}

// Energy of a record with other prices, all else the same.
std::optional<double> energy_with(const Run& run, const Record& record, const Parameters& prices,
                                  const std::string& quantity) {
  const Layer* layer = run.workload.find(record.layer);
  if (layer == nullptr || record.values.count("total_ms") == 0) return std::nullopt;
  Record priced = record;
  put_energy(run.accelerator, effective_precision(run.accelerator, *layer), prices,
             prices.zero_fraction(run.workload.name, record.layer), &priced);
  const auto found = priced.values.find(quantity);
  if (found == priced.values.end() || !(found->second > 0)) return std::nullopt;
  return found->second;
}

void add_intervals(const Run& run, const calibration::FitBlock& fit, FittedUse* use) {
  std::vector<Parameters> prices;
  for (const calibration::FittedUnknown& u : fit.unknowns)
    prices.push_back(fit::doubled(*run.parameters, u.terms));
  for (const Record& r : run.records) {
    const auto centre = energy_with(run, r, *run.parameters, fit.quantity);
    if (!centre) continue;
    Eigen::VectorXd shares(static_cast<Eigen::Index>(prices.size()));
    for (std::size_t k = 0; k < prices.size(); ++k)
      shares[static_cast<Eigen::Index>(k)] =
          energy_with(run, r, prices[k], fit.quantity).value_or(*centre) / *centre - 1;
    const double reach = std::exp(fit::quantile_of(kNominal) * fit::sd_ln(fit, shares));
    use->intervals.push_back(
        {r.level, r.layer, fit.quantity, r.workload, r.batch, *centre / reach, *centre * reach});
  }
}

}  // namespace

bool is_fitted(const fs::path& file) {
  Diagnostics diagnostics;
  const YamlFile yaml(file, &diagnostics);
  throw_if_any(diagnostics);
  return yaml.map().has("fit");
}

void describe_run(const Run& run, const std::optional<fs::path>& parameters, ReportInput* out) {
  for (const PlannedLayer& l : run.layers)
    out->layer_kinds[run.workload.name + "/" + l.layer.name] = std::string(name(l.layer.kind));
  if (!parameters || !run.parameters || !is_fitted(*parameters)) return;
  const calibration::FitBlock fit = calibration::read_fitted(*parameters, run.accelerator.name).fit;
  FittedUse& use = use_of(run, *parameters, fit, out);
  if (fit.quantity.rfind("energy", 0) == 0) add_intervals(run, fit, &use);
}

}  // namespace assay
