// SPDX-License-Identifier: Apache-2.0
// Layers, mappings and comparisons for the tests of the tiled accelerator.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "core/layer.h"
#include "core/mapping.h"
#include "rtl/tiled/tiled_model.h"
#include "simulator/simulator.h"
#include "tests/golden/golden.h"
#include "tests/oracle/entries.h"
#include "tests/simulator/fresh_context.h"

namespace assay::tiled_test {

struct Case {
  Layer layer;
  Mapping mapping;
  rtl::LayerData data;
};

// Tiles of a mapping; M and C at most the arrays' sizes.
struct Tiles {
  std::int64_t m = 1, c = 1, p = 1, q = 1;
  bool m_innermost = false;  // N G P Q M, else N G M P Q
};

inline Layer convolution(const PerDim<std::int64_t>& size, std::int64_t stride = 1,
                         std::int64_t pad = 0) {
  Layer layer;
  layer.name = "layer";
  layer.size = size;
  layer.stride_h = layer.stride_w = stride;
  layer.pad_top = layer.pad_bottom = layer.pad_left = layer.pad_right = pad;
  layer.input_h = (size[Dim::P] - 1) * stride + size[Dim::R] - 2 * pad;
  layer.input_w = (size[Dim::Q] - 1) * stride + size[Dim::S] - 2 * pad;
  return layer;
}

inline Mapping mapping_of(const Layer& layer, const Tiles& tiles) {
  Mapping mapping;
  mapping.name = "mapping";
  const PerDim<std::int64_t>& size = layer.size;
  const auto add = [&](const Entry& e) {
    if (e.kind == EntryKind::hold || e.bound > 1) mapping.nest.push_back(e);
  };
  const auto trips = [&](Dim d, std::int64_t tile) { return (size[d] + tile - 1) / tile; };
  add(loop(Dim::N, size[Dim::N]));
  add(loop(Dim::G, size[Dim::G]));
  if (!tiles.m_innermost) add(loop(Dim::M, trips(Dim::M, tiles.m)));
  add(loop(Dim::P, trips(Dim::P, tiles.p)));
  add(loop(Dim::Q, trips(Dim::Q, tiles.q)));
  if (tiles.m_innermost) add(loop(Dim::M, trips(Dim::M, tiles.m)));
  add(hold(1, kO));
  add(loop(Dim::C, trips(Dim::C, tiles.c)));
  add(hold(1, kI | kW));
  add(loop(Dim::R, size[Dim::R]));
  add(loop(Dim::S, size[Dim::S]));
  add(loop(Dim::P, std::min(tiles.p, size[Dim::P])));
  add(loop(Dim::Q, std::min(tiles.q, size[Dim::Q])));
  add(lanes(Dim::M, std::min(tiles.m, size[Dim::M]), 'x'));
  add(lanes(Dim::C, std::min(tiles.c, size[Dim::C]), 'y'));
  return mapping;
}

inline Case make_case(const Layer& layer, const Tiles& tiles, const Accelerator& accelerator,
                      std::uint64_t seed) {
  const auto data = simulator::random_data(layer, effective_precision(accelerator, layer), seed);
  return {layer, mapping_of(layer, tiles), {data.input, data.weights}};
}

// Small layers with remainders in every dimension, strides and dilations, groups and batches; most
// fit the hardware.
inline Case random_case(const rtl::TiledShape& shape, const Accelerator& accelerator,
                        std::uint64_t seed) {
  std::mt19937_64 random(seed);
  const auto pick = [&random](std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(high - low + 1));
  };
  PerDim<std::int64_t> size;
  size[Dim::N] = pick(0, 3) == 0 ? 2 : 1;
  size[Dim::G] = pick(0, 3) == 0 ? pick(2, 3) : 1;
  size[Dim::M] = pick(1, 3 * shape.tm);
  size[Dim::C] = pick(1, 4 * shape.tn);
  size[Dim::P] = pick(1, 9);
  size[Dim::Q] = pick(1, 9);
  size[Dim::R] = pick(1, 4);
  size[Dim::S] = pick(1, 4);
  Layer l = convolution(size);
  l.stride_h = pick(1, 4);
  l.stride_w = pick(1, 4);
  l.dilation_h = pick(0, 3) == 0 ? 2 : 1;
  l.dilation_w = pick(0, 3) == 0 ? 2 : 1;
  const auto rows = (size[Dim::P] - 1) * l.stride_h + (size[Dim::R] - 1) * l.dilation_h + 1;
  const auto columns = (size[Dim::Q] - 1) * l.stride_w + (size[Dim::S] - 1) * l.dilation_w + 1;
  l.pad_top = pick(0, std::min<std::int64_t>(2, rows - 1));
  l.pad_left = pick(0, std::min<std::int64_t>(2, columns - 1));
  l.pad_bottom = pick(0, std::min<std::int64_t>(2, rows - 1 - l.pad_top));
  l.pad_right = pick(0, std::min<std::int64_t>(2, columns - 1 - l.pad_left));
  // rows below and to the right that no filter reaches
  l.input_h = rows - l.pad_top - l.pad_bottom + pick(0, l.stride_h - 1);
  l.input_w = columns - l.pad_left - l.pad_right + pick(0, l.stride_w - 1);
  Tiles tiles;
  tiles.m = pick(0, 2) == 0 ? pick(1, shape.tm) : shape.tm;
  tiles.c = pick(0, 2) == 0 ? pick(1, shape.tn) : shape.tn;
  tiles.p = pick(1, size[Dim::P]);
  tiles.q = pick(1, size[Dim::Q]);
  tiles.m_innermost = pick(0, 1) == 1;
  return make_case(l, tiles, accelerator, seed);
}

inline std::string describe(const Case& c) {
  std::ostringstream text;
  for (Dim d : kAllDims) text << name(d) << c.layer.size[d] << ' ';
  text << "stride " << c.layer.stride_h << ' ' << c.layer.stride_w << ':';
  for (const Entry& e : c.mapping.nest) {
    if (e.kind == EntryKind::hold)
      text << " hold " << e.operands;
    else
      text << (e.kind == EntryKind::spatial ? " par " : " for ") << name(e.dim) << e.bound;
  }
  return text.str();
}

// What the simulator and the golden convolution say of the case.
struct Expected {
  std::int64_t cycles = 0;
  std::map<CountKey, std::int64_t> counts;
  golden::Values output;
};

inline Expected expected(const Case& c, const Accelerator& accelerator) {
  const simulator::FreshContext context;
  simulator::Machine machine(accelerator);
  simulator::RunOptions options;
  options.off_chip_timed = true;
  const auto run = machine.run(c.layer, c.mapping, options);
  return {run.finish, run.counts,
          golden::convolution(c.layer, accelerator, c.data.input, c.data.weights)};
}

// Every difference, one a line; empty when equal.
inline std::string difference(const rtl::RunResult& run, const Expected& expected) {
  std::ostringstream text;
  if (!run.finished) text << "  not finished\n";
  if (run.cycles != expected.cycles)
    text << "  cycles: rtl " << run.cycles << ", simulator " << expected.cycles << '\n';
  auto both = expected.counts;
  for (const auto& [key, n] : run.counts) both.emplace(key, 0);
  for (const auto& [key, unused] : both) {
    static_cast<void>(unused);
    const auto value = [&key = key](const std::map<CountKey, std::int64_t>& counts) {
      const auto found = counts.find(key);
      return found == counts.end() ? 0 : found->second;
    };
    if (value(run.counts) != value(expected.counts))
      text << "  " << key.component << ' ' << key.operand << ' ' << key.action << ": rtl "
           << value(run.counts) << ", simulator " << value(expected.counts) << '\n';
  }
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < expected.output.size(); ++i)
    if (run.output.at(i) != expected.output[i]) ++wrong;
  if (run.output.size() != expected.output.size() || wrong != 0)
    text << "  outputs: " << wrong << " of " << expected.output.size() << " wrong\n";
  return text.str();
}

}  // namespace assay::tiled_test
