// SPDX-License-Identifier: Apache-2.0
// Waterfalls close, and figures stay readable where something is far off or very large.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>

#include "experiments/report/coverage.h"
#include "experiments/report/figures.h"
#include "experiments/report/waterfall.h"
#include "report_fixture.h"

namespace assay::report {
namespace {

const auto kClose = boost::test_tools::tolerance(1e-12);

double sum_of(const Waterfall& w) {
  double sum = 0;
  for (const WaterfallStep& s : w.steps) sum += s.total ? 0 : s.value;
  return sum;
}

const QuantityTable table_of(const ReportInput& in, const std::string& quantity) {
  for (const QuantityTable& t : tables_of(in))
    if (t.quantity == quantity) return t;
  BOOST_FAIL("no table of " + quantity);
  return {};
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::size_t lines_of(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

// n layers, each predicted ratio times what was measured.
ReportInput many_layers(int n, double ratio) {
  ReportInput in;
  in.headline_variant = "D";
  in.headline_quantity = "total_ms";
  for (int i = 0; i < n; ++i) {
    Record r = test::record("chip", "", 0);
    r.layer = "l" + std::to_string(i);
    r.values["total_ms"] = 1 + i;
    in.measured.push_back(r);
    r.level = "analytical";
    r.variant = "D";
    r.values["total_ms"] = (1 + i) * (i % 2 == 0 ? ratio : 1 / ratio);
    r.values["operations"] = 1000.0 * (1 + i);
    in.predicted.push_back(r);
  }
  in.comparison = compare(in.predicted, in.measured, {{"total_ms"}, false, false});
  return in;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(report_waterfalls)

BOOST_AUTO_TEST_CASE(layers_add_up_to_the_error_of_the_network) {
  const ReportInput in = test::eyeriss();
  const QuantityTable t = table_of(in, "processing_ms");
  const Waterfall w = layer_waterfall(in, t, 0);
  BOOST_REQUIRE(w.steps.size() == 6U);
  BOOST_TEST(w.steps[0].value == 16.5 * 0.031, kClose);
  BOOST_TEST(w.steps[1].value == -39.2 * 0.038, kClose);
  const LayerRow& network = t.rows.back();
  BOOST_TEST(w.steps.back().total);
  // Sums of five figures around 100: the last bits of doubles.
  BOOST_TEST(std::fabs(w.steps.back().value - (*network.cells[0].predicted - *network.measured)) <
             1e-12);
  double absolute = 0;
  for (std::size_t i = 0; i < 5; ++i) absolute += std::fabs(w.steps[i].value);
  BOOST_TEST(*w.cancellation_index == 1 - std::fabs(sum_of(w)) / absolute, kClose);
  BOOST_TEST(*w.cancellation_index > 0.5);
  BOOST_TEST(has(w.caption, "most of the errors cancel"));
}

BOOST_AUTO_TEST_CASE(layers_beyond_the_largest_are_one_step_and_nothing_is_lost) {
  const ReportInput in = many_layers(60, 1.1);
  const QuantityTable t = table_of(in, "total_ms");
  const Waterfall few = layer_waterfall(in, t, 0, 24), all = layer_waterfall(in, t, 0, 100);
  BOOST_TEST(few.steps.size() == 25U);
  BOOST_TEST(few.steps[23].name == "other (37)");
  BOOST_TEST(few.steps.back().value == all.steps.back().value, kClose);
}

BOOST_AUTO_TEST_CASE(repeats_count_and_rates_have_no_waterfall) {
  ReportInput in = many_layers(2, 2);
  in.predicted[0].repeat = 5;
  in.comparison = compare(in.predicted, in.measured, {{"total_ms"}, false, false});
  const Waterfall w = layer_waterfall(in, table_of(in, "total_ms"), 0);
  BOOST_TEST(w.steps[0].value == 5.0);   // 5 x (2 - 1)
  BOOST_TEST(w.steps[1].value == -1.0);  // 1 - 2
  for (auto* records : {&in.predicted, &in.measured})
    for (Record& r : *records) r.values["images_per_s"] = 3;
  in.comparison = compare(in.predicted, in.measured, {{"images_per_s"}, false, false});
  BOOST_TEST(layer_waterfall(in, table_of(in, "images_per_s"), 0).missing ==
             "this quantity does not add up over layers");
}

BOOST_AUTO_TEST_CASE(contributions_of_every_series_add_up_to_its_network_error) {
  const ReportInput in = test::eyeriss();
  const QuantityTable t = table_of(in, "processing_ms");
  const Contributions c = contributions_of(in, t);
  for (std::size_t s = 0; s < t.series.size(); ++s) {
    double sum = 0;
    for (const auto& layer : c.pct) sum += *layer[s];
    BOOST_TEST(std::fabs(sum - *t.rows.back().cells[s].error_pct) < 1e-10);
    BOOST_TEST(std::fabs(*c.sum[s] - *t.rows.back().cells[s].error_pct) < 1e-10);
  }
}

// Chip 110 cycles, simulator 100 steps and 20 of waiting, analytical the steps alone.
BOOST_AUTO_TEST_CASE(latency_goes_from_the_chip_over_the_simulator_to_the_prediction) {
  ReportInput in;
  in.headline_variant = "D";
  in.headline_quantity = "processing_cycles";
  Record chip = test::record("chip", "", 0), a = test::record("analytical", "D", 0),
         s = test::record("simulator", "D", 0);
  chip.values["processing_cycles"] = 110;
  a.values["processing_cycles"] = 100;
  a.cycles_by_cause = {{"pe: MACs", 100}};
  s.values["processing_cycles"] = 120;
  s.values["step_cycles"] = 100;
  s.cycles_by_cause = {{"compute", 100}, {"glb.port I", 20}};
  in.predicted = {a, s};
  in.measured = {chip};
  for (Record r : {a, s}) {
    r.layer = "second";
    in.predicted.push_back(r);
  }
  in.measured.push_back(chip);
  in.measured.back().layer = "second";
  in.comparison = compare(in.predicted, in.measured, {{"processing_cycles"}, false, false});
  const auto all = latency_waterfalls(in);
  BOOST_REQUIRE(all.size() == 1U);
  BOOST_REQUIRE(all[0].steps.size() == 3U);
  BOOST_TEST(all[0].steps[0].name == "not explained");
  BOOST_TEST(all[0].steps[0].value == 100.0 / 11, kClose);
  BOOST_TEST(all[0].steps[1].name == "stalls");
  BOOST_TEST(all[0].steps[1].value == -200.0 / 11, kClose);
  BOOST_TEST(all[0].steps[2].value == -100.0 / 11, kClose);
}

BOOST_AUTO_TEST_CASE(energy_ends_at_the_measurement_and_says_what_it_cannot_split) {
  ReportInput in = test::eyeriss();
  const Waterfall w = energy_waterfall(in, table_of(in, "energy_chip_uj"));
  BOOST_REQUIRE(w.missing.empty());
  BOOST_TEST(w.steps.front().name == "pe");
  for (const WaterfallStep& s : w.steps) BOOST_TEST(s.name != "dram");
  const std::size_t n = w.steps.size();
  BOOST_TEST(w.steps[n - 3].name == "predicted");
  BOOST_TEST(w.steps[n - 2].name == "not explained");
  BOOST_TEST(w.steps[n - 3].value + w.steps[n - 2].value == w.steps[n - 1].value, kClose);
  double measured = 0;
  for (const Record& m : in.measured) measured += m.values.at("energy_chip_uj") * 1e-3;
  BOOST_TEST(w.steps[n - 1].value == measured, kClose);
  for (Record& r : in.predicted) r.energy_pj_by_component["pe"] *= 1.01;
  BOOST_TEST(energy_waterfall(in, table_of(in, "energy_chip_uj")).missing ==
             "the components of the records do not add up to the predicted energy");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(report_figures)

BOOST_AUTO_TEST_CASE(cut_another_tools_bars_and_write_their_value) {
  ReportInput in = many_layers(3, 1.05);
  for (std::size_t i = 0; i < 3; ++i) {
    in.predicted.push_back(in.predicted[i]);
    in.predicted.back().level = "tool";
    in.predicted.back().values["total_ms"] = 128 * in.measured[i].values["total_ms"];
  }
  in.comparison = compare(in.predicted, in.measured, {{"total_ms"}, false, false});
  const Figure f = error_figure(table_of(in, "total_ms"), "e");
  BOOST_TEST(has(f.script, "'×128'"));
  BOOST_TEST(!has(f.script, "12700"));
  BOOST_TEST(has(f.csv, "tool,D,eyeriss,alexnet,4,l0,1,128,"));
  BOOST_TEST(has(f.caption, "Bars that leave the frame are cut, with their value."));
}

BOOST_AUTO_TEST_CASE(count_more_than_500_points_of_a_parity_plot_in_cells) {
  const ReportInput few = many_layers(500, 1.1);
  ReportInput many = many_layers(501, 1.1);
  for (Record& m : many.measured) m.values["total_ms_half_width"] = 0.1;
  const Figure single = parity_figure(few, table_of(few, "total_ms"), "p");
  const Figure cells = parity_figure(many, table_of(many, "total_ms"), "p");
  BOOST_TEST(has(single.script, "with points"));
  BOOST_TEST(!has(cells.script, "with points"));
  BOOST_TEST(
      has(cells.caption, "501 layers of analytical D in cells, darker where there are more"));
  BOOST_TEST(!has(cells.caption, "Bars:"));
  BOOST_TEST(lines_of(cells.csv) == 503U);  // the layers, the network and the header
}

BOOST_AUTO_TEST_CASE(show_how_well_a_measured_value_is_known) {
  ReportInput in = many_layers(3, 1.1);
  const Figure bare = parity_figure(in, table_of(in, "total_ms"), "p");
  BOOST_TEST(!has(bare.script, "vectors"));
  for (Record& m : in.measured) m.values["total_ms_half_width"] = 0.1;
  const Figure bars = parity_figure(in, table_of(in, "total_ms"), "p");
  BOOST_TEST(has(bars.script, "with vectors nohead"));
  BOOST_TEST(has(bars.caption, "Bars: 95 % of what the measurement leaves open."));
}

BOOST_AUTO_TEST_CASE(of_residuals_say_what_is_missing_instead_of_an_empty_axis) {
  ReportInput in = many_layers(4, 1.1);
  BOOST_TEST(residual_figure(in, "r").missing.empty());
  BOOST_TEST(kind_figure(in, "k").missing == "the kinds of the layers are not known");
  in.layer_kinds = {{"alexnet/l0", "conv"}, {"alexnet/l1", "conv"}, {"alexnet/l2", "fc"}};
  const Figure kinds = kind_figure(in, "k");
  BOOST_TEST(has(kinds.script, "'conv, n = 2'"));
  BOOST_TEST(has(kinds.script, "'fc, n = 1'"));
  for (Record& r : in.predicted) r.values.erase("operations");
  BOOST_TEST(residual_figure(in, "r").missing ==
             "no record states the multiply-accumulates of its layer");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(report_coverage)

BOOST_AUTO_TEST_CASE(counts_measured_values_in_their_intervals_and_says_in_sample) {
  ReportInput in = many_layers(4, 1.1);
  FittedUse f;
  f.chip = "eyeriss";
  f.variant = "D";
  f.groups = {"alexnet"};
  for (int i = 0; i < 4; ++i) {
    const double m = 1 + i;  // held by three of four
    f.intervals.push_back({"analytical", "l" + std::to_string(i), "total_ms", "alexnet", 4,
                           i == 3 ? 1.01 * m : 0.9 * m, 1.1 * m});
  }
  in.fitted = {f};
  const auto all = coverages_of(in);
  BOOST_REQUIRE(all.size() == 1U);
  BOOST_TEST(all[0].n == 4);
  BOOST_TEST(all[0].covered == 3);
  BOOST_TEST(all[0].in_sample);
  BOOST_TEST(all[0].low == 0.19412, boost::test_tools::tolerance(1e-4));  // Clopper-Pearson tables
  BOOST_TEST(all[0].high == 0.99369, boost::test_tools::tolerance(1e-4));
  in.evidence = {{"eyeriss", "alexnet", "D", kHeldOut, ""}};
  BOOST_TEST(!coverages_of(in)[0].in_sample);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::report
