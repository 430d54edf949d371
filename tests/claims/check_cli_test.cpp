// SPDX-License-Identifier: Apache-2.0
// assay check as a program: exit codes, what it says, what it keeps.
#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include "tests/claims/fixture.h"

namespace {

using namespace assay::test;

bool runs(const Result& r, int cached, int of) {
  return contains(r.err,
                  std::to_string(cached) + " of " + std::to_string(of) + " claims from the cache");
}

// The one block of YAML of a page in docs/formats.
std::string example_of(const std::string& page) {
  const std::string text = content(kSource / "docs/formats" / page);
  const std::string begin = "```yaml\n";
  const std::size_t from = text.find(begin);
  BOOST_REQUIRE(from != std::string::npos);
  const std::size_t to = text.find("\n```", from);
  BOOST_REQUIRE(text.find(begin, to) == std::string::npos);
  return text.substr(from + begin.size(), to + 1 - from - begin.size());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(check_cli)

BOOST_AUTO_TEST_CASE(the_example_of_the_page_comes_out_as_it_states) {
  Claims c;
  fs::create_directories(c.data() / "chips/tiny");
  fs::create_directories(c.data() / "workloads");
  c.box.write("data/chips/tiny/accelerator.yaml", example_of("accelerator.md"));
  c.box.write("data/chips/tiny/example.yaml", example_of("mapping.md"));
  c.box.write("data/chips/tiny/parameters.yaml", example_of("parameters.md"));
  c.box.write("data/workloads/example.yaml", example_of("workload.md"));
  c.add("page", example_of("claim.md"));
  c.box.data = "data";  // relative to the caller's folder, which is not the commands'
  const Result r = c.check("--as-stated");
  BOOST_TEST(r.code == 0, r.out << r.err);
  BOOST_TEST(contains(r.out, "0 of 1 claims reproduced (1 of 2 numbers)"));
}

BOOST_AUTO_TEST_CASE(reproduced_is_0_not_reproduced_is_1_and_as_stated_asks_the_file) {
  const Claims c;
  c.add("good", kClaim);
  BOOST_TEST(c.check("").code == 0);
  BOOST_TEST(c.check("--as-stated").code == 0);
  c.add("honest", not_reproduced(kClaim));
  const Result r = c.check("");
  BOOST_TEST(r.code == 1);
  BOOST_TEST(contains(r.out, "it is 30"));
  BOOST_TEST(
      contains(r.out, "1 of 2 claims reproduced (1 of 2 numbers), 1 not reproduced, 0 broken"));
  BOOST_TEST(c.check("--as-stated").code == 0);
  BOOST_TEST(c.check("good").code == 0);
}

BOOST_AUTO_TEST_CASE(another_verdict_than_stated_is_news_either_way) {
  const Claims worse;
  worse.add("claim", kClaim, "layer,ms\nconv1,11\n");
  const Result lost = worse.check("--as-stated");
  BOOST_TEST(lost.code == 1);
  BOOST_TEST(contains(lost.out, "NOT as its file states: claim"));
  const Claims better;
  better.add("claim", not_reproduced(kClaim), "layer,ms\nconv2,10\n");
  BOOST_TEST(better.check("").code == 0);
  const Result won = better.check("--as-stated");
  BOOST_TEST(won.code == 1);
  BOOST_TEST(contains(won.out, "stated beforehand: not reproduced"));
}

BOOST_AUTO_TEST_CASE(a_broken_claim_is_2_and_hides_none_of_the_others) {
  const Claims c;
  c.add("a-failing-command", edited(kClaim, "[list, --json]", "[predict, nochip, alexnet]"));
  c.add("an-unreadable-file", edited(kClaim, "title:", "titel:"));
  c.add("another-place", edited(kClaim, "layer: conv1", "layer: conv9"));
  c.add("good", kClaim);
  c.add("honest", not_reproduced(kClaim));
  const Result r = c.check("--out checked");
  BOOST_TEST(r.code == 2);
  BOOST_TEST(contains(r.out, "1 of 5 claims reproduced"));
  BOOST_TEST(contains(r.out, "3 broken"));
  BOOST_TEST(contains(r.out, "nochip"));
  BOOST_TEST(contains(r.out, "found 0"));
  const auto json = nlohmann::json::parse(content(c.box.folder() / "checked/claims.json"));
  BOOST_TEST(json["claims"].size() == 5U);
  BOOST_TEST(contains(json["claims"][1]["problem"].get<std::string>(), "did you mean 'title'?"));
  BOOST_TEST(json["counts"]["broken"] == 3);
  BOOST_TEST(!json["as_stated"].get<bool>());
  BOOST_TEST(json["claims"][3]["numbers"][0]["found"] == 10.4);
}

// The command ends with exit code 2; only the first of the claims says that this is no failure.
BOOST_AUTO_TEST_CASE(claims_share_a_run_only_with_the_same_arguments_and_exit_codes) {
  const std::string lenient =
      edited(kClaim, "{assay: [list, --json], output: list.json}",
             "{assay: [predict, nochip, alexnet], output: list.json, exit_codes: [0, 2]}");
  const std::string strict = edited(lenient, ", exit_codes: [0, 2]", "");
  const Claims c;
  c.add("a-lenient", lenient);
  c.add("b-strict", strict);
  c.add("c-one-argument", edited(strict, "nochip, alexnet", "nochip alexnet"));
  BOOST_TEST(c.check("a-lenient").code == 0);
  BOOST_TEST(c.check("b-strict").code == 2);
  const Result r = c.check("--no-cache --out checked");
  BOOST_TEST(r.code == 2);
  const auto json = nlohmann::json::parse(content(c.box.folder() / "checked/claims.json"));
  BOOST_TEST(json["counts"]["reproduced"] == 1);
  BOOST_TEST(json["counts"]["broken"] == 2);
}

BOOST_AUTO_TEST_CASE(what_was_found_is_kept_until_something_that_decides_it_changes) {
  const Claims c;
  c.add("one", kClaim);
  c.add("two", edited(kClaim, "title: A table", "title: Another"));
  const Result first = c.check("--out first");
  BOOST_TEST(runs(first, 0, 2));
  const Result second = c.check("--out second");
  BOOST_TEST(runs(second, 2, 2));
  BOOST_TEST(first.code == second.code);
  for (const char* file : {"claims.html", "claims.csv", "claims.json", "claims.tex"})
    BOOST_TEST(content(c.box.folder() / "first" / file) ==
               content(c.box.folder() / "second" / file));
  c.add("two", edited(kClaim, "expected: 10", "expected: 10.4"));
  BOOST_TEST(runs(c.check(""), 1, 2));
  c.add("one", kClaim, "layer,ms\nconv1,77\n");
  const Result changed = c.check("");
  BOOST_TEST(runs(changed, 1, 2));
  BOOST_TEST(changed.code == 1);
  c.box.write("data/chips/new.csv", "x");
  BOOST_TEST(runs(c.check(""), 0, 2));
  BOOST_TEST(runs(c.check("--no-cache"), 0, 2));
}

BOOST_AUTO_TEST_CASE(a_damaged_file_of_the_cache_is_said_and_not_trusted) {
  const Claims c;
  c.add("one", kClaim);
  c.check("");
  for (const auto& entry : fs::directory_iterator(c.box.folder() / "out/cache")) {
    const std::string text = content(entry.path());
    std::ofstream(entry.path(), std::ios::binary) << edited(text, "10.4", "10.1");
  }
  const Result r = c.check("");
  BOOST_TEST(contains(r.err, "damaged"));
  BOOST_TEST(runs(r, 0, 1));
  BOOST_TEST(contains(r.out, "10.4 ms"));
}

BOOST_AUTO_TEST_CASE(a_claim_that_failed_runs_again_and_leaves_nothing_in_the_cache) {
  const Claims c;
  c.add("one", edited(kClaim, "layer: conv1", "layer: conv9"));
  BOOST_TEST(c.check("").code == 2);
  const Result r = c.check("");
  BOOST_TEST(runs(r, 0, 1));
  BOOST_TEST(!contains(r.err, "damaged"));
}

BOOST_AUTO_TEST_CASE(comparisons_are_shown_and_decide_nothing) {
  const Claims c;
  c.add("theirs", R"(schema: assay.claim/1
title: Theirs
kind: comparison
published: {statement: An error, source: made up, where: nowhere, confidence: none}
minutes: 0
note: nothing of it is here
numbers:
  - {name: error, expected: 5, unit: "%"}
)");
  const Result r = c.check("");
  BOOST_TEST(r.code == 0);
  BOOST_TEST(contains(r.out, "1 comparison shown"));
  BOOST_TEST(contains(r.out, "nothing of it is here"));
}

BOOST_AUTO_TEST_CASE(refuses_unknown_claims_and_folders_of_others) {
  const Claims c;
  c.add("good", kClaim);
  const Result r = c.check("goood");
  BOOST_TEST(r.code == 2);
  BOOST_TEST(contains(r.err, "did you mean 'good'?"));
  fs::create_directories(c.box.folder() / "mine");
  c.box.write("mine/file", "x");
  const Result taken = c.check("--out mine");
  BOOST_TEST(taken.code == 2);
  BOOST_TEST(content(c.box.folder() / "mine/file") == "x");
}

BOOST_AUTO_TEST_CASE(claims_that_need_hardware_break_or_are_left_out_aloud) {
  const Claims c;
  c.add("good", kClaim);
  c.add("hardware", edited(kClaim, "minutes: 0.1", "minutes: 0.1\nneeds: [rtl]"));
  const Result r = c.check("--leave-out rtl");
  BOOST_TEST(r.code == 0);
  BOOST_TEST(contains(r.out, "left out"));
#ifndef ASSAY_WITH_RTL
  BOOST_TEST(c.check("--leave-out not-built").code == 0);
  const Result broken = c.check("");
  BOOST_TEST(broken.code == 2);
  BOOST_TEST(contains(broken.out, "needs 'rtl'"));
#endif
}

BOOST_AUTO_TEST_CASE(the_list_needs_no_run) {
  const Claims c;
  c.add("good", edited(kClaim, "[list, --json]", "[predict, nochip, alexnet]"));
  const Result r = c.check("--list --markdown");
  BOOST_TEST(r.code == 0);
  BOOST_TEST(contains(r.out,
                      "| `good` | A table | `assay predict nochip alexnet > list.json` | 0.1 | 5 % "
                      "| reproduced |"));
}

BOOST_AUTO_TEST_SUITE_END()
