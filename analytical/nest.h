// SPDX-License-Identifier: Apache-2.0
// A mapping compiled for closed-form evaluation: per dimension the loops are digits of a
// mixed-radix number, outermost first; a tile that starts at sum(i_j * stride_j) exists when that
// is below the dimension's size (docs/contract.md, section 3). Fixed arrays, no allocation.
#pragma once

#include <array>
#include <cstdint>

#include "core/accelerator.h"
#include "core/layer.h"
#include "core/mapping.h"

namespace assay::analytical {

inline constexpr int kMaxDigits = 12;  // loops of one dimension
inline constexpr int kMaxHolds = 24;
inline constexpr int kTemporal = -1;
inline constexpr int kNoLanes = 1 << 30;

struct Digit {
  std::int64_t bound;
  std::int64_t stride;  // product of the bounds of the same dimension inside
  int pos;              // position in the nest
  int array;            // level index of the array for a spatial loop, else kTemporal
};

struct DimLoops {
  std::int64_t size = 1;
  int count = 0;
  std::array<Digit, kMaxDigits> digit;  // the first `count`

  // Number of digits outside nest position `pos` (they come first).
  int outside(int pos) const {
    int k = 0;
    while (k < count && digit[static_cast<std::size_t>(k)].pos < pos) ++k;
    return k;
  }
  // Tile size inside the first k digits.
  std::int64_t tile(int k) const {
    return k == 0 ? size : digit[static_cast<std::size_t>(k) - 1].stride;
  }
};

// A temporal loop: digit `index` of a dimension, at nest position pos; -1: there is none.
struct LoopRef {
  Dim dim = Dim::N;
  int index = -1;
  int pos = -1;
};

struct HoldPoint {
  Operand operand = Operand::I;
  int level = 0;
  int parent = 0;  // level it is filled from
  int pos = 0;
  PerDim<std::int8_t> outside{};  // per dimension, the number of digits outside the hold
  LoopRef innermost;              // innermost temporal loop outside that indexes the operand
  unsigned tiled = 0;             // mask of the dimensions with digits outside
  std::int64_t whole = 1;  // product of the sizes of the other dimensions that index the operand
                           // (P, Q, R, S of I apart)
};

struct Nest {
  PerDim<DimLoops> dims;
  unsigned divided = 0;  // mask of the dimensions that their bounds divide: no tile is a remainder
  int holds = 0;
  std::array<HoldPoint, kMaxHolds> hold{};  // outermost first
  int length = 0;                           // nest positions
  int innermost_hold = 0;                   // position of the innermost hold
  PerOperand<int> innermost_level{};        // level of the innermost hold of the operand, 0 if none
  std::array<int, kMaxLevels>
      first_lane{};  // nest position of an array's outermost spatial loop; kNoLanes if it has none
};

// P, Q, R, S index the input together, two by two: their extents are not products.
constexpr bool is_input_axis(Dim d) {
  return d == Dim::P || d == Dim::Q || d == Dim::R || d == Dim::S;
}

// Innermost temporal loop outside nest position `pos` whose dimension is in the mask.
LoopRef innermost_loop(const Nest& nest, int pos, unsigned dims);

// Throws InputError for a mapping that check() refuses to look at (too many loops). Does not check
// legality.
Nest compile(const Layer& layer, const Accelerator& accelerator, const Mapping& mapping);

}  // namespace assay::analytical
