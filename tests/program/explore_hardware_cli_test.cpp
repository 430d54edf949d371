// SPDX-License-Identifier: Apache-2.0
// assay explore-hardware, and assay predict --exact.
#include <nlohmann/json.hpp>

#include "killed.h"

namespace {

using namespace assay::test;
using Json = nlohmann::json;

Json records(const std::string& text) { return Json::parse(text).at("records"); }

}  // namespace

BOOST_AUTO_TEST_SUITE(explore_hardware_cli)

BOOST_AUTO_TEST_CASE(writes_a_front_whose_designs_other_commands_take) {
  const Sandbox box;
  const Result r = box.run("explore-hardware small --out out --sample 100");
  BOOST_TEST(r.code == 0, r.err);
  for (const char* part : {"27,648 designs", "pruned by proof", "0 with other figures"})
    BOOST_TEST(contains(r.out, part), r.out);
  const fs::path out = box.folder() / "out";
  const Json front = Json::parse(content(out / "front.json"));
  const Json& design = front.at("front").at(0);
  const std::string files = "out/" + design.at("files").get<std::string>();
  const Result p = box.run("predict " + files + " alexnet --mapping " + files +
                           "/mapping.yaml --parameters " + files + "/parameters.yaml --json");
  BOOST_TEST(p.code == 0, p.err);
  double cycles = 0;
  for (const Json& record : records(p.out))
    cycles += record.at("values").at("total_cycles").get<double>();
  BOOST_TEST(cycles == design.at("latency_cycles").get<double>());
}

BOOST_AUTO_TEST_CASE(does_not_run_over_an_earlier_one_but_goes_on_from_it) {
  const Sandbox box;
  BOOST_TEST(box.run("explore-hardware small --out out").code == 0);
  const std::string front = content(box.folder() / "out/front.csv");
  BOOST_TEST(box.run("explore-hardware small --out out").code == 2);
  BOOST_TEST(box.run("explore-hardware small --out out --resume").code == 0);
  BOOST_TEST(content(box.folder() / "out/front.csv") == front);
  // Another run than the one in the store.
  BOOST_TEST(box.run("explore-hardware small --out out --resume --brute-force").code == 2);
  BOOST_TEST(box.run("explore-hardware small --out out --restart --brute-force").code == 0);
  BOOST_TEST(content(box.folder() / "out/front.csv") == front);
}

// A cut of maestro-size without pruning: a second or more, in many parts.
BOOST_AUTO_TEST_CASE(a_killed_sweep_ends_as_an_unbroken_one) {
  const Sandbox box;
  std::string space = content(kSource / "experiments/design_spaces/maestro-size.yaml");
  const auto replace = [&](const std::string& from, const std::string& to) {
    const std::size_t at = space.find(from);
    BOOST_REQUIRE_MESSAGE(at != std::string::npos, from);
    space.replace(at, from.size(), to);
  };
  replace("../chips", (kSource / "experiments/chips").string());
  replace("dataflows-costs.yaml",
          (kSource / "experiments/design_spaces/dataflows-costs.yaml").string());
  replace("x: {from: 4, to: 64, step: 4}", "x: [8, 16]");
  const std::string file = box.write("cut.yaml", space).string();
  killed_and_resumed("explore-hardware '" + file + "' --brute-force -j 1 ", 2,
                     {"front.csv", "front.json"});
}

BOOST_AUTO_TEST_CASE(refuses_a_space_with_all_of_its_errors) {
  const Sandbox box;
  const Result unknown = box.run("explore-hardware smal");
  BOOST_TEST(unknown.code == 2);
  BOOST_TEST(contains(unknown.err, "did you mean 'small'"), unknown.err);
}

BOOST_AUTO_TEST_CASE(exact_prediction_is_the_simulator_to_the_cycle) {
  const Sandbox box;
  const Result exact = box.run("predict eyeriss alexnet --exact --json");
  const Result simulated = box.run("simulate eyeriss alexnet --timing --json");
  BOOST_TEST(exact.code == 0, exact.err);
  BOOST_TEST(simulated.code == 0, simulated.err);
  const Json a = records(exact.out), b = records(simulated.out);
  BOOST_REQUIRE_EQUAL(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    BOOST_TEST(a[i].at("level") == "exact");
    for (const char* value :
         {"processing_cycles", "total_cycles", "steps", "transfers", "step_cycles"})
      BOOST_TEST(a[i].at("values").at(value) == b[i].at("values").at(value));
    BOOST_TEST(a[i].at("cycles_by_cause") == b[i].at("cycles_by_cause"));
  }
}

BOOST_AUTO_TEST_SUITE_END()
