// SPDX-License-Identifier: Apache-2.0
#include "analytical/batch/plan.h"

#include <algorithm>

#include "analytical/count_rules.h"

namespace assay::analytical::batch {
namespace {

constexpr std::size_t at(int i) { return static_cast<std::size_t>(i); }

class Writer {
 public:
  Writer(const SymbolicEvaluation& sums, const Prices* prices, double zero_fraction)
      : sums_(sums),
        accelerator_(sums.accelerator()),
        precision_(effective_precision(accelerator_, sums.layer())),
        prices_(prices),
        zero_fraction_(zero_fraction) {}

  Expressions run() {
    Counter<SymbolicEvaluation>(sums_, out_.counts).run();
    whole(static_cast<double>(out_.counts.points));
    for (const auto& level : out_.counts.n)
      for (const auto& moved : level)
        for (const Symbol& n : moved) whole(n);
    out_.totals = symbolic_totals(sums_, precision_);
    SymbolicTotals totals = out_.totals;
    // A product of two sums, which is rounded in totals.cpp as it is here.
    for (SymbolicHold& h : totals.hold) h.most.new_inputs = 0;
    each_number(totals, [&](const Symbol& n) { whole(n); });
    for (const Symbol& n : out_.totals.lanes) whole(n);
    latency();
    needs();
    fit();
    if (prices_ != nullptr) energy();
    return out_;
  }

 private:
  void whole(const Symbol& n) {
    if (n.known())
      out_.constant = std::max(out_.constant, n.constant());
    else
      out_.magnitude = std::max(out_.magnitude, n.magnitude());
  }

  void latency() {
    const LatencyBound model(accelerator_, sums_.nest());
    out_.processing_cycles = SymbolicBound(model, out_.totals, OffChip::free).cycles();
    out_.total_cycles = SymbolicBound(model, out_.totals, OffChip::timed).cycles();
  }

  void needs() {
    for (int i = 0; i < sums_.nest().holds; ++i) {
      const HoldPoint& h = sums_.nest().hold[at(i)];
      const int slots = accelerator_.levels[at(h.level)].keeps[h.operand].slots;
      const int width = h.operand == Operand::I   ? precision_.input_bits
                        : h.operand == Operand::W ? precision_.weight_bits
                                                  : precision_.psum_bits;
      const Symbol bits = mul(sums_.resident(h, slots), width);
      whole(bits);
      out_.need_bytes[at(i)] = round_up(bits / 8);
    }
  }

  void fit() {
    for (std::size_t l = 0; l < accelerator_.levels.size(); ++l) {
      const Level& level = accelerator_.levels[l];
      if (level.kind == LevelKind::array)
        out_.arrays =
            either(out_.arrays, greater(out_.totals.lanes[l], static_cast<double>(level.size)));
      else if (level.kind == LevelKind::storage)
        room(level, static_cast<int>(l));
    }
  }

  // Operands with a capacity of their own, and those that share the level's.
  void room(const Level& level, int l) {
    const auto exceeds = [&](const Symbol& bytes, std::int64_t capacity) {
      whole(bytes);
      out_.rooms = either(out_.rooms, greater(bytes, static_cast<double>(capacity)));
    };
    Symbol shared;
    std::int64_t capacity = level.capacity_bytes.value_or(0);
    for (int i = 0; i < sums_.nest().holds; ++i) {
      const HoldPoint& h = sums_.nest().hold[at(i)];
      if (h.level != l) continue;
      const Keep& keep = level.keeps[h.operand];
      const Symbol& bytes = out_.need_bytes[at(i)];
      if (keep.capacity_bytes) {
        exceeds(bytes, assay::add(*keep.capacity_bytes, keep.fifo_bytes));
      } else {
        shared += bytes;
        capacity = assay::add(capacity, keep.fifo_bytes);
      }
    }
    if (level.capacity_bytes) exceeds(shared, capacity);
  }

  // As energy_of, in the same order.
  void energy() {
    const double clock = accelerator_.clock.value * 1e3;
    out_.energy_pj = out_.total_cycles / clock * prices_->constant_mw * 1e6;
    const std::size_t levels = accelerator_.levels.size();
    for (std::size_t l = 0; l < levels; ++l) {
      Symbol pj;
      for (std::size_t m = 0; m < kMoved; ++m)
        for (std::size_t a = 0; a < kActions; ++a)
          pj += out_.counts.n[l][m][a] * prices_->of[l][m][a].mean_pj(zero_fraction_);
      if (l + 1 == levels)
        pj += static_cast<double>(out_.counts.points) * prices_->mac.mean_pj(zero_fraction_);
      out_.energy_pj += pj;
    }
  }

  const SymbolicEvaluation& sums_;
  const Accelerator& accelerator_;
  Precision precision_;
  const Prices* prices_;
  double zero_fraction_;
  Expressions out_;
};

}  // namespace

Expressions expressions(const SymbolicEvaluation& sums, const Prices* prices,
                        double zero_fraction) {
  return Writer(sums, prices, zero_fraction).run();
}

Plan::Plan(Builder& builder, const Factors& factors, const std::vector<Symbol>& wanted) {
  std::vector<int> inputs;
  for (const auto& nodes : factors.nodes) inputs.insert(inputs.end(), nodes.begin(), nodes.end());
  for (const Symbol& s : wanted) results_.push_back(s.node(builder));
  program_ = builder.finish(results_, inputs);
  std::size_t next = 0;
  for (std::size_t g = 0; g < kGroups; ++g)
    for (std::size_t k = 0; k < factors.nodes[g].size(); ++k)
      if (const int slot = inputs[next++]; slot >= 0) loads_[g].push_back({k, at(slot) * kBlock});
}

}  // namespace assay::analytical::batch
