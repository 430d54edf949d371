// SPDX-License-Identifier: Apache-2.0
// `assay score`: any CSV of the board's format with frozen parameters, and what it refuses.
#include <nlohmann/json.hpp>

#include "sandbox.h"

namespace {

using namespace assay::test;
using Json = nlohmann::json;

const std::string kHeader =
    "config,M,P,OC_padded,IC_padded,H,W,KH,KW,strideH,strideW,padL,padR,padU,padD,weight_mode,OH,"
    "OW,"
    "fpga_mean_main_cycles_250MHz,networks\n";
const std::string kRow =
    ",32,64,64,32,54,54,1,1,1,1,0,0,0,0,sta,54,54,1700,squeezenet_v1_0 squeezenet_v1_1\n";

}  // namespace

BOOST_AUTO_TEST_SUITE(score_cli)

BOOST_AUTO_TEST_CASE(scores_a_configuration_that_nothing_was_fitted_to) {
  const Sandbox box;
  box.write("mine.csv", kHeader + "M32P64" + kRow);
  const Result r = box.run("score ghp_fpga mine.csv --out rows.csv");
  BOOST_TEST(r.code == 0, r.err);
  for (const char* word : {"nothing is fitted here", "all", "M32P64", "weights sta", "MAPE"})
    BOOST_TEST(contains(r.out, word), word);
  BOOST_TEST(lines(content(box.folder() / "rows.csv")) == 2U);
  const Result j = box.run("score ghp_fpga mine.csv --json");
  BOOST_TEST(Json::parse(j.out).at("sections")[0].at("n") == 1);
}

BOOST_AUTO_TEST_CASE(says_where_the_parameters_have_seen_the_data) {
  const Sandbox box;
  const std::string shipped =
      (kSource / "experiments/chips/ghp_fpga/measured/convolutions.csv").string();
  BOOST_TEST(contains(box.run("score ghp_fpga " + shipped).out, "IN SAMPLE"));
  box.write("mine.csv", kHeader + "M32P64" + kRow);
  BOOST_TEST(!contains(box.run("score ghp_fpga mine.csv").out, "IN SAMPLE"));
}

BOOST_AUTO_TEST_CASE(refuses_what_it_cannot_score) {
  const Sandbox box;
  box.write("other.csv", kHeader + "M32P128" + kRow);
  refuses(box, "score ghp_fpga other.csv", {"M32P128", "--clock MHZ", "other.csv:2"});
  box.write("bad.csv", kHeader + "M32P64,0,64,64,x,54,54,1,1,1,1,0,0,0,0,sta,54,54,1700,a\n");
  refuses(box, "score ghp_fpga bad.csv", {"bad.csv:2: M", "bad.csv:2: IC_padded", "2 errors"});
  refuses(box, "score ghp_fpga nowhere.csv", {"nowhere.csv"});
  box.write("good.csv", kHeader + "M32P64" + kRow);
  refuses(box, "score ghp_fpga good.csv --clock fast", {"expected 'stated', 'header'"});
  refuses(box, "score eyeriss good.csv", {"board.yaml"});
  refuses(box,
          "score ghp_fpga good.csv --parameters " +
              (kSource / "experiments/chips/eyeriss/parameters.yaml").string(),
          {"used with accelerator 'ghp_fpga'"});
}

BOOST_AUTO_TEST_CASE(another_clock_can_be_given) {
  const Sandbox box;
  box.write("other.csv", kHeader + "M32P128" + kRow);
  BOOST_TEST(box.run("score ghp_fpga other.csv --clock 400").code == 0);
}

BOOST_AUTO_TEST_SUITE_END()
