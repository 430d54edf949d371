// SPDX-License-Identifier: Apache-2.0
// Hardware as the third level of an experiment, without hardware.
#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "core/diagnostics.h"
#include "core/hash.h"
#include "experiments/experiment.h"
#include "experiments/report/hardware_gaps.h"
#include "rtl/registry.h"
#include "rtl_fixture.h"
#include "tests/files.h"

using namespace assay;
using assay::test::edited;
using assay::test::FakeChip;
using assay::test::FakeDesign;

namespace {

namespace fs = std::filesystem;

const std::string kUnpinned = R"(schema: assay.experiment/1
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
  - {data: measured/m.csv, import: measured/m.import.yaml,
     sha256: HASH}
quantities: [total_ms]
headline_quantity: total_ms
)";

const std::string kMeasured = "layer,ms\nc1,0.02\nc2,0.03\nf3,0.01\n";

// The experiment file with the hash of its measured data.
std::string pinned(const std::string& measured) {
  const std::string hash = sha256_of_text(measured).substr(std::string("sha256:").size());
  return edited(kUnpinned, "HASH", hash);
}

const std::string kExperiment = pinned(kMeasured);

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
    files_.write("chips/fake/measured/m.csv", kMeasured);
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
  ReportInput run(const std::string& experiment, ExperimentOptions options) const {
    files_.write("e.yaml", experiment);
    if (!options.make_design) options.make_design = files_.options().make_design;
    options.jobs = 1;
    return run_experiment(read_experiment(files_.at("e.yaml")), catalog(), options);
  }
  fs::path at(const std::string& name) const { return files_.at(name); }
  void write(const std::string& name, const std::string& text) const { files_.write(name, text); }
  // Other measured data; the experiment file for them.
  std::string measured(const std::string& csv) const {
    files_.write("chips/fake/measured/m.csv", csv);
    return pinned(csv);
  }
  std::function<std::unique_ptr<rtl::Design>(const std::string&)> design(
      const std::function<void(FakeDesign*)>& adjust) const {
    return files_.options(adjust).make_design;
  }
  ReportInput run_as_built(const std::string& experiment) const {
    files_.write("e.yaml", experiment);
    return run_experiment(read_experiment(files_.at("e.yaml")), catalog());
  }
  std::string page(ReportInput in) const {
    in.gnuplot = "false";
    return test::content(write_report(files_.at("out"), in).html);
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
    BOOST_TEST(row.outputs_equal.value_or(false));
    BOOST_TEST(row.simulated->values.at("total_cycles") == row.hardware->values.at("total_cycles"));
  }
  // 0.02 ms at 100 MHz.
  BOOST_TEST(*tables[0].rows[0].measured_cycles == 2000, boost::test_tools::tolerance(1e-9));
  for (const std::string& text : {data.page(in), terminal_table(in, false)})
    for (const char* part :
         {"On hardware: total cycles, D, net on fake",
          "rtl = simulator in 3 of 3 layers: total cycles (", "every output word in 3 of 3 layers",
          "Modelling error of the total latency (analytical - rtl): ",
          "Silicon that we do not know, total latency (rtl - chip): "})
      BOOST_TEST(has(text, part), part);
  BOOST_TEST(has(data.page(in), "silicon that we do not know"));
  const std::string cycles =
      std::to_string(static_cast<int>(tables[0].rows[0].hardware->values.at("total_cycles")));
  const std::string metrics = metrics_to_json(in);
  for (const char* level : {"simulator", "rtl"})
    BOOST_TEST(
        has(metrics, "\"total_cycles__c1__" + std::string(level) + "\": {\"value\": " + cycles));
}

// By hand from the records: both parts are of the chip's cycles and add up to the analytical error.
BOOST_AUTO_TEST_CASE(gaps_are_modelling_error_and_silicon_of_each_layer_and_the_network) {
  const Data data;
  ReportInput in = data.run(kExperiment);
  // The fast latency of such small layers is exact: an error to be split is made by hand.
  for (Record& r : in.predicted)
    if (r.level == "analytical") r.values["total_cycles"] -= r.layer == "c1" ? 100 : 7;
  const report::HardwareTable table = report::hardware_tables(in).at(0);
  const std::vector<report::GapRow> rows = report::gap_rows(in, table);
  BOOST_REQUIRE(rows.size() == 4U);
  const double chip[] = {2000, 3000, 1000};  // 0.02, 0.03 and 0.01 ms at 100 MHz
  double a = 0, h = 0, m = 0;
  const auto near = boost::test_tools::tolerance(1e-9);
  for (std::size_t i = 0; i < 3; ++i) {
    const double analytical = *report::total_cycles(table.rows[i].analytical),
                 hardware = *report::total_cycles(table.rows[i].hardware);
    BOOST_REQUIRE(rows[i].total.has_value());
    BOOST_TEST(rows[i].total->modelling == 100 * (analytical - hardware) / chip[i], near);
    BOOST_TEST(rows[i].total->silicon == 100 * (hardware / chip[i] - 1), near);
    BOOST_TEST(rows[i].total->both() == 100 * (analytical / chip[i] - 1), near);
    BOOST_TEST(!rows[i].processing.has_value());  // not measured
    const double times = i == 1 ? 2 : 1;          // c2 is repeated
    a += times * analytical;
    h += times * hardware;
    m += times * chip[i];
  }
  BOOST_TEST(rows[3].network);
  BOOST_TEST(rows[3].total->modelling == 100 * (a - h) / m, near);
  BOOST_TEST(rows[3].total->silicon == 100 * (h - m) / m, near);
  BOOST_TEST(rows[0].total->modelling != 0);
  const std::string metrics = metrics_to_json(in);
  for (const char* name : {"total_error_pct__c1__modelling", "total_error_pct__network__silicon",
                           "outputs__c1__equal\": {\"value\": 1"})
    BOOST_TEST(has(metrics, name), name);
  BOOST_TEST(
      has(terminal_table(in, false), "Hardware, D, net on fake: rtl = simulator in 3 of 3 layers"));
}

BOOST_AUTO_TEST_CASE(the_simulator_stands_for_the_processing_latency_of_hardware) {
  const Data data;
  const std::string measured =
      data.measured("layer,ms,own\nc1,0.02,0.01\nc2,0.03,0.02\nf3,0.01,0.01\n");
  data.write("chips/fake/measured/m.import.yaml",
             kImport + "  - {quantity: processing_ms, column: own, unit: ms}\n");
  const std::string both = edited(measured, "[total_ms]", "[total_ms, processing_ms]");
  const ReportInput in = data.run(both);
  const report::HardwareTable table = report::hardware_tables(in).at(0);
  const auto rows = report::gap_rows(in, table);
  BOOST_REQUIRE(rows[0].processing.has_value());
  const double s = table.rows[0].simulated->values.at("processing_cycles");
  BOOST_TEST(rows[0].processing->silicon == 100 * (s / 1000 - 1),
             boost::test_tools::tolerance(1e-9));
  // Not where it is another machine.
  const ReportInput slow =
      data.run(both, [](FakeDesign* d) { d->spoil = [](rtl::RunResult* r) { ++r->cycles; }; });
  BOOST_TEST(!report::gap_rows(slow, report::hardware_tables(slow).at(0))[0].processing);
}

BOOST_AUTO_TEST_CASE(an_interrupted_run_keeps_finished_layers_and_goes_on_from_there) {
  const Data data;
  const std::string twice =
      edited(kExperiment, "[analytical, simulator, rtl]", "[analytical, rtl]");
  ExperimentOptions options;
  options.journals = data.at("kept");
  bool stop = false;
  options.stop = [&] { return stop; };
  options.progress = [&](const std::string&, const std::vector<LayerProgress>& layers) {
    BOOST_TEST(layers[0].unit == "cycles");
    BOOST_TEST(layers[0].steps > 0);
    for (const LayerProgress& l : layers) stop = stop || l.state == LayerProgress::State::finished;
  };
  // The last layer never comes to its end, so the run cannot either.
  options.make_design = data.design([](FakeDesign* d) { d->endless = "f3"; });
  BOOST_CHECK_THROW(data.run(twice, options), Stopped);
  BOOST_TEST(fs::exists(hardware_journal(options.journals, 0, "D")));
  stop = false;
  std::size_t resumed = 0;
  options.stop = {};
  options.progress = [&](const std::string&, const std::vector<LayerProgress>& layers) {
    resumed = 0;
    for (const LayerProgress& l : layers)
      resumed += l.state == LayerProgress::State::resumed ? 1 : 0;
  };
  options.make_design = {};
  BOOST_TEST(layers_on_hardware(data.run(twice, options)).size() == 3U);
  BOOST_TEST(resumed >= 1U);
  options.restart = true;
  BOOST_TEST(layers_on_hardware(data.run(twice, options)).size() == 3U);
  BOOST_TEST(resumed == 0U);
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
  BOOST_TEST(has(data.page(slow), "LEVELS DIFFER"));
  const ReportInput wrong = data.run(kExperiment, [](FakeDesign* d) {
    d->spoil = [](rtl::RunResult* r) { ++r->counts[{"buf", "I", "fill"}]; };
  });
  BOOST_TEST(!passed(wrong));
  BOOST_TEST(report::hardware_differences(wrong).size() == 3U);
  BOOST_TEST(has(data.page(wrong), "rtl and simulator DIFFER in 3 of 3 layers (c1, c2, f3)"));
}

BOOST_AUTO_TEST_CASE(one_word_of_the_outputs_that_differs_fails_the_experiment) {
  const Data data;
  const ReportInput in = data.run(
      kExperiment, [](FakeDesign* d) { d->spoil = [](rtl::RunResult* r) { r->output[3] ^= 1; }; });
  BOOST_TEST(!passed(in));
  BOOST_TEST(report::hardware_differences(in).size() == 3U);
  for (const std::string& text : {data.page(in), terminal_table(in, false)})
    for (const char* part : {"D c1 outputs: simulator sha256:", "DIFFER in 3 of 3 layers"})
      BOOST_TEST(has(text, part), part);
}

BOOST_AUTO_TEST_CASE(a_variant_that_names_no_hardware_is_skipped_and_said_so) {
  const Data data;
  const ReportInput in =
      data.run(edited(kExperiment, "levels: [analytical]", "levels: [analytical, rtl]"));
  BOOST_REQUIRE(in.skipped.size() == 1U);
  BOOST_TEST(in.skipped[0] ==
             "rtl: not run for variant soft, whose accelerator file names no hardware");
  BOOST_TEST(has(terminal_table(in, false), in.skipped[0]));
  BOOST_TEST(has(terminal_table(in, false), in.skipped[0] + ".\n"));  // below the verdict
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
  BOOST_TEST(has(terminal_table(in, false), std::string(rtl::kSkipped) + ".\n"));
}

BOOST_AUTO_TEST_SUITE_END()
