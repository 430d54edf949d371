// SPDX-License-Identifier: Apache-2.0
// The totals of totals.h as expressions.
#pragma once

#include <array>

#include "analytical/batch/symbolic_sums.h"

namespace assay::analytical::batch {

struct SymbolicBits {
  Symbol parent, child;
};
struct SymbolicTransfers {
  SymbolicBits all;
  Symbol count;
  struct Alike {
    Symbol count;
    SymbolicBits each;
  };
  std::array<Alike, 2> full;
};
struct SymbolicWork {
  Symbol macs, steps, psums, new_inputs;
};
struct SymbolicHold {
  Symbol visits;
  SymbolicTransfers fill, drain;
  SymbolicBits last_drain;
  SymbolicWork least, most;
  Symbol trips;
  Symbol changes;  // grows with the position of the innermost loop that changes the tile
};
struct SymbolicTotals {
  SymbolicWork work;
  int holds = 0;
  std::array<SymbolicHold, kMaxHolds> hold;
  std::array<Symbol, kMaxLevels> lanes;
};

SymbolicTotals symbolic_totals(const SymbolicEvaluation& sums, const Precision& precision);

// Calls `visit` with every number, in one order for totals of either kind.
template <class Load, class Visit>
void each_bits(Load& bits, const Visit& visit) {
  visit(bits.parent);
  visit(bits.child);
}

template <class Transfers, class Visit>
void each_transfer(Transfers& t, const Visit& visit) {
  each_bits(t.all, visit);
  visit(t.count);
  for (auto& alike : t.full) {
    visit(alike.count);
    each_bits(alike.each, visit);
  }
}

template <class Steps, class Visit>
void each_work(Steps& w, const Visit& visit) {
  visit(w.macs);
  visit(w.steps);
  visit(w.psums);
  visit(w.new_inputs);
}

template <class AnyTotals, class Visit>
void each_number(AnyTotals& totals, const Visit& visit) {
  each_work(totals.work, visit);
  for (std::size_t i = 0; i < static_cast<std::size_t>(totals.holds); ++i) {
    auto& h = totals.hold[i];
    visit(h.visits);
    each_transfer(h.fill, visit);
    each_transfer(h.drain, visit);
    each_bits(h.last_drain, visit);
    each_work(h.least, visit);
    each_work(h.most, visit);
    visit(h.trips);
  }
}

}  // namespace assay::analytical::batch
