// SPDX-License-Identifier: Apache-2.0
#include "core/statistics.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

namespace assay {
namespace {

// A bound of 5 % includes 5 % exactly, as 105 for 100 or 1.05 for 1: the slack is above the
// rounding of a division and far below any measurement.
constexpr double kSlackPct = 1e-9;

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

}  // namespace

double mean(const std::vector<double>& v) {
  double sum = 0;
  for (const double x : v) sum += x;
  return sum / static_cast<double>(v.size());
}

double median(std::vector<double> v) {
  const auto half = v.begin() + static_cast<std::ptrdiff_t>(v.size() / 2);
  std::nth_element(v.begin(), half, v.end());
  if (v.size() % 2 == 1) return *half;
  const double below = *std::max_element(v.begin(), half);
  return below + (*half - below) / 2;
}

double p90(std::vector<double> v) {
  const auto rank = v.begin() + static_cast<std::ptrdiff_t>((9 * v.size() + 9) / 10 - 1);
  std::nth_element(v.begin(), rank, v.end());
  return *rank;
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
  return (concordant - discordant) / std::sqrt((all - tied_x) * (all - tied_y));
}

}  // namespace assay
