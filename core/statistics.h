// SPDX-License-Identifier: Apache-2.0
// The statistics that every comparison shares; docs/metrics.md defines them. All need at least one
// value unless said otherwise.
#pragma once

#include <optional>
#include <vector>

namespace assay {

double mean(const std::vector<double>& v);
// The middle value, or the mean of the two in the middle.
double median(std::vector<double> v);
// Nearest rank: the smallest value that at least 90 % of the values do not exceed.
double p90(std::vector<double> v);
// In per cent, of absolute values in per cent; a value on the bound is inside.
double share_within(const std::vector<double>& absolute_pct, double bound_pct);
// 1 - |sum e| / sum |e|; absent when every error is 0.
std::optional<double> cancellation_index(const std::vector<double>& errors);
// Rank correlation with ties (tau-b); absent when there are fewer than two pairs or all of x or all
// of y are tied.
std::optional<double> kendall_tau_b(const std::vector<double>& x, const std::vector<double>& y);

}  // namespace assay
