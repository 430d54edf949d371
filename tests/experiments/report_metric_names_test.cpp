// SPDX-License-Identifier: Apache-2.0
// Names of single metrics: what they say, that they can be taken apart again, and the flat list of
// metrics.json.
#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>
#include <random>
#include <set>

#include "experiments/report/metric_names.h"
#include "report_fixture.h"

namespace assay::report {
namespace {

bool same(const MetricName& a, const MetricName& b) {
  return a.chip == b.chip && a.workload == b.workload && a.batch == b.batch && a.level == b.level &&
         a.variant == b.variant && a.quantity == b.quantity && a.scope == b.scope &&
         a.statistic == b.statistic;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(report_metric_names)

BOOST_AUTO_TEST_CASE(say_chip_workload_batch_series_quantity_scope_statistic) {
  MetricName m{"eyeriss", "alexnet", 4, "analytical", "D", "processing_ms", "layers", "mape_pct"};
  BOOST_TEST(metric_name(m) ==
             "eyeriss__alexnet__b4__analytical.D__processing_ms__layers__mape_pct");
  m.variant.clear();
  m.scope = "conv1";
  m.statistic = "predicted";
  BOOST_TEST(metric_name(m) == "eyeriss__alexnet__b4__analytical__processing_ms__conv1__predicted");
  m.chip.clear();
  m.workload.clear();
  m.scope = "layers";
  m.statistic = "rms_ln";
  BOOST_TEST(metric_name(m) == "all__analytical__processing_ms__layers__rms_ln");
}

BOOST_AUTO_TEST_CASE(keep_slashes_and_dots_and_mark_what_would_be_taken_for_a_boundary) {
  const MetricName m{"c", "w", 1, "maestro", "v1.2", "q_ms", "/layer1/conv__a_", "predicted"};
  BOOST_TEST(metric_name(m) == "c__w__b1__maestro.v1.2__q_ms__/layer1/conv%5F%5Fa%5F__predicted");
}

// Names of the worst kind: underscores, per cent signs, dots and line ends only.
BOOST_AUTO_TEST_CASE(read_back_to_the_same_parts_and_differ_where_the_parts_do) {
  constexpr unsigned kSeed = 7;
  BOOST_TEST_MESSAGE("seed " << kSeed);
  std::mt19937 random(kSeed);
  const auto word = [&](const char* letters, std::size_t n) {
    std::string text;
    for (std::size_t i = random() % 4 + 1; i > 0; --i) text += letters[random() % n];
    return text;
  };
  std::set<std::string> names, parts;
  for (int i = 0; i < 20000; ++i) {
    MetricName m{word("_%.a\n", 5),
                 word("_%.a\n", 5),
                 std::int64_t(random() % 3 + 1),
                 word("_%a", 3),
                 "",
                 word("_%.a", 4),
                 word("_%5F", 4),
                 word("_b", 2)};
    if (random() % 2 == 0) m.variant = word("_%.a", 4);
    const std::string text = metric_name(m);
    const auto back = parse_metric_name(text);
    BOOST_REQUIRE_MESSAGE(back && same(*back, m), text);
    names.insert(text);
    parts.insert(m.chip + '\x01' + m.workload + '\x01' + std::to_string(m.batch) + '\x01' +
                 m.level + '\x01' + m.variant + '\x01' + m.quantity + '\x01' + m.scope + '\x01' +
                 m.statistic);
  }
  BOOST_TEST(names.size() == parts.size());
}

BOOST_AUTO_TEST_CASE(of_other_texts_are_refused) {
  for (const char* text :
       {"", "mape_pct", "a__b__c__d__e__f__g", "a__b__b0__d__e__f__g", "a__b__b1x__d__e__f__g",
        "a__b__b1__d__e__f", "a__b__b1__d__e__f__g__h", "a__b__b1____e__f__g",
        "any__a__b__layers__mape_pct", "a%5__b__b1__d__e__f__g", "a%zz__b__b1__d__e__f__g"})
    BOOST_TEST(!parse_metric_name(text).has_value(), text);
}

BOOST_AUTO_TEST_CASE(list_every_statistic_layer_and_network_once_with_its_n) {
  const ReportInput in = test::eyeriss();
  const auto json = nlohmann::json::parse(metrics_to_json(in));
  const auto& metrics = json["metrics"];
  BOOST_TEST(metrics.size() == metrics_of(in).size());
  const std::string series = "eyeriss__alexnet__b4__analytical.published_mapping__processing_ms__";
  const ErrorStatistics* s = nullptr;
  for (const ErrorStatistics& x : in.comparison.statistics)
    if (x.variant == "published_mapping" && x.quantity == "processing_ms") s = &x;
  BOOST_REQUIRE(s != nullptr);
  BOOST_TEST(metrics[series + "layers__mape_pct"]["value"].get<double>() == s->mape_pct);
  BOOST_TEST(metrics[series + "layers__mape_pct"]["n"] == 5);
  BOOST_TEST(metrics[series + "layers__max_abs_pct"]["layer"] == "conv4");
  BOOST_TEST(metrics[series + "network__error_pct"]["value"].get<double>() == *s->network_pct);
  BOOST_TEST(metrics[series + "network__measured"]["value"].get<double>() == 103.5);
  BOOST_TEST(metrics[series + "network__measured"]["n"] == 5);
  BOOST_TEST(metrics[series + "conv1__measured"]["value"].get<double>() == 16.5);
  BOOST_TEST(metrics[series + "conv1__predicted"]["value"].get<double>() == 16.5 * 1.031);
  BOOST_TEST(metrics[series + "conv1__error_pct"]["n"] == 1);
  BOOST_TEST(
      metrics.contains("eyeriss__alexnet__b4__baseline.peak__processing_ms__layers__rms_ln"));
}

// A rate does not add up, but a chip may state it of a whole network.
BOOST_AUTO_TEST_CASE(of_a_record_of_the_whole_network_have_its_error) {
  ReportInput in;
  Record p = test::record("analytical", "D", 0), m = test::record("chip", "", 0);
  p.layer = m.layer = kNetworkLayer;
  p.values["images_per_s"] = 30;
  m.values["images_per_s"] = 24;
  in.predicted = {p};
  in.measured = {m};
  in.comparison = compare(in.predicted, in.measured, {});
  int errors = 0;
  for (const Metric& x : metrics_of(in)) {
    if (metric_name(x.name) !=
        "eyeriss__alexnet__b4__analytical.D__images_per_s__network__error_pct")
      continue;
    ++errors;
    BOOST_TEST(x.value.value_or(0) == 25);
  }
  BOOST_TEST(errors == 1);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::report
