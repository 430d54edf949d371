// SPDX-License-Identifier: Apache-2.0
#include "experiments/board/board.h"

#include <algorithm>
#include <utility>

#include "core/checked.h"
#include "core/diagnostics.h"
#include "core/mapping.h"

namespace assay::board {
namespace {

constexpr std::int64_t kBitsPerByte = 8;

Entry loop(EntryKind kind, Dim dim, std::int64_t bound, char axis = 'x') {
  Entry e;
  e.kind = kind;
  e.dim = dim;
  e.bound = bound;
  e.axis = axis;
  return e;
}

// A tile of pixels and channels at a time, all products of an output in one go.
Mapping mapping_of(const Board& b, const Accelerator& a, const Layer& layer) {
  const std::int64_t n = layer.size[Dim::N], m = layer.size[Dim::M];
  const std::int64_t pixels = std::min(n, a.levels[b.pixels].size);
  const std::int64_t channels = std::min(m, a.levels[b.channels].size);
  Entry hold;
  hold.kind = EntryKind::hold;
  hold.level = b.outputs.level;
  hold.operands = 1U << static_cast<unsigned>(Operand::O);
  Mapping out;
  const Entry all[] = {loop(EntryKind::loop, Dim::N, ceil_div(n, pixels)),
                       loop(EntryKind::loop, Dim::M, ceil_div(m, channels)),
                       loop(EntryKind::spatial, Dim::N, pixels, a.levels[b.pixels].axis),
                       loop(EntryKind::spatial, Dim::M, channels, a.levels[b.channels].axis),
                       hold,
                       loop(EntryKind::loop, Dim::C, layer.size[Dim::C])};
  for (const Entry& e : all)
    if (e.kind == EntryKind::hold || e.bound > 1) out.nest.push_back(e);
  return out;
}

Layer layer_of(const BoardRow& r) {
  Layer layer;
  layer.name = r.id;
  layer.kind = LayerKind::matmul;
  for (std::int64_t& size : layer.size) size = 1;
  layer.size[Dim::N] = r.pixels();
  layer.size[Dim::M] = r.out_channels;
  layer.size[Dim::C] = r.products();
  return layer;
}

// Number, in the order of the input's rows, of a pixel that an output needs; padding moves it to
// the nearest real one.
std::int64_t needed(const BoardRow& r, std::int64_t output, std::int64_t kernel_row,
                    std::int64_t kernel_column) {
  const std::int64_t y = output / r.out_width * r.stride_h - r.pad_top + kernel_row;
  const std::int64_t x = output % r.out_width * r.stride_w - r.pad_left + kernel_column;
  if (y < 0) return std::clamp<std::int64_t>(x, 0, r.width - 1);
  if (y >= r.height) return r.height * r.width - 1;
  return y * r.width + std::clamp<std::int64_t>(x, 0, r.width - 1);
}

// Until an input has passed the pixels of the array; weights wait for none of it.
double chain_cycles(const Board& b, const Accelerator& a) {
  return static_cast<double>(a.levels[b.pixels].size) * b.chain_main_cycles * a.clock.value /
         b.main_clock_mhz;
}

// Header and words for the outputs from `first` on, as many as the array has pixels.
std::int64_t words_of_set(const Board& b, const BoardRow& r, std::int64_t first) {
  const std::int64_t last = std::min(first + r.p, r.pixels()) - 1;
  const std::int64_t from = needed(r, first, 0, 0);
  const std::int64_t to = needed(r, last, r.kernel_h - 1, r.kernel_w - 1);
  const std::int64_t length = to / b.word_pixels - from / b.word_pixels + 1;
  return add(1, mul(ceil_div(r.in_channels, b.word_channels), length));
}

// Sets of pixels arrive one after another, and each is first used by its first tile of channels:
// where sets are alike, the first or the last one bounds.
void add_inputs(const Board& b, const BoardRow& r, double sets, double tiles,
                std::vector<fit::Stream>* streams) {
  const std::int64_t word_bits = b.word_channels * b.word_pixels * kBitsPerByte;
  const auto bits = [&](std::int64_t words) { return static_cast<double>(mul(words, word_bits)); };
  streams->push_back({"inputs", b.xbus, bits(words_of_set(b, r, 0)), 1 - 1 / (tiles * sets), 0});
  streams->push_back({"inputs", b.xbus, bits(input_words(b, r)), (tiles - 1) / (tiles * sets), 0});
}

}  // namespace

Accelerator accelerator_of(const Board& b, const Shape& shape, double clock_mhz) {
  Accelerator a = b.base;
  a.clock = Megahertz(clock_mhz);
  a.levels[b.pixels].size = shape.p;
  a.levels[b.channels].size = mul(b.channels_per_row, shape.m);
  // The memories' clock in cycles of the array's.
  const double ratio = b.main_clock_mhz / clock_mhz;
  const std::int64_t word = b.word_channels * b.word_pixels;
  const std::int64_t writes = ceil_div(mul(a.levels[b.channels].size, shape.p), word);
  const auto drain = static_cast<double>(std::max(shape.m, writes));
  const double output_bits = a.precision.output_bits;
  set_value(b.dram, b.dram_bits_per_main_cycle * ratio, &a);
  set_value(b.xbus, static_cast<double>(word * kBitsPerByte) * ratio, &a);
  set_value(b.outputs, output_bits / drain * ratio, &a);
  // Both ends of a layer's one pass through the pipeline, as the latency of what leaves last.
  const auto skew = static_cast<double>(shape.p + b.skew_cycles);
  set_value(b.outputs_latency, skew + chain_cycles(b, a), &a);
  return a;
}

std::int64_t input_words(const Board& b, const BoardRow& r) {
  std::int64_t words = 0;
  for (std::int64_t first = 0; first < r.pixels(); first += r.p)
    words = add(words, words_of_set(b, r, first));
  return words;
}

fit::LatencyCase case_of(const Board& b, const Accelerator& a, const BoardRow& r,
                         std::size_t machine) {
  const Layer layer = layer_of(r);
  const Mapping mapping = mapping_of(b, a, layer);
  throw_if_any(check(layer, a, mapping));
  const auto sets = static_cast<double>(ceil_div(r.pixels(), a.levels[b.pixels].size));
  const auto tiles = static_cast<double>(ceil_div(r.out_channels, a.levels[b.channels].size));
  std::vector<fit::Stream> streams;
  add_inputs(b, r, sets, tiles, &streams);
  if (r.dynamic)
    streams.push_back(
        {"weights", b.dram,
         static_cast<double>(mul(mul(r.products(), r.out_channels), a.precision.weight_bits)),
         1 - 1 / sets, chain_cycles(b, a)});
  return {layer, a, mapping, std::move(streams), machine};
}

}  // namespace assay::board
