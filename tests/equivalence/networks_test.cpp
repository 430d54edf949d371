// SPDX-License-Identifier: Apache-2.0
// Every layer of whole networks on accelerators of different style: the simulator's counts against
// the predictor's, its outputs against both golden convolutions, with and without data.
// ASSAY_NETWORKS=a,b in the environment chooses workloads, `none` skips these tests.
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include "analytical/counts.h"
#include "core/mapping.h"
#include "simulator/simulator.h"
#include "tests/golden/golden.h"
#include "tests/simulator/fresh_context.h"

using namespace assay;
using simulator::RunResult;
using Counts = std::map<CountKey, std::int64_t>;

namespace {

const std::filesystem::path kExperiments = std::filesystem::path(ASSAY_SOURCE_DIR) / "experiments";

std::vector<std::string> networks() {
  const char* chosen = std::getenv("ASSAY_NETWORKS");
  std::istringstream names(chosen == nullptr ? "alexnet,vgg16,resnet50,mobilenet_v2,bert_base_128"
                                             : chosen);
  std::vector<std::string> out;
  for (std::string name; std::getline(names, name, ',');) out.push_back(name);
  return out;
}

Counts predict(const Layer& layer, const Accelerator& accelerator, const Mapping& mapping) {
  const analytical::Nest nest = analytical::compile(layer, accelerator, mapping);
  const analytical::Evaluation evaluation(layer, accelerator, nest);
  return analytical::named(analytical::count(evaluation), accelerator);
}

void expect_layer(simulator::Machine& machine, const Layer& layer, const Accelerator& accelerator,
                  const Mapping& mapping) {
  const std::string where = mapping.name;
  const Counts predicted = predict(layer, accelerator, mapping);
  const simulator::LayerData data =
      simulator::random_data(layer, effective_precision(accelerator, layer), 7);
  simulator::RunOptions options;
  const RunResult timed = machine.run(layer, mapping, options);
  options.data = &data;
  const RunResult run = machine.run(layer, mapping, options);
  BOOST_TEST((run.counts == predicted), where << ": counts differ from the predictor's");
  BOOST_TEST((timed.counts == predicted), where << ": counts without data differ");
  BOOST_TEST(timed.finish == run.finish, where);
  BOOST_TEST((timed.by_cause == run.by_cause), where);
  std::int64_t sum = 0;
  for (const auto& [cause, cycles] : run.by_cause) sum += cycles;
  BOOST_TEST(sum == run.finish, where << ": causes do not add up");
  const auto golden = golden::convolution(layer, accelerator, data.input, data.weights);
  BOOST_TEST((run.output == golden), where << ": outputs differ from the convolution");
  BOOST_TEST((golden::im2col(layer, accelerator, data.input, data.weights) == golden),
             where << ": the golden results differ");
}

bool is_product(const Layer& layer) {
  return layer.kind == LayerKind::fc || layer.kind == LayerKind::matmul;
}

// The layers of the kinds the mappings have templates for; products may have a file of their own.
void expect_networks(const std::string& chip, const std::string& mapping_file,
                     const std::string& products_file) {
  if (networks() == std::vector<std::string>{"none"}) return;
  const Accelerator accelerator =
      read_accelerator(kExperiments / "chips" / chip / "accelerator.yaml");
  const auto read = [&](const std::string& file) {
    return read_mappings(kExperiments / "chips" / chip / file, accelerator);
  };
  const MappingFile mappings = read(mapping_file), products = read(products_file);
  const simulator::FreshContext context;
  simulator::Machine machine(accelerator);
  for (const std::string& name : networks()) {
    const Workload workload = read_workload(kExperiments / "workloads" / (name + ".yaml"));
    int layers = 0;
    for (const Layer& layer : workload.layers) {
      const auto mapping = resolve(is_product(layer) ? products : mappings, layer);
      if (!mapping) continue;
      BOOST_TEST(check(layer, accelerator, *mapping).empty());
      expect_layer(machine, layer, accelerator, *mapping);
      ++layers;
    }
    BOOST_TEST_MESSAGE(chip << ' ' << name << ": " << layers << " of " << workload.layers.size()
                            << " layers");
    BOOST_TEST(layers > 0);
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(networks)

BOOST_AUTO_TEST_CASE(row_stationary_array_with_register_files) {
  expect_networks("dataflows", "rs.yaml", "ws.yaml");
}

BOOST_AUTO_TEST_CASE(output_stationary_array_of_shared_buffers) {
  expect_networks("shidiannao", "any.yaml", "fc.yaml");
}

BOOST_AUTO_TEST_CASE(systolic_array_with_weights_in_place) {
  expect_networks("tpu_v1", "any.yaml", "any.yaml");
}

BOOST_AUTO_TEST_SUITE_END()
