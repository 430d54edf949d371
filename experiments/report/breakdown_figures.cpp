// SPDX-License-Identifier: Apache-2.0
// Where cycles and energy go: stacked bars of the headline series, with what was measured beside.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "experiments/report/figures.h"
#include "experiments/report/format.h"

namespace assay::report {
namespace {

constexpr std::size_t kMostParts = 9;

struct Marker {
  std::string name;
  int point_type;
  std::vector<std::optional<double>> values;  // one per layer
};

struct Stack {
  std::vector<std::string> layers;
  std::vector<std::string> parts;                         // largest in total first
  std::vector<std::vector<std::optional<double>>> values;  // [part][layer]
  std::vector<Marker> markers;
  std::string unit;                                        // column suffix: "ms", "cycles", "uj"
};

using Parts = std::map<std::string, double>;

// parts: one map per layer, in the unit of the axis.
Stack stack_of(const std::vector<const Record*>& records, const std::vector<Parts>& parts) {
  Stack stack;
  Parts totals;
  for (std::size_t i = 0; i < records.size(); ++i) {
    stack.layers.push_back(records[i]->layer);
    for (const auto& [name, value] : parts[i]) totals[name] += value;
  }
  for (const auto& [name, total] : totals) stack.parts.push_back(name);
  std::stable_sort(stack.parts.begin(), stack.parts.end(),
                   [&](const std::string& a, const std::string& b) { return totals[a] > totals[b]; });
  for (const std::string& name : stack.parts) {
    std::vector<std::optional<double>> row;
    for (const Parts& p : parts) {
      const auto found = p.find(name);
      row.push_back(found == p.end() ? std::nullopt : std::optional<double>(found->second));
    }
    stack.values.push_back(std::move(row));
  }
  return stack;
}

std::string stack_csv(const Stack& s) {
  std::vector<std::string> header{"layer"};
  for (const std::string& p : s.parts) header.push_back(p + "_" + s.unit);
  for (const Marker& m : s.markers) header.push_back(m.name + "_" + s.unit);
  std::string csv = csv_line(header);
  for (std::size_t i = 0; i < s.layers.size(); ++i) {
    std::vector<std::string> line{s.layers[i]};
    for (const auto& row : s.values) line.push_back(shortest(row[i], ""));
    for (const Marker& m : s.markers) line.push_back(shortest(m.values[i], ""));
    csv += csv_line(line);
  }
  return csv;
}

// The CSV keeps every part; the picture joins the smallest.
Stack with_few_parts(Stack s) {
  if (s.parts.size() <= kMostParts) return s;
  std::vector<std::optional<double>> rest(s.layers.size());
  for (std::size_t k = kMostParts - 1; k < s.parts.size(); ++k) {
    for (std::size_t i = 0; i < rest.size(); ++i) {
      if (s.values[k][i]) rest[i] = rest[i].value_or(0) + *s.values[k][i];
    }
  }
  const std::size_t joined = s.parts.size() - (kMostParts - 1);
  s.parts.resize(kMostParts - 1);
  s.values.resize(kMostParts - 1);
  s.parts.push_back("other (" + std::to_string(joined) + ")");
  s.values.push_back(std::move(rest));
  return s;
}

std::string part_color(std::size_t i) {
  return i % kMostParts < 7 ? series_color(i % kMostParts) : baseline_color(i % kMostParts == 7 ? 0 : 2);
}

void draw_stack(Figure* figure, const Stack& s, const std::string& axis) {
  std::vector<LegendEntry> legend;
  for (std::size_t k = 0; k < s.parts.size(); ++k) legend.push_back({shortened(s.parts[k], 34), part_color(k), Mark::kFill, 0});
  for (const Marker& m : s.markers) legend.push_back({m.name, kInk, Mark::kPoint, m.point_type});
  std::vector<double> tops(s.layers.size(), 0.0);
  std::vector<std::vector<std::vector<double>>> bars;
  for (const auto& row : s.values) {
    std::vector<std::vector<double>> part;
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (!row[i] || !(*row[i] > 0)) continue;
      const auto x = static_cast<double>(i);
      part.push_back({x, tops[i], x - 0.32, x + 0.32, tops[i], tops[i] + *row[i]});
      tops[i] += *row[i];
    }
    bars.push_back(std::move(part));
  }
  double hi = *std::max_element(tops.begin(), tops.end());
  for (const Marker& m : s.markers) {
    for (const auto& v : m.values) hi = std::max(hi, v.value_or(0));
  }
  if (s.layers.size() > 16) figure->width = 1200;
  Canvas canvas(figure->title, name_axis(s.layers, ""), linear_axis(0, hi * 1.04, axis), legend, figure->width, 330);
  for (std::size_t k = 0; k < bars.size(); ++k) {
    if (bars[k].empty()) continue;
    canvas.plot(fmt::format("{} using 1:2:3:4:5:6 with boxxyerror fc rgb '{}' fs solid noborder", canvas.data(bars[k]), part_color(k)));
  }
  for (const Marker& m : s.markers) {
    std::vector<std::vector<double>> data;
    for (std::size_t i = 0; i < m.values.size(); ++i) {
      if (m.values[i]) data.push_back({static_cast<double>(i), *m.values[i]});
    }
    if (data.empty()) continue;
    canvas.plot(fmt::format("{} using 1:2 with points pt {} ps 1.3 lw 1.6 lc rgb '{}'", canvas.data(data), m.point_type, kInk));
  }
  figure->height = canvas.height();
  figure->script = canvas.script();
}

std::optional<double> value_of(const Record& r, const std::string& quantity) {
  const auto found = r.values.find(quantity);
  return found == r.values.end() ? std::nullopt : std::optional<double>(found->second);
}

bool any(const Marker& m) {
  return std::any_of(m.values.begin(), m.values.end(), [](const auto& v) { return v.has_value(); });
}

void add_marker(Stack* stack, Marker marker) {
  if (any(marker)) stack->markers.push_back(std::move(marker));
}

Marker measured_marker(const ReportInput& input, const std::vector<const Record*>& records, const std::string& quantity,
                       const std::string& name) {
  Marker marker{name, 12, {}};
  for (const Record* r : records) marker.values.push_back(measured_value(input, *r, quantity));
  return marker;
}

// True if the time was measured in milliseconds and every record says how long its cycles are.
bool in_milliseconds(const ReportInput& input, const std::vector<const Record*>& records) {
  bool measured = false;
  for (const Record* r : records) {
    const auto cycles = value_of(*r, "processing_cycles");
    if (!value_of(*r, "processing_ms") || !cycles || !(*cycles > 0)) return false;
    measured = measured || measured_value(input, *r, "processing_ms").has_value();
  }
  return measured;
}

std::string of_what(const std::vector<const Record*>& records) {
  if (records.empty()) return "the headline variant";
  const Record& r = *records.front();
  return plain(r.level + (r.variant.empty() ? "" : " " + r.variant) + ", " + r.workload + " on " + r.chip);
}

}  // namespace

Figure latency_figure(const ReportInput& input, const std::vector<const Record*>& records, const std::string& name) {
  Figure figure;
  figure.name = name;
  figure.title = "Processing latency by cause";
  std::vector<Parts> parts;
  bool has = false;
  const bool ms = in_milliseconds(input, records);
  for (const Record* r : records) {
    const double scale = ms ? *value_of(*r, "processing_ms") / *value_of(*r, "processing_cycles") : 1;
    Parts p;
    for (const auto& [cause, cycles] : r->cycles_by_cause) p[cause] = cycles * scale;
    has = has || !p.empty();
    parts.push_back(std::move(p));
  }
  Stack stack = stack_of(records, parts);
  stack.unit = ms ? "ms" : "cycles";
  add_marker(&stack, measured_marker(input, records, ms ? "processing_ms" : "processing_cycles", "measured"));
  figure.csv = stack_csv(stack);
  figure.caption = "Predicted processing latency per layer, split by cause (" + of_what(records) + ")" +
                   (stack.markers.empty() ? "; nothing measured to compare with." : "; diamonds: measured.");
  if (!has) {
    figure.missing = "no record of the headline variant attributes its cycles to causes";
    return figure;
  }
  draw_stack(&figure, with_few_parts(std::move(stack)), ms ? "processing latency [ms]" : "processing latency [cycles]");
  return figure;
}

Figure energy_figure(const ReportInput& input, const std::vector<const Record*>& records, const std::string& name) {
  constexpr double kMicrojoulesPerPicojoule = 1e-6;
  Figure figure;
  figure.name = name;
  figure.title = "Energy by component";
  std::vector<Parts> parts;
  Marker chip{"predicted, chip only", 10, {}};
  bool has = false;
  bool differs = false;
  for (const Record* r : records) {
    Parts p;
    double sum = 0;
    for (const auto& [component, pj] : r->energy_pj_by_component) {
      p[component] = pj * kMicrojoulesPerPicojoule;
      sum += p[component];
    }
    has = has || !p.empty();
    parts.push_back(std::move(p));
    chip.values.push_back(value_of(*r, "energy_chip_uj"));
    differs = differs || std::fabs(chip.values.back().value_or(sum) - sum) > 1e-3 * sum;
  }
  Stack stack = stack_of(records, parts);
  stack.unit = "uj";
  if (differs) add_marker(&stack, std::move(chip));
  Marker measured = measured_marker(input, records, "energy_chip_uj", "measured, chip only");
  add_marker(&stack, std::move(measured));
  figure.csv = stack_csv(stack);
  figure.caption = "Predicted energy per layer, split by component (" + of_what(records) + ")." +
                   (differs ? " Components off the chip are in the bars but not in the chip's energy: compare the diamond "
                              "(measured) with the triangle (predicted)."
                            : "") +
                   (any(measured_marker(input, records, "energy_chip_uj", "")) ? "" : " Nothing measured to compare with.");
  if (!has) {
    figure.missing = "no record of the headline variant splits its energy by component";
    return figure;
  }
  draw_stack(&figure, with_few_parts(std::move(stack)), "energy [µJ]");
  return figure;
}

}  // namespace assay::report
