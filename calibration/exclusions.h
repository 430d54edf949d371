// SPDX-License-Identifier: Apache-2.0
// What a measurement says of its own quality, and rules that were stated before the first fit. A
// record that breaks one is flagged with the reason and stays visible; results are shown with and
// without flagged records. Nothing is deleted, and nothing is judged by its error.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace assay::calibration {

// Absent: the data do not say. A rule says nothing about what is not stated.
struct MeasurementFacts {
  std::optional<int> replicates;
  std::optional<double> spread_pct;  // 1.4826 MAD / median of single replicates
  std::optional<double> floor_pct;   // of the instrument
  std::optional<double> window_ms;
  std::optional<double> clock_set_mhz, clock_observed_mhz;
  std::optional<double> temperature_before_c, temperature_after_c;
};

// From the values of a measured record, by the names of docs/metrics.md (window_ms, ...).
MeasurementFacts facts_of(const std::map<std::string, double>& values);
// Names of the values that are not stated.
std::vector<std::string> not_stated(const MeasurementFacts& facts);

// Limits themselves are within the rule.
struct ExclusionRules {
  double window_ms = 100;    // at least
  double clock_pct = 1;      // observed against set
  double temperature_c = 5;  // drift within the window
  double spread_pct = 10;    // of the replicates
  int replicates = 5;        // fewer: a warning, which excludes nothing
};

struct Flag {
  std::string rule;    // "window", "clock", "temperature", "spread", "replicates"
  std::string reason;  // "the window is 50 ms, expected at least 100"
  bool excludes = true;
};
std::vector<Flag> flags_of(const MeasurementFacts& facts, const ExclusionRules& rules = {});
bool excluded(const std::vector<Flag>& flags);

// Standard deviation of ln of the stated value: the spread of the median of the replicates, at
// least the instrument's floor (of the data, else the given one). 0 where nothing is stated.
double spread_ln(const MeasurementFacts& facts, double floor_pct = 0);

// Single replicates in one number: the median and 1.4826 MAD in per cent of it.
struct Replicates {
  int n = 0;
  double median = 0;
  std::optional<double> spread_pct;  // two or more
};
Replicates summary(std::vector<double> values);

}  // namespace assay::calibration
