// SPDX-License-Identifier: Apache-2.0
#include "calibration/objective.h"

#include <cmath>
#include <stdexcept>

namespace assay::calibration {

Prior::Prior(const Problem& problem) {
  const Eigen::Index k = index(problem.unknowns.size());
  covariance = Eigen::MatrixXd::Constant(k, k, problem.common_sd_ln * problem.common_sd_ln);
  mean = Eigen::VectorXd::Zero(k);
  centre.resize(k);
  for (Eigen::Index j = 0; j < k; ++j) {
    const Unknown& unknown = problem.unknowns[static_cast<std::size_t>(j)];
    covariance(j, j) += unknown.prior_sd_ln * unknown.prior_sd_ln;
    centre[j] = unknown.prior;
  }
  const auto inverse = [k](const Eigen::MatrixXd& m) {
    return Eigen::MatrixXd(m.llt().solve(Eigen::MatrixXd::Identity(k, k)));
  };
  precision = inverse(covariance);
  if (problem.ratios.empty()) return;
  Eigen::VectorXd pull = mean;
  for (const RatioPrior& r : problem.ratios) {
    const Eigen::Index a = index(r.a), b = index(r.b);
    const double weight = 1 / (r.sd_ln * r.sd_ln);
    const double wanted = r.mean_ln - std::log(centre[a] / centre[b]);
    precision(a, a) += weight;
    precision(b, b) += weight;
    precision(a, b) -= weight;
    precision(b, a) -= weight;
    pull[a] += weight * wanted;
    pull[b] -= weight * wanted;
  }
  mean = precision.llt().solve(pull);
  covariance = inverse(precision);
}

Objective::Objective(const Problem& problem, const Rows& rows)
    : problem_(problem),
      rows_(rows),
      prior_(problem),
      ln_measured_(index(rows.size())),
      spread_(index(rows.size())) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Observation& o = problem.observations.at(rows[i]);
    ln_measured_[index(i)] = std::log(o.measured);
    spread_[index(i)] = o.spread_ln;
  }
}

Eigen::VectorXd Objective::theta(const Eigen::VectorXd& u) const {
  return prior_.centre.array() * u.array().exp();
}

bool Objective::residuals(const Eigen::VectorXd& u, Eigen::VectorXd* residual,
                          Eigen::MatrixXd* shares) const {
  const Eigen::VectorXd t = theta(u);
  Eigen::VectorXd predicted;
  Eigen::MatrixXd jacobian;
  if (!t.allFinite()) return false;
  try {
    problem_.model->predict(t, &predicted, shares ? &jacobian : nullptr);
  } catch (const std::domain_error&) {
    return false;
  }
  residual->resize(index(rows_.size()));
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const double y = predicted[index(rows_[i])];
    if (!(y > 0) || !std::isfinite(y)) return false;
    (*residual)[index(i)] = std::log(y) - ln_measured_[index(i)];
  }
  if (!shares) return true;
  shares->resize(residual->size(), u.size());
  for (Eigen::Index j = 0; j < u.size(); ++j)
    for (std::size_t i = 0; i < rows_.size(); ++i)
      (*shares)(index(i), j) = jacobian(index(rows_[i]), j) * t[j] / predicted[index(rows_[i])];
  return shares->allFinite();
}

Eigen::VectorXd Objective::row_weights(const Eigen::VectorXd& residual,
                                       const Weights& weights) const {
  const double m2 = weights.discrepancy_ln * weights.discrepancy_ln;
  Eigen::VectorXd w = (spread_.array().square() + m2).inverse();
  if (!weights.huber) return w;
  for (Eigen::Index i = 0; i < w.size(); ++i)
    w[i] *= std::min(1.0, *weights.huber / (std::abs(residual[i]) * std::sqrt(w[i]) + 1e-300));
  return w;
}

double Objective::cost(const Eigen::VectorXd& u, const Eigen::VectorXd& residual,
                       const Weights& weights) const {
  const double m2 = weights.discrepancy_ln * weights.discrepancy_ln;
  const Eigen::VectorXd d = u - prior_.mean;
  double sum = d.dot(prior_.precision * d);
  for (Eigen::Index i = 0; i < residual.size(); ++i) {
    const double z = std::abs(residual[i]) / std::sqrt(spread_[i] * spread_[i] + m2);
    const bool far = weights.huber && z > *weights.huber;
    sum += far ? *weights.huber * (2 * z - *weights.huber) : z * z;
  }
  return sum;
}

double Objective::best_scale_ln(double discrepancy_ln) const {
  Eigen::VectorXd residual;
  if (rows_.empty() || !residuals(Eigen::VectorXd::Zero(prior_.mean.size()), &residual)) return 0;
  const Eigen::VectorXd w = row_weights(residual, {discrepancy_ln, std::nullopt});
  return -w.dot(residual) / w.sum();
}

}  // namespace assay::calibration
