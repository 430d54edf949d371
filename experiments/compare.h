// SPDX-License-Identifier: Apache-2.0
// Comparison: an inner join of predicted and measured records on (chip, workload, layer, batch) and
// the error statistics over it. Working error is ln(predicted / measured): positive = predicted
// larger than measured, everywhere. docs/metrics.md defines every statistic. An empty join, and
// unless allowed a partial one, is an InputError that prints both key sets.
//
// Predictions form groups of one (level, variant, chip, workload, batch); each group is joined and
// judged for itself. Level and variant of a measurement take no part in the join.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/record.h"

namespace assay {

// Layer name of the sum over a group. A record may bear it too, if it is the only layer of its
// group.
inline constexpr const char* kNetworkLayer = "network";

// A quantity of one (level, variant) that is not compared though it is stated, with the reason.
// What says nothing on one chip may be right on another: an empty chip or workload is any of them.
struct Withheld {
  std::string level, variant, quantity, why;
  std::string chip = {}, workload = {};
};

struct JoinOptions {
  std::vector<std::string> quantities;  // names of Record::values; empty: all that both sides have
  bool allow_unmatched_predictions = false;  // e.g. a whole network predicted, five layers measured
  bool allow_unmatched_measurements = false;
  std::vector<Withheld> withheld = {};
  // Why times and rates of different clocks are compared; absent: they are refused (clock.h).
  std::optional<std::string> allow_clock_difference = {};
};

struct ComparedRow {
  std::string level;  // of the prediction
  std::string variant;
  std::string chip;
  std::string workload;
  std::string layer;  // "network" for the sum over the joined layers (repeats included)
  std::string quantity;
  double predicted = 0;
  double measured = 0;
  double ln_ratio = 0;  // ln(predicted / measured)
  std::string measured_source;
  std::string measured_confidence;
  std::int64_t batch = 1;
};

// What was left out, each with its reason: a value that cannot be compared, or an unmatched record
// that the options allow.
struct Excluded {
  std::string key;  // chip/workload/layer quantity
  std::string reason;
  std::string level;  // of the prediction; "" for a measurement that no prediction meets
  std::string variant;
};

// Over the layers of one (level, variant, chip, workload, batch, quantity). NaN never appears: what
// is undefined is absent.
struct ErrorStatistics {
  std::string level, variant, chip, workload, quantity;
  int n = 0;
  double mean_signed_pct = 0;  // mean of predicted/measured - 1
  double median_signed_pct = 0;
  double mape_pct = 0;  // mean |predicted/measured - 1|
  double geometric_mean_ratio = 0;
  double rms_ln = 0;
  double p90_abs_pct = 0;
  double max_abs_pct = 0;
  std::string worst_layer;
  double share_within_5_pct = 0, share_within_10_pct = 0, share_within_20_pct = 0;  // in per cent
  std::optional<double> kendall_tau_b;       // n >= 2 and not all tied
  std::optional<double> cancellation_index;  // 1 - |sum e| / sum |e|; absent when every error is 0
  std::optional<double>
      network_pct;  // error of the sum; only for quantities that add up over layers
  std::int64_t batch = 1;
};

struct Comparison {
  std::vector<ComparedRow>
      rows;  // input order; per-layer rows first, then the "network" row of each group
  std::vector<ErrorStatistics> statistics;
  std::vector<Excluded> excluded;
};

// True for quantities that add up over layers (cycles, milliseconds, MB, energy); false for rates
// and shares (fps, mW, active PEs, ...).
bool adds_up(const std::string& quantity);

Comparison compare(const std::vector<Record>& predicted, const std::vector<Record>& measured,
                   const JoinOptions& options);

// The statistics of some layers' rows, all of one group and quantity and at least one, without
// network_pct.
ErrorStatistics error_statistics(const std::vector<ComparedRow>& layers);

double pct(double ln_ratio);  // 100 * (exp(ln_ratio) - 1)

}  // namespace assay
