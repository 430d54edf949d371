// SPDX-License-Identifier: Apache-2.0
#include "analytical/batch/symbolic_sums.h"

#include <algorithm>

#include "core/checked.h"

namespace assay::analytical::batch {
namespace {

constexpr std::size_t at(int i) { return static_cast<std::size_t>(i); }
constexpr unsigned bit_of(int i) { return 1U << static_cast<unsigned>(i); }

}  // namespace

struct SymbolicEvaluation::Scope {
  const HoldPoint& hold;
  LaneModes modes{};
  Visits visits = Visits::all;
  bool count_events = false;
  int repeat_pos = -1;
  LoopRef slide;  // the loop whose advances slide along an axis of the input; index -1: none
  PerDim<Presence> presence{};
  Take tuples = Take::all;  // of the loops that index the operand
  AxisFactor::Kind along = AxisFactor::Kind::boxes;
};

SymbolicEvaluation::SymbolicEvaluation(const Layer& layer, const Accelerator& accelerator,
                                       const Nest& pattern, const std::vector<bool>& optional,
                                       Builder& builder)
    : layer_(layer),
      accelerator_(accelerator),
      nest_(pattern),
      optional_(optional),
      builder_(builder),
      numeric_(layer, accelerator, pattern) {}

Symbol SymbolicEvaluation::input(Dim dim, const DimFactor& factor) const {
  return known_or_new(factors_.dims[at(index(dim))], factors_.nodes[at(index(dim))], factor);
}

Symbol SymbolicEvaluation::input(bool rows, const AxisFactor& factor) const {
  return known_or_new(factors_.axes[rows ? 0 : 1], factors_.nodes[at(rows ? kRows : kColumns)],
                      factor);
}

template <class Factor>
Symbol SymbolicEvaluation::known_or_new(std::vector<Factor>& known, std::vector<int>& nodes,
                                        const Factor& factor) const {
  for (std::size_t i = 0; i < known.size(); ++i)
    if (known[i] == factor) return {&builder_, nodes[i]};
  known.push_back(factor);
  nodes.push_back(builder_.input());
  return {&builder_, nodes.back()};
}

// ---- Products -------------------------------------------------------------------------------

Symbol SymbolicEvaluation::dimension(const Scope& s, Dim dim) const {
  const DimLoops& loops = nest_.dims[dim];
  const bool relevant = is_relevant(s.hold.operand, dim);
  DimFactor factor;
  factor.digits = s.hold.outside[dim];
  factor.leaf = relevant && !s.count_events ? Leaf::extent : Leaf::one;
  factor.ends = relevant;
  factor.presence = s.presence[dim];
  bool one = factor.leaf == Leaf::one && factor.presence == Presence{};
  for (int i = 0; i < factor.digits; ++i) {
    const Digit& d = loops.digit[at(i)];
    Take& take = factor.takes[at(i)];
    if (d.array != kTemporal) {
      const Lanes mode = s.modes[at(d.array)];
      take = mode == Lanes::sum || (mode == Lanes::merge && relevant) ? Take::all : Take::first;
    } else if (relevant || d.pos < s.repeat_pos) {
      take = relevant                    ? s.tuples
             : s.visits == Visits::all   ? Take::all
             : s.visits == Visits::first ? Take::first
                                         : Take::last;
    } else {
      take = Take::first;
    }
    one = one && take == Take::first;
  }
  return one ? Symbol(1) : input(dim, factor);
}

Symbol SymbolicEvaluation::axis(const Scope& s, bool rows) const {
  const Dim out = rows ? Dim::P : Dim::Q, filter = rows ? Dim::R : Dim::S;
  AxisFactor factor;
  const bool slides = s.slide.index >= 0 && (s.slide.dim == out || s.slide.dim == filter);
  factor.kind = s.along == AxisFactor::Kind::slide && !slides ? AxisFactor::Kind::first : s.along;
  factor.pos = s.hold.pos;
  factor.out = s.presence[out];
  factor.filter = s.presence[filter];
  if (slides) {
    factor.slide_dim = s.slide.dim;
    factor.slide_digit = s.slide.index;
  }
  for (Dim d : {out, filter})
    for (int i = 0; i < s.hold.outside[d]; ++i)
      if (const int array = nest_.dims[d].digit[at(i)].array; array != kTemporal)
        factor.modes[at(array)] = s.modes[at(array)];
  return input(rows, factor);
}

Symbol SymbolicEvaluation::product(const Scope& s) const {
  const bool boxes = s.hold.operand == Operand::I && !s.count_events;
  std::int64_t whole = 1;
  Symbol total = Symbol(1);
  for (Dim d : kAllDims) {
    if (boxes && is_input_axis(d)) continue;
    if (s.hold.outside[d] > 0)
      total = total * dimension(s, d);
    else if (is_relevant(s.hold.operand, d) && !s.count_events)
      whole = assay::mul(whole, nest_.dims[d].size);
  }
  if (boxes) total = total * axis(s, true) * axis(s, false);
  return mul(total, whole);
}

// ---- Visits ---------------------------------------------------------------------------------

SymbolicEvaluation::Chain SymbolicEvaluation::chain(const HoldPoint& hold) const {
  Chain chain;
  const unsigned relevant = relevant_dims(hold.operand);
  for (LoopRef loop = innermost_loop(nest_, hold.pos, relevant); loop.index >= 0;
       loop = innermost_loop(nest_, loop.pos, relevant))
    chain.push_back(loop);
  return chain;
}

bool SymbolicEvaluation::optional(const LoopRef& loop) const { return optional_[at(loop.pos)]; }

// The outermost loop of a dimension makes at least two iterations if it is there.
bool SymbolicEvaluation::may_be_single(const LoopRef& loop) const {
  return loop.index > 0 || optional(loop);
}

// Whether a temporal loop that does not index the operand stands at a position in [from, to).
bool SymbolicEvaluation::repeats_between(Operand operand, int from, int to) const {
  const LoopRef loop = innermost_loop(nest_, to, ~relevant_dims(operand));
  return loop.index >= 0 && loop.pos >= from;
}

// The correction of evaluation.cpp for visits that merge. Loops that are absent merge theirs
// everywhere, loops with a single iteration at the end only there; the factors tell which.
Symbol SymbolicEvaluation::sum_with_merged_visits(Scope s, const Chain& chain,
                                                  std::size_t start) const {
  s.repeat_pos = start < chain.size() ? chain[start].pos : -1;
  Symbol total = product(s);
  for (std::size_t k = start; k < chain.size() && may_be_single(chain[k]); ++k) {
    s.presence[chain[k].dim].single |= bit_of(chain[k].index);
    const int next = k + 1 < chain.size() ? chain[k + 1].pos : -1;
    if (!repeats_between(s.hold.operand, next, chain[k].pos)) {
      s.repeat_pos = next;
      continue;
    }
    const Symbol separate = product(s);
    s.repeat_pos = next;
    const Symbol merged = product(s);
    total += merged - separate;
  }
  return total;
}

bool SymbolicEvaluation::slides(const HoldPoint& hold, const Chain& chain) const {
  return hold.operand == Operand::I && accelerator_.halo == Halo::slide &&
         std::any_of(chain.begin(), chain.end(),
                     [](const LoopRef& l) { return is_input_axis(l.dim); });
}

Symbol SymbolicEvaluation::moved(const HoldPoint& hold, const LaneModes& modes,
                                 Visits which) const {
  const Chain loops = chain(hold);
  Scope scope{hold, modes, which, false, -1, {}, {}, Take::all, AxisFactor::Kind::boxes};
  if (!slides(hold, loops)) return sum_with_merged_visits(scope, loops, 0);
  return by_innermost(loops, [&](std::size_t start, const PerDim<Presence>& presence) {
    Scope s = scope;
    s.presence = presence;
    if (start < loops.size() && is_input_axis(loops[start].dim)) s.slide = loops[start];
    return sum_with_merged_visits(s, loops, start);
  });
}

Symbol SymbolicEvaluation::moved_once(const HoldPoint& hold, const LaneModes& modes,
                                      SymbolicEvaluation::Visit visit) const {
  const Chain loops = chain(hold);
  Scope scope{hold, modes, Visits::first, false, -1, {}, {}, Take::first, AxisFactor::Kind::first};
  if (visit == Visit::first) return product(scope);
  if (visit == Visit::first_slide && !slides(hold, loops)) return 0;
  return by_innermost(loops, [&](std::size_t start, const PerDim<Presence>& presence) -> Symbol {
    Scope s = scope;
    s.presence = presence;
    if (visit == Visit::first_slide) {
      if (start == loops.size() || !is_input_axis(loops[start].dim)) return 0;
      s.slide = loops[start];
      s.along = AxisFactor::Kind::slide;
    } else {
      s.visits = Visits::last;
      s.tuples = Take::last;
      s.repeat_pos = start < loops.size() ? loops[start].pos : -1;
    }
    return product(s);
  });
}

Symbol SymbolicEvaluation::visits(const HoldPoint& hold) const {
  Scope scope{hold, {}, Visits::all, true, -1, {}, {}, Take::all, AxisFactor::Kind::boxes};
  scope.modes.fill(Lanes::first);
  return sum_with_merged_visits(scope, chain(hold), 0);
}

Symbol SymbolicEvaluation::accesses(Operand operand, const LaneModes& modes) const {
  Symbol total = Symbol(1);
  for (Dim d : kAllDims) {
    const DimLoops& loops = nest_.dims[d];
    if ((operand == Operand::I && is_input_axis(d)) || loops.count == 0) continue;
    DimFactor factor;
    factor.digits = loops.count;
    for (int i = 0; i < loops.count; ++i) {
      const int array = loops.digit[at(i)].array;
      if (array == kTemporal) continue;
      const Lanes mode = modes[at(array)];
      if (mode == Lanes::first || (mode == Lanes::merge && !is_relevant(operand, d)))
        factor.takes[at(i)] = Take::first;
    }
    total = total * input(d, factor);
  }
  if (operand != Operand::I) return total;
  for (const bool rows : {true, false}) {
    AxisFactor factor;
    factor.kind = AxisFactor::Kind::points;
    for (Dim d : {rows ? Dim::P : Dim::Q, rows ? Dim::R : Dim::S})
      for (int i = 0; i < nest_.dims[d].count; ++i)
        if (const int array = nest_.dims[d].digit[at(i)].array; array != kTemporal)
          factor.modes[at(array)] = modes[at(array)];
    total = total * input(rows, factor);
  }
  return total;
}

// ---- Residence ------------------------------------------------------------------------------

// The largest box, or the largest slide along the axis of chain loop `advance` (position, else -1).
Symbol SymbolicEvaluation::boxes(const Scope& s, int advance) const {
  Symbol total = Symbol(1);
  for (Dim d : kAllDims) {
    const bool apart = s.hold.operand == Operand::I && is_input_axis(d);
    if (apart || (!is_relevant(s.hold.operand, d) && s.presence[d] == Presence{})) continue;
    DimFactor factor;
    factor.digits = s.hold.outside[d];
    factor.takes.fill(Take::first);
    factor.leaf = Leaf::extent;
    factor.presence = s.presence[d];
    total = factor.digits > 0 ? total * input(d, factor) : mul(total, nest_.dims[d].size);
  }
  if (s.hold.operand != Operand::I) return total;
  for (const bool rows : {true, false}) {
    AxisFactor factor;
    const Dim out = rows ? Dim::P : Dim::Q, filter = rows ? Dim::R : Dim::S;
    const bool here = advance >= 0 && (s.slide.dim == out || s.slide.dim == filter);
    factor.kind = here ? AxisFactor::Kind::advance : AxisFactor::Kind::extent;
    factor.pos = s.hold.pos;
    factor.out = s.presence[out];
    factor.filter = s.presence[filter];
    if (here) {
      factor.slide_dim = s.slide.dim;
      factor.slide_digit = s.slide.index;
    }
    total = total * input(rows, factor);
  }
  return total;
}

Symbol SymbolicEvaluation::resident(const HoldPoint& hold, int slots) const {
  const Scope scope{hold, {}, Visits::all, false, -1, {}, {}, Take::all, AxisFactor::Kind::boxes};
  const Symbol box = boxes(scope, -1);
  if (slots == 1) return box;
  if (hold.operand != Operand::I || accelerator_.halo == Halo::reload) return mul(box, slots);
  const Chain loops = chain(hold);
  const Symbol increment =
      by_innermost(loops, [&](std::size_t start, const PerDim<Presence>& presence) {
        Scope s = scope;
        s.presence = presence;
        if (start < loops.size() && is_input_axis(loops[start].dim)) s.slide = loops[start];
        return boxes(s, s.slide.index);
      });
  return box + mul(increment, slots - 1);
}

Symbol SymbolicEvaluation::lanes(int array) const {
  Symbol total = 1;
  for (Dim d : kAllDims) {
    DimFactor factor;
    factor.kind = DimFactor::Kind::bounds;
    for (int i = 0; i < nest_.dims[d].count; ++i)
      if (nest_.dims[d].digit[at(i)].array == array) factor.mask |= bit_of(i);
    if (factor.mask != 0) total = total * input(d, factor);
  }
  return total;
}

}  // namespace assay::analytical::batch
