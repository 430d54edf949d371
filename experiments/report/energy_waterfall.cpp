// SPDX-License-Identifier: Apache-2.0
// The energy's waterfall: components, and what they do not explain of the measurement.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "core/statistics.h"
#include "experiments/report/format.h"
#include "experiments/report/waterfall.h"

namespace assay::report {
namespace {

constexpr double kMicrojoulesPerPicojoule = 1e-6;
constexpr double kMillijoulesPerMicrojoule = 1e-3;
constexpr double kRounding = 1e-9;
constexpr std::size_t kMostComponents = 12;

struct Layer {
  const Record* record;
  double predicted, measured;
};

std::vector<Layer> layers_of(const ReportInput& input, const QuantityTable& t) {
  std::vector<Layer> layers;
  for (const LayerRow& row : t.rows)
    for (const Record& r : input.predicted)
      if (!row.network && row.measured && row.cells[0].predicted && r.layer == row.layer &&
          r.level == t.series[0].level && r.variant == t.series[0].variant && r.chip == t.chip &&
          r.workload == t.workload && r.batch == t.batch)
        layers.push_back({&r, *row.cells[0].predicted, *row.measured});
  return layers;
}

double energy_without(const Record& r, const std::string& component) {
  double pj = 0;
  for (const auto& [name, value] : r.energy_pj_by_component)
    if (name != component) pj += value;
  return pj * kMicrojoulesPerPicojoule;
}

// Whether the components but this one ("" for all) are the predicted energy of every layer.
bool adds_up_without(const std::vector<Layer>& layers, const std::string& component) {
  return std::all_of(layers.begin(), layers.end(), [&](const Layer& l) {
    return std::fabs(energy_without(*l.record, component) - l.predicted) <= kRounding * l.predicted;
  });
}

// Components of the chip leave out the memory beside it: the one without which they add up.
std::optional<std::string> left_out(const std::vector<Layer>& layers) {
  if (adds_up_without(layers, "")) return "";
  for (const auto& component : layers.front().record->energy_pj_by_component)
    if (adds_up_without(layers, component.first)) return component.first;
  return std::nullopt;
}

std::vector<WaterfallStep> components_of(const std::vector<Layer>& layers,
                                         const std::string& without) {
  std::map<std::string, double> sums;
  for (const Layer& l : layers)
    for (const auto& [name, pj] : l.record->energy_pj_by_component)
      if (name != without)
        sums[name] += static_cast<double>(l.record->repeat) * pj * kMicrojoulesPerPicojoule;
  std::vector<WaterfallStep> steps;
  for (const auto& [name, uj] : sums)
    if (uj != 0) steps.push_back({name, uj, false});
  std::stable_sort(steps.begin(), steps.end(), [](const WaterfallStep& a, const WaterfallStep& b) {
    return a.value > b.value;
  });
  while (steps.size() > kMostComponents) {
    const double last = steps.back().value;
    steps.pop_back();
    steps.back() = {"others", steps.back().value + last, false};
  }
  return steps;
}

}  // namespace

Waterfall energy_waterfall(const ReportInput& input, const QuantityTable& t) {
  Waterfall w;
  w.title = "From components to the measured energy";
  w.unit = "energy of the network [mJ]";
  if (t.series.empty() || !t.series[0].headline) {
    w.missing = "the headline series predicts no energy that was measured";
    return w;
  }
  const std::vector<Layer> layers = layers_of(input, t);
  const auto without = layers.empty() || layers.front().record->energy_pj_by_component.empty()
                           ? std::nullopt
                           : left_out(layers);
  if (!without) {
    w.missing = "the components of the records do not add up to the predicted energy";
    return w;
  }
  w.steps = components_of(layers, *without);
  double predicted = 0, measured = 0;
  for (const WaterfallStep& s : w.steps) predicted += s.value;
  for (const Layer& l : layers) measured += static_cast<double>(l.record->repeat) * l.measured;
  w.steps.push_back({"predicted", predicted, true});
  w.steps.push_back({"not explained", measured - predicted, false});
  w.steps.push_back({"measured", measured, true});
  for (WaterfallStep& s : w.steps) s.value *= kMillijoulesPerMicrojoule;
  w.caption = fmt::format(
      "{}, {}: components of the predicted {}{}. The measurement is one number for the chip, so "
      "that it cannot be said which component the error of {} % belongs to.",
      t.series[0].name, t.place(), t.label,
      without->empty() ? "" : " (without " + plain(*without) + ")",
      signed_pct(100 * (predicted - measured) / measured));
  return w;
}

}  // namespace assay::report
