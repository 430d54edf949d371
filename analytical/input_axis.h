// SPDX-License-Identifier: Apache-2.0
// Sums over tiles of one spatial axis of the input (h or w), which two dimensions index together:
// position = out*stride + filter*dilation - pad. Here sliding windows, clipping and shared elements
// of neighbouring lanes meet; every other axis is a plain digit_sum.
//
// Model: for an event (temporal tile of both dimensions) every lane has an interval; what moves is,
// over the axis alone,
//   sum over the indices of `sum` lanes of | union over the indices of `merge` lanes of (interval,
//   or new \ old interval) |, clipped to [0, extent).
// Cost: constant in the number of tiles; proportional to the tiles that padding clips, and, where a
// temporal loop stands inside a spatial loop of the same dimension, to the number of tiles of that
// dimension.
#pragma once

#include <cstdint>

#include "analytical/nest.h"

namespace assay::analytical {

// What happens to the lanes of an array: all added, equal elements merged, or only the first lane
// looked at.
enum class Lanes : std::uint8_t { sum, merge, first };
using LaneModes = std::array<Lanes, kMaxLevels>;

struct InputAxis {
  Dim out = Dim::P, filter = Dim::R;
  std::int64_t stride = 1, dilation = 1;
  std::int64_t pad = 0;     // before the first element; 0 when padding is stored
  std::int64_t extent = 0;  // of the real tensor
  bool clipped = false;     // padding clipped, and some position lies outside the tensor
};

InputAxis input_axis(const Layer& layer, const Accelerator& accelerator, bool rows);

struct AxisEvents {
  int pos = 0;         // nest position of the hold: digits outside it
  int slide_pos = -1;  // position of the loop whose advance slides along this axis; -1: every event
                       // moves whole boxes
  bool last_out = false;  // only the last tile of the dimension (whole box)
  bool last_filter = false;
  // Only the first tile of both dimensions, or the first one that slides.
  bool first = false, first_slide = false;
};

// Sum over the events; throws OverflowError.
std::int64_t axis_sum(const Nest& nest, const InputAxis& axis, const AxisEvents& events,
                      const LaneModes& modes);

// Sum over all temporal iterations (every digit) of the distinct single positions that the lanes
// touch, unclipped.
std::int64_t axis_points(const Nest& nest, const InputAxis& axis, const LaneModes& modes);

}  // namespace assay::analytical
