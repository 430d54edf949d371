// SPDX-License-Identifier: Apache-2.0
// Fast-mode latency: a proven lower bound on the times of docs/contract.md, section 5, from totals
// alone: never above the exact time, processing or total. The bounds and their proofs:
// docs/rationale/0002-fast-latency.md.
//
//   latency = max( ramp + steps + exposed + drain,  every port,  every slot )
//
// steps: one after another. exposed: what nothing can overlap between steps. ramp: the first fills,
// before the first step. drain: the last drains, after the last step. All in whole cycles of the
// core clock.
#pragma once

#include <array>

#include "analytical/totals.h"

namespace assay::analytical {

namespace batch {
class SymbolicBound;  // the same as an expression, batch/symbolic_latency.h
}

struct FastLatency {
  double cycles = 0;
  // The chain, by cause; with port_wait it adds up to `cycles`.
  double macs = 0, step_overhead = 0, psums = 0, new_inputs = 0;
  std::array<double, kMaxHolds> exposed{};  // per hold of the nest
  double ramp = 0, drain = 0;
  double port_wait = 0;                       // what the binding port adds to the chain
  int binding_level = -1, binding_port = -1;  // the port that bounds; -1: the chain does
};

enum class OffChip : std::uint8_t { free, timed };  // processing latency, total latency

// Stage 2: what an accelerator makes of totals. Made once per accelerator and structure of the nest
// (its holds, not its bounds); evaluating allocates nothing.
class LatencyBound {
 public:
  LatencyBound(const Accelerator& accelerator, const Nest& nest);

  FastLatency operator()(const Totals& totals, OffChip off_chip) const;

 private:
  friend class Durations;
  friend class batch::SymbolicBound;
  friend class Bound;
  static constexpr int kPorts = 4 * kMaxHolds;  // that holds use

  struct TimedPort {
    double num, den;  // bits per cycle
    double latency;
    int level, port;
    bool off_chip;
  };
  // Through which ports, with which delay.
  struct Way {
    int parent, child;  // -1: ideal
    int hops;           // of arrays with hop latency
    struct Hop {
      int array;
      double latency;
    };
    std::array<Hop, 2> hop;
  };
  struct Wires {
    Operand operand;
    int inner, outer;  // next holds of the operand; -1: none
    int changes;       // position of the innermost loop that changes the tile; -1: none
    double slots;
    Way fill, drain;  // drain: O
  };

  int timed_port(const Accelerator& a, int level, Operand o, Transfer t);
  Way way(const Accelerator& a, const HoldPoint& h, bool fills);

  double interval_num_, interval_den_, step_overhead_, per_psum_, per_new_input_;
  bool preload_;
  int ports_ = 0;
  std::array<TimedPort, kPorts> port_;
  int holds_;
  std::array<Wires, kMaxHolds> wires_;
};

struct FastLatencies {
  FastLatency processing;  // off-chip ports take no time
  FastLatency total;
};

FastLatencies fast_latency(const Evaluation& evaluation, const Precision& precision);

}  // namespace assay::analytical
