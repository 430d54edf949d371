// SPDX-License-Identifier: Apache-2.0
// The statistics of docs/metrics.md over the rows of one group.
#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "experiments/compare.h"

namespace assay {
namespace {

// A bound of 5 % includes 5 % exactly, as 105 for 100 or 1.05 for 1: the slack is above the
// rounding of a division and far below any measurement.
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

double pairs(double n) { return n * (n - 1) / 2; }

// Pairs of equal values in a sorted list.
template <class T>
double tied_pairs(const std::vector<T>& sorted) {
  double sum = 0;
  for (std::size_t i = 0; i < sorted.size();) {
    std::size_t end = i;
    while (end < sorted.size() && sorted[end] == sorted[i]) ++end;
    sum += pairs(static_cast<double>(end - i));
    i = end;
  }
  return sum;
}

// Pairs in falling order, found while merging ever longer runs; v is sorted afterwards.
double count_inversions(std::vector<double>* v) {
  double inversions = 0;
  std::vector<double> merged(v->size());
  for (std::size_t width = 1; width < v->size(); width *= 2) {
    for (std::size_t begin = 0; begin < v->size(); begin += 2 * width) {
      const std::size_t middle = std::min(begin + width, v->size());
      const std::size_t end = std::min(begin + 2 * width, v->size());
      std::size_t left = begin;
      std::size_t right = middle;
      for (std::size_t out = begin; out < end; ++out) {
        if (left < middle && (right >= end || (*v)[left] <= (*v)[right])) {
          merged[out] = (*v)[left++];
        } else {
          inversions += static_cast<double>(middle - left);
          merged[out] = (*v)[right++];
        }
      }
    }
    v->swap(merged);
  }
  return inversions;
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

// Knight (1966): sort by x, then count the exchanges that sort by y; n log n.
std::optional<double> kendall_tau_b(const std::vector<double>& x, const std::vector<double>& y) {
  if (x.size() != y.size()) throw std::invalid_argument("kendall_tau_b: lengths differ");
  std::vector<std::pair<double, double>> points;
  for (std::size_t i = 0; i < x.size(); ++i) points.emplace_back(x[i], y[i]);
  std::sort(points.begin(), points.end());
  std::vector<double> first;
  std::vector<double> second;
  for (const auto& p : points) {
    first.push_back(p.first);
    second.push_back(p.second);
  }
  const double tied_both = tied_pairs(points);
  const double tied_x = tied_pairs(first);
  const double discordant = count_inversions(&second);  // sorts it
  const double tied_y = tied_pairs(second);
  const double all = pairs(static_cast<double>(x.size()));
  if (all == tied_x || all == tied_y) return std::nullopt;
  const double concordant = all - tied_x - tied_y + tied_both - discordant;
  return (concordant - discordant) / (std::sqrt(all - tied_x) * std::sqrt(all - tied_y));
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
