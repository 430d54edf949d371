// SPDX-License-Identifier: Apache-2.0
// The 64x7 configuration is the accelerator that experiments/chips/fpga15/accelerator-rtl.yaml
// says, and runs layers of AlexNet.
#include <boost/test/unit_test.hpp>
#include <ctime>
#include <filesystem>

#include "tests/rtl/tiled_fixture.h"

using namespace assay;
using namespace assay::tiled_test;

namespace {

const std::filesystem::path kExperiments = std::filesystem::path(ASSAY_SOURCE_DIR) / "experiments";

Accelerator chip() { return read_accelerator(kExperiments / "chips/fpga15/accelerator-rtl.yaml"); }

// Processed whole, with data.
void run_layer(const std::string& name, const std::string& mapping_file) {
  const Accelerator accelerator = chip();
  const Workload workload = read_workload(kExperiments / "workloads/alexnet.yaml");
  const Layer& layer = *workload.find(name);
  const auto mapping =
      resolve(read_mappings(kExperiments / "chips/fpga15" / mapping_file, accelerator), layer);
  const auto data = simulator::random_data(layer, effective_precision(accelerator, layer), 1);
  const Case c{layer, *mapping, {data.input, data.weights}};
  const auto design = rtl::make_tiled("tiled-64x7");
  for (const Diagnostic& d : design->check(c.layer, c.mapping)) BOOST_ERROR(to_string(d));
  const std::clock_t before = std::clock();
  const rtl::RunResult run = design->run(c.layer, c.mapping, c.data, {});
  const double seconds = static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC;
  BOOST_TEST(difference(run, expected(c, accelerator)) == "");
  BOOST_TEST_MESSAGE("AlexNet " << name << ", " << mapping_file << ": " << run.cycles << " cycles, "
                                << static_cast<double>(run.cycles) / seconds / 1000
                                << " kcycles per CPU second");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(rtl_tiled_chip)

BOOST_AUTO_TEST_CASE(the_accelerator_file_describes_the_hardware) {
  const Accelerator file = chip();
  const Accelerator hardware = rtl::make_tiled("tiled-64x7")->description();
  BOOST_TEST((file.padding == hardware.padding && file.halo == hardware.halo));
  BOOST_TEST((file.overflow == hardware.overflow && file.first_visit == hardware.first_visit));
  BOOST_TEST(file.precision.input_bits == hardware.precision.input_bits);
  BOOST_TEST(file.precision.weight_bits == hardware.precision.weight_bits);
  BOOST_TEST(file.precision.psum_bits == hardware.precision.psum_bits);
  BOOST_TEST(file.precision.output_bits == hardware.precision.output_bits);
  BOOST_REQUIRE(file.levels.size() == hardware.levels.size());
  for (std::size_t l = 0; l < file.levels.size(); ++l) {
    const Level& a = file.levels[l];
    const Level& b = hardware.levels[l];
    BOOST_TEST_CONTEXT("level " << a.name) {
      BOOST_TEST(((a.kind == b.kind && a.name == b.name && a.off_chip == b.off_chip)));
      BOOST_TEST((a.size == b.size && a.network == b.network));
      BOOST_REQUIRE(a.ports.size() == b.ports.size());
      for (std::size_t p = 0; p < a.ports.size(); ++p) {
        BOOST_TEST(a.ports[p].name == b.ports[p].name);
        BOOST_TEST((a.ports[p].bandwidth_bits_per_cycle == b.ports[p].bandwidth_bits_per_cycle));
        BOOST_TEST(a.ports[p].latency_cycles == b.ports[p].latency_cycles);
        BOOST_TEST((a.ports[p].serves == b.ports[p].serves));
      }
      for (Operand o : kAllOperands) {
        BOOST_TEST((a.keeps[o].kept == b.keeps[o].kept && a.keeps[o].slots == b.keeps[o].slots));
        BOOST_TEST((a.keeps[o].capacity_bytes == b.keeps[o].capacity_bytes));
        BOOST_REQUIRE(a.banks[o].has_value() == b.banks[o].has_value());
        if (!a.banks[o]) continue;
        BOOST_TEST(a.banks[o]->banks == b.banks[o]->banks);
        BOOST_TEST(a.banks[o]->depth_words == b.banks[o]->depth_words);
        BOOST_TEST(a.banks[o]->width_bits == b.banks[o]->width_bits);
      }
    }
  }
  const Compute& a = file.compute();
  const Compute& b = hardware.compute();
  BOOST_TEST((a.initiation_interval_cycles == b.initiation_interval_cycles));
  BOOST_TEST(a.step_overhead_cycles == b.step_overhead_cycles);
  BOOST_TEST((a.per_psum_cycles == b.per_psum_cycles));
  BOOST_TEST((a.per_new_input_cycles == b.per_new_input_cycles));
  BOOST_TEST((a.reads_per_mac == b.reads_per_mac));
  BOOST_TEST(a.psum_writes_per_mac == b.psum_writes_per_mac);
  BOOST_TEST((a.dsp_per_mac == b.dsp_per_mac));
}

BOOST_AUTO_TEST_CASE(alexnet_conv5_is_equal) { run_layer("conv5", "alexnet-rtl.yaml"); }
BOOST_AUTO_TEST_CASE(alexnet_conv1_is_equal) { run_layer("conv1", "alexnet-rtl.yaml"); }

BOOST_AUTO_TEST_SUITE_END()
