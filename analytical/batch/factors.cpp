// SPDX-License-Identifier: Apache-2.0
#include "analytical/batch/factors.h"

#include <algorithm>

#include "core/checked.h"
#include "core/legality.h"

namespace assay::analytical::batch {
namespace {

constexpr std::size_t at(int i) { return static_cast<std::size_t>(i); }

// Whether the choice has the presence that a factor asks for; at_end: some loop of it makes a
// single iteration at the end.
bool matches(const Presence& presence, const ChosenLoops& chosen, bool& at_end) {
  at_end = false;
  if (presence.divided && !chosen.divided) return false;
  for (int i = 0; i < kMaxDigits; ++i) {
    const unsigned bit = 1U << static_cast<unsigned>(i);
    const int index = chosen.at[at(i)];
    if ((presence.absent & bit) != 0 && index >= 0) return false;
    if ((presence.present & bit) != 0 && index < 0) return false;
    if ((presence.single & bit) == 0 || index < 0) continue;
    if (!single_at_the_end(chosen.loops, index)) return false;
    at_end = true;
  }
  return true;
}

// Temporal tuples of the first k digits at which every lane has a full tile: exact or too small.
std::int64_t full_tuples(const DimLoops& loops, int k, bool divided) {
  std::int64_t tuples = 1, tile = loops.size;
  bool lanes = false, lanes_outside = false;
  for (int i = 0; i < k; ++i) {
    const Digit& d = loops.digit[static_cast<std::size_t>(i)];
    if (d.array != kTemporal) {
      lanes = true;
      continue;
    }
    lanes_outside = lanes_outside || lanes;
    tuples = mul(tuples, d.bound);
    tile = d.stride;
  }
  if (divided) return tuples;
  return lanes_outside ? 0 : loops.size / tile;
}

// The layer and mapping that have this axis and nothing else.
Layer axis_alone(const Layer& layer, bool rows) {
  Layer alone = layer;
  for (Dim d : kAllDims)
    if (rows ? d != Dim::P && d != Dim::R : d != Dim::Q && d != Dim::S) alone.size[d] = 1;
  if (rows) {
    alone.input_w = alone.stride_w = alone.dilation_w = 1;
    alone.pad_left = alone.pad_right = 0;
  } else {
    alone.input_h = alone.stride_h = alone.dilation_h = 1;
    alone.pad_top = alone.pad_bottom = 0;
  }
  return alone;
}

Mapping axis_mapping(const AxisContext& context, const ChosenLoops& out, const ChosenLoops& filter,
                     int pos, std::size_t& hold) {
  Mapping mapping;
  const auto put = [&](Dim d, const Digit& digit) {
    Entry e;
    e.kind = digit.array == kTemporal ? EntryKind::loop : EntryKind::spatial;
    e.dim = d;
    e.bound = digit.bound;
    e.line = digit.pos;  // to sort by
    mapping.nest.push_back(e);
  };
  for (int i = 0; i < out.loops.count; ++i) put(context.axis.out, out.loops.digit[at(i)]);
  for (int i = 0; i < filter.loops.count; ++i) put(context.axis.filter, filter.loops.digit[at(i)]);
  Entry entry;
  entry.kind = EntryKind::hold;
  entry.line = pos;
  mapping.nest.push_back(entry);
  std::sort(mapping.nest.begin(), mapping.nest.end(),
            [](const Entry& a, const Entry& b) { return a.line < b.line; });
  hold = 0;
  while (mapping.nest[hold].kind != EntryKind::hold) ++hold;
  return mapping;
}

std::int64_t resident(const AxisFactor& factor, const AxisContext& context, const ChosenLoops& out,
                      const ChosenLoops& filter) {
  std::size_t hold = 0;
  const Layer layer = axis_alone(context.layer, context.rows);
  const Mapping mapping = axis_mapping(context, out, filter, factor.pos, hold);
  if (factor.kind == AxisFactor::Kind::advance)
    if (const auto fresh = largest_increment(layer, context.accelerator, mapping, hold, Operand::I))
      return *fresh;
  return largest_box(layer, context.accelerator, mapping, hold, Operand::I);
}

}  // namespace

ChosenLoops choose(const DimLoops& pattern, const std::vector<std::int64_t>& bounds) {
  ChosenLoops chosen;
  chosen.at.fill(-1);
  chosen.loops.size = pattern.size;
  for (int i = 0; i < pattern.count; ++i) {
    if (bounds[at(i)] == 1) continue;
    chosen.at[at(i)] = chosen.loops.count;
    Digit& digit = chosen.loops.digit[at(chosen.loops.count++)];
    digit = pattern.digit[at(i)];
    digit.bound = bounds[at(i)];
  }
  std::int64_t stride = 1;
  for (int i = chosen.loops.count; i-- > 0;) {
    chosen.loops.digit[at(i)].stride = stride;
    stride = mul(stride, chosen.loops.digit[at(i)].bound);
  }
  chosen.divided = stride == chosen.loops.size;
  return chosen;
}

bool DimFactor::operator==(const DimFactor& o) const {
  return kind == o.kind && presence == o.presence && digits == o.digits && takes == o.takes &&
         leaf == o.leaf && ends == o.ends && mask == o.mask && digit == o.digit;
}

std::int64_t DimFactor::value(const ChosenLoops& chosen) const {
  bool at_end = false;
  if (!matches(presence, chosen, at_end)) return 0;
  switch (kind) {
    case Kind::sum:
      return sum(chosen, at_end && ends);
    case Kind::sure_bounds:
      if (!chosen.divided) return 1;
      [[fallthrough]];
    case Kind::bounds:
      return product(chosen);
    case Kind::full_tuples:
      return full_tuples(chosen.loops, outside(chosen), chosen.divided);
    case Kind::full_starts: {
      const std::int64_t n = full_tuples(chosen.loops, outside(chosen), chosen.divided);
      const int index = chosen.at[at(digit)];
      return index < 0 ? n : ceil_div(n, chosen.loops.digit[at(index)].bound);
    }
    case Kind::repeats:
    case Kind::ever_repeats:
      break;
  }
  for (int i = 0; i < digits; ++i)  // lanes that are added may be fewer at the end
    if (chosen.at[at(i)] >= 0 && (mask >> static_cast<unsigned>(i) & 1U) != 0 && !chosen.divided)
      return 0;
  return kind == Kind::repeats ? sum(chosen, false) : 1;
}

int DimFactor::outside(const ChosenLoops& chosen) const {
  int k = 0;
  for (int i = 0; i < digits; ++i) k += chosen.at[at(i)] >= 0 ? 1 : 0;
  return k;
}

std::int64_t DimFactor::sum(const ChosenLoops& chosen, bool last) const {
  Takes own{};
  int k = 0;
  for (int i = 0; i < digits; ++i) {
    if (chosen.at[at(i)] < 0) continue;
    own[at(k)] = last && chosen.loops.digit[at(k)].array == kTemporal ? Take::last : takes[at(i)];
    ++k;
  }
  return digit_sum(chosen.loops, k, own, leaf);
}

std::int64_t DimFactor::product(const ChosenLoops& chosen) const {
  std::int64_t product = 1;
  for (int i = 0; i < kMaxDigits; ++i)
    if ((mask >> static_cast<unsigned>(i) & 1U) != 0 && chosen.at[at(i)] >= 0)
      product = mul(product, chosen.loops.digit[at(chosen.at[at(i)])].bound);
  return product;
}

bool AxisFactor::operator==(const AxisFactor& o) const {
  return kind == o.kind && pos == o.pos && slide_dim == o.slide_dim &&
         slide_digit == o.slide_digit && modes == o.modes && out == o.out && filter == o.filter;
}

std::int64_t value(const AxisFactor& factor, const AxisContext& context, const ChosenLoops& out,
                   const ChosenLoops& filter) {
  AxisEvents events;
  if (!matches(factor.out, out, events.last_out) ||
      !matches(factor.filter, filter, events.last_filter))
    return 0;
  if (factor.kind == AxisFactor::Kind::extent || factor.kind == AxisFactor::Kind::advance)
    return resident(factor, context, out, filter);
  Nest nest;
  nest.dims[context.axis.out] = out.loops;
  nest.dims[context.axis.filter] = filter.loops;
  if (factor.kind == AxisFactor::Kind::points) return axis_points(nest, context.axis, factor.modes);
  events.pos = factor.pos;
  events.first = factor.kind == AxisFactor::Kind::first;
  events.first_slide = factor.kind == AxisFactor::Kind::slide;
  if (factor.slide_digit >= 0) {
    const ChosenLoops& slides = factor.slide_dim == context.axis.out ? out : filter;
    const int index = slides.at[at(factor.slide_digit)];
    if (index >= 0) events.slide_pos = slides.loops.digit[at(index)].pos;
  }
  return axis_sum(nest, context.axis, events, factor.modes);
}

}  // namespace assay::analytical::batch
