// SPDX-License-Identifier: Apache-2.0
#include "calibration/errors.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <random>
#include <set>

#include "calibration/problem.h"
#include "calibration/samples.h"
#include "core/statistics.h"

namespace assay::calibration {
namespace {

constexpr std::size_t kLeastForBootstrap = 5;
constexpr std::size_t kStatistics = 6;

using Values = std::array<double, kStatistics>;

struct Errors {
  std::vector<double> signed_pct, absolute_pct, ln;
  void clear() {
    signed_pct.clear();
    absolute_pct.clear();
    ln.clear();
  }
  void append(const Errors& more) {
    const auto add = [](std::vector<double>* to, const std::vector<double>& from) {
      to->insert(to->end(), from.begin(), from.end());
    };
    add(&signed_pct, more.signed_pct);
    add(&absolute_pct, more.absolute_pct);
    add(&ln, more.ln);
  }
  void append(const ErrorSample& s) {
    signed_pct.push_back(100.0 * ((s.predicted - s.measured) / s.measured));
    absolute_pct.push_back(std::abs(signed_pct.back()));
    ln.push_back(std::log(s.predicted / s.measured));
  }
};

// In the order of `statistics_of` below.
Values values(const Errors& e) {
  double squares = 0;
  for (const double x : e.ln) squares += x * x;
  return {mean(e.absolute_pct),
          median(e.signed_pct),
          mean(e.signed_pct),
          std::exp(mean(e.ln)),
          std::sqrt(squares / static_cast<double>(e.ln.size())),
          p90(e.absolute_pct)};
}

std::array<Statistic*, kStatistics> statistics_of(ErrorReport* r) {
  return {&r->mape_pct, &r->median_signed_pct, &r->mean_signed_pct, &r->geometric_mean_ratio,
          &r->rms_ln,   &r->p90_abs_pct};
}

// Groups drawn with replacement, as many as there are.
std::vector<Values> bootstrap(const std::vector<Errors>& groups, std::uint64_t seed,
                              int replicates) {
  std::mt19937_64 random(seed);
  std::vector<Values> drawn;
  Errors sample;
  for (int b = 0; b < replicates; ++b) {
    sample.clear();
    for (std::size_t g = 0; g < groups.size(); ++g)
      sample.append(groups[below(&random, groups.size())]);
    drawn.push_back(values(sample));
  }
  return drawn;
}

std::vector<Values> each_left_out(const std::vector<Errors>& groups) {
  std::vector<Values> all;
  for (std::size_t out = 0; out < groups.size(); ++out) {
    Errors sample;
    for (std::size_t g = 0; g < groups.size(); ++g)
      if (g != out) sample.append(groups[g]);
    all.push_back(values(sample));
  }
  return all;
}

// The values between which all but `outside` lie, half of it at each end; nearest rank.
void set_interval(std::vector<double> v, double outside, Statistic* s) {
  std::sort(v.begin(), v.end());
  const auto n = static_cast<double>(v.size());
  const auto low = static_cast<std::size_t>(std::max(std::ceil(outside / 2 * n), 1.0));
  s->low = v[low - 1];
  s->high = v[v.size() - low];
}

void set_intervals(const std::vector<Values>& found, double outside, ErrorReport* report) {
  const auto statistics = statistics_of(report);
  for (std::size_t k = 0; k < kStatistics; ++k) {
    std::vector<double> v;
    for (const Values& x : found) v.push_back(x[k]);
    set_interval(std::move(v), outside, statistics[k]);
  }
}

void add_intervals(const std::vector<Errors>& groups, std::uint64_t seed, int replicates,
                   ErrorReport* report) {
  if (groups.size() >= kLeastForBootstrap && replicates > 0) {
    report->interval_method = fmt::format("cluster bootstrap over {} groups, B = {}, seed {}",
                                          groups.size(), replicates, seed);
    set_intervals(bootstrap(groups, seed, replicates), 0.05, report);
  } else if (groups.size() >= 2) {
    report->interval_method = fmt::format("range, one of {} groups left out", groups.size());
    set_intervals(each_left_out(groups), 0, report);
  } else {
    report->interval_method = "none: one group";
  }
}

}  // namespace

ErrorReport error_report(const std::vector<ErrorSample>& samples, std::uint64_t seed,
                         int replicates) {
  check_samples(samples);
  std::vector<Errors> groups;
  for (const auto& members : grouped(samples)) {
    groups.emplace_back();
    for (const std::size_t i : members) groups.back().append(samples[i]);
  }
  Errors all;
  std::vector<double> predicted, measured;
  for (const ErrorSample& s : samples) {
    all.append(s);
    predicted.push_back(s.predicted);
    measured.push_back(s.measured);
  }
  ErrorReport r;
  r.n = static_cast<int>(samples.size());
  r.groups = static_cast<int>(groups.size());
  const Values v = values(all);
  const auto statistics = statistics_of(&r);
  for (std::size_t k = 0; k < kStatistics; ++k) statistics[k]->value = v[k];
  const auto worst = std::max_element(all.absolute_pct.begin(), all.absolute_pct.end());
  r.max_abs_pct = *worst;
  r.worst = samples[static_cast<std::size_t>(worst - all.absolute_pct.begin())].id;
  r.within_5_pct = share_within(all.absolute_pct, 5);
  r.within_10_pct = share_within(all.absolute_pct, 10);
  r.within_20_pct = share_within(all.absolute_pct, 20);
  r.kendall_tau_b = kendall_tau_b(predicted, measured);
  r.cancellation_index = cancellation_index(all.ln);
  add_intervals(groups, seed, replicates, &r);
  return r;
}

}  // namespace assay::calibration
