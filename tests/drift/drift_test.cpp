// SPDX-License-Identifier: Apache-2.0
// The drift gate: what is within, what is drift, what is missing or new; its file; and that one
// changed constant of a chip is seen. The gate of the shipped experiments is a test of its own
// (CTest drift_gate: assay drift).
#include "experiments/drift/drift.h"

#include <boost/test/unit_test.hpp>

#include "core/diagnostics.h"
#include "tests/files.h"

namespace assay::test {
namespace {

namespace fs = std::filesystem;
using namespace assay::drift;

const fs::path kData = fs::path(ASSAY_SOURCE_DIR) / "experiments";

Source source(const std::vector<Accepted>& metrics) {
  return {Kind::experiment, "e", {"mape_pct"}, {0.01, 0, "a test"}, metrics};
}

Change only_change(const Accepted& a, const Found& f) {
  const SourceRows rows = compare_metrics(source({a}), {f});
  BOOST_REQUIRE(rows.rows.size() == 1U);
  return rows.rows.front().change;
}

std::string error_of(const std::string& text) {
  const TemporaryFolder box;
  try {
    read_drift(box.write("d.yaml", text));
  } catch (const InputError& e) {
    return e.what();
  }
  return "";
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(drift_gate)

BOOST_AUTO_TEST_CASE(a_change_is_within_its_tolerance_or_drift_in_either_direction) {
  BOOST_TEST((only_change({"m", 10.0, 5, {}}, {"m", 10.0, 5}) == Change::equal));
  BOOST_TEST((only_change({"m", 10.0, 5, {}}, {"m", 10.1, 5}) == Change::within));
  BOOST_TEST((only_change({"m", 10.0, 5, {}}, {"m", 10.2, 5}) == Change::drifted));
  BOOST_TEST((only_change({"m", 10.0, 5, {}}, {"m", 1.0, 5}) == Change::drifted));
  BOOST_TEST((only_change({"m", -10.0, 5, {}}, {"m", -10.1, 5}) == Change::within));
  BOOST_TEST((only_change({"m", 0.0, 5, {}}, {"m", 1e-6, 5}) == Change::drifted));
  BOOST_TEST(
      (only_change({"m", 0.0, 5, Tolerance{0, 1e-5, "x"}}, {"m", 1e-6, 5}) == Change::within));
  BOOST_TEST(
      (only_change({"m", 10.0, 5, Tolerance{0, 0, "x"}}, {"m", 10.1, 5}) == Change::drifted));
}

BOOST_AUTO_TEST_CASE(another_n_and_a_value_that_became_undefined_are_drift) {
  BOOST_TEST((only_change({"m", 10.0, 5, {}}, {"m", 10.0, 4}) == Change::drifted));
  BOOST_TEST((only_change({"m", 10.0, 5, {}}, {"m", {}, 5}) == Change::drifted));
  BOOST_TEST((only_change({"m", {}, 5, {}}, {"m", 10.0, 5}) == Change::drifted));
  BOOST_TEST((only_change({"m", {}, 5, {}}, {"m", {}, 5}) == Change::equal));
}

BOOST_AUTO_TEST_CASE(what_vanished_and_what_is_new_is_named) {
  const std::vector<SourceRows> all{compare_metrics(
      source({{"old_one", 1.0, 5, {}}, {"m", 2.0, 5, {}}}), {{"m", 2.0, 5}, {"new_one", 3.0, 5}})};
  const std::vector<std::string> lines = unmatched(all);
  BOOST_REQUIRE(lines.size() == 2U);
  BOOST_TEST(contains(lines[0], "new_one is new"));
  BOOST_TEST(contains(lines[1], "old_one was accepted and is not found"));
  const std::string text = drift_text(all, Shown::moved, false);
  BOOST_TEST(contains(text, "VANISHED"));
  BOOST_TEST(contains(text, "NEW"));
  BOOST_TEST(contains(text, "2 vanished or new"));
  BOOST_TEST(contains(drift_markdown(all, Shown::moved), "| `old_one` |"));
}

BOOST_AUTO_TEST_CASE(accepting_keeps_tolerances_and_reads_back_to_the_same_bits) {
  const Tolerance own{0, 0.5, "a \"noisy\" one: 50 %"};
  DriftFile file{{}, {source({{"gone", 1.0, 5, {}}, {"kept", 2.0, 5, own}})}};
  file.sources.front().name = "chips/a b.yaml";
  const SourceRows rows =
      compare_metrics(file.sources.front(),
                      {{"kept", 0.1 + 0.2, 5}, {"new", {}, 4}, {"with, comma: x", 1e-300, 1}});
  file.sources.front() = accepted(rows);
  const TemporaryFolder box;
  const DriftFile read = read_drift(box.write("d.yaml", drift_yaml(file)));
  const Source& s = read.sources.front();
  BOOST_TEST(s.name == "chips/a b.yaml");
  BOOST_REQUIRE(s.metrics.size() == 3U);
  BOOST_TEST(*s.metrics[0].value == 0.1 + 0.2);
  BOOST_TEST(s.metrics[0].tolerance->absolute == 0.5);
  BOOST_TEST(s.metrics[0].tolerance->why == own.why);
  BOOST_TEST(!s.metrics[1].value.has_value());
  BOOST_TEST(s.metrics[1].n == 4);
  BOOST_TEST(s.metrics[2].metric == "with, comma: x");
  BOOST_TEST(drift_yaml(read) == drift_yaml(file));
}

BOOST_AUTO_TEST_CASE(a_malformed_file_names_every_error) {
  const std::string text = error_of(
      "schema: assay.drift/1\nsources:\n"
      "  - {experiment: e, fit: f, tolerance: {relative: -1, why: x}, metrics: []}\n"
      "  - experiment: e\n    statistics: [mape_pct]\n    tolerance: {relative: 0.1}\n"
      "    metrics:\n      - {metric: m, value: large, n: 5, tolerence: 1}\n"
      "      - {metric: m, value: 1, n: -5}\n");
  for (const char* part : {"either 'experiment' or 'fit'", "relative", "why", "a number, or",
                           "tolerence", "stated twice"})
    BOOST_TEST(contains(text, part), part << " in " << text);
}

BOOST_AUTO_TEST_CASE(a_gate_that_would_compare_nothing_is_an_error) {
  BOOST_TEST(contains(error_of("schema: assay.drift/1\nsources: []\n"), "at least one"));
  const std::string start = "schema: assay.drift/1\nsources:\n  - experiment: e\n";
  const std::string end = "    tolerance: {relative: 0.1, why: x}\n    metrics: []\n";
  BOOST_TEST(error_of(start + "    statistics: [mape_pct]\n" + end).empty());
  BOOST_TEST(
      contains(error_of(start + "    statistics: [mape_pc]\n" + end), "did you mean 'mape_pct'?"));
  BOOST_TEST(contains(error_of(start + "    statistics: []\n" + end), "at least one"));
}

BOOST_AUTO_TEST_CASE(a_source_of_which_nothing_is_found_is_an_error) {
  const TemporaryFolder box;
  fs::create_directories(box / "e");
  box.write("e/metrics.json", R"({"metrics": {}})");
  try {
    find_metrics(source({}), {box.path()}, box.path());
    BOOST_ERROR("expected an error");
  } catch (const InputError& e) {
    BOOST_TEST(contains(e.what(), "found 0 metrics"));
  }
}

// One constant of a chip, in a copy of all data: the link of Eyeriss 1 % faster.
BOOST_AUTO_TEST_CASE(one_changed_constant_of_a_chip_is_drift) {
  const TemporaryFolder box;
  for (const char* part : {"chips", "workloads", "drift", "eyeriss-alexnet.yaml",
                           "eyeriss-energy-fitted.yaml", "fpga15-alexnet.yaml"})
    fs::copy(kData / part, box / part, fs::copy_options::recursive);
  const fs::path chip = box / "chips/eyeriss/accelerator.yaml";
  const std::string text =
      edited(content(chip), "bandwidth_bits_per_cycle: 19.2", "bandwidth_bits_per_cycle: 19.4");
  std::ofstream(chip, std::ios::binary) << text;
  const DriftFile file = read_drift(box / "drift/accepted.yaml");
  for (const Source& s : file.sources) {
    if (s.kind != Kind::experiment) continue;
    const SourceRows rows = compare_metrics(s, find_metrics(s, {box.path()}, {}));
    BOOST_TEST((count(rows, Change::drifted) > 0) == (s.name != "fpga15-alexnet"), s.name);
    BOOST_TEST(count(rows, Change::vanished) + count(rows, Change::added) == 0);
    for (const Row& r : rows.rows)
      if (contains(r.metric, "processing_ms")) BOOST_TEST((r.change == Change::equal), r.metric);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::test
