// SPDX-License-Identifier: Apache-2.0
// Where the simulator's cycles go: one horizontal bar per layer, each cause in one colour
// throughout the report.
#include <fmt/format.h>

#include <algorithm>

#include "experiments/report/figures.h"
#include "experiments/report/format.h"

namespace assay::report {
namespace {

constexpr double kRowHeight = 34;
constexpr double kLowRowHeight = 20;
constexpr std::size_t kMostHighRows = 20;
constexpr double kBarHalf = 0.36;  // of a row

std::vector<const LevelRow*> layers_of(const LevelTable& table) {
  std::vector<const LevelRow*> rows;
  for (const LevelRow& r : table.rows)
    if (!r.network && r.simulator && r.simulator->cycles > 0) rows.push_back(&r);
  return rows;
}

double cycles_of(const Record& r, const std::string& cause) {
  const auto found = r.cycles_by_cause.find(cause);
  return found == r.cycles_by_cause.end() ? 0 : found->second;
}

// Steps, latency and ramps have colours of their own; ports take the others in order.
std::vector<std::string> cause_colors(const Causes& causes) {
  std::vector<std::string> colors;
  std::size_t ports = 1;
  for (const std::string& cause : causes.shown)
    colors.push_back(cause == "compute"   ? series_color(0)
                     : cause == "latency" ? baseline_color(3)
                     : cause == "ramp-up" ? baseline_color(1)
                     : cause == "drain"   ? baseline_color(2)
                                          : series_color(ports++));
  colors.push_back(baseline_color(0));  // the joined ones
  return colors;
}

std::string csv_of(const LevelTable& table) {
  std::vector<std::string> causes;
  for (const LevelRow* row : layers_of(table))
    for (const auto& [cause, n] : row->simulated->cycles_by_cause)
      if (std::find(causes.begin(), causes.end(), cause) == causes.end()) causes.push_back(cause);
  std::vector<std::string> header{"variant", "layer", "processing_cycles"};
  for (const std::string& cause : causes) header.push_back(cause + "_cycles");
  std::string csv = csv_line(header);
  for (const LevelRow* row : layers_of(table)) {
    std::vector<std::string> line{table.variant, row->layer, shortest(row->simulator->cycles)};
    for (const std::string& cause : causes)
      line.push_back(shortest(cycles_of(*row->simulated, cause)));
    csv += csv_line(line);
  }
  return csv;
}

// One list of boxes per colour; rows from top to bottom.
using Boxes = std::vector<std::vector<double>>;
std::vector<Boxes> boxes_of(const std::vector<const LevelRow*>& rows, const Causes& causes) {
  std::vector<Boxes> all(causes.shown.size() + 1);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto y = static_cast<double>(rows.size() - 1 - i);
    double left = 0;
    const auto add = [&](std::size_t k, double cycles) {
      if (!(cycles > 0)) return;
      const double right = left + 100 * cycles / rows[i]->simulator->cycles;
      all[k].push_back({left, y, left, right, y - kBarHalf, y + kBarHalf});
      left = right;
    };
    for (std::size_t k = 0; k < causes.shown.size(); ++k)
      add(k, cycles_of(*rows[i]->simulated, causes.shown[k]));
    add(causes.shown.size(), joined_cycles(*rows[i]->simulated, causes));
  }
  return all;
}

std::string caption(const LevelTable& table, const Causes& causes) {
  std::string text = "Simulator, " + table.name() +
                     ": processing cycles of each layer by cause, in per cent. LEVEL.PORT X: "
                     "waiting for that port "
                     "with inputs I, weights W or outputs and partial sums O.";
  if (causes.joined.empty()) return text;
  text += " Other:";
  for (std::size_t i = 0; i < causes.joined.size(); ++i)
    text += (i == 0 ? " " : ", ") + plain(causes.joined[i]);
  return text + ".";
}

}  // namespace

Figure stall_figure(const LevelTable& table, const Causes& causes, const std::string& name) {
  Figure figure;
  figure.name = name;
  figure.title = "Stalls" + (table.variant.empty() ? "" : ", " + plain(table.variant)) +
                 ": where the simulator's cycles go";
  const std::vector<const LevelRow*> rows = layers_of(table);
  if (rows.empty() || (causes.shown.empty() && causes.joined.empty())) {
    figure.missing = "no record of the simulator attributes its cycles to causes";
    return figure;
  }
  figure.csv = csv_of(table);
  figure.caption = caption(table, causes);
  const std::vector<std::string> colors = cause_colors(causes);
  std::vector<LegendEntry> legend;
  for (std::size_t k = 0; k < causes.shown.size(); ++k)
    legend.push_back({shortened(causes.shown[k], 34), colors[k], Mark::kFill, 0});
  if (!causes.joined.empty()) legend.push_back({other_name(causes), colors.back(), Mark::kFill, 0});
  std::vector<std::string> names;
  for (const LevelRow* row : rows) names.push_back(row->layer);
  std::reverse(names.begin(), names.end());
  const double height =
      (rows.size() > kMostHighRows ? kLowRowHeight : kRowHeight) * static_cast<double>(rows.size());
  Canvas canvas(figure.title, linear_axis(0, 100, "processing cycles [%]"), name_axis(names),
                legend, figure.width, static_cast<int>(height));
  const std::vector<Boxes> boxes = boxes_of(rows, causes);
  for (std::size_t k = 0; k < boxes.size(); ++k)
    if (!boxes[k].empty())
      canvas.plot(fmt::format("{} using 1:2:3:4:5:6 with boxxyerror fc rgb '{}' fs solid noborder",
                              canvas.data(boxes[k]), colors[k]));
  figure.height = canvas.height();
  figure.script = canvas.script();
  return figure;
}

}  // namespace assay::report
