// SPDX-License-Identifier: Apache-2.0
// Which transfers stand between one step and the next, in their order, and what each costs
// (docs/rationale/0004-event-times.md, h to k, u). Internal to exact.cpp. Everything is relative to
// the tiles in use, so that places of one kind have equal edges.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analytical/exact_loads.h"
#include "analytical/exact_loops.h"

namespace assay::analytical::exact {

struct TimedPort {
  std::string name;  // "LEVEL.PORT"
  int level = 0;
  const Port* port = nullptr;
  int label = 0;  // of its first operand
};

// Labels of time, in the order that decides ties: compute, every timed port with every operand,
// latency, ramp-up, drain.
struct Ports {
  Ports(const Accelerator& accelerator, bool off_chip_timed);
  int find(int level, Operand o, Transfer t) const;  // -1: takes no time
  std::vector<std::string> labels() const;

  std::vector<TimedPort> timed;
  int latency = 1, ramp_up = 2, drain = 3;
};

// Ports and constants of one kind of transfer of a hold.
struct Route {
  int parent_port = -1, child_port = -1;
  std::int64_t latency = 0;  // of both ports and the hops
};

struct Cost {
  std::int64_t duration = 0;
  int label = 0;
  int latency_label = 0;
};

struct Drain {
  int hold = 0;
  Cost cost;
  std::int64_t outputs = 0;  // which
};

struct Fill {
  int hold = 0;
  int ahead = 0;         // of the tile in use
  int parent_ahead = 0;  // of the parent's tile in use
  bool moves = false;
  bool slides = false;
  Cost cost;
  int written = Loops::kNever;  // O: Loops::written_before
  std::int64_t outputs = 0;     // O: which
  std::int64_t needed = 0;      // place
};

struct Edge {
  std::vector<Drain> drains;
  std::uint32_t changed = 0;  // holds whose tile changes
  std::vector<Fill> fills;
  std::int64_t new_inputs = 0;  // that lane 0 receives with the tile that begins
};

class Edges {
 public:
  // cap: distances up to which `written` is known.
  Edges(const Layer& layer, const Accelerator& accelerator, const Loops& loops, const Loads& loads,
        const Ports& ports, int extra_cap);

  // Before the first step; from one step to the next, `loop` going up at `from`, where all inner
  // ones are at their last; after the last step.
  void first(Edge& edge) const;
  void between(const Position& from, int loop, Edge& edge) const;
  void last(const Position& end, Edge& edge) const;

  // A part of the key of what the nest does inside its first `level` loops: the tiles that follow,
  // as far as they are filled before they are in use.
  void append_following(const Position& p, int level, std::vector<std::int64_t>& key);

  bool revisits(int hold) const { return info(hold).revisits; }
  int cap(int hold) const { return info(hold).cap; }
  // Whether an O tile that begins here has words to read back.
  bool reads_back(int hold, const Position& start) const;
  bool on_drain() const { return on_drain_; }
  const Route& fill_route(int hold) const { return info(hold).fill; }
  const Route& drain_route(int hold) const { return info(hold).drain; }
  // Tiles ahead of the one in use that places of this hold depend on.
  int reach(int hold) const {
    return on_drain_ && loops_.hold(hold).operand == Operand::O ? 2 : loops_.hold(hold).slots - 1;
  }

 private:
  struct Info {
    Route fill, drain;
    std::int64_t bits = 0;
    bool revisits = false;
    bool near = false;  // visits of the same outputs may be up to `cap` tiles apart
    int cap = 0;
  };
  // A tile that a hold may fill, and how far the tiles around it lie ahead.
  struct Candidate {
    Position start;
    int ahead = 0;
    Ahead parents{};
  };

  const Info& info(int hold) const { return info_[static_cast<std::size_t>(hold)]; }
  void fills(const Position& to, std::uint32_t changed, bool first, Edge& edge) const;
  void fills_of(int hold, const Position& to, std::uint32_t changed, bool first, Edge& edge) const;
  void add_drain(int hold, const Position& end, bool last, Edge& edge) const;
  bool may_fill(int hold, const Position& start, int ahead, const Ahead& parents,
                int generation) const;
  Fill make_fill(int hold, const Position& start, bool slides, bool ramp) const;
  Cost cost(const Route& route, std::int64_t parent_bits, std::int64_t child_bits, Operand o) const;
  bool slides(const HoldPlan& h, int loop) const {
    return h.slides && loop >= 0 && loop == h.last_loop;
  }
  void append(int hold, const Position& p, int level, std::vector<std::int64_t>& key);
  void append_chain(int hold, const Position& start, const Ahead& parents,
                    std::vector<std::int64_t>& key) const;
  void place_later(std::vector<std::int64_t>& key, std::int64_t place);

  const Accelerator& accelerator_;
  const Loops& loops_;
  const Loads& loads_;
  const Ports& ports_;
  Precision bits_;
  bool on_drain_;
  std::vector<Info> info_;
  int input_hold_ = -1;  // innermost of the inputs
  struct Ranked {
    std::size_t at;
    std::int64_t place;
  };
  std::vector<Ranked> ranked_;
};

}  // namespace assay::analytical::exact
