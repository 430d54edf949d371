// SPDX-License-Identifier: Apache-2.0
// How well a measured value is known, from what its record states: the spread of replicates, the
// instrument's floor, and how far the figure was rounded or read off a plot
// (`<quantity>_half_width`). A prediction cannot be judged more finely than that. What is not
// stated is unknown, not 0 (docs/metrics.md, "Noise floor").
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "experiments/report/view.h"

namespace assay::report {

// Standard uncertainty of one measured value in per cent, and what it is made of.
struct Uncertainty {
  double pct = 0;
  std::string of;  // "rounding", "replicates, instrument"
};
// Absent where the record states nothing of it.
std::optional<Uncertainty> uncertainty_of(const Record& measured, const std::string& quantity);

// The measured record behind a row; null for sums.
const Record* measured_record(const ReportInput& input, const ComparedRow& row);

// Of a group: a perfect prediction would have this error.
struct NoiseFloor {
  double rms_ln = 0;  // root of the mean of the squares of the layers' uncertainties
  double excess_rms_ln =
      0;                    // what of the error it does not explain: sqrt(rms_ln^2 - floor^2), or 0
  std::string of;           // what it is made of
  std::vector<double> pct;  // of each layer, in the order of the rows
};
// Absent, with the reason, where some layer's uncertainty is unknown.
struct NoiseResult {
  std::optional<NoiseFloor> floor;
  std::string unknown;  // "of 5 layers, 5 state neither ..."
};
NoiseResult noise_floor(const ReportInput& input, const ErrorStatistics& statistics);

}  // namespace assay::report
