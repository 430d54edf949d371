// SPDX-License-Identifier: Apache-2.0
#include "simulator/odometer.h"

#include <algorithm>

#include "core/checked.h"

namespace assay::simulator {
namespace {

const Loop& loop_of(const Nest& nest, int loop) {
  return nest.loops[static_cast<std::size_t>(loop)];
}

}  // namespace

Odometer::Odometer(const Layer& layer, const Nest& nest, int outside)
    : size_(layer.size), digit_of_loop_(static_cast<std::size_t>(outside), -1) {
  for (int j = 0; j < outside; ++j) {
    const Loop& loop = loop_of(nest, j);
    if (loop.spatial()) continue;
    digit_of_loop_[static_cast<std::size_t>(j)] = static_cast<int>(digits_.size());
    const bool ragged = size_[loop.dim] % (loop.bound * loop.tile) != 0;
    digits_.push_back({j, loop.dim, 0, ragged, loop.bound, loop.tile, 0, 1});
    set_trips(digits_.back());
  }
}

// With the digits inside it at 0, `start_` says what the outer ones leave of the dimension; more
// than the loop covers belongs to other iterations or lanes.
void Odometer::set_trips(Digit& digit) const {
  digit.trips = digit.bound;
  if (!digit.ragged) return;
  const std::int64_t left = size_[digit.dim] - start_[digit.dim];
  if (left < digit.bound * digit.tile) digit.trips = ceil_div(left, digit.tile);
}

bool Odometer::advance() {
  std::size_t up = digits_.size();
  while (up > 0 && digits_[up - 1].index + 1 == digits_[up - 1].trips) --up;
  if (up == 0) return false;
  changed_ = 0;
  for (std::size_t i = up; i < digits_.size(); ++i) {
    Digit& digit = digits_[i];
    if (digit.index == 0) continue;  // a single iteration neither advances nor wraps
    changed_ |= digit.marks;
    start_[digit.dim] -= digit.index * digit.tile;
    digit.index = 0;
  }
  Digit& digit = digits_[up - 1];
  ++digit.index;
  start_[digit.dim] += digit.tile;
  changed_ |= digit.marks;
  changed_from_ = digit.loop;
  for (std::size_t i = up; i < digits_.size(); ++i) set_trips(digits_[i]);
  return true;
}

std::int64_t Odometer::index(int loop) const {
  const int digit = digit_of_loop_[static_cast<std::size_t>(loop)];
  return digit < 0 ? 0 : digits_[static_cast<std::size_t>(digit)].index;
}

bool Odometer::at_last(int loop) const {
  const int number = digit_of_loop_[static_cast<std::size_t>(loop)];
  if (number < 0) return true;
  const Digit& digit = digits_[static_cast<std::size_t>(number)];
  return digit.index + 1 == digit.trips;
}

void Odometer::mark(int loop, unsigned bits) {
  const int digit = digit_of_loop_[static_cast<std::size_t>(loop)];
  if (digit >= 0) digits_[static_cast<std::size_t>(digit)].marks |= bits;
}

bool Odometer::all_first(unsigned bits) const {
  for (const Digit& digit : digits_)
    if ((digit.marks & bits) != 0 && digit.index != 0) return false;
  return true;
}

bool Odometer::all_last(unsigned bits) const {
  for (const Digit& digit : digits_)
    if ((digit.marks & bits) != 0 && digit.index + 1 != digit.trips) return false;
  return true;
}

DigitCounter::DigitCounter(const Nest& nest, Dim dim, int from, int to) {
  for (int j = to - 1; j >= from; --j) {
    const Loop& loop = loop_of(nest, j);
    if (loop.dim != dim || (loop.spatial() && digits_.empty())) continue;
    digits_.push_back({!loop.spatial(), loop.tile, full_});
    // Of a spatial loop, lane 0 sees one tile.
    whole_ = loop.spatial() ? loop.tile : loop.bound * loop.tile;
    if (!loop.spatial()) full_ = mul(full_, loop.bound);
  }
  std::reverse(digits_.begin(), digits_.end());
}

std::int64_t DigitCounter::partial(std::int64_t left) const {
  std::int64_t combinations = 0;
  for (const Digit& digit : digits_) {
    if (!digit.temporal) {
      if (left >= digit.tile) return combinations + digit.combinations;
      continue;
    }
    combinations += left / digit.tile * digit.combinations;
    left %= digit.tile;
    if (left == 0) return combinations;
  }
  return combinations + 1;
}

}  // namespace assay::simulator
