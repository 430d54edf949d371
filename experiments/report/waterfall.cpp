// SPDX-License-Identifier: Apache-2.0
#include "experiments/report/waterfall.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "core/statistics.h"
#include "experiments/report/format.h"
#include "experiments/report/hardware_gaps.h"
#include "experiments/report/levels.h"

namespace assay::report {
namespace {

using Steps = std::vector<WaterfallStep>;

using Repeats = std::map<std::string, double>;  // by layer

Repeats repeats_of(const ReportInput& input, const QuantityTable& t, const Series& s) {
  Repeats repeats;
  for (const Record& r : input.predicted)
    if (r.level == s.level && r.variant == s.variant && r.chip == t.chip &&
        r.workload == t.workload && r.batch == t.batch)
      repeats[r.layer] = static_cast<double>(r.repeat);
  return repeats;
}

double times_of(const Repeats& repeats, const std::string& layer) {
  const auto found = repeats.find(layer);
  return found == repeats.end() ? 1 : found->second;
}

// Signed error of each layer in the quantity's unit; absent where one side has no value.
std::vector<std::optional<double>> layer_errors(const ReportInput& input, const QuantityTable& t,
                                                std::size_t series) {
  const Repeats repeats = repeats_of(input, t, t.series[series]);
  std::vector<std::optional<double>> errors;
  for (const LayerRow& row : t.rows) {
    if (row.network) continue;
    const auto& predicted = row.cells[series].predicted;
    errors.emplace_back();
    if (predicted && row.measured)
      errors.back() = times_of(repeats, row.layer) * (*predicted - *row.measured);
  }
  return errors;
}

double measured_sum(const ReportInput& input, const QuantityTable& t, std::size_t series) {
  const Repeats repeats = repeats_of(input, t, t.series[series]);
  double sum = 0;
  for (const LayerRow& row : t.rows)
    if (!row.network && row.measured && row.cells[series].predicted)
      sum += times_of(repeats, row.layer) * *row.measured;
  return sum;
}

std::optional<double> cancellation_of(const Steps& steps) {
  std::vector<double> values;
  for (const WaterfallStep& s : steps)
    if (!s.total) values.push_back(s.value);
  return values.empty() ? std::nullopt : cancellation_index(values);
}

void finish(const std::string& name, Waterfall* w) {
  double sum = 0;
  for (const WaterfallStep& s : w->steps) sum += s.total ? 0 : s.value;
  w->cancellation_index = cancellation_of(w->steps);
  w->steps.push_back({name, sum, true});
}

// The largest in the order of the layers, the others as one.
Steps with_few_layers(Steps steps, std::size_t most) {
  if (steps.size() <= most) return steps;
  std::vector<double> sizes;
  for (const WaterfallStep& s : steps) sizes.push_back(std::fabs(s.value));
  std::sort(sizes.begin(), sizes.end(), std::greater<>());
  const double least = sizes[most - 2];
  Steps few;
  WaterfallStep rest{"", 0, false};
  std::size_t joined = 0;
  for (WaterfallStep& s : steps) {
    if (std::fabs(s.value) >= least && few.size() + 1 < most) {
      few.push_back(std::move(s));
      continue;
    }
    rest.value += s.value;
    ++joined;
  }
  rest.name = fmt::format("other ({})", joined);
  few.push_back(std::move(rest));
  return few;
}

std::string cancellation_sentence(const std::optional<double>& index) {
  if (!index) return {};
  std::string text = fmt::format(" Cancellation index of the steps {:.2f}", *index);
  if (*index > 0.5) text += ": most of the errors cancel, so the total says little about the steps";
  return text + ".";
}

void add_step(const char* name, double value, Steps* steps) {
  // Rounding of sums of cycles is no step.
  if (std::fabs(value) > 1e-9) steps->push_back({name, value, false});
}

// From the chip to the analytical level of one network, in per cent of the chip.
Waterfall latency_waterfall(const LevelTable& t, const LevelRow& network) {
  Waterfall w;
  w.title = "Processing latency: from the chip to the prediction";
  w.unit = "error [% of the measured latency]";
  const auto predicted = error_parts_pct(network.analytical, network.measured_cycles);
  const auto simulated = error_parts_pct(network.simulator, network.measured_cycles);
  if (!predicted || !simulated) {
    w.missing = "the processing latency of the whole network was not measured";
    return w;
  }
  const CycleSplit gap = *predicted - *simulated;
  w.steps.push_back({"not explained", simulated->cycles, false});
  add_step("steps", gap.steps, &w.steps);
  add_step("stalls", gap.stalls, &w.steps);
  add_step("overlap", gap.overlap, &w.steps);
  add_step("latency of ports", gap.latency, &w.steps);
  add_step("ramps", gap.ramps, &w.steps);
  add_step("no cause", gap.unattributed, &w.steps);
  finish("analytical", &w);
  w.caption = fmt::format(
      "{}. Not explained: simulator - chip, which no level resolves. The other steps are what the "
      "closed form leaves out or adds, analytical - simulator by kind of cause; they close to the "
      "cycle.{}",
      t.name(), cancellation_sentence(w.cancellation_index));
  return w;
}

// Total latency, where hardware resolves it.
Waterfall hardware_waterfall(const HardwareTable& t, const Gap& gap) {
  Waterfall w;
  w.title = "Total latency: from the chip to the prediction";
  w.unit = "error [% of the measured latency]";
  w.steps = {{"silicon not known", gap.silicon, false}, {"modelling", gap.modelling, false}};
  finish("analytical", &w);
  w.caption = fmt::format(
      "{}. Silicon that we do not know: rtl - chip. Modelling error: analytical - rtl.{}", t.name(),
      cancellation_sentence(w.cancellation_index));
  return w;
}

}  // namespace

Waterfall layer_waterfall(const ReportInput& input, const QuantityTable& t, std::size_t series,
                          std::size_t most) {
  Waterfall w;
  w.title = "Error of the network, layer by layer";
  w.unit = "predicted - measured";
  w.unit_note = t.label;
  const auto errors = layer_errors(input, t, series);
  Steps steps;
  std::size_t i = 0;
  for (const LayerRow& row : t.rows) {
    if (row.network) continue;
    if (errors[i]) steps.push_back({row.layer, *errors[i], false});
    ++i;
  }
  if (!adds_up(t.quantity)) {
    w.missing = "this quantity does not add up over layers";
  } else if (steps.size() < 2) {
    w.missing = "there is one layer only";
  }
  if (!w.missing.empty()) return w;
  w.steps = with_few_layers(std::move(steps), most);
  finish("network", &w);
  const double measured = measured_sum(input, t, series);
  w.caption = fmt::format(
      "{}, {}: what each layer adds to the network's error, {}; together {} % of the measured "
      "{}.{}",
      t.series[series].name, t.place(), kSignConvention,
      signed_pct(100 * w.steps.back().value / measured), number(measured),
      cancellation_sentence(w.cancellation_index));
  return w;
}

std::vector<Waterfall> latency_waterfalls(const ReportInput& input) {
  std::vector<Waterfall> all;
  for (const LevelTable& t : level_tables(input))
    for (const LevelRow& row : t.rows)
      if (t.headline && row.network) all.push_back(latency_waterfall(t, row));
  for (const HardwareTable& t : hardware_tables(input))
    for (const GapRow& row : gap_rows(input, t))
      if (row.network && row.total) all.push_back(hardware_waterfall(t, *row.total));
  return all;
}

Contributions contributions_of(const ReportInput& input, const QuantityTable& t) {
  Contributions c;
  for (const LayerRow& row : t.rows)
    if (!row.network) c.layers.push_back(row.layer);
  c.pct.assign(c.layers.size(), std::vector<std::optional<double>>(t.series.size()));
  for (std::size_t s = 0; s < t.series.size(); ++s) {
    const auto errors = layer_errors(input, t, s);
    const double measured = measured_sum(input, t, s);
    std::vector<double> known;
    double sum = 0;
    for (std::size_t i = 0; i < errors.size(); ++i) {
      if (!errors[i]) continue;
      known.push_back(*errors[i]);
      sum += *errors[i];
      c.pct[i][s] = 100 * *errors[i] / measured;
    }
    c.sum.push_back(known.empty() ? std::nullopt : std::optional(100 * sum / measured));
    c.cancellation_index.push_back(known.empty() ? std::nullopt : cancellation_index(known));
  }
  return c;
}

}  // namespace assay::report
