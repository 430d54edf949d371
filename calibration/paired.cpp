// SPDX-License-Identifier: Apache-2.0
// Everything of errors.h that compares: predictors, causes, designs.
#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <random>
#include <set>
#include <string>

#include "calibration/problem.h"
#include "calibration/samples.h"
#include "core/statistics.h"

namespace assay::calibration {
namespace {

constexpr std::size_t kLeastForTest = 5;
constexpr std::size_t kMostEnumerated = 16;
constexpr int kRandomFlips = 20000;

double absolute_ln(const ErrorSample& s) { return std::abs(std::log(s.predicted / s.measured)); }

// Share of the sign patterns of the groups whose sum is at least as far from 0.
double sign_flip_p(const std::vector<double>& sums, std::uint64_t seed) {
  const double total = std::abs(std::accumulate(sums.begin(), sums.end(), 0.0));
  double scale = 0;
  for (const double s : sums) scale += std::abs(s);
  const double least = total - 1e-12 * scale;  // sums in another order round differently
  const auto as_far = [&](const auto& negative) {
    double sum = 0;
    for (std::size_t g = 0; g < sums.size(); ++g) sum += negative(g) ? -sums[g] : sums[g];
    return std::abs(sum) >= least;
  };
  if (sums.size() <= kMostEnumerated) {
    const std::uint64_t patterns = std::uint64_t{1} << sums.size();
    std::uint64_t far = 0;
    for (std::uint64_t p = 0; p < patterns; ++p)
      far += as_far([p](std::size_t g) { return (p >> g & 1U) != 0; }) ? 1U : 0U;
    return static_cast<double>(far) / static_cast<double>(patterns);
  }
  std::mt19937_64 random(seed);
  int far = 1;  // the pattern that was seen
  for (int i = 0; i < kRandomFlips; ++i)
    far += as_far([&random](std::size_t) { return random() >> 63U != 0; }) ? 1 : 0;
  return static_cast<double>(far) / (kRandomFlips + 1);
}

std::size_t least(const std::vector<ErrorSample>& s, const std::vector<std::size_t>& of,
                  double ErrorSample::*value) {
  return *std::min_element(of.begin(), of.end(),
                           [&](std::size_t a, std::size_t b) { return s[a].*value < s[b].*value; });
}

}  // namespace

void check_samples(const std::vector<ErrorSample>& samples) {
  if (samples.empty()) throw ProblemError(Fault::size_mismatch, "there is nothing to compare");
  std::set<std::string> ids;
  for (const ErrorSample& s : samples) {
    const std::string of = " of '" + s.id + "'";
    if (!ids.insert(s.id).second)
      throw ProblemError(Fault::duplicate_id, "sample '" + s.id + "' is there twice");
    if (!std::isfinite(s.predicted) || !std::isfinite(s.measured))
      throw ProblemError(Fault::not_finite, "a value" + of + " is not a finite number");
    if (s.measured <= 0)
      throw ProblemError(Fault::nonpositive_measurement,
                         "the measurement" + of + " is not positive");
    if (s.predicted <= 0)
      throw ProblemError(Fault::nonpositive_prediction, "the prediction" + of + " is not positive");
  }
}

std::vector<std::vector<std::size_t>> grouped(const std::vector<ErrorSample>& samples) {
  std::map<std::string, std::size_t> place;
  std::vector<std::vector<std::size_t>> groups;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const auto [at, is_new] = place.emplace(samples[i].group, groups.size());
    if (is_new) groups.emplace_back();
    groups[at->second].push_back(i);
  }
  return groups;
}

PairedComparison compare_predictors(const std::vector<ErrorSample>& a,
                                    const std::vector<ErrorSample>& b, std::uint64_t seed) {
  check_samples(a);
  check_samples(b);
  std::map<std::string, const ErrorSample*> of_b;
  for (const ErrorSample& s : b) of_b[s.id] = &s;
  PairedComparison result;
  result.n = static_cast<int>(a.size());
  std::vector<double> sums;
  for (const auto& members : grouped(a)) {
    sums.push_back(0);
    for (const std::size_t i : members) {
      const auto found = of_b.find(a[i].id);
      if (a.size() != b.size() || found == of_b.end() || found->second->group != a[i].group ||
          found->second->measured != a[i].measured)
        throw ProblemError(Fault::size_mismatch,
                           "both predictors need the same observations: '" + a[i].id + "'");
      sums.back() += absolute_ln(*found->second) - absolute_ln(a[i]);
    }
  }
  result.groups = static_cast<int>(sums.size());
  result.mean_difference_ln = std::accumulate(sums.begin(), sums.end(), 0.0) / result.n;
  if (sums.size() >= kLeastForTest) result.p_value = sign_flip_p(sums, seed);
  return result;
}

Attribution attribute(const std::vector<PricedCount>& counts) {
  Attribution all;
  std::vector<double> errors;
  for (const PricedCount& c : counts) {
    const double count_error = c.predicted_count - c.true_count;
    const double price_error = c.predicted_price - c.true_price;
    all.parts.push_back({c.component, count_error * c.true_price, c.true_count * price_error,
                         count_error * price_error});
    all.predicted += c.predicted_count * c.predicted_price;
    all.measured += c.true_count * c.true_price;
    const Attribution::Part& p = all.parts.back();
    errors.insert(errors.end(), {p.counts, p.prices, p.interaction});
  }
  all.cancellation_index = cancellation_index(errors);
  return all;
}

Decision decide(const std::vector<ErrorSample>& designs) {
  check_samples(designs);
  Decision d;
  d.designs = static_cast<int>(designs.size());
  std::vector<double> taus;
  double regret = 0, squares = 0;
  int freedom = 0;
  for (const auto& members : grouped(designs)) {
    ++d.groups;
    const double chosen = designs[least(designs, members, &ErrorSample::predicted)].measured;
    const double best = designs[least(designs, members, &ErrorSample::measured)].measured;
    regret += 100 * (chosen - best) / best;
    std::vector<double> predicted, measured, ln;
    for (const std::size_t i : members) {
      predicted.push_back(designs[i].predicted);
      measured.push_back(designs[i].measured);
      ln.push_back(std::log(designs[i].predicted / designs[i].measured));
    }
    if (const auto tau = kendall_tau_b(predicted, measured)) taus.push_back(*tau);
    const double shared = mean(ln);
    for (const double x : ln) squares += (x - shared) * (x - shared);
    freedom += static_cast<int>(ln.size()) - 1;
  }
  d.regret_pct = regret / d.groups;
  if (!taus.empty()) d.kendall_tau_b = mean(taus);
  if (freedom > 0)
    d.resolvable_pct = 100 * std::expm1(1.64 * std::sqrt(2.0) * std::sqrt(squares / freedom));
  return d;
}

}  // namespace assay::calibration
