// SPDX-License-Identifier: Apache-2.0
// The comparison arranged for people: one table per (chip, workload, batch, quantity), one row per
// layer, the headline series first, then the other variants, then the naive baselines. Nothing is
// computed here but the order; terminal, HTML and plots all print these tables.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "experiments/report.h"

namespace assay::report {

// What one (level, variant) predicts.
struct Series {
  std::string level;
  std::string variant;
  bool headline = false;
  bool baseline = false;
  std::string name;  // "analytical rs_paper"
};

struct Cell {
  std::optional<double> predicted;
  std::optional<double> error_pct;
};

struct LayerRow {
  std::string layer;
  bool network = false;  // the sum over the joined layers
  std::optional<double> measured;
  std::vector<Cell> cells;  // one per series of the table
};

struct QuantityTable {
  std::string chip;
  std::string workload;
  std::int64_t batch = 1;
  std::string quantity;
  std::string label;           // the quantity with its unit
  std::vector<Series> series;  // those that have a row; the headline series first if it has one
  std::vector<LayerRow> rows;  // layers in input order, the network last
  std::vector<std::optional<ErrorStatistics>> statistics;  // one per series
  int predicted_decimals = -1;                             // of the columns, see decimals_for
  int measured_decimals = -1;
  std::string place() const;  // "alexnet on eyeriss, batch 4"
};

// The headline and our own levels; others (baselines, other tools) may be off by a factor of a
// hundred, and figures cut them instead of shrinking everything else.
bool sets_the_scale(const Series& series);

std::vector<Series> series_of(const ReportInput& input);

// Headline quantity first, then in the order of the comparison.
std::vector<QuantityTable> tables_of(const ReportInput& input);

// One line of the statistics table: a name with its unit, and a text per series.
struct StatisticsRow {
  std::string key;  // one of kShownStatistics, or "n"
  std::string name;
  std::vector<std::string> cells;
};
// Those that the input chose.
std::vector<StatisticsRow> statistics_rows(const ReportInput& input, const QuantityTable& table);
bool shows_statistic(const ReportInput& input, const std::string& key);

// True for the row of the sum over the layers (a record may itself be of the whole network, and
// then is not).
bool is_sum(const ReportInput& input, const ComparedRow& row);

// True where the errors of the layers cancel in the sum (cancellation index above 0.5).
bool cancels(const ErrorStatistics& statistics);

// The largest errors of single layers over the headline and all our levels (where there is none of
// them, over all but the baselines), largest first.
std::vector<const ComparedRow*> worst_rows(const ReportInput& input, std::size_t count);

// Statistics of the headline series and quantity: one per (chip, workload, batch).
std::vector<const ErrorStatistics*> headline_statistics(const ReportInput& input);

// Signed error of the layer that the statistics call the worst.
std::optional<double> worst_error_pct(const ReportInput& input, const ErrorStatistics& statistics);

// Records of the headline series, in input order.
std::vector<const Record*> headline_records(const ReportInput& input);

// The measured value that belongs to a predicted record.
std::optional<double> measured_value(const ReportInput& input, const Record& predicted,
                                     const std::string& quantity);

// " (analytical rs_paper)", or nothing where the measurement is what was left out.
std::string of_whom(const Excluded& excluded);

bool all_bounds_hold(const ReportInput& input);
// The statistic that a bound limits, over the rows that it speaks of; absent where undefined, as
// where a layer that the bound claims was excluded from the comparison.
std::optional<double> bound_statistic(const Comparison& comparison, const BoundCheck& bound);
// "max_abs_pct of processing_ms, variant rs_paper: 8.04, limit 10"
std::string bound_text(const BoundCheck& bound);

}  // namespace assay::report
