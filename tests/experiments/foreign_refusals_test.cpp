// SPDX-License-Identifier: Apache-2.0
// Native outputs of other predictors: what is refused, where and why.
#include <boost/test/unit_test.hpp>
#include <map>
#include <string>
#include <vector>

#include "tests/experiments/foreign_fixture.h"

using namespace assay;
using namespace assay::test;

namespace {

// One edit of a file of tests/foreign/ and what is said of it, once and nothing else.
struct Wrong {
  std::string tool, file, from, to;
  int line;
  std::string key, says;
};

void check_refused(const Wrong& w) {
  const TemporaryFolder folder;
  const fs::path file = folder.write(fs::path(w.file).filename().string(),
                                     edited(content(kFolder / w.file), w.from, w.to));
  ForeignRequest r = request(w.tool, file);
  if (w.tool == "maestro") r.layers = kFolder / "layers.yaml";
  if (w.tool == "scale-sim") r.layers = kFolder / "scale_sim/layers.yaml";
  if (w.tool == "dnn-chip-predictor") r.layer = "a";
  const Diagnostics all = errors(r);
  BOOST_TEST_CONTEXT(w.file << ": '" << w.from << "' -> '" << w.to
                            << "', reported:" << listing(all)) {
    BOOST_TEST(all.size() == 1U);
    BOOST_TEST(said(all, w.line, w.key, w.says));
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(foreign_refusals)

BOOST_AUTO_TEST_CASE(what_cannot_be_read_is_refused_with_its_place) {
  const std::string access = "dnn_chip_predictor/a_access.csv";
  const std::string energy = "dnn_chip_predictor/a_energy.csv";
  for (const Wrong& w : std::vector<Wrong>{
           {"maestro", "maestro.csv", "Runtime (Cycles)", "Runtime (Cycle)", 1, "Runtime (Cycle)",
            "did you mean 'Runtime (Cycles)'?"},
           {"maestro", "maestro.csv", "Arithmetic Intensity\n", "Arithmetic Intensity, Heat\n", 1,
            "Heat", "an unknown column"},
           {"maestro", "maestro.csv", "A1,16,200,", "A1,16,many,", 2, "Runtime (Cycles)",
            "'many': expected a number"},
           {"maestro", "maestro.csv", "A1,16,200,", "A1,16,-200,", 2, "Runtime (Cycles)",
            "'-200': expected a number of at least 0"},
           {"maestro", "maestro.csv", "A1,16,200,", "A1,16,nan,", 2, "Runtime (Cycles)",
            "expected a number"},
           {"maestro", "maestro.csv", "A1,16,200,", "A1,16,200.5,", 2, "Runtime (Cycles)",
            "expected a whole number"},
           {"maestro", "maestro.csv", "A1,16,200,1.5,", "A1,16,200,,", 2,
            "Activity count-based Energy (nJ)", "expected a number"},  // though it is not mapped
           {"maestro", "maestro.csv", "A1,16,200,", "A1,16,", 2, "", "has 51 fields; expected 52"},
           {"maestro", "maestro.csv", "small,A1,", "small,,", 2, "Layer Number", "not empty"},
           {"scale-sim", kCompute, " 120, 20,", " 120, 120,", 2, "Stall Cycles",
            "fewer than Total Cycles"},
           {"scale-sim", kCompute, " 180, 120,", " 110, 120,", 2, "Total Cycles (incl. prefetch)",
            "at least Total Cycles"},
           {"scale-sim", kCompute, "1, 70,", "0, 70,", 3, "LayerID", "two rows in one report"},
           {"scale-sim", kAccess, "0, 1.0, 110.0, 288,", "0, 1.0, 110.0, 288.5,", 2,
            "SRAM IFMAP Reads", "expected a whole number"},
           {"scale-sim", kAccess, " -30.0,", " early,", 2, "DRAM IFMAP Start Cycle",
            "expected a number"},
           {"scale-sim", kBandwidth, "0, 2.4,", "0, -2.4,", 2, "Avg IFMAP SRAM BW", "at least 0"},
           {"dnn-chip-predictor", access, "rf,400.0", "rg,400.0", 7, "access count (byte)",
            "unknown row"},
           {"dnn-chip-predictor", energy, "rf,200.0,250.0,300.0\n", "", 0, "rf", "row is missing"},
           {"dnn-chip-predictor", energy, "noc,200.0", "sram,1,1,1\nnoc,200.0", 4, "energy (pJ)",
            "stands twice"},
           {"dnn-chip-predictor", energy, ",weight", ",weights", 1, "weights",
            "did you mean 'weight'?"},
           {"timeloop", "a.stats.txt", "Cycles: 416", "Cycles: many", 258, "Cycles",
            "expected a whole number"},
           {"timeloop", "a.stats.txt", "Scalar reads (per-instance)", "Scalar reeds (per-instance)",
            56, "Scalar reeds (per-instance)", "did you mean 'Scalar reads (per-instance)'?"},
           {"timeloop", "a.stats.txt", "=== Main ===", "=== RegFile ===", 126, "RegFile",
            "stands twice"},
           {"timeloop", "a.stats.txt", "    Inputs:", "    Images:", 23, "RegFile",
            "expected Inputs, Weights or Outputs"},
           {"timeloop", "a.stats.txt", "Energy: 45.15 uJ", "Energy: 46.15 uJ", 0, "Energy",
            "expected 45.15 uJ"},
           {"timeloop", "a.stats.txt", "Energy: 45.15 uJ", "Energy: 45.15 mJ", 259, "Energy",
            "' uJ'"},
           {"timeloop", "a.stats.txt", "Cycles: 416", "Cycles: 416\nCycles: 417", 259, "Cycles",
            "the label stands twice"},
           {"timeloop", "a.stats.txt", "    Weights:", "    Inputs:", 75, "RegFile",
            "the data space stands twice"},
           {"timeloop", "a.stats.txt", "Computes = 1152", "Computes = 1153", 0, "Computes",
            "Computes (total)"},
           {"timeloop", "a.stats.txt", "Utilization: 69.23%\n", "", 0, "Utilization", "is missing"},
       })
    check_refused(w);
}

BOOST_AUTO_TEST_CASE(all_errors_of_all_files_are_reported_at_once) {
  const TemporaryFolder folder;
  folder.write("COMPUTE_REPORT.csv",
               edited(edited(content(kFolder / kCompute), "180", "x"), "60.0", "y"));
  folder.write("DETAILED_ACCESS_REPORT.csv", edited(content(kFolder / kAccess), "288", "-1"));
  ForeignRequest r = request("scale-sim", folder.path());
  r.layers = kFolder / "scale_sim/layers.yaml";
  const Diagnostics all = errors(r);
  BOOST_TEST(all.size() == 3U, listing(all));
}

BOOST_AUTO_TEST_CASE(missing_and_repeated_columns_are_refused) {
  const TemporaryFolder folder;
  std::string text = edited(content(kFolder / "maestro.csv"), "Ops/J, Num", "Area, Num");
  text = edited(text, "Compute Delay (Min), Compute Delay (Min)", "Compute Delay (Min), Power");
  const Diagnostics all = errors(request("maestro", folder.write("maestro.csv", text)));
  BOOST_TEST(all.size() == 4U, listing(all));
  BOOST_TEST(said(all, 1, "Area", "stands 2 times in the header; expected 1"), listing(all));
  BOOST_TEST(said(all, 1, "Ops/J", "the column is missing"), listing(all));
  BOOST_TEST(said(all, 1, "Power", "stands 2 times in the header; expected 1"), listing(all));
  BOOST_TEST(said(all, 1, "Compute Delay (Min)", "stands 1 times in the header; expected 2"),
             listing(all));
}

BOOST_AUTO_TEST_CASE(a_wrong_header_does_not_hide_a_wrong_cell) {
  const TemporaryFolder folder;
  const std::string text = edited(content(kFolder / "maestro.csv"), "Area", "Aera");
  const Diagnostics all = errors(
      request("maestro", folder.write("maestro.csv", edited(text, "A1,16,200,", "A1,16,many,"))));
  BOOST_TEST(all.size() == 2U, listing(all));
  BOOST_TEST(said(all, 1, "Aera", "did you mean 'Area'?"), listing(all));
  BOOST_TEST(said(all, 2, "Runtime (Cycles)", "expected a number"), listing(all));
}

BOOST_AUTO_TEST_CASE(another_tools_file_is_named) {
  const std::map<std::string, fs::path> outputs{
      {"maestro", kFolder / "maestro.csv"},
      {"timeloop", kFolder / "a.stats.txt"},
      {"scale-sim", kFolder / kAccess},
      {"dnn-chip-predictor", kFolder / "dnn_chip_predictor/a_energy.csv"}};
  for (const auto& [tool, unused] : outputs)
    for (const auto& [owner, file] : outputs) {
      if (tool == owner) continue;
      const Diagnostics all = errors(request(tool, file));
      BOOST_TEST(all.size() == 1U, tool << " " << owner << listing(all));
      BOOST_TEST(said(all, 1, "", "looks like an output of " + owner + "; expected one of " + tool),
                 listing(all));
    }
}

BOOST_AUTO_TEST_CASE(a_folder_with_two_tools_or_a_part_of_a_run_is_refused) {
  const TemporaryFolder folder;
  const auto copy = [&](const std::string& file) {
    folder.write(fs::path(file).filename().string(), content(kFolder / file));
  };
  copy("dnn_chip_predictor/a_energy.csv");
  copy("dnn_chip_predictor/a_access.csv");
  folder.write("notes.txt", "no tool wrote this");
  const Diagnostics part = errors(request("dnn-chip-predictor", folder.path()));
  BOOST_TEST(said(part, 0, "a_latency.csv", "the file is missing"), listing(part));
  copy("dnn_chip_predictor/a_latency.csv");
  const ForeignImport whole =
      import_foreign(request("dnn-chip-predictor", folder.path()), workload());
  BOOST_TEST(whole.unread == std::vector<std::string>{"notes.txt"},
             boost::test_tools::per_element());
  copy("maestro.csv");
  const Diagnostics mixed = errors(request("dnn-chip-predictor", folder.path()));
  BOOST_TEST(mixed.size() == 1U);
  BOOST_TEST(said(mixed, 1, "", "looks like an output of maestro"), listing(mixed));
  const Diagnostics none = errors(request("timeloop", kFolder / "scale_sim"));
  BOOST_TEST(said(none, 0, "", "the folder has no output of timeloop; expected *.stats.txt"),
             listing(none));
}

BOOST_AUTO_TEST_CASE(reports_of_different_runs_are_refused) {
  const TemporaryFolder folder;
  folder.write("COMPUTE_REPORT.csv", content(kFolder / kCompute));
  ForeignRequest r = request("scale-sim", folder.path());
  r.layers = kFolder / "scale_sim/layers.yaml";
  BOOST_TEST(said(errors(r), 0, "DETAILED_ACCESS_REPORT.csv", "the report is missing"));
  folder.write("DETAILED_ACCESS_REPORT.csv", edited(content(kFolder / kAccess), "\n1, ", "\n2, "));
  const Diagnostics all = errors(r);
  BOOST_TEST(said(all, 3, "LayerID", "they are of different runs"), listing(all));
}

BOOST_AUTO_TEST_CASE(a_layer_needs_its_name) {
  ForeignRequest r = request("maestro", kFolder / "maestro.csv");
  BOOST_TEST(said(errors(r), 2, "layer", "'A1': workload small has no such layer"));
  r.layer = "a";
  BOOST_TEST(said(errors(r), 0, "--layer", "there are 2 layers (A1, b); expected one"));
  ForeignRequest one = request("timeloop", kFolder / "a.stats.txt");
  one.layer = "c";
  BOOST_TEST(said(errors(one), 0, "--layer", "'c': workload small has no such layer"));
  one.layer = "a";
  one.layers = kFolder / "layers.yaml";
  BOOST_TEST(said(errors(one), 0, "layer", "not both"));
}

BOOST_AUTO_TEST_CASE(a_list_of_layers_is_checked) {
  const TemporaryFolder folder;
  ForeignRequest r = request("maestro", kFolder / "maestro.csv");
  const auto with = [&](const std::string& text) {
    r.layers = folder.write("layers.yaml", "schema: assay.layers/1\n" + text);
    return errors(r);
  };
  BOOST_TEST(said(with("layers: {A1: a, C: b}"), 2, "C", "no such layer in"));
  BOOST_TEST(said(with("layers: {A1: c}"), 2, "layers.A1", "workload small has no such layer"));
  BOOST_TEST(said(with("layers: {A1: a}\nskip: {A1: why}"), 3, "skip", "one of 'layers'"));
  BOOST_TEST(said(with("names: {A1: a}"), 2, "names", ""));
  BOOST_TEST(with("layers: {b: b}\nskip: {A1: padded}").empty());
  const ForeignImport in = import_foreign(r, workload());
  BOOST_TEST(in.records.size() == 1U);
  BOOST_REQUIRE_EQUAL(in.skipped.size(), 1U);
  BOOST_TEST(in.skipped[0].layer == "A1");
  BOOST_TEST(in.skipped[0].reason == "padded");
}

BOOST_AUTO_TEST_CASE(two_layers_of_one_name_are_refused) {
  const TemporaryFolder folder;
  ForeignRequest r = request("scale-sim", kFolder / "scale_sim");
  r.layers = folder.write("layers.yaml", "schema: assay.layers/1\nlayers: {0: a, 1: a}\n");
  const Diagnostics all = errors(r);
  BOOST_TEST(all.size() == 1U);
  BOOST_TEST(listing(all).find("scale-sim/chip/small/a batch 1") != std::string::npos,
             listing(all));
}

BOOST_AUTO_TEST_CASE(another_batch_or_layer_is_found_by_its_operations) {
  ForeignRequest r = request("timeloop", kFolder / "a.stats.txt");
  r.batch = 2;
  const Diagnostics batch = errors(r);
  BOOST_TEST(said(batch, 0, "operations of a", "'1152': expected 2304 of layer a at batch 2"),
             listing(batch));
  r.batch = 1;
  r.layer = "b";
  BOOST_TEST(said(errors(r), 0, "operations of a", "expected 512 of layer b"));
  r.batch = 0;
  BOOST_TEST(said(errors(r), 0, "batch", "expected a whole number from 1"));
}

BOOST_AUTO_TEST_CASE(a_tool_may_miscount_a_few_operations) {
  const TemporaryFolder folder;
  std::string text = content(kFolder / "a.stats.txt");
  for (const char* label : {"Computes (total)        : ", "Computes = "})
    text = edited(text, label + std::string("1152"), label + std::string("1140"));
  const ForeignRequest r = request("timeloop", folder.write("a.stats.txt", text));
  BOOST_TEST(import_foreign(r, workload()).records.at(0).values.at("operations") == 1140);
}

BOOST_AUTO_TEST_CASE(a_long_file_of_nothing_but_errors_has_an_end) {
  const TemporaryFolder folder;
  std::string table = content(kFolder / "dnn_chip_predictor/a_access.csv");
  std::string statistics = content(kFolder / "a.stats.txt");
  for (int i = 0; i < 5000; ++i) table += "rf,x,y,z\n";
  statistics = edited(statistics, "Networks\n", "");
  for (int i = 0; i < 5000; ++i) statistics.insert(statistics.find("Level 1"), "what\n");
  BOOST_TEST(errors(request("dnn-chip-predictor", folder.write("a_access.csv", table))).size() <
             1100U);
  BOOST_TEST(errors(request("timeloop", folder.write("a.stats.txt", statistics))).size() < 1100U);
}

BOOST_AUTO_TEST_CASE(an_unknown_tool_a_missing_file_and_garbage_are_refused) {
  BOOST_TEST(said(errors(request("maestra", kFolder / "maestro.csv")), 0, "tool",
                  "did you mean 'maestro'?"));
  const TemporaryFolder folder;
  for (const std::string& tool : foreign_tools()) {
    BOOST_TEST(errors(request(tool, folder.path() / "none.csv")).size() == 1U, tool);
    BOOST_TEST(errors(request(tool, folder.path())).size() == 1U, tool);
    for (const char* text : {"", "\n", "x", "\"", "a,b\n1,2\n", "=== X ===\nCycles : 1\n"})
      BOOST_TEST(!errors(request(tool, folder.write("file.csv", text))).empty(),
                 tool << ": " << text);
    fs::remove(folder.path() / "file.csv");
  }
}

BOOST_AUTO_TEST_SUITE_END()
