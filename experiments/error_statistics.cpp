// SPDX-License-Identifier: Apache-2.0
// The statistics of docs/metrics.md over the rows of one group.
#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>

#include "core/statistics.h"
#include "experiments/compare.h"

namespace assay {

double pct(double ln_ratio) { return 100.0 * std::expm1(ln_ratio); }

bool adds_up(const std::string& quantity) {
  static const std::array<const char*, 21> kUnits = {
      "operations", "cycles", "s",        "ms",       "us",   "ns", "b",  "kb", "mb", "gb", "bytes",
      "bits",       "words",  "elements", "accesses", "macs", "pj", "nj", "uj", "mj", "j"};
  static const std::array<const char*, 7> kNotSums = {"peak_",   "max_",      "min_",   "mean_",
                                                      "median_", "capacity_", "active_"};
  if (quantity.find("_per_") != std::string::npos) return false;
  for (const char* prefix : kNotSums)
    if (quantity.rfind(prefix, 0) == 0) return false;
  const std::size_t last = quantity.rfind('_');
  const std::string unit = last == std::string::npos ? quantity : quantity.substr(last + 1);
  if (last == std::string::npos) return unit == "cycles" || unit == "macs" || unit == "operations";
  return std::find(kUnits.begin(), kUnits.end(), unit) != kUnits.end();
}

ErrorStatistics error_statistics(const std::vector<ComparedRow>& layers) {
  if (layers.empty()) throw std::invalid_argument("error_statistics: no rows");
  std::vector<double> predicted;
  std::vector<double> measured;
  std::vector<double> signed_pct;
  std::vector<double> absolute_pct;
  std::vector<double> ln;
  std::vector<double> ln_squared;
  for (const ComparedRow& row : layers) {
    predicted.push_back(row.predicted);
    measured.push_back(row.measured);
    signed_pct.push_back(100.0 * ((row.predicted - row.measured) / row.measured));
    absolute_pct.push_back(std::abs(signed_pct.back()));
    ln.push_back(row.ln_ratio);
    ln_squared.push_back(row.ln_ratio * row.ln_ratio);
  }
  const ComparedRow& first = layers.front();
  ErrorStatistics s;
  s.level = first.level;
  s.variant = first.variant;
  s.chip = first.chip;
  s.workload = first.workload;
  s.quantity = first.quantity;
  s.batch = first.batch;
  s.n = static_cast<int>(layers.size());
  s.mean_signed_pct = mean(signed_pct);
  s.median_signed_pct = median(signed_pct);
  s.mape_pct = mean(absolute_pct);
  s.geometric_mean_ratio = std::exp(mean(ln));
  s.rms_ln = std::sqrt(mean(ln_squared));
  s.p90_abs_pct = p90(absolute_pct);
  const auto worst = std::max_element(absolute_pct.begin(), absolute_pct.end());
  s.max_abs_pct = *worst;
  s.worst_layer = layers[static_cast<std::size_t>(worst - absolute_pct.begin())].layer;
  s.share_within_5_pct = share_within(absolute_pct, 5);
  s.share_within_10_pct = share_within(absolute_pct, 10);
  s.share_within_20_pct = share_within(absolute_pct, 20);
  s.kendall_tau_b = kendall_tau_b(predicted, measured);
  s.cancellation_index = cancellation_index(ln);
  return s;
}

}  // namespace assay
