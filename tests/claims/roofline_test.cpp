// SPDX-License-Identifier: Apache-2.0
// assay roofline and assay overview, as programs.
#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "core/record.h"
#include "tests/claims/fixture.h"

namespace {

using namespace assay::test;

const assay::Record& roof_of(const std::vector<assay::Record>& records) {
  const auto at = std::find_if(records.begin(), records.end(),
                               [](const assay::Record& r) { return r.variant == "roofline"; });
  BOOST_REQUIRE(at != records.end());
  return *at;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(roofline)

// 2000 x 2000 weights of a byte at 34 GB/s, for a batch of 200: activations stay on the chip.
BOOST_AUTO_TEST_CASE(operands_without_an_off_chip_port_take_no_time) {
  const Sandbox box;
  const Result r = box.run("roofline tpu_v1 tpu_mlp0 --json");
  BOOST_REQUIRE(r.code == 0);
  const auto records = assay::records_from_json("stdout", r.out);
  const assay::Record& roof = roof_of(records);
  BOOST_TEST(roof.values.at("operations") == 8e8);
  BOOST_TEST(roof.values.at("total_ms") == 4e6 / 34e6, boost::test_tools::tolerance(1e-12));
  BOOST_TEST(roof.values.at("off_chip_traffic_mb") == 4.8);
  BOOST_TEST(contains(box.run("roofline tpu_v1 tpu_mlp0").out, "13.6"));
}

BOOST_AUTO_TEST_CASE(operands_that_share_a_port_wait_for_each_other) {
  const Sandbox box;
  const Result r = box.run("roofline eyeriss alexnet --layers conv1 --json");
  BOOST_REQUIRE(r.code == 0);
  const auto records = assay::records_from_json("stdout", r.out);
  const assay::Record& roof = roof_of(records);
  // 227 x 227 x 3 inputs and 55 x 55 x 96 outputs of four images, 96 x 3 x 11 x 11 weights, 16
  // bits.
  const double words = 4 * (227.0 * 227 * 3 + 55.0 * 55 * 96) + 96 * 3 * 11 * 11;
  BOOST_TEST(roof.values.at("off_chip_traffic_mb") == 2e-6 * words,
             boost::test_tools::tolerance(1e-12));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(overview)

BOOST_AUTO_TEST_CASE(links_what_is_there_with_its_own_verdict) {
  const Claims c;
  c.add("honest", not_reproduced(kClaim));
  BOOST_REQUIRE(c.check("--out out/claims").code == 1);
  fs::create_directories(c.box.folder() / "out/fits/mine");
  c.box.write("out/fits/mine/fit.html", "<title>A fit of mine</title>");
  fs::create_directories(c.box.folder() / "out/report");
  c.box.write("out/report/report.html", "<title>A report</title>");
  c.box.write("out/report/metrics.json",
              R"({"counts_agree": null, "bounds": [{"limit": 1}], "bounds_hold": false})");
  BOOST_TEST(c.box.run("overview out").code == 0);
  const std::string page = content(c.box.folder() / "out/index.html");
  BOOST_TEST(contains(page, R"(<a href="claims/claims.html">)"));
  BOOST_TEST(contains(page, "0 of 1 claims reproduced, 0 of 1 numbers; all as stated"));
  BOOST_TEST(contains(page, R"(<a href="fits/mine/fit.html">A fit of mine</a>)"));
  BOOST_TEST(contains(page, "outside the stated bounds"));
  BOOST_TEST(contains(page, "1 with a verdict that fails"));
  BOOST_TEST(c.box.run("overview out").code == 0);  // its own page is written over
}

BOOST_AUTO_TEST_CASE(a_verdict_that_cannot_be_read_fails_and_hides_no_other_page) {
  const Claims c;
  const std::vector<std::string> metrics{"", "[", "[1]", R"({"bounds": [1], "counts_agree": true})",
                                         R"({"bounds": 1})"};
  const std::vector<std::string> claims{"", R"({"counts": [], "as_stated": true})",
                                        R"({"counts": {"reproduced": "a"}, "as_stated": true})",
                                        R"({"counts": {}, "as_stated": 1})"};
  const auto add = [&](const std::string& name, const std::string& page, const std::string& file,
                       const std::string& text) {
    fs::create_directories(c.box.folder() / "out" / name);
    c.box.write("out/" + name + "/" + page, "<title>" + name + "</title>");
    c.box.write("out/" + name + "/" + file, text);
  };
  for (std::size_t i = 0; i < metrics.size(); ++i)
    add("report" + std::to_string(i), "report.html", "metrics.json", metrics[i]);
  for (std::size_t i = 0; i < claims.size(); ++i)
    add("claims" + std::to_string(i), "claims.html", "claims.json", claims[i]);
  add("good", "report.html", "metrics.json", R"({"bounds": [1], "bounds_hold": true})");
  fs::create_symlink("loop", c.box.folder() / "out/loop");
  const Result r = c.box.run("overview out");
  BOOST_TEST(r.code == 0, r.err);
  const std::string page = content(c.box.folder() / "out/index.html");
  BOOST_TEST(contains(page, "10 pages; 9 with a verdict that fails"));
  BOOST_TEST(contains(page, "its verdict cannot be read"));
  BOOST_TEST(contains(page, "within the stated bounds"));
}

BOOST_AUTO_TEST_CASE(refuses_to_write_over_somebody_s_page) {
  const Claims c;
  c.add("good", kClaim);
  BOOST_REQUIRE(c.check("--out out/claims").code == 0);
  c.box.write("out/index.html", "mine");
  const Result r = c.box.run("overview out");
  BOOST_TEST(r.code == 2);
  BOOST_TEST(content(c.box.folder() / "out/index.html") == "mine");
  BOOST_TEST(c.box.run("overview nowhere").code == 2);
}

BOOST_AUTO_TEST_SUITE_END()
