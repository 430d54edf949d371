// SPDX-License-Identifier: Apache-2.0
// Estimators, from the naive to the one that is used: prior, prior times one scale, non-negative
// least squares, and the maximum a posteriori in ln space with a discrepancy variance. The whole
// ladder stands in every result, so that a fit that does not beat a plain scale is seen.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "calibration/problem.h"

namespace assay::calibration {

struct MapOptions {
  double discrepancy_ln = 0.07;        // sigma_m to begin with
  double discrepancy_floor_ln = 0.01;  // never below
  bool estimate_discrepancy = true;    // from the residuals, with n - tr(H) degrees of freedom
  std::optional<double> huber;         // in standard deviations; a sensitivity check
  int starts = 2;                      // prior, prior x scale, then seeded others (latency: 5)
  std::uint64_t seed = 1;
};

struct MapFit {
  Eigen::VectorXd phi;  // ln theta
  Eigen::VectorXd theta;
  Eigen::MatrixXd covariance;  // of phi: the inverse Hessian, never a pseudo-inverse
  Eigen::MatrixXd prior_covariance;
  double discrepancy_ln = 0;  // sigma_m
  double effective_dof = 0;   // n - tr(H)
  double objective = 0;
  int iterations = 0;
  bool converged = false;      // steps below 1e-7: a minimum, or a kink of a model with branches
  bool starts_agree = true;    // to 1e-6 in phi; with branches: map_fit.cpp, agrees()
  std::vector<double> minima;  // objective of each start
  std::vector<std::string> binding;  // of every observation used
  std::vector<double> residual_ln;   // ln(predicted / measured) of every observation used
};
// rows empty: the prior. Throws ProblemError.
MapFit fit_map(const Problem& problem, const Rows& rows, const MapOptions& options = {});

// min |Ax - b|, x >= 0 (Lawson and Hanson 1974). Always ends, for rank-deficient A too.
struct Nnls {
  Eigen::VectorXd x;
  std::vector<bool> at_bound;
  int iterations = 0;
};
Nnls nnls(const Eigen::MatrixXd& a, const Eigen::VectorXd& b);

// min |Ax - b| by a column-pivoted QR of scaled columns; solution and residual are refined twice.
// Columns that depend on others get 0.
Eigen::VectorXd least_squares(const Eigen::MatrixXd& a, const Eigen::VectorXd& b);

// One rung: an estimator's unknowns and its predictions of every observation of the problem.
struct Estimate {
  std::string name;  // "prior", "prior x scale", "NNLS", "MAP", "MAP + Huber"
  Eigen::VectorXd theta;
  std::vector<bool> at_bound;  // one-sided: "at bound 0", never "0 +- something"
  Eigen::VectorXd predicted;
};
// NNLS (relative rows) only for a LinearModel.
std::vector<Estimate> ladder(const Problem& problem, const Rows& rows,
                             const MapOptions& options = {});

}  // namespace assay::calibration
