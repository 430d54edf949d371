// SPDX-License-Identifier: Apache-2.0
// Names of single metrics, as "metrics" of metrics.json lists them and as claims, tolerances and
// explanations refer to them (docs/formats/report.md):
//
//   CHIP__WORKLOAD__bN__SERIES__QUANTITY__SCOPE__STATISTIC
//
// SERIES is the level, or level.variant. SCOPE is "layers" for statistics over layers, "network"
// for the sum, else a layer's name. Statistics over several networks have "all" for the first three
// parts together: all__SERIES__QUANTITY__layers__STATISTIC.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "experiments/report.h"
#include "experiments/report/intervals.h"

namespace assay::report {

inline constexpr const char* kOverLayers = "layers";

struct MetricName {
  std::string chip, workload;  // empty: over all networks
  std::int64_t batch = 1;
  std::string level, variant;
  std::string quantity;   // "processing_ms"
  std::string scope;      // "layers", "network" or a layer
  std::string statistic;  // "mape_pct", "predicted", ...
};

// Parts keep their characters, except that '%', control characters, and an underscore at an end of
// a part or beside another one are written as in URLs ("%5F"), so that every name can be taken
// apart again.
std::string metric_name(const MetricName& name);
// Nothing where the text is no name of a metric.
std::optional<MetricName> parse_metric_name(const std::string& text);

// One entry of "metrics".
struct Metric {
  MetricName name;
  std::optional<double> value;  // absent: undefined
  int n = 0;                    // layers behind it
  std::string layer;            // of a maximum: where it is
  std::optional<Interval> interval;
  std::string interval_kind;  // how it was found
};

// Every metric of the comparison, in its order: for each group the statistics, then the layers,
// then the network where the quantity adds up; then the statistics over several networks.
std::vector<Metric> metrics_of(const ReportInput& input);

// The statistics of a group in the order of docs/metrics.md, the error of the network last.
std::vector<Metric> statistics_metrics(const ErrorStatistics& statistics);

}  // namespace assay::report
