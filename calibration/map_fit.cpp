// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <random>
#include <utility>

#include "calibration/objective.h"

namespace assay::calibration {
namespace {

constexpr int kMostSteps = 200;
constexpr double kNear = 1e-7;  // from here on a step changes the cost by less than rounding
constexpr double kDone = 1e-14;
constexpr int kLeastEstimates = 3, kMostEstimates = 6;  // of the discrepancy
constexpr double kSameStarts = 1e-6;                    // in phi
constexpr double kSameOfSpread = 0.1, kRuledOut = 10;   // of models with branches; in cost: e^-5

// The estimate of the discrepancy counts as if one more residual of the size assumed at first had
// been seen: with few observations n - tr(H) is near 0 and residuals alone say nothing.
constexpr double kAssumedResiduals = 1;

// Gradient and Hessian (Gauss-Newton) of half the cost at one point.
struct Local {
  Eigen::VectorXd gradient;
  Eigen::MatrixXd data, hessian;
};

Local local(const Objective& o, const Eigen::VectorXd& u, const Eigen::VectorXd& residual,
            const Eigen::MatrixXd& shares, const Weights& weights) {
  const Eigen::VectorXd w = o.row_weights(residual, weights);
  const Eigen::MatrixXd scaled = w.cwiseSqrt().asDiagonal() * shares;
  Local l;
  l.gradient =
      shares.transpose() * w.cwiseProduct(residual) + o.prior().precision * (u - o.prior().mean);
  l.data = scaled.transpose() * scaled;
  l.hessian = l.data + o.prior().precision;
  return l;
}

Eigen::VectorXd damped_step(const Local& l, double damping) {
  Eigen::MatrixXd h = l.hessian;
  h.diagonal() *= 1 + damping;
  return -h.ldlt().solve(l.gradient);
}

// At a minimum the cost is flat to rounding and can no longer say which point is better; steps that
// shrink can.
bool polish(const Objective& o, const Weights& weights, Minimum* m) {
  double before = kNear;
  Eigen::VectorXd residual;
  Eigen::MatrixXd shares;
  for (int i = 0; i < 40; ++i) {
    if (!o.residuals(m->u, &residual, &shares)) return false;
    const Eigen::VectorXd step = damped_step(local(o, m->u, residual, shares, weights), 0);
    const double size = step.cwiseAbs().maxCoeff();
    if (!(size < before)) return true;
    m->u += step;
    ++m->iterations;
    if (size < kDone) return true;
    before = size;
  }
  return true;
}

}  // namespace

Minimum minimise(const Objective& o, const Eigen::VectorXd& start, const Weights& weights) {
  Minimum m;
  m.u = start;
  Eigen::VectorXd residual, tried_residual;
  Eigen::MatrixXd shares;
  if (!o.residuals(m.u, &residual, &shares)) return m;
  m.possible = true;
  m.cost = o.cost(m.u, residual, weights);
  double damping = 1e-3;
  while (m.iterations < kMostSteps && !m.converged) {
    const Local l = local(o, m.u, residual, shares, weights);
    bool moved = false;
    while (!moved && !m.converged && m.iterations++ < kMostSteps) {
      const Eigen::VectorXd step = damped_step(l, damping);
      const Eigen::VectorXd tried = m.u + step;
      m.converged = step.cwiseAbs().maxCoeff() < kNear;
      if (o.residuals(tried, &tried_residual)) {
        const double cost = o.cost(tried, tried_residual, weights);
        moved = cost < m.cost;
        if (moved) {
          m.u = tried;
          m.cost = cost;
        }
      }
      damping = moved ? std::max(damping / 10, 1e-12) : damping * 10;
    }
    if (moved && !o.residuals(m.u, &residual, &shares)) return m;
  }
  m.converged = m.converged && polish(o, weights, &m);
  if (o.residuals(m.u, &residual)) m.cost = o.cost(m.u, residual, weights);
  return m;
}

namespace {

// Nearly normal numbers by exact arithmetic alone: the same on every machine.
double roughly_normal(std::mt19937_64* random) {
  double sum = -6;
  for (int i = 0; i < 12; ++i) sum += static_cast<double>((*random)() >> 11) * 0x1p-53;
  return sum;
}

std::vector<Eigen::VectorXd> starts(const Objective& o, const MapOptions& options) {
  std::vector<Eigen::VectorXd> points{o.prior().mean};
  const Eigen::Index k = o.prior().mean.size();
  if (options.starts > 1)
    points.push_back(Eigen::VectorXd::Constant(k, o.best_scale_ln(options.discrepancy_ln)));
  std::mt19937_64 random(options.seed);
  for (int s = 2; s < options.starts; ++s) {
    Eigen::VectorXd u = o.prior().mean;
    for (Eigen::Index j = 0; j < k; ++j)
      u[j] += std::sqrt(o.prior().covariance(j, j)) * roughly_normal(&random);
    points.push_back(std::move(u));
  }
  return points;
}

std::vector<Minimum> minima(const Objective& o, const std::vector<Eigen::VectorXd>& points,
                            const Weights& weights) {
  std::vector<Minimum> found;
  for (const Eigen::VectorXd& p : points)
    if (Minimum m = minimise(o, p, weights); m.possible) found.push_back(std::move(m));
  if (found.empty())
    throw ProblemError(Fault::nonpositive_prediction, "no start of the fit has a prediction");
  return found;
}

const Minimum& best(const std::vector<Minimum>& found) {
  return *std::min_element(found.begin(), found.end(),
                           [](const Minimum& a, const Minimum& b) { return a.cost < b.cost; });
}

double trace_of_hat(const Local& l) { return l.hessian.ldlt().solve(l.data).trace(); }

// Mean of min(z^2, bound^2) of a standard normal z.
double mean_clipped_square(double bound) {
  const double inside = std::erf(bound / std::sqrt(2.0));
  return inside - std::sqrt(2 / M_PI) * bound * std::exp(-bound * bound / 2) +
         bound * bound * (1 - inside);
}

// The sigma_m at which the weighted squares of the residuals are what their degrees of freedom say,
// by bisection: the sum falls as sigma_m grows. A robust loss clips the squares (Huber's proposal
// 2), else an outlier would widen everything.
double discrepancy(const Objective& o, const Eigen::VectorXd& residual, double dof,
                   const MapOptions& options) {
  const Eigen::ArrayXd squares = residual.array().square(), spread2 = o.spread().array().square();
  const double assumed = options.discrepancy_ln * options.discrepancy_ln;
  const double mean_spread2 = spread2.mean();
  const double expected =
      std::max(dof, 0.0) * (options.huber ? mean_clipped_square(*options.huber) : 1.0);
  const double most = options.huber ? *options.huber * *options.huber : HUGE_VAL;
  const auto excess = [&](double m2) {
    return (squares / (spread2 + m2)).min(most).sum() - expected +
           kAssumedResiduals * ((mean_spread2 + assumed) / (mean_spread2 + m2) - 1);
  };
  double low = options.discrepancy_floor_ln * options.discrepancy_floor_ln;
  if (!(excess(low) > 0)) return options.discrepancy_floor_ln;
  double high = std::max(2 * low, assumed);
  while (excess(high) > 0) high *= 4;
  for (int i = 0; i < 200 && high - low > 1e-15 * high; ++i)
    (excess((low + high) / 2) > 0 ? low : high) = (low + high) / 2;
  return std::sqrt(high);
}

// Fit and discrepancy in turns.
Minimum settle(const Objective& o, const MapOptions& options, Minimum at, Weights* weights) {
  if (!options.estimate_discrepancy || o.rows().empty()) return at;
  Eigen::VectorXd residual;
  Eigen::MatrixXd shares;
  for (int i = 0; i < kMostEstimates; ++i) {
    if (!o.residuals(at.u, &residual, &shares)) return at;
    const Local l = local(o, at.u, residual, shares, *weights);
    const double dof = static_cast<double>(residual.size()) - trace_of_hat(l);
    const double next = discrepancy(o, residual, dof, options);
    const bool same = std::abs(next - weights->discrepancy_ln) < 1e-6 * next;
    weights->discrepancy_ln = next;
    const int before = at.iterations;
    at = minimise(o, at.u, *weights);
    at.iterations += before;
    if (same && i + 1 >= kLeastEstimates) break;
  }
  return at;
}

void describe(const Problem& problem, const Objective& o, const Minimum& at, const Weights& weights,
              MapFit* fit) {
  Eigen::VectorXd residual;
  Eigen::MatrixXd shares;
  if (!o.residuals(at.u, &residual, &shares))
    throw ProblemError(Fault::nonpositive_prediction, "no prediction at the fit");
  const Local l = local(o, at.u, residual, shares, weights);
  const Eigen::Index k = at.u.size();
  fit->theta = o.theta(at.u);
  fit->phi = at.u.array() + o.prior().centre.array().log();
  fit->covariance = residual.size() == 0
                        ? o.prior().covariance
                        : Eigen::MatrixXd(l.hessian.llt().solve(Eigen::MatrixXd::Identity(k, k)));
  fit->prior_covariance = o.prior().covariance;
  fit->discrepancy_ln = weights.discrepancy_ln;
  fit->effective_dof = static_cast<double>(residual.size()) - trace_of_hat(l);
  fit->objective = at.cost;
  fit->iterations = at.iterations;
  fit->converged = at.converged;
  fit->residual_ln.assign(residual.begin(), residual.end());
  const std::vector<std::string> binding = problem.model->binding(fit->theta);
  for (const std::size_t row : o.rows())
    if (!binding.empty()) fit->binding.push_back(binding.at(row));
}

// Whether a start says what the best one says. A model with branches has no derivative at its kinks
// and, counting whole cycles, none down to rounding: starts end beside each other, by much less
// than the data say of the unknown, or get stuck in a kink at a cost that rules the place out.
bool agrees(const Minimum& m, const Minimum& at, const MapFit& fit) {
  const Eigen::ArrayXd apart = (m.u - at.u).array().abs();
  if ((apart <= kSameStarts).all()) return true;
  if (fit.binding.empty()) return false;
  return m.cost > at.cost + kRuledOut ||
         (apart <= kSameOfSpread * fit.covariance.diagonal().array().sqrt()).all();
}

MapFit fit_from(const Problem& problem, const Rows& rows, const MapOptions& options,
                const std::vector<Eigen::VectorXd>* near) {
  const Objective o(problem, rows);
  const std::vector<Eigen::VectorXd> points = near ? *near : starts(o, options);
  Weights weights{std::max(options.discrepancy_ln, options.discrepancy_floor_ln), options.huber};
  Minimum at = settle(o, options, best(minima(o, points, weights)), &weights);
  MapFit fit;
  std::vector<Minimum> found;
  if (points.size() > 1) {  // once more, now that the discrepancy is known
    found = minima(o, points, weights);
    for (const Minimum& m : found) fit.minima.push_back(m.cost);
    if (best(found).cost < at.cost - kSameStarts * (1 + at.cost)) at = best(found);
  } else {
    fit.minima.push_back(at.cost);
  }
  describe(problem, o, at, weights, &fit);
  for (const Minimum& m : found) fit.starts_agree = fit.starts_agree && agrees(m, at, fit);
  return fit;
}

}  // namespace

MapFit fit_map(const Problem& problem, const Rows& rows, const MapOptions& options) {
  check(problem);
  return fit_from(problem, rows, options, nullptr);
}

MapFit fit_map_near(const Problem& problem, const Rows& rows, const MapOptions& options,
                    const MapFit& near) {
  // Several minima: the one found with all observations must not decide where a part ends up.
  if (!near.starts_agree) return fit_from(problem, rows, options, nullptr);
  const Prior prior(problem);
  const std::vector<Eigen::VectorXd> points{(near.theta.array() / prior.centre.array()).log()};
  MapFit fit = fit_from(problem, rows, options, &points);
  return fit;
}

}  // namespace assay::calibration
