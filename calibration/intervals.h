// SPDX-License-Identifier: Apache-2.0
// Intervals of predictions in ln space, from fits without each fold. Used by the other sources of
// this folder.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "calibration/folds.h"
#include "calibration/objective.h"

namespace assay::calibration {

// What is to be predicted: the problem's own observations, or those of another.
struct Targets {
  const Problem* problem = nullptr;
  Rows rows;
  Eigen::MatrixXd shares;  // of its observations, at the prior of the problem that is fitted
};

// A fit and its predictions of all observations of a problem and of its targets.
struct FoldFit {
  MapFit fit;
  Eigen::VectorXd ln_own, ln_target;
};

struct LnInterval {
  double low = 0, high = 0;
};

// 1-based ranks among n + 1 values of CV+ (Barber et al. 2021). Absent where an end would be
// infinite.
struct Ranks {
  std::size_t low = 0, high = 0;
};
std::optional<Ranks> cv_plus_ranks(std::size_t n, double nominal);

// Shares and kinds of the observations of a fit.
class ValidityBox {
 public:
  ValidityBox(const Problem& problem, const Rows& rows, const Eigen::MatrixXd& shares);
  // Why an observation lies outside; empty: it does not.
  std::string outside(const Observation& o, const Eigen::RowVectorXd& shares) const;

 private:
  const Problem& problem_;
  std::vector<std::string> kinds_;
  Eigen::RowVectorXd low_, high_;
};

// d ln y / d ln theta of every observation at the prior of `priors`.
Eigen::MatrixXd shares_at_prior(const Problem& problem, const Problem& priors);

// Exact binomial interval (Clopper and Pearson 1934).
}  // namespace assay::calibration
