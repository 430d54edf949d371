// SPDX-License-Identifier: Apache-2.0
// The times themselves (docs/rationale/0004-event-times.md, l to u). Internal to exact.cpp. The
// state is a fixed set of cells, each a moment: what ports, tiles in use and the latest step are
// at. Steps and edges are maxima and sums of cells, so a state moved as a whole stays one
// (docs/rationale/0006-exact-latency.md).
#pragma once

#include <cstdint>
#include <limits>
#include <stdexcept>
#include <unordered_map>
#include <vector>

#include "analytical/exact_edges.h"

namespace assay::analytical::exact {

// A time that is only known to be early enough would decide: more of the past must be kept.
struct Undecided : std::runtime_error {
  Undecided() : std::runtime_error("the past that is kept does not decide a time") {}
};

// Moments: a time and how much of it each label took; compared by time, then label by label.
// Numbers stay valid. 0 stands for no moment, before all others.
class Moments {
 public:
  using Id = std::int32_t;
  static constexpr Id kNone = 0, kZero = 1;

  explicit Moments(int labels);
  std::int64_t time(Id id) const { return data_[offset(id)]; }
  const std::int64_t* values(Id id) const { return &data_[offset(id)]; }  // time, then labels
  bool inexact(Id id) const { return inexact_[static_cast<std::size_t>(id)] != 0; }
  bool less(Id a, Id b) const;
  Id after(Id from, std::int64_t duration, int label, bool inexact);
  // id + times * (to - from), and whether a - b == to - from.
  Id shifted(Id id, Id from, Id to, std::int64_t times);
  bool differ_by(Id a, Id b, Id to, Id from) const;
  int width() const { return width_; }
  std::size_t count() const { return inexact_.size(); }

 private:
  std::size_t offset(Id id) const {
    return static_cast<std::size_t>(id) * static_cast<std::size_t>(width_);
  }
  Id make(bool inexact);
  int width_;
  std::vector<std::int64_t> data_;
  std::vector<std::uint8_t> inexact_;
};

// What a part of the run did with the cells it found.
struct Trace {
  static constexpr std::int64_t kUnread = std::numeric_limits<std::int64_t>::max();
  std::vector<std::int16_t> origin;   // per cell: the cell it was then, -1: a new value
  std::vector<std::uint8_t> decided;  // per cell then: was a largest of a maximum
  std::vector<std::int64_t> bound;    // per cell then: was less than a moment of this time
  void reset(std::size_t cells);
  // This, then `next`.
  void append(const Trace& next);

 private:
  std::vector<std::int16_t> scratch_;
};

class Machine {
 public:
  using Id = Moments::Id;
  struct Counters {
    std::int64_t steps = 0, step_time = 0, transfers = 0;
  };

  // complete: keeps when every output was written, however long ago.
  Machine(const Accelerator& accelerator, const Loops& loops, const Edges& edges,
          const Ports& ports, bool complete);

  void step(const Work& work);
  void apply(const Edge& edge);
  Id finish() const;

  // The cells, and the input words that the next step waits for.
  std::vector<Id> cells;
  std::int64_t new_inputs = 0;
  // steps, step_time, transfers, then the busy time of every port.
  std::vector<std::int64_t> counters;
  Moments moments;
  Trace* trace = nullptr;
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
    cells.resize(first + count, Moments::kNone);
    return first;
  }
  void layout(std::size_t hold, const Edges& edges);
  void copy(std::size_t to, std::size_t from);
  void set(std::size_t to, Id value);
  void shift_down(std::size_t first, std::size_t count);
  void raise(std::size_t cell, Id value);
  void raise_by_cell(std::size_t cell, std::size_t by);

  void wait(std::size_t cell) { waits_.push_back(cell); }
  Id latest(bool& inexact);
  struct Transferred {
    Id end, arrival;
  };
  Transferred transfer(const Route& route, const Cost& cost);
  void drain(const Drain& d);
  void fill(const Fill& f);
  void wait_for_writing(const Fill& f);
  void advance(int hold);
  void wait_usable(int hold, int ahead);

  const Accelerator& accelerator_;
  const Loops& loops_;
  const Edges& edges_;
  bool on_drain_, complete_;
  std::size_t first_port_ = 0, finish_ = 0;
  std::vector<Cells> holds_;
  std::vector<std::size_t> waits_, uncertain_;
  std::vector<std::unordered_map<std::int64_t, Id>> written_;  // per hold, where complete
};

}  // namespace assay::analytical::exact
