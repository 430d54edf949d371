// SPDX-License-Identifier: Apache-2.0
// Stage 1 of the fast latency: what a mapping moves and works, summed over the layer. Depends on
// layer, mapping and precision and on which ports exist, not on bandwidths, latencies, slots,
// step costs or off-chip timing: stage 2 (latency.h) takes those, so that one set of totals serves
// many variants of the hardware.
//
// All figures are whole numbers in doubles, exact below 2^53 and rounded down above. Transfers are
// those of lane 0's instances: the fullest instance of docs/rationale/0004-event-times.md (c) has
// at least as much.
#pragma once

#include <array>

#include "analytical/counts.h"

namespace assay::analytical {

// Over the port of the level above and over the port of the level below; 0 where no port serves the
// transfer.
struct Bits {
  double parent, child;
};

// Transfers of the same size.
struct Alike {
  double count;
  Bits each;  // also where count is 0
};

// All transfers of a hold in one direction. Each takes whole cycles, so it matters how many there
// are: those of full tiles are alike; what remainders and clipping make of the others is known in
// sum only.
struct Transfers {
  Bits all;
  double count;  // of those that surely move words
  // Fill of I, W: whole boxes (the first visit's), slides. Read-back: later visits, first visits
  // (the first visit's). Drain: partial sums, final outputs.
  std::array<Alike, 2> full;
};

// Of lane 0.
struct Work {
  double macs, steps, psums, new_inputs;
};

struct HoldTotals {
  double visits;
  Transfers fill;   // I, W: fills; O: read-backs
  Transfers drain;  // O
  Bits last_drain;  // of the last visit
  // Steps of one visit: the last has at least `least`, new inputs apart; none has more than `most`
  // (steps 0: not known).
  Work least, most;
  // Product of the trips that each loop outside makes at least. Between two visits of an outer
  // hold A lie at least trips / A.trips visits of an inner one.
  double trips;
};

struct Totals {
  Work work;  // all steps
  int holds;
  std::array<HoldTotals, kMaxHolds> hold;      // the first `holds`, as in the nest
  std::array<std::int64_t, kMaxLevels> lanes;  // arrays: product of the bounds of `par` loops
};

Totals totals(const Evaluation& evaluation, const Precision& precision);

}  // namespace assay::analytical
