// SPDX-License-Identifier: Apache-2.0
// The latency bound of latency.h as an expression: cycles alone, without their causes.
#pragma once

#include "analytical/batch/symbolic_totals.h"
#include "analytical/latency.h"

namespace assay::analytical::batch {

class SymbolicBound {
 public:
  // Refers to its arguments.
  SymbolicBound(const LatencyBound& model, const SymbolicTotals& totals, OffChip off_chip);
  Symbol cycles();

 private:
  using Way = LatencyBound::Way;
  using Wires = LatencyBound::Wires;

  struct Times {
    Symbol fill, first, fill_delay;
    Symbol drain, last, drain_delay;
    Symbol refill, redrain;
    Symbol first_moves;
  };
  // A number that may be unknown, which is worse than every number.
  struct Known {
    Symbol value, never;
  };
  // What innermost single slots keep the next step waiting.
  struct Lead {
    Symbol cycles, port = -1;
    std::array<Symbol, kMaxHolds> of;
  };

  const Wires& wires(int i) const { return model_.wires_[static_cast<std::size_t>(i)]; }
  const SymbolicHold& tiles(int i) const { return totals_.hold[static_cast<std::size_t>(i)]; }
  const Times& time(int i) const { return time_[static_cast<std::size_t>(i)]; }
  bool single_innermost(int i) const { return wires(i).slots == 1 && wires(i).inner < 0; }
  bool filled_first(int i) const { return wires(i).operand != Operand::O || model_.preload_; }
  static bool uses(const Way& way, int port) { return way.parent == port || way.child == port; }
  bool timed(int port) const {
    return port >= 0 && (timed_ || !model_.port_[static_cast<std::size_t>(port)].off_chip);
  }

  Symbol port_cycles(int port, const Symbol& bits) const;
  Symbol slower(const Way& way, const SymbolicBits& bits) const;
  Symbol all_cycles(const Way& way, const SymbolicTransfers& t) const;
  Symbol delay(const Way& way) const;
  Times times(int i) const;
  Symbol steps(const SymbolicWork& work) const;
  Known first_path(int i) const;
  Symbol ready(int i) const;
  void ramp();
  void ramp_of_port(int port);
  Symbol reloads(int i, int port) const;
  Symbol alone(int i) const;
  Lead find_lead() const;
  void expose();
  Symbol beside_reloads(int i) const;
  Known beside_reload(int i) const;
  Symbol edge_lost(int i) const;
  Symbol lead_beside(int i, const Lead& lead) const;
  Symbol longest(int i) const;
  void output_slots();
  Symbol needed(int i) const;
  Symbol after_fill(int i) const;
  void ports();
  void input_slots();

  const LatencyBound& model_;
  const SymbolicTotals& totals_;
  bool timed_;
  std::array<Times, kMaxHolds> time_;
  Symbol steps_, ramp_, drain_, cycles_;
};

}  // namespace assay::analytical::batch
