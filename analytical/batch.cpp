// SPDX-License-Identifier: Apache-2.0
#include "analytical/batch.h"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <thread>

#include "analytical/batch/alone.h"
#include "analytical/batch/pattern.h"
#include "core/checked.h"

namespace assay::analytical {
namespace {

using namespace batch;

constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();

// Results of candidate i of a block to place `to`.
void put(const Pattern& p, const Block& block, std::size_t i, std::size_t to, const double* slots,
         const BatchResults& out) {
  Fault fault = block.fault[i];
  Figures figures{kUndefined, kUndefined, kUndefined};
  if (block.inexact[i]) {
    figures = evaluate_alone(p.layer, p.accelerator, p.mapping(block.choice[i]),
                             p.prices ? &*p.prices : nullptr, p.zero_fraction, fault);
  } else if (fault != Fault::coverage) {
    const auto result = [&](Result r) { return p.fast->result(r, slots)[i]; };
    if (fault == Fault::none && result(kArrays) != 0) fault = Fault::array;
    if (fault == Fault::none && result(kRooms) != 0) fault = Fault::capacity;
    figures = {result(kProcessing), result(kTotal), p.prices ? result(kEnergy) : kUndefined};
  }
  if (out.fault != nullptr) out.fault[to] = fault;
  if (out.processing_cycles != nullptr) out.processing_cycles[to] = figures.processing_cycles;
  if (out.total_cycles != nullptr) out.total_cycles[to] = figures.total_cycles;
  if (out.energy_pj != nullptr) out.energy_pj[to] = figures.energy_pj;
}

// The same for the parts.
void put(const Pattern& p, const Block& block, std::size_t i, const double* slots,
         MappingPart& out) {
  out.fault = block.fault[i];
  if (out.fault == Fault::coverage) return;
  if (block.inexact[i]) {
    try {
      part_alone(p.layer, p.accelerator, p.mapping(block.choice[i]), out);
    } catch (const OverflowError&) {
      if (out.fault == Fault::none) out.fault = Fault::overflow;
    }
    return;
  }
  std::size_t next = kMore;
  const auto number = [&] { return p.full->result(next++, slots)[i]; };
  for (std::int64_t& n : out.need_bytes) n = static_cast<std::int64_t>(number());
  for (auto& level : out.counts.n)
    for (auto& moved : level)
      for (std::int64_t& n : moved) n = static_cast<std::int64_t>(number());
  out.counts.points = points(p.layer);
  for (std::int64_t& n : out.totals.lanes) n = static_cast<std::int64_t>(number());
  out.totals.holds = p.nest.holds;
  each_number(out.totals, [&](double& n) { n = number(); });
}

// Goes through [from, to) in blocks; put(block, i, candidate, slots).
template <class Put>
void in_blocks(const Pattern& p, const std::optional<Plan>& plan, const Candidates& candidates,
               std::size_t from, std::size_t to, const Put& put_one) {
  std::vector<double> slots(plan ? plan->slots() * kBlock : 0);
  Block block;
  for (std::size_t first = from; first < to; first += block.n) {
    block.n = std::min(kBlock, to - first);
    p.fill(candidates, first, block);
    if (plan) {
      p.load(*plan, block, slots.data());
      plan->run(slots.data());
    }
    for (std::size_t i = 0; i < block.n; ++i) put_one(block, i, first + i, slots.data());
  }
}

}  // namespace

struct BatchEvaluator::State : Pattern {
  using Pattern::Pattern;
};

BatchEvaluator::BatchEvaluator(const Layer& layer, const Accelerator& accelerator,
                               const Mapping& pattern, const Prices* prices, double zero_fraction)
    : state_(std::make_unique<State>(layer, accelerator, pattern, prices, zero_fraction)) {}
BatchEvaluator::~BatchEvaluator() = default;
BatchEvaluator::BatchEvaluator(BatchEvaluator&&) noexcept = default;
BatchEvaluator& BatchEvaluator::operator=(BatchEvaluator&&) noexcept = default;

const Nest& BatchEvaluator::nest() const { return state_->nest; }
std::int32_t BatchEvaluator::add(Dim dim, const std::vector<std::int64_t>& bounds) {
  return state_->tables->add(dim, bounds);
}
std::int32_t BatchEvaluator::choices(Dim dim) const { return state_->tables->choices(dim); }
const std::vector<std::int64_t>& BatchEvaluator::bounds(Dim dim, std::int32_t choice) const {
  return state_->tables->bounds(dim, choice);
}
Mapping BatchEvaluator::mapping(const Choice& choice) const { return state_->mapping(choice); }
std::size_t BatchEvaluator::operations() const {
  return state_->fast ? state_->fast->operations() : 0;
}

void BatchEvaluator::prepare(const Candidates& c) {
  for (std::size_t i = 0; i < c.count; ++i) {
    Choice choice;
    for (Dim d : kAllDims) {
      choice[d] = c.choice[d] == nullptr ? 0 : c.choice[d][i];
      if (choice[d] < 0 || choice[d] >= choices(d))
        throw std::out_of_range("candidate with a choice of " + std::string(name(d)) +
                                " that was not added");
    }
    state_->tables->prepare_pair(true, choice[Dim::P], choice[Dim::R]);
    state_->tables->prepare_pair(false, choice[Dim::Q], choice[Dim::S]);
  }
}

void BatchEvaluator::evaluate(const Candidates& candidates, std::size_t from, std::size_t to,
                              const BatchResults& results) const {
  in_blocks(*state_, state_->fast, candidates, from, to,
            [&](const Block& block, std::size_t i, std::size_t candidate, const double* slots) {
              put(*state_, block, i, candidate, slots, results);
            });
}

void BatchEvaluator::parts(const Candidates& candidates, std::size_t from, std::size_t to,
                           MappingPart* out) const {
  in_blocks(*state_, state_->full, candidates, from, to,
            [&](const Block& block, std::size_t i, std::size_t candidate, const double* slots) {
              put(*state_, block, i, slots, out[candidate - from]);
            });
}

void evaluate_all(BatchEvaluator& evaluator, const Candidates& candidates,
                  const BatchResults& results, unsigned threads) {
  evaluator.prepare(candidates);
  const std::size_t n = std::max<std::size_t>(1, threads);
  const auto share = [&](std::size_t k) { return candidates.count * k / n; };
  std::vector<std::thread> others;
  for (std::size_t k = 1; k < n; ++k)
    others.emplace_back(
        [&, k] { evaluator.evaluate(candidates, share(k), share(k + 1), results); });
  evaluator.evaluate(candidates, 0, share(1), results);
  for (std::thread& t : others) t.join();
}

bool fits(const MappingPart& part, const Nest& nest, const Accelerator& accelerator) {
  for (std::size_t l = 0; l < accelerator.levels.size(); ++l) {
    const Level& level = accelerator.levels[l];
    if (level.kind == LevelKind::array && part.totals.lanes[l] > level.size) return false;
    std::int64_t shared = 0, room = level.capacity_bytes.value_or(0);
    for (std::size_t i = 0; i < static_cast<std::size_t>(nest.holds); ++i) {
      if (static_cast<std::size_t>(nest.hold[i].level) != l) continue;
      const Keep& keep = level.keeps[nest.hold[i].operand];
      if (!keep.capacity_bytes) {
        shared = assay::add(shared, part.need_bytes[i]);
        room = assay::add(room, keep.fifo_bytes);
      } else if (part.need_bytes[i] > assay::add(*keep.capacity_bytes, keep.fifo_bytes)) {
        return false;
      }
    }
    if (level.capacity_bytes && shared > room) return false;
  }
  return true;
}

}  // namespace assay::analytical
