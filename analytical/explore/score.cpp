// SPDX-License-Identifier: Apache-2.0
#include "analytical/explore/score.h"

#include <cmath>

#include "core/checked.h"
#include "core/legality.h"

namespace assay::analytical {
namespace {

Accelerator without_limits(Accelerator a) {
  for (Level& level : a.levels) {
    level.capacity_bytes.reset();
    for (Keep& keep : level.keeps) keep.capacity_bytes.reset();
    if (level.kind == LevelKind::array) level.size = std::int64_t{1} << 40;
  }
  return a;
}

double too_full(std::int64_t need, std::int64_t capacity) {
  if (need <= capacity) return 0;
  return std::log2(static_cast<double>(need)) -
         std::log2(static_cast<double>(std::max<std::int64_t>(1, capacity)));
}

}  // namespace

double scalar(Objective objective, const Costs& costs) {
  switch (objective) {
    case Objective::energy:
      return costs[1];
    case Objective::edp:
      return costs[0] * costs[1];
    case Objective::latency:
    case Objective::throughput:
      break;
  }
  return costs[0];
}

Scorer::Scorer(const ScoreInput& input)
    : input_(input), unbounded_(without_limits(*input.accelerator)) {}

double Scorer::excess(const Mapping& mapping) const {
  const Accelerator& a = *input_.accelerator;
  std::array<std::int64_t, kMaxLevels> shared{}, fifo{};
  double sum = 0;
  try {
    for (std::size_t i = 0; i < mapping.nest.size(); ++i) {
      const Entry& e = mapping.nest[i];
      if (e.kind != EntryKind::hold) continue;
      const auto l = static_cast<std::size_t>(e.level);
      for (Operand o : kAllOperands) {
        if (!holds(e, o)) continue;
        const Keep& keep = a.levels[l].keeps[o];
        if (!keep.capacity_bytes && !a.levels[l].capacity_bytes) continue;
        const std::int64_t bytes = resident_bytes(*input_.layer, a, mapping, i, o);
        if (keep.capacity_bytes) {
          sum += too_full(bytes, add(*keep.capacity_bytes, keep.fifo_bytes));
        } else {
          shared[l] = add(shared[l], bytes);
          fifo[l] = add(fifo[l], keep.fifo_bytes);
        }
      }
    }
    for (std::size_t l = 0; l < a.levels.size(); ++l)
      if (shared[l] > 0 && a.levels[l].capacity_bytes)
        sum += too_full(shared[l], add(*a.levels[l].capacity_bytes, fifo[l]));
  } catch (const OverflowError&) {
    return 64;
  }
  return sum;
}

bool Scorer::structure_is_legal(const Mapping& mapping) {
  key_.clear();
  for (const Entry& e : mapping.nest) {
    if (e.kind == EntryKind::hold) {
      key_ += static_cast<char>('0' + e.operands);
      key_ += static_cast<char>('A' + e.level);
    } else {
      key_ += static_cast<char>((e.kind == EntryKind::loop ? 'a'
                                 : e.axis == 'x'           ? 'i'
                                                           : 'q') +
                                index(e.dim));
    }
  }
  const auto [at, fresh] = structures_.try_emplace(key_, false);
  if (fresh) at->second = check(*input_.layer, unbounded_, mapping).empty();
  return at->second;
}

void Scorer::report() {
  constexpr std::int64_t kEvery = 256;
  if (++unreported_ < kEvery) return;
  if (input_.looked != nullptr) *input_.looked += unreported_;
  unreported_ = 0;
  if (input_.stop != nullptr && *input_.stop) throw SearchStopped();
}

std::optional<Costs> Scorer::costs(const Mapping& mapping) {
  report();
  if (excess(mapping) > 0 || !structure_is_legal(mapping)) return std::nullopt;
  try {
    const Nest nest = compile(*input_.layer, *input_.accelerator, mapping);
    const Prediction p =
        predict(*input_.layer, *input_.accelerator, nest, input_.prices, input_.zero_fraction);
    const double cycles =
        input_.latency == LatencyKind::total ? p.total.cycles : p.processing.cycles;
    return Costs{cycles, p.energy.total_pj};
  } catch (const OverflowError&) {
    return std::nullopt;
  } catch (const InputError&) {  // more loops than the predictor takes
    return std::nullopt;
  }
}

}  // namespace assay::analytical
