// SPDX-License-Identifier: Apache-2.0
// The tables per layer and of the worst records.
#include <fmt/format.h>

#include <utility>

#include "experiments/report/format.h"
#include "experiments/report/html_data.h"

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

data statistics_data(const QuantityTable& table) {
  data rows = list();
  for (const StatisticsRow& r : statistics_rows(table)) {
    data row;
    row.set("name", r.name);
    data cells = list();
    for (const std::string& c : r.cells) cells << data(c);
    row.set("cells", cells);
    rows << row;
  }
  return rows;
}

// "wait GLB read 41 %": the largest cause or component of the record behind a row.
std::string largest_part(const Record& record, const std::string& quantity) {
  const bool energy = quantity.rfind("energy", 0) == 0;
  const bool time =
      quantity.find("cycles") != std::string::npos || quantity.find("_ms") != std::string::npos;
  if (!energy && !time) return {};
  const auto& parts = energy ? record.energy_pj_by_component : record.cycles_by_cause;
  double sum = 0;
  std::pair<std::string, double> largest;
  for (const auto& [name, value] : parts) {
    sum += value;
    if (largest.first.empty() || value > largest.second) largest = {name, value};
  }
  return sum > 0 ? fmt::format("{} {:.0f} %", plain(largest.first), 100 * largest.second / sum)
                 : std::string();
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

data table_data(const QuantityTable& table, const ReportInput& input) {
  data t;
  t.set("label", table.label);
  t.set("place", table.place());
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
  t.set("statistics", statistics_data(table));
  return t;
}

data worst_data(const ReportInput& input) {
  data all = list();
  for (const ComparedRow* r : worst_rows(input, 10)) {
    data row;
    row.set("layer", plain(r->workload + "/" + r->layer));
    row.set("quantity", plain(r->quantity));
    row.set("name", plain(r->level + " " + r->variant));
    row.set("predicted", number(r->predicted));
    row.set("measured", number(r->measured));
    row.set("error", signed_pct(pct(r->ln_ratio)));
    row.set("band", band(pct(r->ln_ratio)));
    const Record* record = record_of(input, *r);
    row.set("part", record == nullptr ? std::string() : largest_part(*record, r->quantity));
    row.set("notes", record == nullptr ? std::string() : notes_of(*record));
    all << row;
  }
  return all;
}

}  // namespace assay::report
