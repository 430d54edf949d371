// SPDX-License-Identifier: Apache-2.0
// Batched evaluation against predict() and check(), one candidate at a time.
#include "analytical/batch.h"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <random>
#include <sstream>

#include "core/checked.h"
#include "tests/campaign.h"
#include "tests/oracle/entries.h"

using namespace assay;
using analytical::BatchEvaluator;
using analytical::BatchResults;
using analytical::Candidates;
using analytical::Choice;
using analytical::Fault;

namespace {

class Draw {
 public:
  explicit Draw(std::uint64_t seed) : bits_(seed) {}
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return low +
           static_cast<std::int64_t>((bits_() >> 11U) % static_cast<std::uint64_t>(high - low + 1));
  }
  bool chance(int percent) { return between(0, 99) < percent; }

 private:
  std::mt19937_64 bits_;
};

// One structure with many candidates.
struct Space {
  oracle::Triple triple;                                       // with the pattern as its mapping
  std::vector<std::vector<std::vector<std::int64_t>>> bounds;  // per dimension, choices
  std::vector<std::vector<std::int32_t>> choice;               // per dimension, candidates
  std::size_t candidates = 0;
};

// Bounds for the loops of a dimension, mostly such that they cover it.
std::vector<std::int64_t> bounds_for(Draw& draw, std::int64_t size,
                                     const std::vector<bool>& optional) {
  std::vector<std::int64_t> bounds(optional.size(), 1);
  std::int64_t inside = 1;
  std::size_t outermost = 0;
  while (outermost + 1 < optional.size() && optional[outermost] && draw.chance(30)) ++outermost;
  for (std::size_t i = optional.size(); i-- > outermost;) {
    const std::int64_t left = (size + inside - 1) / inside;
    const std::int64_t least = optional[i] ? 1 : 2;
    if (i == outermost)
      bounds[i] = std::max(least, left);
    else
      bounds[i] = draw.between(
          least, std::max(least, draw.chance(50) ? left - 1 : std::min<std::int64_t>(left - 1, 3)));
    inside *= bounds[i];
  }
  if (!bounds.empty() && draw.chance(3)) bounds[outermost] += draw.between(0, 1);
  return bounds;
}

std::vector<bool> optional_loops(const Mapping& pattern, Dim d) {
  std::vector<bool> optional;
  for (const Entry& e : pattern.nest)
    if (e.kind != EntryKind::hold && e.dim == d) optional.push_back(e.bound == 1);
  return optional;
}

// More loops than the triple has, some of them optional; capacities around the middle of the needs.
Space random_space(std::uint64_t seed) {
  Draw draw(seed * 2654435761U + 1);
  Space s;
  s.triple = oracle::random_timed_triple(seed);
  std::vector<Entry>& nest = s.triple.mapping.nest;
  for (Entry& e : nest)
    if (e.kind != EntryKind::hold && draw.chance(30)) e.bound = 1;
  for (std::int64_t extra = draw.between(0, 4); extra > 0; --extra) {
    Entry e = loop(kAllDims.at(static_cast<std::size_t>(draw.between(0, kDims - 1))), 1);
    nest.insert(nest.begin() + draw.between(0, static_cast<std::int64_t>(nest.size())), e);
  }
  s.bounds.resize(kDims);
  s.choice.resize(kDims);
  s.candidates = static_cast<std::size_t>(draw.between(1, 40));
  for (Dim d : kAllDims) {
    const auto k = static_cast<std::size_t>(index(d));
    const std::vector<bool> optional = optional_loops(s.triple.mapping, d);
    for (std::int64_t n = draw.between(1, 6); n > 0; --n)
      s.bounds[k].push_back(bounds_for(draw, s.triple.layer.size[d], optional));
    for (std::size_t i = 0; i < s.candidates; ++i)
      s.choice[k].push_back(static_cast<std::int32_t>(
          draw.between(0, static_cast<std::int64_t>(s.bounds[k].size()) - 1)));
  }
  s.triple.accelerator.clock = Megahertz(static_cast<double>(draw.between(1, 1000)));
  for (Level& level : s.triple.accelerator.levels) {
    if (level.kind != LevelKind::storage || !draw.chance(50)) continue;
    level.capacity_bytes = draw.between(4, 200);
    for (Keep& keep : level.keeps)
      if (draw.chance(40)) keep.capacity_bytes = draw.between(2, 100);
  }
  return s;
}

std::string counts_differ(const analytical::Counts& a, const analytical::Counts& b,
                          const Accelerator& accelerator) {
  const auto left = named(a, accelerator), right = named(b, accelerator);
  if (left == right) return {};
  std::ostringstream out;
  for (const auto& [key, n] : right) {
    const auto found = left.find(key);
    if (found == left.end() || found->second != n)
      out << key.component << ' ' << key.operand << ' ' << key.action << ": batch "
          << (found == left.end() ? 0 : found->second) << ", single " << n << '\n';
  }
  for (const auto& [key, n] : left)
    if (right.count(key) == 0)
      out << key.component << ' ' << key.operand << ' ' << key.action << ": batch " << n
          << ", single 0\n";
  return out.str();
}

analytical::Prices random_prices(Draw& draw) {
  analytical::Prices prices;
  for (auto& level : prices.of)
    for (auto& moved : level)
      for (auto& price : moved)
        price = {static_cast<double>(draw.between(0, 1000)) / 7,
                 static_cast<double>(draw.between(0, 1000)) / 11, true};
  prices.mac = {0.3, 0.1, true};
  prices.constant_mw = static_cast<double>(draw.between(0, 100)) / 3;
  return prices;
}

struct Tally {
  std::size_t candidates = 0;
  std::array<std::size_t, 6> faults{};
};

// A space with its candidates' choices numbered, and their results.
struct Evaluated {
  Evaluated(const Space& s, const analytical::Prices& prices, unsigned threads)
      : evaluator(s.triple.layer, s.triple.accelerator, s.triple.mapping, &prices, kZeros),
        number(kDims),
        fault(s.candidates),
        processing(s.candidates),
        total(s.candidates),
        energy(s.candidates) {
    Candidates c;
    for (Dim d : kAllDims) {
      const auto k = static_cast<std::size_t>(index(d));
      for (std::size_t i = 0; i < s.candidates; ++i)
        number[k].push_back(
            evaluator.add(d, s.bounds[k][static_cast<std::size_t>(s.choice[k][i])]));
      c.choice[d] = number[k].data();
    }
    c.count = s.candidates;
    BatchResults results;
    results.fault = fault.data();
    results.processing_cycles = processing.data();
    results.total_cycles = total.data();
    results.energy_pj = energy.data();
    evaluate_all(evaluator, c, results, threads);
    parts.resize(s.candidates);
    evaluator.parts(c, 0, s.candidates, parts.data());
  }

  Choice choice(std::size_t i) const {
    Choice choice;
    for (std::size_t d = 0; d < kDims; ++d) choice.at(d) = number[d][i];
    return choice;
  }

  static constexpr double kZeros = 0.375;
  BatchEvaluator evaluator;
  std::vector<std::vector<std::int32_t>> number;
  std::vector<Fault> fault;
  std::vector<double> processing, total, energy;
  std::vector<analytical::MappingPart> parts;
};

// What is wrong with candidate i; empty: nothing.
std::string fault_of(const Space& s, const Evaluated& e, const analytical::Prices& prices,
                     std::size_t i) {
  const auto& [layer, accelerator, pattern] = s.triple;
  const Mapping alone = e.evaluator.mapping(e.choice(i));
  const Diagnostics why = check(layer, accelerator, alone);
  std::ostringstream out;
  if (why.empty() != (e.fault[i] == Fault::none))
    out << "fault: batch " << static_cast<int>(e.fault[i]) << ", check "
        << (why.empty() ? "none" : why.front().expected) << '\n';
  if (e.fault[i] == Fault::coverage) {
    if (!std::isnan(e.total[i]) || !std::isnan(e.processing[i]) || !std::isnan(e.energy[i]))
      out << "figures for a candidate that does not cover the layer\n";
    return out.str();
  }
  const auto single = analytical::predict(
      layer, accelerator, analytical::compile(layer, accelerator, alone), &prices, e.kZeros);
  const auto differ = [&](const char* what, double batch, double one) {
    if (!(batch == one)) out << what << ": batch " << batch << ", single " << one << '\n';
  };
  differ("processing", e.processing[i], single.processing.cycles);
  differ("total", e.total[i], single.total.cycles);
  differ("energy", e.energy[i], single.energy.total_pj);
  const analytical::MappingPart& part = e.parts[i];
  out << counts_differ(part.counts, single.counts, accelerator);
  const analytical::LatencyBound bound(accelerator, analytical::compile(layer, accelerator, alone));
  differ("bound of totals", bound(part.totals, analytical::OffChip::timed).cycles,
         single.total.cycles);
  const bool enough = e.fault[i] != Fault::structure && fits(part, e.evaluator.nest(), accelerator);
  if (enough != why.empty()) out << "fits: part " << enough << '\n';
  return out.str();
}

// dram -> buf -> mac: for M | hold buf: W | for N | for C.
struct Machine {
  Layer layer;
  Accelerator accelerator;
  Mapping pattern;
};

Machine machine() {
  Machine m;
  m.layer.kind = LayerKind::fc;
  m.layer.size.fill(1);
  for (Dim d : {Dim::N, Dim::M, Dim::C}) m.layer.size[d] = 8;
  m.accelerator.clock = Megahertz(100);
  m.accelerator.precision = {8, 8, 8, 8};
  m.accelerator.levels.resize(3);
  for (std::size_t l : {0U, 1U})
    for (Keep& keep : m.accelerator.levels[l].keeps) keep.kept = true;
  m.accelerator.levels[2].kind = LevelKind::compute;
  for (std::int64_t& reads : m.accelerator.levels[2].compute.reads_per_mac) reads = 1;
  m.pattern.nest = {loop(Dim::M, 2), hold(1, kW), loop(Dim::N, 2), loop(Dim::C, 2)};
  return m;
}

struct One {
  Fault fault;
  double total;
  analytical::MappingPart part;
  Mapping mapping;
};

// The machine's nest with these bounds of N, M and C.
One evaluate_one(const Machine& m, const std::array<std::int64_t, 3>& bounds) {
  BatchEvaluator evaluator(m.layer, m.accelerator, m.pattern, nullptr, 0);
  evaluator.add(Dim::N, {bounds[0]});
  evaluator.add(Dim::M, {bounds[1]});
  evaluator.add(Dim::C, {bounds[2]});
  Candidates c;
  c.count = 1;
  One one{};
  BatchResults results;
  results.fault = &one.fault;
  results.total_cycles = &one.total;
  evaluate_all(evaluator, c, results, 1);
  evaluator.parts(c, 0, 1, &one.part);
  one.mapping = evaluator.mapping(Choice{});
  return one;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(batch)

BOOST_AUTO_TEST_CASE(equals_single_evaluation_on_random_patterns) {
  const std::uint64_t first = setting("ASSAY_SEED", 1), n = setting("ASSAY_SPACES", 3000);
  Tally tally;
  std::size_t wrong = 0;
  for (std::uint64_t seed = first; seed < first + n && wrong < 3; ++seed) {
    const Space s = random_space(seed);
    Draw draw(seed);
    const analytical::Prices prices = random_prices(draw);
    const Evaluated e(s, prices, 1 + seed % 2);
    for (std::size_t i = 0; i < s.candidates; ++i) {
      ++tally.candidates;
      ++tally.faults.at(static_cast<std::size_t>(e.fault[i]));
      const std::string fault = fault_of(s, e, prices, i);
      if (fault.empty()) continue;
      ++wrong;
      BOOST_ERROR("seed " << seed << ", candidate " << i << ":\n"
                          << fault
                          << oracle::describe({s.triple.layer, s.triple.accelerator,
                                               e.evaluator.mapping(e.choice(i))})
                          << "pattern:\n"
                          << oracle::describe(s.triple));
      break;
    }
  }
  std::ostringstream faults;
  for (std::size_t f : tally.faults) faults << ' ' << f;
  BOOST_TEST_MESSAGE(n << " patterns from seed " << first << ", " << tally.candidates
                       << " candidates, by fault" << faults.str());
  BOOST_TEST(tally.faults[0] > tally.candidates / 4);
  BOOST_TEST(wrong == 0U);
}

// The spaces of the first seeds, on one thread and on three: shares of other sizes, other blocks.
BOOST_AUTO_TEST_CASE(results_do_not_depend_on_the_number_of_threads) {
  const std::uint64_t first = setting("ASSAY_SEED", 1);
  std::size_t compared = 0;
  for (std::uint64_t seed = first; seed < first + 50; ++seed) {
    const Space s = random_space(seed);
    Draw draw(seed);
    const analytical::Prices prices = random_prices(draw);
    const Evaluated one(s, prices, 1), three(s, prices, 3);
    for (std::size_t i = 0; i < s.candidates; ++i) {
      if (one.fault[i] == Fault::coverage) continue;
      ++compared;
      BOOST_TEST(one.total[i] == three.total[i], "seed " << seed << ", candidate " << i);
      BOOST_TEST(one.energy[i] == three.energy[i], "seed " << seed << ", candidate " << i);
    }
    BOOST_TEST((one.fault == three.fault));
  }
  BOOST_TEST_MESSAGE(compared << " candidates from seed " << first);
  BOOST_TEST(compared > 0U);
}

BOOST_AUTO_TEST_CASE(empty_batch_touches_nothing) {
  const Machine m = machine();
  BatchEvaluator evaluator(m.layer, m.accelerator, m.pattern, nullptr, 0);
  BatchResults results;
  evaluate_all(evaluator, Candidates{}, results, 2);
  double untouched = -7;
  results.total_cycles = &untouched;
  evaluate_all(evaluator, Candidates{}, results, 1);
  BOOST_TEST(untouched == -7);
}

// (2^20 + 1)^3 points fit 64 bits but not a double's 53; 2^30 times as many do not fit at all.
BOOST_AUTO_TEST_CASE(counts_beyond_2_53_are_exact_and_beyond_2_63_a_fault) {
  Machine m = machine();
  const std::int64_t large = (std::int64_t{1} << 20) + 1;
  for (Dim d : {Dim::N, Dim::M, Dim::C}) m.layer.size[d] = large;
  const auto exact = evaluate_one(m, {large, large, large});
  BOOST_TEST(static_cast<int>(exact.fault) == static_cast<int>(Fault::none));
  const auto single =
      analytical::predict(m.layer, m.accelerator,
                          analytical::compile(m.layer, m.accelerator, exact.mapping), nullptr, 0);
  BOOST_TEST(single.counts.points > std::int64_t{1} << 53);
  BOOST_TEST(exact.part.counts.points == single.counts.points);
  BOOST_TEST(exact.part.counts.at(1, analytical::Moved::W, analytical::Action::read) ==
             single.counts.at(1, analytical::Moved::W, analytical::Action::read));
  BOOST_TEST(exact.total == single.total.cycles);
  for (Dim d : {Dim::N, Dim::M, Dim::C}) m.layer.size[d] = large << 10;
  const auto beyond = evaluate_one(m, {large << 10, large << 10, large << 10});
  BOOST_TEST(static_cast<int>(beyond.fault) == static_cast<int>(Fault::overflow));
  BOOST_TEST(std::isnan(beyond.total));
}

BOOST_AUTO_TEST_CASE(refuses_bounds_that_the_pattern_excludes) {
  const Machine m = machine();
  BatchEvaluator evaluator(m.layer, m.accelerator, m.pattern, nullptr, 0);
  BOOST_CHECK_THROW(evaluator.add(Dim::M, {1}), std::invalid_argument);
  BOOST_CHECK_THROW(evaluator.add(Dim::M, {2, 4}), std::invalid_argument);
  BOOST_CHECK_THROW(evaluator.add(Dim::P, {2}), std::invalid_argument);
  BOOST_TEST(evaluator.add(Dim::M, {8}) == 0);
  BOOST_TEST(evaluator.add(Dim::M, {4}) == 1);
  BOOST_TEST(evaluator.add(Dim::M, {8}) == 0);
  Candidates c;
  c.count = 1;
  const std::int32_t missing = 5;
  c.choice[Dim::M] = &missing;
  BOOST_CHECK_THROW(evaluator.prepare(c), std::out_of_range);
}

BOOST_AUTO_TEST_SUITE_END()
