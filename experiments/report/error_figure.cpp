// SPDX-License-Identifier: Apache-2.0
// Signed error per layer, one group of bars per layer; and the CSV that parity and error share.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "experiments/report/figures.h"
#include "experiments/report/format.h"

namespace assay::report {
namespace {

constexpr double kBand = 10;           // per cent
constexpr double kMostOfFrame = 3;     // a baseline may stretch the axis by so much
constexpr std::size_t kMostBars = 60;  // of a narrow figure

struct Range {
  double lo = -kBand;
  double hi = kBand;
  bool cut = false;  // some bar leaves the frame
  bool any = false;
  void include(double value) {
    any = true;
    lo = std::min(lo, value);
    hi = std::max(hi, value);
  }
};

// All errors of levels and variants; those of naive baselines, which may be huge, only up to a
// point.
Range range_of(const QuantityTable& table) {
  Range own;
  Range all;
  for (const LayerRow& row : table.rows) {
    for (std::size_t i = 0; i < row.cells.size(); ++i) {
      const auto& error = row.cells[i].error_pct;
      if (!error || !std::isfinite(*error)) continue;
      all.include(*error);
      if (!table.series[i].baseline) own.include(*error);
    }
  }
  if (!own.any) return all;
  const double limit = kMostOfFrame * std::max(-own.lo, own.hi);
  Range range{std::max(all.lo, -limit), std::min(all.hi, limit), false, true};
  range.cut = range.lo > all.lo || range.hi < all.hi;
  return range;
}

void add_bars(Canvas* canvas, const QuantityTable& table, std::size_t series,
              const std::string& color, const Axis& y) {
  const double step = 0.8 / static_cast<double>(table.series.size());
  std::vector<std::vector<double>> data;
  for (std::size_t r = 0; r < table.rows.size(); ++r) {
    const auto& error = table.rows[r].cells[series].error_pct;
    if (!error || !std::isfinite(*error)) continue;
    const double left = static_cast<double>(r) - 0.4 + step * static_cast<double>(series);
    const double end = std::clamp(*error, y.lo, y.hi);
    data.push_back({left, 0, left, left + step * 0.92, std::min(0.0, end), std::max(0.0, end)});
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

Figure error_figure(const QuantityTable& table, const std::string& name) {
  Figure figure;
  figure.name = name;
  figure.title = "Signed error: " + table.label;
  figure.csv = comparison_csv(table);
  const Range range = range_of(table);
  if (!range.any) {
    figure.missing = "no error is defined";
    return figure;
  }
  if (range.cut) figure.title += " (baselines cut)";
  figure.caption = "Signed error per layer and of the network's sum, " + table.place() + "; " +
                   kSignConvention + ". Band: within 10 %." +
                   (range.cut ? " Bars of baselines that reach the frame are cut off there; the "
                                "table has their values."
                              : "");
  const auto colors = colors_of(table.series);
  std::vector<LegendEntry> legend;
  for (std::size_t i = 0; i < table.series.size(); ++i) {
    legend.push_back({shortened(table.series[i].name, 40), colors[i], Mark::kFill, 0});
  }
  std::vector<std::string> names;
  for (const LayerRow& row : table.rows) names.push_back(row.layer);
  if (names.size() * table.series.size() > kMostBars) figure.width = kWideFigure;
  const Axis x = name_axis(names);
  const double room = range.cut ? 0 : 0.04 * (range.hi - range.lo);
  Axis y = linear_axis(range.lo - room, range.hi + room, "signed error [%]");
  y.note = kSignConvention;
  Canvas canvas(figure.title, x, y, legend, figure.width, 330);
  const char* band =
      "{} using 1:2:3:4:5:6 with boxxyerror fc rgb '{}' fs transparent solid 0.08 noborder";
  canvas.plot(
      fmt::format(fmt::runtime(band), canvas.data({{0, 0, x.lo, x.hi, -kBand, kBand}}), kInk));
  for (std::size_t i = 0; i < table.series.size(); ++i) add_bars(&canvas, table, i, colors[i], y);
  canvas.plot(fmt::format("{} using 1:2 with lines lc rgb '{}' lw 1",
                          canvas.data({{x.lo, 0}, {x.hi, 0}}), kInk));
  figure.height = canvas.height();
  figure.script = canvas.script();
  return figure;
}

}  // namespace assay::report
