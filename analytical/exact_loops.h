// SPDX-License-Identifier: Apache-2.0
// The temporal loops that make steps, and where the tiles of each hold begin among them
// (docs/rationale/0004-event-times.md, a and b). Internal to exact.cpp. Nothing here is listed: a
// place in the nest is a vector of indices, and the next tile is found from it.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "analytical/nest.h"

namespace assay::analytical::exact {

inline constexpr int kMaxStepLoops = 63;  // each makes two iterations or more
using Position = std::array<std::int64_t, kMaxStepLoops>;
// How far the tiles of the holds around one, from its parent outwards, lie ahead of some place.
using Ahead = std::array<int, kMaxLevels>;

// The lanes of one dimension that a tile is cut into by spatial loops. Those whose tile exists come
// first in the order of their starts, and all but the last of them are full.
struct LaneShape {
  struct Loop {
    std::int64_t bound = 1, stride = 1;
    std::int64_t inside = 1;  // lanes of the loops inside it
    bool adds = false;        // its network keeps equal words of its positions apart
  };
  int count = 0;
  std::array<Loop, kMaxDigits> loop{};
  std::int64_t tile = 1;  // of one lane
  std::int64_t span = 1;  // from lane 0's start to the end of the last lane's tile
  std::int64_t lanes = 1;

  struct Active {
    std::int64_t lanes = 1;
    std::int64_t last = 1;  // elements of the last one
    std::int64_t end = 1;   // of its tile, counted from lane 0's start
  };
  void put(std::int64_t bound, std::int64_t stride, bool adds);
  void close(std::int64_t tile_of_a_lane);
  // `rest`: elements from lane 0's start to the end of the dimension.
  Active active(std::int64_t rest) const;
  // Different positions of the loops that add, among the first `active_lanes` lanes.
  std::int64_t copies(std::int64_t active_lanes, int from = 0) const;
};

struct StepLoop {
  Dim dim = Dim::N;
  std::int64_t bound = 1, stride = 1;
  std::int64_t end_trips = 1;  // of lane 0 where all outer loops of the dimension are at their last
  std::int64_t weight = 1;     // for place()
  std::uint64_t outer = 0;     // the outer step loops of the dimension
  LaneShape lanes;             // of spatial loops of the dimension outside it
};

struct HoldPlan {
  const HoldPoint* point = nullptr;
  Operand operand = Operand::I;
  int level = 0, parent_level = 0;
  int parent = -1;  // the next outer hold of the operand
  bool innermost = true;
  int slots = 1;
  int order_slots = 1;          // as the order of events counts them
  std::uint64_t relevant = 0;   // step loops outside it whose dimension indexes the operand
  std::uint64_t reduction = 0;  // the others, as far as they stand outside one of those
  int last_loop = -1;           // innermost of `relevant`
  bool slides = false;
  // O: no two visits of the same outputs are closer than so many tiles, by reduction loop that went
  // up.
  std::array<std::int64_t, kMaxStepLoops> round{};
};

class Loops {
 public:
  // Throws OverflowError where the steps would not fit 64 bits.
  Loops(const Layer& layer, const Accelerator& accelerator, const Nest& nest);

  int count() const { return count_; }
  const StepLoop& operator[](int loop) const { return loops_[static_cast<std::size_t>(loop)]; }
  const std::vector<HoldPlan>& holds() const { return holds_; }
  const HoldPlan& hold(int h) const { return holds_[static_cast<std::size_t>(h)]; }
  const Nest& nest() const { return nest_; }
  // At least as many as there are steps: clipped loops are counted in full.
  std::int64_t most_steps() const {
    return count_ == 0 ? 1 : loops_.front().weight * loops_.front().bound;
  }
  int inner_position() const { return inner_pos_; }  // nest position that steps stand at
  // Innermost step loop of the dimension among the first `level`, or -1.
  int innermost(Dim dim, int level) const;

  // Iterations of a loop, as lane 0 makes them where the outer loops stand.
  std::int64_t trips(const Position& p, int loop) const {
    const StepLoop& l = (*this)[loop];
    if (l.end_trips == l.bound) return l.bound;
    for (std::uint64_t m = l.outer; m != 0; m &= m - 1) {
      const int o = __builtin_ctzll(m);
      if (p[static_cast<std::size_t>(o)] + 1 != (*this)[o].end_trips) return l.bound;
    }
    return l.end_trips;
  }
  bool at_last(const Position& p, int loop) const {
    return p[static_cast<std::size_t>(loop)] + 1 >= trips(p, loop);
  }

  // The innermost loop whose advance changes the hold's tile here: of the relevant ones that make
  // more than one iteration. -1: the tile never changes. A loop that goes up changes the tile
  // exactly when it is not inside this one.
  int effective(const HoldPlan& h, const Position& p) const {
    for (std::uint64_t m = h.relevant; m != 0;) {
      const int x = 63 - __builtin_clzll(m);
      if (trips(p, x) > 1) return x;
      m ^= std::uint64_t{1} << static_cast<unsigned>(x);
    }
    return -1;
  }
  // Sets the loops from `loop` on to 0, or to their last iterations.
  void zero_from(Position& p, int loop) const;
  void last_from(Position& p, int loop) const;
  // From anywhere in a tile to its first step.
  void to_start(const HoldPlan& h, Position& p) const { zero_from(p, effective(h, p) + 1); }
  // From anywhere in a tile, loops inside `from` counted as at their last, to the first step of the
  // next. Returns the loop that went up; -1 after the last tile. Raises `ahead` where tiles of the
  // holds around it change too.
  int next_tile(const HoldPlan& h, Position& p, int from, Ahead& ahead) const;

  // Where all temporal reduction loops outside the hold are at index 0 / at their last, as far as
  // they are among the first `level` loops.
  bool first_visit(const HoldPlan& h, const Position& p, int level) const;
  bool final_visit(const HoldPlan& h, const Position& p, int level) const;
  // For the tile that begins here, how many tiles before it the same outputs were visited last.
  static constexpr int kNever = 0, kFar = -1;
  int written_before(const HoldPlan& h, const Position& start, int cap) const;

  // A number that grows with the place in the nest.
  std::int64_t place(const Position& p) const;
  // The indices of the relevant loops as one number.
  std::int64_t outputs(const HoldPlan& h, const Position& p) const;

 private:
  void add_loops();
  void add_holds(const Layer& layer, const Accelerator& accelerator);
  void set_rounds(HoldPlan& h) const;

  const Nest& nest_;
  int count_ = 0;
  int inner_pos_ = 0;
  std::vector<StepLoop> loops_;
  PerDim<std::uint64_t> of_dim_{};
  std::vector<HoldPlan> holds_;
};

}  // namespace assay::analytical::exact
