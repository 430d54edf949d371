// SPDX-License-Identifier: Apache-2.0
#include "analytical/exact_loads.h"

#include <algorithm>

#include "core/checked.h"

namespace assay::analytical::exact {
namespace {

constexpr std::size_t kMaxKnown = 64;

std::size_t at(int i) { return static_cast<std::size_t>(i); }

bool adds(Network n) { return n == Network::unicast || n == Network::none || n == Network::absent; }

// Starts of all lanes of a shape that exist, relative to lane 0.
std::vector<std::int64_t> offsets(const LaneShape& shape, std::int64_t rest) {
  std::vector<std::int64_t> all{0};
  for (int i = 0; i < shape.count; ++i) {
    std::vector<std::int64_t> next;
    for (const std::int64_t base : all)
      for (std::int64_t k = 0; k < shape.loop[at(i)].bound; ++k)
        if (base + k * shape.loop[at(i)].stride < rest)
          next.push_back(base + k * shape.loop[at(i)].stride);
    all = std::move(next);
  }
  return all;
}

void list_lanes(const LaneShape& shape, int i, std::int64_t start, std::int64_t key,
                LaneList& list) {
  if (start >= list.size) return;
  if (i == shape.count) {
    list.lane.push_back({start, key});
    return;
  }
  const LaneShape::Loop& l = shape.loop[at(i)];
  for (std::int64_t k = 0; k < l.bound; ++k)
    list_lanes(shape, i + 1, start + k * l.stride, l.adds ? key * l.bound + k : key, list);
}

}  // namespace

Loads::Loads(const Layer& layer, const Accelerator& accelerator, const Loops& loops)
    : loops_(loops),
      rows_(input_axis(layer, accelerator, true)),
      columns_(input_axis(layer, accelerator, false)),
      size_(layer.size),
      holds_(loops.holds().size()) {
  for (std::size_t h = 0; h < holds_.size(); ++h)
    plan_hold(layer, accelerator, loops.holds()[h], holds_[h]);
  plan_steps();
}

PerDim<std::int64_t> Loads::starts(const Position& p) const {
  PerDim<std::int64_t> s{};
  for (int x = 0; x < loops_.count(); ++x) s[loops_[x].dim] += p[at(x)] * loops_[x].stride;
  return s;
}

void Loads::plan_hold(const Layer& layer, const Accelerator& accelerator, const HoldPlan& h,
                      HoldLoads& out) const {
  for (Dim d : kAllDims) {
    const DimLoops& loops = loops_.nest().dims[d];
    DimPlan& plan = out.dim[d];
    const int k = h.point->outside[d];
    bool modes_seen = false;
    for (int i = 0; i < k; ++i) {
      const Digit& digit = loops.digit[at(i)];
      if (digit.array == kTemporal) continue;
      const bool apart = adds(accelerator.levels[at(digit.array)].network[h.operand]);
      if (digit.array < h.parent_level) {
        plan.outer.put(digit.bound, digit.stride, true);
        continue;
      }
      plan.between.put(digit.bound, digit.stride, apart);
      const Lanes mode = apart ? Lanes::sum : Lanes::merge;
      plan.uniform = plan.uniform && (!modes_seen || mode == plan.mode);
      plan.mode = mode;
      modes_seen = true;
    }
    plan.outer.close(loops.tile(k));
    plan.between.close(loops.tile(k));
    plan.uniform = plan.uniform && plan.between.span == mul(plan.between.lanes, plan.between.tile);
    const bool relevant = is_relevant(h.operand, d);
    const LaneShape::Active all = plan.between.active(layer.size[d]);
    if (relevant) {
      plan.full = plan.different = add(mul(all.lanes - 1, plan.between.tile), all.last);
    } else {
      plan.full = plan.between.copies(all.lanes);
    }
    if (h.operand == Operand::I && is_input_axis(d)) continue;
    if (loops_.innermost(d, loops_.count()) >= 0 && k > 0) {
      out.varying.push_back(d);
      continue;
    }
    if (relevant)
      out.constant_tile = mul(out.constant_tile, std::min(plan.between.tile, layer.size[d]));
    out.constant_united = mul(out.constant_united, plan.full);
  }
  if (h.operand != Operand::I) return;
  for (AxisPlan& plan : out.axis) {
    plan.axis = &plan == &out.axis[0] ? rows_ : columns_;
    const DimPlan& o = out.dim[plan.axis.out];
    const DimPlan& f = out.dim[plan.axis.filter];
    plan.out_span = add(o.between.span, o.outer.span - o.outer.tile);
    plan.filter_span = add(f.between.span, f.outer.span - f.outer.tile);
  }
}

// ---- Words ----------------------------------------------------------------------------------

FillWords Loads::fill(int hold, const Position& start, bool slides) const {
  const HoldPlan& plan = loops_.hold(hold);
  HoldLoads& h = holds_[at(hold)];
  const PerDim<std::int64_t> s = starts(start);
  FillWords words{h.constant_tile, h.constant_united, h.constant_tile};
  for (const Dim d : h.varying) {
    const DimPlan& dim = h.dim[d];
    const std::int64_t rest = size_[d] - s[d];
    const bool relevant = is_relevant(plan.operand, d);
    const LaneShape::Active all = dim.between.active(rest);
    if (relevant) {
      const std::int64_t own = std::min(dim.between.tile, rest);
      words.child = mul(words.child, own);
      words.parent = mul(words.parent, add(mul(all.lanes - 1, dim.between.tile), all.last));
    } else if (all.lanes > 1) {
      words.parent = mul(words.parent, dim.between.copies(all.lanes));
    }
  }
  words.lane0 = words.child;
  if (plan.operand != Operand::I) return words;
  const Dim moved = plan.last_loop < 0 ? Dim::N : loops_[plan.last_loop].dim;
  const std::int64_t by = slides ? loops_[plan.last_loop].stride : 0;
  for (AxisPlan& axis : h.axis) {
    const int slide = !slides ? 0 : moved == axis.axis.out ? 1 : moved == axis.axis.filter ? 2 : 0;
    const AxisWords w = axis_words(h, axis, s, slide, by);
    words.child = mul(words.child, w.child);
    words.parent = mul(words.parent, w.parent);
    words.lane0 = mul(words.lane0, w.lane0);
  }
  return words;
}

OutputWords Loads::outputs(int hold, const Position& start) const {
  const HoldLoads& h = holds_[at(hold)];
  const PerDim<std::int64_t> s = starts(start);
  OutputWords words{1, 1, 1};
  for (Dim d : kAllDims) {
    const DimPlan& dim = h.dim[d];
    const std::int64_t rest = size_[d] - s[d];
    const LaneShape::Active all = dim.between.active(rest);
    if (!is_relevant(Operand::O, d)) {
      if (all.lanes > 1) words.united = mul(words.united, dim.between.copies(all.lanes));
      continue;
    }
    const std::int64_t covered = add(mul(all.lanes - 1, dim.between.tile), all.last);
    words.tile = mul(words.tile, std::min(dim.between.tile, rest));
    words.united = mul(words.united, covered);
    words.once = mul(words.once, covered);
  }
  return words;
}

Loads::AxisWords Loads::axis_words(const HoldLoads& h, AxisPlan& plan,
                                   const PerDim<std::int64_t>& starts, int slide,
                                   std::int64_t slide_by) const {
  const InputAxis& axis = plan.axis;
  const std::int64_t out = starts[axis.out], filter = starts[axis.filter];
  const std::int64_t rest_o = size_[axis.out] - out, rest_f = size_[axis.filter] - filter;
  const std::int64_t base = out * axis.stride + filter * axis.dilation - axis.pad;
  const std::int64_t end = base + (std::min(plan.out_span, rest_o) - 1) * axis.stride +
                           (std::min(plan.filter_span, rest_f) - 1) * axis.dilation;
  const bool border = axis.clipped && (base < 0 || end >= axis.extent);
  const bool full = !border && rest_o >= plan.out_span && rest_f >= plan.filter_span;
  if (full && plan.has_full[at(slide)]) return plan.full[at(slide)];
  for (const KnownAxis& k : plan.known)
    if (!full && k.out == out && k.filter == filter && k.slide == slide) return k.words;
  const AxisWords words = compute_axis(h, plan, out, filter, slide, slide_by, border);
  if (full) {
    plan.has_full[at(slide)] = true;
    plan.full[at(slide)] = words;
  } else {
    if (plan.known.size() == kMaxKnown) plan.known.clear();
    plan.known.push_back({out, filter, slide, words});
  }
  return words;
}

LaneList Loads::between_lanes(const DimPlan& dim, std::int64_t size, std::int64_t start,
                              std::int64_t slide) const {
  LaneList list;
  list.step = dim.between.tile;
  list.size = size;
  list.slide = slide;
  if (dim.uniform) {
    list.first = start;
    list.count = dim.between.active(size - start).lanes;
    list.uniform_mode = dim.mode;
    return list;
  }
  list.listed = list.mixed = true;
  list_lanes(dim.between, 0, start, 0, list);
  list.count = static_cast<std::int64_t>(list.lane.size());
  return list;
}

Loads::AxisWords Loads::compute_axis(const HoldLoads& h, const AxisPlan& plan, std::int64_t out,
                                     std::int64_t filter, int slide, std::int64_t slide_by,
                                     bool border) const {
  const InputAxis& axis = plan.axis;
  const DimPlan& o = h.dim[axis.out];
  const DimPlan& f = h.dim[axis.filter];
  const std::int64_t size_o = size_[axis.out], size_f = size_[axis.filter];
  const std::int64_t slide_o = slide == 1 ? slide_by : 0, slide_f = slide == 2 ? slide_by : 0;
  const Clip clip = axis.clipped ? Clip{0, axis.extent - 1} : Clip{};
  const auto one_lane = [&](std::int64_t at_o, std::int64_t at_f) {
    LaneList lane_o, lane_f;
    lane_o.first = at_o;
    lane_o.step = o.between.tile;
    lane_o.size = size_o;
    lane_o.slide = slide_o;
    lane_f.first = at_f;
    lane_f.step = f.between.tile;
    lane_f.size = size_f;
    lane_f.slide = slide_f;
    return event_size(axis, lane_o, lane_f, slide != 0, clip);
  };
  AxisWords words;
  words.lane0 = words.child = one_lane(out, filter);
  // Only a border makes another instance than the first the fullest.
  const std::vector<std::int64_t> none{0};
  const auto outer_o = border ? offsets(o.outer, size_o - out) : none;
  const auto outer_f = border ? offsets(f.outer, size_f - filter) : none;
  for (const std::int64_t a : outer_o)
    for (const std::int64_t b : outer_f) {
      const LaneList lanes_o = between_lanes(o, size_o, out + a, slide_o);
      const LaneList lanes_f = between_lanes(f, size_f, filter + b, slide_f);
      words.parent = std::max(words.parent, event_size(axis, lanes_o, lanes_f, slide != 0, clip));
      if (!border) continue;
      for (const std::int64_t i : offsets(o.between, size_o - out - a))
        for (const std::int64_t j : offsets(f.between, size_f - filter - b))
          words.child = std::max(words.child, one_lane(out + a + i, filter + b + j));
    }
  return words;
}

// ---- Steps ----------------------------------------------------------------------------------

void Loads::plan_steps() {
  for (Dim d : kAllDims) {
    const DimLoops& dim = loops_.nest().dims[d];
    StepDim& step = step_[d];
    step.first = dim.outside(loops_.inner_position());
    step.tile = dim.tile(step.first);
    step.full = iterations(dim, step.first, step.tile);
  }
}

// Of the temporal loops from a digit on, for lane 0.
std::int64_t Loads::iterations(const DimLoops& dim, int digit, std::int64_t left) const {
  std::int64_t total = 1;
  if (digit == dim.count) return total;
  const Digit& d = dim.digit[at(digit)];
  if (d.array != kTemporal) return iterations(dim, digit + 1, std::min(left, d.stride));
  const std::int64_t last = ceil_div(left, d.stride) - 1;
  total = iterations(dim, digit + 1, std::min(left - last * d.stride, d.stride));
  return last == 0 ? total : add(mul(last, iterations(dim, digit + 1, d.stride)), total);
}

Work Loads::work(const Position& position) const {
  const PerDim<std::int64_t> s = starts(position);
  Work work{1, 1};
  for (Dim d : kAllDims) {
    const StepDim& step = step_[d];
    const std::int64_t left = size_[d] - s[d];
    const std::int64_t n =
        left >= step.tile ? step.full : iterations(loops_.nest().dims[d], step.first, left);
    work.macs = mul(work.macs, n);
    if (is_relevant(Operand::O, d)) work.psums = mul(work.psums, n);
  }
  return work;
}

// ---- Shapes ---------------------------------------------------------------------------------

Shape Loads::shape(Dim dim, int level, const PerDim<std::int64_t>& starts) const {
  struct Reach {
    std::int64_t lanes = 1, last = 1, end = 1;
  };
  const auto reach = [&](Dim d) -> Reach {
    const int x = loops_.innermost(d, level);
    if (x < 0) return {1, size_[d], size_[d]};
    const LaneShape::Active a = loops_[x].lanes.active(size_[d] - starts[d]);
    return {a.lanes, a.last, a.end};
  };
  const Reach own = reach(dim);
  Shape shape{own.lanes, own.last, 0, 0};
  for (const InputAxis* axis : {&rows_, &columns_}) {
    if (!axis->clipped || (dim != axis->out && dim != axis->filter)) continue;
    const Reach o = dim == axis->out ? own : reach(axis->out);
    const Reach f = dim == axis->filter ? own : reach(axis->filter);
    const std::int64_t base =
        starts[axis->out] * axis->stride + starts[axis->filter] * axis->dilation - axis->pad;
    const std::int64_t last = base + (o.end - 1) * axis->stride + (f.end - 1) * axis->dilation;
    shape.low = std::max<std::int64_t>(0, -base);
    shape.over = std::max<std::int64_t>(0, last - axis->extent + 1);
  }
  return shape;
}

}  // namespace assay::analytical::exact
