// SPDX-License-Identifier: Apache-2.0
// The predictor's exact mode against the event-by-event evaluation, on random legal triples:
// finish, causes, busy times, steps and transfers, processing and total latency, step by step and
// with repetitions recognised. In the environment, ASSAY_SEED=s and the variables at each case
// choose another campaign.
#include "analytical/exact.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <random>
#include <sstream>

#include "core/mapping.h"
#include "tests/campaign.h"
#include "tests/oracle/entries.h"
#include "tests/oracle/events.h"
#include "tests/oracle/random_triple.h"
#include "tests/oracle/stretch.h"

using namespace assay;
using analytical::ExactLatency;
using analytical::ExactMode;
using oracle::Timeline;
using oracle::Triple;

namespace {

using Figures = std::map<std::string, std::int64_t>;

void compare(const Figures& exact, const Figures& events, std::ostream& text) {
  std::map<std::string, std::pair<std::int64_t, std::int64_t>> both;
  for (const auto& [name, n] : exact) both[name].first = n;
  for (const auto& [name, n] : events) both[name].second = n;
  for (const auto& [name, n] : both)
    if (n.first != n.second)
      text << "    " << name << ": exact " << n.first << ", events " << n.second << '\n';
}

template <class Result>
Figures figures(const Result& r) {
  return {{"finish", r.finish},
          {"steps", r.steps},
          {"transfers", r.transfers},
          {"step time", r.step_time}};
}

std::string difference(const ExactLatency& exact, const Timeline& events) {
  std::ostringstream text;
  compare(figures(exact), figures(events), text);
  compare(exact.by_cause, events.by_cause, text);
  compare(exact.busy, events.busy, text);
  return text.str();
}

ExactLatency exact_of(const Triple& t, bool off_chip, ExactMode mode = ExactMode::compressed) {
  const analytical::Nest nest = analytical::compile(t.layer, t.accelerator, t.mapping);
  return analytical::exact_latency(t.layer, t.accelerator, nest, off_chip, mode);
}

// How often repetitions could not be decided, over a campaign.
struct Effort {
  std::uint64_t evaluations = 0, retried = 0, walked = 0;
  std::int64_t steps = 0, evaluated = 0;

  void note(const ExactLatency& e) {
    ++evaluations;
    retried += e.retries > 0 ? 1 : 0;
    walked += e.walked ? 1 : 0;
    steps += e.steps;
    evaluated += e.evaluated;
  }
  std::string text() const {
    std::ostringstream out;
    out << evaluated << " of " << steps << " steps were gone through; of " << evaluations
        << " evaluations " << retried << " took more of the past, " << walked
        << " fell back to the walk";
    return out.str();
  }
};

std::string fault_of(const Triple& t, Effort& effort) {
  std::ostringstream text;
  for (const bool off_chip : {false, true}) {
    const Timeline events = oracle::evaluate(t.layer, t.accelerator, t.mapping, off_chip);
    for (const ExactMode mode : {ExactMode::walk, ExactMode::compressed}) {
      std::string found;
      try {
        const ExactLatency exact = exact_of(t, off_chip, mode);
        found = difference(exact, events);
        if (mode == ExactMode::compressed) effort.note(exact);
      } catch (const std::exception& e) {
        found = std::string("    stopped: ") + e.what() + '\n';
      }
      if (!found.empty())
        text << "  " << (off_chip ? "total, " : "processing, ")
             << (mode == ExactMode::walk ? "walk\n" : "compressed\n") << found;
    }
  }
  return text.str();
}

void expect_events(const std::function<Triple(std::uint64_t)>& draw, std::uint64_t n) {
  Effort effort;
  for_random_triples(draw, n, [&](const Triple& t) { return fault_of(t, effort); });
  BOOST_TEST_MESSAGE(effort.text());
}

// Everything that makes the past long: up to 20 slots, latencies of many steps, ports that are
// nearly balanced.
Triple busy_triple(std::uint64_t seed) {
  Triple t = oracle::random_timed_triple(seed);
  std::mt19937_64 bits(seed);
  const auto below = [&](std::int64_t n) {
    return static_cast<std::int64_t>((bits() >> 11U) % static_cast<std::uint64_t>(n));
  };
  for (Level& level : t.accelerator.levels) {
    for (Operand o : kAllOperands)
      if (level.keeps[o].slots > 0) level.keeps[o].slots = static_cast<int>(1 + below(20));
    if (below(2) == 0) continue;
    for (Port& port : level.ports) {
      port.latency_cycles = below(3) == 0 ? below(200) : below(4);
      port.bandwidth_bits_per_cycle.num = 1 + below(40);
      port.bandwidth_bits_per_cycle.den = 1 + below(7);
    }
  }
  return t;
}

// A product whose ports drift apart: while one operand is waited for, others are filled ahead as
// far as slots go, and this lead is used up over many steps, or grows until slots end it. Which of
// them decides changes in the middle of a run, once at a tie, and the run may end at any place.
Triple drifting_triple(std::uint64_t seed) {
  std::mt19937_64 bits(seed);
  const auto between = [&](std::int64_t low, std::int64_t high) {
    return low +
           static_cast<std::int64_t>((bits() >> 11U) % static_cast<std::uint64_t>(high - low + 1));
  };
  Triple t;
  t.layer.kind = LayerKind::fc;
  t.layer.size.fill(1);
  t.layer.size[Dim::M] = between(1, 6);
  t.layer.size[Dim::N] = between(0, 1) == 0 ? between(3, 12) : between(20, 80);
  t.layer.size[Dim::C] = between(0, 1) == 0 ? between(2, 8) : between(9, 40);
  t.accelerator.accumulate = between(0, 1) == 0 ? Accumulate::preload : Accumulate::on_drain;
  t.accelerator.first_visit = between(0, 2) == 0 ? FirstVisit::read : FirstVisit::zero;
  t.accelerator.precision = {static_cast<int>(between(1, 8)), static_cast<int>(between(1, 32)), 4,
                             2};
  Level dram, buf, mac;
  dram.name = "dram";
  buf.name = "buf";
  mac.name = "mac";
  mac.kind = LevelKind::compute;
  mac.compute.step_overhead_cycles = between(0, 12);
  for (Operand o : kAllOperands) {
    dram.keeps[o] = {true, 1, {}, 0};
    const std::int64_t most = between(0, 1) == 0 ? 1 : 12;
    buf.keeps[o] = {true, static_cast<int>(between(1, most)), {}, 0};
    Port port{std::string("p") + std::string(name(o)), {between(1, 12), between(1, 3)}, 0, {}};
    if (between(0, 2) == 0) port.latency_cycles = between(0, 60);
    port.serves[o][static_cast<std::size_t>(Transfer::read)] = true;
    port.serves[o][static_cast<std::size_t>(Transfer::write)] = o == Operand::O;
    dram.ports.push_back(port);
  }
  t.accelerator.levels = {dram, buf, mac};
  const std::int64_t c = t.layer.size[Dim::C], inner = between(1, std::min<std::int64_t>(c, 8));
  const Entry m = loop(Dim::M, t.layer.size[Dim::M]), n = loop(Dim::N, t.layer.size[Dim::N]),
              outer_c = loop(Dim::C, (c + inner - 1) / inner), inner_c = loop(Dim::C, inner);
  if (between(0, 1) == 0)
    t.mapping.nest = {m, hold(1, kW), n, hold(1, kI | kO), outer_c, inner_c};
  else
    t.mapping.nest = {m, outer_c, hold(1, kW), n, hold(1, kI | kO), inner_c};
  std::vector<Entry>& nest = t.mapping.nest;
  nest.erase(
      std::remove_if(nest.begin(), nest.end(),
                     [](const Entry& e) { return e.kind == EntryKind::loop && e.bound == 1; }),
      nest.end());
  return t;
}

// ---- Growth ---------------------------------------------------------------------------------

// The triple with one loop so many times as long. The last tile is a smaller one where it can be.
Triple grown(Triple t, std::size_t entry, std::int64_t times) {
  std::vector<Entry>& nest = t.mapping.nest;
  const Dim d = nest[entry].dim;
  nest[entry].bound *= times;
  std::int64_t outermost = 0, inside = 1;
  for (const Entry& e : nest) {
    if (e.kind == EntryKind::hold || e.dim != d) continue;
    if (outermost == 0)
      outermost = e.bound;
    else
      inside *= e.bound;
  }
  t.layer.size[d] = outermost * inside - inside / 3;
  oracle::fit_input(t.layer);
  return t;
}

// A thousand outputs, visited twice; they reach the outermost level `latency` cycles late.
Triple late_outputs(std::int64_t latency) {
  Triple t;
  t.layer.kind = LayerKind::fc;
  t.layer.size.fill(1);
  t.layer.size[Dim::M] = 1000;
  t.layer.size[Dim::C] = 2;
  t.accelerator.precision = {1, 1, 2, 1};
  Level dram, buf, mac;
  dram.name = "dram";
  buf.name = "buf";
  for (Operand o : kAllOperands) dram.keeps[o] = buf.keeps[o] = {true, 1, {}, 0};
  Port writes{"writes", {2, 1}, latency, {}};
  writes.serves[Operand::O][static_cast<std::size_t>(Transfer::write)] = true;
  Port reads{"reads", {64, 1}, 0, {}};
  reads.serves[Operand::O][static_cast<std::size_t>(Transfer::read)] = true;
  dram.ports = {writes, reads};
  mac.kind = LevelKind::compute;
  mac.name = "mac";
  t.accelerator.levels = {dram, buf, mac};
  t.mapping.nest = {loop(Dim::C, 2), loop(Dim::M, 1000), hold(1, kO)};
  return t;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(exact)

BOOST_AUTO_TEST_CASE(equals_events_on_random_triples) {
  expect_events(oracle::random_timed_triple, setting("ASSAY_EXACT_TRIPLES", 5000));
}

BOOST_AUTO_TEST_CASE(equals_events_where_loops_are_long) {
  const auto points = static_cast<std::int64_t>(setting("ASSAY_EXACT_POINTS", 2500));
  expect_events(
      [&](std::uint64_t seed) {
        return oracle::stretched(oracle::random_timed_triple(seed), seed, points);
      },
      setting("ASSAY_EXACT_LONG", 1000));
}

BOOST_AUTO_TEST_CASE(equals_events_where_the_past_is_long) {
  expect_events([](std::uint64_t seed) { return oracle::stretched(busy_triple(seed), seed, 2500); },
                setting("ASSAY_EXACT_BUSY", 1000));
}

BOOST_AUTO_TEST_CASE(equals_events_where_ports_drift_apart) {
  expect_events(drifting_triple, setting("ASSAY_EXACT_DRIFTING", 3000));
}

BOOST_AUTO_TEST_CASE(steps_gone_through_do_not_grow_with_loop_bounds) {
  int cases = 0;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    const Triple t = oracle::random_timed_triple(seed);
    for (std::size_t i = 0; i < t.mapping.nest.size(); ++i) {
      if (t.mapping.nest[i].kind != EntryKind::loop) continue;
      const Triple small = grown(t, i, 50), large = grown(t, i, 50'000);
      if (!check(small.layer, small.accelerator, small.mapping).empty()) continue;
      if (!check(large.layer, large.accelerator, large.mapping).empty()) continue;
      const ExactLatency few = exact_of(small, true), many = exact_of(large, true);
      BOOST_TEST(!many.walked);
      BOOST_TEST(many.evaluated <= 2 * few.evaluated + 8,
                 "seed " << seed << ", entry " << i << ": " << few.evaluated << " of " << few.steps
                         << ", then " << many.evaluated << " of " << many.steps);
      ++cases;
    }
  }
  BOOST_TEST(cases > 1000);
}

BOOST_AUTO_TEST_CASE(walks_where_the_past_that_is_kept_does_not_decide) {
  struct Case {
    std::int64_t latency;
    bool retried, walked;
  };
  for (const Case& c : {Case{0, false, false}, {100, true, false}, {600, true, true}}) {
    const Triple t = late_outputs(c.latency);
    const Diagnostics why = check(t.layer, t.accelerator, t.mapping);
    BOOST_TEST(why.empty(), (why.empty() ? "" : to_string(why.front())));
    const ExactLatency exact = exact_of(t, true);
    BOOST_TEST(difference(exact, oracle::evaluate(t.layer, t.accelerator, t.mapping, true)) == "");
    BOOST_TEST((exact.retries > 0) == c.retried, "latency " << c.latency);
    BOOST_TEST(exact.walked == c.walked, "latency " << c.latency);
  }
}

BOOST_AUTO_TEST_SUITE_END()
