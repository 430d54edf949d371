// SPDX-License-Identifier: Apache-2.0
// Predicted against measured, on logarithmic axes, one point per layer and series.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "experiments/report/figure_series.h"
#include "experiments/report/figures.h"
#include "experiments/report/format.h"
#include "experiments/report/noise.h"

namespace assay::report {
namespace {

constexpr std::array<int, 5> kFilled = {7, 5, 9, 13, 11};
constexpr std::array<int, 5> kOpen = {6, 4, 8, 12, 10};
constexpr std::size_t kLabelAll =
    12;  // up to so many points all have their names, else the worst ones
constexpr std::size_t kLabelWorst = 8;
constexpr std::size_t kMostPoints = 500;  // more are counted in cells
constexpr int kBins = 36;
constexpr std::size_t kShades = 5;
constexpr double kTwoSided95 = 1.96;

struct Point {
  double measured;
  double predicted;
  std::string layer;
  std::optional<double> uncertainty_pct;  // of the measured value
};

// Points of one colour.
struct Cloud {
  std::string name, color;
  int type;
  std::vector<Point> points;
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

using Uncertainties = std::map<std::string, double>;  // by layer, in per cent

Uncertainties uncertainties_of(const ReportInput& input, const QuantityTable& t) {
  Uncertainties all;
  for (const Record& m : input.measured)
    if (m.chip == t.chip && m.workload == t.workload && m.batch == t.batch)
      if (const auto u = uncertainty_of(m, t.quantity)) all[m.layer] = u->pct;
  return all;
}

// Positive pairs of one series; a log axis has no place for others.
std::vector<Point> points_of(const ReportInput& input, const QuantityTable& table,
                             std::size_t series) {
  const Uncertainties known = uncertainties_of(input, table);
  std::vector<Point> points;
  for (const LayerRow& row : table.rows) {
    const auto& predicted = row.cells[series].predicted;
    if (row.network || !row.measured || !predicted) continue;
    if (!(*row.measured > 0) || !(*predicted > 0)) continue;
    const auto u = known.find(row.layer);
    points.push_back({*row.measured, *predicted, row.layer,
                      u == known.end() ? std::nullopt : std::optional(u->second)});
  }
  return points;
}

// A band of +-share around the line of equal values; its edges are straight on logarithmic axes.
void add_band(Canvas* canvas, const Axis& axis, double share, const char* opacity) {
  const double above = 1 + share;
  const double below = 1 - share;
  const std::vector<std::vector<double>> polygon = {{axis.lo, axis.lo * below},
                                                    {axis.lo, axis.lo * above},
                                                    {axis.hi, axis.hi * above},
                                                    {axis.hi, axis.hi * below}};
  const char* style =
      "{} using 1:2 with filledcurves closed fc rgb '{}' fs transparent solid {} noborder";
  canvas->plot(fmt::format(fmt::runtime(style), canvas->data(polygon), kInk, opacity));
}

void add_points(Canvas* canvas, const Cloud& cloud) {
  std::vector<std::vector<double>> data, bars;
  for (const Point& p : cloud.points) {
    data.push_back({p.measured, p.predicted});
    const double reach = kTwoSided95 * p.uncertainty_pct.value_or(0) / 100 * p.measured;
    if (reach > 0 && reach < p.measured)
      bars.push_back({p.measured - reach, p.predicted, 2 * reach});
  }
  if (data.empty()) return;
  if (!bars.empty())
    canvas->plot(fmt::format("{} using 1:2:3:(0) with vectors nohead lw 1.4 lc rgb '{}'",
                             canvas->data(bars), cloud.color));
  canvas->plot(fmt::format("{} using 1:2 with points pt {} ps 0.9 lw 1.4 lc rgb '{}'",
                           canvas->data(data), cloud.type, cloud.color));
}

// How many points fall into each cell of a logarithmic grid; the darker, the more.
std::size_t add_bins(Canvas* canvas, const std::vector<Point>& points, const Axis& x, const Axis& y,
                     const std::string& color) {
  std::map<std::pair<int, int>, std::size_t> cells;
  const auto cell = [](const Axis& axis, double v) {
    return std::clamp(static_cast<int>(axis.fraction(v) * kBins), 0, kBins - 1);
  };
  std::size_t most = 0;
  for (const Point& p : points)
    most = std::max(most, ++cells[{cell(x, p.measured), cell(y, p.predicted)}]);
  const auto edge = [](const Axis& axis, int k) {
    return axis.lo * std::pow(axis.hi / axis.lo, double(k) / kBins);
  };
  std::array<std::vector<std::vector<double>>, kShades> shades;
  for (const auto& [at, n] : cells) {
    const double share = most > 1 ? std::log(double(n)) / std::log(double(most)) : 1;
    const auto shade =
        std::min<std::size_t>(kShades - 1, static_cast<std::size_t>(share * kShades));
    const auto [i, j] = at;
    shades[shade].push_back(
        {edge(x, i), edge(y, j), edge(x, i), edge(x, i + 1), edge(y, j), edge(y, j + 1)});
  }
  const char* style =
      "{} using 1:2:3:4:5:6 with boxxyerror fc rgb '{}' fs transparent solid {:.2f} noborder";
  for (std::size_t k = 0; k < kShades; ++k)
    if (!shades[k].empty())
      canvas->plot(fmt::format(fmt::runtime(style), canvas->data(shades[k]), color,
                               0.25 + 0.7 * double(k) / (kShades - 1)));
  return most;
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

// What every parity figure says.
std::string caption(const std::string& of_what, const std::vector<Cloud>& clouds) {
  bool bars = false;  // cells have none
  for (const Cloud& c : clouds)
    for (const Point& p : c.points) bars = bars || p.uncertainty_pct.value_or(0) > 0;
  const std::size_t labelled = clouds.front().points.size();
  bars = bars && labelled <= kMostPoints;
  return "Predicted against measured, " + of_what +
         ". Bands: within 10 % and 20 % of the measured value; above the line, the prediction is "
         "larger than the measurement." +
         (bars ? " Bars: 95 % of what the measurement leaves open." : "") +
         (labelled > kLabelAll && labelled <= kMostPoints
              ? fmt::format(" Named: of the {} largest errors of {}, those with room for it.",
                            kLabelWorst, clouds.front().name)
              : std::string());
}

// The first cloud is the one that matters: on top, named, and alone where it is too large for
// single points.
void draw_clouds(const std::vector<Cloud>& clouds, const std::string& label_text, Figure* figure) {
  // What is far off stretches its own axis only.
  std::vector<double> values, measured;
  std::vector<Point> all;
  std::vector<LegendEntry> legend;
  const bool binned = clouds.front().points.size() > kMostPoints;
  for (const Cloud& c : clouds) {
    if (binned && &c != &clouds.front()) break;
    all.insert(all.end(), c.points.begin(), c.points.end());
    for (const Point& p : c.points) {
      values.insert(values.end(), {p.measured, p.predicted});
      measured.push_back(p.measured);
    }
    legend.push_back({shortened(c.name, 40), c.color, binned ? Mark::kFill : Mark::kPoint, c.type});
  }
  if (all.empty()) {
    figure->missing = "no layer has a positive prediction and a positive measurement";
    return;
  }
  const Axis x = log_axis(measured, 1.35, "measured: " + label_text);
  const Axis y = log_axis(values, 1.75, "predicted: " + label_text);  // holds the bands' ends
  Canvas canvas(figure->title, x, y, legend, figure->width, 400);
  add_band(&canvas, x, 0.2, "0.08");
  add_band(&canvas, x, 0.1, "0.12");
  canvas.plot(fmt::format("{} using 1:2 with lines lc rgb '{}' lw 1",
                          canvas.data({{x.lo, x.lo}, {x.hi, x.hi}}), kInk));
  if (binned) {
    const std::size_t most = add_bins(&canvas, all, x, y, clouds.front().color);
    figure->caption += fmt::format(
        " {} layers of {} in cells, darker where there are more, at most {}; the CSV has all "
        "series.",
        count(static_cast<std::int64_t>(all.size())), clouds.front().name,
        count(static_cast<std::int64_t>(most)));
  } else {
    for (std::size_t k = clouds.size(); k-- > 0;) add_points(&canvas, clouds[k]);
    label(&canvas, clouds.front().points, all);
  }
  figure->height = canvas.height();
  figure->script = canvas.script();
}

}  // namespace

Figure parity_figure(const ReportInput& input, const QuantityTable& full, const std::string& name) {
  Figure figure;
  figure.name = name;
  figure.title = "Parity: " + full.label;
  figure.csv = comparison_csv(full);
  const DistinctSeries distinct = distinct_series(full);
  const QuantityTable& table = distinct.table;
  const auto colors = colors_of(table.series);
  const auto types = point_types(table.series);
  std::vector<Cloud> clouds;
  for (std::size_t i = 0; i < table.series.size(); ++i)
    clouds.push_back({table.series[i].name, colors[i], types[i], points_of(input, table, i)});
  if (clouds.empty()) {
    figure.missing = "nothing was compared";
    return figure;
  }
  figure.caption = caption(table.place() + ", one point per layer", clouds) + distinct.said;
  draw_clouds(clouds, table.label, &figure);
  return figure;
}

Figure network_parity_figure(const ReportInput& input, const std::vector<QuantityTable>& tables,
                             const std::string& name) {
  Figure figure;
  figure.name = name;
  std::vector<Cloud> clouds;
  std::string label;
  for (const QuantityTable& t : tables) {
    if (t.quantity != input.headline_quantity || t.series.empty() || !t.series[0].headline)
      continue;
    const std::size_t k = clouds.size();
    clouds.push_back(
        {t.place(), series_color(k), kFilled[k % kFilled.size()], points_of(input, t, 0)});
    figure.csv += clouds.size() == 1 ? comparison_csv(t)
                                     : comparison_csv(t).substr(comparison_csv(t).find('\n') + 1);
    label = t.label;
  }
  figure.title = "Parity over all networks: " + label;
  if (clouds.empty()) {
    figure.missing = "nothing of the headline was compared";
    return figure;
  }
  std::size_t points = 0;
  for (const Cloud& c : clouds) points += c.points.size();
  if (points > kMostPoints) {
    Cloud all{fmt::format("{} networks", clouds.size()), series_color(0), kFilled[0], {}};
    for (const Cloud& c : clouds)
      all.points.insert(all.points.end(), c.points.begin(), c.points.end());
    clouds = {all};
  }
  figure.caption = caption(clouds.size() > 1 ? "the headline on every network, one colour each"
                                             : "the headline on every network",
                           clouds);
  draw_clouds(clouds, label, &figure);
  return figure;
}

}  // namespace assay::report
