// SPDX-License-Identifier: Apache-2.0
// Several levels in one report, on made-up records: three layers, of which the last stands twice in
// the network.
#include "experiments/report/levels.h"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>
#include <numeric>

#include "experiments/experiment.h"
#include "experiments/report/level_panels.h"
#include "report_fixture.h"
#include "tests/files.h"

namespace assay {
namespace {

using report::CycleSplit;
using report::LevelRow;
using report::LevelTable;

Record made(const std::string& level, const std::string& layer) {
  Record r;
  r.level = level;
  r.variant = level == "chip" ? "" : "D";
  r.chip = "tiny";
  r.workload = "net";
  r.layer = layer;
  r.repeat = layer == "c" ? 2 : 1;
  r.provenance.tool = "test";
  return r;
}

void cycles(double n, Record* r) {
  r->values["processing_cycles"] = n;
  r->values["processing_ms"] = n / 1000;
}

Record analytical(const std::string& layer, double steps, double wait, double ramp) {
  Record r = made("analytical", layer);
  cycles(steps + wait + ramp, &r);
  r.cycles_by_cause = {{"pe: MACs", steps - 10}, {"pe: partial sums", 10}, {"ramp-up", ramp}};
  if (wait > 0) r.cycles_by_cause["wait: port glb.read"] = wait;
  r.counts = {{{"glb", "I", "read"}, 70}, {{"pe", "-", "mac"}, 900}};
  r.values["utilisation_pct"] = 80;
  return r;
}

// `beside`: steps that the critical path does not have.
Record simulator(const std::string& layer, double steps, double beside, double port, double drain) {
  Record r = made("simulator", layer);
  cycles(steps - beside + port + 7 + drain, &r);
  r.cycles_by_cause = {
      {"compute", steps - beside}, {"glb.read I", port - 3}, {"glb.write O", 3}, {"drain", drain}};
  r.cycles_by_cause["latency"] = 7;
  r.counts = {{{"glb", "I", "read"}, 70}, {{"pe", "-", "mac"}, 900}};
  r.values["step_cycles"] = steps;
  r.values["utilisation_pct"] = 75;
  r.values["lanes_busy_pct"] = 90;
  r.values["port_busy_pct.glb.read"] = 42.5;
  return r;
}

ReportInput three_levels() {
  ReportInput in;
  in.experiment = "levels";
  in.headline_variant = "D";
  in.headline_level = "analytical";
  in.headline_quantity = "processing_ms";
  in.predicted = {analytical("a", 1000, 50, 10),  analytical("b", 2000, 0, 20),
                  analytical("c", 500, 100, 5),   simulator("a", 1000, 30, 100, 12),
                  simulator("b", 2000, 0, 3, 13), simulator("c", 500, 0, 110, 4)};
  double ms = 1;
  for (const char* layer : {"a", "b", "c"}) {
    Record r = made("chip", layer);
    r.values["processing_ms"] = ms;
    r.repeat = 1;
    in.measured.push_back(std::move(r));
    ms += 0.5;
  }
  in.comparison = compare(in.predicted, in.measured, {{"processing_ms"}, false, false});
  in.bounds = {{"processing_ms", "D", "max_abs_pct", 70, 69.7}};
  return in;
}

ReportInput with_wrong_count() {
  ReportInput in = three_levels();
  in.predicted[4].counts[{"glb", "I", "read"}] = 71;
  in.predicted[4].counts[{"glb", "W", "fill"}] = 5;
  return in;
}

double sum_of(const CycleSplit& s) {
  return s.steps + s.stalls + s.overlap + s.latency + s.ramps + s.unattributed;
}

std::string page(ReportInput in, const char* gnuplot = "false") {
  const test::TemporaryFolder folder;
  in.gnuplot = gnuplot;
  return test::content(write_report(folder / "r", in).html);
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(report_levels)

BOOST_AUTO_TEST_CASE(splits_of_both_levels_and_their_difference_add_up_to_the_cycle) {
  const auto tables = report::level_tables(three_levels());
  BOOST_REQUIRE(tables.size() == 1U);
  BOOST_REQUIRE(tables[0].rows.size() == 4U);
  for (const LevelRow& row : tables[0].rows) {
    const CycleSplit difference = *row.analytical - *row.simulator;
    for (const CycleSplit& s : {*row.analytical, *row.simulator, difference}) {
      BOOST_TEST(sum_of(s) == s.cycles);
      BOOST_TEST(s.unattributed == 0);
    }
    const auto pct = report::error_parts_pct(row.simulator, row.measured_cycles);
    BOOST_REQUIRE(pct.has_value());
    BOOST_TEST(sum_of(*pct) == pct->cycles, boost::test_tools::tolerance(1e-12));
  }
}

BOOST_AUTO_TEST_CASE(parts_are_those_of_the_causes) {
  const LevelTable table = report::level_tables(three_levels())[0];
  const CycleSplit a = *table.rows[0].analytical, s = *table.rows[0].simulator;
  BOOST_TEST(a.steps == 1000);
  BOOST_TEST(a.stalls == 50);
  BOOST_TEST(a.ramps == 10);
  BOOST_TEST(a.overlap == 0);
  BOOST_TEST(s.steps == 1000);  // all of them, also those beside a wait
  BOOST_TEST(s.overlap == -30);
  BOOST_TEST(s.stalls == 100);
  BOOST_TEST(s.latency == 7);
  BOOST_TEST(s.ramps == 12);
  BOOST_TEST(s.cycles == 1089);
  // 1.0 ms at the 1,000 cycles per ms of the record.
  BOOST_TEST(*table.rows[0].measured_cycles == 1000, boost::test_tools::tolerance(1e-12));
}

BOOST_AUTO_TEST_CASE(network_counts_repeats) {
  const LevelRow network = report::level_tables(three_levels())[0].rows.back();
  BOOST_TEST(network.network);
  BOOST_TEST(network.analytical->cycles == 1060 + 2020 + 2 * 605);
  BOOST_TEST(network.simulator->cycles == 1089 + 2023 + 2 * 621);
  BOOST_TEST(network.counts.compared == 6);
  BOOST_TEST(*network.measured_cycles == 1000 + 1500 + 2 * 2000,
             boost::test_tools::tolerance(1e-12));
}

BOOST_AUTO_TEST_CASE(cycles_without_a_cause_are_shown_as_such) {
  ReportInput in = three_levels();
  in.predicted[3].cycles_by_cause.erase("glb.read I");
  const LevelTable table = report::level_tables(in)[0];
  BOOST_TEST(table.rows[0].simulator->unattributed == 97);
  BOOST_TEST(sum_of(*table.rows[0].simulator) == table.rows[0].simulator->cycles);
  BOOST_TEST(has(terminal_table(in, false), "no cause"));
  BOOST_TEST(!has(terminal_table(three_levels(), false), "no cause"));
}

BOOST_AUTO_TEST_CASE(terminal_and_page_show_the_levels_side_by_side) {
  const std::string terminal = terminal_table(three_levels(), false);
  BOOST_TEST(has(terminal, "[1] analytical D (stated beforehand)\n[2] simulator D"));
  BOOST_TEST(has(terminal, "Counts equal in 3 of 3 layers; analytical - simulator = -64 "));
  const std::string html = page(three_levels());
  for (const std::string& text : {terminal, html}) {
    BOOST_TEST(has(text, "Side by side: processing_ms"));
    BOOST_TEST(has(text, "Where the two models part"));
    BOOST_TEST(has(text, "Where the errors come from"));
    BOOST_TEST(has(text, "cycles go, in per cent of its processing cycles"));
    BOOST_TEST(has(text, "2 of 2"));
    BOOST_TEST(has(text, "glb.write O"));
    BOOST_TEST(has(text, "The simulator, same variant, reported and not judged: network error"));
  }
  BOOST_TEST(has(html, "id=\"stalls\""));
  BOOST_TEST(has(html, "id=\"utilisation\""));
}

BOOST_AUTO_TEST_CASE(side_by_side_has_signed_errors_and_the_difference) {
  const ReportInput in = three_levels();
  const auto tables = report::level_tables(in);
  const auto panels = report::panels_of(in, tables[0], report::causes_of(tables));
  BOOST_REQUIRE(panels.size() == 4U);
  std::vector<std::string> row;
  for (const auto& cell : panels[0].rows[0].cells) row.push_back(cell.text);
  BOOST_TEST((row == std::vector<std::string>{"a", "1.0", "1.060", "+6.0", "1.089", "+8.9",
                                              "-0.029", "-2.7"}),
             std::accumulate(row.begin(), row.end(), std::string()));
  row.clear();
  for (const auto& cell : panels[1].rows[0].cells) row.push_back(cell.text);
  BOOST_TEST((row == std::vector<std::string>{"a", "2 of 2", "1,060", "1,089", "-29", "-2.7", "0",
                                              "-50", "+30", "-7", "-2"}),
             std::accumulate(row.begin(), row.end(), std::string()));
}

BOOST_AUTO_TEST_CASE(counts_that_differ_fail_loudly) {
  const ReportInput in = with_wrong_count();
  BOOST_TEST(!report::counts_agree(in));
  BOOST_TEST(!passed(in));
  BOOST_TEST(passed(three_levels()));
  const std::string terminal = terminal_table(in, false);
  BOOST_TEST(has(terminal, "FAIL  levels of one contract differ; one of them has a bug"));
  BOOST_TEST(has(terminal, "1 of 3 (!)"));
  BOOST_TEST(has(terminal, "Counts equal in 2 of 3 layers"));
  BOOST_TEST(has(verdict(in), "Levels of one contract differ, so one of them has a bug"));
  const std::string html = page(in);
  BOOST_TEST(has(html, "class=\"verdict fail\""));
  BOOST_TEST(has(html, "LEVELS DIFFER"));
  for (const std::string& text : {terminal, html}) {
    BOOST_TEST(has(text, "D b glb.I.read: analytical 70, simulator 71"));
    BOOST_TEST(has(text, "D b glb.W.fill: analytical 0, simulator 5"));  // an absent key is 0
  }
  BOOST_TEST(nlohmann::json::parse(metrics_to_json(in))["counts_agree"] == false);
  ReportInput unjudged = in;
  unjudged.bounds.clear();
  BOOST_TEST(has(page(unjudged), "class=\"verdict fail\""));
}

BOOST_AUTO_TEST_CASE(many_differences_are_counted) {
  ReportInput in = three_levels();
  for (int i = 0; i < 30; ++i)
    in.predicted[3].counts[{"level" + std::to_string(i), "I", "read"}] = 1;
  const auto all = report::count_differences(in);
  BOOST_TEST(all.size() == 21U);
  BOOST_TEST(has(all.back(), "and 10 more"));
}

BOOST_AUTO_TEST_CASE(metrics_have_names_that_tell_where_they_belong) {
  const auto json = nlohmann::json::parse(metrics_to_json(three_levels()));
  BOOST_TEST(json["counts_agree"] == true);
  BOOST_REQUIRE(json["levels"].size() == 1U);
  const auto& m = json["levels"][0]["metrics"];
  BOOST_TEST(m["counts__a__equal"]["value"] == 2);
  BOOST_TEST(m["processing_cycles__a__simulator"]["value"] == 1089);
  BOOST_TEST(m["processing_cycles__a__difference"]["value"] == -29);
  BOOST_TEST(m["processing_cycles__a__difference__stalls"]["value"] == -50);
  BOOST_TEST(m["processing_cycles__a__difference__overlap"]["value"] == 30);
  BOOST_TEST(m["processing_cycles__network__difference"]["n"] == 3);
  BOOST_TEST(m["error_pct__a__simulator"]["value"].get<double>() == 8.9,
             boost::test_tools::tolerance(1e-9));
  BOOST_TEST(m["error_pct__a__simulator__steps"]["value"].get<double>() == 0.0);
}

BOOST_AUTO_TEST_CASE(a_bound_may_be_of_the_simulator) {
  ReportInput in = three_levels();
  in.bounds.push_back({"processing_ms", "D", "max_abs_pct", 5, 8.9, "simulator"});
  BOOST_TEST(has(verdict(in), "max_abs_pct of processing_ms, variant D, level simulator: 8.90"));
  BOOST_TEST(!has(verdict(in), "not judged"));
  const auto json = nlohmann::json::parse(metrics_to_json(in));
  BOOST_TEST(!json["bounds"][0].contains("level"));
  BOOST_TEST(json["bounds"][1]["level"] == "simulator");
}

BOOST_AUTO_TEST_CASE(without_two_levels_nothing_is_said_of_them) {
  const ReportInput in = test::eyeriss();
  const auto json = nlohmann::json::parse(metrics_to_json(in));
  BOOST_TEST(!json.contains("levels"));
  BOOST_TEST(!json.contains("counts_agree"));
  for (const std::string& text : {page(in), terminal_table(in, false)})
    for (const char* word : {"simulator", "Simulator", "Side by side", "Levels", "id=\"levels\""})
      BOOST_TEST(!has(text, word), word);
}

BOOST_AUTO_TEST_CASE(a_record_of_one_level_only_is_mentioned) {
  ReportInput in = three_levels();
  in.predicted.erase(in.predicted.begin() + 1);
  in.comparison = compare(in.predicted, in.measured, {{"processing_ms"}, false, true});
  const LevelTable table = report::level_tables(in)[0];
  BOOST_TEST(table.layers == 2U);
  BOOST_TEST(table.unpaired == 1U);
  BOOST_TEST(has(terminal_table(in, false), "; 1 record of one level only"));
}

BOOST_AUTO_TEST_CASE(many_causes_are_joined_and_the_joined_ones_are_named) {
  ReportInput in = three_levels();
  for (Record& r : in.predicted)
    if (r.level == "simulator")
      for (int i = 0; i < 8; ++i) {
        r.cycles_by_cause["l" + std::to_string(i) + ".port W"] = 20 + i;
        r.values["processing_cycles"] += 20 + i;
      }
  const auto tables = report::level_tables(in);
  const report::Causes causes = report::causes_of(tables);
  BOOST_TEST(causes.shown.size() == 7U);
  BOOST_TEST(causes.shown.front() == "compute");
  BOOST_TEST(causes.joined.size() == 6U);
  BOOST_TEST(sum_of(*tables[0].rows[0].simulator) == tables[0].rows[0].simulator->cycles);
  const std::string html = page(in, "gnuplot");
  BOOST_TEST(has(html, "other (6)"));
  for (const std::string& cause : causes.joined) BOOST_TEST(has(html, cause), cause);
}

BOOST_AUTO_TEST_CASE(tables_stand_without_measurements_or_causes) {
  ReportInput in = three_levels();
  for (Record& r : in.predicted) {
    r.cycles_by_cause.clear();
    r.counts.clear();
    r.values.erase("utilisation_pct");
    r.values.erase("lanes_busy_pct");
    r.values.erase("port_busy_pct.glb.read");
  }
  for (Record& r : in.measured) r.values = {{"total_ms", 1.0}};
  for (Record& r : in.predicted) r.values["total_ms"] = 100;  // above every processing_ms
  in.headline_quantity = "total_ms";
  in.comparison = compare(in.predicted, in.measured, {{"total_ms"}, false, false});
  const std::string html = page(in);
  BOOST_TEST(has(html, "No counts are stated"));
  BOOST_TEST(has(html, "Not drawn: no record of the simulator attributes its cycles to causes."));
  BOOST_TEST(has(html, "Not drawn: no record of the simulator says how busy"));
  BOOST_TEST(!has(html, "Where the errors come from"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay
