// SPDX-License-Identifier: Apache-2.0
// The terminal's tables: fixed columns, plain lines, UTF-8 aware, colour only if asked for.
#include <algorithm>
#include <cmath>
#include <utility>

#include "experiments/report/evidence.h"
#include "experiments/report/format.h"
#include "experiments/report/grid.h"
#include "experiments/report/hardware_gaps.h"
#include "experiments/report/level_panels.h"
#include "experiments/report/view.h"

namespace assay {
namespace {

using report::Cell;
using report::Grid;
using report::LayerRow;
using report::QuantityTable;
using Row = report::GridRow;

constexpr std::size_t kLayerWidth = 24;
constexpr std::size_t kSeriesWidth = 26;

constexpr std::size_t kMostSeries = 5;  // beside each other

void add_header(std::size_t begin, std::size_t end, Grid* grid) {
  Row first{{"", ""}};
  Row second{{"layer", ""}};
  for (std::size_t i = begin; i < end; ++i) {
    // The name stands above its pair of columns; too long a name is spread over no more than those.
    first.push_back({"", ""});
    second.push_back({"predicted", ""});
    if (i == begin) {
      first.push_back({"", ""});
      second.push_back({"measured", ""});
    }
    first.push_back({"[" + std::to_string(i + 1) + "]", "1"});
    second.push_back({"error %", ""});
  }
  grid->add(std::move(first));
  grid->add(std::move(second));
}

// Of some of the series.
std::string layer_table(const QuantityTable& table, std::size_t begin, std::size_t end,
                        bool color) {
  Grid grid(color);
  add_header(begin, end, &grid);
  grid.rule();
  for (const LayerRow& row : table.rows) {
    if (row.network) grid.rule();
    Row line{{report::shortened(row.layer, kLayerWidth), row.network ? "1" : ""}};
    for (std::size_t i = begin; i < end; ++i) {
      const Cell& cell = row.cells[i];
      line.push_back({report::number(cell.predicted, table.predicted_decimals), ""});
      if (i == begin) line.push_back({report::number(row.measured, table.measured_decimals), ""});
      line.push_back(
          {report::signed_pct(cell.error_pct), report::color_of(report::band(cell.error_pct))});
    }
    grid.add(std::move(line));
  }
  return grid.text();
}

std::string layer_tables(const QuantityTable& table, bool color) {
  std::string text;
  for (std::size_t begin = 0; begin < table.series.size(); begin += kMostSeries)
    text +=
        layer_table(table, begin, std::min(begin + kMostSeries, table.series.size()), color) + "\n";
  return text;
}

std::string statistics_table(const ReportInput& input, const QuantityTable& table, bool color) {
  Grid grid(color);
  Row header{{"statistic", ""}};
  for (std::size_t i = 0; i < table.series.size(); ++i)
    header.push_back({"[" + std::to_string(i + 1) + "]", "1"});
  grid.add(std::move(header));
  grid.rule();
  for (const report::StatisticsRow& row : report::statistics_rows(input, table)) {
    Row line{{row.name, ""}};
    for (const std::string& cell : row.cells)
      line.push_back({report::shortened(cell, kSeriesWidth), ""});
    grid.add(std::move(line));
  }
  return grid.text();
}

std::string legend(const QuantityTable& table, bool stated) {
  std::string text;
  for (std::size_t i = 0; i < table.series.size(); ++i) {
    const report::Series& s = table.series[i];
    text += "[" + std::to_string(i + 1) + "] " + s.name +
            (s.headline && stated ? " (stated beforehand)" : "") + "\n";
  }
  return text;
}

std::string cancellation_warnings(const QuantityTable& table) {
  std::string text;
  for (std::size_t i = 0; i < table.statistics.size(); ++i) {
    if (!table.statistics[i] || !report::cancels(*table.statistics[i])) continue;
    text += "(!) " + table.series[i].name +
            ": errors of the layers cancel; the network error says little about them\n";
  }
  return text;
}

std::string bounds_text(const ReportInput& input, bool color) {
  std::string text;
  for (const BoundCheck& b : input.bounds) {
    const std::string mark = b.passed() ? "pass" : "FAIL";
    text += (color ? std::string("\x1b[") + (b.passed() ? "32" : "31") + "m" + mark + "\x1b[0m"
                   : mark) +
            "  " + report::bound_text(b) + "\n";
  }
  return text.empty() ? text : text + "\n";
}

std::string exclusions(const ReportInput& input) {
  std::string text;
  for (const Excluded& e : input.comparison.excluded) {
    text += "excluded  " + report::plain(e.key) + report::of_whom(e) + ": " +
            report::plain(e.reason) + "\n";
  }
  return text.empty() ? text : text + "\n";
}

// What the verdict's figures are worth.
std::string headline_interval(const ReportInput& input) {
  const auto e = report::headline_error(input);
  if (!e) return {};
  std::string text;
  if (const auto i = e->intervals.find("mape_pct"))
    text = "Mean absolute error " + report::interval_text(i, false) + " %" +
           (e->intervals.find("network_pct")
                ? ", network error " +
                      report::interval_text(e->intervals.find("network_pct"), true) + " %"
                : "") +
           ": " + e->intervals.method + ".\n";
  if (!input.evidence.empty()) text += report::evidence_sentence(input) + "\n";
  return text;
}

}  // namespace

std::string terminal_table(const ReportInput& input, bool color) {
  std::string out = report::plain(input.title.empty() ? input.experiment : input.title) + "\n\n";
  for (const QuantityTable& table : report::tables_of(input)) {
    out += table.label + ", " + table.place() + "; error: " + report::kSignConvention + "\n" +
           legend(table, input.headline_stated) + "\n";
    out += layer_tables(table, color);
    out += statistics_table(input, table, color) + cancellation_warnings(table) + "\n";
  }
  out += report::levels_text(input, color);
  out += exclusions(input) + bounds_text(input, color);
  out += verdict(input) + "\n" + headline_interval(input);
  for (const std::string& text : report::hardware_verdicts(input)) out += text + "\n";
  return out;
}

}  // namespace assay
