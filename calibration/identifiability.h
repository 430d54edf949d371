// SPDX-License-Identifier: Apache-2.0
// What the observations can and cannot tell apart, before anything is fitted: condition indices,
// variance-decomposition proportions and variance inflation of the scaled, uncentred columns
// (Belsley, Kuh, Welsch 1980), near-null combinations by name, and the microbenchmark that would
// separate them.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "calibration/problem.h"

namespace assay::calibration {

struct NearNull {
  double condition_index = 0;
  std::vector<std::pair<std::string, double>> combination;  // name, weight; largest first
  std::string text;  // "mac and rf cannot be separated: +0.71 mac -0.70 rf"
};

// A microbenchmark that could be measured: its activity in the columns of the problem.
struct Candidate {
  std::string name;
  Eigen::VectorXd activity;
};

struct Suggestion {
  std::string candidate;
  double condition_before = 0, condition_after = 0;
};

struct Identifiability {
  std::vector<std::string> exercised;      // unknowns with a column that is not all zero
  std::vector<std::string> not_exercised;  // the others
  std::vector<double> condition_indices;   // descending singular values: ascending indices
  Eigen::MatrixXd variance_proportions;    // [index][exercised unknown]
  std::vector<double> variance_inflation;  // of the exercised unknowns
  std::vector<NearNull> near_null;         // of every index above the limit
  std::vector<Suggestion> suggestions;     // greedy: each after those before it
};

struct IdentifiabilityOptions {
  double condition_limit = 30;
  std::size_t suggestions = 6;  // at most
};

// Columns are the shares s_ij = theta0_j * d y_i / d theta_j / y_i at the prior.
Identifiability identifiability(const Problem& problem, const Rows& rows,
                                const std::vector<Candidate>& catalogue = {},
                                const IdentifiabilityOptions& options = {});

}  // namespace assay::calibration
