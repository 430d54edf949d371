// SPDX-License-Identifier: Apache-2.0
// The program of a layer: which tiles every hold has, which steps they span, and where in the one
// global order their transfers stand (docs/contract.md, sections 4 and 5;
// docs/rationale/0004-event-times.md, a to k). Everything is generated as it is needed, in order;
// memory does not grow with the number of tiles or steps.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <queue>
#include <tuple>
#include <vector>

#include "simulator/nest.h"

namespace assay::simulator {

// A visit of a hold.
struct Tile {
  std::int64_t number = 0;  // from 0, in order
  std::int64_t first_step = 0;
  std::int64_t last_step = 0;
  std::int64_t parent =
      0;               // tile of the parent hold that contains first_step; 0 at the first level
  Point start{};       // at first_step: what the temporal loops outside the hold add
  bool slide = false;  // I, W (never with `halo: reload`)
  bool first_visit = false;      // O: all temporal reduction loops outside at index 0 at first_step
  bool final_visit = false;      // O: all of them at their last iteration at last_step
  std::int64_t written_by = -1;  // O: the latest earlier tile with the same outputs
  bool read_back = false;        // O: partial sums are read back for it
  std::int64_t read_backs = 0;   // O: of the tiles before it
  std::int64_t fill_before = 0;  // its fill or read-back stands before this step
};

// Place of a transfer in the global order; ports serve the smallest first.
struct OrderKey {
  std::int64_t before = 0;  // the step
  int kind = 0;             // 0 drain, 1 fill or read-back
  std::int64_t needed = 0;  // fills: by this step
  int level = 0;            // negative for drains: inner level first
  int operand = 0;

  auto tuple() const { return std::tie(before, kind, needed, level, operand); }
  friend bool operator<(const OrderKey& a, const OrderKey& b) { return a.tuple() < b.tuple(); }
};

// Odometer over the temporal loops among the first `outside` loops, with the trip counts of lane 0.
class Odometer {
 public:
  Odometer(const Layer& layer, const Nest& nest, int outside);
  // To the next combination; false after the last.
  bool advance();
  const Point& start() const { return start_; }
  std::int64_t index(int loop) const;  // of a loop of the nest; 0 for spatial ones
  bool at_last(int loop) const;        // at the last iteration it makes in its context
  // Loops with a number below this kept their index in the latest advance.
  int changed_from() const;

 private:
  // (implementation)
  struct Digit {
    int loop = 0;
    std::int64_t index = 0;
    std::int64_t trips = 1;
  };
  const Layer* layer_;
  const Nest* nest_;
  int outside_;
  std::vector<Digit> digits_;
  Point start_{};
};

// The tiles of one hold, in order. Tiles stay until they are forgotten.
class TileStream {
 public:
  // `parent`: the stream of the parent hold, or null at the first level; it must outlive this one.
  // `reads_back`: O only: whether a tile (with number, start, first_visit known) has a read-back
  // with words.
  TileStream(const Layer& layer, const Accelerator& accelerator, const Nest& nest, int hold,
             TileStream* parent, std::function<bool(const Tile&)> reads_back);

  // The tile, generated if it is not yet there; null when the layer has fewer tiles. References
  // stay valid until the tile is forgotten; asking for a forgotten one throws std::logic_error.
  const Tile* find(std::int64_t number);
  // Tiles below `number` will not be asked for again, except by the streams of child holds, which
  // keep what they need.
  void forget_before(std::int64_t number);

  OrderKey fill_key(const Tile& tile) const;
  OrderKey drain_key(const Tile& tile) const;
  int hold() const;
};

// The tiles of a hold that have a fill (I, W: every tile, with or without words; O: those with a
// read-back), in the global order. For O with several slots that is not the order of the tiles.
class FillOrder {
 public:
  explicit FillOrder(TileStream& tiles);
  // The next one, or null; stays the same until pop().
  const Tile* front();
  void pop();
};

// Steps of the whole layer.
std::int64_t count_steps(const Layer& layer, const Nest& nest);
std::int64_t count_tiles(const Layer& layer, const Nest& nest, int hold);

}  // namespace assay::simulator
