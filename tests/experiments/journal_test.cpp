// SPDX-License-Identifier: Apache-2.0
// The journal of finished layers: nothing that was appended is lost, nothing foreign is touched.
#include "experiments/journal.h"

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <memory>

#include "core/diagnostics.h"
#include "tests/files.h"

using namespace assay;
using test::content;
using test::TemporaryFolder;
namespace fs = std::filesystem;

namespace {

using Identity = std::map<std::string, std::string>;
const Identity kRun{{"mode", "timing"}, {"workload", "alexnet.yaml sha256:00"}};

struct Folder {
  std::string text() const { return content(file); }
  void write(const std::string& text) const { std::ofstream(file, std::ios::binary) << text; }

  TemporaryFolder folder;
  fs::path path = folder.path(), file = folder / "j";
};

Record record(const std::string& layer) {
  Record r;
  r.level = "simulator";
  r.chip = "eyeriss";
  r.workload = "alexnet";
  r.layer = layer;
  r.values["processing_ms"] = 0.1 + 0.2;
  r.counts[{"glb", "I", "read"}] = 9007199254740993;
  r.notes["odd"] = "two\n  lines, \"quoted\",   blanks ";
  r.provenance.tool = "test";
  return r;
}

std::string as_json(const std::vector<Record>& records) { return records_to_json(records); }

void append(const Folder& folder, const std::vector<std::string>& layers) {
  Journal journal(folder.file, kRun, false);
  for (const std::string& layer : layers) journal.append(record(layer));
}

// The message of the one error.
std::string refusal(const fs::path& file, const Identity& run, bool restart) {
  try {
    const Journal journal(file, run, restart);
  } catch (const InputError& e) {
    return to_string(e.diagnostics().at(0));
  }
  return "accepted";
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(journal)

BOOST_AUTO_TEST_CASE(records_come_back_bit_for_bit) {
  const Folder folder;
  append(folder, {"conv2", "conv1"});
  append(folder, {"conv3"});
  const Journal journal(folder.file, kRun, false);
  BOOST_TEST(as_json(journal.records()) ==
             as_json({record("conv2"), record("conv1"), record("conv3")}));
}

BOOST_AUTO_TEST_CASE(a_last_line_cut_off_anywhere_is_dropped_and_written_anew) {
  const Folder folder;
  append(folder, {"conv1"});
  const std::string one = folder.text();
  append(folder, {"conv2"});
  const std::string two = folder.text();
  for (std::size_t size = one.size(); size < two.size(); size += 7) {
    folder.write(two.substr(0, size));
    append(folder, {"conv2"});
    BOOST_TEST(folder.text() == two);
  }
}

BOOST_AUTO_TEST_CASE(a_header_cut_off_anywhere_begins_anew) {
  const Folder folder;
  append(folder, {});
  const std::string header = folder.text();
  for (std::size_t size = 0; size < header.size(); ++size) {
    folder.write(header.substr(0, size));
    append(folder, {});
    BOOST_TEST(folder.text() == header);
  }
}

BOOST_AUTO_TEST_CASE(a_journal_of_another_run_is_refused_with_the_difference) {
  const Folder folder;
  append(folder, {"conv1"});
  const std::string text = folder.text();
  const std::string message =
      refusal(folder.file, {{"mode", "data, seed 1"}, {"workload", kRun.at("workload")}}, false);
  BOOST_TEST(contains(message, "j:1: journal: "), message);
  BOOST_TEST(contains(message, "(mode was 'timing' and is 'data, seed 1')"), message);
  BOOST_TEST(contains(refusal(folder.file, {{"mode", "timing"}, {"seed", "1"}}, false),
                      "seed was '' and is '1'; workload was 'alexnet.yaml sha256:00' and is ''"));
  BOOST_TEST(folder.text() == text);
}

BOOST_AUTO_TEST_CASE(restart_throws_a_journal_away_and_nothing_else) {
  const Folder folder;
  append(folder, {"conv1"});
  const Identity other{{"mode", "data"}};
  {
    const Journal journal(folder.file, other, true);
    BOOST_TEST(journal.records().empty());
  }
  BOOST_TEST(refusal(folder.file, other, false) == "accepted");
  for (const std::string text : {"years of work\n", "no end of line", "{\"schema\": 1}\n",
                                 "{\"schema\": \"assay.records/1\", \"records\": []}\n"}) {
    folder.write(text);
    BOOST_TEST(contains(refusal(folder.file, kRun, true), "the file is no journal"));
    BOOST_TEST(folder.text() == text);
  }
}

BOOST_AUTO_TEST_CASE(a_damaged_line_is_refused_with_its_number) {
  const Folder folder;
  append(folder, {"conv1", "conv2"});
  std::string text = folder.text();
  text[text.find('\n') + 1] = '!';
  folder.write(text);
  BOOST_TEST(contains(refusal(folder.file, kRun, false), "j:2: journal: expected a record"));
  BOOST_TEST(folder.text() == text);
}

BOOST_AUTO_TEST_CASE(two_runs_at_a_time_are_refused) {
  const Folder folder;
  const Journal first(folder.file, kRun, false);
  BOOST_TEST(contains(refusal(folder.file, kRun, false), "another run is writing this journal"));
}

BOOST_AUTO_TEST_CASE(what_cannot_be_written_is_an_input_error) {
  const Folder folder;
  BOOST_TEST(contains(refusal(folder.path / "none" / "j", kRun, false),
                      "cannot be written: No such file or directory"));
  BOOST_TEST(contains(refusal(folder.path, kRun, false), "cannot be written: Is a directory"));
  BOOST_TEST(contains(refusal("/dev/full", kRun, false),
                      "/dev/full: journal: cannot be written: No space left on device"));
}

BOOST_AUTO_TEST_SUITE_END()
