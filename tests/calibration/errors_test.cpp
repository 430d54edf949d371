// SPDX-License-Identifier: Apache-2.0
// Error statistics and their intervals, paired comparison, attribution, decisions.
#include "calibration/errors.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>

#include "calibration/problem.h"
#include "tests/calibration/synthetic.h"

namespace assay::calibration {
namespace {

using boost::test_tools::tolerance;

// `of_each` samples in each of some groups, with an error that the group shares and one of its own.
std::vector<ErrorSample> samples(int groups, int of_each, double shared_ln, double own_ln,
                                 std::uint64_t seed) {
  synthetic::Random random(seed);
  std::vector<ErrorSample> all;
  for (int g = 0; g < groups; ++g) {
    const double shared = shared_ln * random.normal();
    for (int i = 0; i < of_each; ++i)
      all.push_back({std::to_string(g) + "/" + std::to_string(i), "g" + std::to_string(g),
                     10 * std::exp(shared + own_ln * random.normal()), 10});
  }
  return all;
}

BOOST_AUTO_TEST_SUITE(errors)

BOOST_AUTO_TEST_CASE(statistics_are_those_of_a_hand_calculation) {
  const ErrorReport r =
      error_report({{"a", "x", 11, 10}, {"b", "x", 8, 10}, {"c", "y", 20, 20}, {"d", "y", 63, 60}});
  BOOST_TEST(r.n == 4);
  BOOST_TEST(r.groups == 2);
  BOOST_TEST(r.mape_pct.value == (10 + 20 + 0 + 5) / 4.0, tolerance(1e-12));
  BOOST_TEST(r.mean_signed_pct.value == (10 - 20 + 0 + 5) / 4.0, tolerance(1e-12));
  BOOST_TEST(r.median_signed_pct.value == 2.5, tolerance(1e-12));
  BOOST_TEST(r.geometric_mean_ratio.value == std::pow(1.1 * 0.8 * 1.05, 0.25), tolerance(1e-12));
  BOOST_TEST(r.p90_abs_pct.value == 20, tolerance(1e-12));
  BOOST_TEST(r.max_abs_pct == 20, tolerance(1e-12));
  BOOST_TEST(r.worst == "b");
  BOOST_TEST(r.within_5_pct == 50);
  BOOST_TEST(r.within_10_pct == 75);
  BOOST_TEST(r.within_20_pct == 100);
  BOOST_TEST(r.kendall_tau_b.value() == 5 / std::sqrt(30.0), tolerance(1e-12));
  BOOST_TEST(r.interval_method == "range, one of 2 groups left out");
  BOOST_TEST(r.mape_pct.low.value() == 2.5, tolerance(1e-12));
  BOOST_TEST(r.mape_pct.high.value() == 15, tolerance(1e-12));
}

BOOST_AUTO_TEST_CASE(one_group_has_no_interval) {
  const ErrorReport r = error_report(samples(1, 30, 0, 0.1, 1));
  BOOST_TEST(r.interval_method == "none: one group");
  BOOST_TEST(!r.mape_pct.low.has_value());
  BOOST_TEST(!r.rms_ln.high.has_value());
}

BOOST_AUTO_TEST_CASE(bootstrap_repeats_itself_for_a_seed) {
  const auto s = samples(8, 5, 0.1, 0.05, 2);
  const ErrorReport a = error_report(s, 7), b = error_report(s, 7), c = error_report(s, 8);
  BOOST_TEST(a.interval_method == "cluster bootstrap over 8 groups, B = 2000, seed 7");
  BOOST_TEST(a.mape_pct.low.value() == b.mape_pct.low.value());
  BOOST_TEST(a.rms_ln.high.value() == b.rms_ln.high.value());
  BOOST_TEST(a.geometric_mean_ratio.low.value() != c.geometric_mean_ratio.low.value());
  BOOST_TEST((a.mape_pct.low.value() < a.mape_pct.value));
  BOOST_TEST((a.mape_pct.value < a.mape_pct.high.value()));
}

// Sixteen groups that share an error of 10 %: an interval that draws single records would be four
// times too narrow.
BOOST_AUTO_TEST_CASE(bootstrap_draws_groups_and_not_records) {
  int covered = 0, as_records = 0;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    auto s = samples(16, 20, 0.1, 0.03, seed);
    const auto holds = [&](std::uint64_t boot) {
      const Statistic g = error_report(s, boot, 300).geometric_mean_ratio;
      return g.low.value() <= 1 && 1 <= g.high.value() ? 1 : 0;
    };
    covered += holds(seed);
    for (ErrorSample& x : s) x.group = x.id;
    as_records += holds(seed);
  }
  BOOST_TEST_MESSAGE("the true mean ratio is inside 95 % intervals "
                     << covered << " of 200 times by groups, " << as_records << " by records");
  BOOST_TEST(covered >= 175);
  BOOST_TEST(as_records < 130);
}

BOOST_AUTO_TEST_CASE(refuses_samples_that_have_no_ratio) {
  const auto refused = [](Fault fault, const std::vector<ErrorSample>& s) {
    BOOST_CHECK_EXCEPTION(error_report(s), ProblemError,
                          [&](const ProblemError& e) { return e.fault == fault; });
  };
  refused(Fault::size_mismatch, {});
  refused(Fault::nonpositive_measurement, {{"a", "x", 1, 0}});
  refused(Fault::nonpositive_prediction, {{"a", "x", 0, 1}});
  refused(Fault::not_finite, {{"a", "x", std::numeric_limits<double>::quiet_NaN(), 1}});
  refused(Fault::duplicate_id, {{"a", "x", 1, 1}, {"a", "y", 1, 1}});
}

// b's errors are those of a times a factor per group.
std::vector<ErrorSample> worse(std::vector<ErrorSample> s, const std::vector<double>& factors) {
  for (ErrorSample& x : s) {
    const auto g = static_cast<std::size_t>(std::stoi(x.group.substr(1)));
    x.predicted = x.measured * std::pow(x.predicted / x.measured, factors[g]);
  }
  return s;
}

BOOST_AUTO_TEST_CASE(sign_flips_of_five_groups_are_counted_exactly) {
  const auto a = samples(5, 4, 0.05, 0.05, 3);
  const PairedComparison all = compare_predictors(a, worse(a, {2, 2, 2, 2, 2}));
  BOOST_TEST(all.n == 20);
  BOOST_TEST(all.groups == 5);
  BOOST_TEST(all.mean_difference_ln > 0);
  BOOST_TEST(all.p_value.value() == 2 / 32.0);  // all one way, or all the other
  BOOST_TEST(compare_predictors(a, a).p_value.value() == 1);
  const PairedComparison back = compare_predictors(worse(a, {2, 2, 2, 2, 2}), a);
  BOOST_TEST(back.mean_difference_ln == -all.mean_difference_ln, tolerance(1e-12));
  BOOST_TEST(back.p_value.value() == all.p_value.value());
  const auto four = samples(4, 4, 0.05, 0.05, 3);
  BOOST_TEST(!compare_predictors(four, worse(four, {2, 2, 2, 2})).p_value.has_value());
}

BOOST_AUTO_TEST_CASE(sign_flips_of_many_groups_agree_with_the_exact_count) {
  const auto a = samples(17, 3, 0.1, 0.05, 4);
  std::vector<double> factors(17, 0.6);
  for (std::size_t g = 0; g < 11; ++g) factors[g] = 1.5;
  const PairedComparison c = compare_predictors(a, worse(a, factors), 1);
  BOOST_TEST(c.p_value.value() == compare_predictors(a, worse(a, factors), 1).p_value.value());
  const double other = compare_predictors(a, worse(a, factors), 2).p_value.value();
  BOOST_TEST(std::abs(c.p_value.value() - other) < 0.02);
  BOOST_TEST(c.p_value.value() > 0);
}

// The test's level: predictors that differ by chance are told apart in 5 % of trials.
BOOST_AUTO_TEST_CASE(sign_flips_of_groups_keep_their_level) {
  int groups = 0, records = 0;
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    auto a = samples(10, 8, 0.1, 0.02, seed), b = samples(10, 8, 0.1, 0.02, seed + 1000);
    const auto rejects = [&] { return compare_predictors(a, b).p_value.value() <= 0.05 ? 1 : 0; };
    groups += rejects();
    if (seed > 100) continue;  // 20,000 patterns of 80 records each
    for (auto* s : {&a, &b})
      for (ErrorSample& x : *s) x.group = x.id;
    records += rejects();
  }
  BOOST_TEST_MESSAGE("rejected at 5 %: " << groups / 4.0 << " % by groups, " << records
                                         << " % by records");
  BOOST_TEST(groups <= 32);  // 8 %
  BOOST_TEST(groups >= 8);
  BOOST_TEST(records > 30);
}

BOOST_AUTO_TEST_CASE(predictors_are_paired_by_observation) {
  const auto a = samples(5, 2, 0.05, 0.05, 5);
  auto b = worse(a, {2, 1, 1, 1, 1});
  const double d = compare_predictors(a, b).mean_difference_ln;
  std::reverse(b.begin(), b.end());
  BOOST_TEST(compare_predictors(a, b).mean_difference_ln == d, tolerance(1e-12));
  b.back().id = "another";
  BOOST_CHECK_THROW(compare_predictors(a, b), ProblemError);
  b.pop_back();
  BOOST_CHECK_THROW(compare_predictors(a, b), ProblemError);
}

BOOST_AUTO_TEST_CASE(attribution_adds_up) {
  const Attribution t =
      attribute({{"mac", 110, 100, 2, 2}, {"dram", 50, 50, 90, 100}, {"glb", 20, 10, 3, 2}});
  BOOST_TEST(t.parts[0].counts == 20);
  BOOST_TEST(t.parts[0].prices == 0);
  BOOST_TEST(t.parts[1].prices == -500);
  BOOST_TEST(t.parts[2].interaction == 10);
  double sum = 0, absolute = 0;
  for (const Attribution::Part& p : t.parts) {
    sum += p.counts + p.prices + p.interaction;
    absolute += std::abs(p.counts) + std::abs(p.prices) + std::abs(p.interaction);
  }
  BOOST_TEST(t.predicted - t.measured == sum, tolerance(1e-12));
  BOOST_TEST(t.cancellation_index.value() == 1 - std::abs(sum) / absolute, tolerance(1e-12));
  BOOST_TEST(!attribute({{"mac", 1, 1, 2, 2}}).cancellation_index.has_value());
}

BOOST_AUTO_TEST_CASE(an_error_that_all_designs_share_decides_nothing) {
  const std::vector<double> costs{10, 11, 12, 14, 13};
  std::vector<ErrorSample> s;
  for (std::size_t i = 0; i < costs.size(); ++i)
    s.push_back({std::to_string(i), "net", 1.4 * costs[i], costs[i]});
  const Decision d = decide(s);
  BOOST_TEST(d.kendall_tau_b.value() == 1, tolerance(1e-12));
  BOOST_TEST(d.regret_pct == 0);
  BOOST_TEST(std::abs(d.resolvable_pct.value()) < 1e-9);
  BOOST_TEST(d.designs == 5);
}

BOOST_AUTO_TEST_CASE(regret_is_what_the_chosen_design_costs_more) {
  const Decision d = decide({{"a", "x", 9, 12},
                             {"b", "x", 10, 10},
                             {"c", "y", 1, 3},
                             {"d", "y", 2, 4},
                             {"e", "z", 5, 5}});
  BOOST_TEST(d.groups == 3);
  BOOST_TEST(d.regret_pct == (20 + 0 + 0) / 3.0, tolerance(1e-12));
  BOOST_TEST(d.kendall_tau_b.value() == 0);  // -1 and +1; one design has none
  BOOST_TEST(d.resolvable_pct.has_value());
  BOOST_TEST(!decide({{"e", "z", 5, 5}}).resolvable_pct.has_value());
  BOOST_TEST(!decide({{"e", "z", 5, 5}}).kendall_tau_b.has_value());
}

BOOST_AUTO_TEST_CASE(designs_closer_than_what_is_resolvable_are_often_confused) {
  synthetic::Random random(6);
  std::vector<ErrorSample> s;
  for (int i = 0; i < 4000; ++i)
    s.push_back({std::to_string(i), "net" + std::to_string(i / 400),
                 100 * std::exp(0.03 * random.normal()), 100});
  const double resolvable = decide(s).resolvable_pct.value();
  int wrong = 0, pairs = 0;  // of two designs that differ by just that much, one-sided 5 %
  for (std::size_t i = 0; i + 1 < s.size(); i += 2, ++pairs)
    wrong += s[i].predicted * (1 + resolvable / 100) < s[i + 1].predicted ? 1 : 0;
  BOOST_TEST_MESSAGE("resolvable " << resolvable << " %: confused in " << wrong << " of " << pairs);
  BOOST_TEST(resolvable == 100 * std::expm1(1.64 * std::sqrt(2) * 0.03), tolerance(0.05));
  BOOST_TEST(wrong > 0.03 * pairs);
  BOOST_TEST(wrong < 0.07 * pairs);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace assay::calibration
