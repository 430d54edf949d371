// SPDX-License-Identifier: Apache-2.0
// Fast-mode latency: bounds on the times of docs/contract.md, section 5, from totals alone. Model,
// formulas and limits: docs/rationale/0002-fast-latency.md.
//
//   latency = max( compute + exposed + ramp + drain,  traffic of every port )
//
// compute: steps one after another. exposed: transfers that nothing can overlap because their level
// has a single slot. ramp: the first fills before the first step. drain: what is left after the
// last one. All in cycles of the core clock.
#pragma once

#include <array>

#include "analytical/counts.h"

namespace assay::analytical {

struct FastLatency {
  double cycles = 0;
  // The chain, by cause.
  double macs = 0, step_overhead = 0, psums = 0, new_inputs = 0;
  std::array<double, kMaxHolds> exposed{};  // per hold of the nest
  double ramp = 0, drain = 0;
  double port_wait = 0;  // what the busiest port adds to the chain
  // Busy cycles of every port (per instance).
  std::array<std::array<double, kMaxPorts>, kMaxLevels> busy{};
  int binding_level = -1, binding_port = -1;  // the port that bounds; -1: the chain does
};

struct FastLatencies {
  FastLatency processing;  // off-chip ports take no time
  FastLatency total;
};

FastLatencies fast_latency(const Evaluation& evaluation, const Precision& precision);

}  // namespace assay::analytical
