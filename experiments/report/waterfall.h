// SPDX-License-Identifier: Apache-2.0
// Errors as steps that add up: of a network from its layers, of a latency from the levels between
// prediction and chip, of an energy from its components. A step is shown only where a second level
// or a measurement resolves it; what nothing resolves is one step, "not explained".
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "experiments/report/canvas.h"
#include "experiments/report/view.h"

namespace assay::report {

struct WaterfallStep {
  std::string name;
  double value = 0;  // signed; of a total: where the steps before it have arrived
  bool total = false;
};

struct Waterfall {
  std::string title, unit, unit_note, caption;  // unit: of the axis, with a second line
  std::vector<WaterfallStep> steps;             // the last one is a total
  // 1 - |sum| / sum of |steps|; absent where every step is 0.
  std::optional<double> cancellation_index;
  std::string missing;  // why there is none
};

// Measured -> layer by layer -> predicted, in the quantity's unit: (predicted - measured) times
// repeat. Of the headline series of a table; more than `most` layers: the largest, and the others
// as one.
Waterfall layer_waterfall(const ReportInput& input, const QuantityTable& table, std::size_t series,
                          std::size_t most = 24);

// Chip -> simulator -> analytical, by cause, in per cent of the measured processing latency of the
// headline variant's network. One for each place that has both levels.
std::vector<Waterfall> latency_waterfalls(const ReportInput& input);

// Components of the headline series' energy -> predicted -> not explained -> measured, in
// millijoules of the network.
Waterfall energy_waterfall(const ReportInput& input, const QuantityTable& table);

// step, value, from, to: one line per step.
std::string waterfall_csv(const Waterfall& waterfall);
Figure waterfall_figure(const Waterfall& waterfall, const std::string& name);

// Signed contributions of a table's layers to each series' network error, in per cent of the
// measured network.
struct Contributions {
  std::vector<std::string> layers;
  std::vector<std::vector<std::optional<double>>> pct;  // [layer][series]
  std::vector<std::optional<double>> sum;               // the network error
  std::vector<std::optional<double>> cancellation_index;
};
Contributions contributions_of(const ReportInput& input, const QuantityTable& table);

}  // namespace assay::report
