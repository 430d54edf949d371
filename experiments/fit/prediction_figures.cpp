// SPDX-License-Identifier: Apache-2.0
// Predictions of records that the fit did not see (where there are such), with their intervals.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/text.h"
#include "experiments/fit/fit_figures.h"
#include "experiments/report/format.h"

namespace assay::fit {
namespace {

using report::Axis;
using report::Canvas;
using report::csv_line;
using report::Figure;
using report::kInk;
using report::LegendEntry;
using report::Mark;
using report::series_color;

constexpr std::size_t kNamedRecords = 60;  // more have no room for names

struct Point {
  std::string id, group;
  double measured = 0, predicted = 0;
  std::optional<double> low, high;
  bool covered = false;
};

std::vector<Point> points_of(const FitResult& r, const Evaluation& e) {
  std::vector<Point> out;
  const std::size_t map = rung(r.analysis, "MAP");
  for (std::size_t k = 0; k < e.rows.size(); ++k) {
    const auto& o = r.model.problem.observations[e.rows[k]];
    Point p{o.id, o.group, o.measured, e.predicted[map][k], {}, {}, false};
    if (e.intervals)
      for (const calibration::HeldOut& h : e.intervals->predictions)
        if (h.row == e.rows[k]) {
          p.low = h.low;
          p.high = h.high;
          p.covered = h.covered;
        }
    out.push_back(p);
  }
  return out;
}

std::vector<std::string> groups_of(const std::vector<Point>& points) {
  std::vector<std::string> names;
  for (const Point& p : points)
    if (std::find(names.begin(), names.end(), p.group) == names.end()) names.push_back(p.group);
  return names;
}

std::string points_csv(const std::vector<Point>& points) {
  std::string csv =
      csv_line({"record", "group", "measured", "predicted", "low", "high", "covered"});
  for (const Point& p : points)
    csv += csv_line({p.id, p.group, number_text(p.measured), number_text(p.predicted),
                     p.low ? number_text(*p.low) : "", p.high ? number_text(*p.high) : "",
                     p.low ? (p.covered ? "1" : "0") : ""});
  return csv;
}

// One colour for each of the first seven groups, the rest in one.
std::size_t color_of(const std::vector<std::string>& groups, const std::string& group) {
  const auto at = std::find(groups.begin(), groups.end(), group) - groups.begin();
  return std::min<std::size_t>(static_cast<std::size_t>(at), 7);
}

std::vector<LegendEntry> legend_of(const std::vector<std::string>& groups) {
  std::vector<LegendEntry> legend;
  for (std::size_t g = 0; g < std::min<std::size_t>(groups.size(), 8); ++g)
    legend.push_back({g == 7 && groups.size() > 8 ? "others" : report::shortened(groups[g], 30),
                      series_color(g), Mark::kPoint, 7});
  return legend;
}

void add_points(Canvas* canvas, const std::vector<std::vector<double>>& bare,
                const std::vector<std::vector<double>>& ranged, const std::string& color) {
  if (!bare.empty())
    canvas->plot(
        fmt::format("{} using 1:2 with points pt 7 ps 0.8 lc rgb '{}'", canvas->data(bare), color));
  if (!ranged.empty())
    canvas->plot(fmt::format("{} using 1:2:3:4 with yerrorbars pt 7 ps 0.8 lw 1.6 lc rgb '{}'",
                             canvas->data(ranged), color));
}

Figure parity(const FitResult& r, const Evaluation& e, const std::vector<Point>& points) {
  Figure f;
  f.name = "parity";
  f.title = "Parity of MAP: " + r.file.quantity;
  f.csv = points_csv(points);
  f.caption = fmt::format(
      "Predicted against measured on {}, n = {}{}. Above the line, the "
      "prediction is larger than the measurement.{}",
      e.name, points.size(),
      e.intervals ? fmt::format("; bars: {:.0f} % intervals", 100 * r.file.nominal)
                  : "; without intervals",
      e.caution.empty() ? "" : " Note: " + e.caution + ".");
  std::vector<double> values;
  for (const Point& p : points) {
    values.insert(values.end(), {p.measured, p.predicted});
    if (p.low) values.insert(values.end(), {*p.low, *p.high});
  }
  const auto groups = groups_of(points);
  const Axis x = report::log_axis(values, 1.3, "measured: " + r.file.quantity);
  Axis y = x;
  y.label = "predicted: " + r.file.quantity;
  Canvas canvas(f.title, x, y, legend_of(groups), f.width, 400);
  canvas.plot(fmt::format("{} using 1:2 with lines lc rgb '{}' lw 1",
                          canvas.data({{x.lo, x.lo}, {x.hi, x.hi}}), kInk));
  for (std::size_t c = 0; c < std::min<std::size_t>(groups.size(), 8); ++c) {
    std::vector<std::vector<double>> bare, ranged;
    for (const Point& p : points) {
      if (color_of(groups, p.group) != c) continue;
      if (p.low)
        ranged.push_back({p.measured, p.predicted, *p.low, *p.high});
      else
        bare.push_back({p.measured, p.predicted});
    }
    add_points(&canvas, bare, ranged, series_color(c));
  }
  f.height = canvas.height();
  f.script = canvas.script();
  return f;
}

// Each record's error, with its interval around it: it covers where it reaches 0.
Figure errors(const Evaluation& e, const std::vector<Point>& points) {
  Figure f;
  f.name = "intervals";
  f.title = "Signed error of MAP by record";
  f.csv = points_csv(points);
  f.caption =
      fmt::format("On {}, n = {}; {}.{}", e.name, points.size(), report::kSignConvention,
                  e.intervals ? " A measurement is covered where the interval reaches 0." : "");
  f.width = report::kWideFigure;
  const bool named = points.size() <= kNamedRecords;
  std::vector<std::string> names;
  std::vector<std::vector<double>> bare, covered, missed;
  double lo = 0, hi = 0;
  for (std::size_t k = 0; k < points.size(); ++k) {
    const Point& p = points[k];
    const auto pct = [&](double v) { return 100 * (v / p.measured - 1); };
    names.push_back(named ? p.id : (k + 1) % 5 == 0 ? std::to_string(k + 1) : std::string());
    std::vector<double> row{static_cast<double>(k), pct(p.predicted)};
    if (p.low) row.insert(row.end(), {pct(*p.low), pct(*p.high)});
    for (std::size_t i = 1; i < row.size(); ++i) {
      lo = std::min(lo, row[i]);
      hi = std::max(hi, row[i]);
    }
    (p.low ? (p.covered ? covered : missed) : bare).push_back(row);
  }
  std::vector<LegendEntry> legend;
  if (e.intervals)
    legend = {{"interval covers the measurement", series_color(0), Mark::kPoint, 7},
              {"it does not", series_color(1), Mark::kPoint, 7}};
  const double room = 0.05 * (hi - lo);
  Axis y = report::linear_axis(lo - room, hi + room, "signed error [%]");
  y.note = report::kSignConvention;
  const Axis x = report::name_axis(names, 24);
  Canvas canvas(f.title, x, y, legend, f.width, 320);
  canvas.plot(fmt::format("{} using 1:2 with lines lc rgb '{}' lw 1",
                          canvas.data({{x.lo, 0}, {x.hi, 0}}), kInk));
  add_points(&canvas, bare, covered, series_color(0));
  add_points(&canvas, {}, missed, series_color(1));
  f.height = canvas.height();
  f.script = canvas.script();
  return f;
}

Figure coverage(const FitResult& r, const Evaluation& e, const std::vector<Point>& points) {
  Figure f;
  f.name = "coverage";
  f.title = "Coverage of the intervals";
  f.csv = csv_line({"group", "n", "covered", "coverage_pct", "low", "high"});
  if (!e.intervals || e.intervals->n == 0) {
    f.missing = "these data give no interval that could be checked";
    return f;
  }
  const calibration::HeldOutReport& h = *e.intervals;
  f.caption = fmt::format(
      "Share of measurements inside their {:.0f} % interval, on {}, by group and over all n = {} "
      "with its 95 % interval (as if records were independent, which they are not). {}.",
      100 * r.file.nominal, e.name, h.n, h.method);
  std::vector<std::string> names;
  std::vector<std::vector<double>> bars;
  for (const std::string& group : groups_of(points)) {
    int n = 0, hit = 0;
    for (const Point& p : points) {
      if (p.group != group || !p.low) continue;
      ++n;
      hit += p.covered ? 1 : 0;
    }
    if (n == 0) continue;
    const double share = 100.0 * hit / n, at = static_cast<double>(names.size());
    names.push_back(fmt::format("{} {}/{}", group, hit, n));
    bars.push_back({at, 0, at - 0.35, at + 0.35, 0, share});
    f.csv += csv_line({group, std::to_string(n), std::to_string(hit), number_text(share), "", ""});
  }
  const double at = static_cast<double>(names.size());
  names.push_back(fmt::format("all {}/{}", h.covered, h.n));
  const double share = 100.0 * h.covered / h.n;
  bars.push_back({at, 0, at - 0.35, at + 0.35, 0, share});
  f.csv += csv_line({"all", std::to_string(h.n), std::to_string(h.covered), number_text(share),
                     number_text(100 * h.coverage_low.value_or(0)),
                     number_text(100 * h.coverage_high.value_or(1))});
  const Axis x = report::name_axis(names);
  Canvas canvas(f.title, x, report::linear_axis(0, 105, "covered [%]"), {}, f.width, 300);
  canvas.plot(fmt::format("{} using 1:2:3:4:5:6 with boxxyerror fc rgb '{}' fs solid noborder",
                          canvas.data(bars), series_color(0)));
  canvas.plot(fmt::format("{} using 1:2 with lines lw 2 lc rgb '{}'",
                          canvas.data({{at, 100 * h.coverage_low.value_or(0)},
                                       {at, 100 * h.coverage_high.value_or(1)}}),
                          kInk));
  canvas.plot(fmt::format("{} using 1:2 with lines lc rgb '{}' lw 1.5 dt 2",
                          canvas.data({{x.lo, 100 * r.file.nominal}, {x.hi, 100 * r.file.nominal}}),
                          kInk));
  f.height = canvas.height();
  f.script = canvas.script();
  return f;
}

}  // namespace

std::vector<Figure> prediction_figures(const FitResult& r) {
  const Evaluation& e = r.analysis.evaluations.front();
  const std::vector<Point> points = points_of(r, e);
  return {parity(r, e, points), coverage(r, e, points), errors(e, points)};
}

}  // namespace assay::fit
