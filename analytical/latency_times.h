// SPDX-License-Identifier: Apache-2.0
// Durations of what totals count, on one accelerator: cycles of all transfers of a hold, of the
// first and of the last, latencies, steps. Each is at most the sum over the single events. Internal
// to latency.cpp.
#pragma once

#include <algorithm>
#include <cmath>

#include "analytical/latency.h"

namespace assay::analytical {

constexpr double kNever = 1e300;

template <class Array>
auto& at(Array& a, int i) {
  return a[static_cast<std::size_t>(i)];
}

class Durations {
 public:
  Durations(const LatencyBound& model, const Totals& totals, OffChip off_chip)
      : m_(model), totals_(totals), timed_(off_chip == OffChip::timed) {
    for (int i = 0; i < m_.holds_; ++i) set_times(i, at(time_, i));
  }

 protected:
  using Way = LatencyBound::Way;
  using Wires = LatencyBound::Wires;

  // Of one hold: cycles of its transfers, latency of each.
  struct Times {
    double fill, first, fill_delay;  // all fills, that of the first visit
    double drain, last, drain_delay;
    double refill, redrain;  // but the first fill, the last drain
    bool first_moves;        // the first fill is surely a transfer
  };

  const Wires& wires(int i) const { return at(m_.wires_, i); }
  const HoldTotals& tiles(int i) const { return at(totals_.hold, i); }
  const Times& time(int i) const { return at(time_, i); }

  bool timed(int port) const { return port >= 0 && (timed_ || !at(m_.port_, port).off_chip); }

  // Each transfer takes whole cycles, so their sum is a whole number not below the quotient; a
  // rounded division does not pass the next whole number.
  double cycles(int port, double bits) const {
    if (bits == 0 || !timed(port)) return 0;
    const LatencyBound::TimedPort& p = at(m_.port_, port);
    return std::ceil(bits * p.den / p.num);
  }

  // A transfer takes both ports until the slower is done.
  double slower(const Way& way, const Bits& bits) const {
    return std::max(cycles(way.parent, bits.parent), cycles(way.child, bits.child));
  }

  double all_cycles(const Way& way, const Transfers& t) const {
    if (!timed(way.parent) && !timed(way.child)) return 0;
    double sum = 0, others = t.count;
    Bits rest = t.all;
    for (const Alike& a : t.full) {
      if (a.count == 0) continue;
      sum += a.count * slower(way, a.each);
      rest.parent -= a.count * a.each.parent;
      rest.child -= a.count * a.each.child;
      others -= a.count;
    }
    if (others == 0 && t.count > 0) return sum;  // all of them
    return sum + std::max(others, slower(way, rest));
  }

  double delay(const Way& way) const {
    double cycles = 0;
    for (int p : {way.parent, way.child})
      if (timed(p)) cycles += at(m_.port_, p).latency;
    for (int i = 0; i < way.hops; ++i)
      cycles +=
          at(way.hop, i).latency * static_cast<double>(at(totals_.lanes, at(way.hop, i).array) - 1);
    return cycles;
  }

  void set_times(int i, Times& t) const {
    const HoldTotals& h = tiles(i);
    const Wires& w = wires(i);
    const bool output = w.operand == Operand::O;
    const Bits& first = h.fill.full[output ? 1 : 0].each;
    t.fill = all_cycles(w.fill, h.fill);
    t.first = slower(w.fill, first);
    t.fill_delay = delay(w.fill);
    t.refill = t.fill - t.first;
    t.first_moves = h.fill.count > 0 || first.parent > 0 || first.child > 0;
    t.drain = t.last = t.redrain = t.drain_delay = 0;
    if (!output) return;
    t.drain = all_cycles(w.drain, h.drain);
    t.last = slower(w.drain, h.last_drain);
    t.drain_delay = delay(w.drain);
    t.redrain = t.drain - t.last;
  }

  void steps(const Work& work, FastLatency& out) const {
    out.macs = work.macs * m_.interval_num_;
    if (m_.interval_den_ != 1) out.macs = std::ceil(out.macs / m_.interval_den_);
    out.step_overhead = work.steps * m_.step_overhead_;
    out.psums = work.psums * m_.per_psum_;
    out.new_inputs = work.new_inputs * m_.per_new_input_;
  }
  static double sum(const FastLatency& t) {
    return t.macs + t.step_overhead + t.psums + t.new_inputs;
  }

  double at_least(const Work& work) const {
    FastLatency t;
    steps(work, t);
    return sum(t);
  }
  // Each step rounds up.
  double at_most(const Work& work) const {
    if (work.steps == 0) return kNever;
    return at_least(work) + (m_.interval_den_ == 1 ? 0 : work.steps);
  }

  const LatencyBound& m_;
  const Totals& totals_;
  bool timed_;
  std::array<Times, kMaxHolds> time_;
};

}  // namespace assay::analytical
