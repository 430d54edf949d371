// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "core/checked.h"
#include "core/legality.h"

namespace assay {
namespace {

// One spatial axis of the input: tile starts are multiples of the tile size in the output and the filter dimension.
struct Axis {
  Dim out, filter;
  std::int64_t stride, dilation, pad, extent;
  bool clipped;
};

Axis axis_h(const Layer& l, const Accelerator& a) {
  return {Dim::P, Dim::R, l.stride_h, l.dilation_h, l.pad_top, l.input_h, a.padding == Padding::clipped};
}
Axis axis_w(const Layer& l, const Accelerator& a) {
  return {Dim::Q, Dim::S, l.stride_w, l.dilation_w, l.pad_left, l.input_w, a.padding == Padding::clipped};
}

struct Interval {
  std::int64_t lo, hi;  // inclusive; empty when hi < lo
  std::int64_t size() const { return std::max<std::int64_t>(0, hi - lo + 1); }
};

Interval tile_interval(const Layer& layer, const Axis& x, const PerDim<std::int64_t>& tile,
                       std::int64_t out_tile, std::int64_t filter_tile) {
  const std::int64_t o = out_tile * tile[x.out];
  const std::int64_t f = filter_tile * tile[x.filter];
  const std::int64_t on = std::min(tile[x.out], layer.size[x.out] - o);
  const std::int64_t fn = std::min(tile[x.filter], layer.size[x.filter] - f);
  const std::int64_t pad = x.clipped ? x.pad : 0;
  Interval i{o * x.stride + f * x.dilation - pad, 0};
  i.hi = i.lo + (on - 1) * x.stride + (fn - 1) * x.dilation;
  if (x.clipped) i = {std::max<std::int64_t>(i.lo, 0), std::min(i.hi, x.extent - 1)};
  return i;
}

constexpr std::int64_t kMaxScan = 4096;

// Exact up to kMaxScan filter tiles, an upper bound beyond.
std::int64_t largest_extent(const Layer& layer, const Axis& x, const PerDim<std::int64_t>& tile) {
  const std::int64_t full = (tile[x.out] - 1) * x.stride + (tile[x.filter] - 1) * x.dilation + 1;
  if (!x.clipped) return full;
  const std::int64_t out_tiles = ceil_div(layer.size[x.out], tile[x.out]);
  const std::int64_t filter_tiles = ceil_div(layer.size[x.filter], tile[x.filter]);
  if (filter_tiles > kMaxScan) return std::min(full, x.extent);
  std::int64_t best = 0;
  for (std::int64_t f = 0; f < filter_tiles && best < std::min(full, x.extent); ++f) {
    // The clipped extent rises until the tile starts inside the tensor and falls after it ends outside.
    const std::int64_t missing = std::max<std::int64_t>(0, x.pad - f * tile[x.filter] * x.dilation);
    const std::int64_t inside = ceil_div(missing, tile[x.out] * x.stride);
    for (const std::int64_t o : {std::int64_t{0}, inside - 1, inside, out_tiles - 2, out_tiles - 1})
      if (o >= 0 && o < out_tiles) best = std::max(best, tile_interval(layer, x, tile, o, f).size());
  }
  return best;
}

// Innermost temporal loop outside `at` that indexes the operand: nest index, or -1.
int innermost_relevant(const Mapping& mapping, std::size_t at, Operand operand) {
  for (int i = static_cast<int>(at) - 1; i >= 0; --i) {
    const Entry& e = mapping.nest[static_cast<std::size_t>(i)];
    if (e.kind == EntryKind::loop && is_relevant(operand, e.dim)) return i;
  }
  return -1;
}

// Largest new part of an advance by `step` tiles along one axis, over all positions (exact up to kMaxScan positions, an upper bound
// beyond); nullopt when no advance overlaps.
std::optional<std::int64_t> largest_advance(const Layer& layer, const Axis& x, const PerDim<std::int64_t>& tile,
                                            Dim moved, std::int64_t step) {
  const std::int64_t full = (tile[x.out] - 1) * x.stride + (tile[x.filter] - 1) * x.dilation + 1;
  const std::int64_t delta = step * tile[moved] * (moved == x.out ? x.stride : x.dilation);
  if (full <= delta) return std::nullopt;
  if (!x.clipped) return delta;
  const std::int64_t out_tiles = ceil_div(layer.size[x.out], tile[x.out]);
  const std::int64_t filter_tiles = ceil_div(layer.size[x.filter], tile[x.filter]);
  const std::int64_t first_out = moved == x.out ? step : 0;
  const std::int64_t first_filter = moved == x.filter ? step : 0;
  if (mul(out_tiles, filter_tiles) > kMaxScan) return std::min(delta, x.extent);
  std::optional<std::int64_t> best;
  for (std::int64_t f = first_filter; f < filter_tiles; ++f)
    for (std::int64_t o = first_out; o < out_tiles; ++o) {
      const Interval now = tile_interval(layer, x, tile, o, f);
      const Interval old = tile_interval(layer, x, tile, o - first_out, f - first_filter);
      if (old.size() == 0 || now.size() == 0 || now.lo > old.hi) continue;
      const Interval fresh{old.hi + 1, now.hi};
      best = std::max(best.value_or(0), fresh.size());
    }
  return best;
}

}  // namespace

PerDim<std::int64_t> tile_inside(const Layer& layer, const Mapping& mapping, std::size_t at) {
  PerDim<std::int64_t> tile;
  tile.fill(1);
  for (std::size_t i = at; i < mapping.nest.size(); ++i) {
    const Entry& e = mapping.nest[i];
    if (e.kind != EntryKind::hold) tile[e.dim] = mul(tile[e.dim], e.bound);
  }
  for (Dim d : kAllDims) tile[d] = std::min(tile[d], layer.size[d]);
  return tile;
}

std::int64_t largest_box(const Layer& layer, const Accelerator& accelerator, const Mapping& mapping,
                         std::size_t at, Operand operand) {
  const PerDim<std::int64_t> tile = tile_inside(layer, mapping, at);
  std::int64_t box = 1;
  for (Dim d : kAllDims) {
    const bool spatial_of_input =
        operand == Operand::I && (d == Dim::P || d == Dim::Q || d == Dim::R || d == Dim::S);
    if (is_relevant(operand, d) && !spatial_of_input) box = mul(box, tile[d]);
  }
  if (operand != Operand::I) return box;
  box = mul(box, largest_extent(layer, axis_h(layer, accelerator), tile));
  return mul(box, largest_extent(layer, axis_w(layer, accelerator), tile));
}

std::optional<std::int64_t> largest_increment(const Layer& layer, const Accelerator& accelerator,
                                              const Mapping& mapping, std::size_t at, Operand operand) {
  if (operand != Operand::I || accelerator.halo == Halo::reload) return std::nullopt;
  const int loop = innermost_relevant(mapping, at, operand);
  if (loop < 0) return std::nullopt;
  const Dim moved = mapping.nest[static_cast<std::size_t>(loop)].dim;
  const Axis h = axis_h(layer, accelerator), w = axis_w(layer, accelerator);
  const bool along_h = moved == h.out || moved == h.filter;
  if (!along_h && moved != w.out && moved != w.filter) return std::nullopt;
  const PerDim<std::int64_t> tile = tile_inside(layer, mapping, at);
  std::int64_t step = 1;  // in tiles of one lane: spatial loops of the dimension between loop and hold
  for (std::size_t i = static_cast<std::size_t>(loop) + 1; i < at; ++i) {
    const Entry& e = mapping.nest[i];
    if (e.kind != EntryKind::hold && e.dim == moved) step = mul(step, e.bound);
  }
  const std::optional<std::int64_t> fresh = largest_advance(layer, along_h ? h : w, tile, moved, step);
  if (!fresh) return std::nullopt;
  std::int64_t other = mul(mul(tile[Dim::N], tile[Dim::G]), tile[Dim::C]);
  other = mul(other, largest_extent(layer, along_h ? w : h, tile));
  return mul(*fresh, other);
}

std::int64_t resident_bytes(const Layer& layer, const Accelerator& accelerator, const Mapping& mapping,
                            std::size_t at, Operand operand) {
  const Entry& hold = mapping.nest[at];
  const Keep& keep = accelerator.levels[static_cast<std::size_t>(hold.level)].keeps[operand];
  const Precision precision = effective_precision(accelerator, layer);
  const int bits = operand == Operand::I ? precision.input_bits
                   : operand == Operand::W ? precision.weight_bits : precision.psum_bits;
  const std::int64_t box = largest_box(layer, accelerator, mapping, at, operand);
  const std::optional<std::int64_t> increment = largest_increment(layer, accelerator, mapping, at, operand);
  const std::int64_t elements = increment ? add(box, mul(keep.slots - 1, *increment)) : mul(box, keep.slots);
  return ceil_div(mul(elements, bits), 8);
}

}  // namespace assay
