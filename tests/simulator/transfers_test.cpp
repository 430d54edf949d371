// SPDX-License-Identifier: Apache-2.0
// What transfers move, in numbers: against the brute-force plan of events and walk of counts.
// ASSAY_TRANSFER_TRIPLES=n and ASSAY_SEED=s in the environment choose another campaign (default
// 2,000 from seed 1).
#include "simulator/transfers.h"

#include <map>
#include <sstream>

#include "core/record.h"
#include "tests/oracle/event_plan.h"
#include "tests/oracle/walk.h"
#include "tests/simulator/transfers_fixture.h"

using namespace assay;
using oracle::Triple;
using simulator::AddressList;
using simulator::Tile;
using simulator::Transfers;
using test::Walked;

namespace {

using Counts = std::map<CountKey, std::int64_t>;

// ---- Loads ----------------------------------------------------------------------------------

bool same(const oracle::Load& load, const simulator::Transfer& transfer) {
  return load.parent_bits == transfer.parent_bits && load.child_bits == transfer.child_bits &&
         load.exists() == transfer.exists();
}

std::string fault_of_loads(const Triple& t, bool tables) {
  const Walked walked(t);
  const oracle::Plan plan = oracle::make_plan(t.layer, t.accelerator, t.mapping);
  Transfers transfers(t.layer, t.accelerator, walked.simulated, tables);
  std::ostringstream fault;
  for (std::size_t h = 0; h < plan.holds.size(); ++h) {
    const int hold = static_cast<int>(h);
    const oracle::HoldTiles& expected = plan.holds[h];
    if (expected.tiles.size() != walked.tiles[h].size()) return "another number of tiles";
    if (expected.fill_hops != transfers.fill_hops(hold) ||
        expected.drain_hops != transfers.drain_hops(hold))
      fault << "hops of hold " << h << '\n';
    for (std::size_t j = 0; j < expected.tiles.size(); ++j) {
      const Tile& tile = walked.tiles[h][j];
      const oracle::Tile& wanted = expected.tiles[j];
      const bool output = expected.operand == Operand::O;
      const simulator::Transfer& in =
          output ? transfers.read_back(hold, tile) : transfers.fill(hold, tile);
      if (!same(wanted.fill, in))
        fault << "hold " << h << " tile " << j << ": fill of " << in.parent_bits << '/'
              << in.child_bits << " bits for " << wanted.fill.parent_bits << '/'
              << wanted.fill.child_bits << '\n';
      if (!output && in.lane0_words != wanted.new_inputs) fault << "words of lane 0\n";
      if (output && !same(wanted.drain, transfers.drain(hold, tile)))
        fault << "hold " << h << " tile " << j << ": drain\n";
    }
  }
  return fault.str();
}

// ---- Counts ---------------------------------------------------------------------------------

void count_fill(const Walked& walked, std::size_t h, const simulator::Transfer& fill,
                Counts& counts) {
  const oracle::HoldContext& c = *walked.contexts[h];
  const std::string operand(name(c.hold.operand));
  counts[{c.level_name, operand, "fill"}] += fill.lane_words;
  counts[{c.parent_name, operand, "read"}] += fill.parent_words;
  for (const simulator::Crossing& x : fill.crossings)
    if (x.network == Network::forward)
      counts[{walked.accelerator().levels[static_cast<std::size_t>(x.level)].name, operand,
              "hop"}] += x.inside_words - x.outside_words;
}

void count_output(const Walked& walked, std::size_t h, const Tile& tile, Transfers& transfers,
                  Counts& counts) {
  const oracle::HoldContext& c = *walked.contexts[h];
  const simulator::Transfer& drain = transfers.drain(static_cast<int>(h), tile);
  const simulator::Transfer& back = transfers.read_back(static_cast<int>(h), tile);
  const std::int64_t outputs = tile.final_visit ? drain.distinct_words : 0;
  counts[{c.parent_name, "O", "write"}] += outputs;
  counts[{c.parent_name, "P", "write"}] += drain.parent_words - outputs;
  counts[{c.level_name, tile.final_visit ? "O" : "P", "drain"}] += drain.lane_words;
  for (const simulator::Crossing& x : drain.crossings) {
    if (x.network != Network::tree && x.network != Network::chain) continue;
    const std::string array = walked.accelerator().levels[static_cast<std::size_t>(x.level)].name;
    counts[{array, "P", "add"}] += x.inside_words - x.outside_words;
    if (x.network == Network::chain)
      counts[{array, "P", "hop"}] += x.inside_words - x.outside_words;
  }
  counts[{c.parent_name, "P", "read"}] += back.parent_words;
  if (walked.accelerator().accumulate == Accumulate::preload)
    counts[{c.level_name, "P", "fill"}] += back.lane_words;
  else
    counts[{c.level_name, "P", "join"}] += back.parent_words;
}

Counts count_transfers(const Walked& walked, bool tables) {
  Transfers transfers(walked.layer(), walked.accelerator(), walked.simulated, tables);
  Counts counts;
  for (std::size_t h = 0; h < walked.tiles.size(); ++h)
    for (const Tile& tile : walked.tiles[h]) {
      if (walked.nest.holds[h].operand == Operand::O)
        count_output(walked, h, tile, transfers, counts);
      else
        count_fill(walked, h, transfers.fill(static_cast<int>(h), tile), counts);
    }
  return counts;
}

// The walk's counts of transfers alone.
Counts walk_transfers(Triple t, const oracle::Nest& nest) {
  Compute& compute = t.accelerator.levels.back().compute;
  compute.reads_per_mac.fill(0);
  compute.psum_writes_per_mac = 0;
  Counts counts = oracle::walk(t.layer, t.accelerator, t.mapping);
  for (std::size_t l = 0; l < t.accelerator.levels.size(); ++l) {
    const std::string& level = t.accelerator.levels[l].name;
    counts.erase({level, "-", "mac"});
    // Inside the partial sums, the networks add what the lanes multiply.
    if (static_cast<int>(l) > nest.innermost[Operand::O])
      for (const char* action : {"add", "hop"}) counts.erase({level, "P", action});
  }
  return counts;
}

std::string fault_of_counts(const Triple& t, bool tables) {
  const Walked walked(t);
  std::map<CountKey, std::pair<std::int64_t, std::int64_t>> both;
  for (const auto& [key, n] : count_transfers(walked, tables)) both[key].first = n;
  for (const auto& [key, n] : walk_transfers(t, walked.nest)) both[key].second = n;
  std::ostringstream fault;
  for (const auto& [key, n] : both)
    if (n.first != n.second)
      fault << key.component << ' ' << key.operand << ' ' << key.action << ": " << n.first
            << ", walk " << n.second << '\n';
  return fault.str();
}

// ---- Large layers ---------------------------------------------------------------------------

// dram - buf - x - y - reg - mac, everything kept everywhere.
Accelerator grid(Network x, Network y) {
  Accelerator accelerator;
  accelerator.precision = {8, 8, 32, 8};
  accelerator.levels.resize(6);
  const char* names[] = {"dram", "buf", "x", "y", "reg", "mac"};
  for (std::size_t l = 0; l < 6; ++l) {
    accelerator.levels[l].name = names[l];
    for (Operand o : kAllOperands) accelerator.levels[l].keeps[o].kept = true;
  }
  for (std::size_t l : {2U, 3U}) {
    accelerator.levels[l].kind = LevelKind::array;
    accelerator.levels[l].axis = l == 2 ? 'x' : 'y';
    accelerator.levels[l].size = 256;
    accelerator.levels[l].network.fill(l == 2 ? x : y);
  }
  accelerator.levels[5].kind = LevelKind::compute;
  return accelerator;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(transfers)

BOOST_AUTO_TEST_CASE(an_address_list_keeps_order_and_joins_neighbours) {
  AddressList list;
  list.append(7);
  list.append(8, 3);
  list.append(2, 2);
  list.append(30, 0);
  list.append(4);
  BOOST_TEST(list.size() == 7);
  BOOST_TEST(list.runs() == 2);
  std::vector<std::int64_t> found;
  list.for_each([&](std::int64_t k, std::int64_t address) {
    BOOST_TEST(k == static_cast<std::int64_t>(found.size()));
    found.push_back(address);
  });
  BOOST_TEST(found == (std::vector<std::int64_t>{7, 8, 9, 10, 2, 3, 4}),
             boost::test_tools::per_element());
  AddressList empty;
  BOOST_TEST(empty.empty());
  BOOST_TEST(!list.empty());
}

BOOST_AUTO_TEST_CASE(an_address_list_splits_runs_beyond_32_bits) {
  AddressList list;
  list.append(5, std::int64_t{5} << 30);
  list.append(5 + (std::int64_t{5} << 30));
  BOOST_TEST(list.size() == (std::int64_t{5} << 30) + 1);
  BOOST_TEST(list.runs() == 3);
}

BOOST_AUTO_TEST_CASE(an_address_list_refuses_a_negative_length) {
  AddressList list;
  BOOST_CHECK_THROW(list.append(0, -1), std::logic_error);
}

BOOST_AUTO_TEST_CASE(gather_scatter_and_fill_meet_the_same_words) {
  std::vector<std::int32_t> memory(64);
  for (std::size_t i = 0; i < memory.size(); ++i) memory[i] = static_cast<std::int32_t>(i);
  AddressList list;
  list.append(40, 20);
  list.append(3);
  std::vector<std::int32_t> words(21);
  list.gather(memory.data(), words.data());
  BOOST_TEST(words[0] == 40);
  BOOST_TEST(words[19] == 59);
  BOOST_TEST(words[20] == 3);
  list.fill(memory.data(), -1);
  BOOST_TEST(memory[39] == 39);
  BOOST_TEST(memory[59] == -1);
  BOOST_TEST(memory[3] == -1);
  BOOST_TEST(memory[4] == 4);
  list.scatter(words.data(), memory.data());
  for (std::size_t i = 0; i < memory.size(); ++i)
    BOOST_TEST(memory[i] == static_cast<std::int32_t>(i));
}

BOOST_AUTO_TEST_CASE(copying_moves_overlapping_words_downwards_in_place) {
  for (const std::int64_t length : {std::int64_t{3}, std::int64_t{30}}) {  // loop and memmove
    std::vector<std::int32_t> memory(80);
    for (std::size_t i = 0; i < memory.size(); ++i) memory[i] = static_cast<std::int32_t>(i);
    AddressList from, to;  // runs of different lengths
    from.append(2, length);
    from.append(40, length);
    to.append(0, 1);
    to.append(1, 2 * length - 1);
    to.copy_from(from, memory.data(), memory.data());
    for (std::int64_t i = 0; i < 2 * length; ++i)
      BOOST_TEST(memory[static_cast<std::size_t>(i)] == (i < length ? 2 + i : 40 + i - length));
    AddressList shorter;
    shorter.append(0);
    BOOST_CHECK_THROW(shorter.copy_from(from, memory.data(), memory.data()), std::logic_error);
  }
}

BOOST_AUTO_TEST_CASE(loads_equal_the_plan_of_events) {
  test::for_random_triples([](const Triple& t) { return fault_of_loads(t, false); });
}

BOOST_AUTO_TEST_CASE(loads_with_tables_equal_the_plan_of_events) {
  test::for_random_triples([](const Triple& t) { return fault_of_loads(t, true); });
}

BOOST_AUTO_TEST_CASE(sums_over_tiles_equal_the_walk_of_counts) {
  test::for_random_triples([](const Triple& t) { return fault_of_counts(t, false); });
}

BOOST_AUTO_TEST_CASE(sums_with_tables_equal_the_walk_of_counts) {
  test::for_random_triples([](const Triple& t) { return fault_of_counts(t, true); });
}

// Two instances of the parent have the same element, each with two words of it.
BOOST_AUTO_TEST_CASE(every_parent_instance_has_a_first_word_of_its_own) {
  const Triple t = test::sums_of_two_arrays();
  const Diagnostics why = check(t.layer, t.accelerator, t.mapping);
  BOOST_TEST(why.empty(), (why.empty() ? "" : to_string(why.front())));
  BOOST_TEST(fault_of_loads(t, true) == "");
  BOOST_TEST(fault_of_counts(t, true) == "");
  const Walked walked(t);
  Transfers transfers(t.layer, t.accelerator, walked.simulated, true);
  const simulator::Transfer& drain = transfers.drain(1, walked.tiles[1].back());
  BOOST_TEST(drain.parent_words == 4);
  BOOST_TEST(drain.distinct_words == 2);
  BOOST_TEST(drain.first_of_element == (std::vector<bool>{true, false, true, false}),
             boost::test_tools::per_element());
  // One output and one partial sum each.
  BOOST_TEST(drain.parent_bits == 8 + 32);
  const simulator::Transfer& back = transfers.read_back(1, walked.tiles[1].front());
  BOOST_TEST(back.parent_words == 2);
  BOOST_TEST(back.distinct_words == 2);
  BOOST_TEST(back.parent_bits == 32);
}

BOOST_AUTO_TEST_CASE(a_feature_map_takes_rows_not_words) {
  Layer layer;
  layer.size.fill(1);
  layer.size[Dim::C] = 64;
  layer.size[Dim::P] = layer.size[Dim::Q] = layer.input_h = layer.input_w = 224;
  layer.size[Dim::R] = layer.size[Dim::S] = 3;
  layer.pad_top = layer.pad_bottom = layer.pad_left = layer.pad_right = 1;
  const Accelerator accelerator = grid(Network::multicast, Network::multicast);
  Mapping mapping;
  mapping.nest = {hold(1, 1)};
  for (Dim d : {Dim::C, Dim::P, Dim::Q, Dim::R, Dim::S})
    mapping.nest.push_back(loop(d, layer.size[d]));
  const simulator::Nest nest = simulator::read_nest(layer, accelerator, mapping);
  Transfers transfers(layer, accelerator, nest, true);
  const simulator::Transfer& fill = transfers.fill(0, Tile{});
  BOOST_TEST(fill.parent_words == 64 * 224 * 224);
  BOOST_TEST(fill.parent.runs() == 64 * 224);
  BOOST_TEST(fill.child.runs() == 64 * 224);
  BOOST_TEST(fill.padding.size() == 64 * (226 * 226 - 224 * 224));
}

// 256 x 256 lanes of 3 words: columns share inputs, rows share sums.
BOOST_AUTO_TEST_CASE(a_grid_of_65536_lanes) {
  Layer layer;
  layer.size.fill(1);
  layer.size[Dim::M] = layer.size[Dim::C] = 256;
  layer.size[Dim::N] = 3000;
  Accelerator accelerator = grid(Network::multicast, Network::unicast);
  accelerator.levels[2].network[Operand::O] = Network::none;
  accelerator.levels[3].network[Operand::O] = Network::tree;
  Mapping mapping;
  mapping.nest = {loop(Dim::N, 1000), lanes(Dim::M, 256, 'x'), lanes(Dim::C, 256, 'y'), hold(4, 1),
                  hold(4, 4),         loop(Dim::N, 3)};
  const simulator::Nest nest = simulator::read_nest(layer, accelerator, mapping);
  for (const bool tables : {false, true}) {
    Transfers transfers(layer, accelerator, nest, tables);
    Tile tile;
    for (std::int64_t i = 0; i < 1000; ++i) {
      tile.start[Dim::N] = 3 * i;
      tile.first_visit = tile.final_visit = true;
      const simulator::Transfer& fill = transfers.fill(0, tile);
      const simulator::Transfer& drain = transfers.drain(1, tile);
      if (i != 0 && i != 999) continue;
      BOOST_TEST(fill.lane_words == 3 * 65536);
      BOOST_TEST(fill.parent_words == 3 * 256);
      BOOST_TEST(drain.lane_words == 3 * 65536);
      BOOST_TEST(drain.parent_words == 3 * 256);
      BOOST_TEST(drain.parent_bits == 3 * 256 * 8);
      BOOST_TEST(!transfers.reads_back(1, tile));
    }
    BOOST_TEST(transfers.built() == 3);
  }
}

BOOST_AUTO_TEST_SUITE_END()
