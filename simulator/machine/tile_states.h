// SPDX-License-Identifier: Apache-2.0
// What has happened to the tiles of a hold that are still of interest.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <vector>

#include "simulator/machine/moment.h"

namespace assay::simulator {

struct TileState {
  bool usable_known = false;  // I, W, and O that is preloaded: the words are there
  Moment usable;
  bool steps_done = false;  // innermost: the last step of the tile has ended
  Moment steps_end;
  bool fills_done = false;     // outer I, W: no child fill will read it any more
  Moment released;             // outer I, W: of `usable` and the child fills' ends the latest
  bool drained_known = false;  // O
  Moment drained;
  bool arrived_known = false;  // O: its words are at the parent
  Moment arrived;
  std::int64_t drains_arrived = 0;  // outer O: of child tiles
  std::int64_t first_child = -1;    // the lowest number among them
  std::int64_t last_child = -1;     // known when the last one of the tile has arrived
  Moment collected;
  bool read_back_arrived = false;  // on the drain
  Moment read_back_arrival;
  std::vector<std::int32_t> read_back;
  bool open = false;  // O: its words were set to 0 or preloaded

  bool collected_all() const {
    return last_child >= 0 && drains_arrived == last_child - first_child + 1;
  }
  void reset();
};

// States by tile number, in a ring that grows as needed. References hold until the next call of
// at() with a new number.
class TileStates {
 public:
  void clear();
  bool forgotten(std::int64_t number) const { return number < first_; }
  TileState& at(std::int64_t number) {
    if (number < first_ || number >= end_) extend(number);
    return ring_[slot(number)];
  }
  void forget_before(std::int64_t number);
  std::int64_t first() const { return first_; }

 private:
  std::size_t slot(std::int64_t number) const {
    return static_cast<std::size_t>(number) & (ring_.size() - 1);
  }
  void extend(std::int64_t number);
  void grow();

  std::vector<TileState> ring_;
  std::int64_t first_ = 0;
  std::int64_t end_ = 0;
};

}  // namespace assay::simulator
