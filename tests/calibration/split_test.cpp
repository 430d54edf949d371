// SPDX-License-Identifier: Apache-2.0
// A split is made once, says what it was made of, and notices when any of it changes.
#include "calibration/split.h"

#include <boost/test/unit_test.hpp>
#include <functional>

#include "core/diagnostics.h"
#include "core/text.h"
#include "tests/files.h"

namespace assay::calibration {
namespace {

namespace fs = std::filesystem;
using test::content;
using test::TemporaryFolder;

SplitRequest request() {
  SplitRequest r;
  r.chip = "eyeriss";
  r.groups = {{"microbenchmarks", 6, true},
              {"alexnet", 5, false},
              {"vgg16", 13, false},
              {"resnet18", 20, false},
              {"mobilenet", 27, false}};
  r.data = {{"a.csv", "sha256:00"}, {"b.csv", "sha256:11"}};
  return r;
}

SplitUse use() {
  SplitUse u;
  u.file = "fit.yaml";
  u.chip = "eyeriss";
  for (const auto& g : request().groups) u.groups[g.group] = g.records;
  u.data = request().data;
  return u;
}

std::string errors_of(const std::function<void()>& run) {
  try {
    run();
  } catch (const InputError& e) {
    std::string text;
    for (const Diagnostic& d : e.diagnostics()) text += to_string(d) + "\n";
    return text;
  }
  return "";
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

int count(const Split& split, Role role) {
  int n = 0;
  for (const SplitGroup& g : split.groups) n += g.role == role ? 1 : 0;
  return n;
}

BOOST_AUTO_TEST_SUITE(split)

BOOST_AUTO_TEST_CASE(named_groups_have_their_roles_and_the_others_are_fitted) {
  SplitRequest r = request();
  r.held_out = {"vgg16"};
  r.sealed = {"resnet18", "mobilenet"};
  const Split s = make_split(r);
  BOOST_TEST((s.role_of("vgg16") == Role::held_out));
  BOOST_TEST((s.role_of("resnet18") == Role::sealed));
  BOOST_TEST((s.role_of("alexnet") == Role::calibration));
  BOOST_TEST(!s.role_of("lenet").has_value());
}

BOOST_AUTO_TEST_CASE(a_share_is_drawn_by_the_seed_and_never_takes_microbenchmarks) {
  bool differs = false;
  SplitRequest r = request();
  r.held_out_share = 0.5;
  r.sealed_share = 0.5;
  r.seed = 1;
  const std::string first = split_to_json(make_split(r));
  BOOST_TEST(first == split_to_json(make_split(r)));
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    r.seed = seed;
    const Split s = make_split(r);
    BOOST_TEST((s.role_of("microbenchmarks") == Role::calibration), "seed " << seed);
    BOOST_TEST(count(s, Role::held_out) == 2, "seed " << seed);
    BOOST_TEST(count(s, Role::sealed) == 1, "seed " << seed);
    for (std::size_t i = 0; i < s.groups.size(); ++i)
      differs = differs || s.groups[i].role != make_split(request()).groups[i].role;
  }
  BOOST_TEST(differs);
}

BOOST_AUTO_TEST_CASE(wrong_names_are_refused_all_at_once) {
  SplitRequest r = request();
  r.held_out = {"vgg61", "microbenchmarks", "alexnet"};
  r.sealed = {"alexnet"};
  const std::string said = errors_of([&] { make_split(r); });
  BOOST_TEST(contains(said, "did you mean 'vgg16'?"), said);
  BOOST_TEST(contains(said, "microbenchmarks are there to be fitted"), said);
  BOOST_TEST(contains(said, "named twice"), said);
}

BOOST_AUTO_TEST_CASE(a_split_without_a_group_to_fit_is_refused) {
  SplitRequest r = request();
  r.groups = {{"alexnet", 5, false}};
  r.held_out = {"alexnet"};
  BOOST_TEST(contains(errors_of([&] { make_split(r); }), "no group is left to fit"));
}

BOOST_AUTO_TEST_CASE(it_reads_back_and_is_never_written_twice) {
  const TemporaryFolder folder;
  SplitRequest r = request();
  r.sealed = {"resnet18"};
  const fs::path file = folder / "split.json";
  write_split(file, make_split(r));
  BOOST_TEST(split_to_json(read_split(file)) == split_to_json(make_split(r)));
  const std::string before = content(file);
  r.sealed = {"vgg16"};
  BOOST_TEST(contains(errors_of([&] { write_split(file, make_split(r)); }), "it is made once"));
  BOOST_TEST(content(file) == before);
}

BOOST_AUTO_TEST_CASE(a_split_that_was_edited_is_refused) {
  const TemporaryFolder folder;
  const fs::path file = folder / "split.json";
  SplitRequest r = request();
  r.sealed = {"resnet18"};
  write_split(file, make_split(r));
  std::string text = content(file);
  const std::size_t at = text.find("sealed");
  BOOST_REQUIRE(at != std::string::npos);
  text.replace(at, 6, "held_out");
  write_text(file, text);
  BOOST_TEST(contains(errors_of([&] { read_split(file); }), "was changed after it was made"));
}

BOOST_AUTO_TEST_CASE(a_use_with_other_groups_records_data_or_chip_is_refused_with_every_reason) {
  const Split s = make_split(request());
  BOOST_TEST(errors_of([&] { check_split(s, use()); }).empty());
  SplitUse u = use();
  u.chip = "tpu";
  u.groups.erase("vgg16");
  u.groups["lenet"] = 3;
  u.groups["alexnet"] = 4;
  u.data["a.csv"] = "sha256:22";
  u.data.erase("b.csv");
  u.data["c.csv"] = "sha256:33";
  const std::string said = errors_of([&] { check_split(s, u); });
  for (const char* part : {"expected 'tpu'", "vgg16", "lenet", "4 records: expected 5",
                           "has changed since", "b.csv", "was not made of this data set"})
    BOOST_TEST(contains(said, part), part << " in\n" << said);
}

BOOST_AUTO_TEST_CASE(openings_are_counted_in_a_file_beside_it) {
  const TemporaryFolder folder;
  const fs::path file = folder / "split.json";
  write_split(file, make_split(request()));
  const Split s = read_split(file);
  BOOST_TEST(openings(s) == 0);
  BOOST_TEST(open_sealed(s, "fit one, of \"a\"") == 1);
  BOOST_TEST(open_sealed(s, "fit two") == 2);
  BOOST_TEST(openings(s) == 2);
  BOOST_TEST(openings_file(s).filename() == "split.openings.csv");
  BOOST_TEST(contains(content(openings_file(s)), s.hash));
  SplitRequest other = request();
  other.seed = 7;
  Split foreign = make_split(other);
  foreign.file = file;
  BOOST_TEST(contains(errors_of([&] { openings(foreign); }), "expected an opening of split"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace assay::calibration
