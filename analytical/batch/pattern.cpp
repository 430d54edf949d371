// SPDX-License-Identifier: Apache-2.0
#include "analytical/batch/pattern.h"

#include <algorithm>

#include "analytical/batch/structure.h"
#include "core/checked.h"

namespace assay::analytical::batch {
namespace {

constexpr double kExact = 9007199254740992.0;  // 2^53
constexpr std::size_t at(int i) { return static_cast<std::size_t>(i); }

// Bounds of a pattern mean nothing, but must multiply.
Mapping with_loops(Mapping pattern) {
  for (Entry& e : pattern.nest)
    if (e.kind != EntryKind::hold) e.bound = 2;
  return pattern;
}

std::vector<bool> optional_loops(const Mapping& pattern) {
  std::vector<bool> optional;
  for (const Entry& e : pattern.nest) optional.push_back(e.kind != EntryKind::hold && e.bound == 1);
  return optional;
}

}  // namespace

Pattern::Pattern(const Layer& a_layer, const Accelerator& an_accelerator, const Mapping& pattern,
                 const Prices* a_prices, double zeros)
    : layer(a_layer),
      accelerator(an_accelerator),
      nest_entries(with_loops(pattern)),
      zero_fraction(zeros),
      optional(optional_loops(pattern)),
      nest(compile(layer, accelerator, nest_entries)),
      forbidden(forbidden_loops(layer, accelerator, nest_entries)) {
  if (a_prices != nullptr) prices = *a_prices;
  build();
  for (Dim d : kAllDims)
    if (nest.dims[d].count == 0) tables->add(d, {});
}

void Pattern::build() {
  Builder builder;
  const SymbolicEvaluation sums(layer, accelerator, nest, optional, builder);
  Expressions e;
  try {
    e = expressions(sums, prices ? &*prices : nullptr, zero_fraction);
  } catch (const OverflowError&) {  // of products of the layer's sizes
    tables.emplace(layer, accelerator, nest, optional, Factors{});
    return;
  }
  magnitude_ = e.constant < kExact ? e.magnitude : kExact;
  std::vector<Symbol> wanted{e.processing_cycles, e.total_cycles, e.energy_pj, e.arrays, e.rooms};
  fast.emplace(builder, sums.factors(), wanted);
  const auto want = [&](const Symbol& s) { wanted.push_back(s); };
  for (const Symbol& s : e.need_bytes) want(s);
  for (const auto& level : e.counts.n)
    for (const auto& moved : level)
      for (const Symbol& s : moved) want(s);
  for (const Symbol& s : e.totals.lanes) want(s);
  each_number(e.totals, want);
  full.emplace(builder, sums.factors(), wanted);
  tables.emplace(layer, accelerator, nest, optional, sums.factors());
}

Rows Pattern::rows_of(const Choice& choice) const {
  Rows rows;
  for (std::size_t d = 0; d < kDims; ++d) rows[d] = choice.at(d);
  rows[at(kRows)] = tables->pair(true, choice[Dim::P], choice[Dim::R]);
  rows[at(kColumns)] = tables->pair(false, choice[Dim::Q], choice[Dim::S]);
  return rows;
}

Fault Pattern::first_fault(const Choice& choice, const Rows& rows) const {
  for (int d = 0; d < kDims; ++d)
    if (tables->table(d).state[at(rows[at(d)])] == RowState::uncovered) return Fault::coverage;
  if (forbidden.empty()) return Fault::none;
  LoopMask present;
  for (Dim d : kAllDims) present |= tables->present(d, choice[d]);
  for (const LoopMask& mask : forbidden)
    if ((present & mask) == mask) return Fault::structure;
  return Fault::none;
}

bool Pattern::may_pass_2_53(const Rows& rows) const {
  if (!fast) return true;
  std::array<double, kGroups> bound;
  bool overflow = false;
  for (int g = 0; g < kGroups; ++g) {
    const Table& table = tables->table(g);
    overflow = overflow || table.state[at(rows[at(g)])] == RowState::overflow;
    bound[at(g)] = table.bound[at(rows[at(g)])];
  }
  const auto of = [&](Dim d) { return bound[at(index(d))]; };
  // A product takes P and R apart or their rows together.
  const double largest = magnitude_ * of(Dim::N) * of(Dim::G) * of(Dim::M) * of(Dim::C) *
                         std::max(of(Dim::P) * of(Dim::R), bound[at(kRows)]) *
                         std::max(of(Dim::Q) * of(Dim::S), bound[at(kColumns)]);
  return overflow || largest >= kExact;
}

void Pattern::fill(const Candidates& candidates, std::size_t from, Block& block) const {
  for (std::size_t i = 0; i < kBlock; ++i) {
    const std::size_t candidate = from + std::min(i, block.n - 1);
    for (std::size_t d = 0; d < kDims; ++d) {
      const std::int32_t* choice = candidates.choice.at(d);
      block.choice[i].at(d) = choice == nullptr ? 0 : choice[candidate];
    }
    block.rows[i] = rows_of(block.choice[i]);
    block.fault[i] = first_fault(block.choice[i], block.rows[i]);
    block.inexact[i] = block.fault[i] != Fault::coverage && may_pass_2_53(block.rows[i]);
  }
}

void Pattern::load(const Plan& plan, const Block& block, double* slots) const {
  for (int g = 0; g < kGroups; ++g) {
    const Table& table = tables->table(g);
    for (std::size_t i = 0; i < kBlock; ++i)
      plan.load(g, table.row(block.rows[i][at(g)]), i, slots);
  }
}

Mapping Pattern::mapping(const Choice& choice) const {
  Mapping out = nest_entries;
  out.nest.clear();
  PerDim<std::size_t> next{};
  for (Entry e : nest_entries.nest) {
    if (e.kind != EntryKind::hold) {
      e.bound = tables->bounds(e.dim, choice[e.dim])[next[e.dim]++];
      if (e.bound == 1) continue;
    }
    out.nest.push_back(e);
  }
  return out;
}

}  // namespace assay::analytical::batch
