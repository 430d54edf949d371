// SPDX-License-Identifier: Apache-2.0
// assay explore: what it writes, that its mappings are accepted, and that a killed search ends as
// an unbroken one.
#include <nlohmann/json.hpp>

#include "killed.h"

namespace {

using namespace assay::test;
using Json = nlohmann::json;

const std::string kSmall =
    "explore eyeriss lenet5 --layers c3,f6 --budget 3000 --top 4 --spread 4 ";
// Some seconds of search, in many parts.
const std::string kLong =
    "explore eyeriss alexnet --layers conv3,conv5 --budget 30000 --no-execution -j 2 ";
const std::string kLongExhaustive =
    "explore eyeriss alexnet --layers conv3 --constraints eyeriss-row-stationary --exhaustive 1e8 "
    "--no-execution -j 2 ";

const std::vector<std::string> kFiles{"front.csv", "front.json", "mapping.yaml", "network.yaml",
                                      "network_front.csv"};

void same_results(const Sandbox& box, const std::string& a, const std::string& b) {
  for (const std::string& file : kFiles)
    BOOST_TEST(content(box.folder() / a / file) == content(box.folder() / b / file), file);
}

BOOST_AUTO_TEST_SUITE(explore_cli)

BOOST_AUTO_TEST_CASE(writes_fronts_and_mappings_that_predict_and_simulate_accept) {
  const Sandbox box;
  const Result r = box.run(kSmall + "--out found");
  BOOST_TEST(r.code == 0, r.err);
  BOOST_TEST(r.err.empty(), r.err);
  for (const char* part : {"designs in the space", "tau-b", "regret", "network, best by edp"})
    BOOST_TEST(contains(r.out, part), part);
  const Json front = Json::parse(content(box.folder() / "found/front.json"));
  BOOST_REQUIRE(front.at("layers").size() == 2U);
  for (const Json& layer : front.at("layers"))
    for (const Json& design : layer.at("front")) {
      const std::string file = "found/" + design.at("file").get<std::string>();
      const Result p = box.run("predict eyeriss lenet5 --layers " +
                               layer.at("layer").get<std::string>() + " --json --mapping " + file);
      BOOST_REQUIRE_MESSAGE(p.code == 0, p.err);
      const Json record = Json::parse(p.out).at("records").at(0);
      BOOST_TEST(record.at("values").at("total_cycles").get<double>() ==
                 design.at("latency_cycles").get<double>());
      BOOST_TEST(
          record.at("values").at("energy_uj").get<double>() == design.at("energy_uj").get<double>(),
          boost::test_tools::tolerance(1e-9));
    }
  for (const char* file : {"mapping.yaml", "network.yaml"}) {
    const Result s =
        box.run(std::string("simulate eyeriss lenet5 --layers c3,f6 --mapping found/") + file);
    BOOST_TEST(s.code == 0, s.err);
  }
  for (const char* plot : {"network-front", "space-c3", "executed"})
    BOOST_TEST(fs::file_size(box.folder() / "found/plots" / (std::string(plot) + ".csv")) > 0U);
}

BOOST_AUTO_TEST_CASE(finds_the_same_whatever_the_number_of_threads) {
  const Sandbox box;
  for (const char* jobs : {"1", "2"})
    BOOST_REQUIRE(box.run(kSmall + "-j " + jobs + " --out j" + jobs).code == 0);
  same_results(box, "j1", "j2");
}

BOOST_AUTO_TEST_CASE(a_killed_search_ends_as_an_unbroken_one) {
  killed_and_resumed(kLong, 3, kFiles);
}

BOOST_AUTO_TEST_CASE(a_killed_exhaustive_search_ends_as_an_unbroken_one) {
  killed_and_resumed(kLongExhaustive, 3, kFiles);
}

BOOST_AUTO_TEST_CASE(refuses_what_it_cannot_do_and_writes_nothing) {
  const Sandbox box;
  refuses(box, "explore tpu_v1 alexnet --objective energy --out x",
          {"energy needs unit energies", "expected latency or throughput"});
  refuses(box, "explore eyeriss alexnet --layers conv9 --out x",
          {"the workload has no such layer; did you mean 'conv"});
  refuses(box, "explore eyeriss alexnet --constraints nowhere.yaml --out x",
          {"map space = 'nowhere.yaml': expected a map space file or one of ",
           "'eyeriss-row-stationary'"});
  refuses(box, "explore eyeriss alexnet --constraints tpu_v1-weight-stationary --out x",
          {"expected 'eyeriss', the accelerator it is used with"});
}

BOOST_AUTO_TEST_CASE(refuses_a_folder_of_another_search) {
  const Sandbox box;
  BOOST_REQUIRE(box.run(kSmall + "--no-execution --out x").code == 0);
  refuses(box, kSmall + "--no-execution --out x", {"--resume goes on with it"});
  refuses(box, kSmall + "--no-execution --seed 2 --resume --out x",
          {"seed", "another exploration"});
  BOOST_TEST(box.run(kSmall + "--no-execution --seed 2 --restart --out x").code == 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
