// SPDX-License-Identifier: Apache-2.0
#include "calibration/exclusions.h"

#include <algorithm>
#include <cmath>

#include "core/text.h"

namespace assay::calibration {
namespace {

constexpr double kMadToSd = 1.4826;  // of a normal distribution

std::optional<double> value_of(const std::map<std::string, double>& values, const char* name) {
  const auto found = values.find(name);
  if (found == values.end()) return std::nullopt;
  return found->second;
}

// Four digits: a reason is for people.
std::string shown(double v) {
  const double scale = std::pow(10, 3 - std::floor(std::log10(std::max(1e-300, std::fabs(v)))));
  return number_text(std::round(v * scale) / scale);
}

double median_of(std::vector<double>* values) {
  std::sort(values->begin(), values->end());
  const std::size_t n = values->size();
  return n % 2 == 1 ? (*values)[n / 2] : ((*values)[n / 2 - 1] + (*values)[n / 2]) / 2;
}

}  // namespace

MeasurementFacts facts_of(const std::map<std::string, double>& values) {
  MeasurementFacts f;
  if (const auto n = value_of(values, "replicates")) f.replicates = static_cast<int>(*n);
  f.spread_pct = value_of(values, "replicate_spread_pct");
  f.floor_pct = value_of(values, "instrument_floor_pct");
  f.window_ms = value_of(values, "window_ms");
  f.clock_set_mhz = value_of(values, "clock_set_mhz");
  f.clock_observed_mhz = value_of(values, "clock_observed_mhz");
  f.temperature_before_c = value_of(values, "temperature_before_c");
  f.temperature_after_c = value_of(values, "temperature_after_c");
  return f;
}

std::vector<std::string> not_stated(const MeasurementFacts& f) {
  std::vector<std::string> names;
  const auto note = [&](bool stated, const char* name) {
    if (!stated) names.emplace_back(name);
  };
  note(f.replicates.has_value(), "replicates");
  note(f.spread_pct.has_value(), "replicate_spread_pct");
  note(f.floor_pct.has_value(), "instrument_floor_pct");
  note(f.window_ms.has_value(), "window_ms");
  note(f.clock_set_mhz.has_value(), "clock_set_mhz");
  note(f.clock_observed_mhz.has_value(), "clock_observed_mhz");
  note(f.temperature_before_c.has_value(), "temperature_before_c");
  note(f.temperature_after_c.has_value(), "temperature_after_c");
  return names;
}

std::vector<Flag> flags_of(const MeasurementFacts& f, const ExclusionRules& rules) {
  std::vector<Flag> flags;
  if (f.window_ms && *f.window_ms < rules.window_ms)
    flags.push_back({"window", "the window is " + shown(*f.window_ms) + " ms, expected at least " +
                                   shown(rules.window_ms)});
  if (f.clock_set_mhz && f.clock_observed_mhz) {
    // In MHz, not in per cent: so that a clock at the limit is on its right side.
    const double moved = std::fabs(*f.clock_observed_mhz - *f.clock_set_mhz);
    if (moved > rules.clock_pct * *f.clock_set_mhz / 100)
      flags.push_back({"clock", "the clock was " + shown(*f.clock_observed_mhz) + " MHz, set to " +
                                    shown(*f.clock_set_mhz) + ": expected within " +
                                    shown(rules.clock_pct) + " %"});
  }
  if (f.temperature_before_c && f.temperature_after_c) {
    const double drift = std::fabs(*f.temperature_after_c - *f.temperature_before_c);
    if (drift > rules.temperature_c)
      flags.push_back({"temperature", "the temperature moved by " + shown(drift) +
                                          " C, expected at most " + shown(rules.temperature_c)});
  }
  if (f.spread_pct && *f.spread_pct > rules.spread_pct)
    flags.push_back({"spread", "the replicates spread by " + shown(*f.spread_pct) +
                                   " %, expected at most " + shown(rules.spread_pct)});
  if (f.replicates && *f.replicates < rules.replicates)
    flags.push_back({"replicates",
                     std::to_string(*f.replicates) + " replicates, expected at least " +
                         std::to_string(rules.replicates),
                     false});
  return flags;
}

bool excluded(const std::vector<Flag>& flags) {
  return std::any_of(flags.begin(), flags.end(), [](const Flag& f) { return f.excludes; });
}

double spread_ln(const MeasurementFacts& f, double floor_pct) {
  const double floor = f.floor_pct.value_or(floor_pct) / 100;
  if (!f.spread_pct) return floor;
  const double n = std::max(1, f.replicates.value_or(1));
  return std::max(*f.spread_pct / 100 / std::sqrt(n), floor);
}

Replicates summary(std::vector<double> values) {
  Replicates r;
  r.n = static_cast<int>(values.size());
  if (values.empty()) return r;
  r.median = median_of(&values);
  if (values.size() < 2 || r.median == 0) return r;
  for (double& v : values) v = std::fabs(v - r.median);
  r.spread_pct = 100 * kMadToSd * median_of(&values) / std::fabs(r.median);
  return r;
}

}  // namespace assay::calibration
