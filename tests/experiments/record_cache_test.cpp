// SPDX-License-Identifier: Apache-2.0
// What a cache keeps comes back whole or not at all.
#include "experiments/record_cache.h"

#include <boost/test/unit_test.hpp>

#include "tests/files.h"

using namespace assay;
namespace fs = std::filesystem;

namespace {

const std::map<std::string, std::string> kRun{{"level", "simulator"}, {"mapping", "m.yaml"}};

std::vector<Record> records(double ms) {
  Record r;
  r.level = "simulator";
  r.chip = "c";
  r.workload = "w";
  r.layer = "l";
  r.values["total_ms"] = ms;
  return {r};
}

// A cache in a folder of its own, and what it said.
class Box {
 public:
  RecordCache cache(const std::string& program = "program") {
    return {folder_ / "cache", program, [this](const std::string& text) { said.push_back(text); }};
  }
  fs::path only_file() const {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(folder_ / "cache"))
      files.push_back(entry.path());
    BOOST_REQUIRE(files.size() == 1U);
    return files.front();
  }
  void write(const fs::path& file, const std::string& text) const {
    std::ofstream(file, std::ios::binary) << text;
  }
  std::vector<std::string> said;
  test::TemporaryFolder folder_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(record_cache)

BOOST_AUTO_TEST_CASE(records_come_back_bit_for_bit) {
  Box box;
  box.cache().store(kRun, records(0.1 + 0.2));
  const auto found = box.cache().find(kRun);
  BOOST_REQUIRE(found.has_value());
  BOOST_TEST(records_to_json(*found) == records_to_json(records(0.1 + 0.2)));
  BOOST_TEST(box.said.empty());
}

BOOST_AUTO_TEST_CASE(another_run_or_another_program_is_not_found) {
  Box box;
  box.cache().store(kRun, records(1));
  auto other = kRun;
  other["mapping"] = "n.yaml";
  BOOST_TEST(!box.cache().find(other));
  BOOST_TEST(!box.cache("newer").find(kRun));
  BOOST_TEST(box.said.empty());
}

BOOST_AUTO_TEST_CASE(every_damaged_byte_and_every_cut_is_said_and_not_used) {
  Box box;
  box.cache().store(kRun, records(1));
  const fs::path file = box.only_file();
  const std::string whole = test::content(file);
  for (std::size_t i = 0; i < whole.size(); ++i) {
    std::string damaged = whole;
    damaged[i] = static_cast<char>(damaged[i] ^ 1);
    box.said.clear();
    for (const std::string& text : {damaged, whole.substr(0, i)}) {
      box.write(file, text);
      BOOST_TEST(!box.cache().find(kRun), i);
    }
    BOOST_TEST(box.said.size() == 2U, i);
  }
  box.write(file, whole);
  BOOST_TEST(box.cache().find(kRun).has_value());
}

// A file that was given the name of another run's.
BOOST_AUTO_TEST_CASE(records_of_another_run_under_this_name_are_not_used) {
  Box box;
  box.cache().store(kRun, records(1));
  const fs::path own = box.only_file();
  const std::string foreign = test::content(own);
  fs::remove(own);
  auto other = kRun;
  other["level"] = "exact";
  box.cache().store(other, records(2));
  box.write(box.only_file(), foreign);
  BOOST_TEST(!box.cache().find(other));
  BOOST_TEST(box.said.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_cache_that_cannot_be_written_is_said_and_nothing_else) {
  Box box;
  box.write(box.folder_ / "cache", "a file, not a folder");
  box.cache().store(kRun, records(1));
  BOOST_TEST(box.said.size() == 1U);
  RecordCache({}, "program", {}).store(kRun, records(1));  // no folder: nothing is kept
}

BOOST_AUTO_TEST_SUITE_END()
