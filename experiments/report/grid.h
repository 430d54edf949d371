// SPDX-License-Identifier: Apache-2.0
// Fixed columns for the terminal: plain lines, UTF-8 aware, colour only if asked for.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace assay::report {

struct GridText {
  std::string text;
  std::string color;  // an ANSI code, "" for none
};
using GridRow = std::vector<GridText>;

// Colour of a band (format.h) or of "fail".
const char* color_of(const std::string& band);

// A table whose first column is left-aligned and all others right-aligned. An empty row is a rule.
class Grid {
 public:
  explicit Grid(bool color) : color_(color) {}
  void add(GridRow row) { rows_.push_back(std::move(row)); }
  void rule() { rows_.emplace_back(); }
  std::string text() const;

 private:
  std::vector<std::size_t> column_widths() const;
  std::string line(const GridRow& row, const std::vector<std::size_t>& widths) const;
  std::string painted(const GridText& t) const;

  bool color_;
  std::vector<GridRow> rows_;
};

}  // namespace assay::report
