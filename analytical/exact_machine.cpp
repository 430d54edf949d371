// SPDX-License-Identifier: Apache-2.0
#include "analytical/exact_machine.h"

#include <algorithm>
#include <limits>

#include "core/checked.h"

namespace assay::analytical::exact {
namespace {

constexpr std::size_t kZeroCell = 0;
constexpr std::size_t kCounters = 3;  // before those of ports
constexpr std::size_t kFifo = 2;
constexpr std::size_t kBytesOfEntry = 48;  // of a table of outputs

std::size_t at(int i) { return static_cast<std::size_t>(i); }

}  // namespace

// ---- Layout ---------------------------------------------------------------------------------

Machine::Machine(const Accelerator& accelerator, const Loops& loops, const Edges& edges,
                 const Ports& ports, const Keeping& keeping)
    : counters(kCounters + ports.timed.size(), 0),
      moments(ports.drain + 1),
      accelerator_(accelerator),
      loops_(loops),
      edges_(edges),
      on_drain_(edges.on_drain()),
      complete_(keeping.complete),
      holds_(loops.holds().size()),
      written_(complete_ ? loops.holds().size() : 0),
      most_bytes_(keeping.most_bytes) {
  take(2);  // zero, now
  finish_ = take(1);
  first_port_ = take(ports.timed.size());
  for (std::size_t i = 0; i < holds_.size(); ++i) layout(i, edges);
  if (!complete_ && cells.size() > at(std::numeric_limits<std::int16_t>::max())) throw TooLarge();
}

void Machine::layout(std::size_t i, const Edges& edges) {
  const HoldPlan& h = loops_.holds()[i];
  Cells& c = holds_[i];
  const auto slots = static_cast<std::size_t>(h.slots);
  if (h.operand != Operand::O) {
    c.usable = take(slots + 1);
    if (h.innermost) {
      c.ended = take(slots);
    } else {
      c.released = take(2 * slots);
      c.earlier = take(1);
    }
    return;
  }
  c.usable = take(1);
  c.drained = take(slots);
  c.drained_now = take(1);
  c.arrived_now = take(1);
  if (!h.innermost) c.collected = take(1);
  if (on_drain_) {
    c.joined = take(2);
    cells[c.joined] = cells[c.joined + 1] = Moments::kNone;
    c.entries = take(kFifo);
  } else {
    c.filled = take(slots);
    for (std::size_t k = 0; k < slots; ++k) cells[c.filled + k] = Moments::kNone;
  }
  if (!edges.revisits(static_cast<int>(i)) || complete_) return;
  c.past = at(edges.cap(static_cast<int>(i))) + slots;
  c.arrived = take(c.past);
  c.before = take(1);
}

// ---- Cells ----------------------------------------------------------------------------------

Machine::Value Machine::value(std::size_t cell) const {
  return {cells[cell], tracker == nullptr ? -1 : tracker->piece.source[cell], false};
}

void Machine::set(std::size_t to, const Value& v) {
  cells[to] = v.id;
  if (tracker != nullptr) tracker->piece.source[to] = static_cast<std::int16_t>(v.source);
}

void Machine::shift_down(std::size_t first, std::size_t count) {
  for (std::size_t i = first; i + 1 < first + count; ++i) copy(i, i + 1);
}

Machine::Value Machine::later(const Value& a, const Value& b) {
  if (a.id == b.id && a.source == b.source) return a;
  const bool second = moments.less(a.id, b.id);
  const Value& winner = second ? b : a;
  const Value& loser = second ? a : b;
  if (tracker != nullptr) tracker->won(moments, winner.source, winner.id, loser.source, loser.id);
  return winner;
}

// The largest of the cells waited for. Those that are `uncertain_` are no earlier than the truth.
Machine::Value Machine::latest() {
  std::size_t best = waits_[0];
  for (const std::size_t c : waits_)
    if (moments.less(cells[best], cells[c])) best = c;
  const std::size_t certain = best;
  for (const std::size_t c : uncertain_)
    if (moments.less(cells[best], cells[c])) best = c;
  Value winner = value(best);
  winner.inexact = best != certain;
  if (tracker != nullptr)
    for (const std::vector<std::size_t>* list : {&waits_, &uncertain_})
      for (const std::size_t c : *list)
        if (c != best)
          tracker->won(moments, winner.source, winner.id, tracker->piece.source[c], cells[c]);
  return winner;
}

Machine::Value Machine::after(const Value& v, std::int64_t duration, int label) {
  return {moments.after(v.id, duration, label, v.inexact), v.source, false};
}

Machine::Id Machine::finish() const {
  const Id f = moments.less(cells[finish_], cells[kNow]) ? cells[kNow] : cells[finish_];
  if (moments.inexact(f)) throw Undecided();
  return f;
}

// ---- Events ---------------------------------------------------------------------------------

// A long walk makes moments without end, of which only those in cells are asked for again.
void Machine::forget() {
  std::vector<Id*> ids;
  for (Id& id : cells) ids.push_back(&id);
  for (auto& hold : written_)
    for (auto& [outputs, id] : hold) ids.push_back(&id);
  moments.keep(ids);
  if (moments.bytes() + (ids.size() - cells.size()) * kBytesOfEntry > most_bytes_) throw TooLarge();
  most_moments_ = std::max(kFewMoments, 2 * moments.count());
}

void Machine::step(const Work& work) {
  if (complete_ && moments.count() > most_moments_) forget();
  const Compute& c = accelerator_.compute();
  waits_.assign(1, kNow);
  uncertain_.clear();
  for (std::size_t i = 0; i < holds_.size(); ++i)
    if (loops_.holds()[i].innermost)
      wait(holds_[i].usable + (loops_.holds()[i].operand == Operand::O ? 0 : 1));
  const Rational& interval = c.initiation_interval_cycles;
  const std::int64_t duration =
      add(add(ceil_div(mul(work.macs, interval.num), interval.den), c.step_overhead_cycles),
          add(mul(c.per_psum_cycles, work.psums), mul(c.per_new_input_cycles, new_inputs)));
  new_inputs = 0;
  const Value end = after(latest(), duration, 0);
  if (moments.inexact(end.id)) throw Undecided();
  set(kNow, end);
  ++counters[0];
  counters[1] = add(counters[1], duration);
}

void Machine::apply(const Edge& edge) {
  for (const Drain& d : edge.drains) drain(d);
  for (std::size_t i = 0; i < holds_.size(); ++i)
    if ((edge.changed >> i & 1U) != 0) advance(static_cast<int>(i));
  if ((edge.changed) != 0) new_inputs = edge.new_inputs;
  for (const Fill& f : edge.fills) fill(f);
}

// The next tile of the hold comes into use. What falls out of the cells is not asked for again.
void Machine::advance(int hold) {
  const HoldPlan& h = loops_.hold(hold);
  const Cells& c = holds_[at(hold)];
  const auto slots = static_cast<std::size_t>(h.slots);
  if (h.operand != Operand::O) {
    shift_down(c.usable, slots + 1);
    copy(c.usable + slots, kZeroCell);
    if (h.innermost) {
      shift_down(c.ended, slots);
      copy(c.ended + slots - 1, kNow);
    } else {
      raise(c.earlier, value(c.released));
      shift_down(c.released, 2 * slots);
      copy(c.released + 2 * slots - 1, kZeroCell);
    }
    return;
  }
  shift_down(c.drained, slots);
  copy(c.drained + slots - 1, c.drained_now);
  if (c.past > 0) {
    raise(c.before, value(c.arrived + c.past - 1));
    for (std::size_t i = c.past; i-- > 1;) copy(c.arrived + i, c.arrived + i - 1);
    copy(c.arrived, c.arrived_now);
  }
  copy(c.drained_now, kZeroCell);
  copy(c.arrived_now, kZeroCell);
  if (!h.innermost) copy(c.collected, kZeroCell);
  if (on_drain_) {
    copy(c.joined, c.joined + 1);
    clear(c.joined + 1);
  } else {
    shift_down(c.filled, slots);
    clear(c.filled + slots - 1);
    if (is_set(c.filled)) {
      copy(c.usable, c.filled);
      return;
    }
  }
  copy(c.usable, c.drained);
}

void Machine::wait_usable(int hold, int ahead) {
  const HoldPlan& h = loops_.hold(hold);
  const Cells& c = holds_[at(hold)];
  if (h.operand != Operand::O)
    wait(c.usable + at(ahead + 1));
  else
    wait(ahead == 0 ? c.usable : c.filled + at(ahead));
}

Machine::Transferred Machine::transfer(const Route& route, const Cost& cost) {
  for (const int port : {route.parent_port, route.child_port})
    if (port >= 0) wait(first_port_ + at(port));
  const Value end = after(latest(), cost.duration, cost.label);
  for (const int port : {route.parent_port, route.child_port}) {
    if (port < 0) continue;
    set(first_port_ + at(port), end);
    std::int64_t& busy = counters[kCounters + at(port)];
    busy = add(busy, cost.duration);
  }
  ++counters[2];
  return {end, after(end, route.latency, cost.latency_label)};
}

void Machine::drain(const Drain& d) {
  const HoldPlan& h = loops_.hold(d.hold);
  const Cells& c = holds_[at(d.hold)];
  waits_.assign(1, kZeroCell);
  uncertain_.clear();
  wait(h.innermost ? kNow : c.collected);
  if (h.parent >= 0) wait_usable(h.parent, 0);
  const bool joins = on_drain_ && is_set(c.joined);
  if (joins) wait(c.joined);
  const Transferred done = transfer(edges_.drain_route(d.hold), d.cost);
  set(c.drained_now, done.end);
  set(c.arrived_now, done.arrival);
  if (joins) set(c.entries + (is_set(c.entries) ? 1 : 0), done.end);
  if (complete_ && edges_.revisits(d.hold)) written_[at(d.hold)][d.outputs] = done.arrival.id;
  raise(h.parent >= 0 ? holds_[at(h.parent)].collected : finish_, done.arrival);
}

// The arrival of the drain of the latest tile with the same outputs.
void Machine::wait_for_writing(const Fill& f) {
  if (f.written == Loops::kNever) return;
  const Cells& c = holds_[at(f.hold)];
  if (complete_) {
    const std::size_t cell = c.arrived_now;  // free while fills are placed
    set(cell, {written_[at(f.hold)].at(f.outputs), -1, false});
    wait(cell);
  } else if (f.written != Loops::kFar) {
    wait(c.arrived + at(f.written - f.ahead - 1));
  } else {
    for (auto i = at(edges_.cap(f.hold) - f.ahead); i < c.past; ++i)
      uncertain_.push_back(c.arrived + i);
    uncertain_.push_back(c.before);
  }
}

void Machine::fill(const Fill& f) {
  const HoldPlan& h = loops_.hold(f.hold);
  const Cells& c = holds_[at(f.hold)];
  const bool output = h.operand == Operand::O;
  waits_.assign(1, kZeroCell);
  uncertain_.clear();
  Value ready;
  if (f.moves) {
    if (output && on_drain_) {
      wait(c.entries);
    } else if (output) {
      wait(c.drained + at(f.ahead));
    } else if (h.innermost) {
      wait(c.ended + at(f.ahead));
    } else {
      wait(c.earlier);
      for (int i = 0; i <= f.ahead; ++i) wait(c.released + at(i));
    }
    if (h.parent >= 0) wait_usable(h.parent, f.parent_ahead);
    if (output) wait_for_writing(f);
    const Transferred done = transfer(edges_.fill_route(f.hold), f.cost);
    if (!output && h.parent >= 0)
      raise(holds_[at(h.parent)].released + at(loops_.hold(h.parent).slots + f.parent_ahead),
            done.end);
    ready = done.arrival;
  }
  if (output) {
    if (on_drain_) {
      copy(c.entries, c.entries + 1);
      clear(c.entries + 1);
      set(c.joined + at(f.ahead), ready);
    } else {
      set(c.filled + at(f.ahead), ready);
      if (f.ahead == 0) set(c.usable, ready);
    }
    return;
  }
  const std::size_t own = c.usable + at(f.ahead + 1);
  if (!f.moves)
    copy(own, f.slides ? own - 1 : kZeroCell);
  else
    set(own, f.slides ? later(ready, value(own - 1)) : ready);
  if (!h.innermost) raise(c.released + at(h.slots + f.ahead), value(own));
}

}  // namespace assay::analytical::exact
