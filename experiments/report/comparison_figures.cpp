// SPDX-License-Identifier: Apache-2.0
// Parity and error of one quantity over the layers.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "experiments/report/figures.h"
#include "experiments/report/format.h"

namespace assay::report {
namespace {

constexpr std::array<int, 5> kFilled = {7, 5, 9, 13, 11};
constexpr std::array<int, 5> kOpen = {6, 4, 8, 12, 10};
constexpr std::size_t kMostLabels = 20;

using Point = std::pair<double, double>;  // measured, predicted

std::string place(const QuantityTable& t) { return plain(t.workload) + " on " + plain(t.chip); }

std::vector<LayerRow> layers_of(const QuantityTable& table) {
  std::vector<LayerRow> rows;
  std::copy_if(table.rows.begin(), table.rows.end(), std::back_inserter(rows),
               [](const LayerRow& r) { return !r.network; });
  return rows;
}

std::string comparison_csv(const QuantityTable& table) {
  std::string csv = csv_line({"level", "variant", "chip", "workload", "layer", table.quantity + "_measured",
                              table.quantity + "_predicted", "error_pct"});
  for (std::size_t i = 0; i < table.series.size(); ++i) {
    for (const LayerRow& row : table.rows) {
      csv += csv_line({table.series[i].level, table.series[i].variant, table.chip, table.workload, row.layer,
                       shortest(row.measured, ""), shortest(row.cells[i].predicted, ""),
                       shortest(row.cells[i].error_pct, "")});
    }
  }
  return csv;
}

std::vector<int> point_types(const std::vector<Series>& series) {
  std::vector<int> types;
  std::size_t filled = 0;
  std::size_t open = 0;
  for (const Series& s : series) {
    types.push_back(s.baseline ? kOpen[open++ % kOpen.size()] : kFilled[filled++ % kFilled.size()]);
  }
  return types;
}

// Positive pairs of one series; a log axis has no place for others.
std::vector<Point> points_of(const std::vector<LayerRow>& rows, std::size_t series, std::vector<std::string>* names) {
  std::vector<Point> points;
  for (const LayerRow& row : rows) {
    const auto& predicted = row.cells[series].predicted;
    if (!row.measured || !predicted || *row.measured <= 0 || *predicted <= 0) continue;
    points.emplace_back(*row.measured, *predicted);
    if (names != nullptr) names->push_back(row.layer);
  }
  return points;
}

// A band of +-share around the diagonal, whose edges are straight lines on logarithmic axes.
void add_band(Canvas* canvas, const Axis& axis, double share, const char* opacity) {
  std::vector<std::vector<double>> polygon;
  for (const auto& [x, factor] : std::array<Point, 4>{
           {{axis.lo, 1 + share}, {axis.hi, 1 + share}, {axis.hi, 1 - share}, {axis.lo, 1 - share}}}) {
    polygon.push_back({x, x * factor});
  }
  canvas->plot(fmt::format("{} using 1:2 with filledcurves closed fc rgb '{}' fs transparent solid {} noborder",
                           canvas->data(polygon), kInk, opacity));
}

void label_headline(Canvas* canvas, std::vector<Point> points, std::vector<std::string> names,
                    const std::vector<Point>& all) {
  if (points.size() > kMostLabels) {  // the worst ones
    std::vector<std::size_t> order(points.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    const auto error = [&](std::size_t i) { return std::fabs(std::log(points[i].second / points[i].first)); };
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return error(a) > error(b); });
    std::vector<Point> worst;
    std::vector<std::string> worst_names;
    for (std::size_t k = 0; k < kMostLabels; ++k) {
      worst.push_back(points[order[k]]);
      worst_names.push_back(names[order[k]]);
    }
    points = std::move(worst);
    names = std::move(worst_names);
  }
  canvas->label_points(points, names, all);
}

}  // namespace

Figure parity_figure(const QuantityTable& table, const std::string& name) {
  Figure figure;
  figure.name = name;
  figure.title = "Parity: " + table.label;
  figure.csv = comparison_csv(table);
  figure.caption = "Predicted against measured, " + place(table) +
                   ", one point per layer. Bands: within 10 % and 20 % of the measured value; above the line, the "
                   "prediction is larger than the measurement.";
  const std::vector<LayerRow> rows = layers_of(table);
  std::vector<double> values;
  std::vector<Point> all;
  for (std::size_t i = 0; i < table.series.size(); ++i) {
    for (const Point& p : points_of(rows, i, nullptr)) {
      all.push_back(p);
      values.insert(values.end(), {p.first, p.second});
    }
  }
  if (all.empty()) {
    figure.missing = "no layer has a positive prediction and a positive measurement";
    return figure;
  }
  const auto colors = colors_of(table.series);
  const auto types = point_types(table.series);
  std::vector<LegendEntry> legend;
  for (std::size_t i = 0; i < table.series.size(); ++i) {
    legend.push_back({shortened(table.series[i].name, 40), colors[i], Mark::kPoint, types[i]});
  }
  const Axis x = log_axis(values, 1.35, "measured: " + table.label);
  Axis y = x;
  y.label = "predicted: " + table.label;
  Canvas canvas(figure.title, x, y, legend, figure.width, 430);
  add_band(&canvas, x, 0.2, "0.08");
  add_band(&canvas, x, 0.1, "0.12");
  canvas.plot(fmt::format("{} using 1:2 with lines lc rgb '{}' lw 1", canvas.data({{x.lo, x.lo}, {x.hi, x.hi}}), kInk));
  for (std::size_t k = table.series.size(); k-- > 0;) {  // the headline last, on top
    std::vector<std::vector<double>> data;
    for (const Point& p : points_of(rows, k, nullptr)) data.push_back({p.first, p.second});
    if (data.empty()) continue;
    canvas.plot(fmt::format("{} using 1:2 with points pt {} ps 1.1 lw 1.4 lc rgb '{}'", canvas.data(data), types[k], colors[k]));
  }
  std::vector<std::string> names;
  const std::vector<Point> first = points_of(rows, 0, &names);
  label_headline(&canvas, first, names, all);
  figure.height = canvas.height();
  figure.script = canvas.script();
  return figure;
}

Figure error_figure(const QuantityTable& table, const std::string& name) {
  Figure figure;
  figure.name = name;
  figure.title = "Signed error: " + table.label;
  figure.csv = comparison_csv(table);
  figure.caption = "Signed error per layer and of the network's sum, " + place(table) + "; " + kSignConvention +
                   ". Band: within 10 %.";
  double lo = -10;
  double hi = 10;
  std::vector<std::string> names;
  bool any = false;
  for (const LayerRow& row : table.rows) {
    names.push_back(row.layer);
    for (const Cell& c : row.cells) {
      if (!c.error_pct || !std::isfinite(*c.error_pct)) continue;
      any = true;
      lo = std::min(lo, *c.error_pct);
      hi = std::max(hi, *c.error_pct);
    }
  }
  if (!any) {
    figure.missing = "no error is defined";
    return figure;
  }
  const auto colors = colors_of(table.series);
  std::vector<LegendEntry> legend;
  for (std::size_t i = 0; i < table.series.size(); ++i) {
    legend.push_back({shortened(table.series[i].name, 40), colors[i], Mark::kFill, 0});
  }
  if (names.size() * table.series.size() > 60) figure.width = 1200;
  const Axis x = name_axis(names, "");
  Canvas canvas(figure.title, x, linear_axis(lo, hi, "signed error [%]"), legend, figure.width, 330);
  canvas.y_note(kSignConvention);
  const std::string box = " using 1:2:3:4:5:6 with boxxyerror fc rgb '{}' fs {}";
  canvas.plot(canvas.data({{0, 0, x.lo, x.hi, -10, 10}}) +
              fmt::format(fmt::runtime(box), kInk, "transparent solid 0.08 noborder"));
  const double bar = 0.8 / static_cast<double>(table.series.size());
  for (std::size_t i = 0; i < table.series.size(); ++i) {
    std::vector<std::vector<double>> data;
    for (std::size_t r = 0; r < table.rows.size(); ++r) {
      const auto& error = table.rows[r].cells[i].error_pct;
      if (!error || !std::isfinite(*error)) continue;
      const double left = static_cast<double>(r) - 0.4 + bar * static_cast<double>(i);
      data.push_back({left, 0, left, left + bar * 0.92, std::min(0.0, *error), std::max(0.0, *error)});
    }
    if (!data.empty()) canvas.plot(canvas.data(data) + fmt::format(fmt::runtime(box), colors[i], "solid noborder"));
  }
  canvas.plot(fmt::format("{} using 1:2 with lines lc rgb '{}' lw 1", canvas.data({{x.lo, 0}, {x.hi, 0}}), kInk));
  figure.height = canvas.height();
  figure.script = canvas.script();
  return figure;
}

}  // namespace assay::report
