// SPDX-License-Identifier: Apache-2.0
#include "experiments/report/stack.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "experiments/report/format.h"

namespace assay::report {
namespace {

constexpr std::size_t kMostParts = 9;
constexpr std::size_t kMostBars = 16;  // of a narrow figure

// The CSV keeps every part; the picture joins the smallest.
Stack with_few_parts(Stack s) {
  if (s.parts.size() <= kMostParts) return s;
  std::vector<std::optional<double>> rest(s.layers.size());
  for (std::size_t k = kMostParts - 1; k < s.parts.size(); ++k) {
    for (std::size_t i = 0; i < rest.size(); ++i) {
      if (s.values[k][i]) rest[i] = rest[i].value_or(0) + *s.values[k][i];
    }
  }
  const std::size_t joined = s.parts.size() - (kMostParts - 1);
  s.parts.resize(kMostParts - 1);
  s.values.resize(kMostParts - 1);
  s.parts.push_back("other (" + std::to_string(joined) + ")");
  s.values.push_back(std::move(rest));
  return s;
}

std::string part_color(std::size_t i) {
  return i % kMostParts < 7 ? series_color(i % kMostParts)
                            : baseline_color(i % kMostParts == 7 ? 0 : 2);
}

using Rows = std::vector<std::vector<double>>;

struct Bars {
  std::vector<Rows> parts;  // for boxxyerror
  double top = 0;
};

Bars bars_of(const Stack& s) {
  Bars bars;
  std::vector<double> tops(s.layers.size(), 0.0);
  for (const auto& row : s.values) {
    Rows part;
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (!row[i] || !(*row[i] > 0)) continue;
      const auto x = static_cast<double>(i);
      part.push_back({x, tops[i], x - 0.32, x + 0.32, tops[i], tops[i] + *row[i]});
      tops[i] += *row[i];
      bars.top = std::max(bars.top, tops[i]);
    }
    bars.parts.push_back(std::move(part));
  }
  for (const Marker& m : s.markers) {
    for (const auto& v : m.values) bars.top = std::max(bars.top, v.value_or(0));
  }
  return bars;
}

void add_points(Canvas* canvas, const Marker& m, double shift) {
  Rows data;
  for (std::size_t i = 0; i < m.values.size(); ++i) {
    if (m.values[i]) data.push_back({static_cast<double>(i) + shift, *m.values[i]});
  }
  const std::string block = canvas->data(data);
  canvas->plot(
      fmt::format("{} using 1:2 with points pt {} ps 1.6 lc rgb '{}'", block, m.filled, kPaper));
  canvas->plot(
      fmt::format("{} using 1:2 with points pt {} ps 1 lw 1.5 lc rgb '{}'", block, m.drawn, kInk));
}

}  // namespace

Stack stack_of(const std::vector<const Record*>& records, const std::vector<Parts>& parts) {
  Stack stack;
  Parts totals;
  for (std::size_t i = 0; i < records.size(); ++i) {
    stack.layers.push_back(records[i]->layer);
    for (const auto& [name, value] : parts[i]) totals[name] += value;
  }
  for (const auto& [name, total] : totals) stack.parts.push_back(name);
  std::stable_sort(
      stack.parts.begin(), stack.parts.end(),
      [&](const std::string& a, const std::string& b) { return totals[a] > totals[b]; });
  for (const std::string& name : stack.parts) {
    std::vector<std::optional<double>> row;
    for (const Parts& p : parts) {
      const auto found = p.find(name);
      row.push_back(found == p.end() ? std::nullopt : std::optional<double>(found->second));
    }
    stack.values.push_back(std::move(row));
  }
  return stack;
}

std::string stack_csv(const Stack& s) {
  std::vector<std::string> header{"layer"};
  for (const std::string& p : s.parts) header.push_back(p + "_" + s.unit);
  for (const Marker& m : s.markers) header.push_back(m.column + "_" + s.unit);
  std::string csv = csv_line(header);
  for (std::size_t i = 0; i < s.layers.size(); ++i) {
    std::vector<std::string> line{s.layers[i]};
    for (const auto& row : s.values) line.push_back(shortest(row[i], ""));
    for (const Marker& m : s.markers) line.push_back(shortest(m.values[i], ""));
    csv += csv_line(line);
  }
  return csv;
}

bool has_bars(const Stack& s) {
  for (const auto& row : s.values) {
    for (const auto& v : row) {
      if (v && *v > 0) return true;
    }
  }
  return false;
}

void draw_stack(Figure* figure, const Stack& stack, const std::string& axis) {
  const Stack s = with_few_parts(stack);
  std::vector<LegendEntry> legend;
  for (std::size_t k = 0; k < s.parts.size(); ++k) {
    legend.push_back({shortened(s.parts[k], 34), part_color(k), Mark::kFill, 0});
  }
  for (const Marker& m : s.markers) legend.push_back({m.name, kInk, Mark::kPoint, m.drawn});
  const Bars bars = bars_of(s);
  if (s.layers.size() > kMostBars) figure->width = kWideFigure;
  Canvas canvas(figure->title, name_axis(s.layers), linear_axis(0, bars.top * 1.04, axis), legend,
                figure->width, 330);
  for (std::size_t k = 0; k < bars.parts.size(); ++k) {
    if (bars.parts[k].empty()) continue;
    canvas.plot(fmt::format("{} using 1:2:3:4:5:6 with boxxyerror fc rgb '{}' fs solid noborder",
                            canvas.data(bars.parts[k]), part_color(k)));
  }
  for (std::size_t k = 0; k < s.markers.size(); ++k) {
    const double shift = s.markers.size() == 1 ? 0 : k == 0 ? -0.13 : 0.13;
    add_points(&canvas, s.markers[k], shift);
  }
  figure->height = canvas.height();
  figure->script = canvas.script();
}

}  // namespace assay::report
