// SPDX-License-Identifier: Apache-2.0
// The tables per layer and of the worst records.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "core/text.h"
#include "experiments/report/format.h"
#include "experiments/report/html_data.h"
#include "experiments/report/intervals.h"
#include "experiments/report/noise.h"

namespace assay::report {
namespace {

data layer_rows(const QuantityTable& table) {
  data rows = list();
  for (const LayerRow& r : table.rows) {
    data row;
    row.set("layer", plain(r.layer));
    row.set("kind", r.network ? "network" : "layer");
    row.set("measured", number(r.measured, table.measured_decimals));
    data cells = list();
    for (std::size_t i = 0; i < r.cells.size(); ++i) {
      data cell;
      cell.set("leading", i == 0);
      cell.set("predicted", number(r.cells[i].predicted, table.predicted_decimals));
      cell.set("error", signed_pct(r.cells[i].error_pct));
      cell.set("band", band(r.cells[i].error_pct));
      cells << cell;
    }
    row.set("cells", cells);
    rows << row;
  }
  return rows;
}

// Statistics that have intervals, and whether they have a sign.
const std::map<std::string, bool>& signs_of_intervals() {
  static const std::map<std::string, bool> signs = {{"mean_signed_pct", true},
                                                    {"median_signed_pct", true},
                                                    {"mape_pct", false},
                                                    {"p90_abs_pct", false},
                                                    {"network_pct", true}};
  return signs;
}

std::vector<Intervals> intervals_of(const ReportInput& input, const QuantityTable& table) {
  std::vector<Intervals> all;
  for (const auto& s : table.statistics)
    all.push_back(s ? report::intervals_of(input, *s) : Intervals{});
  return all;
}

data row_data(const std::string& name, const std::vector<std::string>& texts,
              const std::vector<std::string>& intervals = {}) {
  data row;
  row.set("name", name);
  data cells = list();
  for (std::size_t i = 0; i < texts.size(); ++i) {
    data cell;
    cell.set("text", texts[i]);
    data own = list();
    if (i < intervals.size() && !intervals[i].empty()) own << data(intervals[i]);
    cell.set("intervals", own);
    cells << cell;
  }
  row.set("cells", cells);
  return row;
}

// What the measurement itself leaves open.
void add_noise(const ReportInput& input, const QuantityTable& table, data* rows) {
  std::vector<std::string> floors, excess;
  for (const auto& s : table.statistics) {
    const auto floor = s ? noise_floor(input, *s).floor : std::nullopt;
    floors.push_back(floor ? fmt::format("{:.1f}", 100 * floor->rms_ln)
                           : std::string(s ? "unknown" : kUndefined));
    excess.push_back(floor ? fmt::format("{:.1f}", 100 * floor->excess_rms_ln)
                           : std::string(s ? "unknown" : kUndefined));
  }
  *rows << row_data("noise floor of the measurement, rms [%]", floors);
  *rows << row_data("rms error beyond the noise [%]", excess);
}

data statistics_data(const ReportInput& input, const QuantityTable& table,
                     const std::vector<Intervals>& intervals) {
  data rows = list();
  for (const StatisticsRow& r : statistics_rows(input, table)) {
    const auto of = signs_of_intervals().find(r.key);
    std::vector<std::string> texts;
    for (std::size_t i = 0; of != signs_of_intervals().end() && i < r.cells.size(); ++i)
      texts.push_back(interval_text(intervals[i].find(of->first), of->second));
    rows << row_data(r.name, r.cells, texts);
  }
  if (shows_statistic(input, "noise_floor")) add_noise(input, table, &rows);
  return rows;
}

// The intervals' method, which the series of a table share unless their layers differ.
std::string method_of(const std::vector<Intervals>& intervals) {
  std::string text;
  for (const Intervals& i : intervals)
    if (!i.method.empty() && text.find(i.method) == std::string::npos)
      text += (text.empty() ? "" : "; ") + i.method;
  return text;
}

// "spad 37 %, pe 35 %, glb 12 %": the largest causes or components of the record behind a row.
std::string largest_parts(const Record& record, const std::string& quantity) {
  constexpr std::size_t kMost = 3;
  const bool energy = quantity.rfind("energy", 0) == 0;
  const bool time =
      quantity.find("cycles") != std::string::npos || quantity.find("_ms") != std::string::npos;
  if (!energy && !time) return {};
  const auto& all = energy ? record.energy_pj_by_component : record.cycles_by_cause;
  std::vector<std::pair<std::string, double>> parts(all.begin(), all.end());
  double sum = 0;
  for (const auto& part : parts) sum += part.second;
  if (!(sum > 0)) return {};
  std::stable_sort(parts.begin(), parts.end(),
                   [](const auto& x, const auto& y) { return x.second > y.second; });
  std::string text;
  for (std::size_t i = 0; i < parts.size() && i < kMost && parts[i].second > 0; ++i)
    text += fmt::format("{}{} {:.0f} %", text.empty() ? "" : ", ", plain(parts[i].first),
                        100 * parts[i].second / sum);
  return text;
}

const Record* record_of(const ReportInput& input, const ComparedRow& row) {
  for (const Record& r : input.predicted) {
    const bool who = r.level == row.level && r.variant == row.variant;
    const bool where = r.chip == row.chip && r.workload == row.workload && r.batch == row.batch;
    if (who && where && r.layer == row.layer) return &r;
  }
  return nullptr;
}

std::string notes_of(const Record& record) {
  std::string notes;
  for (const auto& [key, value] : record.notes)
    notes += (notes.empty() ? "" : "; ") + key + ": " + value;
  return plain(notes);
}

}  // namespace

std::string or_missing(const std::string& text) { return text.empty() ? kUndefined : plain(text); }

bool is_wide(const QuantityTable& table) { return table.series.size() > 6; }

data table_data(const QuantityTable& table, const ReportInput& input) {
  data t;
  t.set("label", table.label);
  t.set("place", table.place());
  t.set("many", is_wide(table) ? "many" : "");
  data series = list();
  data warnings = list();
  for (std::size_t i = 0; i < table.series.size(); ++i) {
    data s;
    s.set("name", table.series[i].name);
    s.set("headline", table.series[i].headline && input.headline_stated);
    s.set("leading", i == 0);
    s.set("columns", i == 0 ? "3" : "2");
    series << s;
    if (!table.statistics[i] || !cancels(*table.statistics[i])) continue;
    data w;
    w.set("name", table.series[i].name);
    w.set("index", fmt::format("{:.2f}", *table.statistics[i]->cancellation_index));
    warnings << w;
  }
  t.set("series", series);
  t.set("warnings", warnings);
  t.set("rows", layer_rows(table));
  const std::vector<Intervals> intervals = intervals_of(input, table);
  t.set("statistics", statistics_data(input, table, intervals));
  t.set("interval_method", method_of(intervals));
  t.set("noise_note",
        "Noise floor: what the measurement's replicates, instrument and rounding leave open.");
  return t;
}

void add_pooled(const ReportInput& input, data* page) {
  data all = list();
  std::string method;
  for (const Pooled& p : pooled_statistics(input)) {
    const ErrorStatistics& s = p.statistics;
    data row;
    row.set("quantity", quantity_label(input, s.quantity));
    row.set("name", plain(s.level + (s.variant.empty() ? "" : " " + s.variant)));
    row.set("networks", std::to_string(p.networks));
    row.set("n", std::to_string(s.n));
    row.set("mape", fmt::format("{:.1f}", s.mape_pct));
    row.set("mape_interval", or_missing(interval_text(p.intervals.find("mape_pct"), false)));
    row.set("bias", signed_pct(s.mean_signed_pct));
    row.set("bias_interval", or_missing(interval_text(p.intervals.find("mean_signed_pct"), true)));
    row.set("rms", fmt::format("{:.3f}", s.rms_ln));
    row.set("tau",
            s.kendall_tau_b ? fmt::format("{:.2f}", *s.kendall_tau_b) : std::string(kUndefined));
    if (method.find(p.intervals.method) == std::string::npos)
      method += (method.empty() ? "" : "; ") + p.intervals.method;
    all << row;
  }
  page->set("has_pooled", all.is_non_empty_list());
  page->set("pooled", all);
  page->set("pooled_method", method);
}

namespace {

// Series that predict the same stand in one row.
struct WorstEntry {
  const ComparedRow* row;
  std::vector<std::string> series;
};

std::vector<WorstEntry> worst_entries(const ReportInput& input, std::size_t most) {
  std::vector<WorstEntry> entries;
  for (const ComparedRow* r : worst_rows(input, input.comparison.rows.size())) {
    const std::string name = plain(r->level + (r->variant.empty() ? "" : " " + r->variant));
    const auto same = std::find_if(entries.begin(), entries.end(), [&](const WorstEntry& e) {
      return e.row->layer == r->layer && e.row->workload == r->workload && e.row->chip == r->chip &&
             e.row->batch == r->batch && e.row->quantity == r->quantity &&
             e.row->predicted == r->predicted;
    });
    if (same != entries.end()) {
      same->series.push_back(name);
    } else {
      if (entries.size() == most) break;
      entries.push_back({r, {name}});
    }
  }
  return entries;
}

}  // namespace

data worst_data(const ReportInput& input) {
  data all = list();
  for (const WorstEntry& e : worst_entries(input, 10)) {
    const ComparedRow* r = e.row;
    data row;
    row.set("layer", plain(r->workload + "/" + r->layer));
    row.set("quantity", plain(r->quantity));
    row.set("name", listed(e.series, 4));
    row.set("predicted", number(r->predicted));
    row.set("measured", number(r->measured));
    row.set("error", signed_pct(pct(r->ln_ratio)));
    row.set("band", band(pct(r->ln_ratio)));
    const Record* record = record_of(input, *r);
    row.set("part", record == nullptr ? std::string() : largest_parts(*record, r->quantity));
    row.set("notes", record == nullptr ? std::string() : notes_of(*record));
    all << row;
  }
  return all;
}

}  // namespace assay::report
