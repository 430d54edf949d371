// SPDX-License-Identifier: Apache-2.0
// Error statistics of predictions with intervals that respect groups, paired comparison of two
// predictors, attribution of an error to counts and prices, and what the errors do to decisions.
// Errors are predicted / measured - 1: positive means predicted larger than measured. Throws
// ProblemError for values that have no logarithm and for ids that are there twice.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace assay::calibration {

struct ErrorSample {
  std::string id, group;
  double predicted = 0, measured = 0;
};

struct Statistic {
  double value = 0;
  std::optional<double> low, high;  // 95 % cluster bootstrap, or leave-one-group-out range
};

struct ErrorReport {
  int n = 0, groups = 0;
  std::string interval_method;  // "cluster bootstrap over 5 groups, B = 2000, seed 1" / "range, one
                                // of 3 groups left out" / "none: one group"
  Statistic mape_pct, median_signed_pct, mean_signed_pct, geometric_mean_ratio, rms_ln, p90_abs_pct;
  double max_abs_pct = 0;
  std::string worst;
  double within_5_pct = 0, within_10_pct = 0, within_20_pct = 0;
  std::optional<double> kendall_tau_b;
  std::optional<double> cancellation_index;
};
// At least one sample.
ErrorReport error_report(const std::vector<ErrorSample>& samples, std::uint64_t seed = 1,
                         int replicates = 2000);

// |ln ratio| of b minus that of a, per observation, judged by sign flips of whole groups: all of
// them up to 16 groups, 20,000 random ones above.
struct PairedComparison {
  int n = 0, groups = 0;
  double mean_difference_ln = 0;  // positive: a is better
  std::optional<double> p_value;  // two-sided; five groups or more
};
// The same observations in both, in any order.
PairedComparison compare_predictors(const std::vector<ErrorSample>& a,
                                    const std::vector<ErrorSample>& b, std::uint64_t seed = 1);

// e_total = sum of (count error x price) + sum of (count x price error) + interaction, counts and
// prices outside the errors being the true ones.
struct Attribution {
  struct Part {
    std::string component;
    double counts = 0, prices = 0, interaction = 0;  // in the unit of the total
  };
  std::vector<Part> parts;
  double predicted = 0, measured = 0;
  // 1 - |sum e| / sum |e| over all parts' three errors; absent when every error is 0.
  std::optional<double> cancellation_index;
};
struct PricedCount {
  std::string component;
  double predicted_count = 0, true_count = 0, predicted_price = 0, true_price = 0;
};
Attribution attribute(const std::vector<PricedCount>& counts);

// Designs of one group (variants that run the same network) compete with each other. With several
// groups, rank correlation and regret are means over the groups.
struct Decision {
  int designs = 0, groups = 0;
  std::optional<double> kendall_tau_b;  // of groups where it is defined
  double regret_pct = 0;                // measured cost of the chosen design over the best
  // Smallest difference told apart: 1.64 sqrt(2) sigma within groups, where an error common to a
  // group's designs cancels. Absent without two designs in a group.
  std::optional<double> resolvable_pct;
};
Decision decide(const std::vector<ErrorSample>& designs);

}  // namespace assay::calibration
