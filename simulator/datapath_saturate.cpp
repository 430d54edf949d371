// SPDX-License-Identifier: Apache-2.0
#include "simulator/datapath_saturate.h"

#include <algorithm>
#include <cstddef>

#include "simulator/arithmetic.h"
#include "simulator/datapath_plan.h"

namespace assay::simulator {
namespace {

constexpr std::int64_t kMostRows = 512;

// A combination of indices: the elements and the words they add.
struct Combination {
  Point at{};
  PerOperand<std::int64_t> words{};
};

// The last loop fastest.
std::vector<Combination> combinations(const std::vector<StepLoop>& loops) {
  std::vector<Combination> all(1);
  for (const StepLoop& loop : loops) {
    std::vector<Combination> longer;
    longer.reserve(all.size() * static_cast<std::size_t>(loop.bound));
    for (const Combination& outer : all)
      for (std::int64_t i = 0; i < loop.bound; ++i) {
        longer.push_back(outer);
        longer.back().at[loop.dim] += i * loop.tile;
        for (Operand o : kAllOperands) longer.back().words[o] += i * loop.words[o];
      }
    all = std::move(longer);
  }
  return all;
}

bool exists(const Point& a, const Point& b, const Point& left) {
  for (Dim d : kAllDims)
    if (a[d] + b[d] >= left[d]) return false;
  return true;
}

SaturatedPart make_part(const StepBox& box, const PerOperand<std::int64_t>& own,
                        std::size_t sequence) {
  SaturatedPart part;
  part.sequence = sequence;
  for (Operand o : kAllOperands) part.base[o] = box.base[o] + own[o];
  std::vector<BoxLoop> inner;
  std::int64_t rows = 1;
  for (const BoxLoop& loop : box.loops) {
    const bool fits = loop.trips <= kMostRows / rows;
    if (fits) rows *= loop.trips;
    (fits ? inner : part.outer).push_back(loop);
  }
  for (const PerOperand<std::int64_t>& at : offsets_of(inner))
    part.rows.push_back({at[Operand::O], at[Operand::I], at[Operand::W]});
  return part;
}

}  // namespace

Saturation::Saturation(const Accelerator& accelerator, const Nest& nest, const StepShape& shape,
                       int psum_bits)
    : low_(lowest(psum_bits)), high_(highest(psum_bits)) {
  const int held = nest.level_of(nest.innermost[Operand::O]);
  for (std::size_t l = static_cast<std::size_t>(held); l < accelerator.levels.size(); ++l)
    fit_products_ = fit_products_ || accelerator.levels[l].kind == LevelKind::array;
  for (const StepLoop& loop : shape.loops) {
    if (is_relevant(Operand::O, loop.dim))
      psums_.push_back(loop);
    else if (!loop.spatial())
      in_time_.push_back(loop);
    else
      (loop.outside[Operand::O] ? own_ : shared_).push_back(loop);
  }
  std::stable_sort(shared_.begin(), shared_.end(),
                   [](const StepLoop& a, const StepLoop& b) { return a.array < b.array; });
  make_folds(accelerator);
}

void Saturation::make_folds(const Accelerator& accelerator) {
  std::size_t width = 1;
  for (const StepLoop& loop : shared_) width *= static_cast<std::size_t>(loop.bound);
  words_.resize(width);
  for (std::size_t k = 0; k < width; ++k) left_over_.push_back(k);
  std::size_t stride = 1;
  for (std::size_t j = shared_.size(); j > 0;) {
    const int array = shared_[j - 1].array;
    std::size_t positions = 1;
    for (; j > 0 && shared_[j - 1].array == array; --j)
      positions *= static_cast<std::size_t>(shared_[j - 1].bound);
    const Network network = accelerator.levels[static_cast<std::size_t>(array)].network[Operand::O];
    if (network == Network::tree || network == Network::chain) {
      std::vector<std::size_t> rest;
      for (std::size_t k : left_over_)
        if (k / stride % positions == 0) rest.push_back(k);
      left_over_ = rest;
      folds_.push_back({rest, positions, stride});
    }
    stride *= positions;
  }
}

Sequence Saturation::make_sequence(const Point& left) const {
  const std::vector<Combination> lanes = combinations(shared_);
  Sequence sequence;
  for (const Combination& iteration : combinations(in_time_)) {
    if (!exists(iteration.at, {}, left)) continue;
    for (const Combination& lane : lanes)
      sequence.terms.push_back(exists(iteration.at, lane.at, left)
                                   ? Term{iteration.words[Operand::I] + lane.words[Operand::I],
                                          iteration.words[Operand::W] + lane.words[Operand::W]}
                                   : Term{-1, -1});
  }
  return sequence;
}

SaturatedPlan Saturation::make_plan(const Point& left) const {
  Point span;  // of what a sequence contains
  span.fill(1);
  for (const std::vector<StepLoop>* loops : {&shared_, &in_time_})
    for (const StepLoop& loop : *loops) span[loop.dim] += (loop.bound - 1) * loop.tile;
  const std::vector<StepBox> boxes = step_boxes(psums_, left);
  std::map<Point, std::size_t> known;
  SaturatedPlan plan;
  for (const Combination& own : combinations(own_)) {
    if (!exists(own.at, {}, left)) continue;
    Point rest = left;
    for (Dim d : {Dim::C, Dim::R, Dim::S}) rest[d] = std::min(left[d] - own.at[d], span[d]);
    const auto [found, is_new] = known.emplace(rest, plan.sequences.size());
    if (is_new) plan.sequences.push_back(make_sequence(rest));
    for (const StepBox& box : boxes) plan.parts.push_back(make_part(box, own.words, found->second));
  }
  return plan;
}

// One lane adds to a partial sum at a time. Four partial sums at once: each addition must wait for
// the one before it.
template <bool kFitProducts>
void Saturation::run_chains(const SaturatedPart& part, const Sequence& sequence, std::int32_t* y,
                            const std::int32_t* x, const std::int32_t* a) const {
  constexpr std::size_t kTogether = 4;
  const std::size_t rows = part.rows.size();
  for (std::size_t i = 0; i < rows; i += kTogether) {
    std::int64_t sum[kTogether];
    const std::int32_t* inputs[kTogether];
    const std::int32_t* weights[kTogether];
    for (std::size_t k = 0; k < kTogether; ++k) {
      const Row& row = part.rows[std::min(i + k, rows - 1)];  // beyond the end: again, not stored
      sum[k] = y[row.y];
      inputs[k] = x + row.x;
      weights[k] = a + row.a;
    }
    for (const Term& term : sequence.terms)
      for (std::size_t k = 0; k < kTogether; ++k) {
        const std::int64_t product = std::int64_t{inputs[k][term.x]} * weights[k][term.a];
        sum[k] = fitted(sum[k] + (kFitProducts ? fitted(product) : product));
      }
    for (std::size_t k = 0; k < kTogether && i + k < rows; ++k)
      y[part.rows[i + k].y] = static_cast<std::int32_t>(sum[k]);
  }
}

void Saturation::run_networks(const SaturatedPart& part, const Sequence& sequence, std::int32_t* y,
                              const std::int32_t* x, const std::int32_t* a) {
  const std::size_t width = words_.size();
  for (const Row& row : part.rows) {
    std::int64_t sum = y[row.y];
    for (std::size_t t = 0; t < sequence.terms.size(); t += width) {
      for (std::size_t k = 0; k < width; ++k) {
        const Term& term = sequence.terms[t + k];
        // A lane without a point adds nothing, which 0 does as well.
        words_[k] = term.x < 0 ? 0 : fitted(std::int64_t{x[row.x + term.x]} * a[row.a + term.a]);
      }
      for (const Fold& fold : folds_)
        for (std::size_t at : fold.at) {
          std::int64_t total = 0;
          for (std::size_t p = 0; p < fold.positions; ++p) total += words_[at + p * fold.stride];
          words_[at] = fitted(total);
        }
      for (std::size_t k : left_over_) sum = fitted(sum + words_[k]);
    }
    y[row.y] = static_cast<std::int32_t>(sum);
  }
}

void Saturation::run_part(const SaturatedPart& part, const Sequence& sequence, std::int32_t* y,
                          const std::int32_t* x, const std::int32_t* a) {
  if (words_.size() > 1) return run_networks(part, sequence, y, x, a);
  if (fit_products_) return run_chains<true>(part, sequence, y, x, a);
  run_chains<false>(part, sequence, y, x, a);
}

void Saturation::run(const SaturatedPlan& plan, std::int32_t* psums, const std::int32_t* input,
                     const std::int32_t* weights) {
  for (const SaturatedPart& part : plan.parts) {
    const auto one = [&](const PerOperand<std::int64_t>& at) {
      run_part(part, plan.sequences[part.sequence], psums + at[Operand::O], input + at[Operand::I],
               weights + at[Operand::W]);
    };
    for_each_offset(part.outer, part.base, one);
  }
}

}  // namespace assay::simulator
