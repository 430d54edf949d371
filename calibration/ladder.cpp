// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <utility>

#include "calibration/objective.h"

namespace assay::calibration {
namespace {

constexpr double kHuber = 1.345;  // 95 % efficient where errors are normal (Huber 1981)

Estimate estimate(const Problem& problem, std::string name, Eigen::VectorXd theta) {
  Estimate e;
  e.name = std::move(name);
  e.theta = std::move(theta);
  e.at_bound.assign(problem.unknowns.size(), false);
  problem.model->predict(e.theta, &e.predicted, nullptr);
  return e;
}

Estimate scaled_prior(const Problem& problem, const Rows& rows, const MapOptions& options) {
  const Objective o(problem, rows);
  const double scale = std::exp(o.best_scale_ln(options.discrepancy_ln));
  const bool linear = dynamic_cast<const LinearModel*>(problem.model.get()) != nullptr;
  Estimate e = estimate(problem, "prior x scale", o.prior().centre * (linear ? scale : 1.0));
  if (!linear) e.predicted *= scale;  // half a bandwidth is not half a latency
  return e;
}

Estimate relative_nnls(const Problem& problem, const Rows& rows, const LinearModel& model) {
  Eigen::MatrixXd a(index(rows.size()), index(problem.unknowns.size()));
  for (std::size_t i = 0; i < rows.size(); ++i)
    a.row(index(i)) =
        model.activity().row(index(rows[i])) / problem.observations.at(rows[i]).measured;
  const Nnls solved = nnls(a, Eigen::VectorXd::Ones(a.rows()));
  Estimate e = estimate(problem, "NNLS", solved.x);
  e.at_bound = solved.at_bound;
  return e;
}

}  // namespace

std::vector<Estimate> ladder(const Problem& problem, const Rows& rows, const MapOptions& options) {
  check(problem);
  MapOptions plain = options, robust = options;
  plain.huber.reset();
  if (!robust.huber) robust.huber = kHuber;
  std::vector<Estimate> rungs;
  rungs.push_back(estimate(problem, "prior", Prior(problem).centre));
  rungs.push_back(scaled_prior(problem, rows, options));
  if (const auto* linear = dynamic_cast<const LinearModel*>(problem.model.get()))
    rungs.push_back(relative_nnls(problem, rows, *linear));
  rungs.push_back(estimate(problem, "MAP", fit_map(problem, rows, plain).theta));
  rungs.push_back(estimate(problem, "MAP + Huber", fit_map(problem, rows, robust).theta));
  return rungs;
}

}  // namespace assay::calibration
