// SPDX-License-Identifier: Apache-2.0
// The simulator against everything else that implements the contract, over random legal triples:
// counts of the predictor and of the brute-force walk, times and causes of the predictor's exact
// mode and of the event-by-event evaluation, outputs of the golden results. ASSAY_MACHINE_TRIPLES=n
// and ASSAY_SEED=s in the environment choose another campaign (default 5,000 from seed 1).
#include <boost/test/unit_test.hpp>
#include <sstream>

#include "analytical/counts.h"
#include "analytical/exact.h"
#include "core/mapping.h"
#include "simulator/simulator.h"
#include "tests/campaign.h"
#include "tests/golden/golden.h"
#include "tests/oracle/events.h"
#include "tests/oracle/random_triple.h"
#include "tests/oracle/walk.h"
#include "tests/simulator/fresh_context.h"

using namespace assay;
using oracle::Timeline;
using oracle::Triple;
using simulator::RunResult;
using Counts = std::map<CountKey, std::int64_t>;

namespace {

std::string text_of(const CountKey& key) {
  return key.component + ' ' + key.operand + ' ' + key.action;
}
std::string text_of(const std::string& cause) { return cause; }

template <class Key>
void compare(const char* who, const std::map<Key, std::int64_t>& simulated,
             const std::map<Key, std::int64_t>& expected, std::ostream& text) {
  std::map<Key, std::pair<std::int64_t, std::int64_t>> both;
  for (const auto& [key, n] : simulated) both[key].first = n;
  for (const auto& [key, n] : expected) both[key].second = n;
  for (const auto& [key, n] : both)
    if (n.first != n.second)
      text << "  " << text_of(key) << ": simulator " << n.first << ", " << who << ' ' << n.second
           << '\n';
}

Counts predict(const Triple& t) {
  const analytical::Nest nest = analytical::compile(t.layer, t.accelerator, t.mapping);
  const analytical::Evaluation evaluation(t.layer, t.accelerator, nest);
  return analytical::named(analytical::count(evaluation), t.accelerator);
}

void compare_times(const Triple& t, const RunResult& run, bool off_chip, std::ostream& text) {
  const Timeline line = oracle::evaluate(t.layer, t.accelerator, t.mapping, off_chip);
  if (run.finish != line.finish)
    text << "  finish: simulator " << run.finish << ", events " << line.finish << '\n';
  compare("events", run.by_cause, line.by_cause, text);
  if (run.steps != line.steps || run.transfers != line.transfers ||
      run.step_cycles != line.step_time)
    text << "  steps, transfers, step time differ\n";
  for (const auto& [port, busy] : line.busy) {
    const auto found = run.ports.find(port);
    if (found == run.ports.end() || found->second.busy_cycles != busy)
      text << "  busy " << port << " differs\n";
  }
}

void compare_exact(const Triple& t, const RunResult& run, bool off_chip, std::ostream& text) {
  const analytical::Nest nest = analytical::compile(t.layer, t.accelerator, t.mapping);
  const analytical::ExactLatency exact = analytical::exact_latency(
      t.layer, t.accelerator, nest, off_chip, analytical::ExactMode::compressed);
  if (run.finish != exact.finish)
    text << "  finish: simulator " << run.finish << ", exact " << exact.finish << '\n';
  compare("exact", run.by_cause, exact.by_cause, text);
}

void compare_outputs(const Triple& t, const simulator::LayerData& data, const RunResult& run,
                     std::ostream& text) {
  const auto wrong = [&](const char* who, const std::vector<std::int32_t>& golden) {
    for (std::size_t i = 0; i < golden.size(); ++i)
      if (i >= run.output.size() || run.output[i] != golden[i]) {
        text << "  output " << i << ": simulator " << (i < run.output.size() ? run.output[i] : -1)
             << ", " << who << ' ' << golden[i] << '\n';
        return;
      }
  };
  wrong("order of the contract",
        golden::ordered(t.layer, t.accelerator, t.mapping, data.input, data.weights));
  if (*t.accelerator.overflow != Overflow::wrap) return;
  wrong("convolution", golden::convolution(t.layer, t.accelerator, data.input, data.weights));
  wrong("im2col", golden::im2col(t.layer, t.accelerator, data.input, data.weights));
}

// Everything that is wrong with the simulator's run of the triple.
std::string fault_of(const Triple& t) {
  std::ostringstream text;
  const simulator::LayerData data =
      simulator::random_data(t.layer, effective_precision(t.accelerator, t.layer), 1);
  const Counts walked = oracle::walk(t.layer, t.accelerator, t.mapping);
  const Counts predicted = predict(t);
  try {
    const simulator::FreshContext context;
    simulator::Machine machine(t.accelerator);
    for (const bool off_chip : {false, true})
      for (const bool moving : {true, false}) {
        simulator::RunOptions options;
        options.off_chip_timed = off_chip;
        options.data = moving ? &data : nullptr;
        const RunResult run = machine.run(t.layer, t.mapping, options);
        text << (moving ? "" : "timing mode:\n");
        std::ostringstream found;
        compare("walk", run.counts, walked, found);
        compare("predictor", run.counts, predicted, found);
        compare_times(t, run, off_chip, found);
        compare_exact(t, run, off_chip, found);
        if (moving) compare_outputs(t, data, run, found);
        if (found.str().empty()) continue;
        text << (off_chip ? "total, " : "processing, ") << (moving ? "data\n" : "timing\n")
             << found.str();
        return text.str();
      }
  } catch (const std::exception& e) {
    return std::string("  stopped: ") + e.what() + '\n';
  }
  return "";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(machine)

BOOST_AUTO_TEST_CASE(simulator_equals_predictor_events_and_golden_on_random_triples) {
  for_random_triples(oracle::random_timed_triple, setting("ASSAY_MACHINE_TRIPLES", 5000), fault_of);
}

BOOST_AUTO_TEST_SUITE_END()
