// SPDX-License-Identifier: Apache-2.0
// Where cycles and energy go: stacked bars of the headline series, with what was measured beside.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "experiments/report/figures.h"
#include "experiments/report/format.h"
#include "experiments/report/stack.h"

namespace assay::report {
namespace {

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

Marker measured_marker(const ReportInput& input, const std::vector<const Record*>& records,
                       const std::string& quantity, const std::string& column,
                       const std::string& name) {
  Marker marker{column, name, 13, 13, {}};
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
  return plain(r.level + (r.variant.empty() ? "" : " " + r.variant) + ", " + r.workload + " on " +
               r.chip);
}

}  // namespace

Figure latency_figure(const ReportInput& input, const std::vector<const Record*>& records,
                      const std::string& name) {
  Figure figure;
  figure.name = name;
  figure.title = "Processing latency by cause";
  std::vector<Parts> parts;
  const bool ms = in_milliseconds(input, records);
  for (const Record* r : records) {
    const double scale =
        ms ? *value_of(*r, "processing_ms") / *value_of(*r, "processing_cycles") : 1;
    Parts p;
    for (const auto& [cause, cycles] : r->cycles_by_cause) p[cause] = cycles * scale;
    parts.push_back(std::move(p));
  }
  Stack stack = stack_of(records, parts);
  stack.unit = ms ? "ms" : "cycles";
  add_marker(&stack, measured_marker(input, records, ms ? "processing_ms" : "processing_cycles",
                                     "measured", "measured"));
  figure.csv = stack_csv(stack);
  figure.caption =
      "Predicted processing latency per layer, split by cause (" + of_what(records) + ")" +
      (stack.markers.empty() ? "; nothing measured to compare with." : "; diamonds: measured.");
  if (!has_bars(stack)) {
    figure.missing = "no record of the headline variant attributes its cycles to causes";
    return figure;
  }
  draw_stack(&figure, stack, ms ? "processing latency [ms]" : "processing latency [cycles]");
  return figure;
}

Figure energy_figure(const ReportInput& input, const std::vector<const Record*>& records,
                     const std::string& name) {
  constexpr double kMicrojoulesPerPicojoule = 1e-6;
  Figure figure;
  figure.name = name;
  figure.title = "Energy by component";
  std::vector<Parts> parts;
  Marker chip{"predicted_chip", "predicted, chip only", 9, 8, {}};
  bool differs = false;
  for (const Record* r : records) {
    Parts p;
    double sum = 0;
    for (const auto& [component, pj] : r->energy_pj_by_component) {
      p[component] = pj * kMicrojoulesPerPicojoule;
      sum += p[component];
    }
    parts.push_back(std::move(p));
    chip.values.push_back(value_of(*r, "energy_chip_uj"));
    differs = differs || std::fabs(chip.values.back().value_or(sum) - sum) > 1e-3 * sum;
  }
  Stack stack = stack_of(records, parts);
  stack.unit = "uj";
  if (differs) add_marker(&stack, std::move(chip));
  Marker measured =
      measured_marker(input, records, "energy_chip_uj", "measured_chip", "measured, chip only");
  const bool compared = any(measured);
  add_marker(&stack, std::move(measured));
  figure.csv = stack_csv(stack);
  figure.caption = "Predicted energy per layer, split by component (" + of_what(records) + ")." +
                   (differs ? " The bars hold more than the chip's energy, or less (DRAM, for "
                              "instance): compare the diamond "
                              "(measured) with the triangle (predicted)."
                            : "") +
                   (compared ? "" : " Nothing measured to compare with.");
  if (!has_bars(stack)) {
    figure.missing = "no record of the headline variant splits its energy by component";
    return figure;
  }
  draw_stack(&figure, stack, "energy [µJ]");
  return figure;
}

}  // namespace assay::report
