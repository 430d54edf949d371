// SPDX-License-Identifier: Apache-2.0
#include "experiments/report/coverage.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <tuple>

#include "calibration/uncertainty.h"
#include "experiments/report/evidence.h"
#include "experiments/report/format.h"

namespace assay::report {
namespace {

using Rows = std::vector<std::vector<double>>;

const PredictedInterval* interval_of(const FittedUse& f, const ComparedRow& r) {
  for (const PredictedInterval& i : f.intervals)
    if (i.level == r.level && i.layer == r.layer && i.quantity == r.quantity &&
        i.workload == r.workload && i.batch == r.batch)
      return &i;
  return nullptr;
}

std::string place_of(const ComparedRow& r) {
  return r.level + (r.variant.empty() ? "" : " " + r.variant) + ", " + r.workload + " on " +
         r.chip + (r.batch == 1 ? "" : ", batch " + std::to_string(r.batch));
}

Coverage& of_series(const ReportInput& input, const FittedUse& f, const ComparedRow& r,
                    std::vector<Coverage>* all) {
  const std::string series = place_of(r);
  for (Coverage& c : *all)
    if (c.series == series && c.quantity == r.quantity) return c;
  Coverage c;
  c.series = series;
  c.quantity = r.quantity;
  c.method = f.method;
  c.nominal_pct = f.nominal_pct;
  c.in_sample = evidence_of(input, r.chip, r.workload, r.variant) == kInSample;
  all->push_back(std::move(c));
  return all->back();
}

void add_line(Canvas* canvas, const Rows& points, const std::string& color, double width) {
  canvas->plot(
      fmt::format("{} using 1:2 with lines lc rgb '{}' lw {}", canvas->data(points), color, width));
}

void add_points(Canvas* canvas, const Rows& points, int type, const std::string& color) {
  if (!points.empty())
    canvas->plot(fmt::format("{} using 1:2 with points pt {} ps 1 lw 1.5 lc rgb '{}'",
                             canvas->data(points), type, color));
}

std::string coverage_csv(const Coverage& c) {
  std::string csv = csv_line({"layer", "measured", "predicted", "low", "high", "covered"});
  for (const CoveredPoint& p : c.points)
    csv += csv_line({p.layer, shortest(p.measured), shortest(p.predicted), shortest(p.low),
                     shortest(p.high), p.covered() ? "1" : "0"});
  return csv;
}

}  // namespace

std::vector<Coverage> coverages_of(const ReportInput& input) {
  std::vector<Coverage> all;
  for (const FittedUse& f : input.fitted)
    for (const ComparedRow& r : input.comparison.rows) {
      if (r.chip != f.chip || r.variant != f.variant || is_sum(input, r)) continue;
      const PredictedInterval* i = interval_of(f, r);
      if (i == nullptr) continue;
      Coverage& c = of_series(input, f, r, &all);
      c.points.push_back({r.layer, r.predicted, r.measured, i->low, i->high});
      ++c.n;
      c.covered += c.points.back().covered() ? 1 : 0;
    }
  for (Coverage& c : all) std::tie(c.low, c.high) = calibration::clopper_pearson(c.covered, c.n);
  return all;
}

Figure coverage_figure(const Coverage& c, const std::string& label, const std::string& name) {
  Figure figure;
  figure.name = name;
  figure.title = "Intervals: " + label;
  figure.csv = coverage_csv(c);
  figure.caption = fmt::format(
      "{}: prediction and its {:.0f} % interval, each over the measured value, which is the line "
      "at 0; {} of {} intervals hold it.{}",
      plain(c.series), c.nominal_pct, c.covered, c.n, c.in_sample ? " In sample." : "");
  std::vector<std::string> names;
  double lo = 0, hi = 0;
  Rows centres;
  for (std::size_t i = 0; i < c.points.size(); ++i) {
    const CoveredPoint& p = c.points[i];
    names.push_back(p.layer);
    centres.push_back({static_cast<double>(i), 100 * (p.predicted / p.measured - 1)});
    lo = std::min(lo, 100 * (p.low / p.measured - 1));
    hi = std::max(hi, 100 * (p.high / p.measured - 1));
  }
  if (names.size() > 20) figure.width = kWideFigure;
  const Axis x = name_axis(names);
  const double room = 0.06 * (hi - lo);
  Axis y = linear_axis(lo - room, hi + room, "over the measured value [%]");
  Canvas canvas(figure.title, x, y,
                {{"prediction", series_color(0), Mark::kPoint, 7},
                 {"interval", series_color(0), Mark::kLine, 0},
                 {"does not hold the measured value", series_color(1), Mark::kLine, 0}},
                figure.width, 300);
  add_line(&canvas, {{x.lo, 0}, {x.hi, 0}}, kInk, 1);
  for (std::size_t i = 0; i < c.points.size(); ++i) {
    const CoveredPoint& p = c.points[i];
    const auto at = static_cast<double>(i);
    add_line(&canvas, {{at, 100 * (p.low / p.measured - 1)}, {at, 100 * (p.high / p.measured - 1)}},
             series_color(p.covered() ? 0 : 1), 2.5);
  }
  add_points(&canvas, centres, 7, series_color(0));
  figure.height = canvas.height();
  figure.script = canvas.script();
  return figure;
}

Figure prior_posterior_figure(const FittedUse& f, const std::string& name) {
  Figure figure;
  figure.name = name;
  figure.title = "Prior to posterior" + (f.variant.empty() ? "" : ", " + plain(f.variant));
  figure.csv = csv_line({"number", "unit", "prior", "prior_low", "prior_high", "posterior", "low",
                         "high", "learned_share"});
  std::vector<std::string> names;
  std::vector<double> values{1};
  for (const FittedNumber& n : f.numbers) {
    names.push_back(n.name);
    figure.csv +=
        csv_line({n.name, n.unit, shortest(n.prior), shortest(n.prior_low), shortest(n.prior_high),
                  shortest(n.value), shortest(n.low), shortest(n.high), shortest(n.learned_share)});
    for (const double v : {n.prior_low, n.prior_high, n.low, n.high}) values.push_back(v / n.prior);
  }
  if (names.empty()) {
    figure.missing = "the fit has no numbers";
    return figure;
  }
  figure.caption =
      "Each fitted number over its prior's middle: what was believed before the fit, and after it; "
      "95 % intervals.";
  if (names.size() > 9) figure.width = kWideFigure;
  Canvas canvas(figure.title, name_axis(names), log_axis(values, 1.15, "over the prior's middle"),
                {{"prior", baseline_color(0), Mark::kLine, 0},
                 {"posterior", series_color(0), Mark::kLine, 0}},
                figure.width, 280);
  Rows before, after;
  for (std::size_t i = 0; i < f.numbers.size(); ++i) {
    const FittedNumber& n = f.numbers[i];
    const double left = static_cast<double>(i) - 0.12, right = static_cast<double>(i) + 0.12;
    add_line(&canvas, {{left, n.prior_low / n.prior}, {left, n.prior_high / n.prior}},
             baseline_color(0), 3);
    add_line(&canvas, {{right, n.low / n.prior}, {right, n.high / n.prior}}, series_color(0), 3);
    before.push_back({left, 1});
    after.push_back({right, n.value / n.prior});
  }
  add_points(&canvas, before, 7, baseline_color(0));
  add_points(&canvas, after, 7, series_color(0));
  figure.height = canvas.height();
  figure.script = canvas.script();
  return figure;
}

}  // namespace assay::report
