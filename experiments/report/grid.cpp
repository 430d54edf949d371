// SPDX-License-Identifier: Apache-2.0
#include "experiments/report/grid.h"

#include <algorithm>

#include "experiments/report/format.h"

namespace assay::report {
namespace {

std::string rule_of(std::size_t total) {
  std::string out;
  for (std::size_t i = 2; i < total; ++i) out += "─";
  return out + "\n";
}

}  // namespace

const char* color_of(const std::string& band) {
  return band.empty() ? "" : band == "mid" ? "33" : "31";
}

std::string Grid::text() const {
  const std::vector<std::size_t> widths = column_widths();
  std::size_t total = 0;
  for (const std::size_t w : widths) total += w + 2;
  std::string out;
  for (const GridRow& row : rows_) out += row.empty() ? rule_of(total) : line(row, widths);
  return out;
}

std::vector<std::size_t> Grid::column_widths() const {
  std::vector<std::size_t> widths;
  for (const GridRow& row : rows_) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], width(row[i].text));
  }
  return widths;
}

std::string Grid::line(const GridRow& row, const std::vector<std::size_t>& widths) const {
  std::string out;
  for (std::size_t i = 0; i < row.size(); ++i) {
    const std::string pad(widths[i] - width(row[i].text), ' ');
    const std::string text = painted(row[i]);
    out += (i == 0 ? "" : "  ") + (i == 0 ? text + pad : pad + text);
  }
  out.erase(out.find_last_not_of(' ') + 1);
  return out + "\n";
}

std::string Grid::painted(const GridText& t) const {
  return color_ && !t.color.empty() ? "\x1b[" + t.color + "m" + t.text + "\x1b[0m" : t.text;
}

}  // namespace assay::report
