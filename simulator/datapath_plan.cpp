// SPDX-License-Identifier: Apache-2.0
#include "simulator/datapath_plan.h"

#include <algorithm>
#include <cstddef>

#include "core/checked.h"

namespace assay::simulator {
namespace {

// Longer tables cost memory (a plan per kind of step) and gain nothing.
constexpr std::int64_t kMostTerms = 256;
constexpr std::int64_t kMostRows = 512;
constexpr std::int64_t kMostOfOneLoop = 16384;

using Kind = Kernel::Kind;

Operand other(Operand x) { return x == Operand::I ? Operand::W : Operand::I; }
bool adds_up(const BoxLoop& loop) { return loop.words[Operand::O] == 0; }

// Two loops of which one continues where the other ends are one loop.
bool merge_two(std::vector<BoxLoop>& loops) {
  for (std::size_t i = 0; i < loops.size(); ++i)
    for (std::size_t j = 0; j < loops.size(); ++j) {
      bool continues = i != j;
      for (Operand o : kAllOperands)
        continues = continues && loops[i].words[o] == loops[j].trips * loops[j].words[o];
      if (!continues) continue;
      loops[j].trips *= loops[i].trips;
      loops.erase(loops.begin() + static_cast<std::ptrdiff_t>(i));
      return true;
    }
  return false;
}

// Kind of kernel, and the loop that runs inside it (none: scalar).
struct Choice {
  Kind kind = Kind::scalar;
  Operand x = Operand::I;
  std::size_t inside = static_cast<std::size_t>(-1);
};

// Which loops go into the tables: the longest ones first, as many as fit.
struct Tables {
  std::vector<BoxLoop> terms, rows, outer;
  std::int64_t term_count = 1, row_count = 1;
};

void put(const BoxLoop& loop, std::int64_t most, std::int64_t& count, std::vector<BoxLoop>& table,
         std::vector<BoxLoop>& outer) {
  const bool fits = loop.trips <= most / count || (count == 1 && loop.trips <= kMostOfOneLoop);
  if (fits) count *= loop.trips;
  (fits ? table : outer).push_back(loop);
}

Tables tables_of(const std::vector<BoxLoop>& loops, const Choice& choice) {
  Tables tables;
  for (std::size_t j = 0; j < loops.size(); ++j) {
    if (j == choice.inside) continue;
    if (adds_up(loops[j]))
      put(loops[j], kMostTerms, tables.term_count, tables.terms, tables.outer);
    else if (choice.kind == Kind::packed && loops[j].words[choice.x] != 0)
      tables.outer.push_back(loops[j]);
    else
      put(loops[j], kMostRows, tables.row_count, tables.rows, tables.outer);
  }
  return tables;
}

double vectors_of(std::int64_t words, std::int64_t width) {
  return static_cast<double>(ceil_div(words, width));
}

// Estimated cycles per multiply-accumulate.
double cost(const std::vector<BoxLoop>& loops, const Choice& choice) {
  const Tables tables = tables_of(loops, choice);
  const auto terms = static_cast<double>(tables.term_count);
  if (choice.kind == Kind::scalar) return 1.5 + 4 / terms;
  const std::int64_t n = loops[choice.inside].trips;
  const auto length = static_cast<double>(n);
  const double vectors = vectors_of(n, n >= 8 ? 8 : n >= 4 ? 4 : 1);
  if (choice.kind == Kind::dot) return (vectors * terms * 1.2 + 5) / (length * terms);
  if (choice.kind == Kind::vector) return (vectors * (terms + 3) + 4) / (length * terms);
  const double row = 2 * vectors_of(n, 16) * (terms + 4) + 4;
  return row / (length * terms) + 1.5 / static_cast<double>(tables.row_count);
}

Choice best_choice(const std::vector<BoxLoop>& loops) {
  Choice best;
  double least = cost(loops, best);
  const auto consider = [&](const Choice& choice) {
    const double cycles = cost(loops, choice);
    if (cycles < least) best = choice;
    least = std::min(least, cycles);
  };
  for (std::size_t j = 0; j < loops.size(); ++j) {
    const PerOperand<std::int64_t>& words = loops[j].words;
    if (adds_up(loops[j]) && words[Operand::I] == 1 && words[Operand::W] == 1 &&
        loops[j].trips >= 4)
      consider({Kind::dot, Operand::I, j});
    for (Operand x : {Operand::I, Operand::W}) {
      if (words[Operand::O] != 1 || words[x] == 0 || words[other(x)] != 0) continue;
      if (words[x] == 1) consider({Kind::vector, x, j});
      consider({Kind::packed, x, j});
    }
  }
  return best;
}

}  // namespace

std::vector<PerOperand<std::int64_t>> offsets_of(const std::vector<BoxLoop>& loops) {
  std::vector<PerOperand<std::int64_t>> offsets;
  const auto collect = [&](const PerOperand<std::int64_t>& offset) { offsets.push_back(offset); };
  for_each_offset(loops, {}, collect);
  return offsets;
}

Plan make_plan(const StepBox& box) {
  std::vector<BoxLoop> loops = box.loops;
  while (merge_two(loops)) {
  }
  std::stable_sort(loops.begin(), loops.end(),
                   [](const BoxLoop& a, const BoxLoop& b) { return a.trips > b.trips; });
  const Choice choice = best_choice(loops);
  const Tables tables = tables_of(loops, choice);
  const Operand a = other(choice.x);
  Plan plan;
  plan.x = choice.x;
  plan.base = box.base;
  plan.outer = tables.outer;
  plan.kernel.kind = choice.kind;
  if (choice.inside < loops.size()) {
    plan.kernel.length = loops[choice.inside].trips;
    plan.kernel.x_stride = loops[choice.inside].words[choice.x];
  }
  for (const PerOperand<std::int64_t>& at : offsets_of(tables.terms))
    plan.kernel.terms.push_back({at[choice.x], at[a]});
  for (const PerOperand<std::int64_t>& at : offsets_of(tables.rows))
    plan.kernel.rows.push_back({at[Operand::O], at[choice.x], at[a]});
  return plan;
}

}  // namespace assay::simulator
