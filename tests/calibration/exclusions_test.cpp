// SPDX-License-Identifier: Apache-2.0
// Each rule fires on a made-up record just beyond its limit, and is silent at the limit.
#include "calibration/exclusions.h"

#include <boost/test/unit_test.hpp>
#include <cmath>

namespace assay::calibration {
namespace {

// Within every rule.
MeasurementFacts fine() {
  return facts_of({{"replicates", 5},
                   {"replicate_spread_pct", 2},
                   {"instrument_floor_pct", 0.5},
                   {"window_ms", 500},
                   {"clock_set_mhz", 200},
                   {"clock_observed_mhz", 200},
                   {"temperature_before_c", 40},
                   {"temperature_after_c", 41}});
}

void fires(const MeasurementFacts& facts, const std::string& rule, bool excludes) {
  const std::vector<Flag> flags = flags_of(facts);
  BOOST_REQUIRE_MESSAGE(flags.size() == 1U, rule << ": " << flags.size() << " flags");
  BOOST_TEST(flags[0].rule == rule);
  BOOST_TEST(!flags[0].reason.empty());
  BOOST_TEST(flags[0].excludes == excludes, rule);
  BOOST_TEST(excluded(flags) == excludes, rule);
}

BOOST_AUTO_TEST_SUITE(exclusions)

BOOST_AUTO_TEST_CASE(a_good_measurement_has_no_flag) {
  BOOST_TEST(flags_of(fine()).empty());
  BOOST_TEST(not_stated(fine()).empty());
}

BOOST_AUTO_TEST_CASE(a_window_below_the_limit_is_flagged_and_one_at_it_is_not) {
  MeasurementFacts f = fine();
  f.window_ms = 100;
  BOOST_TEST(flags_of(f).empty());
  f.window_ms = 99.9;
  fires(f, "window", true);
}

BOOST_AUTO_TEST_CASE(a_clock_that_moved_by_more_than_a_percent_is_flagged) {
  MeasurementFacts f = fine();
  for (const double observed : {198.0, 202.0}) {
    f.clock_observed_mhz = observed;
    BOOST_TEST(flags_of(f).empty(), observed);
  }
  for (const double observed : {197.9, 202.1}) {
    f.clock_observed_mhz = observed;
    fires(f, "clock", true);
  }
}

BOOST_AUTO_TEST_CASE(a_drift_of_more_than_five_degrees_is_flagged_in_both_directions) {
  MeasurementFacts f = fine();
  for (const double after : {35.0, 45.0}) {
    f.temperature_after_c = after;
    BOOST_TEST(flags_of(f).empty(), after);
  }
  for (const double after : {34.5, 45.5}) {
    f.temperature_after_c = after;
    fires(f, "temperature", true);
  }
}

BOOST_AUTO_TEST_CASE(replicates_that_spread_are_flagged) {
  MeasurementFacts f = fine();
  f.spread_pct = 10;
  BOOST_TEST(flags_of(f).empty());
  f.spread_pct = 10.1;
  fires(f, "spread", true);
}

BOOST_AUTO_TEST_CASE(few_replicates_are_a_warning_that_excludes_nothing) {
  MeasurementFacts f = fine();
  f.replicates = 4;
  fires(f, "replicates", false);
}

BOOST_AUTO_TEST_CASE(every_reason_of_a_record_is_kept) {
  MeasurementFacts f = fine();
  f.window_ms = 1;
  f.spread_pct = 50;
  f.replicates = 1;
  const std::vector<Flag> flags = flags_of(f);
  BOOST_TEST(flags.size() == 3U);
  BOOST_TEST(excluded(flags));
}

BOOST_AUTO_TEST_CASE(limits_are_those_of_the_file) {
  MeasurementFacts f = fine();
  ExclusionRules rules;
  rules.window_ms = 1000;
  BOOST_TEST(flags_of(f, rules).size() == 1U);
}

BOOST_AUTO_TEST_CASE(what_is_not_stated_is_not_judged_but_named) {
  BOOST_TEST(flags_of({}).empty());
  BOOST_TEST(not_stated({}).size() == 8U);
  MeasurementFacts f = fine();
  f.clock_observed_mhz = std::nullopt;
  f.clock_set_mhz = 1;
  BOOST_TEST(flags_of(f).empty());
  BOOST_TEST(not_stated(f) == std::vector<std::string>{"clock_observed_mhz"},
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_spread_is_that_of_the_median_and_at_least_the_floor) {
  MeasurementFacts f = fine();
  f.spread_pct = 4;
  f.replicates = 16;
  BOOST_TEST(spread_ln(f) == 0.01);
  f.floor_pct = 3;
  BOOST_TEST(spread_ln(f) == 0.03);
  BOOST_TEST(spread_ln({}) == 0.0);
  BOOST_TEST(spread_ln({}, 2) == 0.02);
}

BOOST_AUTO_TEST_CASE(replicates_become_median_and_robust_spread) {
  // Deviations from 11: 2, 1, 0, 89, 1; their median is 1.
  const Replicates r = summary({9, 10, 11, 100, 12});
  BOOST_TEST(r.n == 5);
  BOOST_TEST(r.median == 11.0);
  BOOST_REQUIRE(r.spread_pct.has_value());
  BOOST_TEST(*r.spread_pct == 100 * 1.4826 * 1 / 11, boost::test_tools::tolerance(1e-12));
  BOOST_TEST(summary({3, 5}).median == 4.0);
  BOOST_TEST(!summary({3}).spread_pct.has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace assay::calibration
