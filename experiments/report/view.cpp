// SPDX-License-Identifier: Apache-2.0
#include "experiments/report/view.h"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

#include "experiments/report/format.h"

namespace assay::report {
namespace {

constexpr const char* kBaseline = "baseline";

bool same(const Series& series, const std::string& level, const std::string& variant) {
  return series.level == level && series.variant == variant;
}

void add_series(std::vector<Series>* all, const std::string& level, const std::string& variant) {
  const auto found = std::find_if(all->begin(), all->end(),
                                  [&](const Series& s) { return same(s, level, variant); });
  if (found != all->end()) return;
  Series series;
  series.level = level;
  series.variant = variant;
  series.baseline = level == kBaseline;
  series.name = plain(variant.empty() ? level : level + " " + variant);
  all->push_back(std::move(series));
}

void mark_headline(const ReportInput& input, std::vector<Series>* all) {
  for (Series& s : *all) {
    const bool level = input.headline_level.empty() ? !s.baseline : s.level == input.headline_level;
    if (!level || s.variant != input.headline_variant) continue;
    s.headline = true;
    return;
  }
}

using TableKey = std::tuple<std::string, std::string, std::string,
                            std::int64_t>;  // quantity, chip, workload, batch

template <class T>  // a row or statistics
TableKey key_of(const T& t) {
  return {t.quantity, t.chip, t.workload, t.batch};
}

std::vector<TableKey> table_keys(const ReportInput& input) {
  std::vector<std::string> quantities;
  std::vector<TableKey> keys;
  const auto add = [](auto* list, const auto& item) {
    if (std::find(list->begin(), list->end(), item) == list->end()) list->push_back(item);
  };
  for (const ComparedRow& r : input.comparison.rows) {
    add(&quantities, r.quantity);
    add(&keys, key_of(r));
  }
  const auto rank = [&](const TableKey& key) {
    if (std::get<0>(key) == input.headline_quantity) return std::ptrdiff_t{-1};
    return std::find(quantities.begin(), quantities.end(), std::get<0>(key)) - quantities.begin();
  };
  std::stable_sort(keys.begin(), keys.end(),
                   [&](const TableKey& a, const TableKey& b) { return rank(a) < rank(b); });
  return keys;
}

std::optional<ErrorStatistics> statistics_of(const ReportInput& input, const TableKey& key,
                                             const Series& series) {
  for (const ErrorStatistics& s : input.comparison.statistics) {
    if (key_of(s) == key && same(series, s.level, s.variant)) return s;
  }
  return std::nullopt;
}

LayerRow& row_of(const ReportInput& input, QuantityTable* table, const ComparedRow& r) {
  for (LayerRow& row : table->rows) {
    if (row.layer == r.layer) return row;
  }
  LayerRow row;
  row.layer = r.layer;
  row.network = is_sum(input, r);
  row.cells.resize(table->series.size());
  table->rows.push_back(std::move(row));
  return table->rows.back();
}

QuantityTable table_of(const ReportInput& input, const TableKey& key,
                       const std::vector<Series>& all) {
  QuantityTable table;
  std::tie(table.quantity, table.chip, table.workload, table.batch) = key;
  table.label = quantity_label(input, table.quantity);
  std::vector<const ComparedRow*> rows;
  for (const ComparedRow& r : input.comparison.rows) {
    if (key_of(r) == key) rows.push_back(&r);
  }
  for (const Series& s : all) {
    const bool has = std::any_of(rows.begin(), rows.end(), [&](const ComparedRow* r) {
      return same(s, r->level, r->variant);
    });
    if (has) table.series.push_back(s);
  }
  for (std::size_t i = 0; i < table.series.size(); ++i) {
    for (const ComparedRow* r : rows) {
      if (!same(table.series[i], r->level, r->variant)) continue;
      LayerRow& row = row_of(input, &table, *r);
      if (!row.measured) row.measured = r->measured;
      row.cells[i] = {r->predicted, pct(r->ln_ratio)};
    }
    table.statistics.push_back(statistics_of(input, key, table.series[i]));
  }
  std::vector<double> predicted;
  std::vector<double> measured;
  for (const ComparedRow* r : rows) {
    predicted.push_back(r->predicted);
    measured.push_back(r->measured);
  }
  table.predicted_decimals = decimals_for(predicted);
  table.measured_decimals = decimals_for(measured);
  std::stable_partition(table.rows.begin(), table.rows.end(),
                        [](const LayerRow& r) { return !r.network; });
  return table;
}

const Series* headline_series(const std::vector<Series>& all) {
  return !all.empty() && all.front().headline ? &all.front() : nullptr;
}

}  // namespace

bool sets_the_scale(const Series& s) {
  return s.headline || s.level == "analytical" || s.level == "exact" || s.level == "simulator" ||
         s.level == "rtl";
}

std::vector<Series> series_of(const ReportInput& input) {
  std::vector<Series> all;
  for (const Record& r : input.predicted) add_series(&all, r.level, r.variant);
  for (const ComparedRow& r : input.comparison.rows) add_series(&all, r.level, r.variant);
  mark_headline(input, &all);
  // The headline's variant at other levels stands beside it.
  const auto rank = [&](const Series& s) {
    if (s.headline || s.baseline) return s.headline ? 0 : 3;
    return s.variant == input.headline_variant ? 1 : 2;
  };
  std::stable_sort(all.begin(), all.end(),
                   [&](const Series& a, const Series& b) { return rank(a) < rank(b); });
  return all;
}

std::vector<QuantityTable> tables_of(const ReportInput& input) {
  const std::vector<Series> all = series_of(input);
  std::vector<QuantityTable> tables;
  for (const TableKey& key : table_keys(input)) tables.push_back(table_of(input, key, all));
  return tables;
}

std::string QuantityTable::place() const {
  return plain(workload) + " on " + plain(chip) +
         (batch == 1 ? "" : ", batch " + std::to_string(batch));
}

bool is_sum(const ReportInput& input, const ComparedRow& row) {
  if (row.layer != kNetworkLayer) return false;
  return std::any_of(input.comparison.rows.begin(), input.comparison.rows.end(),
                     [&](const ComparedRow& r) {
                       return r.layer != kNetworkLayer && key_of(r) == key_of(row) &&
                              r.level == row.level && r.variant == row.variant;
                     });
}

bool cancels(const ErrorStatistics& s) { return s.cancellation_index.value_or(0) > 0.5; }

std::vector<const ComparedRow*> worst_rows(const ReportInput& input, std::size_t count) {
  std::vector<const ComparedRow*> rows;
  const std::vector<Series> all = series_of(input);
  const bool own = std::any_of(all.begin(), all.end(), sets_the_scale);
  for (const ComparedRow& r : input.comparison.rows) {
    const auto series = std::find_if(all.begin(), all.end(),
                                     [&](const Series& s) { return same(s, r.level, r.variant); });
    if (r.level == kBaseline || is_sum(input, r)) continue;
    if (!own || sets_the_scale(*series)) rows.push_back(&r);
  }
  std::stable_sort(rows.begin(), rows.end(), [](const ComparedRow* a, const ComparedRow* b) {
    return std::fabs(a->ln_ratio) > std::fabs(b->ln_ratio);
  });
  rows.resize(std::min(rows.size(), count));
  return rows;
}

std::vector<const ErrorStatistics*> headline_statistics(const ReportInput& input) {
  std::vector<const ErrorStatistics*> found;
  const std::vector<Series> all = series_of(input);
  const Series* headline = headline_series(all);
  if (headline == nullptr) return found;
  for (const ErrorStatistics& s : input.comparison.statistics) {
    if (same(*headline, s.level, s.variant) && s.quantity == input.headline_quantity)
      found.push_back(&s);
  }
  return found;
}

std::optional<double> worst_error_pct(const ReportInput& input, const ErrorStatistics& s) {
  std::optional<double> worst;
  for (const ComparedRow& r : input.comparison.rows) {
    const bool here = r.level == s.level && r.variant == s.variant && key_of(r) == key_of(s);
    if (here && r.layer == s.worst_layer) worst = pct(r.ln_ratio);
  }
  return worst;
}

std::vector<const Record*> headline_records(const ReportInput& input) {
  std::vector<const Record*> records;
  const std::vector<Series> all = series_of(input);
  const Series* headline = headline_series(all);
  if (headline == nullptr) return records;
  for (const Record& r : input.predicted) {
    if (same(*headline, r.level, r.variant)) records.push_back(&r);
  }
  return records;
}

std::optional<double> measured_value(const ReportInput& input, const Record& predicted,
                                     const std::string& quantity) {
  for (const Record& m : input.measured) {
    const bool here = m.chip == predicted.chip && m.workload == predicted.workload &&
                      m.layer == predicted.layer && m.batch == predicted.batch;
    if (!here) continue;
    const auto found = m.values.find(quantity);
    if (found != m.values.end()) return found->second;
  }
  return std::nullopt;
}

}  // namespace assay::report
