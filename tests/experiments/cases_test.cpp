// SPDX-License-Identifier: Apache-2.0
// Several chips and workloads in one experiment, and what is known of the evidence.
#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "core/hash.h"
#include "experiments/experiment.h"
#include "experiments/experiment_data.h"
#include "experiments/provenance/verify.h"
#include "tests/files.h"
#include "tests/malformed.h"

using namespace assay;
using assay::test::check_malformed;
using assay::test::Malformed;

namespace {

namespace fs = std::filesystem;

const Catalog kCatalog{fs::path(ASSAY_SOURCE_DIR) / "experiments"};

std::string digits(const std::string& chip) {
  return sha256_of_file(kCatalog.chip_folder(chip) / "measured/alexnet.csv").substr(7);
}

const std::string kTwo = R"(schema: assay.experiment/1
name: two
title: Two chips
question: Do both come out?
quantities: [total_ms, off_chip_traffic_mb]
headline_quantity: total_ms
cases:
  - chip: eyeriss
    workload: alexnet
    layers: [conv1, conv2, conv3, conv4, conv5]
    parameters: parameters.json
    split: split.json
    variants:
      - {name: stated, mapping: alexnet.yaml, headline: true, description: as published}
      - {name: literature, mapping: alexnet.yaml, parameters: parameters.yaml, description: unfitted}
    measured:
      - {data: measured/alexnet.csv, import: measured/alexnet.import.yaml, sha256: EYERISS}
  - chip: fpga15
    workload: alexnet
    layers: [conv1, conv2, conv3, conv4, conv5]
    variants:
      - {name: stated, mapping: alexnet.yaml, headline: true, description: as its model}
    measured:
      - {data: measured/alexnet.csv, import: measured/alexnet.import.yaml, sha256: FPGA15}
bounds:
  - {quantity: total_ms, variant: stated, chip: fpga15, statistic: max_abs_pct, limit_pct: 12}
  - {quantity: total_ms, variant: stated, chip: eyeriss, statistic: max_abs_pct, limit_pct: 1}
)";

std::string two() {
  return test::edited(test::edited(kTwo, "EYERISS", digits("eyeriss")), "FPGA15", digits("fpga15"));
}

ReportInput run(const std::string& text) {
  const test::TemporaryFile file(text);
  return run_experiment(read_experiment(file.path()), kCatalog);
}

void read_file(const fs::path& file) { read_experiment(file); }

}  // namespace

BOOST_AUTO_TEST_SUITE(cases)

BOOST_AUTO_TEST_CASE(every_case_is_in_one_comparison) {
  const ReportInput in = run(two());
  for (const char* chip : {"eyeriss", "fpga15"}) {
    const auto layers = std::count_if(in.comparison.rows.begin(), in.comparison.rows.end(),
                                      [&](const ComparedRow& r) {
                                        return r.chip == chip && r.variant == "stated" &&
                                               r.quantity == "total_ms" && r.layer != kNetworkLayer;
                                      });
    BOOST_TEST(layers == 5, chip);
  }
  // Only one chip's traffic was measured, which is said of the other.
  BOOST_TEST(std::any_of(in.comparison.excluded.begin(), in.comparison.excluded.end(),
                         [](const Excluded& x) {
                           return x.key == "fpga15/alexnet/* off_chip_traffic_mb" &&
                                  x.reason == "no layer measured has this quantity";
                         }));
  // One bound each, judged by its own chip: the board's holds, the other is missed.
  BOOST_REQUIRE(in.bounds.size() == 2U);
  BOOST_TEST(in.bounds[0].quantity == "total_ms of alexnet on fpga15");
  BOOST_TEST(in.bounds[0].passed());
  BOOST_TEST(!in.bounds[1].passed());
  BOOST_TEST(in.inputs.count("eyeriss/alexnet stated mapping") == 1U);
  BOOST_TEST(in.inputs.count("fpga15/alexnet stated mapping") == 1U);
  BOOST_TEST(in.layer_kinds.at("alexnet/conv1") == "conv");
}

// A bound is of one chip: computed over both, it would be another.
BOOST_AUTO_TEST_CASE(a_report_of_several_chips_verifies) {
  const test::TemporaryFolder scratch;
  ReportInput in = run_experiment(read_experiment(scratch.write("two.yaml", two())), kCatalog);
  in.gnuplot = "false";
  in.data_folder = kCatalog.data;
  in.input_files = {scratch / "two.yaml"};
  write_report(scratch / "report", in);
  const auto found = provenance::verify(scratch / "report", {kCatalog.data, scratch.path()});
  for (const auto& d : found.differences)
    BOOST_ERROR(d.kind << " " << d.side << " " << d.what << ": " << d.stated << ", found "
                       << d.found);
  BOOST_TEST(found.metrics > 100U);
}

BOOST_AUTO_TEST_CASE(evidence_says_what_the_parameters_have_seen) {
  const ReportInput in = run(two());
  const auto kind = [&](const std::string& chip, const std::string& variant) {
    for (const Evidence& e : in.evidence)
      if (e.chip == chip && e.variant == variant) return e.kind + ": " + e.why;
    return std::string("none");
  };
  BOOST_TEST(kind("eyeriss", "stated") ==
             "in sample: parameters.json: energy_chip_uj was fitted to alexnet, of "
             "measured/alexnet.csv as compared here");
  BOOST_TEST(kind("eyeriss", "literature").rfind(kNothingFitted, 0) == 0U);
  BOOST_TEST(kind("fpga15", "stated").rfind(kNothingFitted, 0) == 0U);
}

BOOST_AUTO_TEST_CASE(a_fit_is_known_by_its_content_whatever_its_name) {
  const test::TemporaryFolder scratch;
  const fs::path chip = scratch / "chip";
  fs::copy(kCatalog.chip_folder("eyeriss"), chip, fs::copy_options::recursive);
  fs::copy_file(chip / "parameters.json", chip / "fitted.yaml");
  std::string text = test::edited(two(), "parameters: parameters.json", "parameters: fitted.yaml");
  text = test::edited(text, "chip: eyeriss\n", "chip: " + chip.string() + "\n");
  text = test::edited(text, "chip: eyeriss, ", "chip: " + chip.string() + ", ");
  for (const Evidence& e : run(text).evidence)
    if (e.chip == "eyeriss" && e.variant == "stated") BOOST_TEST(e.kind == kInSample, e.why);
}

BOOST_AUTO_TEST_CASE(a_headline_that_something_was_chosen_on_is_a_description) {
  const std::string text =
      two() +
      "agreements:\n  - {quantity: total_ms, variant: literature, kind: description, why: mine}\n";
  for (const Evidence& e : run(text).evidence)
    BOOST_TEST((e.kind == kDescribed) == (e.variant == "literature"), e.chip << " " << e.variant);
}

// A quantity that a tool's predictions of one case are not good for, of that case alone.
BOOST_AUTO_TEST_CASE(what_a_case_does_not_compare_is_of_its_chip_and_workload) {
  const std::string maestro =
      "    predictions:\n"
      "      - {data: predicted/maestro.csv, from: maestro, batch: 4,\n"
      "         layers: predicted/maestro.layers.yaml, description: d, source: s, sha256: " +
      sha256_of_file(kCatalog.chip_folder("eyeriss") / "predicted/maestro.csv").substr(7) +
      ",\n         not_compared: [{quantity: active_pes, why: made up}]}\n";
  const std::string text =
      test::edited(test::edited(two(), "    measured:\n", maestro + "    measured:\n"),
                   "off_chip_traffic_mb]", "off_chip_traffic_mb, active_pes]");
  const test::TemporaryFile file(text);
  const Experiment e = read_experiment(file.path());
  ReportInput in;
  JoinOptions join;
  for (const ExperimentCase& c : e.cases) add_predictions(e, c, kCatalog, &in, &join);
  BOOST_REQUIRE(join.withheld.size() == 1U);
  BOOST_TEST(join.withheld[0].level == "maestro");
  BOOST_TEST(join.withheld[0].quantity == "active_pes");
  BOOST_TEST(join.withheld[0].why == "made up");
  BOOST_TEST(join.withheld[0].chip == "eyeriss");
  BOOST_TEST(join.withheld[0].workload == "alexnet");
}

const std::vector<Malformed> kCases{
    {"a case twice",
     {{"  - chip: fpga15", "  - chip: eyeriss"}, {"chip: fpga15, ", "chip: eyeriss, "}},
     {{"workload: alexnet\n    layers: [conv1, conv2, conv3, conv4, conv5]\n    variants",
       "cases[1].workload", "a second case of chip 'eyeriss' and this workload"},
      {"max_abs_pct, limit_pct: 12", "bounds[0].variant", "expected 'chip' and 'workload' of one"},
      {"max_abs_pct, limit_pct: 1}", "bounds[1].variant",
       "expected 'chip' and 'workload' of one"}}},
    {"headlines of two names",
     {{"{name: stated, mapping: alexnet.yaml, headline: true, description: as its",
       "{name: board, mapping: alexnet.yaml, headline: true, description: as its"},
      {"variant: stated, chip: fpga15", "variant: board, chip: fpga15"}},
     {{"    variants:\n      - {name: board", "cases[1].variants",
       "= 'board': expected the headline variant to bear one name in all cases: 'stated'"}}},
    {"a bound that may be of either",
     {{"variant: stated, chip: fpga15,", "variant: stated,"}},
     {{"limit_pct: 12", "bounds[0].variant",
       "expected 'chip' and 'workload' of one of the cases that have it: 'eyeriss/alexnet' or "
       "'fpga15/alexnet'"}}},
    {"keys of a case beside the cases",
     {{"cases:", "workload: alexnet\ncases:"}},
     {{"workload: alexnet\ncases", "workload", "unknown key"}}},
};

BOOST_AUTO_TEST_CASE(contradictions_are_reported) {
  for (const Malformed& c : kCases) check_malformed(two(), c, read_file);
}

BOOST_AUTO_TEST_SUITE_END()
