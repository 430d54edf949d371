// SPDX-License-Identifier: Apache-2.0
// Signed error per layer, one group of bars per layer; and the CSV that parity and error share.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "experiments/report/figure_series.h"
#include "experiments/report/figures.h"
#include "experiments/report/format.h"

namespace assay::report {
namespace {

constexpr double kBand = 10;           // per cent
constexpr double kMostOfFrame = 3;     // others may stretch the axis by so much
constexpr std::size_t kMostBars = 60;  // of a narrow figure
constexpr std::size_t kMostCutNames = 30;

struct Range {
  double lo = -kBand;
  double hi = kBand;
  bool above = false, below = false;  // some bar leaves the frame there
  bool any = false;
  bool cut() const { return above || below; }
  void include(double value) {
    any = true;
    lo = std::min(lo, value);
    hi = std::max(hi, value);
  }
};

// All errors of the series that set the scale; those of others, which may be huge, only up to a
// point.
Range range_of(const QuantityTable& table) {
  Range own;
  Range all;
  for (const LayerRow& row : table.rows) {
    for (std::size_t i = 0; i < row.cells.size(); ++i) {
      const auto& error = row.cells[i].error_pct;
      if (!error || !std::isfinite(*error)) continue;
      all.include(*error);
      if (sets_the_scale(table.series[i])) own.include(*error);
    }
  }
  if (!own.any) return all;
  const double limit = kMostOfFrame * std::max(-own.lo, own.hi);
  Range range{std::max(all.lo, -limit), std::min(all.hi, limit), false, false, true};
  range.below = range.lo > all.lo;
  range.above = range.hi < all.hi;
  return range;
}

// "x128" from ten times, per cent below that.
std::string cut_text(double error_pct) {
  return error_pct >= 900 ? fmt::format("×{:.3g}", 1 + error_pct / 100)
                          : fmt::format("{:+.0f} %", error_pct);
}

struct Bar {
  double left, right, end, error;
  bool cut;
};

std::vector<Bar> bars_of(const QuantityTable& table, std::size_t series, const Range& range) {
  const double step = 0.8 / static_cast<double>(table.series.size());
  std::vector<Bar> bars;
  for (std::size_t r = 0; r < table.rows.size(); ++r) {
    const auto& error = table.rows[r].cells[series].error_pct;
    if (!error || !std::isfinite(*error)) continue;
    const double left = static_cast<double>(r) - 0.4 + step * static_cast<double>(series);
    const double end = std::clamp(*error, range.lo, range.hi);
    bars.push_back({left, left + step * 0.92, end, *error, end != *error});
  }
  return bars;
}

void add_bars(Canvas* canvas, const std::vector<Bar>& bars, const std::string& color, bool named) {
  std::vector<std::vector<double>> data;
  for (const Bar& b : bars) {
    data.push_back({b.left, 0, b.left, b.right, std::min(0.0, b.end), std::max(0.0, b.end)});
    if (named && b.cut)
      canvas->text(canvas->px((b.left + b.right) / 2), canvas->py(b.end) + (b.end > 0 ? 4 : -4),
                   cut_text(b.error),
                   b.end > 0 ? "left rotate by 90 font ',11'" : "right rotate by 90 font ',11'");
  }
  if (data.empty()) return;
  canvas->plot(fmt::format("{} using 1:2:3:4:5:6 with boxxyerror fc rgb '{}' fs solid noborder",
                           canvas->data(data), color));
}

}  // namespace

std::string comparison_csv(const QuantityTable& table) {
  std::string csv =
      csv_line({"level", "variant", "chip", "workload", "batch", "layer",
                table.quantity + "_measured", table.quantity + "_predicted", "error_pct"});
  for (std::size_t i = 0; i < table.series.size(); ++i) {
    for (const LayerRow& row : table.rows) {
      csv += csv_line({table.series[i].level, table.series[i].variant, table.chip, table.workload,
                       std::to_string(table.batch), row.layer, shortest(row.measured, ""),
                       shortest(row.cells[i].predicted, ""), shortest(row.cells[i].error_pct, "")});
    }
  }
  return csv;
}

Figure error_figure(const QuantityTable& full, const std::string& name) {
  Figure figure;
  figure.name = name;
  figure.title = "Signed error: " + full.label;
  figure.csv = comparison_csv(full);
  const DistinctSeries distinct = distinct_series(full);
  const QuantityTable& table = distinct.table;
  const Range range = range_of(table);
  if (!range.any) {
    figure.missing = "no error is defined";
    return figure;
  }
  std::vector<std::vector<Bar>> bars;
  std::size_t cut = 0;
  for (std::size_t i = 0; i < table.series.size(); ++i) {
    bars.push_back(bars_of(table, i, range));
    for (const Bar& b : bars.back()) cut += b.cut ? 1 : 0;
  }
  const bool named = cut <= kMostCutNames;
  figure.caption = "Signed error per layer and of the network's sum, " + table.place() + "; " +
                   kSignConvention + ". Band: within 10 %." +
                   (!range.cut() ? ""
                    : named      ? " Bars that leave the frame are cut, with their value."
                            : " Bars that leave the frame are cut; the table has their values.") +
                   distinct.said;
  const auto colors = colors_of(table.series);
  std::vector<LegendEntry> legend;
  for (std::size_t i = 0; i < table.series.size(); ++i) {
    legend.push_back({shortened(table.series[i].name, 40), colors[i], Mark::kFill, 0});
  }
  std::vector<std::string> names;
  for (const LayerRow& row : table.rows) names.push_back(row.layer);
  if (names.size() * table.series.size() > kMostBars) figure.width = kWideFigure;
  const Axis x = name_axis(names);
  // Room for the values of cut bars.
  const double span = range.hi - range.lo;
  const double above = (range.above && named ? 0.2 : 0.04) * span;
  const double below = (range.below && named ? 0.2 : 0.04) * span;
  Axis y = linear_axis(range.lo - below, range.hi + above, "signed error [%]");
  y.note = kSignConvention;
  Canvas canvas(figure.title, x, y, legend, figure.width, 330);
  const char* band =
      "{} using 1:2:3:4:5:6 with boxxyerror fc rgb '{}' fs transparent solid 0.08 noborder";
  canvas.plot(
      fmt::format(fmt::runtime(band), canvas.data({{0, 0, x.lo, x.hi, -kBand, kBand}}), kInk));
  for (std::size_t i = 0; i < bars.size(); ++i) add_bars(&canvas, bars[i], colors[i], named);
  canvas.plot(fmt::format("{} using 1:2 with lines lc rgb '{}' lw 1",
                          canvas.data({{x.lo, 0}, {x.hi, 0}}), kInk));
  figure.height = canvas.height();
  figure.script = canvas.script();
  return figure;
}

}  // namespace assay::report
