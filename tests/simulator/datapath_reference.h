// SPDX-License-Identifier: Apache-2.0
// One step of the lanes, evaluated literally on elements instead of addresses (docs/contract.md,
// sections 3 and "Values").
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <tuple>
#include <utility>
#include <vector>

#include "tests/oracle/nest.h"
#include "tests/oracle/random_triple.h"

namespace assay::reference {

using oracle::Point;
using oracle::Triple;
using Element = std::array<std::int64_t, 5>;

inline std::int64_t bring(std::int64_t value, int bits, Overflow overflow) {
  const std::int64_t modulus = std::int64_t{1} << bits;
  const std::int64_t low = -modulus / 2, high = modulus / 2 - 1;
  if (overflow == Overflow::saturate) return std::max(low, std::min(high, value));
  const std::int64_t rest = ((value % modulus) + modulus) % modulus;
  return rest > high ? rest - modulus : rest;
}

// A value of the element that depends on nothing else.
inline std::int32_t value_of(const Element& e, int bits, std::uint64_t salt) {
  std::uint64_t hash = salt;
  for (std::int64_t x : e) hash = (hash ^ static_cast<std::uint64_t>(x + 1)) * 0x9e3779b97f4a7c15U;
  hash ^= hash >> 29;
  return static_cast<std::int32_t>(
      bring(static_cast<std::int64_t>(hash >> 20), bits, Overflow::wrap));
}

inline Element element_of(const Layer& l, Operand o, const Point& p) {
  if (o == Operand::W) return {p[Dim::G], p[Dim::M], p[Dim::C], p[Dim::R], p[Dim::S]};
  if (o == Operand::O) return {p[Dim::N], p[Dim::G], p[Dim::M], p[Dim::P], p[Dim::Q]};
  return {p[Dim::N], p[Dim::G], p[Dim::C],  // rows and columns of the padded input
          p[Dim::P] * l.stride_h + p[Dim::R] * l.dilation_h,
          p[Dim::Q] * l.stride_w + p[Dim::S] * l.dilation_w};
}

// Of an input or a weight; 0 in the padding.
inline std::int32_t tensor_value(const Layer& l, const Precision& bits, Operand o,
                                 const Element& e) {
  if (o == Operand::W) return l.has_weights() ? value_of(e, bits.weight_bits, 2) : 1;
  const std::int64_t h = e[3] - l.pad_top, w = e[4] - l.pad_left;
  if (h < 0 || h >= l.input_h || w < 0 || w >= l.input_w) return 0;
  return value_of(e, bits.input_bits, 1);
}

// Is it in the (padded) tensor?
inline bool in_tensor(const Layer& l, Operand o, const Element& e) {
  Point last = l.size;
  for (std::int64_t& x : last) --x;
  const Element end = element_of(l, o, last);
  for (std::size_t i = 0; i < e.size(); ++i)
    if (e[i] > end[i]) return false;
  return true;
}

struct StepAt {
  Point start{};
  std::vector<Point> tile_start;  // per hold
};

class Reference {
 public:
  explicit Reference(const Triple& t)
      : triple(t),
        nest(oracle::read_nest(t.layer, t.accelerator, t.mapping)),
        lanes(oracle::make_lanes(t.accelerator, nest, nest.loops.size())),
        bits(effective_precision(t.accelerator, t.layer)) {
    for (const oracle::Hold& hold : nest.holds) step_outside = hold.outside;
    for (const oracle::Hold& hold : nest.holds)
      if (hold.level == nest.innermost[hold.operand])
        innermost[hold.operand] = static_cast<int>(&hold - nest.holds.data());
  }

  std::vector<StepAt> steps() const {
    std::vector<StepAt> all;
    oracle::for_each_step(triple.layer, nest, step_outside, [&](const oracle::Step& step) {
      StepAt at;
      at.start = step.start;
      for (const oracle::Hold& hold : nest.holds) {
        at.tile_start.emplace_back();
        for (std::size_t j = 0; j < hold.outside; ++j)
          at.tile_start.back()[nest.loops[j].dim] += step.index[j] * nest.loops[j].inside;
      }
      all.push_back(std::move(at));
    });
    return all;
  }

  // Starts of the iterations inside a step, in the order of the nest.
  std::vector<Point> iterations(const Point& start) const {
    std::vector<Point> all{start};
    for (std::size_t j = step_outside; j < nest.loops.size(); ++j) {
      if (nest.loops[j].spatial) continue;
      std::vector<Point> longer;
      for (const Point& outer : all)
        for (std::int64_t i = 0; i < nest.loops[j].bound; ++i) {
          Point p = outer;
          p[nest.loops[j].dim] += i * nest.loops[j].inside;
          if (p[nest.loops[j].dim] < triple.layer.size[nest.loops[j].dim]) longer.push_back(p);
        }
      all = std::move(longer);
    }
    return all;
  }

  // Lanes that share an instance of the operand's innermost level.
  std::int64_t lanes_per_instance(Operand o) const {
    std::int64_t n = 1;
    for (const oracle::ArrayPositions& array : lanes.arrays)
      if (array.level > nest.innermost[o]) n *= array.positions;
    return n;
  }

  // Partial sums by instance and element.
  using Psums = std::map<std::pair<std::int64_t, Element>, std::int64_t>;

  // Adds what the step adds; `psums` must have every element.
  void evaluate(const Point& start, Psums& psums) const {
    const Overflow overflow = triple.accelerator.overflow.value_or(Overflow::wrap);
    const auto fit = [&](std::int64_t value) { return bring(value, bits.psum_bits, overflow); };
    const auto& levels = triple.accelerator.levels;
    const std::int64_t shared = lanes_per_instance(Operand::O);
    const bool networks =
        std::any_of(levels.begin() + nest.innermost[Operand::O], levels.end(),
                    [](const Level& level) { return level.kind == LevelKind::array; });
    for (const Point& iteration : iterations(start)) {
      std::map<std::pair<std::int64_t, Element>, std::int64_t> words;
      for (std::size_t lane = 0; lane < lanes.offset.size(); ++lane) {
        Point p;
        if (!oracle::lane_start(triple.layer, iteration, lanes.offset[lane], p)) continue;
        const std::int64_t product = std::int64_t{value(Operand::I, p)} * value(Operand::W, p);
        words[{static_cast<std::int64_t>(lane), element_of(triple.layer, Operand::O, p)}] =
            networks ? fit(product) : product;
      }
      for (auto array = lanes.arrays.rbegin(); array != lanes.arrays.rend(); ++array) {
        if (array->level < nest.innermost[Operand::O]) continue;
        const Network network = levels[static_cast<std::size_t>(array->level)].network[Operand::O];
        if (network == Network::tree || network == Network::chain) add_up(*array, fit, words);
      }
      for (const auto& [key, word] : words) {
        std::int64_t& psum = psums.at({key.first / shared, key.second});
        psum = fit(psum + word);
      }
    }
  }

  const Triple& triple;
  oracle::Nest nest;
  oracle::Lanes lanes;
  Precision bits;
  std::size_t step_outside = 0;
  PerOperand<int> innermost{{-1, -1, -1}};  // index of the hold, or -1: the first level

 private:
  std::int32_t value(Operand o, const Point& p) const {
    return tensor_value(triple.layer, bits, o, element_of(triple.layer, o, p));
  }

  template <class Fit>
  static void add_up(const oracle::ArrayPositions& array, Fit fit,
                     std::map<std::pair<std::int64_t, Element>, std::int64_t>& words) {
    std::map<std::pair<std::int64_t, Element>, std::int64_t> sums;
    for (const auto& [key, word] : words) {
      const std::int64_t position = key.first / array.stride % array.positions;
      sums[{key.first - position * array.stride, key.second}] += word;
    }
    for (auto& [key, sum] : sums) sum = fit(sum);
    words = std::move(sums);
  }
};

}  // namespace assay::reference
