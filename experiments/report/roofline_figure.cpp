// SPDX-License-Identifier: Apache-2.0
// Roofline: throughput over off-chip operational intensity, below min(peak, intensity * bandwidth).
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "experiments/report/figures.h"
#include "experiments/report/format.h"

namespace assay::report {
namespace {

using Points = std::vector<std::pair<double, double>>;

bool consistent(const Roof& r) {
  const std::size_t n = r.layers.size();
  return n > 0 && r.peak_macs_per_cycle > 0 && r.off_chip_bytes_per_cycle > 0 &&
         r.macs_per_byte.size() == n && r.predicted_macs_per_cycle.size() == n &&
         r.measured_macs_per_cycle.size() == n;
}

std::string roofline_csv(const Roof& r) {
  std::string csv =
      csv_line({"layer", "macs_per_byte", "predicted_macs_per_cycle", "measured_macs_per_cycle",
                "peak_macs_per_cycle", "off_chip_bytes_per_cycle"});
  for (std::size_t i = 0; i < r.layers.size(); ++i) {
    csv += csv_line({r.layers[i], shortest(r.macs_per_byte[i], ""),
                     shortest(r.predicted_macs_per_cycle[i], ""),
                     shortest(r.measured_macs_per_cycle[i], ""), shortest(r.peak_macs_per_cycle),
                     shortest(r.off_chip_bytes_per_cycle)});
  }
  return csv;
}

void draw_points(Canvas* canvas, const Points& points, int type, const std::string& color) {
  if (points.empty()) return;
  std::vector<std::vector<double>> data;
  for (const auto& [x, y] : points) data.push_back({x, y});
  canvas->plot(fmt::format("{} using 1:2 with points pt {} ps 0.95 lw 1.5 lc rgb '{}'",
                           canvas->data(data), type, color));
}

}  // namespace

Figure roofline_figure(const ReportInput& input, const std::string& name) {
  Figure figure;
  figure.name = name;
  figure.title = "Roofline";
  if (!input.roof || !consistent(*input.roof)) {
    figure.missing =
        input.roof ? "the roofs or the layers' intensities are incomplete" : "no roofs were given";
    return figure;
  }
  const Roof& roof = *input.roof;
  figure.csv = roofline_csv(roof);
  figure.caption = fmt::format(
      "Headline variant. Roofs: {} MAC/cycle, and off-chip bandwidth of {} byte/cycle. "
      "Intensity counts uncompressed off-chip traffic.",
      number(roof.peak_macs_per_cycle), number(roof.off_chip_bytes_per_cycle));
  Points predicted;
  Points measured;
  std::vector<std::string> names;
  std::vector<double> xs{roof.peak_macs_per_cycle / roof.off_chip_bytes_per_cycle};
  std::vector<double> ys{roof.peak_macs_per_cycle};
  for (std::size_t i = 0; i < roof.layers.size(); ++i) {
    const double x = roof.macs_per_byte[i];
    if (!(x > 0) || !(roof.predicted_macs_per_cycle[i] > 0)) continue;
    predicted.emplace_back(x, roof.predicted_macs_per_cycle[i]);
    names.push_back(roof.layers[i]);
    const auto& m = roof.measured_macs_per_cycle[i];
    if (m && *m > 0) measured.emplace_back(x, *m);
  }
  for (const Points* points : {&predicted, &measured}) {
    for (const auto& [x, y] : *points) {
      xs.push_back(x);
      ys.push_back(y);
    }
  }
  if (predicted.empty()) {
    figure.missing = "no layer has a positive intensity and throughput";
    return figure;
  }
  std::vector<LegendEntry> legend{{"predicted", series_color(0), Mark::kPoint, 7}};
  if (!measured.empty()) legend.push_back({"measured", series_color(1), Mark::kPoint, 12});
  legend.push_back({"roofs", kInk, Mark::kLine, 0});
  const Axis x = log_axis(xs, 1.6, "operational intensity [MAC per byte of off-chip traffic]");
  Canvas canvas(figure.title, x, log_axis(ys, 1.25, "throughput [MAC/cycle]"), legend, figure.width,
                330);
  canvas.plot(fmt::format("{} using 1:2 with lines lc rgb '{}' lw 2",
                          canvas.data({{x.lo, x.lo * roof.off_chip_bytes_per_cycle},
                                       {xs.front(), roof.peak_macs_per_cycle},
                                       {x.hi, roof.peak_macs_per_cycle}}),
                          kInk));
  draw_points(&canvas, predicted, 7, series_color(0));
  draw_points(&canvas, measured, 12, series_color(1));
  Points all = predicted;
  all.insert(all.end(), measured.begin(), measured.end());
  constexpr int kRoofSamples = 100;  // names keep clear of the roofs too
  for (int i = 0; i <= kRoofSamples; ++i) {
    const double at = x.lo * std::pow(x.hi / x.lo, static_cast<double>(i) / kRoofSamples);
    all.emplace_back(at, std::min(roof.peak_macs_per_cycle, at * roof.off_chip_bytes_per_cycle));
  }
  if (names.size() <= 20) canvas.label_points(predicted, names, all);
  figure.height = canvas.height();
  figure.script = canvas.script();
  return figure;
}

}  // namespace assay::report
