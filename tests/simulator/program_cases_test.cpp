// SPDX-License-Identifier: Apache-2.0
// The simulator's program (simulator/program.h) on small cases worked out by hand.
#include <boost/test/unit_test.hpp>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "core/checked.h"
#include "simulator/program.h"
#include "tests/oracle/entries.h"

using namespace assay;
using simulator::FillOrder;
using simulator::Nest;
using simulator::Tile;
using simulator::TileStream;

namespace {

struct Case {
  Layer layer;
  Accelerator accelerator;
  Mapping mapping;
};

// Dimensions of the given sizes on dram (0) - buf (1) - array x (2) - reg (3) - mac.
Case by_hand(const std::vector<std::pair<Dim, std::int64_t>>& sizes, std::vector<Entry> nest) {
  Case t;
  t.layer.kind = LayerKind::conv;
  t.layer.size.fill(1);
  for (const auto& [d, size] : sizes) t.layer.size[d] = size;
  t.layer.input_h = t.layer.size[Dim::P] + t.layer.size[Dim::R] - 1;
  t.layer.input_w = t.layer.size[Dim::Q] + t.layer.size[Dim::S] - 1;
  t.accelerator.precision = {8, 8, 16, 8};
  t.accelerator.levels.resize(5);
  for (std::size_t l : {0U, 1U, 3U})
    for (Operand o : kAllOperands) t.accelerator.levels[l].keeps[o] = {true, 1, {}, 0};
  const char* names[] = {"dram", "buf", "x", "reg", "mac"};
  for (std::size_t l = 0; l < 5; ++l) t.accelerator.levels[l].name = names[l];
  Level& array = t.accelerator.levels[2];
  array.kind = LevelKind::array;
  array.axis = 'x';
  array.size = 16;
  array.network[Operand::I] = array.network[Operand::W] = Network::multicast;
  array.network[Operand::O] = Network::tree;
  t.accelerator.levels[4].kind = LevelKind::compute;
  t.mapping.nest = std::move(nest);
  return t;
}

// The streams of a case, with read-backs of all visits but the first.
struct Streams {
  explicit Streams(Case c)
      : t(std::move(c)), nest(simulator::read_nest(t.layer, t.accelerator, t.mapping)) {
    const Diagnostics why = check(t.layer, t.accelerator, t.mapping);
    BOOST_TEST(why.empty(), (why.empty() ? "" : to_string(why.front())));
    for (std::size_t h = 0; h < nest.holds.size(); ++h) {
      const int parent = nest.holds[h].parent;
      streams.push_back(std::make_unique<TileStream>(
          t.layer, t.accelerator, nest, static_cast<int>(h),
          parent < 0 ? nullptr : streams[static_cast<std::size_t>(parent)].get(),
          [this](const Tile& tile) {
            ++asked;
            return !tile.first_visit || t.accelerator.first_visit == FirstVisit::read;
          }));
    }
  }
  TileStream& operator[](std::size_t h) { return *streams[h]; }

  Case t;
  Nest nest;
  std::int64_t asked = 0;  // for read-backs
  std::vector<std::unique_ptr<TileStream>> streams;
};

using Numbers = std::vector<std::int64_t>;

// One number of every tile.
Numbers all(TileStream& stream, const std::function<std::int64_t(const Tile&)>& number) {
  Numbers numbers;
  for (std::int64_t j = 0; const Tile* tile = stream.find(j); ++j) numbers.push_back(number(*tile));
  return numbers;
}
Numbers last_steps(TileStream& stream) {
  return all(stream, [](const Tile& t) { return t.last_step; });
}
Numbers slides(TileStream& stream) {
  return all(stream, [](const Tile& t) { return t.slide ? 1 : 0; });
}
Numbers fills_before(TileStream& stream) {
  return all(stream, [](const Tile& t) { return t.fill_before; });
}
Numbers written_by(TileStream& stream) {
  return all(stream, [](const Tile& t) { return t.written_by; });
}
Numbers order_of(TileStream& stream) {
  Numbers numbers;
  FillOrder fills(stream);
  for (; const Tile* tile = fills.front(); fills.pop()) numbers.push_back(tile->number);
  return numbers;
}

void expect(const Numbers& got, const Numbers& expected) {
  BOOST_TEST(got == expected, boost::test_tools::per_element());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(program_by_hand)

BOOST_AUTO_TEST_CASE(the_last_visit_has_the_remainder) {
  Streams s(by_hand({{Dim::M, 5}}, {loop(Dim::M, 3), hold(1, kW), loop(Dim::M, 2), hold(3, kW)}));
  expect(last_steps(s[0]), {1, 3, 4});
  expect(last_steps(s[1]), {0, 1, 2, 3, 4});
  expect(all(s[1], [](const Tile& t) { return t.parent; }), {0, 0, 1, 1, 2});
  expect(all(s[1], [](const Tile& t) { return t.start[Dim::M]; }), {0, 1, 2, 3, 4});
  BOOST_TEST(count_steps(s.t.layer, s.nest) == 5);
}

BOOST_AUTO_TEST_CASE(lane_0_decides_how_often_a_loop_inside_its_lanes_runs) {
  for (const std::int64_t m : {5, 6, 7, 8}) {
    Streams s(by_hand({{Dim::M, m}}, {loop(Dim::M, 2), hold(1, kW), lanes(Dim::M, 2),
                                      loop(Dim::M, 2), hold(3, kW)}));
    // From 6 on, lane 0 is full in the second round too.
    expect(last_steps(s[0]), {1, m == 5 ? 2 : 3});
    BOOST_TEST(count_tiles(s.t.layer, s.nest, 1) == (m == 5 ? 3 : 4));
  }
}

BOOST_AUTO_TEST_CASE(a_loop_that_makes_one_iteration_parts_no_visits) {
  Streams s(by_hand({{Dim::P, 3}, {Dim::C, 2}},
                    {loop(Dim::P, 2), loop(Dim::C, 2), loop(Dim::P, 2), hold(1, kO)}));
  // P starts at 0, 1; 0, 1; then at 2 for both channels.
  expect(last_steps(s[0]), {0, 1, 2, 3, 5});
  expect(written_by(s[0]), {-1, -1, 0, 1, -1});
  expect(all(s[0], [](const Tile& t) { return t.first_visit ? 1 : 0; }), {1, 1, 0, 0, 1});
  expect(all(s[0], [](const Tile& t) { return t.final_visit ? 1 : 0; }), {0, 0, 1, 1, 1});
  BOOST_TEST(count_tiles(s.t.layer, s.nest, 0) == 5);
}

BOOST_AUTO_TEST_CASE(loops_that_do_not_index_the_operand_part_no_visits) {
  Streams s(by_hand({{Dim::M, 2}, {Dim::C, 3}},
                    {loop(Dim::C, 3), loop(Dim::M, 2), hold(1, kI), hold(3, kI | kO)}));
  expect(last_steps(s[0]), {1, 3, 5});
  expect(written_by(s[2]), {-1, -1, 0, 1, 2, 3});
  Streams one(by_hand({{Dim::M, 4}}, {loop(Dim::M, 4), hold(1, kI)}));
  expect(last_steps(one[0]), {3});
}

BOOST_AUTO_TEST_CASE(a_tile_slides_when_its_innermost_loop_goes_up_by_one) {
  const auto p = [](std::vector<Entry> outside) {
    outside.push_back(hold(1, kI));
    outside.push_back(loop(Dim::R, 3));
    return by_hand({{Dim::P, 4}, {Dim::R, 3}, {Dim::M, 2}}, std::move(outside));
  };
  Case nested = p({loop(Dim::M, 2), loop(Dim::P, 2), loop(Dim::P, 2)});
  expect(slides(Streams(nested)[0]), {0, 1, 0, 1, 0, 1, 0, 1});
  nested.accelerator.halo = Halo::reload;
  expect(slides(Streams(nested)[0]), {0, 0, 0, 0, 0, 0, 0, 0});
  expect(slides(Streams(p({loop(Dim::P, 4), loop(Dim::M, 2)}))[0]), {0, 1, 1, 1});
}

BOOST_AUTO_TEST_CASE(the_innermost_loop_of_the_nest_decides_even_where_it_runs_once) {
  Streams s(by_hand({{Dim::C, 3}, {Dim::Q, 2}},
                    {loop(Dim::C, 2), loop(Dim::Q, 2), loop(Dim::C, 2), hold(1, kI)}));
  expect(slides(s[0]), {0, 1, 0, 1, 0, 0});
}

// Rows 0 and 1 of the first filter twice, then of the second.
Case revisited_rows(int slots) {
  Case c = by_hand({{Dim::M, 2}, {Dim::C, 2}, {Dim::P, 2}},
                   {loop(Dim::M, 2), loop(Dim::C, 2), loop(Dim::P, 2), hold(1, kO)});
  c.accelerator.levels[1].keeps[Operand::O].slots = slots;
  c.accelerator.first_visit = FirstVisit::read;
  return c;
}

BOOST_AUTO_TEST_CASE(a_fill_stands_where_its_slot_is_free_and_its_sums_are_written) {
  expect(fills_before(Streams(revisited_rows(1))[0]), {0, 1, 2, 3, 4, 5, 6, 7});
  expect(fills_before(Streams(revisited_rows(3))[0]), {0, 0, 1, 2, 2, 3, 5, 6});
  expect(written_by(Streams(revisited_rows(1))[0]), {-1, -1, 0, 1, -1, -1, 4, 5});
}

BOOST_AUTO_TEST_CASE(read_backs_overtake_those_that_wait_for_a_drain) {
  Case five = revisited_rows(5);
  expect(fills_before(Streams(five)[0]), {0, 0, 1, 2, 0, 1, 5, 6});
  expect(order_of(Streams(five)[0]), {0, 1, 4, 2, 5, 3, 6, 7});
  expect(order_of(Streams(revisited_rows(8))[0]), {0, 1, 4, 5, 2, 3, 6, 7});
  // On the drain there are two entries whatever the hold has.
  five.accelerator.accumulate = Accumulate::on_drain;
  expect(fills_before(Streams(five)[0]), {0, 0, 1, 2, 3, 4, 5, 6});
  expect(order_of(Streams(five)[0]), {0, 1, 2, 3, 4, 5, 6, 7});
}

BOOST_AUTO_TEST_CASE(only_visits_with_a_read_back_are_filled) {
  Case c = revisited_rows(5);
  c.accelerator.first_visit = FirstVisit::zero;
  Streams s(c);
  expect(order_of(s[0]), {2, 3, 6, 7});
  expect(all(s[0], [](const Tile& t) { return t.read_backs; }), {0, 0, 0, 1, 2, 2, 2, 3});
}

BOOST_AUTO_TEST_CASE(a_fill_waits_for_that_of_the_outer_tile) {
  Case c = by_hand({{Dim::M, 2}, {Dim::C, 2}, {Dim::P, 2}},
                   {loop(Dim::C, 2), loop(Dim::M, 2), hold(1, kO), loop(Dim::P, 2), hold(3, kO)});
  c.accelerator.levels[1].keeps[Operand::O].slots = 2;
  c.accelerator.levels[3].keeps[Operand::O].slots = 4;
  Streams preload(c);
  expect(fills_before(preload[0]), {0, 0, 2, 4});
  // Outer tiles 0 and 1 have no fill: from their first steps, 0 and 2.
  expect(fills_before(preload[1]), {0, 0, 2, 2, 2, 2, 4, 4});
  c.accelerator.accumulate = Accumulate::on_drain;
  Streams on_drain(c);
  expect(fills_before(on_drain[0]), {0, 0, 2, 4});
  expect(fills_before(on_drain[1]), {0, 0, 2, 2, 4, 4, 6, 6});
}

BOOST_AUTO_TEST_CASE(keys_put_drains_first_and_read_backs_by_the_step_that_needs_them) {
  Case c = by_hand({{Dim::C, 2}, {Dim::M, 2}, {Dim::P, 2}},
                   {loop(Dim::C, 2), loop(Dim::M, 2), hold(1, kO | kW), loop(Dim::P, 2)});
  Streams preload(c);
  const Tile& second_round = *preload[1].find(2);
  const simulator::OrderKey read_back = preload[1].fill_key(second_round);
  BOOST_TEST((preload[1].drain_key(*preload[1].find(1)) < read_back));
  BOOST_TEST((preload[0].fill_key(*preload[0].find(2)) < read_back));  // W before O
  BOOST_TEST(read_back.needed == 2);
  c.accelerator.accumulate = Accumulate::on_drain;
  Streams on_drain(c);
  BOOST_TEST(on_drain[1].fill_key(*on_drain[1].find(2)).needed == 3);
}

BOOST_AUTO_TEST_CASE(forgotten_tiles_are_gone_but_for_inner_holds) {
  Streams s(by_hand({{Dim::M, 8}}, {loop(Dim::M, 4), hold(1, kW), loop(Dim::M, 2), hold(3, kW)}));
  const Tile* third = s[0].find(2);
  s[0].forget_before(2);
  BOOST_CHECK_THROW(s[0].find(1), std::logic_error);
  BOOST_TEST(s[0].find(2) == third);
  expect(all(s[1], [](const Tile& t) { return t.parent; }), {0, 0, 1, 1, 2, 2, 3, 3});
  BOOST_TEST(s[0].find(2) == third);
  BOOST_TEST(s[0].find(4) == nullptr);
}

// A layer without read-backs is not generated to its end to learn that there is none.
BOOST_AUTO_TEST_CASE(a_bounded_question_looks_only_a_few_tiles_ahead) {
  Streams s(by_hand({{Dim::M, 100000}}, {loop(Dim::M, 100000), hold(1, kO)}));
  FillOrder fills(s[0]);
  for (std::int64_t step = 0; step < 10; ++step) BOOST_TEST(fills.front(step) == nullptr);
  BOOST_TEST(s.asked <= 12);
}

BOOST_AUTO_TEST_CASE(steps_and_tiles_are_counted_without_walking) {
  const Case c = by_hand(
      {{Dim::M, 1'000'001}, {Dim::P, 1'000'000}},
      {loop(Dim::M, 500'001), loop(Dim::P, 1'000'000), loop(Dim::M, 2), hold(1, kW), hold(1, kO)});
  const Nest nest = simulator::read_nest(c.layer, c.accelerator, c.mapping);
  BOOST_TEST(count_steps(c.layer, nest) == 1'000'001'000'000);
  BOOST_TEST(count_tiles(c.layer, nest, 1) == 1'000'001'000'000);
  // The weights of the last, single filter stay for all rows.
  BOOST_TEST(count_tiles(c.layer, nest, 0) == 1'000'000'000'001);
  const Case huge = by_hand(
      {{Dim::M, 10'000'000}, {Dim::P, 10'000'000}, {Dim::N, 10'000'000}},
      {loop(Dim::M, 10'000'000), loop(Dim::P, 10'000'000), loop(Dim::N, 10'000'000), hold(1, kO)});
  const Nest too_many = simulator::read_nest(huge.layer, huge.accelerator, huge.mapping);
  BOOST_CHECK_THROW(count_steps(huge.layer, too_many), OverflowError);
}

BOOST_AUTO_TEST_CASE(without_holds_there_is_one_step) {
  const Case c = by_hand({{Dim::M, 8}}, {loop(Dim::M, 8)});
  BOOST_TEST(count_steps(c.layer, simulator::read_nest(c.layer, c.accelerator, c.mapping)) == 1);
}

BOOST_AUTO_TEST_SUITE_END()
