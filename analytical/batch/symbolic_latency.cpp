// SPDX-License-Identifier: Apache-2.0
// Follows Bound in latency.cpp and Durations in latency_times.h function by function; where that
// one branches on a number, this one selects.
#include "analytical/batch/symbolic_latency.h"

namespace assay::analytical::batch {
namespace {

constexpr double kNever = 1e300;
constexpr std::size_t at(int i) { return static_cast<std::size_t>(i); }

Symbol positive(const Symbol& a) { return greater(a, 0); }
Symbol no(const Symbol& condition) { return Symbol(1) - condition; }
Symbol differ(const Symbol& a, const Symbol& b) { return either(greater(a, b), greater(b, a)); }

}  // namespace

SymbolicBound::SymbolicBound(const LatencyBound& model, const SymbolicTotals& totals,
                             OffChip off_chip)
    : model_(model), totals_(totals), timed_(off_chip == OffChip::timed) {}

Symbol SymbolicBound::cycles() {
  steps_ = steps(totals_.work);
  for (int i = 0; i < model_.holds_; ++i) time_[at(i)] = times(i);
  ramp();
  for (int i = 0; i < model_.holds_; ++i)
    if (wires(i).operand == Operand::O) drain_ += time(i).last + time(i).drain_delay;
  expose();
  output_slots();
  ports();
  input_slots();
  const Symbol less = cycles_ * 0x1p-40;
  return select(greater(0x1p52, cycles_), cycles_, cycles_ - less);
}

// ---- Durations --------------------------------------------------------------------------------

Symbol SymbolicBound::port_cycles(int port, const Symbol& bits) const {
  if (!timed(port)) return 0;
  const LatencyBound::TimedPort& p = model_.port_[at(port)];
  return p.den == 1 && p.num == 1 ? bits : round_up(bits * p.den / p.num);
}

Symbol SymbolicBound::slower(const Way& way, const SymbolicBits& bits) const {
  return larger(port_cycles(way.parent, bits.parent), port_cycles(way.child, bits.child));
}

Symbol SymbolicBound::all_cycles(const Way& way, const SymbolicTransfers& t) const {
  if (!timed(way.parent) && !timed(way.child)) return 0;
  Symbol sum, others = t.count;
  SymbolicBits rest = t.all;
  for (const SymbolicTransfers::Alike& a : t.full) {
    sum += a.count * slower(way, a.each);
    rest.parent -= a.count * a.each.parent;
    rest.child -= a.count * a.each.child;
    others -= a.count;
  }
  return sum + larger(others, slower(way, rest));
}

Symbol SymbolicBound::delay(const Way& way) const {
  Symbol cycles;
  for (int p : {way.parent, way.child})
    if (timed(p)) cycles += model_.port_[at(p)].latency;
  for (int i = 0; i < way.hops; ++i)
    cycles += (totals_.lanes[at(way.hop[at(i)].array)] - 1) * way.hop[at(i)].latency;
  return cycles;
}

SymbolicBound::Times SymbolicBound::times(int i) const {
  const SymbolicHold& h = tiles(i);
  const Wires& w = wires(i);
  const bool output = w.operand == Operand::O;
  const SymbolicBits& first = h.fill.full[output ? 1 : 0].each;
  Times t;
  t.fill = all_cycles(w.fill, h.fill);
  t.first = slower(w.fill, first);
  t.fill_delay = delay(w.fill);
  t.refill = t.fill - t.first;
  t.first_moves =
      either(positive(h.fill.count), either(positive(first.parent), positive(first.child)));
  if (!output) return t;
  t.drain = all_cycles(w.drain, h.drain);
  t.last = slower(w.drain, h.last_drain);
  t.drain_delay = delay(w.drain);
  t.redrain = t.drain - t.last;
  return t;
}

Symbol SymbolicBound::steps(const SymbolicWork& work) const {
  Symbol macs = work.macs * model_.interval_num_;
  if (model_.interval_den_ != 1) macs = round_up(macs / model_.interval_den_);
  return macs + work.steps * model_.step_overhead_ + work.psums * model_.per_psum_ +
         work.new_inputs * model_.per_new_input_;
}

// ---- Before the first step --------------------------------------------------------------------

SymbolicBound::Known SymbolicBound::first_path(int i) const {
  Known path;
  for (; i >= 0; i = wires(i).inner) {
    path.never = either(path.never, no(time(i).first_moves));
    path.value += time(i).first + time(i).fill_delay;
  }
  return path;
}

Symbol SymbolicBound::ready(int i) const {
  Symbol path, moves = time(i).first_moves;
  for (i = wires(i).outer; i >= 0; i = wires(i).outer) {
    moves = both(moves, time(i).first_moves);
    path += select(moves, time(i).first + time(i).fill_delay, 0);
  }
  return path;
}

void SymbolicBound::ramp() {
  for (int i = 0; i < model_.holds_; ++i) {
    if (!filled_first(i)) continue;
    const Known path = first_path(i);
    ramp_ = larger(ramp_, select(path.never, -1, path.value));
  }
  for (int p = 0; p < model_.ports_; ++p)
    if (timed(p)) ramp_of_port(p);
}

void SymbolicBound::ramp_of_port(int port) {
  Symbol before = kNever, sum, after = kNever;
  for (int i = 0; i < model_.holds_; ++i) {
    if (!uses(wires(i).fill, port) || !filled_first(i)) continue;
    const Known path = first_path(i);
    const Symbol counts = both(positive(time(i).first), no(path.never));
    before = smaller(before, select(counts, ready(i), kNever));
    after = smaller(after, select(counts, path.value - time(i).first, kNever));
    sum += select(counts, time(i).first, 0);
  }
  ramp_ = larger(ramp_, select(positive(sum), before + sum + after, 0));
}

// ---- Between steps ----------------------------------------------------------------------------

Symbol SymbolicBound::reloads(int i, int port) const {
  const Wires& w = wires(i);
  Symbol cycles;
  if (filled_first(i) && uses(w.fill, port)) cycles += time(i).refill;
  if (w.operand == Operand::O && uses(w.drain, port)) cycles += time(i).redrain;
  return cycles;
}

Symbol SymbolicBound::alone(int i) const {
  Symbol cycles = time(i).redrain;
  if (filled_first(i)) cycles += time(i).refill;
  return cycles + larger(0, tiles(i).fill.count - 1) * time(i).fill_delay;
}

SymbolicBound::Lead SymbolicBound::find_lead() const {
  Lead best;
  for (int p = 0; p < model_.ports_; ++p) {
    if (!timed(p)) continue;
    Symbol cycles;
    for (int i = 0; i < model_.holds_; ++i)
      if (single_innermost(i)) cycles += reloads(i, p);
    const Symbol better = greater(cycles, best.cycles);
    best.cycles = select(better, cycles, best.cycles);
    best.port = select(better, p, best.port);
    for (int i = 0; i < model_.holds_; ++i)
      if (single_innermost(i)) best.of[at(i)] = select(better, reloads(i, p), best.of[at(i)]);
  }
  for (int i = 0; i < model_.holds_; ++i) {
    if (!single_innermost(i)) continue;
    const Symbol better = greater(alone(i), best.cycles);
    best.cycles = select(better, alone(i), best.cycles);
    best.port = select(better, -1, best.port);
    for (int k = 0; k < model_.holds_; ++k)
      if (single_innermost(k))
        best.of[at(k)] = select(better, k == i ? alone(i) : Symbol(0), best.of[at(k)]);
  }
  return best;
}

void SymbolicBound::expose() {
  const Lead lead = find_lead();
  std::array<Symbol, kMaxHolds> beside, with_lead;
  for (int i = 0; i < model_.holds_; ++i) {
    if (!single_innermost(i)) beside[at(i)] = beside_reloads(i);
    with_lead[at(i)] = single_innermost(i) ? Symbol(kNever) : beside[at(i)] + lead_beside(i, lead);
  }
  Symbol best = lead.cycles;
  for (int p = 0; p < model_.ports_; ++p) {
    if (!timed(p)) continue;
    Symbol together, outer = lead.cycles;
    for (int i = 0; i < model_.holds_; ++i) {
      const Symbol cycles = reloads(i, p);
      if (cycles.is(0)) continue;
      together += larger(0, cycles - beside[at(i)]);
      outer += larger(0, cycles - with_lead[at(i)]);
    }
    // The better of the two; the second only beside another port.
    const Symbol here =
        select(both(differ(lead.port, p), greater(outer, together)), outer, together);
    best = larger(best, here);
  }
  cycles_ = steps_ + ramp_ + drain_ + best;
}

Symbol SymbolicBound::beside_reloads(int i) const {
  if (wires(i).slots != 1) return kNever;
  const Known work = beside_reload(i);
  return select(work.never, kNever, (tiles(i).visits - 1) * work.value + edge_lost(i));
}

SymbolicBound::Known SymbolicBound::beside_reload(int i) const {
  Known work;
  if (wires(i).operand != Operand::O) work.never = no(positive(tiles(i).fill.count));
  for (i = wires(i).inner; i >= 0; i = wires(i).inner) {
    const SymbolicWork& most = tiles(i).most;
    work.never = either(work.never, no(positive(most.steps)));
    work.value +=
        (steps(most) + (model_.interval_den_ == 1 ? Symbol(0) : most.steps)) * wires(i).slots;
  }
  return work;
}

Symbol SymbolicBound::edge_lost(int i) const {
  const int inner = wires(i).inner;
  if (wires(i).operand == Operand::O) return wires(inner).inner < 0 ? Symbol(0) : drain_;
  if (wires(inner).inner >= 0) return ramp_;
  const Symbol enough = both(positive(tiles(i).most.steps),
                             greater(tiles(inner).visits, tiles(i).visits * wires(inner).slots));
  return select(enough, 0, ramp_);
}

Symbol SymbolicBound::lead_beside(int i, const Lead& lead) const {
  const int inner = wires(i).inner;
  if (inner < 0 || wires(inner).inner >= 0) return kNever;
  Symbol cycles, never = no(positive(lead.cycles));
  for (int k = 0; k < model_.holds_; ++k) {
    const Symbol& waits = lead.of[at(k)];
    if (waits.is(0)) continue;
    const Symbol counts = differ(waits, 0);
    never = either(never, both(counts, greater(tiles(k).changes, tiles(inner).changes)));
    const Symbol per_tile = tiles(inner).trips / tiles(k).trips;
    const Symbol tiles_beside = round_down(Symbol(wires(inner).slots) / per_tile) + 1;
    cycles += select(counts, tiles_beside * longest(k), 0);
  }
  return select(never, kNever, (tiles(i).visits - 1) * cycles);
}

Symbol SymbolicBound::longest(int i) const {
  const SymbolicHold& h = tiles(i);
  if (wires(i).operand != Operand::O)
    return select(positive(h.fill.count), time(i).first + time(i).fill_delay, kNever);
  Symbol cycles;
  for (const SymbolicTransfers::Alike& a : h.drain.full)
    cycles = larger(cycles, slower(wires(i).drain, a.each));
  return cycles + (model_.preload_ ? slower(wires(i).fill, h.fill.full[0].each) : Symbol(0));
}

// ---- Slots and ports --------------------------------------------------------------------------

void SymbolicBound::output_slots() {
  for (int i = 0; i < model_.holds_; ++i) {
    const Wires& w = wires(i);
    if (w.operand != Operand::O) continue;
    Symbol inside = steps_;
    if (w.inner >= 0) {
      const Known beside = beside_reload(i);
      const Symbol work = select(beside.never, kNever, beside.value);
      inside = larger(time(w.inner).drain, steps_ - tiles(i).visits * work);
    }
    Symbol cycles =
        (time(i).drain + (model_.preload_ ? time(i).fill : Symbol(0)) + inside) / w.slots;
    for (int k = i; k >= 0; k = wires(k).outer) cycles += time(k).drain_delay;
    cycles_ = larger(cycles_, round_up(cycles));
  }
}

Symbol SymbolicBound::needed(int i) const {
  if (wires(i).operand != Operand::I || wires(i).inner < 0) return 1;
  return positive(tiles(i).fill.count);
}

Symbol SymbolicBound::after_fill(int i) const {
  return select(positive(tiles(i).fill.count), time(i).fill_delay, 0) + steps(tiles(i).least) +
         drain_;
}

void SymbolicBound::ports() {
  for (int p = 0; p < model_.ports_; ++p) {
    if (!timed(p)) continue;
    Symbol before = kNever, sum, after = kNever, drained;
    for (int i = 0; i < model_.holds_; ++i) {
      const Wires& w = wires(i);
      const bool output = w.operand == Operand::O;
      if (uses(w.fill, p)) {
        const Symbol counts = both(positive(time(i).fill), needed(i));
        sum += select(counts, time(i).fill, 0);
        before = smaller(before, select(counts, output ? Symbol(0) : ready(i), kNever));
        after = smaller(after, select(counts, output ? Symbol(0) : after_fill(i), kNever));
      }
      if (!output) continue;
      drained += time(i).drain_delay;
      if (uses(w.drain, p)) {
        sum += time(i).drain;
        before = smaller(before, ramp_);
        after = smaller(after, drained);
      }
      drained += time(i).last;
    }
    cycles_ = larger(cycles_, select(positive(sum), before + sum + after, 0));
  }
}

void SymbolicBound::input_slots() {
  for (int i = 0; i < model_.holds_; ++i) {
    const Wires& w = wires(i);
    if (w.operand == Operand::O || w.slots != 1 || w.inner < 0) continue;
    const Symbol sum = time(i).fill + tiles(i).fill.count * time(i).fill_delay + time(w.inner).fill;
    const Symbol cycles = ready(i) + sum + after_fill(w.inner);
    cycles_ = larger(cycles_, select(both(positive(time(i).fill), needed(i)), cycles, 0));
  }
}

}  // namespace assay::analytical::batch
