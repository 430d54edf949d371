// SPDX-License-Identifier: Apache-2.0
#include "experiments/compare.h"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <functional>
#include <limits>

#include "core/diagnostics.h"
#include "experiments/baselines.h"

using namespace assay;
using boost::test_tools::tolerance;

namespace {

constexpr double kClose = 1e-12;

Record record(const std::string& level, const std::string& layer, double ms) {
  Record r;
  r.level = level;
  r.chip = "eyeriss";
  r.workload = "alexnet";
  r.layer = layer;
  r.batch = 4;
  r.values["total_ms"] = ms;
  return r;
}
Record predicted(const std::string& layer, double ms) { return record("analytical", layer, ms); }
Record measured(const std::string& layer, double ms) {
  Record r = record("chip", layer, ms);
  r.provenance.source = "paper";
  r.provenance.confidence = "seen";
  return r;
}

// Errors +5 %, -10 %, +20 %, 0 %; the third layer stands twice in the network.
struct Four {
  std::vector<Record> p = {predicted("l1", 105), predicted("l2", 90), predicted("l3", 240),
                           predicted("l4", 50)};
  std::vector<Record> m = {measured("l4", 50), measured("l1", 100), measured("l2", 100),
                           measured("l3", 200)};
  Four() { p[2].repeat = 2; }
};

ErrorStatistics statistics_of(const std::vector<std::pair<double, double>>& pairs) {
  std::vector<Record> p;
  std::vector<Record> m;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    p.push_back(predicted("l" + std::to_string(i), pairs[i].first));
    m.push_back(measured("l" + std::to_string(i), pairs[i].second));
  }
  return compare(p, m, {}).statistics.at(0);
}

std::string refusal(const std::function<void()>& act) {
  try {
    act();
  } catch (const InputError& e) {
    return e.what();
  }
  return "(not refused)";
}

std::string refusal(const std::vector<Record>& p, const std::vector<Record>& m,
                    const JoinOptions& options = {}) {
  return refusal([&] { compare(p, m, options); });
}

bool has(const std::string& text, const std::string& part) {
  if (text.find(part) != std::string::npos) return true;
  BOOST_TEST_MESSAGE(text);
  return false;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(comparison)

BOOST_AUTO_TEST_CASE(statistics_are_those_computed_by_hand) {
  const Four four;
  const Comparison c = compare(four.p, four.m, {});
  BOOST_REQUIRE_EQUAL(c.statistics.size(), 1);
  const ErrorStatistics& s = c.statistics[0];
  BOOST_TEST(s.level == "analytical");
  BOOST_TEST(s.chip == "eyeriss");
  BOOST_TEST(s.workload == "alexnet");
  BOOST_TEST(s.quantity == "total_ms");
  BOOST_TEST(s.batch == 4);
  BOOST_TEST(s.n == 4);
  BOOST_TEST(s.mean_signed_pct == 3.75, tolerance(kClose));
  BOOST_TEST(s.median_signed_pct == 2.5, tolerance(kClose));
  BOOST_TEST(s.mape_pct == 8.75, tolerance(kClose));
  BOOST_TEST(s.geometric_mean_ratio == std::sqrt(std::sqrt(1.134)), tolerance(kClose));
  BOOST_TEST(s.rms_ln == 0.10807690, tolerance(1e-7));
  BOOST_TEST(s.p90_abs_pct == 20.0, tolerance(kClose));
  BOOST_TEST(s.max_abs_pct == 20.0, tolerance(kClose));
  BOOST_TEST(s.worst_layer == "l3");
  BOOST_TEST(s.share_within_5_pct == 50.0);
  BOOST_TEST(s.share_within_10_pct == 75.0);
  BOOST_TEST(s.share_within_20_pct == 100.0);
  BOOST_TEST(s.kendall_tau_b.value() == 5 / std::sqrt(30.0), tolerance(kClose));
  BOOST_TEST(s.cancellation_index.value() == 0.6262657, tolerance(1e-6));
  BOOST_TEST(s.network_pct.value() == 100.0 * 75 / 650, tolerance(kClose));
}

BOOST_AUTO_TEST_CASE(rows_follow_the_predictions_and_end_with_the_network) {
  const Four four;
  const Comparison c = compare(four.p, four.m, {});
  BOOST_REQUIRE_EQUAL(c.rows.size(), 5);
  for (std::size_t i = 0; i < 4; ++i) BOOST_TEST(c.rows[i].layer == four.p[i].layer);
  BOOST_TEST(c.rows[0].ln_ratio == std::log(1.05), tolerance(kClose));
  BOOST_TEST(pct(c.rows[0].ln_ratio) == 5.0, tolerance(1e-10));
  BOOST_TEST(c.rows[0].measured_source == "paper");
  const ComparedRow& network = c.rows[4];
  BOOST_TEST(network.layer == kNetworkLayer);
  BOOST_TEST(network.predicted == 105.0 + 90 + 2 * 240 + 50);
  BOOST_TEST(network.measured == 100.0 + 100 + 2 * 200 + 50);
  BOOST_TEST(network.measured_confidence == "seen");
  BOOST_TEST(c.excluded.empty());
}

BOOST_AUTO_TEST_CASE(positive_error_means_predicted_larger) {
  BOOST_TEST(statistics_of({{2, 1}}).mean_signed_pct == 100.0);
  BOOST_TEST(statistics_of({{1, 2}}).mean_signed_pct == -50.0);
  BOOST_TEST(compare({predicted("a", 2)}, {measured("a", 1)}, {}).rows[0].ln_ratio > 0);
}

BOOST_AUTO_TEST_CASE(shares_include_their_bound) {
  for (const auto& [p, m] : std::vector<std::pair<double, double>>{
           {105, 100}, {95, 100}, {1.05, 1}, {0.95, 1}, {10.5, 10}, {0.105, 0.1}, {315, 300}}) {
    BOOST_TEST(statistics_of({{p, m}}).share_within_5_pct == 100.0, p << " for " << m);
  }
  BOOST_TEST(statistics_of({{105.0001, 100}}).share_within_5_pct == 0.0);
  BOOST_TEST(statistics_of({{94.9999, 100}}).share_within_5_pct == 0.0);
  BOOST_TEST(statistics_of({{1.1, 1}}).share_within_10_pct == 100.0);
  BOOST_TEST(statistics_of({{1.1, 1}}).share_within_5_pct == 0.0);
  BOOST_TEST(statistics_of({{0.8, 1}}).share_within_20_pct == 100.0);
  BOOST_TEST(statistics_of({{0.79, 1}}).share_within_20_pct == 0.0);
}

BOOST_AUTO_TEST_CASE(median_and_p90_of_odd_and_even_counts) {
  BOOST_TEST(statistics_of({{110, 100}, {101, 100}, {90, 100}}).median_signed_pct == 1.0,
             tolerance(kClose));
  std::vector<std::pair<double, double>> ten;
  for (int i = 1; i <= 10; ++i) ten.emplace_back(100 + i, 100);
  BOOST_TEST(statistics_of(ten).p90_abs_pct == 9.0, tolerance(kClose));
  ten.emplace_back(111, 100);
  BOOST_TEST(statistics_of(ten).p90_abs_pct == 10.0, tolerance(kClose));
  BOOST_TEST(statistics_of(ten).median_signed_pct == 6.0, tolerance(kClose));
}

BOOST_AUTO_TEST_CASE(the_first_of_equal_errors_is_the_worst) {
  BOOST_TEST(statistics_of({{100, 100}, {90, 100}, {110, 100}}).worst_layer == "l1");
}

BOOST_AUTO_TEST_CASE(cancellation_index_is_1_when_errors_cancel_and_0_when_they_agree) {
  BOOST_TEST(statistics_of({{2, 1}, {1, 2}}).cancellation_index.value() == 1.0, tolerance(kClose));
  BOOST_TEST(std::abs(statistics_of({{2, 1}, {3, 1}}).cancellation_index.value()) < kClose);
  BOOST_TEST(!statistics_of({{7, 7}, {3, 3}}).cancellation_index.has_value());
  BOOST_TEST(statistics_of({{0.13, 1}, {2.73, 1}}).cancellation_index.value() > 0.5);
}

BOOST_AUTO_TEST_CASE(rates_have_no_sum) {
  std::vector<Record> p = {predicted("a", 1), predicted("b", 1)};
  std::vector<Record> m = {measured("a", 1), measured("b", 1)};
  for (auto* side : {&p, &m})
    for (Record& r : *side) r.values = {{"active_pes", 154}};
  const Comparison c = compare(p, m, {});
  BOOST_TEST(c.rows.size() == 2);
  BOOST_TEST(!c.statistics[0].network_pct.has_value());
}

BOOST_AUTO_TEST_CASE(what_adds_up_is_told_by_the_unit) {
  for (const char* q :
       {"processing_cycles", "cycles", "total_ms", "energy_chip_uj", "traffic_glb_mb", "energy_pj",
        "dram_bytes", "macs", "operations", "off_chip_traffic_mb", "stall_cycles"})
    BOOST_TEST(adds_up(q), q);
  for (const char* q :
       {"fps", "chip_power_mw", "active_pes", "active_macs", "utilization_pct", "macs_per_cycle",
        "energy_per_mac_pj", "peak_glb_bytes", "latency", "mb", ""})
    BOOST_TEST(!adds_up(q), q);
}

BOOST_AUTO_TEST_CASE(levels_and_variants_are_groups_of_their_own) {
  const Four four;
  std::vector<Record> p = four.p;
  for (Record r : four.p) {
    r.variant = "reload";
    r.values["total_ms"] *= 2;
    p.push_back(r);
  }
  for (Record r : four.p) {
    r.level = "simulator";
    p.push_back(r);
  }
  const Comparison c = compare(p, four.m, {});
  BOOST_REQUIRE_EQUAL(c.statistics.size(), 3);
  BOOST_TEST(c.statistics[0].variant == "");
  BOOST_TEST(c.statistics[1].variant == "reload");
  BOOST_TEST(c.statistics[1].worst_layer == "l3");
  BOOST_TEST(c.statistics[2].level == "simulator");
  BOOST_TEST(c.rows.size() == 15);
  BOOST_TEST(c.rows[4].layer == kNetworkLayer);
  BOOST_TEST(c.rows[9].layer == kNetworkLayer);
}

BOOST_AUTO_TEST_CASE(a_variant_of_the_measurement_takes_no_part) {
  Record m = measured("a", 1);
  m.variant = "board 2";
  BOOST_TEST(compare({predicted("a", 1)}, {m}, {}).statistics[0].n == 1);
}

BOOST_AUTO_TEST_CASE(batches_are_not_mixed) {
  Record p1 = predicted("a", 1);
  Record m1 = measured("a", 2);
  p1.batch = m1.batch = 1;
  const Comparison c = compare({predicted("a", 8), p1}, {measured("a", 8), m1}, {});
  BOOST_REQUIRE_EQUAL(c.statistics.size(), 2);
  BOOST_TEST(c.statistics[0].batch == 4);
  BOOST_TEST(c.statistics[1].batch == 1);
  BOOST_TEST(c.statistics[1].mean_signed_pct == -50.0);
}

BOOST_AUTO_TEST_CASE(quantities_are_those_that_both_sides_have) {
  Four four;
  for (Record& r : four.p) r.values.insert({{"macs", 1}, {"total_cycles", 5}});
  for (Record& r : four.m) r.values.insert({{"power_mw", 1}, {"total_cycles", 5}});
  const Comparison c = compare(four.p, four.m, {});
  BOOST_REQUIRE_EQUAL(c.statistics.size(), 2);
  BOOST_TEST(c.statistics[0].quantity == "total_cycles");
  BOOST_TEST(c.statistics[1].quantity == "total_ms");
  BOOST_TEST(!c.statistics[0].kendall_tau_b.has_value());
  JoinOptions options;
  options.quantities = {"total_ms"};
  BOOST_TEST(compare(four.p, four.m, options).statistics.size() == 1);
}

BOOST_AUTO_TEST_CASE(excludes_values_that_cannot_be_compared_with_the_reason) {
  Four four;
  four.m[1].values["total_ms"] = 0;   // l1
  four.m[2].values.clear();           // l2
  four.p[2].values["total_ms"] = -1;  // l3
  const Comparison c = compare(four.p, four.m, {});
  BOOST_TEST(c.statistics[0].n == 1);
  BOOST_REQUIRE_EQUAL(c.excluded.size(), 3);
  BOOST_TEST(c.excluded[0].key == "eyeriss/alexnet/l1 total_ms");
  BOOST_TEST(has(c.excluded[0].reason, "measured value is 0"));
  BOOST_TEST(has(c.excluded[1].reason, "measurement has no value"));
  BOOST_TEST(has(c.excluded[2].reason, "predicted by analytical is -1"));
  BOOST_TEST(c.excluded[2].level == "analytical");
  // The sum is over the layer that is left.
  BOOST_TEST(c.rows.back().layer == kNetworkLayer);
  BOOST_TEST(c.rows.back().measured == 50.0);
}

BOOST_AUTO_TEST_CASE(a_prediction_without_the_quantity_is_excluded) {
  Four four;
  four.p[0].values = {{"total_cycles", 1}};
  const Comparison c = compare(four.p, four.m, {});
  BOOST_REQUIRE_EQUAL(c.excluded.size(), 1);
  BOOST_TEST(has(c.excluded[0].reason, "prediction of analytical has no value"));
}

BOOST_AUTO_TEST_CASE(a_lack_of_the_measurement_is_said_once) {
  Four four;
  for (const Record& r : Four().p) {
    four.p.push_back(r);
    four.p.back().variant = "b";
  }
  four.m[0].values["total_ms"] = 0;
  BOOST_TEST(compare(four.p, four.m, {}).excluded.size() == 1);
}

BOOST_AUTO_TEST_CASE(a_group_without_a_named_quantity_is_excluded_in_one_entry) {
  Four four;
  for (Record r : Four().p) {
    r.level = "baseline";
    r.values = {{"total_cycles", 3}};
    four.p.push_back(r);
  }
  JoinOptions options;
  options.quantities = {"total_ms"};
  const Comparison c = compare(four.p, four.m, options);
  BOOST_REQUIRE_EQUAL(c.excluded.size(), 1);
  BOOST_TEST(c.excluded[0].key == "eyeriss/alexnet/* total_ms");
  BOOST_TEST(c.excluded[0].level == "baseline");
}

// Predictions of one tool on two chips and two workloads: what is withheld on one stays elsewhere.
BOOST_AUTO_TEST_CASE(what_is_withheld_is_of_its_chip_and_workload) {
  std::vector<Record> p;
  std::vector<Record> m;
  for (const char* chip : {"eyeriss", "fpga15"})
    for (const char* workload : {"alexnet", "vgg16"})
      for (std::vector<Record>* side : {&p, &m}) {
        Record r = side == &p ? predicted("a", 2) : measured("a", 1);
        r.chip = chip;
        r.workload = workload;
        side->push_back(r);
      }
  JoinOptions options;
  options.quantities = {"total_ms"};
  options.withheld = {{"analytical", "", "total_ms", "made up", "eyeriss", "vgg16"}};
  const Comparison one = compare(p, m, options);
  BOOST_TEST(one.statistics.size() == 3U);
  BOOST_REQUIRE_EQUAL(one.excluded.size(), 1U);
  BOOST_TEST(one.excluded[0].key == "eyeriss/vgg16/* total_ms");
  BOOST_TEST(one.excluded[0].reason == "made up");
  options.withheld[0].workload.clear();
  BOOST_TEST(compare(p, m, options).statistics.size() == 2U);
  options.withheld[0].chip.clear();
  options.withheld[0].workload = "alexnet";
  const Comparison of_workload = compare(p, m, options);
  BOOST_REQUIRE_EQUAL(of_workload.statistics.size(), 2U);
  for (const ErrorStatistics& s : of_workload.statistics) BOOST_TEST(s.workload == "vgg16");
}

BOOST_AUTO_TEST_CASE(an_absurd_ratio_is_excluded_not_infinite) {
  const Comparison c = compare({predicted("a", 1e300), predicted("b", 1)},
                               {measured("a", 1e-300), measured("b", 1)}, {});
  BOOST_TEST(c.statistics[0].n == 1);
  BOOST_TEST(has(c.excluded.at(0).reason, "10^30"));
}

BOOST_AUTO_TEST_CASE(refuses_a_comparison_with_nothing_left) {
  const std::string text = refusal({predicted("a", 1)}, {measured("a", 0)});
  BOOST_TEST(has(text, "nothing can be compared"));
  BOOST_TEST(has(text, "measured value is 0"));
}

BOOST_AUTO_TEST_CASE(an_empty_join_prints_both_key_sets) {
  const std::string text = refusal({predicted("conv1", 1), predicted("conv2", 1)},
                                   {measured("CONV1", 1), measured("CONV2", 1)}, {{}, true, true});
  BOOST_TEST(has(text, "no prediction meets a measurement"));
  for (const char* layer : {"conv1", "conv2", "CONV1", "CONV2"})
    BOOST_TEST(has(text, std::string("eyeriss/alexnet/") + layer + " batch 4"));
}

BOOST_AUTO_TEST_CASE(joins_on_every_part_of_the_key) {
  const Record p = predicted("a", 1);
  for (int part = 0; part < 4; ++part) {
    Record m = measured("a", 1);
    if (part == 0) m.chip = "eyeriss_v2";
    if (part == 1) m.workload = "vgg16";
    if (part == 2) m.layer = "a ";
    if (part == 3) m.batch = 1;
    BOOST_TEST(has(refusal({p}, {m}), "no prediction meets"));
  }
}

BOOST_AUTO_TEST_CASE(no_records_are_refused) {
  BOOST_TEST(has(refusal({}, {measured("a", 1)}), "predicted: no records"));
  BOOST_TEST(has(refusal({predicted("a", 1)}, {}), "measured: no records"));
}

BOOST_AUTO_TEST_CASE(a_partial_join_prints_both_key_sets_unless_allowed) {
  const std::vector<Record> p = {predicted("a", 1), predicted("b", 1)};
  const std::vector<Record> m = {measured("b", 1), measured("c", 1)};
  const std::string text = refusal(p, m);
  BOOST_TEST(has(text, "predicted but not measured: eyeriss/alexnet/a batch 4;"));
  BOOST_TEST(has(text, "measured but not predicted: eyeriss/alexnet/c batch 4;"));
  BOOST_TEST(has(text, "; predicted: eyeriss/alexnet/a batch 4, eyeriss/alexnet/b batch 4;"));
  BOOST_TEST(has(text, "; measured: eyeriss/alexnet/b batch 4, eyeriss/alexnet/c batch 4"));
  BOOST_TEST(has(refusal(p, m, {{}, true, false}), "measured but not predicted"));
  BOOST_TEST(has(refusal(p, m, {{}, false, true}), "predicted but not measured"));
  const Comparison c = compare(p, m, {{}, true, true});
  BOOST_TEST(c.statistics.at(0).n == 1);
  BOOST_REQUIRE_EQUAL(c.excluded.size(), 2);
  BOOST_TEST(has(c.excluded[0].reason, "not measured"));
  BOOST_TEST(has(c.excluded[1].reason, "not predicted"));
}

BOOST_AUTO_TEST_CASE(a_partial_join_of_one_group_is_seen_though_another_is_complete) {
  const Four four;
  std::vector<Record> p = four.p;
  Record other = four.p[0];
  other.variant = "b";
  p.push_back(other);
  BOOST_TEST(has(refusal(p, four.m), "join of analytical b"));
  other.layer = "unknown";
  p.back() = other;
  BOOST_TEST(has(refusal(p, four.m, {{}, true, true}), "no prediction meets a measurement"));
}

BOOST_AUTO_TEST_CASE(measurements_of_another_workload_are_not_dropped_in_silence) {
  const Four four;
  std::vector<Record> m = four.m;
  m.push_back(measured("l1", 1));
  m.back().workload = "vgg16";
  BOOST_TEST(has(refusal(four.p, m), "eyeriss/vgg16/l1"));
  const Comparison c = compare(four.p, m, {{}, false, true});
  BOOST_REQUIRE_EQUAL(c.excluded.size(), 1);
  BOOST_TEST(c.excluded[0].key == "eyeriss/vgg16/l1 batch 4");
}

BOOST_AUTO_TEST_CASE(repeated_keys_are_refused) {
  BOOST_TEST(has(refusal({predicted("a", 1), predicted("a", 2)}, {measured("a", 1)}),
                 "predicted analytical eyeriss/alexnet/a batch 4: the key appears twice"));
  BOOST_TEST(has(refusal({predicted("a", 1)}, {measured("a", 1), measured("a", 1)}),
                 "measured eyeriss/alexnet/a batch 4: the key appears twice"));
}

BOOST_AUTO_TEST_CASE(values_that_are_not_finite_are_refused) {
  const double inf = std::numeric_limits<double>::infinity();
  BOOST_TEST(has(refusal({predicted("a", std::nan(""))}, {measured("a", 1)}), "nan"));
  BOOST_TEST(has(refusal({predicted("a", 1)}, {measured("a", inf)}), "inf"));
}

BOOST_AUTO_TEST_CASE(an_unknown_quantity_is_refused_with_the_nearest) {
  JoinOptions options;
  options.quantities = {"total_mss"};
  BOOST_TEST(has(refusal(Four().p, Four().m, options), "did you mean 'total_ms'"));
}

BOOST_AUTO_TEST_CASE(repeats_that_contradict_are_refused) {
  Four four;
  four.m[0].repeat = 7;
  BOOST_TEST(has(refusal(four.p, four.m), "expected 7 as measured"));
}

BOOST_AUTO_TEST_CASE(a_layer_called_network_stands_alone) {
  const Comparison c = compare({predicted("network", 3)}, {measured("network", 2)}, {});
  BOOST_TEST(c.rows.size() == 1);
  BOOST_TEST(c.statistics[0].network_pct.value() == 50.0);
  BOOST_TEST(has(refusal({predicted("network", 3), predicted("a", 1)},
                         {measured("network", 2), measured("a", 1)}),
                 "kept for sums"));
}

BOOST_AUTO_TEST_CASE(baselines_divide) {
  BaselineInput in;
  in.chip = "eyeriss";
  in.workload = "alexnet";
  in.layer = "conv1";
  in.batch = 4;
  in.macs = 1690;
  in.lanes = 168;
  in.off_chip_bits = 64000;
  in.off_chip_bits_per_cycle = 32;
  in.clock = Megahertz(200);
  const Record compute = macs_over_pes(in);
  BOOST_TEST(compute.level == "baseline");
  BOOST_TEST(compute.variant == "macs_over_pes");
  BOOST_TEST(compute.values.at("total_cycles") == 1690.0 / 168.0);
  BOOST_TEST(compute.values.at("total_ms") == 1690.0 / 168.0 / 200e3, tolerance(kClose));
  const Record roof = roofline(in);
  BOOST_TEST(roof.values.at("processing_cycles") == 1690.0 / 168.0);
  BOOST_TEST(roof.values.at("total_cycles") == 2000.0);
  BOOST_TEST(roof.values.at("off_chip_traffic_mb") == 0.008);
  BOOST_TEST(roof.notes.at("binding_total") == "off_chip");
  in.off_chip_bits_per_cycle = 1e9;
  in.clock = Megahertz(0);
  BOOST_TEST(roofline(in).values.at("total_cycles") == 1690.0 / 168.0);
  BOOST_TEST(roofline(in).notes.at("binding_total") == "compute");
  BOOST_TEST(roofline(in).values.count("total_ms") == 0);
}

BOOST_AUTO_TEST_CASE(baselines_refuse_numbers_out_of_range) {
  BaselineInput in;
  const std::string text = refusal([&] { roofline(in); });
  for (const char* key : {"macs", "lanes", "off_chip_bits", "off_chip_bits_per_cycle"})
    BOOST_TEST(has(text, key));
  in.macs = in.lanes = 1;
  BOOST_TEST(macs_over_pes(in).values.at("total_cycles") == 1.0);
  in.clock = Megahertz(std::nan(""));
  BOOST_TEST(has(refusal([&] { macs_over_pes(in); }), "clock"));
}

BOOST_AUTO_TEST_SUITE_END()
