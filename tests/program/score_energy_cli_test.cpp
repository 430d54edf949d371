// SPDX-License-Identifier: Apache-2.0
// `assay score-energy`: a table of another network with frozen parameters, and what it refuses.
#include <nlohmann/json.hpp>

#include "sandbox.h"

namespace {

using namespace assay::test;
using Json = nlohmann::json;

const std::string kTable =
    "layer,batch_N,chip_power_mW,total_latency_ms,ifmap_zeros_pct,source,confidence\n"
    "CONV1-2,3,230,600,40,made up,none\nCONV5-3,3,230,100,,made up,none\n";

std::string command(const std::string& data) {
  return "score-energy " + (kSource / "experiments/chips/eyeriss/score-vgg16.yaml").string() +
         " --data " + data;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(score_energy_cli)

BOOST_AUTO_TEST_CASE(scores_a_table_of_another_network) {
  const Sandbox box;
  box.write("mine.csv", kTable);
  const Result r = box.run(command("mine.csv") + " --out scores.csv");
  BOOST_TEST(r.code == 0, r.err);
  for (const char* word : {"nothing is fitted here", "at measured time", "at predicted time",
                           "n = 2", "not validated", "no zero fraction is stated"})
    BOOST_TEST(contains(r.out, word), word);
  BOOST_TEST(lines(content(box.folder() / "scores.csv")) == 3U);
  const Json j = Json::parse(box.run(command("mine.csv") + " --json").out);
  BOOST_TEST(j.at("at_measured_time").at("n") == 2);
  BOOST_TEST(!j.at("records")[1].contains("input_zero_pct"));
}

BOOST_AUTO_TEST_CASE(refuses_what_it_cannot_score) {
  const Sandbox box;
  box.write("mine.csv", kTable);
  refuses(box, command("nowhere.csv"), {"nowhere.csv"});
  box.write("other.csv", edited(kTable, "CONV1-2", "CONV1-9"));
  refuses(box, command("other.csv"), {"CONV1-9", "conv1_2"});
  box.write("zeros.csv", edited(kTable, ",40,", ",140,"));
  refuses(box, command("zeros.csv"), {"input_zero_pct", "expected 0 to 100"});
  refuses(box,
          command("mine.csv") + " --parameters " +
              (kSource / "experiments/chips/shidiannao/parameters.yaml").string(),
          {"the parameters are used with accelerator 'eyeriss'"});
}

BOOST_AUTO_TEST_SUITE_END()
