// SPDX-License-Identifier: Apache-2.0
// The shipped experiments, run as `assay validate` runs them: errors that are published in the
// README stay what they are.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <fstream>

#include "core/diagnostics.h"
#include "experiments/catalog.h"
#include "experiments/experiment.h"
#include "experiments/report/exact_levels.h"
#include "experiments/report/levels.h"
#include "experiments/run.h"

using namespace assay;
namespace fs = std::filesystem;

namespace {

const Catalog kCatalog{fs::path(ASSAY_SOURCE_DIR) / "experiments"};

const ReportInput& run(const std::string& name) {
  static std::map<std::string, ReportInput> known;
  const auto found = known.find(name);
  if (found != known.end()) return found->second;
  return known[name] = run_experiment(read_experiment(kCatalog.experiment_file(name)), kCatalog);
}

bool runs_on_hardware(const std::string& name) {
  const Experiment e = read_experiment(kCatalog.experiment_file(name));
  return std::any_of(e.cases.at(0).variants.begin(), e.cases.at(0).variants.end(),
                     [](const ExperimentVariant& v) {
                       return std::find(v.levels.begin(), v.levels.end(), "rtl") != v.levels.end();
                     });
}

double error_pct(const std::string& experiment, const std::string& variant,
                 const std::string& quantity, const std::string& layer,
                 const std::string& level = "analytical") {
  for (const ComparedRow& r : run(experiment).comparison.rows)
    if (r.level == level && r.variant == variant && r.quantity == quantity && r.layer == layer)
      return pct(r.ln_ratio);
  BOOST_FAIL("no row " << variant << ' ' << quantity << ' ' << layer);
  return 0;
}

std::size_t variants_on_both_levels(const std::string& name) {
  std::size_t n = 0;
  for (const ExperimentCase& c : read_experiment(kCatalog.experiment_file(name)).cases)
    for (const ExperimentVariant& v : c.variants)
      n += static_cast<std::size_t>(std::count(v.levels.begin(), v.levels.end(), "analytical") ==
                                        1 &&
                                    std::count(v.levels.begin(), v.levels.end(), "simulator") == 1);
  return n;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(published_comparisons)

BOOST_AUTO_TEST_CASE(every_shipped_experiment_meets_its_bounds) {
  BOOST_TEST(kCatalog.experiments().size() >= 2U);
  for (const std::string& name : kCatalog.experiments()) {
    if (runs_on_hardware(name)) continue;  // which takes minutes
    BOOST_TEST(passed(run(name)), name);
    // An error in sample is no accuracy, so nothing is promised of it.
    const auto& evidence = run(name).evidence;
    const bool in_sample = std::any_of(evidence.begin(), evidence.end(), [&](const Evidence& e) {
      return e.kind == kInSample && e.variant == run(name).headline_variant;
    });
    BOOST_TEST(run(name).bounds.empty() == in_sample, name);
  }
}

// Table of docs/contract.md's design (variant D), which this must reproduce: +2.5 -1.9 +2.2 +6.9
// +14.0 %, plus small ramps.
BOOST_AUTO_TEST_CASE(eyeriss_processing_latency_is_variant_d) {
  const std::map<std::string, double> expected{
      {"conv1", 2.5}, {"conv2", -1.9}, {"conv3", 2.2}, {"conv4", 6.9}, {"conv5", 14.0}};
  for (const auto& [layer, error] : expected)
    BOOST_TEST(std::abs(error_pct("eyeriss-alexnet", "D", "processing_ms", layer) - error) < 0.4,
               layer);
  const std::map<std::string, double> overlapped{
      {"conv1", -5.9}, {"conv2", -5.8}, {"conv3", -2.9}, {"conv4", 1.7}, {"conv5", 8.5}};
  for (const auto& [layer, error] : overlapped)
    BOOST_TEST(
        std::abs(error_pct("eyeriss-alexnet", "overlapped", "processing_ms", layer) - error) < 0.4,
        layer);
}

// Cycles of the event-by-event evaluation in tests/oracle, which shares no code with the simulator.
BOOST_AUTO_TEST_CASE(eyeriss_simulator_takes_the_cycles_of_the_contract) {
  const std::map<std::string, double> expected{{"conv1", 3385488},
                                               {"conv2", 7701722},
                                               {"conv3", 4466896},
                                               {"conv4", 3553256},
                                               {"conv5", 2368872}};
  int seen = 0;
  for (const Record& r : run("eyeriss-alexnet").predicted) {
    if (r.level != "simulator" || r.variant != "D") continue;
    ++seen;
    BOOST_TEST(r.values.at("processing_cycles") == expected.at(r.layer), r.layer);
    double sum = 0;
    for (const auto& [cause, cycles] : r.cycles_by_cause) sum += cycles;
    BOOST_TEST(sum == expected.at(r.layer), r.layer);
  }
  BOOST_TEST(seen == 5);
  const auto simulator_error = [](const char* layer) {
    return error_pct("eyeriss-alexnet", "D", "processing_ms", layer, "simulator");
  };
  BOOST_TEST(std::abs(simulator_error("conv4") - 11.0) < 0.05);
  BOOST_TEST(std::abs(simulator_error("conv5") - 18.4) < 0.05);
}

// The levels do the same steps, and where the chip's ports are fast enough they part in nothing.
BOOST_AUTO_TEST_CASE(levels_count_the_same_and_do_the_same_steps) {
  for (const std::string& name : kCatalog.experiments()) {
    if (runs_on_hardware(name)) continue;
    const auto tables = report::level_tables(run(name));
    BOOST_TEST(tables.size() == variants_on_both_levels(name), name);
    for (const report::LevelTable& t : tables)
      for (const report::LevelRow& row : t.rows) {
        BOOST_TEST(row.counts.compared > 0, name);
        BOOST_TEST(row.counts.differences.empty(), name);
        BOOST_TEST((*row.analytical - *row.simulator).steps == 0, name << ' ' << row.layer);
        if (name == "fpga15-alexnet")
          BOOST_TEST(row.analytical->cycles == row.simulator->cycles, row.layer);
      }
  }
}

BOOST_AUTO_TEST_CASE(exact_mode_says_what_the_simulator_says_of_eyeriss) {
  const ReportInput& in = run("eyeriss-alexnet");
  BOOST_TEST(report::exact_differences(in).empty());
  BOOST_TEST(passed(in));
  std::size_t layers = 0;
  for (const Record& r : in.predicted) {
    const Record* exact = r.level == "simulator" ? report::exact_of(in, r) : nullptr;
    if (exact == nullptr) continue;
    ++layers;
    const report::LatencyCheck check = report::check_latencies(*exact, r);
    BOOST_TEST(check.compared > 20U, r.layer);
    BOOST_TEST((exact->cycles_by_cause == r.cycles_by_cause), r.layer);
  }
  BOOST_TEST(layers == 10U);  // five of two variants
}

BOOST_AUTO_TEST_CASE(eyeriss_conv3_published_mapping_and_published_traffic_disagree) {
  BOOST_TEST(std::abs(error_pct("eyeriss-alexnet", "D", "traffic_glb_mb", "conv3") - 37.9) < 0.05);
  BOOST_TEST(std::abs(error_pct("eyeriss-alexnet", "D-conv3-alt", "traffic_glb_mb", "conv3")) <
             0.05);
  for (const char* layer : {"conv1", "conv2", "conv4", "conv5"})
    BOOST_TEST(std::abs(error_pct("eyeriss-alexnet", "D", "traffic_glb_mb", layer)) < 1, layer);
}

BOOST_AUTO_TEST_CASE(fpga15_gap_to_the_board_is_that_of_the_published_model_or_smaller) {
  for (const char* layer : {"conv1", "conv2", "conv3", "conv4", "conv5"}) {
    const double board = error_pct("fpga15-alexnet", "cycle-model", "total_ms", layer);
    BOOST_TEST(board < 0, layer);
    BOOST_TEST(board > -11, layer);
  }
}

BOOST_AUTO_TEST_CASE(price_of_a_level_that_does_not_exist_is_refused) {
  const fs::path eyeriss = kCatalog.chip_folder("eyeriss");
  const fs::path wrong = fs::temp_directory_path() / "assay_wrong_component.yaml";
  std::ofstream(wrong)
      << "schema: assay.parameters/1\nname: wrong\nchip: eyeriss\nenergy:\n"
         "  - {component: spads, action: read, energy_pj: 1, source: s, confidence: c}\n";
  RunInput in{eyeriss / "accelerator.yaml",
              kCatalog.workload_file("alexnet"),
              eyeriss / "alexnet.yaml",
              wrong,
              {},
              ""};
  std::string message;
  try {
    run_analytical(in);
  } catch (const InputError& e) {
    message = e.what();
  }
  fs::remove(wrong);
  BOOST_TEST(message.find("energy.component = 'spads'") != std::string::npos, message);
  BOOST_TEST(message.find("did you mean 'spad'?") != std::string::npos, message);
}

// Without the hardware, whose layers are those of tests/rtl.
BOOST_AUTO_TEST_CASE(four_level_experiment_reads_and_its_models_agree_in_counts) {
  BOOST_TEST(runs_on_hardware("eyeriss-alexnet-rtl"));
  Experiment e = read_experiment(kCatalog.experiment_file("eyeriss-alexnet-rtl"));
  BOOST_TEST(e.headline_quantity == "total_ms");
  std::size_t on_hardware = 0;
  for (ExperimentVariant& v : e.cases.at(0).variants) {
    BOOST_TEST(v.headline == (v.accelerator == "accelerator-rtl.yaml"));
    const auto rtl = std::find(v.levels.begin(), v.levels.end(), "rtl");
    if (rtl == v.levels.end()) continue;
    BOOST_TEST((v.headline && v.rtl_layers.empty()));
    v.levels.erase(rtl);
    ++on_hardware;
  }
  BOOST_TEST(on_hardware == 1U);
  const ReportInput in = run_experiment(e, kCatalog);
  BOOST_TEST(passed(in));
  BOOST_TEST(in.bounds.empty());  // none is stated: what differs is reported
  std::size_t layers = 0;
  for (const ComparedRow& r : in.comparison.rows)
    layers += r.quantity == "total_ms" && r.variant == "R" && r.layer != kNetworkLayer ? 1 : 0;
  BOOST_TEST(layers == 10U);  // five of each model
}

// As docs/formats/foreign.md prints them; the tools' own outputs are shipped and pinned.
BOOST_AUTO_TEST_CASE(other_predictors_stand_in_the_same_tables) {
  const auto error = [](const char* tool, const char* quantity, const char* layer) {
    return error_pct("eyeriss-alexnet", "", quantity, layer, tool);
  };
  const std::map<std::string, double> maestro{{"conv1", -0.1}, {"conv2", 1.0}, {"conv3", -5.0},
                                              {"conv4", 12.4}, {"conv5", 2.7}, {"network", 1.5}};
  for (const auto& [layer, expected] : maestro)
    BOOST_TEST(std::abs(error("maestro", "processing_ms", layer.c_str()) - expected) < 0.06, layer);
  const auto times = [&](const char* layer) {
    return 1 + error("dnn-chip-predictor", "processing_ms", layer) / 100;
  };
  BOOST_TEST(std::abs(times("conv2") - 114) < 0.5);
  BOOST_TEST(std::abs(times("conv5") - 150) < 0.5);
  BOOST_TEST(std::abs(error("dnn-chip-predictor", "off_chip_traffic_mb", "network") - 0.6) < 0.05);
  // What a tool does not state, or states in units of its own, is listed once.
  std::map<std::string, std::string> reasons;
  for (const Excluded& x : run("eyeriss-alexnet").comparison.excluded) {
    const std::string key = x.level + x.key.substr(x.key.find(' '));
    BOOST_TEST(reasons.emplace(key, x.reason).second, key);
  }
  BOOST_TEST(reasons.size() == 8U);
  BOOST_TEST(reasons.at("maestro total_ms") == "no layer predicted by maestro has this quantity");
  BOOST_TEST(reasons.at("dnn-chip-predictor energy_chip_uj").find("round figures") !=
             std::string::npos);
  for (const ComparedRow& r : run("eyeriss-alexnet").comparison.rows)
    BOOST_TEST(!(r.level == "dnn-chip-predictor" && r.quantity == "energy_chip_uj"));
}

// An impossible bound fails; the comparison is the same.
BOOST_AUTO_TEST_CASE(missed_bound_is_a_failure_not_an_error) {
  Experiment e = read_experiment(kCatalog.experiment_file("eyeriss-alexnet"));
  e.bounds = {{"processing_ms", "D", "max_abs_pct", 14, {}}};
  const ReportInput missed = run_experiment(e, kCatalog);
  BOOST_TEST(!passed(missed));
  BOOST_TEST(!missed.bounds.front().passed());
}

BOOST_AUTO_TEST_SUITE_END()
