// SPDX-License-Identifier: Apache-2.0
// `assay validate` a second time: what is taken from the cache and what runs again, and that nobody
// can tell from the files. And the resolved experiment, which gives the same records.
#include "core/hash.h"
#include "sandbox.h"

namespace {

using namespace assay;
using namespace assay::test;

// Two variants of one layer of a chip folder of its own, simulated.
class Twice {
 public:
  Twice() {
    fs::copy(kSource / "experiments/chips/eyeriss", chip(), fs::copy_options::recursive);
    fs::copy(chip() / "alexnet.yaml", chip() / "other.yaml");
    edit("measured/alexnet.import.yaml", "equals: TOTAL",
         "equals: [CONV1, CONV2, CONV3, CONV4, TOTAL]");
    box.write("mine.yaml",
              "schema: assay.experiment/1\nname: mine\ntitle: A test\nquestion: Is it cached?\n"
              "chip: copied\nworkload: alexnet\nlayers: [conv5]\n"
              "levels: [analytical, simulator]\nvariants:\n"
              "  - {name: D, mapping: alexnet.yaml, headline: true, description: the chip}\n"
              "  - {name: E, mapping: other.yaml, description: the same}\n"
              "measured:\n  - {data: measured/alexnet.csv,\n"
              "     import: measured/alexnet.import.yaml, sha256: " +
                  sha256_of_file(chip() / "measured/alexnet.csv").substr(7) +
                  "}\nquantities: [processing_ms]\nheadline_quantity: processing_ms\n");
  }
  fs::path chip() const { return box.folder() / "copied"; }
  void edit(const std::string& file, const std::string& from, const std::string& to) const {
    const std::string text = edited(content(chip() / file), from, to);
    std::ofstream(chip() / file, std::ios::binary) << text;
  }
  Result validate(const std::string& out, const std::string& more = "") const {
    Result r = box.run("validate mine.yaml --out " + out + " " + more);
    BOOST_TEST(r.code == 0, r.err);
    return r;
  }
  std::vector<fs::path> cached() const {
    std::vector<fs::path> files;
    if (fs::exists(box.folder() / "out/cache"))
      for (const auto& entry : fs::directory_iterator(box.folder() / "out/cache"))
        files.push_back(entry.path());
    return files;
  }
  // Every file of two report folders.
  void same(const std::string& a, const std::string& b) const {
    std::size_t compared = 0;
    for (const auto& entry : fs::recursive_directory_iterator(box.folder() / a)) {
      if (!entry.is_regular_file()) continue;
      const fs::path name = entry.path().lexically_relative(box.folder() / a);
      BOOST_TEST(content(entry.path()) == content(box.folder() / b / name), name);
      ++compared;
    }
    BOOST_TEST(compared > 10U);
  }

  Sandbox box;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(cache_cli)

BOOST_AUTO_TEST_CASE(a_second_run_takes_everything_from_the_cache_and_writes_the_same_bytes) {
  const Twice t;
  BOOST_TEST(!contains(t.validate("one").out, "from the cache"));
  BOOST_TEST(t.cached().size() == 2U);
  BOOST_TEST(contains(t.validate("two").out, "2 of 2 runs from the cache"));
  BOOST_TEST(!contains(t.validate("three", "--no-cache").out, "from the cache"));
  t.same("one", "two");
  t.same("one", "three");
}

BOOST_AUTO_TEST_CASE(a_changed_mapping_runs_the_variants_that_use_it_and_no_others) {
  const Twice t;
  t.validate("one");
  t.edit("other.yaml", "layers:", "# another content\nlayers:");
  BOOST_TEST(contains(t.validate("two").out, "1 of 2 runs from the cache"));
  BOOST_TEST(t.cached().size() == 3U);
}

BOOST_AUTO_TEST_CASE(a_damaged_file_is_said_and_computed_again) {
  const Twice t;
  t.validate("one");
  const fs::path file = t.cached().front();
  const std::string whole = content(file);
  std::ofstream(file, std::ios::binary) << edited(whole, "\"layer\"", "\"lAyer\"");
  const Result r = t.validate("two");
  BOOST_TEST(contains(r.err, "cache: out/cache/"), r.err);
  BOOST_TEST(contains(r.out, "1 of 2 runs from the cache"), r.out);
  BOOST_TEST(content(file) == whole);
  t.same("one", "two");
}

BOOST_AUTO_TEST_CASE(a_killed_run_leaves_what_it_finished_and_nothing_half) {
  const Twice t;
  t.box.kill("validate mine.yaml --out one", [&](pid_t) { return !t.cached().empty(); });
  fs::remove_all(t.box.folder() / "one");  // it may have been quicker
  const Result r = t.validate("two");
  BOOST_TEST(contains(r.out, " of 2 runs from the cache"), r.out);
  BOOST_TEST(r.err.empty(), r.err);
  t.validate("three", "--no-cache");
  t.same("two", "three");
}

BOOST_AUTO_TEST_CASE(the_resolved_experiment_gives_the_same_records) {
  const Twice t;
  t.validate("one");
  const std::string resolved = content(t.box.folder() / "one/resolved.yaml");
  for (const char* part :
       {"levels: [\"analytical\", \"simulator\"]", "accelerator: \"accelerator.yaml\"",
        "file: \"workloads/alexnet.yaml\"", "layers: [\"conv5\"]"})
    BOOST_TEST(contains(resolved, part), part << "\n" << resolved);
  BOOST_TEST(!contains(resolved, t.box.folder().string()));
  const Result again = t.box.run("validate one/resolved.yaml --out two --no-cache");
  BOOST_TEST(again.code == 0, again.err);
  for (const char* file : {"records.csv", "records.json", "metrics.json"})
    BOOST_TEST(content(t.box.folder() / "one" / file) == content(t.box.folder() / "two" / file),
               file);
  // A mapping is no data set, but a resolved experiment is of one content of everything.
  t.edit("other.yaml", "layers:", "# another content\nlayers:");
  refuses(t.box, "validate one/resolved.yaml --out three",
          {"inputs.", "other.yaml",
           "now has sha256: " + sha256_of_file(t.chip() / "other.yaml").substr(7)});
}

BOOST_AUTO_TEST_CASE(resolving_prints_and_runs_nothing) {
  const Twice t;
  const std::vector<std::string> before = t.box.files();
  const Result r = t.box.run("validate mine.yaml --resolve");
  BOOST_TEST(r.code == 0, r.err);
  BOOST_TEST(contains(r.out, "schema: \"assay.experiment/1\""), r.out);
  BOOST_TEST(t.box.files() == before);
}

BOOST_AUTO_TEST_SUITE_END()
