// SPDX-License-Identifier: Apache-2.0
// Signed error of the headline quantity against the size of a layer and by its kind: an error that
// grows with one of them has a cause there.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "experiments/report/figures.h"
#include "experiments/report/format.h"

namespace assay::report {
namespace {

constexpr double kBand = 10;
constexpr std::array<int, 5> kTypes = {7, 5, 9, 13, 11};
constexpr std::size_t kMostSeries = 6;
constexpr double kSpread = 0.3;  // half width of a strip

struct Residual {
  std::size_t series = 0;
  std::string chip, workload, layer, kind;
  std::int64_t batch = 1;
  std::optional<double> macs;
  double error_pct = 0;
};

struct Residuals {
  std::vector<Series> series;
  std::vector<Residual> points;
  double lo = -kBand, hi = kBand;
  bool cut = false;
};

// A layer has another size at another batch, and a chip may run a layer of its own by that name.
template <class Row>  // Record or ComparedRow
std::string key_of(const Row& r) {
  return r.chip + "/" + r.workload + "/" + std::to_string(r.batch) + "/" + r.layer;
}

// Multiply-accumulates of a layer, as any record of it states them.
std::map<std::string, double> macs_by_layer(const ReportInput& input) {
  std::map<std::string, double> macs;
  for (const Record& r : input.predicted) {
    const auto found = r.values.find("operations");
    if (found != r.values.end() && found->second > 0) macs.insert({key_of(r), found->second});
  }
  return macs;
}

std::vector<Series> shown_series(const ReportInput& input) {
  std::vector<Series> shown;
  for (const Series& s : series_of(input)) {
    const bool has = std::any_of(input.comparison.rows.begin(), input.comparison.rows.end(),
                                 [&](const ComparedRow& r) {
                                   return r.level == s.level && r.variant == s.variant &&
                                          r.quantity == input.headline_quantity;
                                 });
    if (has && !s.baseline && shown.size() < kMostSeries) shown.push_back(s);
  }
  return shown;
}

Residuals residuals_of(const ReportInput& input) {
  Residuals all;
  all.series = shown_series(input);
  const auto macs = macs_by_layer(input);
  for (std::size_t i = 0; i < all.series.size(); ++i)
    for (const ComparedRow& r : input.comparison.rows) {
      if (r.level != all.series[i].level || r.variant != all.series[i].variant ||
          r.quantity != input.headline_quantity || is_sum(input, r))
        continue;
      const auto size = macs.find(key_of(r));
      const auto kind = input.layer_kinds.find(r.workload + "/" + r.layer);
      all.points.push_back({i, r.chip, r.workload, r.layer,
                            kind == input.layer_kinds.end() ? "" : kind->second, r.batch,
                            size == macs.end() ? std::nullopt : std::optional(size->second),
                            pct(r.ln_ratio)});
    }
  return all;
}

// The axis is that of the series that set the scale; others leave the frame.
void set_range(Residuals* all) {
  double lo = -kBand, hi = kBand;
  for (const Residual& p : all->points) {
    if (!sets_the_scale(all->series[p.series])) continue;
    all->lo = std::min(all->lo, p.error_pct);
    all->hi = std::max(all->hi, p.error_pct);
  }
  for (const Residual& p : all->points) {
    lo = std::min(lo, p.error_pct);
    hi = std::max(hi, p.error_pct);
  }
  const double limit = 3 * std::max(-all->lo, all->hi);
  all->cut = lo < -limit || hi > limit;
  all->lo = std::max(lo, -limit) * 1.06;
  all->hi = std::min(hi, limit) * 1.06;
}

std::string residual_csv(const ReportInput& input, const Residuals& all) {
  std::string csv = csv_line({"level", "variant", "chip", "workload", "batch", "layer", "kind",
                              "macs", "error_pct", "abs_ln_ratio"});
  for (const Residual& p : all.points)
    csv += csv_line({all.series[p.series].level, all.series[p.series].variant, p.chip, p.workload,
                     std::to_string(p.batch), p.layer, p.kind, shortest(p.macs, ""),
                     shortest(p.error_pct), shortest(std::fabs(std::log1p(p.error_pct / 100)))});
  (void)input;
  return csv;
}

std::vector<LegendEntry> legend_of(const Residuals& all) {
  const auto colors = colors_of(all.series);
  std::vector<LegendEntry> legend;
  for (std::size_t i = 0; i < all.series.size(); ++i)
    legend.push_back(
        {shortened(all.series[i].name, 40), colors[i], Mark::kPoint, kTypes[i % kTypes.size()]});
  return legend;
}

// x of each point; points without one are left out.
template <class X>
void draw(const Residuals& all, Canvas* canvas, const Axis& x, const Axis& y, const X& place) {
  const char* band =
      "{} using 1:2:3:4:5:6 with boxxyerror fc rgb '{}' fs transparent solid 0.08 noborder";
  canvas->plot(
      fmt::format(fmt::runtime(band), canvas->data({{x.lo, 0, x.lo, x.hi, -kBand, kBand}}), kInk));
  canvas->plot(fmt::format("{} using 1:2 with lines lc rgb '{}' lw 1",
                           canvas->data({{x.lo, 0}, {x.hi, 0}}), kInk));
  const auto colors = colors_of(all.series);
  for (std::size_t i = all.series.size(); i-- > 0;) {
    std::vector<std::vector<double>> points;
    for (const Residual& p : all.points)
      if (const std::optional<double> at = place(p); p.series == i && at)
        points.push_back({*at, std::clamp(p.error_pct, y.lo, y.hi)});
    if (!points.empty())
      canvas->plot(fmt::format("{} using 1:2 with points pt {} ps 0.9 lw 1.4 lc rgb '{}'",
                               canvas->data(points), kTypes[i % kTypes.size()], colors[i]));
  }
}

Axis error_axis(const Residuals& all) {
  Axis y = linear_axis(all.lo, all.hi, "signed error [%]");
  y.note = kSignConvention;
  return y;
}

std::string caption_of(const ReportInput& input, const Residuals& all, const char* against) {
  return fmt::format(
      "{}: signed error of each layer against {}. Band: within 10 %.{}",
      quantity_label(input, input.headline_quantity), against,
      all.cut ? " Points at the frame lie beyond it; the table has their values." : "");
}

}  // namespace

Figure residual_figure(const ReportInput& input, const std::string& name) {
  Figure figure;
  figure.name = name;
  figure.title = "Error against size";
  Residuals all = residuals_of(input);
  set_range(&all);
  std::vector<double> sizes;
  for (const Residual& p : all.points)
    if (p.macs) sizes.push_back(*p.macs);
  if (sizes.empty()) {
    figure.missing = "no record states the multiply-accumulates of its layer";
    return figure;
  }
  figure.csv = residual_csv(input, all);
  figure.caption = caption_of(input, all, "its multiply-accumulates");
  const Axis x = log_axis(sizes, 1.3, "multiply-accumulates of the layer");
  const Axis y = error_axis(all);
  Canvas canvas(figure.title, x, y, legend_of(all), figure.width, 320);
  draw(all, &canvas, x, y, [](const Residual& p) { return p.macs; });
  figure.height = canvas.height();
  figure.script = canvas.script();
  return figure;
}

Figure kind_figure(const ReportInput& input, const std::string& name) {
  Figure figure;
  figure.name = name;
  figure.title = "Error by kind of layer";
  Residuals all = residuals_of(input);
  set_range(&all);
  std::map<std::string, std::size_t> layers;  // of the first series
  for (const Residual& p : all.points)
    if (!p.kind.empty() && p.series == 0) ++layers[p.kind];
  if (layers.empty()) {
    figure.missing = "the kinds of the layers are not known";
    return figure;
  }
  figure.csv = residual_csv(input, all);
  figure.caption = caption_of(input, all, "its kind");
  std::vector<std::string> names;
  std::map<std::string, double> column;
  for (const auto& [kind, n] : layers) {
    column[kind] = static_cast<double>(names.size());
    names.push_back(fmt::format("{}, n = {}", kind, n));
  }
  const Axis x = name_axis(names);
  const Axis y = error_axis(all);
  Canvas canvas(figure.title, x, y, legend_of(all), figure.width, 320);
  // Series beside each other within a strip.
  const double step =
      all.series.size() > 1 ? 2 * kSpread / static_cast<double>(all.series.size() - 1) : 0;
  draw(all, &canvas, x, y, [&](const Residual& p) -> std::optional<double> {
    const auto at = column.find(p.kind);
    if (at == column.end()) return std::nullopt;
    return at->second + (step > 0 ? step * static_cast<double>(p.series) - kSpread : 0);
  });
  figure.height = canvas.height();
  figure.script = canvas.script();
  return figure;
}

}  // namespace assay::report
