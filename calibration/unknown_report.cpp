// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "calibration/folds.h"
#include "calibration/objective.h"

namespace assay::calibration {
namespace {

constexpr double kNormal95 = 1.959963984540054;
constexpr double kActiveShare = 0.01;
constexpr double kCorrelated = 0.9;
constexpr int kLeastActive = 3;
constexpr std::size_t kLeastGroups = 3;

// Spread of phi over groups: how much the fit hangs on any one of them.
std::optional<Eigen::VectorXd> jackknife_sd(const Problem& problem, const Rows& rows,
                                            const MapFit& fit, const MapOptions& options) {
  const Folds groups = folds(problem, rows, FoldBy::group);
  if (groups.size() < kLeastGroups) return std::nullopt;
  const auto count = index(groups.size());
  Eigen::MatrixXd phi(count, fit.phi.size());
  for (std::size_t g = 0; g < groups.size(); ++g)
    phi.row(index(g)) = fit_map_near(problem, groups.without(g, g), options, fit).phi.transpose();
  const Eigen::RowVectorXd mean = phi.colwise().mean();
  const Eigen::VectorXd squares = (phi.rowwise() - mean).colwise().squaredNorm();
  const auto n = static_cast<double>(count);
  return Eigen::VectorXd((squares * (n - 1) / n).cwiseSqrt());
}

// In how many rows each unknown has more than a hundredth.
std::vector<int> active(const Problem& problem, const Rows& rows, const MapFit& fit) {
  std::vector<int> count(problem.unknowns.size(), 0);
  const Objective o(problem, rows);
  Eigen::VectorXd residual;
  Eigen::MatrixXd shares;
  const Eigen::VectorXd u = (fit.theta.array() / o.prior().centre.array()).log();
  if (rows.empty() || !o.residuals(u, &residual, &shares)) return count;
  for (std::size_t j = 0; j < count.size(); ++j)
    count[j] = static_cast<int>((shares.col(index(j)).array().abs() > kActiveShare).count());
  return count;
}

Learned judge(double share, bool branches, int active_rows) {
  if (share < 0.1) return Learned::prior_only;
  // Where a branch binds in one or two records, their errors are its fit.
  if (share <= 0.5 || (branches && active_rows < kLeastActive)) return Learned::weak;
  return Learned::learned;
}

std::vector<Correlation> correlated(const Problem& problem, const Eigen::MatrixXd& covariance) {
  std::vector<Correlation> pairs;
  for (std::size_t a = 0; a < problem.unknowns.size(); ++a)
    for (std::size_t b = a + 1; b < problem.unknowns.size(); ++b) {
      const Eigen::Index i = index(a), j = index(b);
      const double rho = covariance(i, j) / std::sqrt(covariance(i, i) * covariance(j, j));
      if (std::abs(rho) > kCorrelated)
        pairs.push_back({problem.unknowns[a].name, problem.unknowns[b].name, rho});
    }
  return pairs;
}

}  // namespace

const char* name(Learned learned) {
  switch (learned) {
    case Learned::prior_only:
      return "prior only";
    case Learned::weak:
      return "weak";
    case Learned::learned:
      break;
  }
  return "learned";
}

UnknownReport unknown_report(const Problem& problem, const Rows& rows, const MapFit& fit,
                             const MapOptions& options) {
  const Prior prior(problem);
  const std::optional<Eigen::VectorXd> jackknife = jackknife_sd(problem, rows, fit, options);
  const std::vector<int> rows_of = active(problem, rows, fit);
  UnknownReport report;
  for (std::size_t k = 0; k < problem.unknowns.size(); ++k) {
    const Eigen::Index j = index(k);
    const double prior_sd = std::sqrt(fit.prior_covariance(j, j));
    UnknownResult r;
    r.name = problem.unknowns[k].name;
    r.unit = problem.unknowns[k].unit;
    r.prior = prior.centre[j] * std::exp(prior.mean[j]);
    r.prior_low = r.prior * std::exp(-kNormal95 * prior_sd);
    r.prior_high = r.prior * std::exp(kNormal95 * prior_sd);
    r.laplace_sd_ln = std::sqrt(fit.covariance(j, j));
    double sd = r.laplace_sd_ln;
    if (jackknife) {
      r.jackknife_sd_ln = (*jackknife)[j];
      sd = std::max(sd, *r.jackknife_sd_ln);
    }
    r.value = fit.theta[j];
    r.low = r.value * std::exp(-kNormal95 * sd);
    r.high = r.value * std::exp(kNormal95 * sd);
    r.learned_share = 1 - fit.covariance(j, j) / fit.prior_covariance(j, j);
    r.active = rows_of[k];
    r.learned = judge(r.learned_share, !fit.binding.empty(), r.active);
    report.unknowns.push_back(std::move(r));
  }
  report.correlated = correlated(problem, fit.covariance);
  return report;
}

}  // namespace assay::calibration
