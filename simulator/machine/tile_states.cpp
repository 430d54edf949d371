// SPDX-License-Identifier: Apache-2.0
#include "simulator/machine/tile_states.h"

#include <algorithm>
#include <utility>

namespace assay::simulator {

void TileState::reset() {
  usable_known = steps_done = fills_done = drained_known = arrived_known = false;
  read_back_arrived = open = false;
  drains_arrived = 0;
  first_child = last_child = -1;
  released.reset();
  collected.reset();
  read_back.clear();
}

void TileStates::clear() {
  if (ring_.empty()) ring_.resize(8);
  first_ = end_ = 0;
}

void TileStates::grow() {
  std::vector<TileState> larger(ring_.size() * 2);
  for (std::int64_t i = first_; i < end_; ++i)
    larger[static_cast<std::size_t>(i) & (larger.size() - 1)] = std::move(ring_[slot(i)]);
  ring_ = std::move(larger);
}

void TileStates::extend(std::int64_t number) {
  if (number < first_) throw std::logic_error("the state of a finished tile is asked for");
  while (number >= end_) {
    if (end_ - first_ == static_cast<std::int64_t>(ring_.size())) grow();
    ring_[slot(end_++)].reset();
  }
}

void TileStates::forget_before(std::int64_t number) {
  first_ = std::max(first_, std::min(number, end_));
}

}  // namespace assay::simulator
