// SPDX-License-Identifier: Apache-2.0
// A mapping as the sequencer's program: loops, refresh locations, and the lanes of the arrays
// (docs/contract.md, section 3). Loops of bound 1 are gone.
#pragma once

#include <cstdint>
#include <vector>

#include "core/accelerator.h"
#include "core/layer.h"
#include "core/mapping.h"

namespace assay::simulator {

using Point = PerDim<std::int64_t>;  // one value per loop dimension

struct Loop {
  Dim dim = Dim::N;
  std::int64_t bound = 1;
  std::int64_t tile = 1;  // T_j: product of the bounds of the same dimension inside
  int array = -1;         // spatial: the array's level
  bool spatial() const { return array >= 0; }
};

inline constexpr int kFirstLevel = -1;  // "hold" of what the first level keeps

struct Hold {
  Operand operand = Operand::I;
  int level = 0;
  int parent = kFirstLevel;  // index of the next outer hold of the operand
  int parent_level = 0;
  int outside = 0;  // so many loops of the nest stand outside
  int slots = 1;
  bool innermost = true;  // of its operand
};

struct Nest {
  std::vector<Loop> loops;    // outermost first, temporal and spatial
  std::vector<Hold> holds;    // outermost first; at one place I, W, O
  PerOperand<int> innermost;  // index of the innermost hold, or kFirstLevel
  int step_outside = 0;  // loops outside the innermost hold of all: the temporal ones count steps

  // The hold's level; the first level for kFirstLevel.
  int level_of(int hold) const {
    return hold == kFirstLevel ? 0 : holds[static_cast<std::size_t>(hold)].level;
  }
  int outside_of(int hold) const {
    return hold == kFirstLevel ? 0 : holds[static_cast<std::size_t>(hold)].outside;
  }
};

// The mapping must be legal (core/mapping.h, check).
Nest read_nest(const Layer& layer, const Accelerator& accelerator, const Mapping& mapping);

// Elements per dimension of a tile inside the first `outside` loops; never more than the layer has.
Point tile_size(const Layer& layer, const Nest& nest, int outside);

// Every combination of indices of the spatial loops among the first `outside` loops, active or not.
// Numbered array by array, outermost array slowest: lanes of an outer level are a prefix, so that
// lane / (positions of the arrays between) is the lane of the parent.
struct Lanes {
  struct Array {
    int level = 0;
    std::int64_t positions = 1;  // product of the bounds of its loops
    std::int64_t stride = 1;     // lane / stride % positions is the position
  };
  std::vector<Array> arrays;  // outermost first; only those with loops
  std::vector<Point> offset;  // per lane: what its indices add to the start of its tile

  std::int64_t count() const { return static_cast<std::int64_t>(offset.size()); }
};
Lanes make_lanes(const Accelerator& accelerator, const Nest& nest, int outside);

}  // namespace assay::simulator
