// SPDX-License-Identifier: Apache-2.0
// The statistics of docs/metrics.md over the rows of one group.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <stdexcept>

#include "experiments/compare.h"

namespace assay {
namespace {

// A bound of 5 % includes 5 % exactly, as 105 for 100 or 1.05 for 1: the slack is above the rounding of a division and far
// below any measurement.
constexpr double kSlackPct = 1e-9;

double mean(const std::vector<double>& v) {
  double sum = 0;
  for (const double x : v) sum += x;
  return sum / static_cast<double>(v.size());
}

// The middle value, or the mean of the two in the middle.
double median(std::vector<double> v) {
  std::sort(v.begin(), v.end());
  const std::size_t half = v.size() / 2;
  return v.size() % 2 == 1 ? v[half] : v[half - 1] + (v[half] - v[half - 1]) / 2;
}

// Nearest rank: the smallest value that at least 90 % of the values do not exceed.
double p90(std::vector<double> v) {
  std::sort(v.begin(), v.end());
  return v[(9 * v.size() + 9) / 10 - 1];
}

double share_within(const std::vector<double>& absolute_pct, double bound_pct) {
  const auto inside = std::count_if(absolute_pct.begin(), absolute_pct.end(),
                                    [&](double e) { return e <= bound_pct + kSlackPct; });
  return 100.0 * static_cast<double>(inside) / static_cast<double>(absolute_pct.size());
}

std::optional<double> cancellation_index(const std::vector<double>& errors) {
  double sum = 0;
  double sum_of_absolutes = 0;
  for (const double e : errors) {
    sum += e;
    sum_of_absolutes += std::abs(e);
  }
  if (sum_of_absolutes == 0) return std::nullopt;
  return 1.0 - std::abs(sum) / sum_of_absolutes;
}

}  // namespace

double pct(double ln_ratio) { return 100.0 * std::expm1(ln_ratio); }

bool adds_up(const std::string& quantity) {
  static const std::array<const char*, 20> kUnits = {
      "cycles", "s", "ms", "us", "ns", "b", "kb", "mb", "gb", "bytes",
      "bits", "words", "elements", "accesses", "macs", "pj", "nj", "uj", "mj", "j"};
  static const std::array<const char*, 7> kNotSums = {"peak_", "max_", "min_", "mean_", "median_",
                                                      "capacity_", "active_"};
  if (quantity.find("_per_") != std::string::npos) return false;
  for (const char* prefix : kNotSums)
    if (quantity.rfind(prefix, 0) == 0) return false;
  const std::size_t last = quantity.rfind('_');
  const std::string unit = last == std::string::npos ? quantity : quantity.substr(last + 1);
  if (last == std::string::npos) return unit == "cycles" || unit == "macs";
  return std::find(kUnits.begin(), kUnits.end(), unit) != kUnits.end();
}

std::optional<double> kendall_tau_b(const std::vector<double>& x, const std::vector<double>& y) {
  if (x.size() != y.size()) throw std::invalid_argument("kendall_tau_b: lengths differ");
  double difference = 0;  // concordant minus discordant pairs
  double untied_x = 0;
  double untied_y = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    for (std::size_t j = i + 1; j < x.size(); ++j) {
      const int sx = (x[i] < x[j]) - (x[i] > x[j]);
      const int sy = (y[i] < y[j]) - (y[i] > y[j]);
      difference += sx * sy;
      untied_x += sx * sx;
      untied_y += sy * sy;
    }
  }
  if (untied_x == 0 || untied_y == 0) return std::nullopt;
  return difference / (std::sqrt(untied_x) * std::sqrt(untied_y));
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
