// SPDX-License-Identifier: Apache-2.0
// The statistics behind the report's sections, on cases computed by hand.
#include <boost/test/unit_test.hpp>
#include <cmath>

#include "experiments/report/evidence.h"
#include "experiments/report/figure_series.h"
#include "experiments/report/intervals.h"
#include "experiments/report/noise.h"
#include "experiments/report/ranks.h"
#include "report_fixture.h"

namespace assay::report {
namespace {

const auto kClose = boost::test_tools::tolerance(1e-12);

struct Value {
  std::string workload, layer;
  double predicted, measured;
};

Record one(const std::string& level, const Value& v, double value) {
  Record r;
  r.level = level;
  r.chip = "c";
  r.variant = level == "chip" ? "" : "D";
  r.workload = v.workload;
  r.layer = v.layer;
  r.values["total_ms"] = value;
  return r;
}

ReportInput input_of(const std::vector<Value>& values) {
  ReportInput in;
  in.headline_variant = "D";
  in.headline_quantity = "total_ms";
  for (const Value& v : values) {
    in.predicted.push_back(one("analytical", v, v.predicted));
    in.measured.push_back(one("chip", v, v.measured));
  }
  in.comparison = compare(in.predicted, in.measured, {});
  return in;
}

ReportInput three_layers() {
  return input_of({{"net", "a", 110, 100}, {"net", "b", 90, 100}, {"net", "c", 120, 100}});
}

BoundCheck worst_of_net() {
  BoundCheck b;
  b.quantity = "total_ms";
  b.variant = "D";
  b.statistic = "max_abs_pct";
  b.limit = 50;
  b.chip = "c";
  b.workload = "net";
  return b;
}

Interval of(const Intervals& intervals, const char* statistic) {
  const auto i = intervals.find(statistic);
  BOOST_REQUIRE_MESSAGE(i, statistic);
  return *i;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(report_intervals)

BOOST_AUTO_TEST_CASE(of_one_network_are_the_range_of_leaving_out_a_layer_and_say_so) {
  const ReportInput in = three_layers();
  const Intervals i = intervals_of(in, in.comparison.statistics.front());
  BOOST_TEST(i.method == "range, one of 3 layers left out; of other networks it says nothing");
  BOOST_TEST(of(i, "mape_pct").low == 10.0, kClose);
  BOOST_TEST(of(i, "mape_pct").high == 15.0, kClose);
  BOOST_TEST(of(i, "mean_signed_pct").low == 0.0, kClose);
  BOOST_TEST(of(i, "mean_signed_pct").high == 15.0, kClose);
  BOOST_TEST(of(i, "network_pct").low == 0.0, kClose);
  BOOST_TEST(of(i, "network_pct").high == 15.0, kClose);
}

BOOST_AUTO_TEST_CASE(of_the_network_count_repeats) {
  ReportInput in = three_layers();
  in.predicted[0].repeat = 3;  // 330 of 300
  in.comparison = compare(in.predicted, in.measured, {});
  const Intervals i = intervals_of(in, in.comparison.statistics.front());
  BOOST_TEST(of(i, "network_pct").low == 5.0, kClose);    // without a: 210 of 200
  BOOST_TEST(of(i, "network_pct").high == 12.5, kClose);  // without b: 450 of 400
}

BOOST_AUTO_TEST_CASE(of_one_layer_do_not_exist) {
  const ReportInput in = input_of({{"net", "a", 110, 100}});
  const Intervals i = intervals_of(in, in.comparison.statistics.front());
  BOOST_TEST(i.method == "none: one layer");
  BOOST_TEST(i.of.empty());
}

BOOST_AUTO_TEST_CASE(of_few_networks_are_the_range_of_leaving_out_a_network) {
  const ReportInput in =
      input_of({{"x", "a", 110, 100}, {"y", "a", 120, 100}, {"z", "a", 130, 100}});
  const auto pooled = pooled_statistics(in);
  BOOST_REQUIRE(pooled.size() == 1U);
  BOOST_TEST(pooled[0].networks == 3);
  BOOST_TEST(pooled[0].statistics.mape_pct == 20.0, kClose);
  BOOST_TEST(pooled[0].intervals.method == "range, one of 3 networks left out");
  BOOST_TEST(of(pooled[0].intervals, "mape_pct").low == 15.0, kClose);
  BOOST_TEST(of(pooled[0].intervals, "mape_pct").high == 25.0, kClose);
}

// One workload on two chips and at two batch sizes is three networks, of two layers each.
BOOST_AUTO_TEST_CASE(of_one_workload_on_several_chips_and_batches_leave_out_a_network) {
  ReportInput in = input_of({{"x", "a", 110, 100}, {"x", "b", 110, 100}});
  for (std::size_t i = 0; i < 2; ++i) {
    for (const double value : {120.0, 130.0}) {
      Record p = in.predicted[i], m = in.measured[i];
      p.values["total_ms"] = value;
      for (Record* r : {&p, &m}) {
        if (value < 125)
          r->chip = "d";
        else
          r->batch = 4;
      }
      in.predicted.push_back(p);
      in.measured.push_back(m);
    }
  }
  in.comparison = compare(in.predicted, in.measured, {});
  const auto pooled = pooled_statistics(in);
  BOOST_REQUIRE(pooled.size() == 1U);
  BOOST_TEST(pooled[0].networks == 3);
  BOOST_TEST(pooled[0].intervals.method == "range, one of 3 networks left out");
  BOOST_TEST(of(pooled[0].intervals, "mape_pct").low == 15.0, kClose);
  BOOST_TEST(of(pooled[0].intervals, "mape_pct").high == 25.0, kClose);
}

// Networks with no error or 10 %, as many of each: of 6 drawn, k have one with the binomial
// distribution. P(k = 0) = 1.6 % lies below 2.5 %, P(k <= 1) = 10.9 % above.
BOOST_AUTO_TEST_CASE(of_six_networks_are_those_of_the_binomial_distribution) {
  std::vector<Value> values;
  for (int n = 0; n < 6; ++n)
    for (const char* layer : {"a", "b"})
      values.push_back({"n" + std::to_string(n), layer, n % 2 == 0 ? 100.0 : 110.0, 100});
  const ReportInput in = input_of(values);
  const auto pooled = pooled_statistics(in);
  BOOST_REQUIRE(pooled.size() == 1U);
  BOOST_TEST(pooled[0].intervals.method ==
             "95 % cluster bootstrap over 6 networks, B = 2000, seed 1");
  BOOST_TEST(of(pooled[0].intervals, "mape_pct").low == 10.0 / 6, kClose);
  BOOST_TEST(of(pooled[0].intervals, "mape_pct").high == 50.0 / 6, kClose);
  const auto again = pooled_statistics(in);
  BOOST_TEST(of(again[0].intervals, "rms_ln").low == of(pooled[0].intervals, "rms_ln").low);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(report_noise)

BOOST_AUTO_TEST_CASE(adds_replicates_and_rounding_as_squares) {
  Record m;
  m.values = {{"total_ms", 10},
              {"total_ms_half_width", 0.5},
              {"replicate_spread_pct", 2},
              {"replicates", 4},
              {"instrument_floor_pct", 7}};
  const auto u = uncertainty_of(m, "total_ms");
  BOOST_REQUIRE(u.has_value());
  BOOST_TEST(u->pct == std::hypot(1.0, 5 / std::sqrt(3.0)), kClose);  // the instrument: of energy
  m.values = {{"energy_uj", 10}, {"instrument_floor_pct", 7}};
  BOOST_TEST(uncertainty_of(m, "energy_uj")->pct == 7.0, kClose);
  m.values = {{"total_ms", 10}, {"instrument_floor_pct", 7}};
  BOOST_TEST(!uncertainty_of(m, "total_ms").has_value());
}

BOOST_AUTO_TEST_CASE(is_unknown_where_one_layer_states_nothing) {
  ReportInput in = three_layers();
  for (Record& m : in.measured) m.values["total_ms_half_width"] = 3;
  const ErrorStatistics& s = in.comparison.statistics.front();
  const NoiseResult known = noise_floor(in, s);
  BOOST_REQUIRE(known.floor.has_value());
  const double floor = 0.03 / std::sqrt(3.0);
  BOOST_TEST(known.floor->rms_ln == floor, kClose);
  BOOST_TEST(known.floor->excess_rms_ln == std::sqrt(s.rms_ln * s.rms_ln - floor * floor), kClose);
  in.measured[1].values.erase("total_ms_half_width");
  const NoiseResult unknown = noise_floor(in, s);
  BOOST_TEST(!unknown.floor.has_value());
  BOOST_TEST(unknown.unknown ==
             "unknown: 1 of 3 measured values state neither replicates nor rounding");
}

BOOST_AUTO_TEST_CASE(above_the_error_leaves_no_excess) {
  ReportInput in = three_layers();
  for (Record& m : in.measured) m.values["total_ms_half_width"] = 60;
  BOOST_TEST(noise_floor(in, in.comparison.statistics.front()).floor->excess_rms_ln == 0);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(report_ranks)

BOOST_AUTO_TEST_CASE(count_values_within_their_uncertainty_as_equal) {
  int tied = 0;
  const std::vector<double> x{1, 2, 3}, y{10, 9.9, 20};
  BOOST_TEST(*tau_b_with_ties(x, y, {0, 0, 0}, &tied) == 1.0 / 3, kClose);
  BOOST_TEST(tied == 0);
  BOOST_TEST(*tau_b_with_ties(x, y, {0.1, 0.1, 0.1}, &tied) == 2 / std::sqrt(6.0), kClose);
  BOOST_TEST(tied == 1);
  BOOST_TEST(!tau_b_with_ties(x, y, {9, 9, 9}, &tied).has_value());
}

BOOST_AUTO_TEST_CASE(say_which_layers_moved_and_which_of_the_largest_were_found) {
  const ReportInput in = input_of({{"net", "a", 50, 40},
                                   {"net", "b", 45, 50},
                                   {"net", "c", 10, 30},
                                   {"net", "d", 20, 20},
                                   {"net", "e", 5, 5}});
  const LayerRanks r = layer_ranks(in, in.comparison.statistics.front());
  BOOST_TEST(r.layers[0].layer == "b");
  BOOST_TEST(r.layers[0].predicted_rank == 2);
  BOOST_TEST(r.layers[2].layer == "c");
  BOOST_TEST(r.layers[2].predicted_rank == 4);
  BOOST_TEST(r.k == 3);
  BOOST_TEST(r.top_shared == 2);
  BOOST_TEST(*r.tau_b == 0.6, kClose);  // 8 pairs in order, 2 not
  BOOST_TEST(!r.tau_b_beyond_noise.has_value());
}

BOOST_AUTO_TEST_CASE(regret_what_choosing_by_prediction_costs) {
  ReportInput in = input_of({{"net", "l", 10, 15}, {"net", "m", 10, 15}});
  for (std::size_t i = 0; i < 2; ++i) {
    in.predicted.push_back(in.predicted[i]);
    in.predicted.back().chip = "d";
    in.predicted.back().values["total_ms"] = 12;
    in.measured.push_back(in.measured[i]);
    in.measured.back().chip = "d";
    in.measured.back().values["total_ms"] = 11;
  }
  in.comparison = compare(in.predicted, in.measured, {});
  const auto choices = choices_of(in);
  BOOST_REQUIRE(choices.size() == 1U);
  BOOST_TEST(choices[0].picked == "c D");
  BOOST_TEST(choices[0].best == "d D");
  BOOST_TEST(choices[0].regret_pct == 100.0 * (15.0 / 11 - 1), kClose);
}

// A design of which a layer could not be compared has the smaller sum, and is not the better one.
BOOST_AUTO_TEST_CASE(know_no_regret_between_sums_over_different_layers) {
  ReportInput in = input_of({{"net", "l", 10, 15}, {"net", "m", 10, 15}});
  for (std::size_t i = 0; i < 2; ++i) {
    for (std::vector<Record>* side : {&in.predicted, &in.measured}) {
      Record r = (*side)[i];
      r.chip = "d";
      side->push_back(r);
    }
  }
  in.comparison = compare(in.predicted, in.measured, {});
  BOOST_REQUIRE(choices_of(in).size() == 1U);
  BOOST_TEST(choices_of(in)[0].left_out == "");
  in.measured.back().values["total_ms"] = 0;
  in.comparison = compare(in.predicted, in.measured, {});
  const auto choices = choices_of(in);
  BOOST_REQUIRE(choices.size() == 1U);
  BOOST_TEST(choices[0].left_out == "the designs were not compared over the same layers");
  BOOST_TEST(choices[0].picked == "");
  BOOST_TEST(choices[0].regret_pct == 0.0);
}

// Two models of one chip share its measurement: there is nothing to choose.
BOOST_AUTO_TEST_CASE(know_no_regret_between_variants_of_one_chip) {
  BOOST_TEST(choices_of(test::eyeriss()).empty());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(report_bounds)

BOOST_AUTO_TEST_CASE(are_undefined_where_a_layer_could_not_be_compared) {
  BOOST_TEST(bound_statistic(three_layers().comparison, worst_of_net()).has_value());
  // Not positive: excluded by the measurement, then by the prediction.
  for (const bool measured : {true, false}) {
    ReportInput in = three_layers();
    (measured ? in.measured : in.predicted)[1].values["total_ms"] = 0;
    in.comparison = compare(in.predicted, in.measured, {});
    BOOST_REQUIRE(in.comparison.excluded.size() == 1U);
    BOOST_TEST(in.comparison.excluded[0].level == (measured ? "" : "analytical"));
    for (const char* statistic : {"max_abs_pct", "mape_pct", "network_pct"}) {
      BoundCheck b = worst_of_net();
      b.statistic = statistic;
      BOOST_TEST(!bound_statistic(in.comparison, b).has_value(), statistic);
    }
    BoundCheck b = worst_of_net();
    b.except_layers = {"b"};
    const auto without = bound_statistic(in.comparison, b);
    BOOST_REQUIRE(without.has_value());
    BOOST_TEST(*without == 20.0, kClose);
  }
}

BOOST_AUTO_TEST_CASE(do_not_mind_what_is_excluded_elsewhere) {
  ReportInput in = three_layers();
  in.comparison.excluded = {{"c/net/* total_ms", "withheld", "analytical", "D"},
                            {"c/net/b other_total_ms", "not positive", "", ""},
                            {"c/net/b energy_uj", "not positive", "", ""},
                            {"d/net/b total_ms", "not positive", "", ""},
                            {"c/other/b total_ms", "not positive", "", ""},
                            {"c/net/b total_ms", "not positive", "analytical", "E"},
                            {"c/net/b total_ms", "not positive", "exact", "D"},
                            {"c/net/z batch 1", "measured but not predicted", "", ""},
                            {"clock", "compared because", "", ""}};
  BOOST_TEST(bound_statistic(in.comparison, worst_of_net()).has_value());
  in.comparison.excluded.push_back({"c/net/b/1 total_ms", "not positive", "analytical", "D"});
  BOOST_TEST(!bound_statistic(in.comparison, worst_of_net()).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(report_evidence)

BOOST_AUTO_TEST_CASE(in_sample_is_never_called_accuracy) {
  ReportInput in = three_layers();
  BOOST_TEST(evidence_sentence(in) ==
             "The experiment does not say whether parameters were fitted to what is compared.");
  in.evidence = {{"c", "net", "D", kInSample, "p.json was fitted to it"}};
  BOOST_TEST(headline_error(in)->kind == kInSample);
  BOOST_TEST(evidence_sentence(in).rfind("In sample: ", 0) == 0U);
  BOOST_TEST(evidence_sentence(in).find("(p.json was fitted to it)") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(networks_held_out_alone_are_the_headline) {
  ReportInput in = input_of({{"x", "a", 101, 100}, {"y", "a", 120, 100}, {"z", "b", 90, 100}});
  in.evidence = {
      {"c", "x", "", kInSample, ""}, {"c", "y", "", kHeldOut, ""}, {"c", "z", "", kHeldOut, ""}};
  const auto e = headline_error(in);
  BOOST_REQUIRE(e.has_value());
  BOOST_TEST(e->kind == kHeldOut);
  BOOST_TEST(e->statistics.mape_pct == 15.0, kClose);
  BOOST_TEST(e->networks == 2);
  BOOST_TEST(e->worst == "y/a");
  BOOST_TEST(*e->worst_pct == 20.0, kClose);
  BOOST_TEST(*e->in_sample_mape_pct == 1.0, kClose);
}

// A fit names the networks it has seen; the experiment need not repeat it.
BOOST_AUTO_TEST_CASE(a_fit_that_names_the_network_makes_it_in_sample) {
  ReportInput in = three_layers();
  FittedUse f;
  f.chip = "c";
  f.variant = "D";
  f.groups = {"other"};
  in.fitted = {f};
  BOOST_TEST(headline_error(in)->kind == "");
  in.fitted[0].groups = {"other", "net"};
  BOOST_TEST(headline_error(in)->kind == kInSample);
  in.evidence = {{"c", "net", "", kHeldOut, "split.json"}};
  BOOST_TEST(headline_error(in)->kind == kHeldOut);
}

// One network of which nobody knows makes the whole unknown, one in sample makes it in sample.
BOOST_AUTO_TEST_CASE(the_weakest_kind_counts) {
  ReportInput in = input_of({{"x", "a", 101, 100}, {"y", "a", 120, 100}});
  in.evidence = {{"c", "x", "", kNothingFitted, ""}};
  BOOST_TEST(headline_error(in)->kind == "");
  in.evidence.push_back({"c", "y", "", kInSample, ""});
  BOOST_TEST(headline_error(in)->kind == kInSample);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(report_distinct_series)

BOOST_AUTO_TEST_CASE(that_predict_the_same_are_drawn_once) {
  ReportInput in = three_layers();
  for (std::size_t i = 0; i < 3; ++i) {
    in.predicted.push_back(in.predicted[i]);
    in.predicted.back().level = "exact";
    in.predicted.push_back(in.predicted[i]);
    in.predicted.back().level = "simulator";
    in.predicted.back().values["total_ms"] += i == 2 ? 1e-9 : 0;  // not quite
  }
  in.comparison = compare(in.predicted, in.measured, {});
  const DistinctSeries d = distinct_series(tables_of(in).front());
  BOOST_REQUIRE(d.table.series.size() == 2U);
  BOOST_TEST(d.table.series[0].name == "analytical D = exact D");
  BOOST_TEST(d.table.series[1].name == "simulator D");
  BOOST_TEST(d.said == " The same in every layer, and drawn as one: analytical D, exact D.");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::report
