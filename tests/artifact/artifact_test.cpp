// SPDX-License-Identifier: Apache-2.0
// What the top of the tree says to reviewers: ARTIFACT.md has every claim as its file states it,
// CITATION.cff is a citation file and names the publications whose measurements are here.
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <set>
#include <string>

#include "core/accelerator.h"
#include "experiments/claim_check/claim.h"
#include "experiments/claim_check/claim_report.h"
#include "tests/files.h"

namespace assay::test {
namespace {

namespace fs = std::filesystem;

const fs::path kRoot = ASSAY_SOURCE_DIR;

// Between the two marks.
std::string table_of(const std::string& page) {
  const std::size_t mark = page.find("<!-- claims: tools");
  const std::size_t from = page.find('\n', mark) + 1, to = page.find("<!-- claims: to here");
  BOOST_REQUIRE(mark != std::string::npos);
  BOOST_REQUIRE(to != std::string::npos);
  return page.substr(from, to - from);
}

// Letters in lower case and digits: titles are broken over lines differently.
std::string squeezed(const std::string& text) {
  std::string out;
  for (const char c : text)
    if (std::isalnum(static_cast<unsigned char>(c)) != 0)
      out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

void only_keys(const YAML::Node& map, const std::set<std::string>& known) {
  for (const auto& entry : map)
    BOOST_TEST(known.count(entry.first.as<std::string>()) == 1U, entry.first.as<std::string>());
}

void is_author(const YAML::Node& author) {
  const bool person = author["family-names"] && author["given-names"],
             entity = bool(author["name"]);
  BOOST_TEST(person != entity);
  only_keys(author, {"family-names", "given-names", "name"});
}

}  // namespace

BOOST_AUTO_TEST_SUITE(artifact)

BOOST_AUTO_TEST_CASE(the_table_of_claims_is_that_of_the_claims) {
  std::vector<claim_check::Claim> claims;
  for (const fs::path& folder : claim_check::claim_folders(kRoot / "experiments/claims", {}))
    claims.push_back(claim_check::read_claim(folder));
  BOOST_TEST(claims.size() > 10U);
  BOOST_TEST(table_of(content(kRoot / "ARTIFACT.md")) == claim_check::claims_markdown(claims),
             "run tools/update-artifact.sh PROGRAM");
}

BOOST_AUTO_TEST_CASE(links_of_the_page_lead_to_files) {
  const std::string page = content(kRoot / "ARTIFACT.md");
  int links = 0;
  for (std::size_t at = 0; (at = page.find("](", at)) != std::string::npos; ++links) {
    const std::size_t end = page.find_first_of(")#", at += 2);
    BOOST_TEST(fs::exists(kRoot / page.substr(at, end - at)), page.substr(at, end - at));
  }
  BOOST_TEST(links > 5);
}

// Citation File Format 1.2.0: required keys, allowed keys, kinds of authors.
BOOST_AUTO_TEST_CASE(the_citation_file_is_one) {
  const YAML::Node cff = YAML::LoadFile(kRoot / "CITATION.cff");
  BOOST_TEST(cff["cff-version"].as<std::string>() == "1.2.0");
  for (const char* key :
       {"message", "title", "authors", "version", "license", "abstract", "keywords", "references"})
    BOOST_TEST(bool(cff[key]), key);
  only_keys(cff, {"cff-version", "message", "title", "type", "authors", "version", "license",
                  "abstract", "keywords", "references"});
  BOOST_TEST(cff["type"].as<std::string>() == "software");
  const std::string cmake = content(kRoot / "CMakeLists.txt");
  BOOST_TEST(cmake.find("VERSION " + cff["version"].as<std::string>()) != std::string::npos);
  for (const YAML::Node& author : cff["authors"]) is_author(author);
  const std::set<std::string> types{"article", "conference-paper", "data"};
  for (const YAML::Node& r : cff["references"]) {
    only_keys(r, {"type", "title", "authors", "journal", "volume", "issue", "start", "end", "year",
                  "doi", "notes", "collection-title", "url", "commit"});
    BOOST_TEST(types.count(r["type"].as<std::string>()) == 1U);
    BOOST_TEST(!r["title"].as<std::string>().empty());
    BOOST_TEST(r["authors"].size() > 0U);
    for (const YAML::Node& author : r["authors"]) is_author(author);
  }
}

BOOST_AUTO_TEST_CASE(every_chip_with_measurements_is_among_the_references) {
  const YAML::Node cff = YAML::LoadFile(kRoot / "CITATION.cff");
  int chips = 0;
  for (const auto& entry : fs::directory_iterator(kRoot / "experiments/chips")) {
    if (!fs::exists(entry.path() / "measured")) continue;
    ++chips;
    const std::string source = squeezed(read_accelerator(entry.path() / "accelerator.yaml").source);
    bool cited = false;
    for (const YAML::Node& r : cff["references"])
      cited = cited || source.find(squeezed(r["title"].as<std::string>())) != std::string::npos;
    BOOST_TEST(cited, entry.path().filename());
  }
  BOOST_TEST(chips >= 4);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::test
