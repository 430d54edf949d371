// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "analytical/counts.h"
#include "analytical/digit_sums.h"
#include "core/checked.h"

namespace assay::analytical {
namespace {

constexpr unsigned kInputAxes = bit(Dim::P) | bit(Dim::Q) | bit(Dim::R) | bit(Dim::S);

const Digit& digit_at(const DimLoops& loops, int i) {
  return loops.digit[static_cast<std::size_t>(i)];
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
  unsigned at_last = 0;   // dimensions restricted to their last temporal tuple
  bool at_first = false;  // all dimensions restricted to their first temporal tuple; with a slide:
                          // to the one after it
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
  // Without remainders every tile is full.
  std::int64_t product = leaf == Leaf::extent ? loops.tile(k) : 1;
  const bool divided = (nest_.divided & bit(dim)) != 0;
  Takes takes;
  unsigned seen = 0;
  for (int i = 0; i < k; ++i) {
    const Digit& d = digit_at(loops, i);
    Take& take = takes[static_cast<std::size_t>(i)];
    if (d.array != kTemporal) {
      const Lanes mode = s.modes[static_cast<std::size_t>(d.array)];
      take = mode == Lanes::sum || (mode == Lanes::merge && relevant) ? Take::all : Take::first;
    } else if (relevant) {
      take = restricted ? Take::last : s.at_first ? Take::first : Take::all;
    } else if (d.pos >= s.repeat_pos) {
      take = Take::first;
    } else {
      take = s.visits == Visits::all     ? Take::all
             : s.visits == Visits::first ? Take::first
                                         : Take::last;
    }
    if (divided && take == Take::all) product = mul(product, d.bound);
    seen |= 1U << static_cast<unsigned>(take);
  }
  if (divided) return product;
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
  events.first = s.at_first && events.slide_pos < 0;
  events.first_slide = s.at_first && events.slide_pos >= 0;
  return axis_sum(nest_, a, events, s.modes);
}

std::int64_t Evaluation::product(const Scope& s) const {
  std::int64_t total = s.count_events ? 1 : s.hold.whole;
  const bool input_boxes = s.hold.operand == Operand::I && !s.count_events;
  for (unsigned left = input_boxes ? s.hold.tiled & ~kInputAxes : s.hold.tiled; left != 0;
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
  constexpr std::uint64_t kSpread = 0x9e3779b97f4a7c15U;
  std::size_t slot = (key + 1) * kSpread >> 57U;
  static_assert(kSlots == 128);
  while (key_[slot] != 0) {
    if (key_[slot] == key + 1) return value_[slot];
    slot = (slot + 1) % kSlots;
  }
  const std::int64_t value = compute();
  if (known_count_ == kMaxKnown) return value;
  ++known_count_;
  while (key_[slot] != 0) slot = (slot + 1) % kSlots;  // computing may have remembered others
  key_[slot] = key + 1;
  value_[slot] = value;
  return value;
}

std::int64_t Evaluation::moved(const HoldPoint& hold, const LaneModes& modes, Visits which) const {
  const std::uint64_t key =
      mode_bits(modes, hold.pos) << 24U | static_cast<std::uint64_t>(hold.pos) << 8U |
      static_cast<std::uint64_t>(hold.operand) << 4U | static_cast<std::uint64_t>(which);
  return remember(key, [&] {
    return sum_with_merged_visits({hold, modes, which, false, 0, hold.innermost, 0, false});
  });
}

Evaluation::FirstBoxes Evaluation::first_boxes(const HoldPoint& hold, const LaneModes& modes,
                                               bool slides) const {
  Scope s{hold, modes, Visits::first, false, hold.innermost.pos, {}, 0, true};
  if (hold.operand != Operand::I) return {product(s), 0};
  std::int64_t others = hold.whole;
  for (unsigned left = hold.tiled & ~kInputAxes; left != 0; left &= left - 1)
    others = mul(others, dimension(s, static_cast<Dim>(__builtin_ctz(left))));
  const std::int64_t rows = axis(s, rows_), columns = axis(s, columns_);
  FirstBoxes boxes{mul(mul(others, rows), columns), 0};
  if (!slides) return boxes;
  s.slide = hold.innermost;
  const bool along_rows = s.slide.dim == rows_.out || s.slide.dim == rows_.filter;
  boxes.slide =
      mul(others, along_rows ? mul(axis(s, rows_), columns) : mul(rows, axis(s, columns_)));
  return boxes;
}

std::int64_t Evaluation::last_box(const HoldPoint& hold, const LaneModes& modes) const {
  return product({hold,
                  modes,
                  Visits::last,
                  false,
                  hold.innermost.pos,
                  {},
                  relevant_dims(hold.operand),
                  false});
}

std::int64_t Evaluation::visits(const HoldPoint& hold) const {
  const std::uint64_t key = static_cast<std::uint64_t>(hold.pos) << 8U |
                            static_cast<std::uint64_t>(hold.operand) << 4U | 15U;
  return remember(key, [&] {
    LaneModes modes;
    modes.fill(Lanes::first);
    return sum_with_merged_visits({hold, modes, Visits::all, true, 0, hold.innermost, 0, false});
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
