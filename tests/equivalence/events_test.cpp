// SPDX-License-Identifier: Apache-2.0
// The event-by-event evaluation (docs/rationale/0004-event-times.md) against timelines computed by
// hand, invariants over random triples, and two published chips.
// ASSAY_EVENT_TRIPLES=n and ASSAY_SEED=s in the environment choose another campaign (default 2,000
// from seed 1).
#include "tests/oracle/events.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/mapping.h"
#include "tests/campaign.h"
#include "tests/oracle/entries.h"
#include "tests/oracle/random_triple.h"

using namespace assay;
using oracle::Timeline;
using oracle::Triple;

namespace {

using Causes = std::map<std::string, std::int64_t>;

Level storage(const std::string& name, int slots) {
  Level level;
  level.name = name;
  for (Operand o : kAllOperands) level.keeps[o] = {true, slots, {}, 0};
  return level;
}

struct Served {
  Operand operand;
  Transfer transfer;
};

void add_port(Level& level, const std::string& name, Rational bandwidth,
              const std::vector<Served>& serves, std::int64_t latency = 0) {
  Port port{name, bandwidth, latency, {}};
  for (const Served& s : serves)
    port.serves[s.operand][static_cast<std::size_t>(s.transfer)] = true;
  level.ports.push_back(port);
}

constexpr Served kReadI{Operand::I, Transfer::read}, kReadW{Operand::W, Transfer::read},
    kFillW{Operand::W, Transfer::fill}, kReadO{Operand::O, Transfer::read},
    kWriteO{Operand::O, Transfer::write};

// Matrix-vector product of M x C on dram - buf - mac; one bit per element, but two per partial sum.
Triple product(std::int64_t m, std::int64_t c, int slots, std::vector<Entry> nest) {
  Triple t;
  t.layer.kind = LayerKind::fc;
  t.layer.size.fill(1);
  t.layer.size[Dim::M] = m;
  t.layer.size[Dim::C] = c;
  t.accelerator.precision = {1, 1, 2, 1};
  Level mac;
  mac.kind = LevelKind::compute;
  mac.name = "mac";
  t.accelerator.levels = {storage("dram", 1), storage("buf", slots), mac};
  t.accelerator.levels[0].off_chip = true;
  t.mapping.nest = std::move(nest);
  return t;
}

// Four tiles of two weights, two multiply-accumulates each.
Triple weights(int slots, Rational bandwidth, std::int64_t latency = 0) {
  Triple t = product(4, 2, slots, {loop(Dim::M, 4), hold(1, kW), loop(Dim::C, 2)});
  add_port(t.accelerator.levels[0], "bus", bandwidth, {kReadW}, latency);
  return t;
}

// Two output tiles of one word, visited twice.
Triple outputs(Accumulate accumulate) {
  Triple t = product(2, 2, 1, {loop(Dim::C, 2), loop(Dim::M, 2), hold(1, kO)});
  t.accelerator.accumulate = accumulate;
  add_port(t.accelerator.levels[0], "bus", {1, 1}, {kReadO, kWriteO});
  return t;
}

// The array x, between dram and a new level reg.
Triple with_array(Triple t, std::int64_t size, Network inputs) {
  Level array;
  array.kind = LevelKind::array;
  array.name = "x";
  array.size = size;
  array.network[Operand::I] = inputs;
  array.network[Operand::W] = Network::unicast;
  array.network[Operand::O] = Network::none;
  t.accelerator.levels[1] = array;
  t.accelerator.levels.insert(t.accelerator.levels.begin() + 2, storage("reg", 1));
  return t;
}

Timeline timed(const Triple& t) {
  return oracle::evaluate(t.layer, t.accelerator, t.mapping, true);
}

void expect(const Triple& t, std::int64_t finish, const Causes& causes, bool off_chip = true) {
  const Diagnostics why = check(t.layer, t.accelerator, t.mapping);
  BOOST_TEST(why.empty(), (why.empty() ? "" : to_string(why.front())));
  const Timeline line = oracle::evaluate(t.layer, t.accelerator, t.mapping, off_chip);
  BOOST_TEST(line.finish == finish);
  for (const auto& [cause, cycles] : line.by_cause)
    BOOST_TEST((causes.count(cause) != 0 && causes.at(cause) == cycles), cause << " " << cycles);
  BOOST_TEST(line.by_cause.size() == causes.size());
}

void for_random_triples(const std::function<std::string(const Triple&)>& fault) {
  assay::for_random_triples(oracle::random_timed_triple, setting("ASSAY_EVENT_TRIPLES", 2000),
                            fault);
}

std::string fault_of_one_timeline(const Triple& t) {
  const Timeline line = timed(t);
  std::int64_t sum = 0;
  for (const auto& [cause, cycles] : line.by_cause) sum += cycles;
  if (sum != line.finish) return "causes do not add up to the finish";
  if (line.finish < line.step_time) return "earlier than the sum of the steps";
  for (const auto& [port, busy] : line.busy) {
    const auto unread = line.unread.find(port);
    const std::int64_t awaited = busy - (unread == line.unread.end() ? 0 : unread->second);
    if (line.finish < awaited) return "earlier than the busy time of " + port;
  }
  return "";
}

std::string fault_without_ports(Triple t) {
  for (Level& level : t.accelerator.levels) {
    level.ports.clear();
    level.hop_latency_cycles.fill(0);
  }
  const Timeline line = timed(t);
  const bool only_compute = line.by_cause == Causes{{"compute", line.step_time}};
  return line.finish == line.step_time && only_compute ? "" : "not the sum of the steps";
}

std::string fault_of_faster(const Triple& t) {
  const std::int64_t finish = timed(t).finish;
  if (oracle::evaluate(t.layer, t.accelerator, t.mapping, false).finish > finish)
    return "later with the off-chip ports free";
  for (std::size_t l = 0; l < t.accelerator.levels.size(); ++l)
    for (std::size_t p = 0; p < t.accelerator.levels[l].ports.size(); ++p) {
      Triple faster = t;
      faster.accelerator.levels[l].ports[p].bandwidth_bits_per_cycle.num += 7;
      if (timed(faster).finish > finish) return "later with a faster port";
    }
  return "";
}

// Every transfer gets a port of its own, and no fill waits for a drain of the same hold.
Triple with_ports_of_their_own(Triple t) {
  t.accelerator.accumulate = Accumulate::on_drain;
  for (Level& level : t.accelerator.levels) {
    const std::vector<Port> shared = std::move(level.ports);
    level.ports.clear();
    for (const Port& port : shared)
      for (Operand o : kAllOperands)
        for (std::size_t transfer = 0; transfer < kTransfers; ++transfer) {
          if (!port.serves[o][transfer]) continue;
          Port own{port.name + std::to_string(level.ports.size()),
                   port.bandwidth_bits_per_cycle,
                   port.latency_cycles,
                   {}};
          own.serves[o][transfer] = true;
          level.ports.push_back(own);
        }
  }
  return t;
}

std::string fault_of_more_slots(const Triple& shared) {
  const Triple t = with_ports_of_their_own(shared);
  const std::int64_t finish = timed(t).finish;
  for (std::size_t l = 1; l < t.accelerator.levels.size(); ++l)
    for (Operand o : kAllOperands) {
      Triple more = t;
      ++more.accelerator.levels[l].keeps[o].slots;
      if (timed(more).finish > finish) return "later with a slot more";
    }
  return "";
}

Timeline chip(const std::string& name, const std::string& layer_name) {
  const std::string experiments = ASSAY_SOURCE_DIR "/experiments/";
  const Accelerator accelerator =
      read_accelerator(experiments + "chips/" + name + "/accelerator.yaml");
  const MappingFile file =
      read_mappings(experiments + "chips/" + name + "/alexnet.yaml", accelerator);
  const Workload workload = read_workload(experiments + "workloads/alexnet.yaml");
  const Layer layer = with_batch(*workload.find(layer_name), file.batch);
  return oracle::evaluate(layer, accelerator, resolve(file, layer).value(), false);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(events)

BOOST_AUTO_TEST_CASE(single_buffer_alternates) {
  expect(weights(1, {1, 1}), 16, {{"compute", 8}, {"ramp-up", 2}, {"dram.bus W", 6}});
}

BOOST_AUTO_TEST_CASE(off_chip_ports_are_free_in_the_processing_latency) {
  expect(weights(1, {1, 1}, 5), 8, {{"compute", 8}}, false);
}

BOOST_AUTO_TEST_CASE(double_buffer_hides_what_fits) {
  expect(weights(2, {1, 1}), 10, {{"compute", 8}, {"ramp-up", 2}});
  // Fills of 4 cycles at 0, 4, 8, 12; the last step from 16.
  expect(weights(2, {1, 2}), 18, {{"compute", 2}, {"ramp-up", 4}, {"dram.bus W", 12}});
}

BOOST_AUTO_TEST_CASE(durations_are_rounded_up_per_transfer) {
  // 2 bits at 3/4 bit per cycle: 2.67, so 3 cycles for each of the four.
  expect(weights(1, {3, 4}), 20, {{"compute", 8}, {"ramp-up", 3}, {"dram.bus W", 9}});
}

BOOST_AUTO_TEST_CASE(latency_delays_each_tile_but_not_the_port) {
  expect(weights(1, {1, 1}, 10), 56,
         {{"compute", 8}, {"ramp-up", 12}, {"dram.bus W", 6}, {"latency", 30}});
  // Fills end at 2, 4, 16, 18; usable at 12, 14, 26, 28.
  expect(weights(2, {1, 1}, 10), 30,
         {{"compute", 6}, {"ramp-up", 12}, {"dram.bus W", 2}, {"latency", 10}});
}

BOOST_AUTO_TEST_CASE(the_slower_of_two_ports_decides) {
  Triple t = weights(1, {1, 1}, 3);
  add_port(t.accelerator.levels[1], "in", {1, 2}, {kFillW}, 4);
  for (Operand o : kAllOperands) t.accelerator.levels[1].unlimited[o].fill(o != Operand::W);
  // Each tile: 4 cycles, 7 of latency, 2 of compute.
  expect(t, 52, {{"compute", 8}, {"ramp-up", 11}, {"buf.in W", 12}, {"latency", 21}});
}

BOOST_AUTO_TEST_CASE(two_operands_share_a_port_or_do_not) {
  Triple t = product(2, 4, 1, {loop(Dim::C, 4), hold(1, kI | kW), loop(Dim::M, 2)});
  Triple apart = t;
  add_port(t.accelerator.levels[0], "bus", {1, 1}, {kReadI, kReadW});
  expect(t, 20, {{"compute", 8}, {"ramp-up", 3}, {"dram.bus I", 3}, {"dram.bus W", 6}});
  add_port(apart.accelerator.levels[0], "a", {1, 1}, {kReadI});
  add_port(apart.accelerator.levels[0], "b", {1, 1}, {kReadW});
  expect(apart, 16, {{"compute", 8}, {"ramp-up", 2}, {"dram.b W", 6}});
}

BOOST_AUTO_TEST_CASE(preloaded_partial_sums_wait_for_slot_and_drain) {
  // Steps from 0, 3, 8, 12; drains from 1, 4, 9, 13; read-backs from 6, 10.
  expect(outputs(Accumulate::preload), 14, {{"compute", 4}, {"dram.bus O", 9}, {"drain", 1}});
}

BOOST_AUTO_TEST_CASE(a_read_back_waits_until_its_drain_has_arrived) {
  Triple t = outputs(Accumulate::preload);
  t.accelerator.levels[0].ports[0].latency_cycles = 5;
  // Drains 1-3 (arrives at 8), 4-6, 16-17, 25-26 (31); read-backs 8-10 (15), 17-19 (24).
  expect(t, 31, {{"compute", 3}, {"dram.bus O", 7}, {"latency", 15}, {"drain", 6}});
}

BOOST_AUTO_TEST_CASE(outer_drains_wait_for_inner_ones_and_these_for_outer_slots) {
  Triple t = product(4, 1, 1, {loop(Dim::M, 2), hold(1, kO), loop(Dim::M, 2), hold(2, kO)});
  auto& levels = t.accelerator.levels;
  levels.insert(levels.begin() + 2, storage("reg", 1));
  add_port(levels[0], "bus", {1, 1}, {kWriteO});
  add_port(levels[1], "in", {1, 1}, {kWriteO}, 3);
  for (std::size_t l : {0U, 1U})
    for (Operand o : kAllOperands) levels[l].unlimited[o] = {true, true, o != Operand::O, true};
  // reg 1-2, 3-4 (arrives at 7), 9-10, 11-12 (15); buf 7-9, 15-17; steps from 0, 2, 4, 10.
  expect(t, 17, {{"compute", 3}, {"buf.in O", 3}, {"dram.bus O", 2}, {"latency", 3}, {"drain", 6}});
}

BOOST_AUTO_TEST_CASE(partial_sums_join_on_the_drain) {
  // Steps from 0, 3, 7, 10; drains from 1, 5, 9, 11; read-backs from 3, 7 (bus order: drain,
  // read-back, drain, read-back, drain, drain).
  expect(outputs(Accumulate::on_drain), 12, {{"compute", 2}, {"dram.bus O", 9}, {"drain", 1}});
}

BOOST_AUTO_TEST_CASE(the_join_fifo_has_two_entries) {
  // Every visit has a read-back (first_visit read) and its own bus; drains take 1 cycle each.
  Triple t = product(4, 1, 4, {loop(Dim::M, 4), hold(1, kO)});
  t.accelerator.accumulate = Accumulate::on_drain;
  t.accelerator.first_visit = FirstVisit::read;
  add_port(t.accelerator.levels[0], "in", {1, 1}, {kReadO});
  add_port(t.accelerator.levels[0], "out", {1, 8}, {kWriteO});
  // Read-backs 0-2, 2-4, then 10-12 and 18-20 as drains 2-10, 10-18, 18-26, 26-34 free entries.
  expect(t, 34, {{"dram.in O", 2}, {"dram.out O", 24}, {"drain", 8}});
  t.accelerator.levels[0].ports[1].bandwidth_bits_per_cycle = {1, 1};
  t.accelerator.levels[0].ports[0].bandwidth_bits_per_cycle = {1, 4};
  // Read-backs take 8, from 0, 8, 16, 24; the last drain from 32.
  expect(t, 33, {{"dram.in O", 32}, {"drain", 1}});
}

BOOST_AUTO_TEST_CASE(a_third_read_back_waits_for_an_entry) {
  Triple t = product(3, 1, 4, {loop(Dim::M, 3), hold(1, kO)});
  t.accelerator.accumulate = Accumulate::on_drain;
  t.accelerator.first_visit = FirstVisit::read;
  add_port(t.accelerator.levels[0], "in", {1, 1}, {kReadO}, 10);
  add_port(t.accelerator.levels[0], "out", {1, 1}, {kWriteO});
  // Read-backs 0-2, 2-4, 13-15 arrive 10 later; drains 12-13, 14-15, 25-26.
  expect(t, 26, {{"dram.in O", 4}, {"dram.out O", 1}, {"latency", 20}, {"drain", 1}});
}

// Inputs and read-backs on one port: in the order of the steps that need them.
BOOST_AUTO_TEST_CASE(read_backs_on_the_drain_come_after_the_inputs_needed_before_the_drain) {
  for (int level_of_inputs : {1, 2}) {
    Triple t = product(1, 2, 4,
                       {loop(Dim::C, 2), loop(Dim::N, 2), hold(1, kO), hold(level_of_inputs, kI)});
    t.layer.size[Dim::N] = 2;
    t.accelerator.accumulate = Accumulate::on_drain;
    auto& levels = t.accelerator.levels;
    levels.insert(levels.begin() + 2, storage("reg", 2));
    levels[1].keeps[Operand::I].slots = 2;
    add_port(levels[0], "in", {1, 1}, {kReadI, kReadO});
    add_port(levels[0], "out", {1, 1}, {kWriteO});
    // in: I 0-1, 1-2, 2-3, O 4-6, I 6-7, O 7-9; out: 2-4, 4-6, 6-7, 9-10.
    expect(t, 10,
           {{"compute", 1},
            {"ramp-up", 1},
            {"dram.in I", 1},
            {"dram.in O", 4},
            {"dram.out O", 2},
            {"drain", 1}});
  }
}

BOOST_AUTO_TEST_CASE(first_visits_may_read) {
  Triple t = product(2, 1, 2, {loop(Dim::M, 2), hold(1, kO)});
  t.accelerator.first_visit = FirstVisit::read;
  add_port(t.accelerator.levels[0], "bus", {1, 1}, {kReadO, kWriteO});
  // Read-backs 0-2 and 2-4, steps 2-3 and 4-5, drains 4-5 and 5-6.
  expect(t, 6, {{"compute", 1}, {"ramp-up", 2}, {"dram.bus O", 2}, {"drain", 1}});
}

BOOST_AUTO_TEST_CASE(outer_slots_are_released_by_the_last_child_fill) {
  Triple t = product(4, 2, 1,
                     {loop(Dim::M, 2), hold(1, kW), loop(Dim::M, 2), hold(2, kW), loop(Dim::C, 2)});
  auto& levels = t.accelerator.levels;
  levels.insert(levels.begin() + 2, storage("reg", 1));
  add_port(levels[0], "bus", {1, 1}, {kReadW});
  add_port(levels[1], "out", {2, 1}, {kReadW});
  for (Operand o : kAllOperands) levels[1].unlimited[o] = {true, o != Operand::W, true, true};
  // buf 0-4, 8-12; reg 4-5, 7-8, 12-13, 15-16; steps from 5, 8, 13, 16.
  expect(t, 18, {{"compute", 6}, {"ramp-up", 5}, {"dram.bus W", 4}, {"buf.out W", 3}});
  // With latency the slot is free before the child's tile is usable: buf 0-4, 13-17.
  levels[1].ports[0].latency_cycles = 5;
  expect(t, 36, {{"compute", 8}, {"ramp-up", 10}, {"buf.out W", 3}, {"latency", 15}});
}

BOOST_AUTO_TEST_CASE(remainder_tiles_take_what_they_hold) {
  Triple t = product(5, 1, 1, {loop(Dim::M, 3), hold(1, kW), loop(Dim::M, 2)});
  add_port(t.accelerator.levels[0], "bus", {1, 1}, {kReadW});
  expect(t, 10, {{"compute", 5}, {"ramp-up", 2}, {"dram.bus W", 3}});
}

BOOST_AUTO_TEST_CASE(forwarding_takes_a_hop_per_lane_but_the_first) {
  Triple t = with_array(product(4, 2, 1, {loop(Dim::C, 2), lanes(Dim::M, 4), hold(2, kI)}), 5,
                        Network::forward);
  t.accelerator.levels[1].hop_latency_cycles[Operand::I] = 2;
  add_port(t.accelerator.levels[0], "bus", {1, 1}, {kReadI});
  expect(t, 16, {{"compute", 2}, {"ramp-up", 7}, {"dram.bus I", 1}, {"latency", 6}});
}

BOOST_AUTO_TEST_CASE(the_fullest_instance_decides_and_lane_0_computes) {
  Triple t = with_array(product(1, 1, 1, {lanes(Dim::P, 2), hold(2, kI), loop(Dim::R, 2)}), 2,
                        Network::unicast);
  t.layer.kind = LayerKind::conv;
  t.layer.size[Dim::P] = t.layer.size[Dim::R] = t.layer.input_h = 2;
  t.layer.pad_top = 1;
  t.accelerator.levels.back().compute.per_new_input_cycles = 1;
  Triple parent = t;
  // Clipped, lane 0 receives one row and lane 1 two; lane 0 makes two multiply-accumulates.
  add_port(t.accelerator.levels[2], "in", {1, 1}, {{Operand::I, Transfer::fill}});
  expect(t, 5, {{"compute", 3}, {"ramp-up", 2}});
  add_port(parent.accelerator.levels[0], "out", {1, 1}, {kReadI});
  expect(parent, 6, {{"compute", 3}, {"ramp-up", 3}});
}

BOOST_AUTO_TEST_CASE(steps_cost_interval_overhead_sums_and_new_inputs) {
  Triple t = product(3, 4, 1, {loop(Dim::C, 2), hold(1, kI), loop(Dim::M, 3), loop(Dim::C, 2)});
  t.accelerator.levels.back().compute = {{3, 4}, 10, 2, 5, {}, 1, {}};
  // Each step: ceil(6 * 3/4) + 10 + 3 * 2 + 2 * 5.
  expect(t, 62, {{"compute", 62}});
}

// A prefetch that a second slot allows can delay a more urgent transfer on a shared port.
BOOST_AUTO_TEST_CASE(a_second_slot_can_make_it_later_on_a_shared_port) {
  Triple t = product(
      2, 4, 1,
      {loop(Dim::N, 2), hold(1, kI), hold(1, kO), loop(Dim::M, 2), hold(1, kW), loop(Dim::C, 4)});
  t.layer.size[Dim::N] = 2;
  t.accelerator.levels.back().compute.initiation_interval_cycles = {1, 4};
  add_port(t.accelerator.levels[0], "bus", {1, 1}, {kReadI, kReadW});
  add_port(t.accelerator.levels[0], "out", {1, 10}, {kWriteO});
  t.accelerator.levels[0].unlimited[Operand::O][static_cast<std::size_t>(Transfer::read)] = true;
  // bus: I 0-4, W 4-8, W 9-13, I 14-18, W 18-22, W 35-39; out: 14-34, 40-60.
  expect(t, 60,
         {{"compute", 4}, {"ramp-up", 8}, {"dram.bus W", 8}, {"dram.out O", 20}, {"drain", 20}},
         true);
  t.accelerator.levels[1].keeps[Operand::I].slots = 2;
  // The second I takes 8-12 and W must wait: W 12-16, 17-21, 38-42; out: 17-37, 43-63.
  BOOST_TEST(timed(t).finish == 63);
}

BOOST_AUTO_TEST_CASE(more_slots_never_make_it_later_on_ports_of_their_own) {
  for_random_triples(fault_of_more_slots);
}

BOOST_AUTO_TEST_CASE(causes_add_up_and_nothing_is_faster_than_its_parts) {
  for_random_triples(fault_of_one_timeline);
}

// The last fills of a clipped outer tile may move words that no tile inside reads, and go on after
// the layer has finished.
BOOST_AUTO_TEST_CASE(a_port_may_be_busy_for_longer_than_the_layer_takes) {
  for (const std::uint64_t seed : {1148171U, 1177007U}) {
    const Triple t = oracle::random_timed_triple(seed);
    const Timeline line = timed(t);
    const bool longer = std::any_of(line.busy.begin(), line.busy.end(),
                                    [&](const auto& port) { return port.second > line.finish; });
    BOOST_TEST(longer);
    BOOST_TEST(fault_of_one_timeline(t) == "");
  }
}

BOOST_AUTO_TEST_CASE(without_ports_only_steps_take_time) {
  for_random_triples(fault_without_ports);
}

BOOST_AUTO_TEST_CASE(more_bandwidth_never_makes_it_later) { for_random_triples(fault_of_faster); }

BOOST_AUTO_TEST_CASE(published_chips) {
  // The published cycle count of the trip model.
  BOOST_TEST(chip("fpga15", "conv5").finish == 172592);
  const Timeline conv4 = chip("eyeriss", "conv4");
  BOOST_TEST(conv4.step_time == 3264000);
  BOOST_TEST(conv4.finish == 3553256);
}

BOOST_AUTO_TEST_SUITE_END()
