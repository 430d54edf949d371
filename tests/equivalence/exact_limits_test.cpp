// SPDX-License-Identifier: Apache-2.0
// The limits of the predictor's exact mode: the largest time, the memory that repetitions may take,
// and the longest walk. Up to a limit it equals the event-by-event evaluation; beyond, it says why
// it stops. ASSAY_SEED=s and ASSAY_SLOW_TRIPLES=n in the environment choose another campaign.
#include <boost/test/unit_test.hpp>
#include <functional>
#include <random>
#include <string>

#include "analytical/exact.h"
#include "core/checked.h"
#include "core/mapping.h"
#include "tests/campaign.h"
#include "tests/oracle/entries.h"
#include "tests/oracle/events.h"
#include "tests/oracle/random_triple.h"
#include "tests/oracle/stretch.h"

using namespace assay;
using analytical::ExactLatency;
using analytical::ExactLimits;
using analytical::ExactMode;
using oracle::Timeline;
using oracle::Triple;

namespace {

constexpr std::int64_t kMostTime = (std::int64_t{1} << 62) - 1;

ExactLatency exact_of(const Triple& t, ExactMode mode = ExactMode::compressed,
                      const ExactLimits& limits = {}) {
  const analytical::Nest nest = analytical::compile(t.layer, t.accelerator, t.mapping);
  return analytical::exact_latency(t.layer, t.accelerator, nest, true, mode, limits);
}

Timeline events_of(const Triple& t) {
  return oracle::evaluate(t.layer, t.accelerator, t.mapping, true);
}

bool equal(const ExactLatency& exact, const Timeline& events) {
  return exact.finish == events.finish && exact.by_cause == events.by_cause &&
         exact.busy == events.busy && exact.steps == events.steps &&
         exact.transfers == events.transfers && exact.step_time == events.step_time;
}

std::string refusal(const std::function<void()>& evaluate) {
  try {
    evaluate();
  } catch (const OverflowError& e) {
    return e.what();
  }
  return "";
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// Everything that takes time takes so many times as long. Throws OverflowError.
Triple slowed(Triple t, std::int64_t times) {
  const auto slow = [&](std::int64_t& n) { n = mul(n, times); };
  Compute& compute = t.accelerator.levels.back().compute;
  slow(compute.initiation_interval_cycles.num);
  slow(compute.step_overhead_cycles);
  slow(compute.per_psum_cycles);
  slow(compute.per_new_input_cycles);
  for (Level& level : t.accelerator.levels) {
    for (Operand o : kAllOperands) slow(level.hop_latency_cycles[o]);
    for (Port& port : level.ports) {
      slow(port.latency_cycles);
      slow(port.bandwidth_bits_per_cycle.den);
    }
  }
  return t;
}

// The longest time that a part of it may know of: of unread tiles, beyond the finish.
std::int64_t latest(const Timeline& events) {
  std::int64_t most = events.finish;
  for (const auto& [port, busy] : events.busy) most = std::max(most, busy);
  return most;
}

// Between a half and nearly all of the largest time, then beyond it.
std::string fault_of_large_times(const Triple& t, int& compared) {
  const std::int64_t once = events_of(t).finish;
  for (const double share : {0.55, 0.9, 1.3, 1.9}) {
    const double times = share * static_cast<double>(kMostTime) / static_cast<double>(once);
    Triple slow;
    Timeline events;
    try {
      slow = slowed(t, static_cast<std::int64_t>(times));
      events = events_of(slow);
    } catch (const OverflowError&) {
      continue;  // numerators and denominators
    }
    ++compared;
    for (const ExactMode mode : {ExactMode::walk, ExactMode::compressed}) {
      bool same = false;
      const std::string why = refusal([&] { same = equal(exact_of(slow, mode), events); });
      const std::string where = "  " + std::to_string(events.finish) +
                                (mode == ExactMode::walk ? ", walk" : ", compressed");
      if (events.finish > kMostTime) {
        if (why.empty()) return where + ": accepted\n";
      } else if (!why.empty()) {
        if (latest(events) < kMostTime - kMostTime / 16) return where + ": " + why + '\n';
      } else if (!same) {
        return where + ": wrong\n";
      }
    }
  }
  return "";
}

// A product of M x C on dram - buf - mac, of one-bit words; outputs are visited C times.
Triple product(std::int64_t m, std::int64_t c) {
  Triple t;
  t.layer.kind = LayerKind::fc;
  t.layer.size.fill(1);
  t.layer.size[Dim::M] = m;
  t.layer.size[Dim::C] = c;
  t.accelerator.precision = {1, 1, 2, 1};
  Level dram, buf, mac;
  dram.name = "dram";
  buf.name = "buf";
  for (Operand o : kAllOperands) dram.keeps[o] = buf.keeps[o] = {true, 1, {}, 0};
  mac.kind = LevelKind::compute;
  mac.name = "mac";
  t.accelerator.levels = {dram, buf, mac};
  t.mapping.nest = {loop(Dim::C, c), loop(Dim::M, m), hold(1, kO)};
  return t;
}

// The same with a port for outputs, whose words arrive `latency` cycles late.
Triple late_product(std::int64_t m, std::int64_t c, std::int64_t latency) {
  Triple t = product(m, c);
  Port writes{"writes", {2, 1}, latency, {}};
  writes.serves[Operand::O][static_cast<std::size_t>(Transfer::write)] = true;
  Port reads{"reads", {64, 1}, 0, {}};
  reads.serves[Operand::O][static_cast<std::size_t>(Transfer::read)] = true;
  t.accelerator.levels[0].ports = {writes, reads};
  return t;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(exact_limits)

BOOST_AUTO_TEST_CASE(equals_events_up_to_the_largest_time_and_refuses_beyond) {
  const std::uint64_t n = setting("ASSAY_SLOW_TRIPLES", 500);
  int compared = 0;
  for_random_triples(
      [](std::uint64_t seed) {
        return oracle::stretched(oracle::random_timed_triple(seed), seed, 1500);
      },
      n, [&](const Triple& t) { return fault_of_large_times(t, compared); });
  BOOST_TEST_MESSAGE(compared << " of " << 4 * n << " times fit the accelerator's own numbers");
  BOOST_TEST(static_cast<std::uint64_t>(compared) >= n);
}

BOOST_AUTO_TEST_CASE(the_largest_time_is_reached_to_the_cycle) {
  // 2^20 steps of 2^42 cycles, less one cycle: the first and the last time that are refused.
  Triple t = product(std::int64_t{1} << 10, std::int64_t{1} << 10);
  Compute& compute = t.accelerator.levels.back().compute;
  compute.initiation_interval_cycles = {1, 1};
  compute.step_overhead_cycles = (std::int64_t{1} << 42) - 2;
  const ExactLatency exact = exact_of(t);
  BOOST_TEST(exact.finish == ((std::int64_t{1} << 62) - (std::int64_t{1} << 20)));
  BOOST_TEST(exact.by_cause.at("compute") == exact.finish);
  BOOST_TEST(!exact.walked);
  // A port that adds the rest: the drain of the last outputs takes 2 bits' worth of cycles.
  Port writes{"writes", {1, (std::int64_t{1} << 20) - 1}, 0, {}};
  writes.serves[Operand::O][static_cast<std::size_t>(Transfer::write)] = true;
  t.accelerator.levels[0].ports = {writes};
  t.accelerator.levels[0].unlimited[Operand::O][static_cast<std::size_t>(Transfer::read)] = true;
  t.accelerator.levels[1].keeps[Operand::O].slots = 2;
  BOOST_TEST(exact_of(t).finish == kMostTime);
  compute.step_overhead_cycles += 1;
  BOOST_TEST(has(refusal([&] { exact_of(t); }), "beyond 2^62 cycles"));
}

BOOST_AUTO_TEST_CASE(steps_that_do_not_fit_64_bits_are_refused) {
  const Triple t = product(std::int64_t{1} << 40, std::int64_t{1} << 30);
  BOOST_TEST(has(refusal([&] { exact_of(t); }), "64 bits"));
}

BOOST_AUTO_TEST_CASE(walks_where_repetitions_would_take_too_much_memory) {
  const Triple t = late_product(300, 4, 0);
  const Timeline events = events_of(t);
  const ExactLatency free = exact_of(t), narrow = exact_of(t, ExactMode::compressed, {2'000});
  BOOST_TEST(!free.walked);
  BOOST_TEST(equal(free, events));
  BOOST_TEST(narrow.walked);
  BOOST_TEST(narrow.retries == 1);
  BOOST_TEST(equal(narrow, events));
}

BOOST_AUTO_TEST_CASE(many_slots_take_too_much_memory_and_are_walked) {
  for (const int slots : {2000, 40'000}) {
    Triple t = late_product(100, 4, 3);
    t.accelerator.levels[1].keeps[Operand::O].slots = slots;
    const ExactLatency exact = exact_of(t, ExactMode::compressed, {std::size_t{1} << 26U});
    BOOST_TEST(exact.walked);
    BOOST_TEST(equal(exact, events_of(t)));
  }
}

BOOST_AUTO_TEST_CASE(refuses_a_walk_that_is_too_long_or_too_large) {
  const Triple t = late_product(40'000, 2, 100'000);  // nothing but a walk decides
  const auto with = [&](const ExactLimits& limits) {
    return refusal([&] { exact_of(t, ExactMode::compressed, limits); });
  };
  BOOST_TEST(has(with({std::size_t{1} << 30U, 79'999}), "80000 steps one by one"));
  BOOST_TEST(has(with({std::size_t{1} << 20U, 80'000}), "more than 1 MiB of memory"));
  BOOST_TEST(with({std::size_t{1} << 30U, 80'000}) == "");
}

BOOST_AUTO_TEST_SUITE_END()
