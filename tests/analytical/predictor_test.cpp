// SPDX-License-Identifier: Apache-2.0
// Latency, energy and resources on machines small enough to work out by hand.
#include "analytical/predictor.h"

#include <boost/test/unit_test.hpp>

#include "core/checked.h"
#include "tests/oracle/entries.h"

using namespace assay;
using analytical::Action;
using analytical::Moved;

namespace {

// A matrix-vector product of 8 outputs and 6 inputs: M 8, C 6.
Layer small_layer() {
  Layer layer;
  layer.name = "fc";
  layer.kind = LayerKind::fc;
  layer.size.fill(1);
  layer.size[Dim::M] = 8;
  layer.size[Dim::C] = 6;
  return layer;
}

Level storage(const std::string& name, int slots) {
  Level level;
  level.kind = LevelKind::storage;
  level.name = name;
  for (Operand o : kAllOperands) {
    level.keeps[o].kept = true;
    level.keeps[o].slots = slots;
  }
  return level;
}

Port port(const std::string& name, std::int64_t bits_per_cycle, std::int64_t latency, Operand o,
          Transfer t) {
  Port p;
  p.name = name;
  p.bandwidth_bits_per_cycle = {bits_per_cycle, 1};
  p.latency_cycles = latency;
  p.serves[o][static_cast<std::size_t>(t)] = true;
  return p;
}

// dram -> buf -> mac, 8 bits everywhere, 100 MHz. Weights pass a port of `bandwidth` bits per
// cycle.
Accelerator small_accelerator(int slots, std::int64_t bandwidth, bool off_chip = false) {
  Accelerator a;
  a.name = "small";
  a.clock = Megahertz(100);
  a.precision = {8, 8, 8, 8};
  a.levels = {storage("dram", 1), storage("buf", slots), Level{}};
  a.levels[0].off_chip = off_chip;
  a.levels[0].ports = {port("w", bandwidth, 0, Operand::W, Transfer::read)};
  a.levels[2].kind = LevelKind::compute;
  a.levels[2].name = "mac";
  for (Operand o : kAllOperands) a.levels[2].compute.reads_per_mac[o] = 1;
  return a;
}

// for M: 4 | hold buf: I, W, O | for M: 2 | for C: 6: four weight tiles of 12 words, steps of 12
// MACs.
Mapping small_mapping() {
  Mapping m;
  m.name = "small";
  m.nest = {loop(Dim::M, 4), hold(1, 7), loop(Dim::M, 2), loop(Dim::C, 6)};
  return m;
}

analytical::Prediction predict(const Layer& layer, const Accelerator& a,
                               const Parameters* parameters = nullptr, double zeros = 0) {
  const Mapping mapping = small_mapping();
  const auto nest = analytical::compile(layer, a, mapping);
  if (parameters == nullptr) return analytical::predict(layer, a, nest, nullptr, zeros);
  const auto prices = analytical::price_list(*parameters, a, a.precision);
  return analytical::predict(layer, a, nest, &prices, zeros);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(predictor)

// 96 bits per tile at 32 bits per cycle: 3 cycles, before each of 4 steps of 12.
BOOST_AUTO_TEST_CASE(single_slot_fill_is_exposed_before_every_step) {
  const auto p = predict(small_layer(), small_accelerator(1, 32));
  BOOST_TEST(p.processing.macs == 48);
  BOOST_TEST(p.processing.cycles == 4 * (3 + 12));
  BOOST_TEST(p.processing.binding_level == -1);
}

// Two slots: only the first fill shows.
BOOST_AUTO_TEST_CASE(double_buffer_hides_all_but_the_first_fill) {
  const auto p = predict(small_layer(), small_accelerator(2, 32));
  BOOST_TEST(p.processing.ramp == 3);
  BOOST_TEST(p.processing.cycles == 3 + 48);
}

// 96 bits at 2 bits per cycle: 48 cycles a tile, 192 in all, and the last step: the port binds.
BOOST_AUTO_TEST_CASE(slow_port_binds_and_is_named) {
  const auto p = predict(small_layer(), small_accelerator(2, 2));
  BOOST_TEST(p.processing.cycles == 192 + 12);
  BOOST_TEST(p.processing.binding_level == 0);
  BOOST_TEST(p.processing.binding_port == 0);
}

BOOST_AUTO_TEST_CASE(port_tight_at_the_balance_point) {
  // 12 cycles a tile, as long as its step: ramp and steps, or port and last step.
  const auto even = predict(small_layer(), small_accelerator(2, 8));
  BOOST_TEST(even.processing.binding_level == -1);
  BOOST_TEST(even.processing.cycles == 12 + 48);
  const auto slower = predict(small_layer(), small_accelerator(2, 6));
  BOOST_TEST(slower.processing.cycles == 4 * 16 + 12);
  BOOST_TEST(slower.processing.binding_level == 0);
  BOOST_TEST(slower.processing.port_wait == 76 - (16 + 48));
  // 19.2 cycles a tile are 20: each transfer takes whole cycles.
  const auto slowest = predict(small_layer(), small_accelerator(2, 5));
  BOOST_TEST(slowest.processing.cycles == 4 * 20 + 12);
}

BOOST_AUTO_TEST_CASE(off_chip_port_counts_in_total_latency_only) {
  const auto p = predict(small_layer(), small_accelerator(1, 32, true));
  BOOST_TEST(p.processing.cycles == 48);
  BOOST_TEST(p.total.cycles == 60);
}

BOOST_AUTO_TEST_CASE(step_costs_add_up) {
  Accelerator a = small_accelerator(1, 32);
  a.levels[2].compute.step_overhead_cycles = 5;
  a.levels[2].compute.per_psum_cycles = 3;
  a.levels[2].compute.per_new_input_cycles = 2;
  const auto t = predict(small_layer(), a).processing;
  BOOST_TEST(t.step_overhead == 4 * 5);
  BOOST_TEST(t.psums == 4 * 2 * 3);
  BOOST_TEST(t.new_inputs == 6 * 2);  // the input tile is filled once
  BOOST_TEST(t.cycles == 48 + 20 + 24 + 12 + 12);
}

// dram reads 48 weights at 2 pJ per 16 bits = 1 pJ per word; 48 MACs of 3 pJ, half of them gated to
// 1 pJ; 10 mW for 600 ns = 6000 pJ.
BOOST_AUTO_TEST_CASE(energy_is_counts_times_prices_plus_power_times_time) {
  Accelerator a = small_accelerator(1, 32);
  a.zero_gating = {{"mac", std::nullopt}};
  Parameters parameters;
  parameters.chip = "small";
  parameters.energies = {{"dram", "W", "read", Picojoules(2), std::nullopt, 16, "s", "c"},
                         {"mac", "-", "mac", Picojoules(3), Picojoules(1), 0, "s", "c"}};
  parameters.powers = {{"clock", Milliwatts(10), "s", "c"}};
  const auto p = predict(small_layer(), a, &parameters, 0.5);
  BOOST_TEST(p.total.cycles == 60);
  BOOST_TEST(p.energy.level_pj[0] == 48);
  BOOST_TEST(p.energy.level_pj[2] == 48 * 2);
  BOOST_TEST(p.energy.constant_pj == 6000, boost::test_tools::tolerance(1e-12));
  BOOST_TEST(p.energy.total_pj == 6144, boost::test_tools::tolerance(1e-12));
}

BOOST_AUTO_TEST_CASE(exact_operand_price_wins_over_any) {
  Parameters parameters;
  parameters.energies = {{"buf", "any", "read", Picojoules(1), std::nullopt, 0, "s", "c"},
                         {"buf", "W", "read", Picojoules(7), std::nullopt, 0, "s", "c"}};
  BOOST_TEST(parameters.find("buf", "W", "read")->energy.value == 7);
  BOOST_TEST(parameters.find("buf", "I", "read")->energy.value == 1);
  BOOST_TEST(parameters.find("buf", "I", "write") == nullptr);
}

BOOST_AUTO_TEST_CASE(gating_saves_accesses_of_macs_but_not_fills) {
  Accelerator a = small_accelerator(1, 32);
  a.zero_gating = {{"buf", Operand::W}};
  Parameters parameters;
  parameters.energies = {{"buf", "W", "read", Picojoules(1), Picojoules(0), 0, "s", "c"},
                         {"buf", "W", "fill", Picojoules(1), Picojoules(0), 0, "s", "c"}};
  const auto p = predict(small_layer(), a, &parameters, 1.0);
  BOOST_TEST(p.counts.at(1, Moved::W, Action::read) == 48);
  BOOST_TEST(p.energy.level_pj[1] == 48);  // the fills alone
}

BOOST_AUTO_TEST_CASE(block_ram_uses_the_best_aspect_ratio) {
  BOOST_TEST(analytical::bram18_blocks(512, 36) == 1);
  BOOST_TEST(analytical::bram18_blocks(513, 36) == 2);
  BOOST_TEST(analytical::bram18_blocks(512, 37) == 2);
  BOOST_TEST(analytical::bram18_blocks(16384, 1) == 1);
  BOOST_TEST(analytical::bram18_blocks(16385, 1) == 2);
  BOOST_TEST(analytical::bram18_blocks(1024, 18) == 1);
  BOOST_TEST(analytical::bram18_blocks(3481, 32) == 7);
  BOOST_TEST(analytical::bram18_blocks(1, 1) == 1);
}

BOOST_AUTO_TEST_CASE(counts_beyond_64_bits_throw_instead_of_wrapping) {
  Layer layer = small_layer();
  Mapping mapping;
  for (Dim d : {Dim::N, Dim::M, Dim::C, Dim::P}) {
    layer.size[d] = std::int64_t{1} << 20;
    mapping.nest.push_back(loop(d, layer.size[d]));
  }
  const Accelerator a = small_accelerator(1, 32);
  const auto nest = analytical::compile(layer, a, mapping);
  BOOST_CHECK_THROW(analytical::predict(layer, a, nest, nullptr, 0), OverflowError);
}

BOOST_AUTO_TEST_SUITE_END()
