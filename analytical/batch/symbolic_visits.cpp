// SPDX-License-Identifier: Apache-2.0
// What the latency bound asks besides the counts: single visits, steps, full tiles.
#include "analytical/batch/symbolic_sums.h"
#include "core/checked.h"

namespace assay::analytical::batch {
namespace {

constexpr std::size_t at(int i) { return static_cast<std::size_t>(i); }
constexpr unsigned bit_of(int i) { return 1U << static_cast<unsigned>(i); }

}  // namespace

Symbol SymbolicEvaluation::iterations(unsigned inside) const {
  const int steps_pos = nest_.holds == 0 ? -1 : nest_.innermost_hold;  // without holds: one step
  Symbol total = 1;
  for (Dim d : kAllDims) {
    const DimLoops& loops = nest_.dims[d];
    DimFactor factor;
    factor.digits = loops.count;
    for (int i = 0; i < loops.count; ++i) {
      const Digit& digit = loops.digit[at(i)];
      if (digit.array != kTemporal || (digit.pos > steps_pos && (inside & bit(d)) == 0))
        factor.takes[at(i)] = Take::first;
    }
    if (loops.count > 0) total = total * input(d, factor);
  }
  return total;
}

Symbol SymbolicEvaluation::bounds(const HoldPoint& hold, const Bounds& which) const {
  const Chain loops = chain(hold);
  return by_innermost(loops, [&](std::size_t start, PerDim<Presence> presence) {
    const int pos = start < loops.size() ? loops[start].pos : -1;
    if (!which.merged_too && start < loops.size()) presence[loops[start].dim].divided = true;
    Symbol total = 1;
    for (Dim d : kAllDims) {
      DimFactor factor;
      factor.kind = which.sure ? DimFactor::Kind::sure_bounds : DimFactor::Kind::bounds;
      factor.presence = presence[d];
      for (int i = 0; i < nest_.dims[d].count; ++i) {
        const Digit& digit = nest_.dims[d].digit[at(i)];
        if (digit.array != kTemporal || (digit.pos <= pos) != which.outside) continue;
        if (which.outside || digit.pos <= nest_.innermost_hold || (which.steps & bit(d)) != 0)
          factor.mask |= bit_of(i);
      }
      if (factor.mask != 0 || !(factor.presence == Presence{})) total = total * input(d, factor);
    }
    return total;
  });
}

Symbol SymbolicEvaluation::changes(const HoldPoint& hold) const {
  const Chain loops = chain(hold);
  return by_innermost(loops, [&](std::size_t start, const PerDim<Presence>& presence) {
    Symbol total = start < loops.size() ? loops[start].pos + 1 : 0;
    for (Dim d : kAllDims) {
      DimFactor factor;
      factor.kind = DimFactor::Kind::bounds;
      factor.presence = presence[d];
      if (!(factor.presence == Presence{})) total = total * input(d, factor);
    }
    return total;
  });
}

// Visits whose tile is full in every lane. starts: only tiles that do not slide; repeated: all
// visits of a tile, else one.
Symbol SymbolicEvaluation::full_tiles(const HoldPoint& hold, const LaneModes& modes,
                                      const Chain& chain, std::size_t start,
                                      const PerDim<Presence>& presence, bool starts,
                                      bool repeated) const {
  const bool some = start < chain.size();
  Symbol total = 1;
  for (Dim d : kAllDims) {
    DimFactor factor;
    factor.digits = hold.outside[d];
    factor.presence = presence[d];
    if (some && chain[start].dim == d) factor.presence.divided = true;  // no visits merge
    if (factor.digits == 0) continue;
    if (is_relevant(hold.operand, d)) {
      const bool slides = starts && some && chain[start].dim == d && is_input_axis(d);
      factor.kind = slides ? DimFactor::Kind::full_starts : DimFactor::Kind::full_tuples;
      if (slides) factor.digit = chain[start].index;
      total = total * input(d, factor);
      continue;
    }
    factor.kind = repeated ? DimFactor::Kind::repeats : DimFactor::Kind::ever_repeats;
    for (int i = 0; i < factor.digits; ++i) {
      const Digit& digit = nest_.dims[d].digit[at(i)];
      if (digit.array != kTemporal && modes[at(digit.array)] == Lanes::sum)
        factor.mask |= bit_of(i);
      if (repeated && (digit.array != kTemporal || !some || digit.pos >= chain[start].pos))
        factor.takes[at(i)] = Take::first;
    }
    if (repeated || factor.mask != 0) total = total * input(d, factor);
  }
  return total;
}

SymbolicEvaluation::Full SymbolicEvaluation::full(const HoldPoint& hold,
                                                  const LaneModes& modes) const {
  const Chain loops = chain(hold);
  const auto tiles = [&](bool starts, bool repeated) {
    return by_innermost(loops, [&](std::size_t start, const PerDim<Presence>& presence) {
      return full_tiles(hold, modes, loops, start, presence, starts, repeated);
    });
  };
  const Symbol all = tiles(false, true);
  Full full;
  full.boxes = slides(hold, loops) ? tiles(true, true) : all;
  full.slides = all - full.boxes;
  full.once = tiles(false, false);
  full.later = all - full.once;
  return full;
}

}  // namespace assay::analytical::batch
