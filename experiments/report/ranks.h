// SPDX-License-Identifier: Apache-2.0
// Whether the prediction puts things into the right order: layers of a network, and designs (the
// variants of one level) that run the same network (docs/metrics.md, "Ranks and regret").
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "experiments/report/view.h"

namespace assay::report {

struct RankedLayer {
  std::string layer;
  double predicted = 0, measured = 0;
  int predicted_rank = 0, measured_rank = 0;  // 1: the largest; equal values share the better rank
};

struct LayerRanks {
  std::vector<RankedLayer> layers;  // by measured rank
  std::optional<double> tau_b;
  // Measured values closer than their joint uncertainty (1.96 times) count as equal; absent where
  // the uncertainty is unknown or equals nothing.
  std::optional<double> tau_b_beyond_noise;
  int pairs_in_noise = 0;
  int k = 0,
      top_shared = 0;  // how many of the k largest measured are among the k largest predicted
  // Smallest relative difference of predictions that is in the measured order with 95 %
  // confidence: 1.64 sqrt(2) standard deviations of ln(p / m), a common factor cancelling.
  std::optional<double> resolvable_pct;
};
LayerRanks layer_ranks(const ReportInput& input, const ErrorStatistics& statistics);

// Designs of one network, each measured for itself: what choosing by prediction would cost.
struct Choice {
  std::string level, quantity, workload;
  std::int64_t batch = 1;
  std::vector<std::string> designs;         // "chip" or "chip variant"
  std::vector<double> predicted, measured;  // of the network
  std::string picked, best;
  double regret_pct = 0;  // measured of the picked over the best, minus 1
  // Why there is no regret, e.g. sums over different layers; then nothing is picked. Empty: there
  // is.
  std::string left_out;
};
// Where at least two designs have measurements of their own. Variants of one chip are compared with
// one and the same measurement, which is no choice.
std::vector<Choice> choices_of(const ReportInput& input);

// Kendall's tau-b where pairs of y closer than `within` of them are ties; x and y of equal length.
std::optional<double> tau_b_with_ties(const std::vector<double>& x, const std::vector<double>& y,
                                      const std::vector<double>& uncertainty_of_y, int* tied);

}  // namespace assay::report
