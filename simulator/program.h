// SPDX-License-Identifier: Apache-2.0
// The program of a layer: which tiles every hold has, which steps they span, and where in the one
// global order their transfers stand (docs/contract.md, sections 4 and 5;
// docs/rationale/0004-event-times.md, a to k). Everything is generated as it is needed, in order;
// memory does not grow with the number of tiles or steps.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <queue>
#include <tuple>
#include <utility>
#include <vector>

#include "simulator/nest.h"
#include "simulator/odometer.h"
#include "simulator/tile.h"

namespace assay::simulator {

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

// The first steps of the latest tiles, as many as there are slots.
class SlotWindow {
 public:
  explicit SlotWindow(int slots) : slots_(static_cast<std::size_t>(slots)) {}
  // The first step of tile max(0, j - slots + 1), j being the tile that is added.
  std::int64_t add_tile(std::int64_t first_step);

 private:
  std::size_t slots_;
  std::size_t oldest_ = 0;
  std::vector<std::int64_t> first_steps_;
};

// The tiles of one hold, in order. Tiles stay until they are forgotten. Keeps one number per output
// tile between two visits of it, else nothing.
class TileStream {
 public:
  // `parent`: the stream of the parent hold, or null at the first level; it must live as long as
  // tiles are asked for.
  // `reads_back`: O only: whether a tile (with number, start, first_visit known) has a read-back
  // with words; asked once per tile, in order. Empty: none has.
  TileStream(const Layer& layer, const Accelerator& accelerator, const Nest& nest, int hold,
             TileStream* parent, std::function<bool(const Tile&)> reads_back);
  TileStream(const TileStream&) = delete;
  TileStream& operator=(const TileStream&) = delete;

  // The tile, generated if it is not yet there; null when the layer has fewer tiles. References
  // stay valid until the tile is forgotten; asking for a forgotten one throws std::logic_error.
  const Tile* find(std::int64_t number);
  // Tiles below `number` will not be asked for again, except by the streams of child holds, which
  // keep what they need.
  void forget_before(std::int64_t number);

  OrderKey fill_key(const Tile& tile) const;
  OrderKey drain_key(const Tile& tile) const;
  int hold() const { return number_of_hold_; }

 private:
  friend class FillOrder;
  // The latest visit of an output tile.
  struct Written {
    std::int64_t tile = -1;
    std::int64_t before = 0;  // its drain stands before this step
  };
  struct Place {  // of a loop in the table of outputs
    int loop = 0;
    std::int64_t weight = 1;
  };

  bool output() const { return hold_.operand == Operand::O; }
  const Tile* at(std::int64_t number);
  void generate();
  void trim();
  void prepare_outputs(const Nest& nest);
  std::int64_t steps_here() const;
  void note_reduction();
  void walk_visit(Tile& tile);
  void link_parent(Tile& tile);
  std::size_t place_of_outputs() const;
  Written latest_visit(std::size_t place) const;

  Hold hold_;
  int number_of_hold_;
  bool on_drain_;
  bool slides_;
  int order_slots_;  // as the global order counts them
  int innermost_relevant_ = -1;
  int outermost_reduction_ = -1;
  TileStream* parent_;
  const Tile* parent_tile_ = nullptr;
  std::function<bool(const Tile&)> reads_back_;

  Odometer odometer_;
  Point size_;
  std::int64_t even_steps_ = 1;  // of the dimensions that have as many in every context
  std::vector<std::pair<Dim, DigitCounter>> ragged_steps_;
  SlotWindow window_;
  std::vector<Place> places_;
  std::vector<Written> written_;
  // The first tile since an index outside the outermost reduction loop changed.
  std::int64_t round_ = 0;

  TileStore tiles_;
  std::int64_t forgotten_ = 0;  // tiles below were
  std::int64_t next_step_ = 0;
  std::int64_t read_backs_ = 0;
  bool next_slides_ = false;
  bool all_first_ = true;  // of the reduction loops, now
  bool all_last_ = true;
  bool done_ = false;
  // The parent's tile that the latest tile lies in; shared with the parent, which keeps it.
  std::shared_ptr<std::int64_t> needs_;
  std::vector<std::shared_ptr<const std::int64_t>> children_need_;
};

// The tiles of a hold that have a fill (I, W: every tile, with or without words; O: those with a
// read-back), in the global order. For O with several slots that is not the order of the tiles.
class FillOrder {
 public:
  explicit FillOrder(TileStream& tiles);
  // The next one if it stands before `up_to` or an earlier step, or null; stays the same until
  // pop(). Generates tiles no further than needed to know: without `up_to`, to the next read-back
  // or the end of the layer, however far that is.
  const Tile* front(std::int64_t up_to = std::numeric_limits<std::int64_t>::max());
  void pop();

 private:
  struct Candidate {
    std::int64_t before = 0;
    std::int64_t number = 0;
    friend bool operator>(const Candidate& a, const Candidate& b) {
      return std::tie(a.before, a.number) > std::tie(b.before, b.number);
    }
  };
  void look_ahead(std::int64_t up_to);

  TileStream* tiles_;
  SlotWindow window_;
  std::int64_t next_ = 0;  // not yet a candidate
  bool peeked_ = false;
  std::int64_t earliest_ = 0;  // peeked: no fill of tile next_ or a later one stands before
  std::priority_queue<Candidate, std::vector<Candidate>, std::greater<Candidate>> candidates_;
};

// Steps of the whole layer.
std::int64_t count_steps(const Layer& layer, const Nest& nest);
std::int64_t count_tiles(const Layer& layer, const Nest& nest, int hold);

}  // namespace assay::simulator
