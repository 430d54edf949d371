// SPDX-License-Identifier: Apache-2.0
// The built program reads outputs of other predictors and scores them like its own.
#include <nlohmann/json.hpp>

#include "sandbox.h"

namespace {

using namespace assay::test;
using Json = nlohmann::json;

std::string sample(const std::string& name) { return (kSource / "tests/foreign" / name).string(); }

// Of a machine that nobody built, at 100 MHz.
std::string import_from(const std::string& tool, const std::string& file) {
  return "import " + sample(file) + " --from " + tool + " --chip made-up --clock-mhz 100 " +
         "--workload " + sample("workload.yaml");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(import_cli)

BOOST_AUTO_TEST_CASE(a_foreign_prediction_is_scored_like_any_other) {
  const Sandbox box;
  const Result r = box.run(import_from("maestro", "maestro.csv") + " --layers " +
                           sample("layers.yaml") + " --out maestro.json");
  BOOST_TEST(r.code == 0, r.err);
  BOOST_TEST(contains(r.out, "2 records written to maestro.json"));
  box.write("chip.csv",
            "chip,workload,layer,batch,processing_cycles\nmade-up,small,a,1,160\n"
            "made-up,small,b,1,80\n");
  BOOST_TEST(box.run("import chip.csv --as cycles --out chip.json").code == 0);
  const Result c = box.run("compare maestro.json chip.json --quantities processing_cycles --json");
  BOOST_TEST(c.code == 0, c.err);
  BOOST_TEST(contains(c.out, "maestro"));
  // 200 for 160 and 64 for 80: +25 % and -20 %; 264 for 240 is +10 %.
  const Result t = box.run("compare maestro.json chip.json --quantities processing_cycles");
  for (const char* error : {"+25.0", "-20.0", "+10.0"}) BOOST_TEST(contains(t.out, error), t.out);
  BOOST_TEST(
      box.run("report maestro.json chip.json --quantities processing_cycles --out report").code ==
      0);
  BOOST_TEST(fs::is_regular_file(box.folder() / "report/report.html"));
}

BOOST_AUTO_TEST_CASE(the_clock_is_the_one_stated_or_the_known_chips) {
  const Sandbox box;
  const auto ms = [&](const std::string& arguments) {
    const Result r = box.run(arguments + " --json");
    BOOST_TEST_REQUIRE(r.code == 0, r.err);
    return Json::parse(r.out).at("records").at(0).at("values").at("processing_ms").get<double>();
  };
  BOOST_TEST(ms(import_from("timeloop", "a.stats.txt")) == 288 / 100e3);
  BOOST_TEST(ms("import " + sample("a.stats.txt") + " --from timeloop --chip eyeriss --workload " +
                sample("workload.yaml")) == 288 / 200e3);
}

BOOST_AUTO_TEST_CASE(what_was_left_out_is_said) {
  const Sandbox box;
  box.write("layers.yaml", "schema: assay.layers/1\nlayers: {0: a}\nskip: {1: not built}\n");
  const Result r = box.run(import_from("scale-sim", "scale_sim") + " --layers layers.yaml");
  BOOST_TEST(r.code == 0, r.err);
  BOOST_TEST(r.err == "left out: 1 (not built)\nnot read: layers.yaml\n");
}

BOOST_AUTO_TEST_CASE(what_cannot_be_imported_is_bad_input) {
  const Sandbox box;
  const std::string a = sample("a.stats.txt");
  refuses(box, import_from("maestro", "a.stats.txt"),
          {"a.stats.txt:1: this looks like an output of timeloop; expected one of maestro"});
  refuses(box, "import " + a + " --from timelop --chip eyeriss --workload alexnet",
          {"did you mean 'timeloop'?"});
  refuses(box, "import " + a + " --from timeloop --workload alexnet", {"needs --chip and"});
  refuses(box, "import " + a + " --from timeloop --chip eyeris --workload alexnet",
          {"did you mean 'eyeriss'?; of a chip that is not known, state --clock-mhz"});
  refuses(box, "import " + a + " --from timeloop --chip eyeriss --workload alexnt",
          {"did you mean 'alexnet'?"});
  refuses(box, "import " + a, {"expected --as or --from"});
  for (const char* both : {" --as cycles --from timeloop", " --as cycles --chip eyeriss"})
    BOOST_TEST(box.run("import " + a + both).code == 2, both);
}

BOOST_AUTO_TEST_SUITE_END()
