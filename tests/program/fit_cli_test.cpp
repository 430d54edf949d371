// SPDX-License-Identifier: Apache-2.0
// `assay split` and `assay fit` as a user meets them.
#include <nlohmann/json.hpp>

#include "sandbox.h"

namespace {

using namespace assay::test;

// The five measured layers of Eyeriss: one group, so that little can be said.
const char* const kFit = R"(schema: assay.fit/1
name: mine
chip: eyeriss
quantity: energy_chip_uj
predict:
  - {workload: alexnet}
measured:
  - {data: measured/alexnet.csv, import: measured/alexnet.import.yaml}
unknowns:
  - {name: mac, prices: [pe.-.mac]}
  - {name: clock, power: clock network, prior_mw: 100, prior_sd_ln: 1, source: guessed, confidence: assumed}
)";

BOOST_AUTO_TEST_SUITE(fit_cli)

BOOST_AUTO_TEST_CASE(a_fit_of_one_group_runs_and_says_what_it_cannot_say) {
  const Sandbox box;
  box.write("fit.yaml", kFit);
  const Result r = box.run("fit fit.yaml --out here");
  BOOST_TEST(r.code == 0, r.err);
  for (const char* part : {"n = 5 of 5 records", "Undecided", "One network only", "mac", "clock",
                           "everything else", "prior x scale", "learned share"})
    BOOST_TEST(contains(r.out, part), part << " in\n" << r.out);
  for (const char* file : {"parameters.json", "fit.json", "fit.html", "plots/parity.csv"})
    BOOST_TEST(fs::is_regular_file(box.folder() / "here" / file), file);
  BOOST_TEST(box.run("predict eyeriss alexnet --parameters here/parameters.json").code == 0);
  BOOST_TEST(box.run("fit fit.yaml --out here").code == 0);  // replaces an earlier fit
  fs::create_directory(box.folder() / "thesis");
  box.write("thesis/years.txt", "of work");
  refuses(box, "fit fit.yaml --out thesis", {"is not empty and not an earlier report"});
}

BOOST_AUTO_TEST_CASE(json_is_the_whole_result) {
  const Sandbox box;
  box.write("fit.yaml", kFit);
  const Result r = box.run("fit fit.yaml --out here --json");
  BOOST_TEST(r.code == 0, r.err);
  const nlohmann::json j = nlohmann::json::parse(r.out);
  BOOST_TEST(j.at("schema") == "assay.fit-result/1");
  BOOST_TEST(j.at("result").at("recalibrate").is_null());
  BOOST_TEST(j.at("result").at("evaluations")[0].at("ladder").size() == 5U);
  for (const auto& rung : j.at("result").at("evaluations")[0].at("ladder"))
    BOOST_TEST(rung.at("n") == 5);
}

BOOST_AUTO_TEST_CASE(bad_fit_files_are_refused_with_every_error) {
  const Sandbox box;
  std::string text = kFit;
  text.replace(text.find("chip: eyeriss"), 13, "chipp: eyeriss");
  text.replace(text.find("name: mac"), 9, "nam: mac");
  box.write("fit.yaml", text);
  refuses(box, "fit fit.yaml", {"did you mean 'chip'?", "did you mean 'name'?", "errors\n"});
  refuses(box, "fit none.yaml", {"none.yaml: no such file"});
  box.write("other.yaml", std::string(kFit) + "split: nowhere.json\n");
  refuses(box, "fit other.yaml", {"nowhere.json: no such file"});
  refuses(box, "fit other.yaml --open-sealed", {"nowhere.json: no such file"});
}

BOOST_AUTO_TEST_CASE(a_split_is_made_once) {
  const Sandbox box;
  box.write("fit.yaml", std::string(kFit) + "split: split.json\n");
  const Result r = box.run("split fit.yaml --seed 3");
  BOOST_TEST(r.code == 0, r.err);
  BOOST_TEST(contains(r.out, "calibration  alexnet (5 records)"), r.out);
  const std::string written = content(box.folder() / "split.json");
  refuses(box, "split fit.yaml --seed 4", {"it is made once"});
  BOOST_TEST(content(box.folder() / "split.json") == written);
  const Result fitted = box.run("fit fit.yaml --out here");
  BOOST_TEST(fitted.code == 0, fitted.err);
  BOOST_TEST(contains(fitted.out, "sealed groups opened 0 times"), fitted.out);
  refuses(box, "split fit.yaml --held-out alexnet --out second.json", {"no group is left to fit"});
  refuses(box, "split fit.yaml --sealed alexnt --out second.json", {"did you mean 'alexnet'?"});
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
