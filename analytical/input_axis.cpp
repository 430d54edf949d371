// SPDX-License-Identifier: Apache-2.0
#include "analytical/input_axis.h"

#include <algorithm>

#include "analytical/digit_sums.h"
#include "analytical/lane_intervals.h"
#include "core/checked.h"

namespace assay::analytical {
namespace {

// The digits of one dimension outside a hold, seen as temporal tiles each of which is cut into
// lanes.
class TiledDim {
 public:
  TiledDim(const DimLoops& loops, int k, const LaneModes& modes)
      : loops_(loops), k_(k), modes_(modes) {
    bool spatial_seen = false;
    for (int i = 0; i < k; ++i) {
      const Digit& d = digit(i);
      if (d.array == kTemporal) {
        regular_ = regular_ && !spatial_seen;
        temporal_tile_ = d.stride;
        continue;
      }
      if (!spatial_seen) mode_ = mode(d);
      mixed_ = mixed_ || (spatial_seen && mode(d) != mode_);
      spatial_seen = true;
    }
    if (temporal_tile_ == 0) temporal_tile_ = loops.size;
  }

  // Whether all temporal digits stand outside all spatial ones: then temporal tiles are equal and
  // consecutive.
  bool regular() const { return regular_; }
  std::int64_t tiles() const { return ceil_div(loops_.size, temporal_tile_); }
  std::int64_t temporal_tile() const { return temporal_tile_; }
  std::int64_t tile_elements(std::int64_t t) const {
    return std::min(temporal_tile_, loops_.size - t * temporal_tile_);
  }

  LaneList lanes_of_tile(std::int64_t t, std::int64_t slide) const {
    if (mixed_) return lanes_at(t * temporal_tile_, slide);
    LaneList list = blank(slide);
    list.first = t * temporal_tile_;
    list.count = mode_ == Lanes::first ? 1 : ceil_div(tile_elements(t), list.step);
    list.uniform_mode = mode_;
    return list;
  }

  // The lanes active in the temporal tuple whose lane 0 starts at `start`, listed one by one.
  LaneList lanes_at(std::int64_t start, std::int64_t slide) const {
    LaneList list = blank(slide);
    list.listed = list.mixed = true;
    list_lanes(0, start, 0, list, loops_.size);
    list.count = static_cast<std::int64_t>(list.lane.size());
    return list;
  }

  // The first `active` lanes, single elements, from 0.
  LaneList single_points(std::int64_t active) const {
    LaneList list = blank(0);
    list.listed = list.mixed = true;
    list.step = 1;
    list.size = std::numeric_limits<std::int64_t>::max();
    std::int64_t left = active;
    list_prefix(0, 0, 0, list, left, true);
    list.count = static_cast<std::int64_t>(list.lane.size());
    return list;
  }

  bool merges() const {
    for (int i = 0; i < k_; ++i)
      if (digit(i).array != kTemporal && mode(digit(i)) == Lanes::merge) return true;
    return false;
  }

  struct Tuple {
    std::int64_t start;
    bool slides;  // index of the sliding loop is not 0
  };
  std::vector<Tuple> tuples(int slide_pos) const {
    std::vector<Tuple> out;
    list_tuples(0, {0, false}, slide_pos, out);
    return out;
  }

 private:
  const Digit& digit(int i) const { return loops_.digit[static_cast<std::size_t>(i)]; }
  Lanes mode(const Digit& d) const { return modes_[static_cast<std::size_t>(d.array)]; }

  LaneList blank(std::int64_t slide) const {
    LaneList list;
    list.step = loops_.tile(k_);
    list.size = loops_.size;
    list.slide = slide;
    return list;
  }

  void list_lanes(int i, std::int64_t start, std::int64_t key, LaneList& list,
                  std::int64_t limit) const {
    if (start >= limit) return;
    if (i == k_) {
      list.lane.push_back({start, key});
      return;
    }
    const Digit& d = digit(i);
    if (d.array == kTemporal) return list_lanes(i + 1, start, key, list, limit);
    const std::int64_t lanes = mode(d) == Lanes::first ? 1 : d.bound;
    for (std::int64_t s = 0; s < lanes && start + s * d.stride < limit; ++s)
      list_lanes(i + 1, start + s * d.stride, mode(d) == Lanes::sum ? key * d.bound + s : key, list,
                 limit);
  }

  // Like list_lanes, but the active lanes are given by their number; `kept` is false below a lane
  // that a `first` digit hides.
  void list_prefix(int i, std::int64_t start, std::int64_t key, LaneList& list, std::int64_t& left,
                   bool kept) const {
    if (left == 0) return;
    if (i == k_) {
      --left;
      if (kept) list.lane.push_back({start, key});
      return;
    }
    const Digit& d = digit(i);
    if (d.array == kTemporal) return list_prefix(i + 1, start, key, list, left, kept);
    for (std::int64_t s = 0; s < d.bound && left > 0; ++s)
      list_prefix(i + 1, start + s * d.stride, mode(d) == Lanes::sum ? key * d.bound + s : key,
                  list, left, kept && (s == 0 || mode(d) != Lanes::first));
  }

  void list_tuples(int i, Tuple tuple, int slide_pos, std::vector<Tuple>& out) const {
    if (tuple.start >= loops_.size) return;
    if (i == k_) {
      out.push_back(tuple);
      return;
    }
    const Digit& d = digit(i);
    if (d.array != kTemporal) return list_tuples(i + 1, tuple, slide_pos, out);
    for (std::int64_t t = 0; t < d.bound && tuple.start + t * d.stride < loops_.size; ++t)
      list_tuples(i + 1,
                  {tuple.start + t * d.stride, tuple.slides || (d.pos == slide_pos && t > 0)},
                  slide_pos, out);
  }

  const DimLoops& loops_;
  int k_;
  const LaneModes& modes_;
  bool regular_ = true;
  bool mixed_ = false;
  Lanes mode_ = Lanes::sum;
  std::int64_t temporal_tile_ = 0;
};

// Tiles first, first+step, ... (n of them) that are alike: same lanes, all sliding or none.
struct Run {
  std::int64_t first = 0, step = 1, n = 0;
  int sign = 1;
  bool slides = false;
};
struct Runs {
  int count = 0;
  std::array<Run, 6> run{};
  void put(Run r) {
    if (r.n > 0) run[static_cast<std::size_t>(count++)] = r;
  }
};

// slide_bound: bound of the sliding loop if it is the innermost temporal loop of this dimension,
// else 0.
Runs runs_of(const TiledDim& dim, bool last_only, std::int64_t slide_bound) {
  Runs runs;
  const std::int64_t n = dim.tiles();
  if (last_only) {
    runs.put({n - 1, 1, 1, 1, false});
    return runs;
  }
  if (slide_bound == 0) {
    runs.put({0, 1, n - 1, 1, false});
    runs.put({n - 1, 1, 1, 1, false});
    return runs;
  }
  const std::int64_t b = slide_bound;
  const bool last_slides = (n - 1) % b != 0;
  const std::int64_t parents = n == 1 ? 0 : ceil_div(n - 1, b);  // multiples of b below n-1
  runs.put({0, b, parents, 1, false});
  runs.put({n - 1, 1, 1, 1, last_slides});
  runs.put({1, 1, n - 2, 1, true});         // every inner tile slides ...
  runs.put({b, b, parents - 1, -1, true});  // ... but those at index 0 of the loop
  return runs;
}

class AxisSum {
 public:
  AxisSum(const Nest& nest, const InputAxis& axis, const AxisEvents& events, const LaneModes& modes)
      : axis_(axis),
        events_(events),
        out_loops_(nest.dims[axis.out]),
        filter_loops_(nest.dims[axis.filter]),
        out_(out_loops_, out_loops_.outside(events.pos), modes),
        filter_(filter_loops_, filter_loops_.outside(events.pos), modes) {
    out_slide_ = slide_digit(out_loops_);
    filter_slide_ = slide_digit(filter_loops_);
  }

  std::int64_t run() const {
    if (events_.first || events_.first_slide) return one();
    if (!out_.regular() || !filter_.regular()) return enumerate();
    const Runs outs = runs_of(out_, events_.last_out, out_slide_ ? out_slide_->bound : 0);
    const Runs filters =
        runs_of(filter_, events_.last_filter, filter_slide_ ? filter_slide_->bound : 0);
    std::int64_t total = 0;
    for (int i = 0; i < outs.count; ++i)
      for (int j = 0; j < filters.count; ++j) {
        const Run& o = outs.run[static_cast<std::size_t>(i)];
        const Run& f = filters.run[static_cast<std::size_t>(j)];
        total = add(total, mul(o.sign * f.sign, pair(o, f)));
      }
    return total;
  }

 private:
  const Digit* slide_digit(const DimLoops& loops) const {
    for (int i = 0; i < loops.count; ++i)
      if (loops.digit[static_cast<std::size_t>(i)].pos == events_.slide_pos)
        return &loops.digit[static_cast<std::size_t>(i)];
    return nullptr;
  }

  std::int64_t size_at(const Run& o, const Run& f, std::int64_t to, std::int64_t tf,
                       bool clip) const {
    const LaneList out = out_.lanes_of_tile(to, o.slides ? out_slide_->stride : 0);
    const LaneList filter = filter_.lanes_of_tile(tf, f.slides ? filter_slide_->stride : 0);
    return event_size(axis_, out, filter, o.slides || f.slides,
                      clip ? Clip{0, axis_.extent - 1} : Clip{});
  }

  // The first tile of both dimensions, or the one after it along the sliding loop.
  std::int64_t one() const {
    const std::int64_t o = events_.first_slide && out_slide_ ? out_slide_->stride : 0;
    const std::int64_t f = events_.first_slide && filter_slide_ ? filter_slide_->stride : 0;
    const bool lists = !out_.regular() || !filter_.regular();
    const LaneList out = lists ? out_.lanes_at(o, o) : out_.lanes_of_tile(o == 0 ? 0 : 1, o);
    const LaneList filter =
        lists ? filter_.lanes_at(f, f) : filter_.lanes_of_tile(f == 0 ? 0 : 1, f);
    return event_size(axis_, out, filter, o + f > 0,
                      axis_.clipped ? Clip{0, axis_.extent - 1} : Clip{});
  }

  // Position of the first element of the tile pair, all lanes together.
  std::int64_t base(std::int64_t to, std::int64_t tf) const {
    return to * out_.temporal_tile() * axis_.stride +
           tf * filter_.temporal_tile() * axis_.dilation - axis_.pad;
  }

  std::int64_t pair(const Run& o, const Run& f) const {
    const std::int64_t count = mul(o.n, f.n);
    const std::int64_t inside = size_at(o, f, o.first, f.first, false);
    if (!axis_.clipped) return mul(count, inside);
    const std::int64_t span = (out_.tile_elements(o.first) - 1) * axis_.stride +
                              (filter_.tile_elements(f.first) - 1) * axis_.dilation;
    const std::int64_t last_o = o.first + (o.n - 1) * o.step;
    std::int64_t total = 0, plain = 0;
    for (std::int64_t j = 0; j < f.n; ++j) {
      const std::int64_t tf = f.first + j * f.step;
      const bool low = base(o.first, tf) < 0, high = base(last_o, tf) + span >= axis_.extent;
      if (!low && !high) {  // filter tiles further on are not low; jump to those that are high
        const std::int64_t next = first_high(f, last_o, span, j);
        plain = add(plain, mul(next - j, o.n));
        j = next - 1;
        continue;
      }
      total = add(total, clipped_row(o, f, tf, span, inside));
    }
    return add(total, mul(plain, inside));
  }

  // Smallest index above j at which the filter tile pushes the last out tile over the end.
  std::int64_t first_high(const Run& f, std::int64_t last_o, std::int64_t span,
                          std::int64_t j) const {
    const std::int64_t pitch = f.step * filter_.temporal_tile() * axis_.dilation;
    const std::int64_t room = axis_.extent - 1 - span - base(last_o, f.first + j * f.step);  // >= 0
    return std::min(f.n, j + room / pitch + 1);
  }

  // All out tiles of a run beside one filter tile.
  std::int64_t clipped_row(const Run& o, const Run& f, std::int64_t tf, std::int64_t span,
                           std::int64_t inside) const {
    const std::int64_t pitch = o.step * out_.temporal_tile() * axis_.stride;
    const std::int64_t start = base(o.first, tf);
    const std::int64_t low = start >= 0 ? 0 : std::min(o.n, ceil_div(-start, pitch));
    const std::int64_t room =
        axis_.extent - 1 - span - start;  // tiles with i*pitch <= room end inside
    const std::int64_t ends_inside = room < 0 ? 0 : std::min(o.n, room / pitch + 1);
    const std::int64_t high_from = std::max(low, ends_inside);
    std::int64_t total = mul(high_from - low, inside);
    for (std::int64_t i = 0; i < low; ++i)
      total = add(total, size_at(o, f, o.first + i * o.step, tf, true));
    for (std::int64_t i = high_from; i < o.n; ++i)
      total = add(total, size_at(o, f, o.first + i * o.step, tf, true));
    return total;
  }

  std::int64_t enumerate() const {
    auto outs = out_.tuples(events_.slide_pos);
    auto filters = filter_.tuples(events_.slide_pos);
    if (events_.last_out) outs.assign(1, {outs.back().start, false});
    if (events_.last_filter) filters.assign(1, {filters.back().start, false});
    const Clip clip = axis_.clipped ? Clip{0, axis_.extent - 1} : Clip{};
    std::int64_t total = 0;
    for (const auto& o : outs)
      for (const auto& f : filters) {
        const LaneList out = out_.lanes_at(o.start, o.slides ? out_slide_->stride : 0);
        const LaneList filter = filter_.lanes_at(f.start, f.slides ? filter_slide_->stride : 0);
        total = add(total, event_size(axis_, out, filter, o.slides || f.slides, clip));
      }
    return total;
  }

  const InputAxis& axis_;
  const AxisEvents& events_;
  const DimLoops& out_loops_;
  const DimLoops& filter_loops_;
  TiledDim out_, filter_;
  const Digit* out_slide_ = nullptr;
  const Digit* filter_slide_ = nullptr;
};

}  // namespace

InputAxis input_axis(const Layer& layer, const Accelerator& accelerator, bool rows) {
  InputAxis a;
  a.out = rows ? Dim::P : Dim::Q;
  a.filter = rows ? Dim::R : Dim::S;
  a.stride = rows ? layer.stride_h : layer.stride_w;
  a.dilation = rows ? layer.dilation_h : layer.dilation_w;
  const std::int64_t pad = rows ? layer.pad_top : layer.pad_left;
  const std::int64_t reach =
      add(mul(layer.size[a.out] - 1, a.stride), mul(layer.size[a.filter] - 1, a.dilation));
  if (accelerator.padding == Padding::stored) return a;
  a.pad = pad;
  a.extent = rows ? layer.input_h : layer.input_w;
  a.clipped = pad > 0 || reach - pad >= a.extent;
  return a;
}

std::int64_t axis_sum(const Nest& nest, const InputAxis& axis, const AxisEvents& events,
                      const LaneModes& modes) {
  if (nest.dims[axis.out].outside(events.pos) == 0 &&
      nest.dims[axis.filter].outside(events.pos) == 0) {
    const std::int64_t reach = (nest.dims[axis.out].size - 1) * axis.stride +
                               (nest.dims[axis.filter].size - 1) * axis.dilation;
    if (!axis.clipped) return reach + 1;
    return std::max<std::int64_t>(0, std::min(reach - axis.pad, axis.extent - 1) + 1);
  }
  return AxisSum(nest, axis, events, modes).run();
}

std::int64_t axis_points(const Nest& nest, const InputAxis& axis, const LaneModes& modes) {
  const DimLoops& out = nest.dims[axis.out];
  const DimLoops& filter = nest.dims[axis.filter];
  const TiledDim out_lanes(out, out.count, modes), filter_lanes(filter, filter.count, modes);
  if (!out_lanes.merges() || !filter_lanes.merges()) {
    std::int64_t product = 1;
    for (const DimLoops* loops : {&out, &filter}) {
      Takes takes{};
      for (int i = 0; i < loops->count; ++i) {
        const Digit& d = loops->digit[static_cast<std::size_t>(i)];
        if (d.array != kTemporal && modes[static_cast<std::size_t>(d.array)] == Lanes::first)
          takes[static_cast<std::size_t>(i)] = Take::first;
      }
      product = mul(product, digit_sum(*loops, loops->count, takes, Leaf::one));
    }
    return product;
  }
  InputAxis plain = axis;
  plain.pad = 0;
  const LaneGroups outs = lane_groups(out, out.count), filters = lane_groups(filter, filter.count);
  std::int64_t total = 0;
  for (int i = 0; i < outs.count; ++i)
    for (int j = 0; j < filters.count; ++j) {
      const LaneGroup& o = outs.group[static_cast<std::size_t>(i)];
      const LaneGroup& f = filters.group[static_cast<std::size_t>(j)];
      const std::int64_t distinct = event_size(plain, out_lanes.single_points(o.lanes),
                                               filter_lanes.single_points(f.lanes), false, Clip{});
      total = add(total, mul(mul(o.tuples, f.tuples), distinct));
    }
  return total;
}

}  // namespace assay::analytical
