// SPDX-License-Identifier: Apache-2.0
// First visits in the predictor's exact mode. Where lanes of a reduction are summed at the parent
// (`none`), a first visit reads back all words but the first of every element, every other visit
// all: the same events with other durations, which nothing but the rule on first visits tells
// apart.
#include <boost/test/unit_test.hpp>

#include "analytical/exact.h"
#include "core/mapping.h"
#include "tests/oracle/entries.h"
#include "tests/oracle/events.h"
#include "tests/oracle/random_triple.h"

using namespace assay;
using analytical::ExactLatency;
using oracle::Timeline;
using oracle::Triple;

namespace {

// A product on dram - two lanes - registers; every element is visited `rounds` times.
Triple summed_at_the_parent(std::int64_t rounds, std::int64_t tiles, Accumulate accumulate,
                            Rational bandwidth) {
  Triple t;
  t.layer.kind = LayerKind::fc;
  t.layer.size.fill(1);
  t.layer.size[Dim::M] = tiles;
  t.layer.size[Dim::C] = 2 * rounds;
  t.accelerator.precision = {1, 1, 2, 1};
  t.accelerator.accumulate = accumulate;
  Level dram, array, reg, mac;
  dram.name = "dram";
  array.name = "lanes";
  array.kind = LevelKind::array;
  array.size = 2;
  array.network[Operand::I] = array.network[Operand::W] = Network::unicast;
  array.network[Operand::O] = Network::none;
  reg.name = "reg";
  for (Operand o : kAllOperands) dram.keeps[o] = reg.keeps[o] = {true, 1, {}, 0};
  Port bus{"bus", bandwidth, 0, {}};
  bus.serves[Operand::O][static_cast<std::size_t>(Transfer::read)] = true;
  bus.serves[Operand::O][static_cast<std::size_t>(Transfer::write)] = true;
  dram.ports = {bus};
  mac.kind = LevelKind::compute;
  mac.name = "mac";
  t.accelerator.levels = {dram, array, reg, mac};
  t.mapping.nest = {loop(Dim::C, rounds), loop(Dim::M, tiles), lanes(Dim::C, 2), hold(2, kO)};
  return t;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(exact_first_visit)

BOOST_AUTO_TEST_CASE(first_visits_are_told_from_others_where_only_the_words_differ) {
  for (const Accumulate accumulate : {Accumulate::preload, Accumulate::on_drain})
    for (const Rational bandwidth : {Rational{1, 1}, Rational{2, 1}, Rational{1, 3}})
      for (std::int64_t tiles = 2; tiles <= 8; ++tiles)
        for (std::int64_t rounds = 2; rounds <= 14; ++rounds) {
          const Triple t = summed_at_the_parent(rounds, tiles, accumulate, bandwidth);
          const Diagnostics why = check(t.layer, t.accelerator, t.mapping);
          BOOST_REQUIRE_MESSAGE(why.empty(), (why.empty() ? "" : to_string(why.front())));
          const Timeline events = oracle::evaluate(t.layer, t.accelerator, t.mapping, true);
          const analytical::Nest nest = analytical::compile(t.layer, t.accelerator, t.mapping);
          const ExactLatency exact = exact_latency(t.layer, t.accelerator, nest, true);
          const bool equal = exact.finish == events.finish && exact.busy == events.busy &&
                             exact.by_cause == events.by_cause;
          BOOST_TEST(equal, rounds << " rounds of " << tiles << " tiles: exact " << exact.finish
                                   << ", events " << events.finish);
          BOOST_TEST(!exact.walked);
        }
}

BOOST_AUTO_TEST_SUITE_END()
