// SPDX-License-Identifier: Apache-2.0
// The times themselves (docs/rationale/0004-event-times.md, l to u). Internal to exact.cpp. The
// state is a fixed set of cells, each a moment: what ports, tiles in use and the latest step are
// at. Steps and edges are maxima and sums of cells, so a state moved as a whole stays one
// (docs/rationale/0006-exact-latency.md).
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "analytical/exact_edges.h"
#include "analytical/exact_pieces.h"

namespace assay::analytical::exact {

class Machine {
 public:
  using Id = Moments::Id;
  struct Keeping {
    bool complete = false;  // when every output was written, however long ago
    std::size_t most_bytes = 0;
  };
  // Throws TooLarge where a machine that is not complete has more cells than pieces can name.
  Machine(const Accelerator& accelerator, const Loops& loops, const Edges& edges,
          const Ports& ports, const Keeping& keeping);

  void step(const Work& work);
  void apply(const Edge& edge);
  Id finish() const;

  // The cells, and the input words that the next step waits for.
  std::vector<Id> cells;
  std::int64_t new_inputs = 0;
  // steps, step_time, transfers, then the busy time of every port.
  std::vector<std::int64_t> counters;
  Moments moments;
  Tracker* tracker = nullptr;
  static constexpr std::size_t kNow = 1;  // the end of the latest step

 private:
  // First cells of a hold. Tiles are numbered from the one in use.
  struct Cells {
    std::size_t usable = 0;    // I, W: tiles -1 to slots - 1; O: tile 0
    std::size_t ended = 0;     // innermost I, W: the last step of tiles -slots to -1
    std::size_t released = 0;  // outer I, W: tiles -slots to slots - 1
    std::size_t earlier = 0;   // outer I, W: latest release of the tiles before those
    std::size_t filled = 0;    // O, preloaded: arrivals for tiles 0 to slots - 1
    std::size_t drained = 0;   // O: tiles -slots to -1
    std::size_t arrived = 0;   // O: drains of tiles -1, -2, ...; `past` of them
    std::size_t past = 0;
    std::size_t before = 0;     // O: the latest arrival of those before
    std::size_t collected = 0;  // O, outer: latest arrival of a child's drain for tile 0
    std::size_t joined = 0;     // O, on the drain: arrivals of the read-backs of tiles 0 and 1
    std::size_t entries = 0;    // O, on the drain: when the two entries of the FIFO were freed
    std::size_t drained_now = 0, arrived_now = 0;  // O: within an edge
  };

  std::size_t take(std::size_t count) {
    const std::size_t first = cells.size();
    cells.resize(first + count, Moments::kZero);
    return first;
  }
  void layout(std::size_t hold, const Edges& edges);
  // A moment and the cell that it comes from.
  struct Value {
    Id id = Moments::kZero;
    int source = -1;
    bool inexact = false;
  };
  Value value(std::size_t cell) const;
  void set(std::size_t to, const Value& v);
  void copy(std::size_t to, std::size_t from) { set(to, value(from)); }
  void clear(std::size_t cell) { set(cell, {Moments::kNone, -1, false}); }
  // Pieces hold only where the same cells have a moment, so this is no condition of its own.
  bool is_set(std::size_t cell) const { return cells[cell] != Moments::kNone; }
  void shift_down(std::size_t first, std::size_t count);
  Value later(const Value& a, const Value& b);
  void raise(std::size_t cell, const Value& v) { set(cell, later(value(cell), v)); }

  void wait(std::size_t cell) { waits_.push_back(cell); }
  Value latest();
  Value after(const Value& v, std::int64_t duration, int label);
  struct Transferred {
    Value end, arrival;
  };
  Transferred transfer(const Route& route, const Cost& cost);
  void drain(const Drain& d);
  void fill(const Fill& f);
  void wait_for_writing(const Fill& f);
  void advance(int hold);
  void wait_usable(int hold, int ahead);
  void forget();

  const Accelerator& accelerator_;
  const Loops& loops_;
  const Edges& edges_;
  bool on_drain_, complete_;
  std::size_t first_port_ = 0, finish_ = 0;
  std::vector<Cells> holds_;
  std::vector<std::size_t> waits_, uncertain_;
  std::vector<std::unordered_map<std::int64_t, Id>> written_;  // per hold, where complete
  std::size_t most_moments_ = kFewMoments;
  std::size_t most_bytes_;
  static constexpr std::size_t kFewMoments = 1U << 16U;
};

}  // namespace assay::analytical::exact
