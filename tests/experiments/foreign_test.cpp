// SPDX-License-Identifier: Apache-2.0
// Native outputs of other predictors: figures computed by hand from the files of tests/foreign/.
#include "experiments/foreign/foreign.h"

#include <boost/test/unit_test.hpp>
#include <map>
#include <string>

#include "tests/experiments/foreign_fixture.h"

using namespace assay;
using namespace assay::test;

namespace {

ForeignImport scale_sim() {
  ForeignRequest r = request("scale-sim", kFolder / "scale_sim");
  r.layers = kFolder / "scale_sim/layers.yaml";
  return import_foreign(r, workload());
}

ForeignImport maestro() {
  ForeignRequest r = request("maestro", kFolder / "maestro.csv");
  r.layers = kFolder / "layers.yaml";
  return import_foreign(r, workload());
}

std::int64_t count(const Record& r, const CountKey& key) { return r.counts.at(key); }

}  // namespace

BOOST_AUTO_TEST_SUITE(foreign)

BOOST_AUTO_TEST_CASE(maestro_rows_become_records_of_layers_named_by_the_user_or_the_same) {
  const ForeignImport in = maestro();
  BOOST_REQUIRE_EQUAL(in.records.size(), 2);
  const Record& r = in.records[0];
  BOOST_TEST(r.level == "maestro");
  BOOST_TEST(r.chip == "chip");
  BOOST_TEST(r.workload == "small");
  BOOST_TEST(r.layer == "a");
  BOOST_TEST(r.batch == 1);
  const std::map<std::string, double> values{{"processing_cycles", 200},
                                             {"operations", 1152},
                                             {"throughput_macs_per_cycle", 5.76},
                                             {"active_pes", 12.5}};
  BOOST_TEST((r.values == values));
  BOOST_TEST(r.counts.size() == 12U);
  BOOST_TEST(count(r, {"l1", "I", "fill"}) == 240);
  BOOST_TEST(count(r, {"l2", "I", "read"}) == 120);
  BOOST_TEST(count(r, {"l2", "I", "fill"}) == 72);
  BOOST_TEST(count(r, {"l1", "W", "fill"}) == 288);
  BOOST_TEST(count(r, {"l2", "W", "read"}) == 144);
  BOOST_TEST(count(r, {"l1", "P", "read"}) == 1152);
  BOOST_TEST(count(r, {"l1", "P", "write"}) == 1153);
  BOOST_TEST(count(r, {"l2", "P", "read"}) == 64);
  BOOST_TEST(count(r, {"l2", "P", "write"}) == 128);
  BOOST_TEST(r.energy_pj_by_component.empty());
  BOOST_TEST(r.notes.at("native_layer") == "A1");
  BOOST_TEST(r.notes.at("network") == "small");
  BOOST_TEST(r.notes.at("pes") == "16");
  BOOST_TEST(r.provenance.inputs.at("data").rfind("maestro.csv sha256:", 0) == 0U);
  BOOST_TEST(r.provenance.inputs.at("layers").rfind("layers.yaml sha256:", 0) == 0U);
  BOOST_TEST(in.records[1].layer == "b");
  BOOST_TEST(in.records[1].values.at("processing_cycles") == 64);
}

BOOST_AUTO_TEST_CASE(timeloop_statistics_become_a_record) {
  const ForeignImport in = import_foreign(request("timeloop", kFolder / "a.stats.txt"), workload());
  BOOST_REQUIRE_EQUAL(in.records.size(), 1);
  const Record& r = in.records[0];
  BOOST_TEST(r.level == "timeloop");
  BOOST_TEST(r.layer == "a");
  BOOST_TEST(r.values.at("operations") == 1152);
  BOOST_TEST(r.values.at("active_pes") == 4);
  BOOST_TEST(r.values.at("processing_cycles") == 288);  // without Main, which is DRAM
  BOOST_TEST(r.values.at("total_cycles") == 416);
  BOOST_TEST(r.values.at("total_utilisation_pct") == 69.23);
  BOOST_TEST(r.values.at("off_chip_traffic_mb") == 208 * 16 / 8e6);
  // MAC 1.152, RegFile 0.656 + 0.612 + 1.120 + 0.001 (reductions) + 0.002 (leakage), network 0.007.
  BOOST_TEST(r.values.at("energy_chip_uj") == 3.55, boost::test_tools::tolerance(1e-12));
  BOOST_TEST(r.values.at("energy_uj") == 45.15, boost::test_tools::tolerance(1e-12));
  BOOST_TEST(r.energy_pj_by_component.at("RegFile") == 2391000);
  BOOST_TEST(r.energy_pj_by_component.at("networks") == 7000);
  BOOST_TEST(r.energy_pj_by_component.at("Main") == 41600000);
  BOOST_TEST(count(r, {"MAC", "-", "mac"}) == 1152);
  BOOST_TEST(count(r, {"RegFile", "I", "read"}) == 4 * 288);  // of all four instances
  BOOST_TEST(count(r, {"RegFile", "I", "fill"}) == 4 * 40);
  BOOST_TEST(count(r, {"RegFile", "W", "fill"}) == 4 * 18);
  BOOST_TEST(count(r, {"RegFile", "P", "read"}) == 4 * 272);
  BOOST_TEST(count(r, {"RegFile", "P", "write"}) == 4 * 288);
  BOOST_TEST(count(r, {"Main", "P", "write"}) == 64);
  BOOST_TEST(r.counts.count({"Main", "I", "write"}) == 0U);
}

BOOST_AUTO_TEST_CASE(scale_sim_reports_are_joined_by_the_number_of_the_layer) {
  const ForeignImport in = scale_sim();
  BOOST_REQUIRE_EQUAL(in.records.size(), 2);
  const Record& r = in.records[0];
  BOOST_TEST(r.layer == "a");
  BOOST_TEST(r.notes.at("native_layer") == "0");
  BOOST_TEST(r.values.at("processing_cycles") == 100);  // 120 less 20 of stalls
  BOOST_TEST(r.values.at("total_cycles") == 180);
  BOOST_TEST(r.values.at("utilisation_pct") == 72, boost::test_tools::tolerance(1e-12));
  BOOST_TEST(r.values.at("off_chip_traffic_words") == 72 + 73 + 64);
  BOOST_TEST(count(r, {"sram", "I", "read"}) == 288);
  BOOST_TEST(count(r, {"sram", "W", "read"}) == 144);
  BOOST_TEST(count(r, {"sram", "P", "write"}) == 70);
  BOOST_TEST(count(r, {"dram", "W", "read"}) == 73);
  BOOST_TEST(r.provenance.inputs.size() == 4U);
  BOOST_TEST(in.records[1].layer == "b");
  BOOST_TEST(in.records[1].values.at("total_cycles") == 70);
  BOOST_TEST(in.unread.size() == 1U);  // layers.yaml
}

BOOST_AUTO_TEST_CASE(dnn_chip_predictor_tables_of_one_run_are_one_record) {
  const ForeignImport in =
      import_foreign(request("dnn-chip-predictor", kFolder / "dnn_chip_predictor"), workload());
  BOOST_REQUIRE_EQUAL(in.records.size(), 1);
  const Record& r = in.records[0];
  BOOST_TEST(r.values.at("processing_cycles") == 288);
  const auto close = boost::test_tools::tolerance(1e-12);
  BOOST_TEST(r.values.at("off_chip_traffic_mb") == 416e-6, close);
  BOOST_TEST(r.values.at("traffic_sram_mb") == 600e-6, close);
  BOOST_TEST(r.values.at("traffic_noc_forward_mb") == 10e-6, close);
  BOOST_TEST(r.values.at("traffic_noc_unicast_mb") == 128e-6, close);
  BOOST_TEST(r.values.at("traffic_noc_multicast_mb") == 300e-6, close);
  BOOST_TEST(r.values.at("traffic_rf_mb") == 1500e-6, close);
  BOOST_TEST(r.values.at("energy_uj") == 45450e-6, close);
  BOOST_TEST(r.values.at("energy_chip_uj") == 3850e-6, close);
  BOOST_TEST(r.values.at("energy_uj.dram.O") == 12800e-6, close);
  BOOST_TEST(r.values.at("energy_uj.noc.I") == 200e-6, close);
  BOOST_TEST(r.values.at("energy_uj.rf.W") == 300e-6, close);
  BOOST_TEST(r.energy_pj_by_component.at("comp") == 1152);
}

BOOST_AUTO_TEST_CASE(a_single_table_states_what_it_holds_and_nothing_else) {
  ForeignRequest r = request("dnn-chip-predictor", kFolder / "dnn_chip_predictor/a_latency.csv");
  const Record latency = import_foreign(r, workload()).records.at(0);
  BOOST_TEST(latency.values.size() == 1U);
  BOOST_TEST(latency.values.count("processing_cycles") == 1U);
  ForeignRequest s = request("scale-sim", kFolder / kCompute);
  s.layers = kFolder / "scale_sim/layers.yaml";
  BOOST_TEST(import_foreign(s, workload()).records.at(0).counts.empty());
}

BOOST_AUTO_TEST_CASE(a_clock_gives_milliseconds_and_without_one_there_are_none) {
  ForeignRequest r = request("timeloop", kFolder / "a.stats.txt");
  BOOST_TEST(import_foreign(r, workload()).records[0].values.count("processing_ms") == 0U);
  r.clock_mhz = 200;
  const Record with = import_foreign(r, workload()).records[0];
  BOOST_TEST(with.values.at("processing_ms") == 288 / 200e3);
  BOOST_TEST(with.values.at("total_ms") == 416 / 200e3);
}

BOOST_AUTO_TEST_CASE(a_report_of_an_older_version_has_no_total_latency) {
  const TemporaryFolder folder;
  std::string text = content(kFolder / kCompute);
  for (const char* cell : {" Total Cycles (incl. prefetch),", " 180,", " 70,"})
    text = edited(text, cell, "");
  ForeignRequest r = request("scale-sim", folder.write("COMPUTE_REPORT.csv", text));
  r.layers = kFolder / "scale_sim/layers.yaml";
  const Record old = import_foreign(r, workload()).records.at(0);
  BOOST_TEST(old.values.count("total_cycles") == 0U);
  BOOST_TEST(old.values.at("processing_cycles") == 100);
}

BOOST_AUTO_TEST_CASE(the_list_of_layers_on_the_page_is_read) {
  const std::string page = content(fs::path(ASSAY_SOURCE_DIR) / "docs/formats/foreign.md");
  const std::size_t start = page.find("```yaml\n") + 8;
  const std::string list = page.substr(start, page.find("```\n", start) - start);
  const TemporaryFolder folder;
  std::string text = content(kFolder / "maestro.csv");
  const std::string row = text.substr(text.find("small,b,"));
  text = edited(edited(text, "A1", "CONV1"), "small,b,", "small,CONV2,");
  text += edited(row, "small,b,", "small,CONV9,");
  const std::string layers = content(kFolder / "workload.yaml");
  ForeignRequest r = request("maestro", folder.write("result.csv", text));
  r.layers = folder.write("layers.yaml", list);
  const ForeignImport in = import_foreign(
      r,
      read_workload(folder.write("workload.yaml", edited(edited(layers, "name: a", "name: conv1"),
                                                         "name: b", "name: conv2"))));
  BOOST_REQUIRE_EQUAL(in.records.size(), 2U);
  BOOST_TEST(in.records[0].layer == "conv1");
  BOOST_TEST(in.records[1].layer == "conv2");
  BOOST_REQUIRE_EQUAL(in.skipped.size(), 1U);
  BOOST_TEST(in.skipped[0].reason == "not a layer of the chip");
}

BOOST_AUTO_TEST_CASE(every_column_is_mapped_or_says_why_not_and_stands_on_the_page) {
  const std::string page = content(fs::path(ASSAY_SOURCE_DIR) / "docs/formats/foreign.md");
  for (const std::string& tool : foreign_tools()) {
    BOOST_TEST(page.find("## " + tool) != std::string::npos, tool);
    for (const ForeignColumn& c : foreign_columns(tool)) {
      BOOST_TEST(!c.target.empty(), c.name);
      BOOST_TEST(c.target != "not mapped", c.name);
      BOOST_TEST(page.find("`" + c.name + "`") != std::string::npos, tool << ": " << c.name);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
