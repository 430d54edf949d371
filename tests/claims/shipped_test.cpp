// SPDX-License-Identifier: Apache-2.0
// Every claim that ships is read, has a source, and comes out as its file says.
#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include "experiments/claim_check/claim.h"
#include "tests/program/sandbox.h"

namespace {

using namespace assay;
using namespace assay::test;

}  // namespace

BOOST_AUTO_TEST_SUITE(shipped_claims)

BOOST_AUTO_TEST_CASE(are_read_and_sourced) {
  int claims = 0;
  for (const fs::path& folder : claim_check::claim_folders(kSource / "experiments/claims", {})) {
    const claim_check::Claim c = claim_check::read_claim(folder);
    BOOST_TEST_CONTEXT(c.id) {
      BOOST_TEST(c.published.source.size() > 10U);
      BOOST_TEST(!c.published.confidence.empty());
      BOOST_TEST(c.minutes <= 10);
      claims += c.comparison ? 0 : 1;
    }
  }
  BOOST_TEST(claims >= 12);
}

BOOST_AUTO_TEST_CASE(come_out_as_stated) {
  const Sandbox box;
  const Result r = box.run("check --as-stated --leave-out rtl --no-cache --out checked");
  BOOST_TEST(r.code == 0, r.out << r.err);
  const auto json = nlohmann::json::parse(content(box.folder() / "checked/claims.json"));
  BOOST_TEST(json["as_stated"].get<bool>());
  BOOST_TEST(json["counts"]["broken"] == 0);
  const std::string page = content(box.folder() / "checked/claims.html");
  BOOST_TEST(!contains(page, box.folder().string()));
  BOOST_TEST(!contains(page, "{{"));
  BOOST_TEST(!contains(page, "http"));
}

BOOST_AUTO_TEST_SUITE_END()
