// SPDX-License-Identifier: Apache-2.0
// assay simulate: what it prints and writes, and that nothing finished is lost.
#include <nlohmann/json.hpp>

#include "sandbox.h"

namespace {

using namespace assay::test;
using Json = nlohmann::json;

// Three layers of some hundred million multiply-accumulates: each takes long enough to be caught
// at work. The largest, conv3, runs first.
const std::string kThree = "simulate eyeriss alexnet --layers conv3,conv4,conv5 -j 1 ";
const std::string kSmall = "simulate shidiannao lenet5 ";

Json records(const std::string& text) { return Json::parse(text).at("records"); }

// The records of an uninterrupted run.
const std::string& whole_run() {
  static const std::string text = [] {
    const Sandbox box;
    const Result r = box.run(kThree + "--out whole.json");
    BOOST_REQUIRE_MESSAGE(r.code == 0, r.err);
    return content(box.folder() / "whole.json");
  }();
  return text;
}

// A box with r.json.partial, in which one layer is finished. SIGINT comes while another is at work,
// unless this machine is busy with something else for that long; then once more.
void interrupted_run(const Sandbox& box, std::size_t layers) {
  const fs::path journal = box.folder() / "r.json.partial";
  for (int attempt = 0; attempt < 5; ++attempt) {
    fs::remove(journal);
    fs::remove(box.folder() / "r.json");
    const Result r = box.interrupt(kThree + "--out r.json",
                                   [&](pid_t) { return lines(content(journal)) >= 1 + layers; });
    if (r.code == 0) continue;
    BOOST_TEST(r.code == 130, r.err);
    BOOST_TEST(contains(r.err, "of 3 layers finished and kept in r.json.partial"), r.err);
    BOOST_TEST(r.out.empty());
    BOOST_TEST(!fs::exists(box.folder() / "r.json"));
    BOOST_REQUIRE(lines(content(journal)) >= 1 + layers);
    return;
  }
  BOOST_FAIL("never caught at work");
}

// "12 13 ": the workers of the program.
std::string children(pid_t process) {
  const std::string p = std::to_string(process);
  return content("/proc/" + p + "/task/" + p + "/children");
}

bool has_a_child(pid_t process) { return !children(process).empty(); }

}  // namespace

BOOST_AUTO_TEST_SUITE(simulate_cli)

BOOST_AUTO_TEST_CASE(prints_a_line_per_layer_and_figures_and_writes_nothing) {
  const Sandbox box;
  const Result r = box.run(kSmall);
  BOOST_TEST(r.code == 0, r.err);
  BOOST_TEST(r.err.empty(), r.err);  // no bar where there is no terminal
  for (const char* part : {"c1 ", "c3 ", "f7 ", "network", "kcycles/s", "PE-cycles/s", "GMAC/s"})
    BOOST_TEST(contains(r.out, part), part);
  BOOST_TEST(!contains(r.out, "\x1b"));
  BOOST_TEST(box.files().empty());
}

BOOST_AUTO_TEST_CASE(json_has_records_of_the_simulator_and_nothing_else) {
  const Sandbox box;
  const Result r = box.run(kSmall + "--layers c1,c3 --json");
  BOOST_TEST(r.code == 0, r.err);
  const Json found = records(r.out);
  BOOST_REQUIRE(found.size() == 2U);
  BOOST_TEST(found[0].at("layer") == "c1");
  BOOST_TEST(found[1].at("layer") == "c3");
  BOOST_TEST(found[0].at("level") == "simulator");
  BOOST_TEST(found[0].at("notes").at("data") == "random, seed 1");
}

BOOST_AUTO_TEST_CASE(timing_mode_has_the_same_counts_and_cycles_and_no_data) {
  const Sandbox box;
  Json data = records(box.run(kSmall + "--json").out);
  Json timing = records(box.run(kSmall + "--timing --json").out);
  BOOST_REQUIRE(data.size() == timing.size());
  for (std::size_t i = 0; i < data.size(); ++i) {
    BOOST_TEST(data[i].erase("notes") == 1U);
    BOOST_TEST(data[i].at("values").erase("input_zero_pct") == 1U);
    BOOST_TEST(data[i] == timing[i]);
  }
}

BOOST_AUTO_TEST_CASE(another_seed_has_other_outputs) {
  const Sandbox box;
  const Json one = records(box.run(kSmall + "--layers c1 --json").out)[0].at("notes");
  const Json two = records(box.run(kSmall + "--layers c1 --seed 2 --json").out)[0].at("notes");
  BOOST_TEST(two.at("data") == "random, seed 2");
  BOOST_TEST(one.at("output") != two.at("output"));
}

BOOST_AUTO_TEST_CASE(any_number_of_jobs_gives_the_same_bytes) {
  const Sandbox box;
  for (const std::string jobs : {"1", "2", "7"}) {
    BOOST_TEST(box.run(kSmall + "--out r" + jobs + ".json -j " + jobs).code == 0);
    BOOST_TEST(content(box.folder() / ("r" + jobs + ".json")) == content(box.folder() / "r1.json"));
  }
  BOOST_TEST(box.run(kSmall + "--out r.csv").code == 0);
  BOOST_TEST(box.files().size() == 5U);  // with the sidecar, and no journal left
}

BOOST_AUTO_TEST_CASE(an_interrupted_run_goes_on_to_the_same_bytes) {
  const Sandbox box;
  interrupted_run(box, 1);
  const Result r = box.run(kThree + "--out r.json");
  BOOST_TEST(r.code == 0, r.err);
  BOOST_TEST(contains(r.err, "resumed: "), r.err);
  BOOST_TEST(contains(r.err, " of 3 layers"), r.err);
  BOOST_TEST(content(box.folder() / "r.json") == whole_run());
  BOOST_TEST(box.files() == std::vector<std::string>{"r.json"});
}

BOOST_AUTO_TEST_CASE(without_a_journal_an_interrupted_run_shows_what_is_finished) {
  const Sandbox box;
  const Result r = box.interrupt(kThree, has_a_child);
  BOOST_TEST(r.code == 130, r.err);
  BOOST_TEST(contains(r.err, "of 3 layers finished\n"), r.err);
  BOOST_TEST(box.files().empty());
}

BOOST_AUTO_TEST_CASE(workers_that_die_fail_their_layers_and_the_next_run_goes_on) {
  const Sandbox box;
  const fs::path journal = box.folder() / "r.json.partial";
  const Result r = box.interrupt(kThree + "--out r.json", [&](pid_t process) {
    const std::string worker = children(process);
    if (!worker.empty() && lines(content(journal)) >= 2) ::kill(std::stoi(worker), SIGKILL);
    return false;
  });
  BOOST_REQUIRE_MESSAGE(r.code == 2, r.err);
  BOOST_TEST(contains(r.err, "error: layer conv5: the worker process was ended by signal 9"),
             r.err);
  BOOST_TEST(contains(r.err, "failed: "), r.err);
  BOOST_TEST(contains(r.err, "kept in r.json.partial"), r.err);
  const Result more = box.run(kThree + "--out r.json");
  BOOST_TEST(more.code == 0, more.err);
  BOOST_TEST(content(box.folder() / "r.json") == whole_run());
}

BOOST_AUTO_TEST_CASE(a_last_line_that_was_cut_off_is_simulated_again) {
  const Sandbox box;
  interrupted_run(box, 1);
  const std::string text = content(box.folder() / "r.json.partial");
  box.write("r.json.partial", text.substr(0, text.size() - 40));
  const Result r = box.run(kThree + "--out r.json");
  BOOST_TEST(r.code == 0, r.err);
  BOOST_TEST(content(box.folder() / "r.json") == whole_run());
}

BOOST_AUTO_TEST_CASE(a_journal_of_another_run_is_refused_and_kept) {
  const Sandbox box;
  BOOST_TEST(box.run(kSmall + "--journal j --layers c1").code == 0);
  const std::string text = content(box.folder() / "j");
  BOOST_TEST(lines(text) == 2U);
  refuses(box, kSmall + "--journal j --timing",
          {"j:1: journal: ", "another run (mode was 'data, seed 1' and is 'timing')", "--restart"});
  refuses(box, "simulate shidiannao vgg16 --journal j --timing", {"workload was 'lenet5.yaml "});
  BOOST_TEST(content(box.folder() / "j") == text);
  const Result more = box.run(kSmall + "--journal j --layers c1,c3");
  BOOST_TEST(contains(more.err, "resumed: 1 of 2 layers"), more.err);
  BOOST_TEST(box.run(kSmall + "--journal j --timing --restart").code == 0);
  BOOST_TEST(lines(content(box.folder() / "j")) == 8U);
  box.write("thesis.txt", "years of work\n");
  refuses(box, kSmall + "--journal thesis.txt --restart", {"is no journal"});
}

BOOST_AUTO_TEST_CASE(what_cannot_be_written_is_refused_before_anything_runs) {
  const Sandbox box;
  box.write("file", "");
  refuses(box, kSmall + "--out none/r.json",
          {"none/r.json: --out: expected a name in an existing"});
  refuses(box, kSmall + "--out file/r.json",
          {"file/r.json: --out: expected a name in an existing"});
  refuses(box, kSmall + "--out /proc/r.json", {"/proc/r.json.partial: journal: cannot be written"});
  refuses(box, kSmall + "--out r.txt", {"expected a name that ends in .json or .csv"});
  refuses(box, kSmall + "--journal none/j", {"none/j: journal: cannot be written: No such file"});
  box.write("r.json", "mine");
  refuses(box, kSmall + "--out r.json", {"r.json: --out: the file exists"});
  box.write("s.csv.meta.json", "mine");
  refuses(box, kSmall + "--out s.csv", {"s.csv.meta.json: --out: the file exists"});
}

BOOST_AUTO_TEST_CASE(a_full_disk_is_an_error_that_names_the_file) {
  const Sandbox box;
  fs::create_symlink("/dev/full", box.folder() / "r.json.partial");
  refuses(box, kSmall + "--out r.json", {"r.json.partial: journal: cannot be written: No space"});
}

BOOST_AUTO_TEST_CASE(a_disk_that_fills_up_keeps_what_was_written_before) {
  Sandbox box;
  const Result whole = box.run(kSmall + "--out whole.json");
  BOOST_REQUIRE_MESSAGE(whole.code == 0, whole.err);
  box.before = "ulimit -f 6 &&";  // of 512 or 1024 bytes
  const Result r = box.run(kSmall + "--out r.json");
  BOOST_TEST(r.code == 2);
  BOOST_TEST(contains(r.err, "r.json.partial: journal: cannot be written: File too large"), r.err);
  const std::string kept = content(box.folder() / "r.json.partial");
  BOOST_TEST(lines(kept) >= 2U);
  BOOST_TEST(kept.back() == '\n');
  box.before.clear();
  const Result more = box.run(kSmall + "--out r.json");
  BOOST_TEST(more.code == 0, more.err);
  BOOST_TEST(contains(more.err, "resumed: "), more.err);
  BOOST_TEST(content(box.folder() / "r.json") == content(box.folder() / "whole.json"));
}

BOOST_AUTO_TEST_CASE(a_trace_or_a_waveform_is_of_one_layer) {
  const Sandbox box;
  refuses(box, kSmall + "--trace t.json", {"trace: needs a single layer, not 7"});
  refuses(box, kSmall + "--vcd t.vcd", {"vcd: needs a single layer, not 7"});
  refuses(box, kSmall + "--layers c1 --trace none/t.json", {"none/t.json: trace: expected a name"});
  refuses(box, kSmall + "--layers c1 --journal j --trace t.json", {"cannot go with a journal"});
  const Result r = box.run(kSmall + "--layers c1 --trace t.json --out r.json");
  BOOST_TEST(r.code == 0, r.err);
  BOOST_TEST(box.files() == (std::vector<std::string>{"r.json", "t.json"}));
  BOOST_TEST(!Json::parse(content(box.folder() / "t.json")).empty());
  refuses(box, kSmall + "--layers c1 --trace t.json", {"t.json: trace: the file exists"});
  BOOST_TEST(box.run(kSmall + "--layers c1 --vcd t.vcd").code == 0);
  BOOST_TEST(contains(content(box.folder() / "t.vcd"), "$enddefinitions"));
  BOOST_TEST(box.files() == (std::vector<std::string>{"r.json", "t.json", "t.vcd"}));
}

BOOST_AUTO_TEST_CASE(an_accelerator_that_says_nothing_of_overflow_runs_without_data_only) {
  const Sandbox box;
  std::string text = content(kSource / "experiments/chips/shidiannao/accelerator.yaml");
  const std::size_t at = text.find("\noverflow:");
  BOOST_REQUIRE(at != std::string::npos);
  text.erase(at, text.find('\n', at + 1) - at);
  box.write("a.yaml", text);
  refuses(box, kSmall + "--accelerator a.yaml", {"overflow: the key is missing", "1 error\n"});
  const Result r = box.run(kSmall + "--accelerator a.yaml --timing");
  BOOST_TEST(r.code == 0, r.err);
}

BOOST_AUTO_TEST_SUITE_END()
