// SPDX-License-Identifier: Apache-2.0
// Predicted against measured, on logarithmic axes, one point per layer and series.
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
constexpr std::size_t kLabelAll =
    12;  // up to so many points all have their names, else the worst ones
constexpr std::size_t kLabelWorst = 8;

struct Point {
  double measured;
  double predicted;
  std::string layer;
};

std::vector<std::pair<double, double>> coordinates(const std::vector<Point>& points) {
  std::vector<std::pair<double, double>> all;
  for (const Point& p : points) all.emplace_back(p.measured, p.predicted);
  return all;
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
std::vector<Point> points_of(const QuantityTable& table, std::size_t series) {
  std::vector<Point> points;
  for (const LayerRow& row : table.rows) {
    const auto& predicted = row.cells[series].predicted;
    if (row.network || !row.measured || !predicted) continue;
    if (*row.measured > 0 && *predicted > 0)
      points.push_back({*row.measured, *predicted, row.layer});
  }
  return points;
}

// A band of +-share around the diagonal, whose edges are straight lines on logarithmic axes, cut
// off at the plot's corners.
void add_band(Canvas* canvas, const Axis& axis, double share, const char* opacity) {
  const double above = 1 + share;
  const double below = 1 - share;
  const std::vector<std::vector<double>> polygon = {
      {axis.lo, axis.lo}, {axis.lo, axis.lo * above}, {axis.hi / above, axis.hi},
      {axis.hi, axis.hi}, {axis.hi, axis.hi * below}, {axis.lo / below, axis.lo}};
  const char* style =
      "{} using 1:2 with filledcurves closed fc rgb '{}' fs transparent solid {} noborder";
  canvas->plot(fmt::format(fmt::runtime(style), canvas->data(polygon), kInk, opacity));
}

void add_points(Canvas* canvas, const std::vector<Point>& points, int type,
                const std::string& color) {
  if (points.empty()) return;
  std::vector<std::vector<double>> data;
  for (const Point& p : points) data.push_back({p.measured, p.predicted});
  canvas->plot(fmt::format("{} using 1:2 with points pt {} ps 0.9 lw 1.4 lc rgb '{}'",
                           canvas->data(data), type, color));
}

void label(Canvas* canvas, std::vector<Point> points, const std::vector<Point>& all) {
  if (points.size() > kLabelAll) {
    const auto error = [](const Point& p) { return std::fabs(std::log(p.predicted / p.measured)); };
    std::stable_sort(points.begin(), points.end(),
                     [&](const Point& a, const Point& b) { return error(a) > error(b); });
    points.resize(kLabelWorst);
  }
  std::vector<std::string> names;
  for (const Point& p : points) names.push_back(p.layer);
  canvas->label_points(coordinates(points), names, coordinates(all));
}

std::string caption(const QuantityTable& table, std::size_t labelled) {
  return "Predicted against measured, " + table.place() +
         ", one point per layer. Bands: within 10 % and 20 % of the measured value; above the "
         "line, the "
         "prediction is larger than the measurement." +
         (labelled > kLabelAll
              ? fmt::format(" Named: of the {} largest errors of {}, those with room for it.",
                            kLabelWorst, table.series[0].name)
              : std::string());
}

}  // namespace

Figure parity_figure(const QuantityTable& table, const std::string& name) {
  Figure figure;
  figure.name = name;
  figure.title = "Parity: " + table.label;
  figure.csv = comparison_csv(table);
  const auto colors = colors_of(table.series);
  const auto types = point_types(table.series);
  std::vector<std::vector<Point>> points;
  std::vector<Point> all;
  std::vector<double> values;
  std::vector<LegendEntry> legend;
  for (std::size_t i = 0; i < table.series.size(); ++i) {
    points.push_back(points_of(table, i));
    all.insert(all.end(), points[i].begin(), points[i].end());
    for (const Point& p : points[i]) values.insert(values.end(), {p.measured, p.predicted});
    legend.push_back({shortened(table.series[i].name, 40), colors[i], Mark::kPoint, types[i]});
  }
  if (all.empty()) {
    figure.missing = "no layer has a positive prediction and a positive measurement";
    return figure;
  }
  figure.caption = caption(table, points[0].size());
  const Axis x = log_axis(values, 1.35, "measured: " + table.label);
  Axis y = x;
  y.label = "predicted: " + table.label;
  Canvas canvas(figure.title, x, y, legend, figure.width, 400);
  add_band(&canvas, x, 0.2, "0.08");
  add_band(&canvas, x, 0.1, "0.12");
  canvas.plot(fmt::format("{} using 1:2 with lines lc rgb '{}' lw 1",
                          canvas.data({{x.lo, x.lo}, {x.hi, x.hi}}), kInk));
  // The headline last, on top.
  for (std::size_t k = points.size(); k-- > 0;) add_points(&canvas, points[k], types[k], colors[k]);
  label(&canvas, points[0], all);
  figure.height = canvas.height();
  figure.script = canvas.script();
  return figure;
}

}  // namespace assay::report
