// SPDX-License-Identifier: Apache-2.0
// The predictor on the two designs of the contract, against figures derived by hand from their
// mappings.
#include <boost/test/unit_test.hpp>

#include "analytical/predictor.h"
#include "core/mapping.h"

using namespace assay;
namespace fs = std::filesystem;

namespace {

struct Loaded {
  Accelerator accelerator;
  Layer layer;
  Mapping mapping;
  analytical::Nest nest;
};

Loaded load(const std::string& chip, const std::string& accelerator, const std::string& mapping,
            const std::string& layer) {
  const fs::path data = fs::path(ASSAY_SOURCE_DIR) / "experiments";
  Loaded l;
  l.accelerator = read_accelerator(data / "chips" / chip / accelerator);
  const MappingFile file = read_mappings(data / "chips" / chip / mapping, l.accelerator);
  l.layer = with_batch(*read_workload(data / "workloads/alexnet.yaml").find(layer), file.batch);
  l.mapping = *resolve(file, l.layer);
  BOOST_REQUIRE(check(l.layer, l.accelerator, l.mapping).empty());
  l.nest = analytical::compile(l.layer, l.accelerator, l.mapping);
  return l;
}

analytical::Prediction predict(const Loaded& l) {
  return analytical::predict(l.layer, l.accelerator, l.nest, nullptr, 0);
}

int hold_of(const Loaded& l, Operand o, const std::string& level) {
  for (int i = 0; i < l.nest.holds; ++i) {
    const auto& h = l.nest.hold[static_cast<std::size_t>(i)];
    if (h.operand == o && h.level == l.accelerator.find(level)) return i;
  }
  return -1;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(published_chips)

// conv1: N 4 x P 8 x C 3 x M 3 = 288 passes of 55 columns; a column is q*p*S = 176 MACs, 16 partial
// sums and 4 new inputs (11 in the first); the 32 x 11 x 11 filters of a pass take 3872/4 = 968
// cycles, the first of them before the first step.
BOOST_AUTO_TEST_CASE(eyeriss_conv1_steps_and_filter_loads_are_those_of_variant_d) {
  const Loaded l = load("eyeriss", "accelerator.yaml", "alexnet.yaml", "conv1");
  const analytical::FastLatency t = predict(l).processing;
  BOOST_TEST(t.macs == 288 * 55 * 176.0);
  BOOST_TEST(t.psums == 288 * 55 * 16.0);
  BOOST_TEST(t.new_inputs == 288 * (11 + 54 * 4.0));
  BOOST_TEST(t.exposed[static_cast<std::size_t>(hold_of(l, Operand::W, "spad"))] == 287 * 968.0);
  BOOST_TEST(t.ramp == 968);
  BOOST_TEST(t.binding_level == -1);
}

// The ramp before the first step (the first filters or the first column) and the drain after the
// last: below a thousandth of the multiply-accumulates.
BOOST_AUTO_TEST_CASE(eyeriss_edges_are_small) {
  for (const char* layer : {"conv1", "conv2", "conv3", "conv4", "conv5"}) {
    const analytical::FastLatency t =
        predict(load("eyeriss", "accelerator.yaml", "alexnet.yaml", layer)).processing;
    BOOST_TEST(t.ramp + t.drain < 1e-3 * t.macs, layer << ": " << t.ramp << " + " << t.drain);
    BOOST_TEST(t.port_wait == 0);
  }
}

BOOST_AUTO_TEST_CASE(overlapped_filters_expose_nothing) {
  const Loaded l = load("eyeriss", "accelerator-overlapped.yaml", "alexnet.yaml", "conv3");
  const analytical::FastLatency t = predict(l).processing;
  BOOST_TEST(t.exposed[static_cast<std::size_t>(hold_of(l, Operand::W, "spad"))] == 0);
}

// 64-bit link at 60 MHz: what single-slot tiles of the global buffer cost can be no more than all
// words over the link.
BOOST_AUTO_TEST_CASE(total_latency_lies_between_processing_and_no_overlap_at_all) {
  for (const char* layer : {"conv1", "conv2", "conv3", "conv4", "conv5"}) {
    const Loaded l = load("eyeriss", "accelerator.yaml", "alexnet.yaml", layer);
    const analytical::Prediction p = predict(l);
    double link = 0;  // 16 bits each at 19.2 per cycle
    for (int m = 0; m < analytical::kMoved; ++m)
      for (analytical::Action a : {analytical::Action::read, analytical::Action::write})
        link +=
            static_cast<double>(p.counts.at(0, static_cast<analytical::Moved>(m), a)) * 16 / 19.2;
    BOOST_TEST(p.total.cycles >= p.processing.cycles);
    BOOST_TEST(p.total.cycles <= p.processing.cycles + link);
  }
}

// m 96, e 7, 8 strips: 96*55*55*4 outputs, 3 visits each; final words leave the global buffer once.
BOOST_AUTO_TEST_CASE(eyeriss_conv1_global_buffer_counts) {
  const Loaded l = load("eyeriss", "accelerator.yaml", "alexnet.yaml", "conv1");
  const analytical::Counts c = predict(l).counts;
  const int glb = l.accelerator.find("glb");
  const std::int64_t outputs = 96LL * 55 * 55 * 4;
  BOOST_TEST(c.at(glb, analytical::Moved::P, analytical::Action::write) == 2 * outputs);
  BOOST_TEST(c.at(glb, analytical::Moved::O, analytical::Action::write) == outputs);
  BOOST_TEST(c.at(glb, analytical::Moved::P, analytical::Action::read) == 2 * outputs);
  BOOST_TEST(c.at(glb, analytical::Moved::O, analytical::Action::drain) == outputs);
  // Rows of a strip: 7 strips of 35 and one of 31; all 227 columns, 3 channels, 3 passes over M, 4
  // images.
  BOOST_TEST(c.at(glb, analytical::Moved::I, analytical::Action::read) ==
             (7 * 35 + 31) * 227LL * 3 * 3 * 4);
  BOOST_TEST(c.at(glb, analytical::Moved::I, analytical::Action::fill) ==
             (7 * 35 + 31) * 227LL * 3 * 4);
}

// trips x (R*C*K*K + 20), both halves of the network (Zhang et al., FPGA 2015).
BOOST_AUTO_TEST_CASE(fpga15_cycles_follow_the_published_closed_form) {
  const auto cycles = [](const std::string& layer) {
    return predict(load("fpga15", "accelerator.yaml", "alexnet.yaml", layer)).processing.cycles;
  };
  BOOST_TEST(cycles("conv1") == 2 * 1 * 1 * (55 * 55 * 121 + 20.0));
  BOOST_TEST(cycles("conv2") == 2 * 2 * 7 * (27 * 27 * 25 + 20.0));
  BOOST_TEST(cycles("conv3") == 2 * 3 * 37 * (13 * 13 * 9 + 20.0));
  BOOST_TEST(cycles("conv4") == 2 * 3 * 28 * (13 * 13 * 9 + 20.0));
  BOOST_TEST(cycles("conv5") == 2 * 2 * 28 * (13 * 13 * 9 + 20.0));
}

BOOST_AUTO_TEST_CASE(fpga15_resources) {
  const fs::path chip = fs::path(ASSAY_SOURCE_DIR) / "experiments/chips/fpga15";
  const auto r = analytical::fpga_resources(read_accelerator(chip / "accelerator-13x13.yaml"));
  BOOST_REQUIRE(r.has_value());
  BOOST_TEST(r->dsp == 2240);  // 448 x 5, as published
  BOOST_TEST(r->bram18 == 2 * (7 * 7 + 448 + 64));
}

BOOST_AUTO_TEST_SUITE_END()
