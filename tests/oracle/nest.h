// SPDX-License-Identifier: Apache-2.0
// The nest executed literally (docs/contract.md, sections 1 to 4): tensors with their elements
// listed one by one, temporal steps, lanes, and networks that put elements into sets. Shared by the
// oracles of counts and of times; shares no code with the predictors they judge.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/accelerator.h"
#include "core/layer.h"
#include "core/mapping.h"

namespace assay::oracle {

using Point = PerDim<std::int64_t>;  // one value per loop dimension: a start, or a length

// ---- Tensors (section 1 and "Tile" of section 4) --------------------------------------------

struct Interval {  // half open; empty unless begin < end
  std::int64_t begin = 0;
  std::int64_t end = 0;
  bool contains(std::int64_t x) const { return begin <= x && x < end; }
};

// Every operand has five axes: N,G,C,h,w or G,M,C,R,S or N,G,M,P,Q. The default box is empty.
using Box = std::array<Interval, 5>;

inline Interval along(const Point& start, const Point& length, Dim d) {
  return {start[d], start[d] + length[d]};
}

// An axis of the input: output position * stride + filter position * dilation - padding.
inline Interval window(const Interval& out, std::int64_t stride, const Interval& filter,
                       std::int64_t dilation, std::int64_t padding) {
  return {out.begin * stride + filter.begin * dilation - padding,
          (out.end - 1) * stride + (filter.end - 1) * dilation - padding + 1};
}

inline Interval clip(const Interval& interval, std::int64_t size) {
  return {std::max<std::int64_t>(interval.begin, 0), std::min(interval.end, size)};
}

// One word on its way: which element, for (or from) which lane.
struct Word {
  std::int64_t lane = 0;  // on its way, the lane at position 0 of the arrays that united it
  std::int64_t element = 0;
  std::int64_t first = 0;  // the first of the lanes that it stands for
};
using Words = std::vector<Word>;

class Tensor {
 public:
  Tensor(const Layer& layer, Operand operand) : layer_(layer), operand_(operand) {
    whole_ = box(Point{}, layer.size);
  }

  // From the smallest to the largest index touched, per axis; `length` >= 1 in every dimension.
  Box box(const Point& start, const Point& length) const {
    const auto axis = [&](Dim d) { return along(start, length, d); };
    if (operand_ == Operand::W)
      return {axis(Dim::G), axis(Dim::M), axis(Dim::C), axis(Dim::R), axis(Dim::S)};
    if (operand_ == Operand::O)
      return {axis(Dim::N), axis(Dim::G), axis(Dim::M), axis(Dim::P), axis(Dim::Q)};
    const Interval h =
        window(axis(Dim::P), layer_.stride_h, axis(Dim::R), layer_.dilation_h, layer_.pad_top);
    const Interval w =
        window(axis(Dim::Q), layer_.stride_w, axis(Dim::S), layer_.dilation_w, layer_.pad_left);
    return {axis(Dim::N), axis(Dim::G), axis(Dim::C), h, w};
  }

  // The box within the real input; other operands have no padding.
  Box clipped(Box b) const {
    if (operand_ != Operand::I) return b;
    b[3] = clip(b[3], layer_.input_h);
    b[4] = clip(b[4], layer_.input_w);
    return b;
  }

  // Number of different elements the layer could touch; element numbers are below it.
  std::int64_t elements() const {
    std::int64_t n = 1;
    for (const Interval& axis : whole_) n *= axis.end - axis.begin;
    return n;
  }

  // Appends a word to `lane` for every element of `box` that is not in `old`.
  void append(const Box& box, const Box& old, std::int64_t lane, Words& words) const {
    for (std::int64_t a = box[0].begin; a < box[0].end; ++a)
      for (std::int64_t b = box[1].begin; b < box[1].end; ++b)
        for (std::int64_t c = box[2].begin; c < box[2].end; ++c)
          for (std::int64_t d = box[3].begin; d < box[3].end; ++d)
            for (std::int64_t e = box[4].begin; e < box[4].end; ++e) {
              const std::array<std::int64_t, 5> at{a, b, c, d, e};
              if (!inside(old, at)) words.push_back({lane, number(at), lane});
            }
  }

 private:
  static bool inside(const Box& box, const std::array<std::int64_t, 5>& at) {
    for (std::size_t i = 0; i < at.size(); ++i)
      if (!box[i].contains(at[i])) return false;
    return true;
  }

  std::int64_t number(const std::array<std::int64_t, 5>& at) const {
    std::int64_t n = 0;
    for (std::size_t i = 0; i < at.size(); ++i)
      n = n * (whole_[i].end - whole_[i].begin) + at[i] - whole_[i].begin;
    return n;
  }

  const Layer& layer_;
  Operand operand_;
  Box whole_{};
};

// ---- The nest (section 3) -------------------------------------------------------------------

struct Loop {
  bool spatial = false;
  Dim dim = Dim::N;
  int array = -1;           // spatial: index of the array level
  std::int64_t bound = 1;   // n_j
  std::int64_t inside = 1;  // T_j: product of the bounds of the same dimension inside
};

struct Hold {
  Operand operand = Operand::I;
  int level = 0;
  int parent = 0;           // level of the next outer hold of the operand
  std::size_t outside = 0;  // the first `outside` loops of the nest stand outside the hold
};

struct Nest {
  std::vector<Loop> loops;
  std::vector<Hold> holds;
  PerOperand<int> innermost{};  // innermost level that holds the operand; the first if none does
};

inline int array_of_axis(const Accelerator& accelerator, char axis) {
  for (std::size_t i = 0; i < accelerator.levels.size(); ++i)
    if (accelerator.levels[i].kind == LevelKind::array && accelerator.levels[i].axis == axis)
      return static_cast<int>(i);
  return -1;
}

inline void set_tile_lengths(std::vector<Loop>& loops) {
  for (std::size_t j = 0; j < loops.size(); ++j)
    for (std::size_t k = j + 1; k < loops.size(); ++k)
      if (loops[k].dim == loops[j].dim) loops[j].inside *= loops[k].bound;
}

inline void add_holds(const Layer& layer, const Entry& entry, Nest& nest) {
  for (Operand o : kAllOperands) {
    if ((entry.operands & (1U << static_cast<unsigned>(o))) == 0) continue;
    if (!layer.has_operand(o) || entry.level == 0) continue;
    nest.holds.push_back({o, entry.level, nest.innermost[o], nest.loops.size()});
    nest.innermost[o] = entry.level;
  }
}

inline Nest read_nest(const Layer& layer, const Accelerator& accelerator, const Mapping& mapping) {
  Nest nest;
  for (const Entry& e : mapping.nest) {
    if (e.kind == EntryKind::hold) {
      add_holds(layer, e, nest);
      continue;
    }
    if (e.bound == 1) continue;  // changes nothing
    const bool spatial = e.kind == EntryKind::spatial;
    const int array = spatial ? array_of_axis(accelerator, e.axis) : -1;
    nest.loops.push_back({spatial, e.dim, array, e.bound, 1});
  }
  set_tile_lengths(nest.loops);
  return nest;
}

// Length per dimension of a tile inside the first `outside` loops, as long as the tensor goes on.
inline Point tile_length(const Nest& nest, std::size_t outside) {
  Point length;
  length.fill(1);
  for (std::size_t j = outside; j < nest.loops.size(); ++j)
    length[nest.loops[j].dim] *= nest.loops[j].bound;
  return length;
}

// ---- Temporal steps -------------------------------------------------------------------------

// One combination of indices of the temporal loops among the first `outside` loops.
struct Step {
  Point start{};                    // of lane 0
  std::vector<std::int64_t> index;  // per loop; 0 for spatial loops
  std::vector<char> last;           // per loop: at the last iteration it makes in this context
};

// Visits the steps in order. `left` elements of each dimension are left for lane 0 at loop j.
template <class Visitor>
void steps_from(const Nest& nest, std::size_t j, std::size_t outside, const Point& left, Step& step,
                Visitor& visitor) {
  if (j == outside) {
    visitor(step);
    return;
  }
  const Loop& loop = nest.loops[j];
  const std::int64_t in_loop = std::min(left[loop.dim], loop.bound * loop.inside);
  const std::int64_t made = (in_loop + loop.inside - 1) / loop.inside;
  const std::int64_t trips = loop.spatial ? 1 : made;  // of the spatial indices, lane 0's decides
  const std::int64_t start = step.start[loop.dim];
  for (std::int64_t i = 0; i < trips; ++i) {
    Point left_inside = left;
    left_inside[loop.dim] = std::min(in_loop - i * loop.inside, loop.inside);
    step.index[j] = i;
    step.last[j] = i == trips - 1;
    step.start[loop.dim] = start + i * loop.inside;
    steps_from(nest, j + 1, outside, left_inside, step, visitor);
  }
  step.start[loop.dim] = start;
}

template <class Visitor>
void for_each_step(const Layer& layer, const Nest& nest, std::size_t outside, Visitor visitor) {
  Step step;
  step.index.assign(outside, 0);
  step.last.assign(outside, 1);
  steps_from(nest, 0, outside, layer.size, step, visitor);
}

// ---- Lanes ----------------------------------------------------------------------------------

// The positions of one array: lane / stride % positions is a lane's position in it.
struct ArrayPositions {
  int level = 0;
  std::int64_t positions = 1;
  std::int64_t stride = 1;
};

// All combinations of indices of the spatial loops among the first `outside` loops, active or not.
struct Lanes {
  std::vector<ArrayPositions> arrays;  // outermost first; only those with loops
  std::vector<Point> offset;           // per lane: what its spatial indices add to the start
};

inline void add_spatial_loop(const Loop& loop, Lanes& lanes) {
  std::vector<Point> offset;
  for (const Point& base : lanes.offset)
    for (std::int64_t i = 0; i < loop.bound; ++i) {
      offset.push_back(base);
      offset.back()[loop.dim] += i * loop.inside;
    }
  lanes.offset = std::move(offset);
}

inline Lanes make_lanes(const Accelerator& accelerator, const Nest& nest, std::size_t outside) {
  Lanes lanes;
  lanes.offset.push_back(Point{});
  for (int level = 0; level < static_cast<int>(accelerator.levels.size()); ++level) {
    ArrayPositions array{level, 1, 1};
    for (std::size_t j = 0; j < outside; ++j) {
      if (!nest.loops[j].spatial || nest.loops[j].array != level) continue;
      add_spatial_loop(nest.loops[j], lanes);
      array.positions *= nest.loops[j].bound;
    }
    for (ArrayPositions& outer : lanes.arrays) outer.stride *= array.positions;
    if (array.positions > 1) lanes.arrays.push_back(array);
  }
  return lanes;
}

// Start of the lane's tile at this step; false if the tile does not exist and the lane is idle.
inline bool lane_start(const Layer& layer, const Point& step_start, const Point& offset,
                       Point& start) {
  for (Dim d : kAllDims) {
    start[d] = step_start[d] + offset[d];
    if (start[d] >= layer.size[d]) return false;
  }
  return true;
}

// ---- Networks -------------------------------------------------------------------------------

inline bool counts_once(Network n) {
  return n == Network::multicast || n == Network::forward || n == Network::tree ||
         n == Network::chain;
}

// Carries words across arrays, by really putting the elements of each group of lanes into one set.
class Combiner {
 public:
  Combiner(std::size_t lane_count, std::int64_t elements)
      : elements_(elements), seen_(lane_count * static_cast<std::size_t>(elements), false) {}

  // The lanes that differ only in their position in `array` become one (the one at position 0),
  // with the union of their elements: of the words with one lane and element, the first stays.
  void unite(const ArrayPositions& array, Words& words) {
    std::size_t kept = 0;
    for (Word word : words) {
      word.lane -= word.lane / array.stride % array.positions * array.stride;
      if (seen_[slot(word)]) continue;
      seen_[slot(word)] = true;
      words[kept++] = word;
    }
    words.resize(kept);
    for (const Word& word : words) seen_[slot(word)] = false;
  }

 private:
  std::size_t slot(const Word& word) const {
    return static_cast<std::size_t>(word.lane * elements_ + word.element);
  }

  std::int64_t elements_;
  std::vector<bool> seen_;
};

inline std::int64_t size(const Words& words) { return static_cast<std::int64_t>(words.size()); }

// What the operand needs to know of its way between a level and its children.
struct Path {
  const Accelerator& accelerator;
  Operand operand;
  std::vector<ArrayPositions> between;  // the arrays crossed, innermost first

  Network network(const ArrayPositions& array) const { return level(array).network[operand]; }
  const Level& level(const ArrayPositions& array) const {
    return accelerator.levels[static_cast<std::size_t>(array.level)];
  }
};

// The arrays between the levels `above` and `below`; lanes of any other array are never combined.
inline Path make_path(const Accelerator& accelerator, Operand operand, const Lanes& lanes,
                      int above, int below) {
  Path path{accelerator, operand, {}};
  for (auto array = lanes.arrays.rbegin(); array != lanes.arrays.rend(); ++array)
    if (above < array->level && array->level < below) path.between.push_back(*array);
  return path;
}

// Combines words over all arrays of the path, each by its own network, from the inside out. For
// every array, `on_array(level, network, words removed)` is told what its union saved.
template <class OnArray>
void cross(const Path& path, Combiner& combiner, Words& words, OnArray on_array) {
  for (const ArrayPositions& array : path.between) {
    if (!counts_once(path.network(array))) continue;
    const std::int64_t before = size(words);
    combiner.unite(array, words);
    on_array(path.level(array).name, path.network(array), before - size(words));
  }
}

// Combines words over all arrays of the path whatever their networks: "(1)" of the contract.
inline void unite_all(const Path& path, Combiner& combiner, Words& words) {
  for (const ArrayPositions& array : path.between) combiner.unite(array, words);
}

// ---- One hold (section 4) -------------------------------------------------------------------

// What is common to the holds of inputs and of outputs.
struct HoldContext {
  HoldContext(const Layer& l, const Accelerator& a, const Nest& n, const Hold& h)
      : layer(l),
        accelerator(a),
        nest(n),
        hold(h),
        tensor(l, h.operand),
        lanes(make_lanes(a, n, h.outside)),
        path(make_path(a, h.operand, lanes, h.parent, h.level)),
        combiner(lanes.offset.size(), tensor.elements()),
        length(tile_length(n, h.outside)),
        level_name(a.levels[static_cast<std::size_t>(h.level)].name),
        parent_name(a.levels[static_cast<std::size_t>(h.parent)].name) {}

  // The tile of every lane; empty for idle lanes.
  std::vector<Box> boxes(const Step& step) const {
    std::vector<Box> boxes(lanes.offset.size());
    for (std::size_t lane = 0; lane < boxes.size(); ++lane) {
      Point start;
      if (!lane_start(layer, step.start, lanes.offset[lane], start)) continue;
      Point rest;
      for (Dim d : kAllDims) rest[d] = std::min(length[d], layer.size[d] - start[d]);
      boxes[lane] = tensor.box(start, rest);
      if (accelerator.padding == Padding::clipped) boxes[lane] = tensor.clipped(boxes[lane]);
    }
    return boxes;
  }

  // The indices of the temporal loops outside the hold whose dimension indexes the operand.
  void tuple(const Step& step, std::vector<std::int64_t>& result) const {
    result.clear();
    for (std::size_t j = 0; j < hold.outside; ++j)
      if (!nest.loops[j].spatial && is_relevant(hold.operand, nest.loops[j].dim))
        result.push_back(step.index[j]);
  }

  const Layer& layer;
  const Accelerator& accelerator;
  const Nest& nest;
  const Hold& hold;
  Tensor tensor;
  Lanes lanes;
  Path path;
  Combiner combiner;
  Point length;
  std::string level_name;
  std::string parent_name;
};

// True if `now` differs from `before` in its last index only, and there by +1.
inline bool advances_innermost(const std::vector<std::int64_t>& before,
                               const std::vector<std::int64_t>& now) {
  return !now.empty() && now.back() == before.back() + 1 &&
         std::equal(now.begin(), now.end() - 1, before.begin());
}

// Are all temporal reduction loops outside the hold at index 0, or at their last iteration?
struct ReductionState {
  bool at_zero = true;
  bool at_last = true;
};

inline ReductionState reduction_state(const HoldContext& context, const Step& step) {
  ReductionState state;
  for (std::size_t j = 0; j < context.hold.outside; ++j) {
    const Loop& loop = context.nest.loops[j];
    if (loop.spatial || is_relevant(Operand::O, loop.dim)) continue;
    if (step.index[j] != 0) state.at_zero = false;
    if (!step.last[j]) state.at_last = false;
  }
  return state;
}

}  // namespace assay::oracle
