// SPDX-License-Identifier: Apache-2.0
// The predictor's exact mode against the simulator on every layer of whole networks: finish,
// causes, busy times, processing and total latency. ASSAY_NETWORKS=a,b in the environment chooses
// workloads, `none` skips these tests.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include "analytical/exact.h"
#include "core/mapping.h"
#include "simulator/simulator.h"
#include "tests/simulator/fresh_context.h"

using namespace assay;
using analytical::ExactLatency;
using simulator::RunResult;
using Figures = std::map<std::string, std::int64_t>;

namespace {

const std::filesystem::path kExperiments = std::filesystem::path(ASSAY_SOURCE_DIR) / "experiments";

// The networks asked for, of those given.
std::vector<std::string> networks(const std::vector<std::string>& all) {
  const char* chosen = std::getenv("ASSAY_NETWORKS");
  if (chosen == nullptr) return all;
  std::istringstream names(chosen);
  std::vector<std::string> out;
  for (std::string name; std::getline(names, name, ',');)
    if (std::find(all.begin(), all.end(), name) != all.end()) out.push_back(name);
  return out;
}

Figures busy(const RunResult& run) {
  Figures of;
  for (const auto& [port, usage] : run.ports) of[port] = usage.busy_cycles;
  return of;
}

struct Seen {
  int layers = 0;
  int walked = 0;
};

void expect_layer(simulator::Machine& machine, const Layer& layer, const Accelerator& accelerator,
                  const Mapping& mapping, Seen& seen) {
  const analytical::Nest nest = analytical::compile(layer, accelerator, mapping);
  for (const bool off_chip : {false, true}) {
    const std::string where = mapping.name + (off_chip ? ", total" : ", processing");
    const ExactLatency exact = analytical::exact_latency(layer, accelerator, nest, off_chip);
    simulator::RunOptions options;
    options.off_chip_timed = off_chip;
    const RunResult run = machine.run(layer, mapping, options);
    BOOST_TEST(exact.finish == run.finish,
               where << ": exact " << exact.finish << ", simulator " << run.finish);
    BOOST_TEST((exact.by_cause == run.by_cause), where << ": causes differ");
    BOOST_TEST((exact.busy == busy(run)), where << ": busy times differ");
    BOOST_TEST(exact.steps == run.steps, where);
    BOOST_TEST(exact.transfers == run.transfers, where);
    BOOST_TEST(exact.step_time == run.step_cycles, where);
    seen.walked += exact.walked ? 1 : 0;
  }
  ++seen.layers;
}

bool is_product(const Layer& layer) {
  return layer.kind == LayerKind::fc || layer.kind == LayerKind::matmul;
}

// The layers of the kinds the mappings have templates for; products may have a file of their own.
void expect_networks(const std::string& chip, const std::string& mapping_file,
                     const std::string& products_file, const std::vector<std::string>& all) {
  const auto chosen = networks(all);
  if (chosen.empty()) return;
  const Accelerator accelerator =
      read_accelerator(kExperiments / "chips" / chip / "accelerator.yaml");
  const auto read = [&](const std::string& file) {
    return read_mappings(kExperiments / "chips" / chip / file, accelerator);
  };
  const MappingFile mappings = read(mapping_file), products = read(products_file);
  const simulator::FreshContext context;
  simulator::Machine machine(accelerator);
  for (const std::string& name : chosen) {
    const Workload workload = read_workload(kExperiments / "workloads" / (name + ".yaml"));
    Seen seen;
    for (const Layer& one : workload.layers) {
      const MappingFile& file = is_product(one) ? products : mappings;
      const Layer layer = with_batch(one, file.batch);
      const auto mapping = resolve(file, layer);
      if (mapping) expect_layer(machine, layer, accelerator, *mapping, seen);
    }
    BOOST_TEST_MESSAGE(chip << ' ' << name << ": " << seen.layers << " of "
                            << workload.layers.size() << " layers, " << seen.walked
                            << " evaluations walked");
    BOOST_TEST(seen.layers > 0);
    BOOST_TEST(seen.walked == 0);
  }
}

const std::vector<std::string> kNetworks{"alexnet", "vgg16", "resnet50", "mobilenet_v2",
                                         "bert_base_128"};

}  // namespace

BOOST_AUTO_TEST_SUITE(exact_networks)

BOOST_AUTO_TEST_CASE(row_stationary_array_with_register_files) {
  expect_networks("dataflows", "rs.yaml", "ws.yaml", kNetworks);
}

BOOST_AUTO_TEST_CASE(output_stationary_array_of_shared_buffers) {
  expect_networks("shidiannao", "any.yaml", "fc.yaml", kNetworks);
}

BOOST_AUTO_TEST_CASE(systolic_array_with_weights_in_place) {
  expect_networks("tpu_v1", "any.yaml", "any.yaml", kNetworks);
}

BOOST_AUTO_TEST_CASE(eyeriss_as_published) {
  expect_networks("eyeriss", "alexnet.yaml", "alexnet.yaml", {"alexnet"});
}

BOOST_AUTO_TEST_SUITE_END()
