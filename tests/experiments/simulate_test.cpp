// SPDX-License-Identifier: Apache-2.0
// The simulator as a level: records of a whole workload, from worker processes.
#include "experiments/simulate.h"

#include <boost/test/unit_test.hpp>

#include "core/diagnostics.h"
#include "tests/files.h"

using namespace assay;
namespace fs = std::filesystem;

namespace {

const fs::path kData = fs::path(ASSAY_SOURCE_DIR) / "experiments";

SimulateOptions lenet5(int jobs) {
  const fs::path chip = kData / "chips/shidiannao";
  SimulateOptions o;
  o.input.accelerator = chip / "accelerator.yaml";
  o.input.mapping = chip / "lenet5.yaml";
  o.input.workload = kData / "workloads/lenet5.yaml";
  o.input.parameters = chip / "parameters.yaml";
  o.input.variant = "mine";
  o.jobs = jobs;
  return o;
}

double sum(const std::map<std::string, double>& terms) {
  double total = 0;
  for (const auto& [name, value] : terms) total += value;
  return total;
}

// Of the values whose names begin with `start`.
double sum_of(const Record& r, const std::string& start) {
  double total = 0;
  for (const auto& [name, value] : r.values)
    if (name.compare(0, start.size(), start) == 0) total += value;
  return total;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(simulate_level)

BOOST_AUTO_TEST_CASE(counts_are_the_predictors_and_so_is_the_energy_of_equal_times) {
  const SimulateOptions o = lenet5(2);
  const Run simulated = run_simulator(o), predicted = run_analytical(o.input);
  BOOST_REQUIRE(simulated.records.size() == predicted.records.size());
  for (std::size_t i = 0; i < simulated.records.size(); ++i) {
    const Record &s = simulated.records[i], &p = predicted.records[i];
    BOOST_TEST_CONTEXT(s.layer) {
      BOOST_TEST(s.layer == p.layer);
      BOOST_TEST(s.level == "simulator");
      BOOST_TEST(s.variant == "mine");
      BOOST_TEST((s.counts == p.counts));
      BOOST_TEST(s.values.at("operations") == p.values.at("operations"));
      BOOST_TEST((s.values.at("off_chip_traffic_mb") == p.values.at("off_chip_traffic_mb")));
      BOOST_TEST((s.provenance.inputs == p.provenance.inputs));
      for (const auto& [component, pj] : p.energy_pj_by_component)
        if (component != "clock and leakage")
          BOOST_TEST((s.energy_pj_by_component.at(component) == pj), component);
    }
  }
}

BOOST_AUTO_TEST_CASE(causes_add_up_to_both_latencies) {
  for (const Record& r : run_simulator(lenet5(1)).records) {
    BOOST_TEST(sum(r.cycles_by_cause) == r.values.at("processing_cycles"));
    BOOST_TEST(sum_of(r, "total_cycles.") == r.values.at("total_cycles"));
    BOOST_TEST(r.values.at("lanes_busy_pct") <= 100);
    BOOST_TEST(r.values.at("active_pes") >= 1);
    BOOST_TEST(r.values.at("total_cycles") >= r.values.at("processing_cycles"));
  }
}

BOOST_AUTO_TEST_CASE(the_number_of_workers_changes_nothing) {
  const std::string one = records_to_json(run_simulator(lenet5(1)).records);
  for (const int jobs : {2, 9})
    BOOST_TEST(records_to_json(run_simulator(lenet5(jobs)).records) == one);
}

BOOST_AUTO_TEST_CASE(progress_ends_with_every_layer_finished) {
  SimulateOptions o = lenet5(2);
  std::vector<LayerProgress> latest;
  o.progress = [&](const std::vector<LayerProgress>& layers) { latest = layers; };
  const LayerRuns s = simulate(o);
  BOOST_REQUIRE(latest.size() == s.run.layers.size());
  for (std::size_t i = 0; i < latest.size(); ++i) {
    BOOST_TEST(latest[i].layer == s.run.records[i].layer);
    BOOST_TEST((latest[i].state == LayerProgress::State::finished));
    BOOST_TEST(latest[i].steps_done == latest[i].steps);
    BOOST_TEST(static_cast<double>(latest[i].steps) == s.run.records[i].values.at("steps"));
  }
}

BOOST_AUTO_TEST_CASE(a_layer_that_fails_in_its_worker_is_named) {
  SimulateOptions o = lenet5(1);
  o.input.layers = {"c1"};
  const test::TemporaryFolder folder;
  o.trace = folder / "t.json";
  fs::create_directory(folder / "t.json.tmp");  // in the way
  const LayerRuns s = simulate(o);
  BOOST_TEST(s.run.records.empty());
  BOOST_REQUIRE(s.failures.size() == 1U);
  BOOST_TEST(s.failures[0].layer == "c1");
  BOOST_TEST(s.failures[0].why.find("t.json") != std::string::npos, s.failures[0].why);
}

BOOST_AUTO_TEST_CASE(a_stop_leaves_out_what_is_not_finished) {
  SimulateOptions o = lenet5(1);
  o.stop = [] { return true; };
  const LayerRuns s = simulate(o);
  if (!s.stopped) return;  // all were finished by the first question
  BOOST_TEST(s.run.records.size() < s.run.layers.size());
  BOOST_TEST(s.failures.empty());
}

BOOST_AUTO_TEST_CASE(illegal_input_is_refused_as_by_the_predictor) {
  SimulateOptions o = lenet5(1);
  o.input.layers = {"c9"};
  BOOST_CHECK_THROW(simulate(o), InputError);
}

BOOST_AUTO_TEST_SUITE_END()
