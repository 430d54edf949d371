// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "core/statistics.h"
#include "experiments/explore/trust.h"

namespace assay {
namespace {

struct Pair {
  double difference;  // relative
  bool kept;
};

std::vector<Pair> pairs_of(const std::vector<Judged>& d) {
  std::vector<Pair> pairs;
  for (std::size_t i = 0; i < d.size(); ++i)
    for (std::size_t j = i + 1; j < d.size(); ++j) {
      const double p = d[i].predicted - d[j].predicted, e = d[i].executed - d[j].executed;
      const double least = std::min(d[i].predicted, d[j].predicted);
      if (p != 0 && least > 0) pairs.push_back({std::abs(p) / least, p * e > 0});
    }
  return pairs;
}

std::optional<double> tau_b(const std::vector<Judged>& d) {
  std::vector<double> predicted, executed;
  for (const Judged& x : d) {
    predicted.push_back(x.predicted);
    executed.push_back(x.executed);
  }
  return kendall_tau_b(predicted, executed);
}

std::optional<double> resolution(std::vector<Pair> pairs) {
  constexpr double kKept = 0.95;
  if (pairs.size() < kLeastPairs) return std::nullopt;
  std::sort(pairs.begin(), pairs.end(),
            [](const Pair& a, const Pair& b) { return a.difference > b.difference; });
  std::optional<double> least;
  std::size_t kept = 0;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    kept += pairs[i].kept ? 1 : 0;
    const bool last_of_equals =
        i + 1 == pairs.size() || pairs[i + 1].difference < pairs[i].difference;
    if (last_of_equals && i + 1 >= kLeastPairs &&
        static_cast<double>(kept) >= kKept * static_cast<double>(i + 1))
      least = 100 * pairs[i].difference;
  }
  return least;
}

}  // namespace

Trust judge(const std::vector<Judged>& designs, std::size_t chosen) {
  Trust t;
  t.designs = designs.size();
  if (designs.empty()) return t;
  const auto pairs = pairs_of(designs);
  t.pairs = pairs.size();
  t.tau_b = tau_b(designs);
  t.resolution_pct = resolution(pairs);
  double least = designs[0].executed;
  for (const Judged& d : designs) least = std::min(least, d.executed);
  if (least > 0 && chosen < designs.size())
    t.regret_pct = 100 * (designs[chosen].executed / least - 1);
  return t;
}

}  // namespace assay
