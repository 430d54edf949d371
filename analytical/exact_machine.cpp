// SPDX-License-Identifier: Apache-2.0
#include "analytical/exact_machine.h"

#include <algorithm>

#include "core/checked.h"

namespace assay::analytical::exact {
namespace {

constexpr std::size_t kZeroCell = 0;
constexpr std::size_t kCounters = 3;  // before those of ports
constexpr std::size_t kFifo = 2;

std::size_t at(int i) { return static_cast<std::size_t>(i); }

}  // namespace

// ---- Moments --------------------------------------------------------------------------------

Moments::Moments(int labels) : width_(labels + 1) {
  make(false);
  make(false);
}

Moments::Id Moments::make(bool inexact) {
  data_.resize(data_.size() + at(width_));
  inexact_.push_back(inexact ? 1 : 0);
  return static_cast<Id>(inexact_.size() - 1);
}

bool Moments::less(Id a, Id b) const {
  if (a == b || b == kNone) return false;
  if (a == kNone) return true;
  const std::int64_t* x = values(a);
  const std::int64_t* y = values(b);
  for (int i = 0; i < width_; ++i)
    if (x[i] != y[i]) return x[i] < y[i];
  return false;
}

Moments::Id Moments::after(Id from, std::int64_t duration, int label, bool inexact) {
  inexact = inexact || inexact_[static_cast<std::size_t>(from)] != 0;
  if (duration == 0 && inexact == this->inexact(from)) return from;
  const Id id = make(inexact);
  std::int64_t* v = &data_[offset(id)];
  const std::int64_t* f = values(from);
  std::copy(f, f + width_, v);
  v[0] = add(v[0], duration);
  v[1 + label] += duration;  // at most the time
  return id;
}

Moments::Id Moments::shifted(Id id, Id from, Id to, std::int64_t times) {
  const Id made = make(inexact(id));
  std::int64_t* v = &data_[offset(made)];
  const std::int64_t* base = values(id);
  const std::int64_t* f = values(from);
  const std::int64_t* t = values(to);
  v[0] = add(base[0], mul(times, t[0] - f[0]));
  for (int i = 1; i < width_; ++i) v[i] = base[i] + times * (t[i] - f[i]);
  return made;
}

bool Moments::differ_by(Id a, Id b, Id to, Id from) const {
  const std::int64_t* x = values(a);
  const std::int64_t* y = values(b);
  const std::int64_t* t = values(to);
  const std::int64_t* f = values(from);
  for (int i = 0; i < width_; ++i)
    if (x[i] - y[i] != t[i] - f[i]) return false;
  return true;
}

// ---- Trace ----------------------------------------------------------------------------------

void Trace::reset(std::size_t cells) {
  origin.resize(cells);
  for (std::size_t c = 0; c < cells; ++c) origin[c] = static_cast<std::int16_t>(c);
  decided.assign(cells, 0);
  bound.assign(cells, kUnread);
}

void Trace::append(const Trace& next) {
  const std::size_t n = origin.size();
  scratch_ = origin;
  for (std::size_t c = 0; c < n; ++c) {
    const std::int16_t was = scratch_[c];
    if (was >= 0) {
      const auto w = static_cast<std::size_t>(was);
      decided[w] = static_cast<std::uint8_t>(decided[w] | next.decided[c]);
      bound[w] = std::min(bound[w], next.bound[c]);
    }
    origin[c] = next.origin[c] < 0 ? std::int16_t{-1}
                                   : scratch_[static_cast<std::size_t>(next.origin[c])];
  }
}

// ---- Layout ---------------------------------------------------------------------------------

Machine::Machine(const Accelerator& accelerator, const Loops& loops, const Edges& edges,
                 const Ports& ports, bool complete)
    : counters(kCounters + ports.timed.size(), 0),
      moments(ports.drain + 1),
      accelerator_(accelerator),
      loops_(loops),
      edges_(edges),
      on_drain_(edges.on_drain()),
      complete_(complete),
      holds_(loops.holds().size()),
      written_(complete ? loops.holds().size() : 0) {
  take(2);  // zero, now
  cells[kZeroCell] = cells[kNow] = Moments::kZero;
  finish_ = take(1);
  first_port_ = take(ports.timed.size());
  for (std::size_t i = 0; i < holds_.size(); ++i) layout(i, edges);
  if (cells.size() > std::numeric_limits<std::int16_t>::max()) throw OverflowError();
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
    c.entries = take(kFifo);
    cells[c.entries] = cells[c.entries + 1] = Moments::kZero;
  } else {
    c.filled = take(slots);
  }
  if (!edges.revisits(static_cast<int>(i)) || complete_) return;
  c.past = at(edges.cap(static_cast<int>(i))) + slots;
  c.arrived = take(c.past);
  c.before = take(1);
}

// ---- Cells ----------------------------------------------------------------------------------

void Machine::copy(std::size_t to, std::size_t from) {
  cells[to] = cells[from];
  if (trace != nullptr) trace->origin[to] = trace->origin[from];
}

void Machine::set(std::size_t to, Id value) {
  cells[to] = value;
  if (trace != nullptr) trace->origin[to] = -1;
}

void Machine::shift_down(std::size_t first, std::size_t count) {
  for (std::size_t i = first; i + 1 < first + count; ++i) copy(i, i + 1);
}

// The later of the cell and the value. The cell keeps no origin even if it wins.
void Machine::raise(std::size_t cell, Id value) {
  const Id old = cells[cell];
  const bool wins = moments.less(old, value);
  if (trace != nullptr && trace->origin[cell] >= 0) {
    const auto o = static_cast<std::size_t>(trace->origin[cell]);
    if (wins)
      trace->bound[o] = std::min(trace->bound[o], moments.time(value));
    else
      trace->decided[o] = 1;
  }
  set(cell, wins ? value : old);
}

// Where there is no moment, which depends on the place in the nest alone, the other is copied.
void Machine::raise_by_cell(std::size_t cell, std::size_t by) {
  if (cells[by] == Moments::kNone) return;
  if (cells[cell] == Moments::kNone) return copy(cell, by);
  waits_.assign({cell, by});
  uncertain_.clear();
  bool inexact = false;
  const Id value = latest(inexact);
  set(cell, value);
}

// The largest of the cells waited for. Those that are `uncertain_` are no earlier than the truth.
Machine::Id Machine::latest(bool& inexact) {
  std::size_t best = waits_[0];
  for (const std::size_t c : waits_)
    if (moments.less(cells[best], cells[c])) best = c;
  const std::size_t certain = best;
  for (const std::size_t c : uncertain_)
    if (moments.less(cells[best], cells[c])) best = c;
  inexact = best != certain;
  if (trace != nullptr) {
    const std::int64_t time = moments.time(cells[best]);
    for (const std::vector<std::size_t>* list : {&waits_, &uncertain_})
      for (const std::size_t c : *list) {
        const std::int16_t origin = trace->origin[c];
        if (origin < 0) continue;
        const auto o = static_cast<std::size_t>(origin);
        if (c == best)
          trace->decided[o] = 1;
        else
          trace->bound[o] = std::min(trace->bound[o], time);
      }
  }
  return cells[best];
}

Machine::Id Machine::finish() const {
  const Id f = moments.less(cells[finish_], cells[kNow]) ? cells[kNow] : cells[finish_];
  if (moments.inexact(f)) throw Undecided();
  return f;
}

// ---- Events ---------------------------------------------------------------------------------

void Machine::step(const Work& work) {
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
  bool inexact = false;
  const Id start = latest(inexact);
  const Id end = moments.after(start, duration, 0, inexact);
  if (moments.inexact(end)) throw Undecided();
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
    set(c.usable + slots, Moments::kNone);
    if (h.innermost) {
      shift_down(c.ended, slots);
      copy(c.ended + slots - 1, kNow);
    } else {
      raise_by_cell(c.earlier, c.released);
      shift_down(c.released, 2 * slots);
      set(c.released + 2 * slots - 1, Moments::kNone);
    }
    return;
  }
  shift_down(c.drained, slots);
  copy(c.drained + slots - 1, c.drained_now);
  if (c.past > 0) {
    raise_by_cell(c.before, c.arrived + c.past - 1);
    for (std::size_t i = c.past; i-- > 1;) copy(c.arrived + i, c.arrived + i - 1);
    copy(c.arrived, c.arrived_now);
  }
  set(c.drained_now, Moments::kNone);
  set(c.arrived_now, Moments::kNone);
  if (!h.innermost) set(c.collected, Moments::kNone);
  if (on_drain_) {
    copy(c.joined, c.joined + 1);
    set(c.joined + 1, Moments::kNone);
  } else {
    shift_down(c.filled, slots);
    set(c.filled + slots - 1, Moments::kNone);
    if (cells[c.filled] != Moments::kNone) {
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
  bool inexact = false;
  const Id start = latest(inexact);
  const Id end = moments.after(start, cost.duration, cost.label, inexact);
  for (const int port : {route.parent_port, route.child_port}) {
    if (port < 0) continue;
    set(first_port_ + at(port), end);
    std::int64_t& busy = counters[kCounters + at(port)];
    busy = add(busy, cost.duration);
  }
  ++counters[2];
  return {end, moments.after(end, route.latency, cost.latency_label, false)};
}

void Machine::drain(const Drain& d) {
  const HoldPlan& h = loops_.hold(d.hold);
  const Cells& c = holds_[at(d.hold)];
  waits_.assign(1, kZeroCell);
  uncertain_.clear();
  wait(h.innermost ? kNow : c.collected);
  if (h.parent >= 0) wait_usable(h.parent, 0);
  const bool joins = on_drain_ && cells[c.joined] != Moments::kNone;
  if (joins) wait(c.joined);
  const Transferred done = transfer(edges_.drain_route(d.hold), d.cost);
  set(c.drained_now, done.end);
  set(c.arrived_now, done.arrival);
  if (joins) set(c.entries + (cells[c.entries] == Moments::kNone ? 0 : 1), done.end);
  if (complete_ && edges_.revisits(d.hold)) written_[at(d.hold)][d.outputs] = done.arrival;
  raise(h.parent >= 0 ? holds_[at(h.parent)].collected : finish_, done.arrival);
}

// The arrival of the drain of the latest tile with the same outputs.
void Machine::wait_for_writing(const Fill& f) {
  if (f.written == Loops::kNever) return;
  const Cells& c = holds_[at(f.hold)];
  if (complete_) {
    const std::size_t cell = c.arrived_now;  // free while fills are placed
    set(cell, written_[at(f.hold)].at(f.outputs));
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
  Id ready = Moments::kZero;
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
      set(c.entries + 1, Moments::kNone);
      set(c.joined + at(f.ahead), ready);
    } else {
      set(c.filled + at(f.ahead), ready);
      if (f.ahead == 0) set(c.usable, ready);
    }
    return;
  }
  const std::size_t own = c.usable + at(f.ahead + 1);
  if (!f.moves) {
    if (f.slides)
      copy(own, own - 1);
    else
      set(own, Moments::kNone);  // at 0, before which nothing is
  } else {
    set(own, ready);
    if (f.slides) {
      raise_by_cell(own, own - 1);
    }
  }
  if (!h.innermost) {
    raise_by_cell(c.released + at(h.slots + f.ahead), own);
  }
}

}  // namespace assay::analytical::exact
