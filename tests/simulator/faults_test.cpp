// SPDX-License-Identifier: Apache-2.0
// Tests of the tests: a machine with one defect gives other outputs, counts or times than the
// golden convolution and the oracles, each of which the sound machine equals.
#include "simulator/faults.h"

#include <boost/test/unit_test.hpp>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/mapping.h"
#include "core/record.h"
#include "simulator/simulator.h"
#include "tests/golden/golden.h"
#include "tests/oracle/entries.h"
#include "tests/oracle/events.h"
#include "tests/oracle/random_triple.h"
#include "tests/oracle/walk.h"
#include "tests/simulator/fresh_context.h"

using namespace assay;
using oracle::Triple;
using simulator::Fault;
using simulator::FaultKind;
using simulator::LayerData;
using simulator::RunResult;

namespace {

// ---- Machines and layers ----------------------------------------------------------------------

constexpr unsigned kAll = kI | kW | kO;

struct Served {
  Operand operand;
  Transfer transfer;
};
constexpr Served kReadI{Operand::I, Transfer::read}, kReadW{Operand::W, Transfer::read},
    kReadO{Operand::O, Transfer::read}, kWriteO{Operand::O, Transfer::write},
    kFillI{Operand::I, Transfer::fill}, kFillW{Operand::W, Transfer::fill};

// What its ports do not serve is unlimited.
Level storage(const std::string& name, int slots) {
  Level level;
  level.name = name;
  for (Operand o : kAllOperands) {
    level.keeps[o] = {true, slots, {}, 0};
    level.unlimited[o].fill(true);
  }
  return level;
}

void add_port(Level& level, const std::string& name, std::int64_t bandwidth, std::int64_t latency,
              const std::vector<Served>& serves) {
  Port port{name, {bandwidth, 1}, latency, {}};
  for (const Served& s : serves) {
    port.serves[s.operand][static_cast<std::size_t>(s.transfer)] = true;
    level.unlimited[s.operand][static_cast<std::size_t>(s.transfer)] = false;
  }
  level.ports.push_back(port);
}

Level array(std::int64_t size, Network sums) {
  Level level;
  level.kind = LevelKind::array;
  level.name = "x";
  level.size = size;
  level.network[Operand::I] = level.network[Operand::W] = Network::multicast;
  level.network[Operand::O] = sums;
  return level;
}

Level compute() {
  Level level;
  level.kind = LevelKind::compute;
  level.name = "mac";
  level.compute.step_overhead_cycles = 2;
  level.compute.per_psum_cycles = 1;
  level.compute.per_new_input_cycles = 1;
  for (Operand o : kAllOperands) level.compute.reads_per_mac[o] = 1;
  return level;
}

Triple machine(std::vector<Level> levels, std::vector<Entry> nest) {
  Triple t;
  t.layer.size.fill(1);
  t.accelerator.precision = {8, 8, 32, 32};
  t.accelerator.overflow = Overflow::wrap;
  t.accelerator.levels = std::move(levels);
  t.accelerator.levels[0].off_chip = true;
  t.mapping.nest = std::move(nest);
  return t;
}

// dram - buffer - four lanes with registers, two slots everywhere, shared ports with latency. The
// lanes share a window of input rows that slides over the padding; the second input channel adds to
// the partial sums of the first: output tiles 10 to 19 of the registers are read back. On the drain
// they come from the dram (a tile in the buffer would begin at 0, and so would what is read from
// it).
Triple convolution(Accumulate accumulate = Accumulate::preload) {
  Level dram = storage("dram", 1), buffer = storage("buffer", 2), reg = storage("reg", 2);
  add_port(dram, "bus", 16, 3, {kReadI, kReadW, kReadO, kWriteO});
  add_port(buffer, "array", 32, 2, {kReadI, kReadW, kReadO, kWriteO});
  add_port(reg, "in", 24, 1, {kFillI, kFillW});
  const unsigned in_buffer = accumulate == Accumulate::preload ? kAll : kI | kW;
  Triple t =
      machine({dram, buffer, array(4, Network::none), reg, compute()},
              {loop(Dim::C, 2), loop(Dim::N, 2), hold(1, in_buffer), loop(Dim::P, 5),
               lanes(Dim::M, 4), hold(3, kAll), loop(Dim::Q, 4), loop(Dim::R, 3), loop(Dim::S, 3)});
  Layer& l = t.layer;
  l.kind = LayerKind::conv;
  l.size[Dim::N] = l.size[Dim::C] = 2;
  l.size[Dim::M] = l.size[Dim::Q] = l.input_w = 4;
  l.size[Dim::P] = l.input_h = 5;
  l.size[Dim::R] = l.size[Dim::S] = 3;
  l.pad_top = l.pad_bottom = l.pad_left = l.pad_right = 1;
  t.accelerator.accumulate = accumulate;
  return t;
}

Triple product(std::vector<Level> levels, std::int64_t n, std::int64_t m, std::int64_t c,
               std::vector<Entry> nest) {
  Triple t = machine(std::move(levels), std::move(nest));
  t.layer.kind = LayerKind::fc;
  t.layer.size[Dim::N] = n;
  t.layer.size[Dim::M] = m;
  t.layer.size[Dim::C] = c;
  return t;
}

// Three lanes share the sum of each output.
Triple reduction(Network network) {
  Level dram = storage("dram", 1);
  add_port(dram, "bus", 8, 1, {kReadI, kReadW, kWriteO});
  return product(
      {dram, array(3, network), storage("reg", 1), compute()}, 2, 2, 6,
      {loop(Dim::M, 2), loop(Dim::N, 2), lanes(Dim::C, 3), hold(2, kAll), loop(Dim::C, 2)});
}

// One slot for weights that four steps use; nothing but its own slot delays a fill.
Triple stationary_weights() {
  Level dram = storage("dram", 1);
  add_port(dram, "weights", 8, 0, {kReadW});
  add_port(dram, "inputs", 72, 0, {kReadI});
  add_port(dram, "outputs", 32, 0, {kWriteO});
  return product(
      {dram, storage("reg", 1), compute()}, 4, 3, 9,
      {loop(Dim::M, 3), hold(1, kW), loop(Dim::N, 4), hold(1, kI | kO), loop(Dim::C, 9)});
}

// Weights stand behind a read-back on the port `in`; their slot is free while it still waits for
// the drain of the tile before.
Triple weights_behind_read_backs() {
  Level dram = storage("dram", 1);
  add_port(dram, "in", 8, 0, {kReadW, kReadO});
  add_port(dram, "out", 8, 4, {kWriteO});
  return product({dram, storage("buffer", 1), storage("reg", 1), compute()}, 4, 2, 2,
                 {loop(Dim::C, 2), loop(Dim::M, 2), hold(1, kO), hold(2, kW), loop(Dim::N, 4)});
}

// ---- Runs -------------------------------------------------------------------------------------

RunResult run(const Triple& t, const LayerData& data, bool total, const Fault& fault) {
  const simulator::FreshContext context;
  simulator::Machine machine(t.accelerator);
  simulator::RunOptions options;
  options.off_chip_timed = total;
  options.data = &data;
  options.fault = fault;
  return machine.run(t.layer, t.mapping, options);
}

// What all implementations of the contract say.
struct Truth {
  std::vector<std::int32_t> outputs;
  std::map<CountKey, std::int64_t> counts;
  oracle::Timeline times;
};

Truth truth(const Triple& t, const LayerData& data, bool total) {
  return {golden::convolution(t.layer, t.accelerator, data.input, data.weights),
          oracle::walk(t.layer, t.accelerator, t.mapping),
          oracle::evaluate(t.layer, t.accelerator, t.mapping, total)};
}

constexpr unsigned kOutputs = 1, kCounts = 2, kTimes = 4;

unsigned wrong(const RunResult& r, const Truth& truth) {
  return (r.output == truth.outputs ? 0 : kOutputs) | (r.counts == truth.counts ? 0 : kCounts) |
         (r.finish == truth.times.finish && r.by_cause == truth.times.by_cause ? 0 : kTimes);
}

// The sound machine is right in everything; with the fault, exactly `by` is wrong: no other
// comparison would see it.
void expect_caught(const Triple& t, const Fault& fault, unsigned by) {
  const Diagnostics why = check(t.layer, t.accelerator, t.mapping);
  BOOST_REQUIRE_MESSAGE(why.empty(), (why.empty() ? "" : to_string(why.front())));
  const LayerData data =
      simulator::random_data(t.layer, effective_precision(t.accelerator, t.layer), 1);
  for (bool total : {false, true})
    BOOST_TEST(wrong(run(t, data, total, {}), truth(t, data, total)) == 0U);
  BOOST_TEST(wrong(run(t, data, true, fault), truth(t, data, true)) == by);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(faults)

BOOST_AUTO_TEST_CASE(a_dropped_fill_is_caught) {
  expect_caught(convolution(), {FaultKind::dropped_fill, Operand::I, 3, 0}, kOutputs);
  expect_caught(convolution(), {FaultKind::dropped_fill, Operand::W, 1, 0}, kOutputs);
}

BOOST_AUTO_TEST_CASE(a_tile_in_the_slot_of_another_is_caught) {
  expect_caught(convolution(), {FaultKind::swapped_slots, Operand::I, 3, 0}, kOutputs);
  expect_caught(convolution(), {FaultKind::swapped_slots, Operand::W, 1, 0}, kOutputs);
}

BOOST_AUTO_TEST_CASE(a_lane_that_a_multicast_misses_is_caught) {
  expect_caught(convolution(), {FaultKind::missed_lane, Operand::I, 0, 2}, kOutputs);
}

BOOST_AUTO_TEST_CASE(a_slide_that_does_not_keep_the_halo_is_caught) {
  expect_caught(convolution(), {FaultKind::stale_halo, Operand::I, 0, 0}, kOutputs);
}

// The last rows of a window lie where the slot held others before.
BOOST_AUTO_TEST_CASE(padding_that_is_not_made_is_caught) {
  expect_caught(convolution(), {FaultKind::stale_padding, Operand::I, 0, 0}, kOutputs);
}

BOOST_AUTO_TEST_CASE(a_partial_sum_that_is_added_twice_is_caught) {
  for (Accumulate how : {Accumulate::preload, Accumulate::on_drain})
    expect_caught(convolution(how), {FaultKind::read_back_twice, Operand::O, 12, 0}, kOutputs);
}

BOOST_AUTO_TEST_CASE(a_lost_read_back_is_caught) {
  for (Accumulate how : {Accumulate::preload, Accumulate::on_drain})
    expect_caught(convolution(how), {FaultKind::lost_read_back, Operand::O, 12, 0}, kOutputs);
}

BOOST_AUTO_TEST_CASE(a_lost_drain_is_caught) {
  for (Accumulate how : {Accumulate::preload, Accumulate::on_drain})
    for (std::int64_t tile : {2, 12})  // partial sums, outputs
      expect_caught(convolution(how), {FaultKind::lost_drain, Operand::O, tile, 0}, kOutputs);
}

BOOST_AUTO_TEST_CASE(a_lane_that_a_reduction_forgets_is_caught) {
  for (Network network : {Network::tree, Network::chain})
    expect_caught(reduction(network), {FaultKind::unreduced_word, Operand::O, 0, 0}, kOutputs);
}

// The words of the next tile come while steps still read those of the one before.
BOOST_AUTO_TEST_CASE(a_slot_given_away_too_early_is_caught) {
  expect_caught(stationary_weights(), {FaultKind::early_release, Operand::W, 1, 0},
                kOutputs | kTimes);
}

BOOST_AUTO_TEST_CASE(a_cycle_of_latency_too_many_is_caught) {
  expect_caught(convolution(), {FaultKind::late_arrival, Operand::I, 0, 0}, kTimes);
}

BOOST_AUTO_TEST_CASE(a_cycle_of_latency_too_few_is_caught) {
  expect_caught(convolution(), {FaultKind::early_arrival, Operand::I, 0, 0}, kTimes);
}

BOOST_AUTO_TEST_CASE(a_port_that_serves_whoever_comes_first_is_caught) {
  expect_caught(weights_behind_read_backs(), {FaultKind::port_out_of_order, Operand::I, 0, 0},
                kTimes);
}

BOOST_AUTO_TEST_CASE(a_multicast_that_counts_every_lane_is_caught) {
  expect_caught(convolution(), {FaultKind::unmerged_read, Operand::I, 0, 0}, kCounts);
}

BOOST_AUTO_TEST_CASE(a_step_without_its_overhead_is_caught) {
  expect_caught(convolution(), {FaultKind::missing_step_overhead, Operand::I, 0, 0}, kTimes);
}

BOOST_AUTO_TEST_SUITE_END()
