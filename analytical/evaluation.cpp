// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "analytical/counts.h"
#include "analytical/digit_sums.h"
#include "core/checked.h"

namespace assay::analytical {
namespace {

const Digit& digit_at(const DimLoops& loops, int i) {
  return loops.digit[static_cast<std::size_t>(i)];
}

// Whether the loop makes a single iteration where all outer temporal loops of its dimension are at
// their last.
bool single_at_the_end(const DimLoops& loops, int index) {
  if (index == 0) return false;    // the outermost loop of a dimension makes at least two
  std::int64_t left = loops.size;  // lane 0
  for (int i = 0; i < index; ++i) {
    const Digit& d = digit_at(loops, i);
    if (d.array == kTemporal) left -= (ceil_div(left, d.stride) - 1) * d.stride;
    left = std::min(left, d.stride);
  }
  return left <= digit_at(loops, index).stride;
}

}  // namespace

struct Evaluation::Scope {
  const HoldPoint& hold;
  LaneModes modes;
  Visits visits;
  bool count_events;  // 1 per event instead of the elements
  int repeat_pos;  // irrelevant temporal loops outside it make visits of their own; those inside do
                   // not
  LoopRef slide;   // the loop whose advances slide; pos -1: none
  unsigned at_last = 0;  // dimensions restricted to their last temporal tuple
};

Evaluation::Evaluation(const Layer& layer, const Accelerator& accelerator, const Nest& nest)
    : layer_(layer),
      accelerator_(accelerator),
      nest_(nest),
      rows_(input_axis(layer, accelerator, true)),
      columns_(input_axis(layer, accelerator, false)) {}

std::int64_t Evaluation::dimension(const Scope& s, Dim dim) const {
  const DimLoops& loops = nest_.dims[dim];
  const int k = s.hold.outside[dim];
  const bool relevant = is_relevant(s.hold.operand, dim);
  const bool restricted = (s.at_last & bit(dim)) != 0;
  const Leaf leaf = relevant && !s.count_events ? Leaf::extent : Leaf::one;
  Takes takes;
  unsigned seen = 0;
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
      take = s.visits == Visits::all     ? Take::all
             : s.visits == Visits::first ? Take::first
                                         : Take::last;
    }
    seen |= 1U << static_cast<unsigned>(take);
  }
  if (seen == 1U << static_cast<unsigned>(Take::all))  // every tile
    return leaf == Leaf::extent ? loops.size : ceil_div(loops.size, loops.tile(k));
  if (seen == 1U << static_cast<unsigned>(Take::first))  // the first tile
    return leaf == Leaf::extent ? std::min(loops.size, loops.tile(k)) : 1;
  return digit_sum(loops, k, takes, leaf);
}

std::int64_t Evaluation::axis(const Scope& s, const InputAxis& a) const {
  AxisEvents events;
  events.pos = s.hold.pos;
  if (s.slide.pos >= 0 && (s.slide.dim == a.out || s.slide.dim == a.filter) &&
      accelerator_.halo == Halo::slide)
    events.slide_pos = s.slide.pos;
  events.last_out = (s.at_last & bit(a.out)) != 0;
  events.last_filter = (s.at_last & bit(a.filter)) != 0;
  return axis_sum(nest_, a, events, s.modes);
}

std::int64_t Evaluation::product(const Scope& s) const {
  std::int64_t total = s.count_events ? 1 : s.hold.whole;
  const bool input_boxes = s.hold.operand == Operand::I && !s.count_events;
  const unsigned axes = bit(Dim::P) | bit(Dim::Q) | bit(Dim::R) | bit(Dim::S);
  for (unsigned left = input_boxes ? s.hold.tiled & ~axes : s.hold.tiled; left != 0;
       left &= left - 1)
    total = mul(total, dimension(s, static_cast<Dim>(__builtin_ctz(left))));
  if (input_boxes) total = mul(mul(total, axis(s, rows_)), axis(s, columns_));
  return total;
}

// The product form counts a visit per iteration of every loop outside the innermost relevant one.
// Where relevant loops make a single iteration (only at the very end of their dimension),
// irrelevant loops just outside them change nothing: those visits are one.
std::int64_t Evaluation::sum_with_merged_visits(Scope s) const {
  const unsigned relevant = relevant_dims(s.hold.operand);
  LoopRef loop = s.slide;
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

std::uint64_t Evaluation::mode_bits(const LaneModes& modes, int pos) const {
  std::uint64_t bits = 0;
  for (std::size_t l = 0; l < accelerator_.levels.size(); ++l)
    if (nest_.first_lane[l] < pos) bits |= static_cast<std::uint64_t>(modes[l]) << (2 * l);
  return bits;
}

template <class Compute>
std::int64_t Evaluation::remember(std::uint64_t key, const Compute& compute) const {
  for (std::size_t i = 0; i < known_count_; ++i)
    if (known_[i].key == key) return known_[i].value;
  const std::int64_t value = compute();
  if (known_count_ < kMaxKnown) known_[known_count_++] = {key, value};
  return value;
}

std::int64_t Evaluation::moved(const HoldPoint& hold, const LaneModes& modes, Visits which) const {
  const std::uint64_t key =
      mode_bits(modes, hold.pos) << 24U | static_cast<std::uint64_t>(hold.pos) << 8U |
      static_cast<std::uint64_t>(hold.operand) << 4U | static_cast<std::uint64_t>(which);
  return remember(key, [&] {
    return sum_with_merged_visits({hold, modes, which, false, 0, hold.innermost, 0});
  });
}

std::int64_t Evaluation::visits(const HoldPoint& hold) const {
  const std::uint64_t key = static_cast<std::uint64_t>(hold.pos) << 8U |
                            static_cast<std::uint64_t>(hold.operand) << 4U | 15U;
  return remember(key, [&] {
    LaneModes modes;
    modes.fill(Lanes::first);
    return sum_with_merged_visits({hold, modes, Visits::all, true, 0, hold.innermost, 0});
  });
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
    if (i > parent && i < child)
      modes[static_cast<std::size_t>(i)] = separate ? Lanes::sum : Lanes::merge;
  }
  return modes;
}

}  // namespace assay::analytical
