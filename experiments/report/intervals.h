// SPDX-License-Identifier: Apache-2.0
// How sure error statistics are (docs/metrics.md, "Intervals"). Layers of one network share its
// mapping, its measurement campaign and its mistakes, so that networks are what is drawn:
// cluster bootstrap over networks with five or more, the range of leaving one network out with two
// to four, and with one network the range of leaving one layer out, which says how much hangs on a
// single layer and nothing of other networks. No p-values.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "experiments/report/view.h"

namespace assay::report {

inline constexpr int kBootstrapSeed = 1;
inline constexpr int kBootstrapReplicates = 2000;

struct Interval {
  double low = 0, high = 0;
};

struct Intervals {
  std::string method;                  // "range, one of 5 layers left out"; "none: one layer"
  std::map<std::string, Interval> of;  // by statistic: "mape_pct", ..., "network_pct"
  std::optional<Interval> find(const std::string& statistic) const;
};

// Of the rows of one series and quantity without sums, one or several networks.
Intervals intervals_of(const std::vector<ComparedRow>& rows);

// Of one group of the comparison; "network_pct" too, with repeats.
Intervals intervals_of(const ReportInput& input, const ErrorStatistics& statistics);

// A series and quantity over all its networks, where there are several; a network is a workload on
// a chip at a batch size.
struct Pooled {
  ErrorStatistics statistics;  // chip and workload are empty
  int networks = 0;
  Intervals intervals;
};
std::vector<Pooled> pooled_statistics(const ReportInput& input);

// "[2.1, 8.0]", or nothing.
std::string interval_text(const std::optional<Interval>& interval, bool with_sign);

}  // namespace assay::report
