// SPDX-License-Identifier: Apache-2.0
// The figures of a fit that concern the unknowns: what can be told apart, and prior to posterior.
#include "experiments/fit/fit_figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/text.h"
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

constexpr double kConditionLimit = calibration::IdentifiabilityOptions{}.condition_limit;

Figure condition_figure(const FitResult& r) {
  const auto& indices = r.analysis.identifiability.condition_indices;
  Figure f;
  f.name = "identifiability";
  f.title = "Condition indices of the fitted records";
  f.csv = csv_line({"number", "condition_index"});
  for (std::size_t i = 0; i < indices.size(); ++i)
    f.csv += csv_line({std::to_string(i + 1), number_text(indices[i])});
  if (indices.empty()) {
    f.missing = "no unknown is exercised";
    return f;
  }
  f.caption = fmt::format(
      "Of the scaled columns, n = {} records of {} network(s). Every bar above {:.0f} is a "
      "combination "
      "of unknowns that these records cannot see; the text names it.",
      r.analysis.fitted.size(), r.analysis.fitted_groups, kConditionLimit);
  std::vector<std::string> names;
  std::vector<double> values{1, kConditionLimit};
  for (std::size_t i = 0; i < indices.size(); ++i) {
    names.push_back(std::to_string(i + 1));
    if (std::isfinite(indices[i])) values.push_back(indices[i]);
  }
  const Axis x = report::name_axis(names), y = report::log_axis(values, 1.4, "condition index");
  Canvas canvas(f.title, x, y,
                {{"told apart", series_color(0), Mark::kFill, 0},
                 {"not told apart", series_color(1), Mark::kFill, 0}},
                f.width, 300);
  for (const bool above : {false, true}) {
    std::vector<std::vector<double>> bars;
    for (std::size_t i = 0; i < indices.size(); ++i) {
      const double top = std::isfinite(indices[i]) ? indices[i] : y.hi;
      if ((top > kConditionLimit) != above) continue;
      const double at = static_cast<double>(i);
      bars.push_back({at, y.lo, at - 0.35, at + 0.35, y.lo, top});
    }
    if (!bars.empty())
      canvas.plot(fmt::format("{} using 1:2:3:4:5:6 with boxxyerror fc rgb '{}' fs solid noborder",
                              canvas.data(bars), series_color(above ? 1 : 0)));
  }
  canvas.plot(fmt::format("{} using 1:2 with lines lc rgb '{}' lw 1",
                          canvas.data({{x.lo, kConditionLimit}, {x.hi, kConditionLimit}}), kInk));
  f.height = canvas.height();
  f.script = canvas.script();
  return f;
}

// Ticks are formats for gnuplot.
std::string tick_name(std::string name) {
  for (char& c : name) c = c == '%' ? ' ' : c;
  return name;
}

// Names from top to bottom.
Axis rows_axis(const std::vector<std::string>& names) {
  return report::name_axis({names.rbegin(), names.rend()}, 26);
}

void add_intervals(Canvas* canvas, const std::vector<std::vector<double>>& data,
                   const std::string& color, int point) {
  canvas->plot(fmt::format("{} using 1:2:3:4 with xerrorbars pt {} ps 0.8 lw 2 lc rgb '{}'",
                           canvas->data(data), point, color));
}

Figure priors_figure(const FitResult& r) {
  const auto& all = r.analysis.unknowns.unknowns;
  Figure f;
  f.name = "prior_posterior";
  f.title = "Prior to posterior";
  f.caption =
      "95 % intervals, relative to the centre of the prior; the share learned from the data stands "
      "beside the name. Where both intervals are the same, the value is the prior's.";
  f.csv = csv_line({"unknown", "unit", "prior", "prior_low", "prior_high", "posterior", "low",
                    "high", "learned_share"});
  std::vector<std::string> names;
  std::vector<std::vector<double>> prior, posterior;
  std::vector<double> values;
  for (std::size_t j = 0; j < all.size(); ++j) {
    const calibration::UnknownResult& u = all[j];
    f.csv += csv_line({u.name, u.unit, number_text(u.prior), number_text(u.prior_low),
                       number_text(u.prior_high), number_text(u.value), number_text(u.low),
                       number_text(u.high), number_text(u.learned_share)});
    names.push_back(
        fmt::format("{} ({:.2f})", report::shortened(tick_name(u.name), 20), u.learned_share));
    const double y = static_cast<double>(all.size() - 1 - j);
    prior.push_back({1, y + 0.14, u.prior_low / u.prior, u.prior_high / u.prior});
    posterior.push_back({u.value / u.prior, y - 0.14, u.low / u.prior, u.high / u.prior});
    for (const auto& row : {prior.back(), posterior.back()})
      values.insert(values.end(), {row[0], row[2], row[3]});
  }
  const Axis y = rows_axis(names);
  const Axis x = report::log_axis(values, 1.2, "value / centre of the prior");
  f.width = report::kWideFigure;
  Canvas canvas(f.title, x, y,
                {{"prior", report::baseline_color(0), Mark::kLine, 0},
                 {"posterior", series_color(0), Mark::kLine, 0}},
                f.width, std::max(160, 34 * static_cast<int>(all.size()) + 20));
  canvas.plot(fmt::format("{} using 1:2 with lines lc rgb '{}' lw 1",
                          canvas.data({{1, y.lo}, {1, y.hi}}), kInk));
  add_intervals(&canvas, prior, report::baseline_color(0), 6);
  add_intervals(&canvas, posterior, series_color(0), 7);
  f.height = canvas.height();
  f.script = canvas.script();
  return f;
}

Figure ladder_figure(const FitResult& r) {
  const Evaluation& e = r.analysis.evaluations.front();
  Figure f;
  f.name = "ladder";
  f.title = "Ladder: mean absolute error";
  f.caption = fmt::format("On {}: n = {} records of {} group{}; bars: {}.{}", e.name, e.errors[0].n,
                          e.errors[0].groups, e.errors[0].groups == 1 ? "" : "s",
                          e.errors[0].interval_method, e.unseen ? "" : " The fit saw their group.");
  f.csv = csv_line({"estimator", "mape_pct", "low", "high", "n"});
  std::vector<std::string> names;
  std::vector<std::vector<double>> bars, ranges;
  double highest = 0;
  for (std::size_t i = 0; i < e.errors.size(); ++i) {
    const calibration::Statistic& s = e.errors[i].mape_pct;
    names.push_back(r.analysis.rungs[i].name);
    f.csv += csv_line({names.back(), number_text(s.value), s.low ? number_text(*s.low) : "",
                       s.high ? number_text(*s.high) : "", std::to_string(e.errors[i].n)});
    const double at = static_cast<double>(i);
    bars.push_back({at, 0, at - 0.35, at + 0.35, 0, s.value});
    if (s.low && s.high) ranges.push_back({at, *s.low, *s.high});
    highest = std::max({highest, s.value, s.high.value_or(0)});
  }
  Canvas canvas(f.title, report::name_axis(names),
                report::linear_axis(0, 1.06 * highest, "mean absolute error [%]"), {}, f.width,
                300);
  canvas.plot(fmt::format("{} using 1:2:3:4:5:6 with boxxyerror fc rgb '{}' fs solid noborder",
                          canvas.data(bars), series_color(0)));
  for (const auto& range : ranges)  // of its own: the ends of error bars would cut the bars
    canvas.plot(fmt::format("{} using 1:2 with lines lw 2 lc rgb '{}'",
                            canvas.data({{range[0], range[1]}, {range[0], range[2]}}), kInk));
  f.height = canvas.height();
  f.script = canvas.script();
  return f;
}

}  // namespace

std::vector<Figure> fit_figures(const FitResult& r) {
  std::vector<Figure> figures{ladder_figure(r), condition_figure(r), priors_figure(r)};
  for (Figure& f : prediction_figures(r)) figures.push_back(std::move(f));
  return figures;
}

}  // namespace assay::fit
