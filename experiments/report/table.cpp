// SPDX-License-Identifier: Apache-2.0
// The terminal's tables: fixed columns, plain lines, UTF-8 aware, colour only if asked for.
#include <algorithm>
#include <cmath>
#include <utility>

#include "experiments/report/format.h"
#include "experiments/report/view.h"

namespace assay {
namespace {

using report::Cell;
using report::LayerRow;
using report::QuantityTable;
using report::width;

constexpr std::size_t kLayerWidth = 24;
constexpr std::size_t kSeriesWidth = 26;

struct Text {
  std::string text;
  std::string color;  // an ANSI code, "" for none
};
using Row = std::vector<Text>;

const char* color_of(const std::optional<double>& error_pct) {
  if (!error_pct || std::fabs(*error_pct) <= 10) return "";
  return std::fabs(*error_pct) <= 20 ? "33" : "31";
}

// A table whose first column is left-aligned and all others right-aligned. An empty row is a rule.
class Grid {
 public:
  explicit Grid(bool color) : color_(color) {}
  void add(Row row) { rows_.push_back(std::move(row)); }
  void rule() { rows_.emplace_back(); }

  std::string text() const {
    const std::vector<std::size_t> widths = column_widths();
    std::size_t total = 0;
    for (const std::size_t w : widths) total += w + 2;
    std::string out;
    for (const Row& row : rows_) out += row.empty() ? rule_of(total) : line(row, widths);
    return out;
  }

 private:
  std::vector<std::size_t> column_widths() const {
    std::vector<std::size_t> widths;
    for (const Row& row : rows_) {
      widths.resize(std::max(widths.size(), row.size()));
      for (std::size_t i = 0; i < row.size(); ++i)
        widths[i] = std::max(widths[i], width(row[i].text));
    }
    return widths;
  }

  static std::string rule_of(std::size_t total) {
    std::string out;
    for (std::size_t i = 2; i < total; ++i) out += "─";
    return out + "\n";
  }

  std::string line(const Row& row, const std::vector<std::size_t>& widths) const {
    std::string out;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string pad(widths[i] - width(row[i].text), ' ');
      const std::string text = painted(row[i]);
      out += (i == 0 ? "" : "  ") + (i == 0 ? text + pad : pad + text);
    }
    out.erase(out.find_last_not_of(' ') + 1);
    return out + "\n";
  }

  std::string painted(const Text& t) const {
    return color_ && !t.color.empty() ? "\x1b[" + t.color + "m" + t.text + "\x1b[0m" : t.text;
  }

  bool color_;
  std::vector<Row> rows_;
};

void add_header(const QuantityTable& table, Grid* grid) {
  Row first{{"", ""}};
  Row second{{"layer", ""}};
  for (std::size_t i = 0; i < table.series.size(); ++i) {
    // The name stands above its pair of columns; too long a name is spread over no more than those.
    first.push_back({"", ""});
    second.push_back({"predicted", ""});
    if (i == 0) {
      first.push_back({"", ""});
      second.push_back({"measured", ""});
    }
    first.push_back({"[" + std::to_string(i + 1) + "]", "1"});
    second.push_back({"error %", ""});
  }
  grid->add(std::move(first));
  grid->add(std::move(second));
}

std::string layer_table(const QuantityTable& table, bool color) {
  Grid grid(color);
  add_header(table, &grid);
  grid.rule();
  for (const LayerRow& row : table.rows) {
    if (row.network) grid.rule();
    Row line{{report::shortened(row.layer, kLayerWidth), row.network ? "1" : ""}};
    for (std::size_t i = 0; i < row.cells.size(); ++i) {
      const Cell& cell = row.cells[i];
      line.push_back({report::number(cell.predicted, table.predicted_decimals), ""});
      if (i == 0) line.push_back({report::number(row.measured, table.measured_decimals), ""});
      line.push_back({report::signed_pct(cell.error_pct), color_of(cell.error_pct)});
    }
    grid.add(std::move(line));
  }
  return grid.text();
}

std::string statistics_table(const QuantityTable& table, bool color) {
  Grid grid(color);
  Row header{{"statistic", ""}};
  for (std::size_t i = 0; i < table.series.size(); ++i)
    header.push_back({"[" + std::to_string(i + 1) + "]", "1"});
  grid.add(std::move(header));
  grid.rule();
  for (const report::StatisticsRow& row : report::statistics_rows(table)) {
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

}  // namespace

std::string terminal_table(const ReportInput& input, bool color) {
  std::string out = report::plain(input.title.empty() ? input.experiment : input.title) + "\n\n";
  for (const QuantityTable& table : report::tables_of(input)) {
    out += table.label + ", " + table.place() + "; error: " + report::kSignConvention + "\n" +
           legend(table, input.headline_stated) + "\n";
    out += layer_table(table, color) + "\n";
    out += statistics_table(table, color) + cancellation_warnings(table) + "\n";
  }
  out += exclusions(input) + bounds_text(input, color);
  return out + verdict(input) + "\n";
}

}  // namespace assay
