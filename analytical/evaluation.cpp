// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "analytical/counts.h"
#include "analytical/digit_sums.h"
#include "core/checked.h"

namespace assay::analytical {
namespace {

const Digit& digit_at(const DimLoops& loops, int i) { return loops.digit[static_cast<std::size_t>(i)]; }

// Innermost temporal loop outside nest position `pos` whose dimension is in `relevant`.
struct Loop {
  Dim dim = Dim::N;
  int index = -1;  // digit of the dimension
  int pos = -1;
};
Loop innermost_loop(const Nest& nest, int pos, unsigned relevant) {
  Loop best;
  for (Dim d : kAllDims) {
    if ((relevant & bit(d)) == 0) continue;
    const DimLoops& loops = nest.dims[d];
    for (int i = loops.outside(pos); i-- > 0;) {
      if (digit_at(loops, i).array != kTemporal) continue;
      if (digit_at(loops, i).pos > best.pos) best = {d, i, digit_at(loops, i).pos};
      break;
    }
  }
  return best;
}

// Whether the loop makes a single iteration where all outer temporal loops of its dimension are at their last.
bool single_at_the_end(const DimLoops& loops, int index) {
  std::int64_t left = loops.size;  // lane 0
  for (int i = 0; i < index; ++i) {
    const Digit& d = digit_at(loops, i);
    if (d.array == kTemporal) left -= (ceil_div(left, d.stride) - 1) * d.stride;
    left = std::min(left, d.stride);
  }
  return left <= digit_at(loops, index).stride;
}

bool is_input_axis(Dim d) { return d == Dim::P || d == Dim::Q || d == Dim::R || d == Dim::S; }

}  // namespace

struct Evaluation::Scope {
  Operand operand;
  int pos;                 // of the hold
  LaneModes modes;
  Visits visits;
  bool count_events;       // 1 per event instead of the elements
  int repeat_pos;          // irrelevant temporal loops outside it make visits of their own; those inside do not
  Loop slide;              // the loop whose advances slide; pos -1: none
  unsigned at_last = 0;    // dimensions restricted to their last temporal tuple
};

Evaluation::Evaluation(const Layer& layer, const Accelerator& accelerator, const Nest& nest)
    : layer_(layer), accelerator_(accelerator), nest_(nest),
      rows_(input_axis(layer, accelerator, true)), columns_(input_axis(layer, accelerator, false)) {}

std::int64_t Evaluation::dimension(const Scope& s, Dim dim) const {
  const DimLoops& loops = nest_.dims[dim];
  const int k = loops.outside(s.pos);
  const bool relevant = is_relevant(s.operand, dim);
  if (k == 0) return relevant && !s.count_events ? loops.size : 1;
  const bool restricted = (s.at_last & bit(dim)) != 0;
  Takes takes{};
  for (int i = 0; i < k; ++i) {
    const Digit& d = digit_at(loops, i);
    Take& take = takes[static_cast<std::size_t>(i)];
    if (d.array != kTemporal) {
      const Lanes mode = s.modes[static_cast<std::size_t>(d.array)];
      take = mode == Lanes::sum || (mode == Lanes::merge && relevant) ? Take::all : Take::first;
    } else if (relevant) {
      take = restricted ? Take::last : Take::all;
    } else if (d.pos >= s.repeat_pos) {
      take = Take::first;
    } else {
      take = s.visits == Visits::all ? Take::all
             : s.visits == Visits::first ? Take::first : Take::last;
    }
  }
  return digit_sum(loops, k, takes, relevant && !s.count_events ? Leaf::extent : Leaf::one);
}

std::int64_t Evaluation::axis(const Scope& s, const InputAxis& a) const {
  AxisEvents events;
  events.pos = s.pos;
  if (s.slide.pos >= 0 && (s.slide.dim == a.out || s.slide.dim == a.filter) &&
      accelerator_.halo == Halo::slide)
    events.slide_pos = s.slide.pos;
  events.last_out = (s.at_last & bit(a.out)) != 0;
  events.last_filter = (s.at_last & bit(a.filter)) != 0;
  return axis_sum(nest_, a, events, s.modes);
}

std::int64_t Evaluation::product(const Scope& s) const {
  std::int64_t total = 1;
  const bool input_boxes = s.operand == Operand::I && !s.count_events;
  for (Dim d : kAllDims)
    if (!(input_boxes && is_input_axis(d))) total = mul(total, dimension(s, d));
  if (input_boxes) total = mul(mul(total, axis(s, rows_)), axis(s, columns_));
  return total;
}

// The product form counts a visit per iteration of every loop outside the innermost relevant one. Where relevant loops make a single
// iteration (only at the very end of their dimension), irrelevant loops just outside them change nothing: those visits are one.
std::int64_t Evaluation::sum_with_merged_visits(Scope s) const {
  const unsigned relevant = relevant_dims(s.operand);
  Loop loop = s.slide;
  s.repeat_pos = loop.pos;
  std::int64_t total = product(s);
  while (loop.pos >= 0 && single_at_the_end(nest_.dims[loop.dim], loop.index)) {
    s.at_last |= bit(loop.dim);
    loop = innermost_loop(nest_, loop.pos, relevant);
    const std::int64_t separate = product(s);
    s.repeat_pos = loop.pos;
    total = add(total, product(s) - separate);
  }
  return total;
}

std::int64_t Evaluation::moved(const HoldPoint& hold, const LaneModes& modes, Visits which) const {
  const Loop loop = innermost_loop(nest_, hold.pos, relevant_dims(hold.operand));
  return sum_with_merged_visits({hold.operand, hold.pos, modes, which, false, 0, loop, 0});
}

std::int64_t Evaluation::visits(const HoldPoint& hold) const {
  LaneModes modes;
  modes.fill(Lanes::first);
  const Loop loop = innermost_loop(nest_, hold.pos, relevant_dims(hold.operand));
  return sum_with_merged_visits({hold.operand, hold.pos, modes, Visits::all, true, 0, loop, 0});
}

std::int64_t Evaluation::accesses(Operand operand, const LaneModes& modes) const {
  std::int64_t total = 1;
  for (Dim d : kAllDims) {
    if (operand == Operand::I && is_input_axis(d)) continue;
    const DimLoops& loops = nest_.dims[d];
    Takes takes{};
    for (int i = 0; i < loops.count; ++i) {
      if (digit_at(loops, i).array == kTemporal) continue;
      const Lanes mode = modes[static_cast<std::size_t>(digit_at(loops, i).array)];
      if (mode == Lanes::first || (mode == Lanes::merge && !is_relevant(operand, d)))
        takes[static_cast<std::size_t>(i)] = Take::first;
    }
    total = mul(total, digit_sum(loops, loops.count, takes, Leaf::one));
  }
  if (operand == Operand::I)
    total = mul(mul(total, axis_points(nest_, rows_, modes)), axis_points(nest_, columns_, modes));
  return total;
}

LaneModes Evaluation::network_modes(Operand operand, int parent, int child, Lanes outside) const {
  LaneModes modes;
  modes.fill(Lanes::sum);
  for (int i = 0; i < static_cast<int>(accelerator_.levels.size()); ++i) {
    const Level& level = accelerator_.levels[static_cast<std::size_t>(i)];
    if (level.kind != LevelKind::array) continue;
    if (i < parent) modes[static_cast<std::size_t>(i)] = outside;
    const Network n = level.network[operand];
    const bool separate = n == Network::unicast || n == Network::none || n == Network::absent;
    if (i > parent && i < child) modes[static_cast<std::size_t>(i)] = separate ? Lanes::sum : Lanes::merge;
  }
  return modes;
}

}  // namespace assay::analytical
