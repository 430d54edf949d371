// SPDX-License-Identifier: Apache-2.0
// The level rtl without hardware: what it refuses, what its records say, and that --check sees
// every difference.
#include "experiments/rtl_run.h"

#include <boost/test/unit_test.hpp>

#include "core/diagnostics.h"
#include "experiments/simulate.h"
#include "rtl/registry.h"
#include "rtl_fixture.h"

using namespace assay;
using assay::test::FakeChip;
using assay::test::FakeDesign;

namespace {

// Every message, one per line; empty when nothing is refused.
std::string refusal(const RtlOptions& o) {
  try {
    run_rtl(o);
  } catch (const InputError& e) {
    std::string text;
    for (const Diagnostic& d : e.diagnostics()) text += to_string(d) + "\n";
    return text;
  }
  return {};
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// The note of the first layer, run beside the simulator on hardware that is wrong in one thing.
std::string note_of(const std::function<void(rtl::RunResult*)>& spoil) {
  const FakeChip chip;
  RtlOptions o = chip.options([&](FakeDesign* d) { d->spoil = spoil; });
  o.check = true;
  o.input.layers = {"c1"};
  const LayerRuns runs = run_rtl(o);
  BOOST_REQUIRE(runs.run.records.size() == 1U);
  const Record& r = runs.run.records[0];
  BOOST_TEST(differs_from_simulator(r) == (r.notes.at(kCheckNote) != kCheckEqual));
  return r.notes.at(kCheckNote);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(rtl_level)

BOOST_AUTO_TEST_CASE(a_record_says_what_the_simulators_says_of_the_total_latency) {
  const FakeChip chip;
  RtlOptions o = chip.options();
  o.input.variant = "mine";
  SimulateOptions s;
  s.input = o.input;
  const Run hardware = all_or_none(run_rtl(o)), simulated = run_simulator(s);
  BOOST_REQUIRE(hardware.records.size() == 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    const Record &h = hardware.records[i], &b = simulated.records[i];
    BOOST_TEST_CONTEXT(h.layer) {
      BOOST_TEST(h.level == "rtl");
      BOOST_TEST(h.layer == b.layer);
      BOOST_TEST(h.chip == "fake");
      BOOST_TEST(h.variant == "mine");
      BOOST_TEST(h.repeat == b.repeat);
      BOOST_TEST((h.counts == b.counts));
      for (const char* same :
           {"total_cycles", "total_ms", "operations", "off_chip_traffic_mb", "input_zero_pct"})
        BOOST_TEST(h.values.at(same) == b.values.at(same), same);
      BOOST_TEST(h.values.at("total_throughput_macs_per_cycle") ==
                 b.values.at("operations") / b.values.at("total_cycles"));
      BOOST_TEST(h.values.count("processing_cycles") == 0U);
      BOOST_TEST(h.cycles_by_cause.empty());
      BOOST_TEST(h.notes.at("output") == b.notes.at("output"));
      BOOST_TEST(h.notes.at("data") == "random, seed 1");
      BOOST_TEST(h.notes.at("hardware") == "fake-4");
      BOOST_TEST(h.notes.count(kCheckNote) == 0U);
      BOOST_TEST(h.provenance.tool.rfind("assay rtl " ASSAY_VERSION, 0) == 0U);
      BOOST_TEST((h.provenance.inputs == b.provenance.inputs));
    }
  }
}

BOOST_AUTO_TEST_CASE(check_finds_nothing_where_there_is_nothing) {
  const FakeChip chip;
  RtlOptions o = chip.options();
  o.check = true;
  for (const Record& r : all_or_none(run_rtl(o)).records) {
    BOOST_TEST(r.notes.at(kCheckNote) == kCheckEqual, r.layer);
    BOOST_TEST(!differs_from_simulator(r));
  }
}

BOOST_AUTO_TEST_CASE(check_names_cycles_counts_and_outputs_that_differ) {
  const std::string cycles = note_of([](rtl::RunResult* r) { ++r->cycles; });
  BOOST_TEST(contains(cycles, "different: total_cycles "), cycles);
  BOOST_TEST(contains(cycles, " (simulator "), cycles);
  const std::string more = note_of([](rtl::RunResult* r) { ++r->counts[{"buf", "I", "fill"}]; });
  BOOST_TEST(contains(more, "different: buf.I.fill "), more);
  const std::string absent = note_of([](rtl::RunResult* r) {
    r->counts.erase({"mac", "-", "mac"});
  });
  BOOST_TEST(absent == "different: mac.-.mac 0 (simulator 5184)");
  const std::string extra = note_of([](rtl::RunResult* r) {
    r->counts[{"dram", "P", "read"}] = 3;
  });
  BOOST_TEST(extra == "different: dram.P.read 3 (simulator 0)");
  const std::string bits = note_of([](rtl::RunResult* r) {
    r->output[5] ^= 1;
    r->output[9] ^= 1;
  });
  BOOST_TEST(contains(bits, "different: 2 of 288 outputs, the first at 5 "), bits);
  const std::string few = note_of([](rtl::RunResult* r) { r->output.pop_back(); });
  BOOST_TEST(few == "different: outputs 287 (simulator 288)");
  const std::string many = note_of([](rtl::RunResult* r) {
    ++r->cycles;
    for (auto& [key, n] : r->counts) ++n;
  });
  BOOST_TEST(contains(many, " more"), many);
}

BOOST_AUTO_TEST_CASE(a_file_that_names_no_hardware_or_unknown_hardware_is_refused) {
  const FakeChip chip;
  const auto with = [&](const std::string& line) {
    std::string text = test::kFakeAccelerator;
    const std::size_t at = text.find("rtl: fake-4\n");
    chip.write("accelerator.yaml", text.replace(at, 12, line));
    return refusal(chip.options());
  };
  BOOST_TEST(contains(with(""), "rtl: the key is missing; expected hardware that is built"));
  BOOST_TEST(contains(with("rtl: fake-5\n"), "rtl = 'fake-5': expected hardware that is built"));
  BOOST_TEST(with("rtl: fake-4\n").empty());
}

BOOST_AUTO_TEST_CASE(a_file_that_describes_something_else_is_refused_before_its_mappings) {
  const FakeChip chip;
  RtlOptions o = chip.options([](FakeDesign* d) { d->refused = "c1"; });
  std::string text = test::kFakeAccelerator;
  const std::size_t at = text.find("latency_cycles: 5");
  chip.write("accelerator.yaml", text.replace(at, 17, "latency_cycles: 6"));
  const std::string why = refusal(o);
  BOOST_TEST(contains(why,
                      "accelerator.yaml:14: dram.ports.read.latency_cycles = '6': "
                      "hardware 'fake-4' has 5\n"),
             why);
  BOOST_TEST(!contains(why, "c1"), why);
}

BOOST_AUTO_TEST_CASE(every_layer_that_the_hardware_refuses_is_named_with_its_reason) {
  const FakeChip chip;
  const std::string why = refusal(chip.options([](FakeDesign* d) { d->refused = "c2"; }));
  BOOST_TEST(contains(why, "mapping.yaml:7: c2.R = '3': expected something else"), why);
}

BOOST_AUTO_TEST_CASE(a_layer_on_which_the_hardware_fails_fails_alone) {
  const FakeChip chip;
  const LayerRuns runs = run_rtl(chip.options([](FakeDesign* d) { d->broken = "c2"; }));
  BOOST_TEST(runs.run.records.size() == 2U);
  BOOST_REQUIRE(runs.failures.size() == 1U);
  BOOST_TEST(runs.failures[0].layer == "c2");
  BOOST_TEST(runs.failures[0].why == "an assertion of the hardware failed");
  BOOST_CHECK_THROW(all_or_none(runs), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(the_number_of_workers_changes_nothing) {
  const FakeChip chip;
  RtlOptions o = chip.options();
  o.check = true;
  o.jobs = 1;
  const std::string one = records_to_json(run_rtl(o).run.records);
  o.jobs = 3;
  BOOST_TEST(records_to_json(run_rtl(o).run.records) == one);
}

BOOST_AUTO_TEST_CASE(finished_layers_come_from_the_journal_of_the_same_run_only) {
  const FakeChip chip;
  RtlOptions o = chip.options();
  o.journal = chip.at("journal");
  o.input.layers = {"c1", "f3"};
  BOOST_TEST(run_rtl(o).resumed == 0U);
  o.input.layers.clear();
  const LayerRuns more = run_rtl(o);
  BOOST_TEST(more.resumed == 2U);
  BOOST_TEST(more.run.records.size() == 3U);
  o.check = true;
  BOOST_TEST(contains(refusal(o),
                      "another run (mode was 'data, seed 1' and is "
                      "'data, seed 1, beside the simulator')"));
  SimulateOptions s;
  s.input = o.input;
  s.journal = o.journal;
  BOOST_CHECK_THROW(simulate(s), InputError);
}

BOOST_AUTO_TEST_CASE(a_waveform_is_of_one_layer_and_of_hardware_that_has_them) {
  const FakeChip chip;
  RtlOptions o = chip.options();
  o.fst = chip.at("w.fst");
  BOOST_TEST(contains(refusal(o), "fst: needs a single layer, not 3"));
  o.input.layers = {"f3"};
  BOOST_TEST(run_rtl(o).failures.empty());
  BOOST_TEST(test::fs::exists(o.fst));
  BOOST_TEST(contains(refusal(o), "fst: the file exists"));
  o = chip.options([](FakeDesign* d) { d->traces = false; });
  o.input.layers = {"f3"};
  o.fst = chip.at("v.fst");
  BOOST_TEST(contains(refusal(o), "'fake-4' is built without waveforms; expected a program built"));
  BOOST_TEST(!test::fs::exists(o.fst));
}

BOOST_AUTO_TEST_CASE(hardware_is_there_with_verilator_only) {
  BOOST_TEST(has_rtl() == !rtl::configurations().empty());
  if (has_rtl()) BOOST_TEST(!rtl::verilator_version().empty());
  BOOST_TEST((rtl::make_design("none") == nullptr));
  for (const std::string& name : rtl::configurations())
    BOOST_TEST((rtl::make_design(name) != nullptr), name);
}

BOOST_AUTO_TEST_SUITE_END()
