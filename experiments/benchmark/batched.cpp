// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <random>

#include "analytical/batch.h"
#include "core/diagnostics.h"
#include "experiments/benchmark/cases.h"

namespace assay::benchmark {
namespace {

using analytical::BatchEvaluator;
using analytical::BatchResults;
using analytical::Candidates;
using analytical::Choice;
using analytical::Fault;

constexpr std::size_t kCandidates = 200000, kSingles = 5000;
constexpr int kChoices = 40;  // of bounds, per dimension
constexpr int kRounds = 5;
constexpr std::uint64_t kSeed = 1;

double wall_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// Bounds that cover the dimension: what the loops inside leave, or less.
std::vector<std::int64_t> random_bounds(std::mt19937_64& bits, std::int64_t size,
                                        std::size_t loops) {
  std::vector<std::int64_t> bounds(loops, 2);
  std::int64_t inside = 1;
  for (std::size_t i = loops; i-- > 0;) {
    const std::int64_t left = (size + inside - 1) / inside;
    const std::int64_t most = i == 0 ? left : std::max<std::int64_t>(2, left / 2);
    bounds[i] = i == 0
                    ? std::max<std::int64_t>(2, left)
                    : 2 + static_cast<std::int64_t>(bits() % static_cast<std::uint64_t>(most - 1));
    inside *= bounds[i];
  }
  return bounds;
}

struct Batch {
  explicit Batch(const Case& c)
      : prices(prices_of(c)),
        evaluator(c.layer, c.accelerator, c.mapping, prices ? &*prices : nullptr, 0.5),
        fault(kCandidates),
        processing(kCandidates),
        total(kCandidates),
        energy(kCandidates) {
    std::mt19937_64 bits(kSeed);
    for (Dim d : kAllDims) {
      std::vector<std::int64_t> own;
      for (const Entry& e : c.mapping.nest)
        if (e.kind != EntryKind::hold && e.dim == d) own.push_back(e.bound);
      evaluator.add(d, own);
      for (int i = 0; i < kChoices && own.size() > 1; ++i)
        evaluator.add(d, random_bounds(bits, c.layer.size[d], own.size()));
      auto& choices = choice.at(static_cast<std::size_t>(index(d)));
      for (std::size_t i = 0; i < kCandidates; ++i)
        choices.push_back(
            static_cast<std::int32_t>(bits() % static_cast<std::uint64_t>(evaluator.choices(d))));
      candidates.choice[d] = choices.data();
    }
    candidates.count = kCandidates;
    results = {fault.data(), processing.data(), total.data(), energy.data()};
    evaluator.prepare(candidates);
  }

  Choice at(std::size_t i) const {
    Choice one;
    for (std::size_t d = 0; d < kDims; ++d) one.at(d) = choice[d][i];
    return one;
  }

  std::optional<analytical::Prices> prices;
  BatchEvaluator evaluator;
  std::array<std::vector<std::int32_t>, kDims> choice;
  Candidates candidates;
  std::vector<Fault> fault;
  std::vector<double> processing, total, energy;
  BatchResults results;
};

double one_thread(Batch& b) {
  double best = 0;
  for (int round = 0; round < kRounds; ++round) {
    const double start = thread_seconds();
    b.evaluator.evaluate(b.candidates, 0, kCandidates, b.results);
    best = std::max(best, kCandidates / (thread_seconds() - start));
  }
  return best;
}

double by_the_clock(Batch& b, unsigned threads) {
  double best = 0;
  for (int round = 0; round < kRounds; ++round) {
    const double start = wall_seconds();
    evaluate_all(b.evaluator, b.candidates, b.results, threads);
    best = std::max(best, kCandidates / (wall_seconds() - start));
  }
  return best;
}

// The same candidates through compile(), predict() and check(); throws where the batch differs.
double one_at_a_time(const Case& c, const Batch& b) {
  std::vector<Mapping> mappings;
  for (std::size_t i = 0; i < kSingles; ++i) mappings.push_back(b.evaluator.mapping(b.at(i)));
  double best = 0;
  for (int round = 0; round < kRounds; ++round) {
    std::size_t differ = 0;
    const double start = thread_seconds();
    for (std::size_t i = 0; i < kSingles; ++i) {
      const auto p = analytical::predict(c.layer, c.accelerator,
                                         analytical::compile(c.layer, c.accelerator, mappings[i]),
                                         b.prices ? &*b.prices : nullptr, 0.5);
      const bool legal = check(c.layer, c.accelerator, mappings[i]).empty();
      const bool defined = b.fault[i] != Fault::coverage;
      if (legal != (b.fault[i] == Fault::none) || (defined && p.total.cycles != b.total[i]) ||
          (defined && b.prices && p.energy.total_pj != b.energy[i]))
        ++differ;
    }
    best = std::max(best, kSingles / (thread_seconds() - start));
    if (differ > 0) throw std::logic_error("batched and single evaluation differ: " + c.name);
  }
  return best;
}

}  // namespace

void batched(const std::vector<Case>& cases) {
  fmt::print("\n{:<28} {:>11} {:>11} {:>7} {:>13} {:>13} {:>7} {:>6} {:>7}\n",
             "bounds of one nest, per s", "single", "batched", "ratio", "1, by clock",
             "2, by clock", "ratio", "legal", "ops");
  for (const Case& c : cases) {
    Batch b(c);
    const double fast = one_thread(b);
    const double one = by_the_clock(b, 1), two = by_the_clock(b, 2);
    const double single = one_at_a_time(c, b);
    std::size_t legal = 0;
    for (Fault f : b.fault) legal += f == Fault::none ? 1 : 0;
    fmt::print("{:<28} {:>11.0f} {:>11.0f} {:>7.1f} {:>13.0f} {:>13.0f} {:>7.2f} {:>5.1f}% {:>7}\n",
               c.name, single, fast, fast / single, one, two, two / one,
               100.0 * static_cast<double>(legal) / kCandidates, b.evaluator.operations());
  }
  fmt::print(
      "single: compile, predict and check of each candidate; batched: the same figures, CPU "
      "time of one thread\n(seed {}, {} candidates, up to {} choices per dimension; "
      "illegal candidates are evaluated in full too)\n",
      kSeed, kCandidates, kChoices + 1);
}

}  // namespace assay::benchmark
