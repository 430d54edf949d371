// SPDX-License-Identifier: Apache-2.0
#include "analytical/exact_loops.h"

#include <algorithm>

#include "core/checked.h"

namespace assay::analytical::exact {
namespace {

std::size_t at(int i) { return static_cast<std::size_t>(i); }
std::uint64_t bit_of(int loop) { return std::uint64_t{1} << static_cast<unsigned>(loop); }
std::uint64_t below(int loop) { return bit_of(loop) - 1; }

}  // namespace

// ---- LaneShape ------------------------------------------------------------------------------

void LaneShape::put(std::int64_t bound, std::int64_t stride, bool adds) {
  loop[at(count++)] = {bound, stride, 1, adds};
}

void LaneShape::close(std::int64_t tile_of_a_lane) {
  tile = span = tile_of_a_lane;
  lanes = 1;
  for (int i = count; i-- > 0;) {
    Loop& l = loop[at(i)];
    l.inside = lanes;
    lanes = mul(lanes, l.bound);
    span = add(span, mul(l.bound - 1, l.stride));
  }
}

LaneShape::Active LaneShape::active(std::int64_t rest) const {
  if (rest >= span) return {lanes, tile, span};
  std::int64_t before = 0, offset = 0;
  for (int i = 0; i < count; ++i) {
    const Loop& l = loop[at(i)];
    const std::int64_t last = std::min(l.bound, ceil_div(rest, l.stride)) - 1;
    before += last * l.inside;
    offset += last * l.stride;
    rest = std::min(rest - last * l.stride, l.stride);
  }
  const std::int64_t last = std::min(rest, tile);
  return {before + 1, last, offset + last};
}

std::int64_t LaneShape::copies(std::int64_t active_lanes, int from) const {
  if (from == count) return 1;
  const Loop& l = loop[at(from)];
  const std::int64_t whole = (active_lanes - 1) / l.inside;  // positions before the last one used
  const std::int64_t rest = active_lanes - whole * l.inside;
  if (l.adds) {
    const std::int64_t last = copies(rest, from + 1);
    return whole == 0 ? last : add(mul(whole, copies(l.inside, from + 1)), last);
  }
  return copies(whole > 0 ? l.inside : rest, from + 1);
}

// ---- Loops ----------------------------------------------------------------------------------

Loops::Loops(const Layer& layer, const Accelerator& accelerator, const Nest& nest) : nest_(nest) {
  for (int i = 0; i < nest.holds; ++i) {
    const HoldPoint& h = nest.hold[at(i)];
    if (layer.has_operand(h.operand) && h.level != 0) inner_pos_ = std::max(inner_pos_, h.pos);
  }
  add_loops();
  add_holds(layer, accelerator);
}

void Loops::add_loops() {
  struct Found {
    int pos;
    Dim dim;
    int digit;
  };
  std::vector<Found> found;
  for (Dim d : kAllDims)
    for (int i = 0; i < nest_.dims[d].outside(inner_pos_); ++i) {
      const Digit& digit = nest_.dims[d].digit[at(i)];
      if (digit.array == kTemporal && digit.bound > 1) found.push_back({digit.pos, d, i});
    }
  std::sort(found.begin(), found.end(),
            [](const Found& a, const Found& b) { return a.pos < b.pos; });
  if (found.size() > at(kMaxStepLoops)) throw OverflowError();
  count_ = static_cast<int>(found.size());
  loops_.resize(found.size());
  std::int64_t weight = 1;
  for (int x = count_; x-- > 0;) {
    StepLoop& l = loops_[at(x)];
    const DimLoops& dim = nest_.dims[found[at(x)].dim];
    const Digit& own = dim.digit[at(found[at(x)].digit)];
    l.dim = found[at(x)].dim;
    l.bound = own.bound;
    l.stride = own.stride;
    l.weight = weight;
    weight = mul(weight, l.bound);
    std::int64_t left = dim.size;
    for (int i = 0; i <= found[at(x)].digit; ++i) {
      const Digit& digit = dim.digit[at(i)];
      if (digit.array == kTemporal) {
        l.end_trips = ceil_div(left, digit.stride);
        left -= (l.end_trips - 1) * digit.stride;
      } else {
        left = std::min(left, digit.stride);
        l.lanes.put(digit.bound, digit.stride, true);
      }
    }
    l.lanes.close(own.stride);
  }
  for (int x = 0; x < count_; ++x) {
    StepLoop& l = loops_[at(x)];
    l.outer = of_dim_[l.dim];
    of_dim_[l.dim] |= bit_of(x);
  }
}

void Loops::add_holds(const Layer& layer, const Accelerator& accelerator) {
  const bool on_drain = accelerator.accumulate == Accumulate::on_drain;
  PerOperand<int> latest;
  latest.fill(-1);
  for (int i = 0; i < nest_.holds; ++i) {
    const HoldPoint& point = nest_.hold[at(i)];
    if (!layer.has_operand(point.operand) || point.level == 0) continue;
    HoldPlan h;
    h.point = &point;
    h.operand = point.operand;
    h.level = point.level;
    h.parent_level = point.parent;
    h.parent = latest[h.operand];
    if (h.parent >= 0) holds_[at(h.parent)].innermost = false;
    latest[h.operand] = static_cast<int>(holds_.size());
    h.slots = accelerator.levels[at(h.level)].keeps[h.operand].slots;
    h.order_slots = h.operand == Operand::O && on_drain ? 2 : h.slots;
    h.slides = h.operand != Operand::O && accelerator.halo == Halo::slide;
    std::uint64_t outside = 0;
    for (Dim d : kAllDims) {
      const DimLoops& dim = nest_.dims[d];
      const int k = dim.outside(point.pos);
      std::uint64_t m = of_dim_[d];
      for (int digit = 0; digit < k && m != 0; ++digit) {
        if (dim.digit[at(digit)].array != kTemporal || dim.digit[at(digit)].bound < 2) continue;
        outside |= m & (~m + 1);
        m &= m - 1;
      }
      if (is_relevant(h.operand, d)) h.relevant |= outside & of_dim_[d];
    }
    if (h.relevant != 0) {
      h.last_loop = 63 - __builtin_clzll(h.relevant);
      h.reduction = outside & ~h.relevant & below(h.last_loop);
    }
    set_rounds(h);
    holds_.push_back(h);
  }
}

// Between two visits of the same outputs every relevant loop inside the reduction loop passes
// through all its iterations.
void Loops::set_rounds(HoldPlan& h) const {
  std::int64_t longest = 0;
  for (int x = h.last_loop; x >= 0; --x) {
    const StepLoop& l = (*this)[x];
    if ((h.relevant & bit_of(x)) != 0)
      longest = std::max(longest, std::min(l.bound, l.end_trips));
    else
      h.round[at(x)] = longest;
  }
}

int Loops::innermost(Dim dim, int level) const {
  const std::uint64_t m = level >= 64 ? of_dim_[dim] : of_dim_[dim] & below(level);
  return m == 0 ? -1 : 63 - __builtin_clzll(m);
}

void Loops::zero_from(Position& p, int loop) const {
  for (int x = loop; x < count_; ++x) p[at(x)] = 0;
}

void Loops::last_from(Position& p, int loop) const {
  for (int x = loop; x < count_; ++x) p[at(x)] = trips(p, x) - 1;
}

int Loops::next_tile(const HoldPlan& h, Position& p, int from, Ahead& ahead) const {
  int l = std::min(from, effective(h, p));
  while (l >= 0 && at_last(p, l)) --l;
  if (l < 0) return -1;
  std::size_t generation = 0;
  for (int a = h.parent; a >= 0; a = hold(a).parent, ++generation)
    if (l <= effective(hold(a), p)) ++ahead[generation];
  ++p[at(l)];
  zero_from(p, l + 1);
  return l;
}

bool Loops::first_visit(const HoldPlan& h, const Position& p, int level) const {
  for (std::uint64_t m = h.reduction; m != 0; m &= m - 1) {
    const int x = __builtin_ctzll(m);
    if (x >= level) break;
    if (p[at(x)] != 0) return false;
  }
  return true;
}

bool Loops::final_visit(const HoldPlan& h, const Position& p, int level) const {
  for (std::uint64_t m = h.reduction; m != 0; m &= m - 1) {
    const int x = __builtin_ctzll(m);
    if (x >= level) break;
    if (!at_last(p, x)) return false;
  }
  return true;
}

int Loops::written_before(const HoldPlan& h, const Position& start, int cap) const {
  int l = -1;
  for (std::uint64_t m = h.reduction; m != 0; m &= m - 1)
    if (start[at(__builtin_ctzll(m))] != 0) l = __builtin_ctzll(m);
  if (l < 0) return kNever;
  if (h.round[at(l)] > cap) return kFar;
  // The same outputs in the iteration before: inner reduction loops at their last.
  Position p = start;
  --p[at(l)];
  for (int x = l + 1; x < h.last_loop; ++x)
    if ((h.reduction & bit_of(x)) != 0) p[at(x)] = trips(p, x) - 1;
  zero_from(p, h.last_loop + 1);
  Ahead unused{};
  for (int distance = 1; distance <= cap; ++distance) {
    if (next_tile(h, p, count_, unused) < 0) break;
    if (std::equal(p.begin(), p.begin() + h.last_loop + 1, start.begin())) return distance;
  }
  return kFar;
}

std::int64_t Loops::place(const Position& p) const {
  std::int64_t number = 0;
  for (int x = 0; x < count_; ++x) number += p[at(x)] * (*this)[x].weight;
  return number;
}

std::int64_t Loops::outputs(const HoldPlan& h, const Position& p) const {
  std::int64_t number = 0;
  for (std::uint64_t m = h.relevant; m != 0; m &= m - 1) {
    const int x = __builtin_ctzll(m);
    number += p[at(x)] * (*this)[x].weight;
  }
  return number;
}

}  // namespace assay::analytical::exact
