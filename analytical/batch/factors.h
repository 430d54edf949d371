// SPDX-License-Identifier: Apache-2.0
// What one dimension, or one axis of the input, contributes to a product: a number per choice of
// bounds. The same sums as in evaluation.cpp, for loops of which some may be absent (bound 1).
#pragma once

#include <cstdint>
#include <vector>

#include "analytical/digit_sums.h"
#include "analytical/input_axis.h"
#include "analytical/nest.h"
#include "core/accelerator.h"
#include "core/layer.h"

namespace assay::analytical::batch {

// Masks over the digits of one dimension of the pattern. The factor is 0 unless those in `absent`
// have the bound 1, those in `present` have not, and those in `single` are absent or make a single
// iteration at the very end of the dimension; with one of the latter kind the sum is over the last
// temporal tuple alone. divided: nor unless the bounds divide the dimension.
struct Presence {
  unsigned absent = 0, present = 0, single = 0;
  bool divided = false;
  bool operator==(const Presence& o) const {
    return absent == o.absent && present == o.present && single == o.single && divided == o.divided;
  }
};

// Loops of the pattern in one dimension, without those of bound 1.
struct ChosenLoops {
  DimLoops loops;
  std::array<int, kMaxDigits> at{};  // index in `loops` of each digit of the pattern; -1: absent
  bool divided = false;              // by the bounds: no tile is a remainder
};
ChosenLoops choose(const DimLoops& pattern, const std::vector<std::int64_t>& bounds);

struct DimFactor {
  enum class Kind : std::uint8_t {
    sum,          // digit_sum
    bounds,       // product of the bounds of the digits in `mask`
    sure_bounds,  // the same if the bounds divide the dimension, else 1
    full_tuples,  // tuples of the digits outside at which every lane has a full tile
    full_starts,  // of those, the ones at index 0 of digit `digit`
    repeats,      // iterations of the digits that are taken; lanes in `mask` must all be full
    ever_repeats  // 1 if `repeats` is not 0
  } kind = Kind::sum;
  Presence presence;
  int digits = 0;         // of the pattern, those outside the hold
  Takes takes{};          // sum, repeats: per digit of the pattern
  Leaf leaf = Leaf::one;  // sum
  bool ends = false;      // sum: whether temporal digits are restricted to the end, see Presence
  unsigned mask = 0;
  int digit = 0;

  bool operator==(const DimFactor& o) const;
  std::int64_t value(const ChosenLoops& chosen) const;

 private:
  int outside(const ChosenLoops& chosen) const;  // of `digits`, those that are there
  std::int64_t sum(const ChosenLoops& chosen, bool last) const;
  std::int64_t product(const ChosenLoops& chosen) const;
};

struct AxisFactor {
  enum class Kind : std::uint8_t {
    boxes,   // axis_sum
    first,   // of the first tile
    slide,   // of the first tile that slides
    points,  // axis_points
    extent,  // of the largest box
    advance  // of the largest slide that overlaps; the extent if there is none
  } kind = Kind::boxes;
  int pos = 0;             // of the hold
  Dim slide_dim = Dim::P;  // boxes, advance: the loop that slides
  int slide_digit = -1;    // of the pattern; -1: none
  LaneModes modes{};       // boxes, points: 0 for arrays that no loop of the axis uses
  Presence out, filter;

  bool operator==(const AxisFactor& o) const;
};

struct AxisContext {
  const Layer& layer;
  const Accelerator& accelerator;
  InputAxis axis;
  bool rows = true;
};
std::int64_t value(const AxisFactor& factor, const AxisContext& context, const ChosenLoops& out,
                   const ChosenLoops& filter);

}  // namespace assay::analytical::batch
