// SPDX-License-Identifier: Apache-2.0
// The built program: exit codes, messages, and what it leaves on disk.
#include <nlohmann/json.hpp>

#include "sandbox.h"

namespace {

using namespace assay::test;
using Json = nlohmann::json;

const std::string kChip = (kSource / "experiments/chips/eyeriss").string();

std::string measured(const std::string& name) { return kChip + "/measured/" + name; }

std::string import_measured() {
  return "import " + measured("alexnet.csv") + " --as " + measured("alexnet.import.yaml");
}

// An experiment on two layers whose bound is `limit` percent.
std::string experiment(const std::string& limit) {
  return R"(schema: assay.experiment/1
name: mine
title: A test
question: Is the bound met?
chip: eyeriss
workload: alexnet
layers: [conv1, conv2, conv3, conv4, conv5]
variants:
  - {name: D, mapping: alexnet.yaml, headline: true, description: the chip}
measured:
  - {data: measured/alexnet.csv, import: measured/alexnet.import.yaml,
     sha256: a6968180d968a9643e8b4e057fa091b57d8760ffdb5bb3433a440f1d64a6949c}
quantities: [processing_ms]
headline_quantity: processing_ms
bounds:
  - {quantity: processing_ms, variant: D, statistic: max_abs_pct, limit_pct: )" +
         limit + "}\n";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cli)

BOOST_AUTO_TEST_CASE(a_prediction_succeeds_and_prints_a_line_per_layer) {
  const Sandbox box;
  const Result r = box.run("predict eyeriss alexnet");
  BOOST_TEST(r.code == 0, r.err);
  BOOST_TEST(r.err.empty());
  for (const char* layer : {"conv1", "conv2", "conv3", "conv4", "conv5", "network"})
    BOOST_TEST(contains(r.out, layer), layer);
  BOOST_TEST(!contains(r.out, "\x1b"));  // no colours into a file
  BOOST_TEST(box.files().empty());
}

BOOST_AUTO_TEST_CASE(chosen_layers_are_the_only_ones) {
  const Sandbox box;
  const Result r = box.run("predict eyeriss alexnet --layers conv2,conv5 --json");
  BOOST_TEST(r.code == 0, r.err);
  const Json records = Json::parse(r.out).at("records");
  BOOST_REQUIRE(records.size() == 2U);
  BOOST_TEST(records[0].at("layer") == "conv2");
  BOOST_TEST(records[1].at("layer") == "conv5");
}

BOOST_AUTO_TEST_CASE(json_has_a_schema_and_records) {
  const Sandbox box;
  for (const std::string& arguments :
       {std::string("predict eyeriss alexnet --json"), import_measured() + " --json"}) {
    const Result r = box.run(arguments);
    BOOST_TEST(r.code == 0, r.err);
    const Json j = Json::parse(r.out);
    BOOST_TEST(j.at("schema") == "assay.records/1");
    BOOST_TEST(j.at("records").size() == 5U);
    BOOST_TEST(j.at("records")[0].at("values").at("processing_ms").get<double>() > 0);
  }
  const Json listed = Json::parse(box.run("list --json").out);
  BOOST_TEST(listed.at("schema") == "assay.list/1");
  for (const char* kind : {"chips", "workloads", "experiments", "map_spaces", "design_spaces"})
    BOOST_TEST(!listed.at(kind).empty(), kind);
}

BOOST_AUTO_TEST_CASE(every_command_has_help_with_an_example) {
  const Sandbox box;
  const Result top = box.run("--help");
  BOOST_TEST(top.code == 0);
  BOOST_TEST(contains(top.out, "Example: assay"));
  for (const std::string command :
       {"list", "predict", "simulate", "import", "compare", "report", "validate", "split", "fit"}) {
    BOOST_TEST(contains(top.out, command), command);
    const Result r = box.run(command + " --help");
    BOOST_TEST(r.code == 0, command);
    BOOST_TEST(contains(r.out, "Example: assay " + command), command);
  }
  BOOST_TEST(contains(box.run("--version").out, "assay "));
}

BOOST_AUTO_TEST_CASE(a_command_line_that_cannot_be_understood_is_bad_input) {
  const Sandbox box;
  for (const char* arguments : {"", "predit eyeriss alexnet", "predict", "predict eyeriss",
                                "predict eyeriss alexnet --jsn", "compare one.json"})
    BOOST_TEST(box.run(arguments).code == 2, arguments);
  BOOST_TEST(box.files().empty());
}

BOOST_AUTO_TEST_CASE(unknown_names_are_refused_with_the_nearest_one) {
  const Sandbox box;
  refuses(box, "predict eyeris alexnet",
          {"error: chip = 'eyeris'", "did you mean 'eyeriss'?", "1 error\n"});
  refuses(box, "predict eyeriss alexnt", {"workload = 'alexnt'", "did you mean 'alexnet'?"});
  refuses(box, "predict eyeriss alexnet --layers conv1,cnv2,xyz",
          {"layers = 'cnv2': the workload has no such layer; did you mean 'conv2'?",
           "layers = 'xyz'", "2 errors"});
  refuses(box, "predict eyeriss alexnet --layers fc6",
          {"the mapping file has no mapping for this layer"});
  refuses(box, "predict eyeriss vgg16", {"no mapping for workload 'vgg16'"});
}

BOOST_AUTO_TEST_CASE(files_that_are_not_there_are_refused) {
  const Sandbox box;
  refuses(box, "predict eyeriss alexnet --mapping none.yaml", {"none.yaml: no such file"});
  refuses(box, "predict eyeriss alexnet --parameters none.yaml", {"none.yaml: no such file"});
  refuses(box, "predict eyeriss alexnet --accelerator none.yaml", {"none.yaml: no such file"});
  refuses(box, "validate none.yaml", {"experiment = 'none.yaml': expected"});
  refuses(box, "import none.csv --as " + measured("alexnet.import.yaml"),
          {"none.csv: no such file"});
  refuses(box, "import " + measured("alexnet.csv") + " --as none.yaml",
          {"import = 'none.yaml': expected"});
  refuses(box, "compare none.json other.json", {"none.json: no such file"});
  refuses(box, "report none.json other.json --out here", {"none.json: no such file"});
}

BOOST_AUTO_TEST_CASE(an_illegal_mapping_is_refused_with_every_reason_of_every_layer) {
  const Sandbox box;
  const std::string legal = content(kChip + "/alexnet.yaml");
  const fs::path mapping = box.write(
      "mapping.yaml", edited(edited(legal, "par x P: 7", "par x P: 56"), "for C: 24", "for C: 12"));
  refuses(box, "predict eyeriss alexnet --mapping " + mapping.string(),
          {"mapping.yaml:", "'par x P: 56'", "the array has 14",
           "eyeriss-alexnet#conv2 = 'C': the loops over C cover 24 of 48", "errors\n"});
}

BOOST_AUTO_TEST_CASE(a_malformed_file_is_refused_with_all_its_errors_in_lines_of_their_own) {
  const Sandbox box;
  const fs::path mapping = box.write(
      "mapping.yaml", edited(edited(content(kChip + "/alexnet.yaml"), "batch: 4", "batch: x"),
                             "hold wbuf: W", "hold wbuff: W"));
  refuses(box, "predict eyeriss alexnet --mapping " + mapping.string(),
          {"batch = 'x': expected a whole number", "did you mean 'wbuf'?", "2 errors\n"});
  BOOST_TEST(lines(box.run("predict eyeriss alexnet --mapping " + mapping.string()).err) == 3U);
}

BOOST_AUTO_TEST_CASE(an_experiment_within_its_bound_passes_and_one_outside_it_fails) {
  const Sandbox box;
  const fs::path wide = box.write("wide.yaml", experiment("1000")),
                 tight = box.write("tight.yaml", experiment("0.000001"));
  const Result pass = box.run("validate " + wide.string() + " --out pass");
  BOOST_TEST(pass.code == 0, pass.err);
  const Result fail = box.run("validate " + tight.string() + " --out fail");
  BOOST_TEST(fail.code == 1, fail.err);
  for (const char* folder : {"pass", "fail"})
    for (const char* file : {"report.html", "records.csv", "metrics.json"})
      BOOST_TEST(fs::is_regular_file(box.folder() / folder / file), folder << "/" << file);
  BOOST_TEST(contains(fail.out, "Report: "));
}

BOOST_AUTO_TEST_CASE(a_malformed_experiment_is_refused_and_leaves_nothing) {
  const Sandbox box;
  const fs::path file = box.write("bad.yaml", edited(experiment("5"), "variant: D", "variant: E"));
  refuses(box, "validate " + file.string() + " --out here",
          {"bad.yaml:", "bounds[0].variant = 'E': expected 'D'"});
  const fs::path other =
      box.write("other.yaml", edited(experiment("5"), "chip: eyeriss", "chip: eyerisss"));
  refuses(box, "validate " + other.string(), {"did you mean 'eyeriss'?"});
}

BOOST_AUTO_TEST_CASE(a_report_replaces_an_earlier_report_and_nothing_else) {
  const Sandbox box;
  const fs::path file = box.write("experiment.yaml", experiment("1000"));
  fs::create_directory(box.folder() / "mine");
  box.write("mine/thesis.txt", "years of work");
  refuses(box, "validate " + file.string() + " --out mine",
          {"is not empty and not an earlier report"});
  BOOST_TEST(content(box.folder() / "mine/thesis.txt") == "years of work");
  BOOST_TEST(box.run("validate " + file.string() + " --out new").code == 0);
  BOOST_TEST(box.run("validate " + file.string() + " --out new").code == 0);
  refuses(box, "validate " + file.string() + " --out experiment.yaml",
          {"is a file: expected a folder"});
}

BOOST_AUTO_TEST_CASE(imported_records_are_written_once_and_never_over_a_file) {
  const Sandbox box;
  const Result r = box.run(import_measured() + " --out records.json");
  BOOST_TEST(r.code == 0, r.err);
  BOOST_TEST(contains(r.out, "5 records written to records.json"));
  const std::string written = content(box.folder() / "records.json");
  refuses(box, import_measured() + " --out records.json", {"records.json", "the file exists"});
  BOOST_TEST(content(box.folder() / "records.json") == written);
  BOOST_TEST(box.run(import_measured() + " --out records.csv").code == 0);
}

BOOST_AUTO_TEST_CASE(records_are_compared_by_their_keys) {
  const Sandbox box;
  BOOST_TEST(box.run(import_measured() + " --out measured.json").code == 0);
  const Result predicted = box.run("predict eyeriss alexnet --json");
  box.write("predicted.json", predicted.out);
  const Result r = box.run("compare predicted.json measured.json --quantities processing_ms");
  BOOST_TEST(r.code == 0, r.err);
  BOOST_TEST(contains(r.out, "conv3"));
  const Result j =
      box.run("compare predicted.json measured.json --quantities processing_ms --json");
  BOOST_TEST(j.code == 0, j.err);
  BOOST_TEST(Json::parse(j.out).is_object());
  BOOST_TEST(
      box.run("report predicted.json measured.json --quantities processing_ms --out report").code ==
      0);
  BOOST_TEST(fs::is_regular_file(box.folder() / "report/report.html"));
}

BOOST_AUTO_TEST_CASE(records_that_one_side_lacks_are_refused_unless_asked_for) {
  const Sandbox box;
  BOOST_TEST(box.run(import_measured() + " --out measured.json").code == 0);
  box.write("predicted.json", box.run("predict eyeriss alexnet --layers conv1,conv2 --json").out);
  refuses(box, "compare predicted.json measured.json --quantities processing_ms",
          {"conv3", "conv4", "conv5"});
  BOOST_TEST(
      box.run("compare predicted.json measured.json --quantities processing_ms --partial").code ==
      0);
}

BOOST_AUTO_TEST_CASE(records_that_are_no_records_are_refused) {
  const Sandbox box;
  box.write("bad.json", "{\"schema\": \"assay.records/2\", \"records\": [}");
  box.write("other.json", "{\"schema\": \"assay.records/2\", \"records\": []}");
  refuses(box, "compare bad.json other.json", {"bad.json:1: not valid JSON"});
  refuses(box, "compare other.json other.json", {"expected 'assay.records/1'"});
}

BOOST_AUTO_TEST_SUITE_END()
