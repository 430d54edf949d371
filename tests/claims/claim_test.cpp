// SPDX-License-Identifier: Apache-2.0
// Reading, locating and judging, without running anything.
#include "experiments/claim_check/claim.h"

#include <boost/test/unit_test.hpp>

#include "core/record.h"
#include "experiments/claim_check/cache.h"
#include "experiments/claim_check/check.h"
#include "experiments/claim_check/locate.h"
#include "tests/claims/fixture.h"
#include "tests/malformed.h"

namespace {

using namespace assay;
using namespace assay::claim_check;
using test::contains;
using test::edited;
using test::kClaim;
using test::TemporaryFolder;

// Reads the text as a claim, as the checker of malformed files wants it: by the file's own path.
void read_as_claim(const std::filesystem::path& file) {
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder / "a-claim");
  folder.write("a-claim/claim.yaml", test::content(file));
  try {
    read_claim(folder / "a-claim");
  } catch (const InputError& e) {
    Diagnostics moved = e.diagnostics();
    for (Diagnostic& d : moved) d.file = file.string();
    throw InputError(moved);
  }
}

ClaimNumber number_of(double expected, Relation relation, double tolerance, bool percent) {
  ClaimNumber n;
  n.expected = expected;
  n.relation = relation;
  n.tolerance = tolerance;
  n.tolerance_in_percent = percent;
  return n;
}

Locator locator_of(const std::string& find) {
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder / "a-claim");
  folder.write(
      "a-claim/claim.yaml",
      edited(kClaim, R"({csv: "{claim}/table.csv", row: {layer: conv1}, column: ms})", find));
  return *read_claim(folder / "a-claim").numbers.at(0).find;
}

struct Output {
  Output() {
    folder.write("metrics.json", R"({"metrics": {"a__b__mape_pct": {"value": 2.5, "n": 3},
      "a__b__rank": {"value": null, "n": 1}}, "deep": {"list": [1, {"x": 7}]}})");
    folder.write("table.csv", "layer,ms\nconv1,10.4\nconv2,30\nconv2,31\n");
    std::vector<Record> records(2);
    records[0].layer = "conv1";
    records[1].layer = "conv2";
    records[1].repeat = 3;
    for (Record& r : records) {
      r.level = "analytical";
      r.variant = "D";
      r.chip = r.workload = "x";
      r.values["total_ms"] = r.layer == "conv1" ? 2 : 5;
      r.counts[{"glb", "I", "read"}] = 11;
      r.energy_pj_by_component["spad"] = 4;
    }
    write_records_json(folder / "records.json", records);
  }
  double at(const std::string& find) const {
    return locate(locator_of(find), {folder.path(), folder.path(), folder.path()});
  }
  std::string refusal(const std::string& find) const {
    try {
      at(find);
    } catch (const InputError& e) {
      return to_string(e.diagnostics().at(0));
    }
    return "";
  }
  TemporaryFolder folder;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(claims)

BOOST_AUTO_TEST_CASE(a_claim_is_read) {
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder / "a-claim");
  folder.write("a-claim/claim.yaml", kClaim);
  const Claim claim = read_claim(folder / "a-claim");
  BOOST_TEST(claim.id == "a-claim");
  BOOST_TEST(claim.commands.at(0).arguments.size() == 2U);
  BOOST_TEST(claim.commands.at(0).output == "list.json");
  BOOST_TEST(claim.numbers.at(0).tolerance == 5);
  BOOST_TEST(claim.numbers.at(0).tolerance_in_percent);
  BOOST_TEST((claim.stated == Verdict::reproduced));
}

BOOST_AUTO_TEST_CASE(refuses_malformed_claims_with_every_error) {
  const std::vector<test::Malformed> cases{
      {"unknown key",
       {{"title: A table", "titel: A table"}},
       {{"", "title", "missing"}, {"titel", "titel", "did you mean 'title'?"}}},
      {"no tolerance",
       {{"    tolerance: {percent: 5}\n", ""}},
       {{"", "numbers[0].tolerance", "missing"}}},
      {"two tolerances",
       {{"{percent: 5}", "{percent: 5, absolute: 1}"}},
       {{"tolerance", "numbers[0].tolerance", "exactly one of 'percent' and 'absolute'"}}},
      {"a bound with a tolerance",
       {{"tolerance: {percent: 5}", "relation: at most\n    tolerance: {percent: 5}"}},
       {{"tolerance", "numbers[0].tolerance", "a bound is its own tolerance"}}},
      {"per cent of nothing",
       {{"expected: 10", "expected: 0"}},
       {{"tolerance", "numbers[0].tolerance.percent", "expected 'absolute'"}}},
      {"no place",
       {{"{csv: ", "{cvs: "}},
       {{"find", "numbers[0].find", "exactly one of 'metric'"}}},
      {"a path out of the folder",
       {{"{claim}/table.csv", "../table.csv"}},
       {{"find", "numbers[0].find.csv", "below the commands' folder"}}},
      {"an unknown placeholder",
       {{"{claim}/table.csv", "{home}/table.csv"}},
       {{"find", "numbers[0].find.csv", "below the commands' folder"}}},
      {"not reproduced without a reason",
       {{"verdict: reproduced", "verdict: not reproduced"}},
       {{"", "reason", "missing"}}},
      {"the claim and its numbers say different things",
       {{"verdict: reproduced", "verdict: not reproduced\nreason: so"}},
       {{"verdict", "verdict", "or a number with a verdict of its own"}}},
      {"claims that check claims",
       {{"[list, --json]", "[check]"}},
       {{"commands", "commands[0].assay", "claims do not check claims"}}},
      {"a file of this machine",
       {{"[list, --json]", "[list, /tmp/a.yaml]"}},
       {{"commands", "commands[0].assay", "below the commands' folder"}}},
      {"a file of this machine, of an option",
       {{"[list, --json]", "[list, --out=/tmp/a.yaml]"}},
       {{"commands", "commands[0].assay", "below the commands' folder"}}},
      {"an unknown need",
       {{"minutes: 0.1", "minutes: 0.1\nneeds: [luck]"}},
       {{"needs", "needs", "expected 'rtl'"}}},
      {"twice the same number",
       {{"numbers:\n",
         "numbers:\n  - {name: ten, expected: 1, unit: ms, not_checkable: \"no data\"}\n"},
        {"verdict: reproduced", "verdict: not reproduced\nreason: so"}},
       {{"numbers", "numbers", "stated twice"}}},
  };
  for (const test::Malformed& c : cases) {
    // Lines are compared only where a case names a text.
    BOOST_TEST_CONTEXT(c.what) {
      const std::string text = test::edited(kClaim, c.edits);
      const Diagnostics found = test::errors_of(text, read_as_claim);
      BOOST_TEST_CONTEXT("reported:" << test::listing(found)) {
        BOOST_TEST(found.size() == c.errors.size());
        for (const test::ExpectedError& e : c.errors)
          BOOST_TEST(std::any_of(found.begin(), found.end(), [&](const Diagnostic& d) {
            return d.key == e.key && contains(to_string(d), e.says);
          }));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(numbers_are_found_where_the_claim_says) {
  const Output out;
  BOOST_TEST(out.at("{metric: a__b__mape_pct, file: metrics.json}") == 2.5);
  BOOST_TEST(out.at("{json: metrics.json, at: [deep, list, 1, x]}") == 7);
  BOOST_TEST(out.at("{csv: table.csv, row: {layer: conv1}, column: ms}") == 10.4);
  const std::string record = "{record: {layer: conv2, level: analytical, variant: D, ";
  BOOST_TEST(out.at(record + "quantity: total_ms}, file: records.json}") == 5);
  BOOST_TEST(out.at(record + "count: glb.I.read}, file: records.json}") == 11);
  BOOST_TEST(out.at(record + "energy: spad}, file: records.json}") == 4);
  // Every layer, as often as the network repeats it: 2 + 3 x 5.
  BOOST_TEST(out.at("{record: {level: analytical, variant: D, quantity: total_ms}, file: "
                    "records.json}") == 17);
  BOOST_TEST(out.at("{ratio: [{constant: 6}, {sum: [{constant: 1}, {constant: 3}]}]}") == 1.5);
  BOOST_TEST(out.at("{product: [{constant: 6}, {difference: [{constant: 1}, {constant: 3}]}]}") ==
             -12);
  BOOST_TEST(out.at("{largest: [{constant: -6}, {constant: 3}]}") == 6);
}

BOOST_AUTO_TEST_CASE(what_is_not_there_is_named_with_the_nearest_one) {
  const Output out;
  const auto says = [&](const std::string& find, const std::string& part) {
    const std::string text = out.refusal(find);
    BOOST_TEST(contains(text, part), text);
    BOOST_TEST(!contains(text, out.folder.path().string()), text);
  };
  says("{metric: a__b__mape_pt, file: metrics.json}", "did you mean 'a__b__mape_pct'?");
  says("{metric: a__b__rank, file: metrics.json}", "undefined");
  says("{metric: a__b__mape_pct, file: other.json}", "other.json");
  says("{csv: table.csv, row: {layer: conv2}, column: ms}", "found 2");
  says("{csv: table.csv, row: {layer: conv9}, column: ms}", "found 0");
  says("{csv: table.csv, row: {layer: conv1}, column: m}", "no such column");
  says("{record: {layer: conv1, level: exact, variant: D, quantity: total_ms}, file: records.json}",
       "no such record");
  says(
      "{record: {layer: conv1, level: analytical, variant: D, quantity: total_m}, file: "
      "records.json}",
      "did you mean 'total_ms'?");
  says("{json: metrics.json, at: [deep, list, 2]}", "is not there");
  says("{ratio: [{constant: 1}, {constant: 0}]}", "no finite number");
}

BOOST_AUTO_TEST_CASE(tolerances_and_bounds_are_inclusive) {
  const auto at = [](const ClaimNumber& n, double found) {
    return judge(n, found) == Verdict::reproduced;
  };
  const ClaimNumber percent = number_of(-200, Relation::within, 1, true);
  BOOST_TEST(at(percent, -202));
  BOOST_TEST(at(percent, -198));
  BOOST_TEST(!at(percent, -202.001));
  BOOST_TEST(!at(percent, 200));
  const ClaimNumber absolute = number_of(10, Relation::within, 0.5, false);
  BOOST_TEST(at(absolute, 9.5));
  BOOST_TEST(!at(absolute, 10.51));
  BOOST_TEST(at(number_of(10, Relation::at_most, 0, false), 10));
  BOOST_TEST(!at(number_of(10, Relation::at_most, 0, false), 10.1));
  BOOST_TEST(at(number_of(10, Relation::at_least, 0, false), 10));
  BOOST_TEST(!at(number_of(10, Relation::at_least, 0, false), 9.9));
}

BOOST_AUTO_TEST_CASE(a_folder_s_hash_sees_names_and_contents_and_not_what_is_left_out) {
  const TemporaryFolder folder;
  std::filesystem::create_directories(folder / "claims");
  folder.write("a.csv", "1");
  const std::string before = folder_hash(folder.path(), "claims");
  folder.write("claims/b.csv", "2");
  BOOST_TEST(folder_hash(folder.path(), "claims") == before);
  BOOST_TEST(folder_hash(folder.path(), "") != before);
  folder.write("a.csv", "3");
  BOOST_TEST(folder_hash(folder.path(), "claims") != before);
  folder.write("a.csv", "1");
  std::filesystem::rename(folder / "a.csv", folder / "c.csv");
  BOOST_TEST(folder_hash(folder.path(), "claims") != before);
}

BOOST_AUTO_TEST_CASE(a_folder_s_hash_sees_through_links_and_refuses_loops) {
  const TemporaryFolder folder, elsewhere;
  elsewhere.write("a.csv", "1");
  std::filesystem::create_directory_symlink(elsewhere.path(), folder / "linked");
  const std::string before = folder_hash(folder.path(), "");
  elsewhere.write("a.csv", "2");
  BOOST_TEST(folder_hash(folder.path(), "") != before);
  std::filesystem::create_directory_symlink(folder.path(), elsewhere / "back");
  BOOST_CHECK_THROW(folder_hash(folder.path(), ""), InputError);
  const TemporaryFolder self;
  std::filesystem::create_symlink("loop", self / "loop");
  BOOST_CHECK_THROW(folder_hash(self.path(), ""), InputError);
}

BOOST_AUTO_TEST_SUITE_END()
