// SPDX-License-Identifier: Apache-2.0
// Hardware as the third level of an experiment, without hardware.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <iterator>

#include "core/diagnostics.h"
#include "experiments/experiment.h"
#include "experiments/report/hardware_levels.h"
#include "rtl/registry.h"
#include "rtl_fixture.h"

using namespace assay;
using assay::test::FakeChip;
using assay::test::FakeDesign;

namespace {

namespace fs = std::filesystem;

const std::string kExperiment = R"(schema: assay.experiment/1
name: hardware
title: Three levels
question: Do they say the same?
chip: fake
workload: net
levels: [analytical, simulator, rtl]
variants:
  - {name: D, mapping: mapping.yaml, headline: true, description: the chip}
  - {name: soft, accelerator: soft.yaml, mapping: mapping.yaml, description: names no hardware,
     levels: [analytical]}
measured:
  - {data: measured/m.csv, import: measured/m.import.yaml}
quantities: [total_ms]
headline_quantity: total_ms
)";

const std::string kImport = R"(schema: assay.import/1
name: m
kind: measured
level: chip
chip: fake
workload: net
layer: {column: layer}
source: made up
confidence: none
values:
  - {quantity: total_ms, column: ms, unit: ms}
)";

std::string edited(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  BOOST_REQUIRE_MESSAGE(at != std::string::npos, from);
  return text.replace(at, from.size(), to);
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// The chip's files as a data folder.
class Data {
 public:
  Data() {
    fs::create_directories(files_.at("chips/fake/measured"));
    fs::create_directories(files_.at("workloads"));
    files_.write("chips/fake/accelerator.yaml", test::kFakeAccelerator);
    files_.write("chips/fake/soft.yaml", edited(test::kFakeAccelerator, "rtl: fake-4\n", ""));
    files_.write("chips/fake/mapping.yaml", test::kFakeMapping);
    files_.write("chips/fake/measured/m.csv", "layer,ms\nc1,0.02\nc2,0.03\nf3,0.01\n");
    files_.write("chips/fake/measured/m.import.yaml", kImport);
    files_.write("workloads/net.yaml", test::kFakeWorkload);
  }

  ReportInput run(const std::string& experiment,
                  const std::function<void(FakeDesign*)>& adjust = {}) const {
    files_.write("e.yaml", experiment);
    ExperimentOptions options;
    options.make_design = files_.options(adjust).make_design;
    options.jobs = 2;
    return run_experiment(read_experiment(files_.at("e.yaml")), catalog(), options);
  }
  ReportInput run_as_built(const std::string& experiment) const {
    files_.write("e.yaml", experiment);
    return run_experiment(read_experiment(files_.at("e.yaml")), catalog());
  }
  std::string page(ReportInput in) const {
    in.gnuplot = "false";
    std::ifstream file(write_report(files_.at("out"), in).html);
    return std::string(std::istreambuf_iterator<char>(file), {});
  }

 private:
  Catalog catalog() const { return {files_.at("")}; }
  FakeChip files_;
};

std::vector<std::string> layers_on_hardware(const ReportInput& in) {
  std::vector<std::string> layers;
  for (const Record& r : in.predicted)
    if (r.level == "rtl") layers.push_back(r.layer);
  return layers;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(rtl_experiment)

BOOST_AUTO_TEST_CASE(hardware_stands_beside_simulator_and_chip) {
  const Data data;
  const ReportInput in = data.run(kExperiment);
  BOOST_TEST(layers_on_hardware(in).size() == 3U);
  BOOST_TEST(in.skipped.empty());
  BOOST_TEST(passed(in));
  const auto tables = report::hardware_tables(in);
  BOOST_REQUIRE(tables.size() == 1U);
  BOOST_TEST(tables[0].not_run.empty());
  for (const report::HardwareRow& row : tables[0].rows) {
    BOOST_REQUIRE(row.simulated != nullptr);
    BOOST_TEST(row.counts.compared > 0);
    BOOST_TEST(row.counts.differences.empty());
    BOOST_TEST(row.simulated->values.at("total_cycles") == row.hardware->values.at("total_cycles"));
  }
  // 0.02 ms at 100 MHz.
  BOOST_TEST(*tables[0].rows[0].measured_cycles == 2000, boost::test_tools::tolerance(1e-9));
  for (const std::string& text : {data.page(in), terminal_table(in, false)})
    for (const char* part : {"On hardware: total cycles, D, net on fake", "simulator - rtl"})
      BOOST_TEST(has(text, part), part);
  BOOST_TEST(has(data.page(in), "silicon that we do not know"));
  const std::string cycles =
      std::to_string(static_cast<int>(tables[0].rows[0].hardware->values.at("total_cycles")));
  const std::string metrics = metrics_to_json(in);
  for (const char* level : {"simulator", "rtl"})
    BOOST_TEST(
        has(metrics, "\"total_cycles__c1__" + std::string(level) + "\": {\"value\": " + cycles));
}

BOOST_AUTO_TEST_CASE(errors_of_hardware_are_compared_and_may_have_a_bound) {
  const Data data;
  const ReportInput in = data.run(kExperiment +
                                  "bounds:\n  - {quantity: total_ms, variant: D, level: rtl, "
                                  "statistic: network_pct, limit_pct: 1000}\n");
  BOOST_REQUIRE(in.bounds.size() == 1U);
  BOOST_TEST(in.bounds[0].found.has_value());
  std::size_t groups = 0;
  for (const ErrorStatistics& s : in.comparison.statistics) groups += s.level == "rtl" ? 1 : 0;
  BOOST_TEST(groups == 1U);
}

BOOST_AUTO_TEST_CASE(chosen_layers_run_and_the_table_says_which_did_not) {
  const Data data;
  const ReportInput in =
      data.run(edited(kExperiment, "headline: true", "headline: true, rtl_layers: [c2]"));
  BOOST_TEST(layers_on_hardware(in) == std::vector<std::string>{"c2"});
  BOOST_TEST(passed(in));
  BOOST_TEST(has(terminal_table(in, false), "Not run on hardware: c1, f3."));
  BOOST_TEST(has(data.page(in), "Not run on hardware: c1, f3."));
  for (const ComparedRow& row : in.comparison.rows)
    BOOST_TEST((row.level != "rtl" || row.layer != kNetworkLayer));  // no sum over one of three
}

BOOST_AUTO_TEST_CASE(a_cycle_or_a_count_that_differs_fails_the_experiment) {
  const Data data;
  const ReportInput slow = data.run(
      kExperiment, [](FakeDesign* d) { d->spoil = [](rtl::RunResult* r) { ++r->cycles; }; });
  BOOST_TEST(!passed(slow));
  BOOST_TEST(has(terminal_table(slow, false), "D c1 total_cycles: simulator "));
  BOOST_TEST(has(data.page(slow), "COUNTS DIFFER"));
  const ReportInput wrong = data.run(kExperiment, [](FakeDesign* d) {
    d->spoil = [](rtl::RunResult* r) { ++r->counts[{"buf", "I", "fill"}]; };
  });
  BOOST_TEST(!passed(wrong));
  BOOST_TEST(report::hardware_differences(wrong).size() == 3U);
}

BOOST_AUTO_TEST_CASE(a_variant_that_names_no_hardware_is_skipped_and_said_so) {
  const Data data;
  const ReportInput in =
      data.run(edited(kExperiment, "levels: [analytical]", "levels: [analytical, rtl]"));
  BOOST_REQUIRE(in.skipped.size() == 1U);
  BOOST_TEST(in.skipped[0] ==
             "rtl: not run for variant soft, whose accelerator file names no hardware");
  BOOST_TEST(has(terminal_table(in, false), in.skipped[0]));
  BOOST_TEST(has(data.page(in), in.skipped[0]));
  BOOST_TEST(passed(in));
}

BOOST_AUTO_TEST_CASE(without_verilator_the_level_is_skipped_and_nothing_fails) {
  const Data data;
  const std::string bounded = kExperiment +
                              "bounds:\n  - {quantity: total_ms, variant: D, level: rtl, "
                              "statistic: max_abs_pct, limit_pct: 0}\n";
  if (has_rtl()) {  // but not this hardware
    BOOST_CHECK_THROW(data.run_as_built(bounded), InputError);
    return;
  }
  const ReportInput in = data.run_as_built(bounded);
  BOOST_TEST(in.skipped == std::vector<std::string>{rtl::kSkipped});
  BOOST_TEST(in.bounds.empty());
  BOOST_TEST(passed(in));
  BOOST_TEST(has(terminal_table(in, false), rtl::kSkipped));
  BOOST_TEST(has(data.page(in), rtl::kSkipped));
}

BOOST_AUTO_TEST_SUITE_END()
