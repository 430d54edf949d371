// SPDX-License-Identifier: Apache-2.0
// How a tile lies in the memory of its instance: a row-major box, its origin the first element of
// the lane's tile. Boxes of inputs are those of the padded tensor: words of the padding have a
// place, hold 0, and are never transferred unless padding is `stored`.
#pragma once

#include <array>
#include <cstdint>

#include "simulator/nest.h"

namespace assay::simulator {

inline constexpr int kAxes = 5;  // I: N G C h w; W: G M C R S; O: N G M P Q
using Coordinates = std::array<std::int64_t, kAxes>;

struct Layout {
  Coordinates extent{};
  Coordinates stride{};
  std::int64_t words = 0;
  Point dim_stride{};  // words from one element of a dimension to the next (0: not an axis)

  std::int64_t address(const Coordinates& at) const;
  // Where the element at `at` starts, seen as a sum over dimensions: sum of at[d] * dim_stride[d].
  std::int64_t address(const Point& at) const;
};

// Of a tile of the hold; for kFirstLevel of the whole tensor (I: padded).
Layout layout_of(const Layer& layer, const Nest& nest, int hold, Operand operand);

// The axis a dimension lies on, and elements of the axis per element of the dimension (I: strides
// and dilations); axis -1 where the dimension does not index the operand.
struct AxisOf {
  int axis = -1;
  std::int64_t scale = 1;
};
AxisOf axis_of(const Layer& layer, Operand operand, Dim dim);

}  // namespace assay::simulator
