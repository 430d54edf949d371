// SPDX-License-Identifier: Apache-2.0
// What the maximum a posteriori minimises, in u = ln(theta / prior): a unit that is rescaled
// rescales the prior with it and leaves u alone. Used by the other sources of this folder.
#pragma once

#include <Eigen/Dense>
#include <optional>

#include "calibration/fit.h"

namespace assay::calibration {

inline Eigen::Index index(std::size_t i) { return static_cast<Eigen::Index>(i); }

// The normal prior of u: own and shared factors, and ratios as further observations of it.
struct Prior {
  explicit Prior(const Problem& problem);
  Eigen::MatrixXd covariance, precision;
  Eigen::VectorXd mean;    // 0 without ratios
  Eigen::VectorXd centre;  // theta at u = 0
};

struct Weights {
  double discrepancy_ln = 0;
  std::optional<double> huber;
};

class Objective {
 public:
  Objective(const Problem& problem, const Rows& rows);

  const Prior& prior() const { return prior_; }
  const Rows& rows() const { return rows_; }
  Eigen::VectorXd theta(const Eigen::VectorXd& u) const;
  const Eigen::VectorXd& spread() const { return spread_; }

  // ln(predicted / measured) of the rows; shares: d residual / d u, or null. False where the model
  // has no positive prediction.
  bool residuals(const Eigen::VectorXd& u, Eigen::VectorXd* residual,
                 Eigen::MatrixXd* shares = nullptr) const;
  // 1 / sigma_i^2, times what a robust loss leaves of it.
  Eigen::VectorXd row_weights(const Eigen::VectorXd& residual, const Weights& weights) const;
  double cost(const Eigen::VectorXd& u, const Eigen::VectorXd& residual,
              const Weights& weights) const;
  // Factor on the whole prior that fits the rows best.
  double best_scale_ln(double discrepancy_ln) const;

 private:
  const Problem& problem_;
  Rows rows_;
  Prior prior_;
  Eigen::VectorXd ln_measured_, spread_;
};

struct Minimum {
  Eigen::VectorXd u;
  double cost = 0;
  int iterations = 0;
  bool converged = false;
  bool possible = false;  // the model predicts at the start
};
// Levenberg-Marquardt, ended by plain Gauss-Newton steps down to rounding.
Minimum minimise(const Objective& objective, const Eigen::VectorXd& start, const Weights& weights);

// fit_map for a problem that has been checked, from a fit of nearly the same observations. The
// other starts are taken only if that fit found several minima.
MapFit fit_map_near(const Problem& problem, const Rows& rows, const MapOptions& options,
                    const MapFit& near);

}  // namespace assay::calibration
