// SPDX-License-Identifier: Apache-2.0
#include "analytical/exact_runner.h"

#include <algorithm>

#include "core/checked.h"

namespace assay::analytical::exact {
namespace {

std::size_t at(int i) { return static_cast<std::size_t>(i); }
bool has(std::uint64_t loops, int loop) {
  return (loops >> static_cast<unsigned>(loop) & 1U) != 0;
}

}  // namespace

Runner::Runner(const Loops& loops, const Loads& loads, Edges& edges, Machine& machine,
               bool compress)
    : loops_(loops),
      loads_(loads),
      edges_(edges),
      machine_(machine),
      compress_(compress),
      reach_(at(loops.count()), 0),
      quiet_from_(at(loops.count()), 0),
      histories_(at(loops.count())) {
  for (int x = 0; x < loops.count(); ++x)
    for (std::size_t i = 0; i < loops.holds().size(); ++i) {
      const HoldPlan& h = loops.holds()[i];
      if (x > h.last_loop) continue;
      const int hold = static_cast<int>(i);
      reach_[at(x)] = std::max(reach_[at(x)], edges.reach(hold));
      // Index 0 of a reduction loop is a first visit, and the first tiles of a loop may refer to
      // its end in an iteration of an outer one.
      int from = has(h.reduction, x) ? 1 : 0;
      if (edges.near(hold)) from = edges.cap(hold) + 1;
      quiet_from_[at(x)] = std::max(quiet_from_[at(x)], from);
    }
}

std::size_t Runner::KeyHash::operator()(const std::vector<std::int64_t>& key) const {
  std::uint64_t hash = key.size();
  for (const std::int64_t k : key) {
    hash = (hash ^ static_cast<std::uint64_t>(k)) * 0x9e3779b97f4a7c15U;
    hash ^= hash >> 29U;
  }
  return static_cast<std::size_t>(hash);
}

void Runner::run() {
  edges_.first(edge_);
  machine_.apply(edge_);
  body(0, compress_ ? find_node(0) : nullptr);
  loops_.last_from(at_, 0);
  edges_.last(at_, edge_);
  machine_.apply(edge_);
}

// ---- Loops ----------------------------------------------------------------------------------

void Runner::step() {
  machine_.step(loads_.work(at_));
  ++evaluated_;
}

// From the last step of an iteration to the first of the next.
void Runner::edge(int level) {
  edges_.between(at_, level, edge_);
  machine_.apply(edge_);
}

// What the loops from `level` on do depends on how they lie in the layer, on whether sums begin
// and end there, and on the tiles that follow.
Runner::Node* Runner::find_node(int level) {
  loops_.zero_from(at_, level);
  key_.assign(1, level);
  const PerDim<std::int64_t> starts = loads_.starts(at_);
  for (Dim d : kAllDims) {
    if (loops_.innermost(d, level) < 0) continue;
    const Shape s = loads_.shape(d, level, starts);
    key_.push_back(s.lanes);
    key_.push_back(s.last);
    if (!loads_.clipped()) continue;
    key_.push_back(s.low);
    key_.push_back(s.over);
  }
  edges_.append_following(at_, level, key_);
  return &nodes_[key_];
}

// All steps of the loops from `level` on. The edges before and after them belong to outer loops.
void Runner::body(int level, Node* node) {
  if (level == loops_.count()) return step();
  if (node == nullptr) return loop(level);
  if (const Record* known = find_record(*node)) return apply(*known);
  auto record = std::make_unique<Record>();
  record->start = machine_.cells;
  record->new_inputs = machine_.new_inputs;
  record->counted = machine_.counters;
  Trace& trace = push_trace();
  loop(level);
  record->trace = trace;
  pop_trace();
  record->end = machine_.cells;
  for (std::size_t c = 0; c < record->counted.size(); ++c)
    record->counted[c] = machine_.counters[c] - record->counted[c];
  node->records.push_back(std::move(record));
}

void Runner::loop(int level) {
  const std::int64_t trips = loops_.trips(at_, level);
  std::int64_t like = -1;  // the last iteration whose tiles are shaped like this one's
  const bool inner = level + 1 < loops_.count();
  for (std::int64_t i = 0; i < trips;) {
    at_[at(level)] = i;
    if (compress_ && i >= quiet_from_[at(level)]) {
      if (i > like) like = last_like(level, i, trips);
      const std::int64_t units = like - reach_[at(level)] - i;
      if (units >= 2) {
        i += repeat(level, i, units);
        continue;
      }
    }
    body(level + 1, compress_ && inner ? find_node(level + 1) : nullptr);
    at_[at(level)] = i;
    if (++i < trips) edge(level);
  }
}

Shape Runner::shape_at(int level, std::int64_t i) {
  at_[at(level)] = i;
  loops_.zero_from(at_, level + 1);
  return loads_.shape(loops_[level].dim, level + 1, loads_.starts(at_));
}

// Shapes change monotonically along a loop, so equal ends mean equal shapes between.
std::int64_t Runner::last_like(int level, std::int64_t i, std::int64_t trips) {
  const Shape shape = shape_at(level, i);
  std::int64_t low = i, high = trips - 1;
  for (std::int64_t guess : {trips - 1, trips - 2}) {
    if (guess <= low) continue;
    if (shape_at(level, guess) == shape) {
      low = guess;
      break;
    }
    high = guess - 1;
  }
  while (low < high) {
    const std::int64_t middle = low + (high - low + 1) / 2;
    if (shape_at(level, middle) == shape)
      low = middle;
    else
      high = middle - 1;
  }
  at_[at(level)] = i;
  return low;
}

// ---- Repetition -----------------------------------------------------------------------------

// Equal iterations from i on, each with the edge after it. Returns their number.
std::int64_t Runner::repeat(int level, std::int64_t i, std::int64_t units) {
  History& h = histories_[at(level)];
  if (h.ring.empty()) h.ring.resize(kBoundaries);
  Node* node = level + 1 < loops_.count() ? find_node(level + 1) : nullptr;
  at_[at(level)] = i;
  Edge between;
  edges_.between(at_, level, between);
  h.at(0).cells = machine_.cells;
  h.at(0).counters = machine_.counters;
  h.at(0).new_inputs = machine_.new_inputs;
  bool jumped = false;
  for (std::int64_t done = 0; done < units;) {
    at_[at(level)] = i + done;
    Trace& trace = push_trace();
    body(level + 1, node);
    machine_.apply(between);
    ++done;
    Boundary& b = h.at(done);
    b.trace = trace;
    pop_trace();
    if (jumped) continue;
    b.cells = machine_.cells;
    b.counters = machine_.counters;
    b.new_inputs = machine_.new_inputs;
    for (std::int64_t period = 1; period <= std::min<std::int64_t>(kMaxPeriod, done); ++period) {
      Trace block;
      const std::int64_t times = (units - done) / period;
      if (times == 0 || !periodic(h, done, period, block)) continue;
      jump(h, done, period, times);
      // Until every cell that they renew is renewed.
      for (std::int64_t t = 0; t < times; ++t) {
        Trace& all = *traces_[trace_count_ - 1];
        const std::vector<std::int16_t> before = all.origin;
        all.append(block);
        if (all.origin == before) break;
      }
      done += times * period;
      jumped = true;
      break;
    }
  }
  at_[at(level)] = i + units;
  return units;
}

// Whether the last `period` iterations moved all that they renewed by one amount, and will do so
// for ever: because nothing that they found and left decided anything, or because those before
// did the same.
bool Runner::periodic(History& h, std::int64_t now, std::int64_t period, Trace& block) const {
  const Boundary& b = h.at(now);
  const Boundary& a = h.at(now - period);
  const Moments& m = machine_.moments;
  const Id to = b.cells[Machine::kNow], from = a.cells[Machine::kNow];
  const bool twice = now >= 2 * period;
  const Boundary* before = twice ? &h.at(now - 2 * period) : nullptr;
  if (a.new_inputs != b.new_inputs) return false;
  block.reset(b.cells.size());
  bool traced = false;
  bool needs_twice = false;
  for (std::size_t c = 0; c < b.cells.size(); ++c) {
    const Id x = b.cells[c], y = a.cells[c];
    if (x != y) {
      if (x == Moments::kNone || y == Moments::kNone) return false;
      if (m.inexact(x) != m.inexact(y) || !m.differ_by(x, y, to, from)) return false;
      continue;
    }
    if (x == Moments::kNone) continue;
    if (!traced) {
      for (std::int64_t i = now - period + 1; i <= now; ++i) block.append(h.at(i).trace);
      traced = true;
    }
    if (block.origin[c] < 0) return false;
    needs_twice = needs_twice || block.decided[c] != 0;
  }
  if (!traced)
    for (std::int64_t i = now - period + 1; i <= now; ++i) block.append(h.at(i).trace);
  if (!needs_twice) return true;
  if (!twice || before->new_inputs != b.new_inputs) return false;
  for (std::size_t c = 0; c < b.cells.size(); ++c) {
    const Id x = b.cells[c], y = a.cells[c], z = before->cells[c];
    if (x == y ? z != y
               : z == Moments::kNone || m.inexact(z) != m.inexact(y) ||
                     !m.differ_by(y, z, to, from))
      return false;
  }
  return true;
}

void Runner::jump(History& h, std::int64_t now, std::int64_t period, std::int64_t times) {
  const Boundary& b = h.at(now);
  const Boundary& a = h.at(now - period);
  Moments& m = machine_.moments;
  const Id to = b.cells[Machine::kNow], from = a.cells[Machine::kNow];
  moved_.resize(std::max(moved_.size(), m.count()), Moments::kNone);
  for (std::size_t c = 0; c < b.cells.size(); ++c) {
    const Id x = b.cells[c];
    if (x == a.cells[c]) continue;
    Id& moved = moved_[static_cast<std::size_t>(x)];
    if (moved == Moments::kNone) moved = m.shifted(x, from, to, times);
    machine_.cells[c] = moved;
  }
  for (const Id id : b.cells) moved_[static_cast<std::size_t>(id)] = Moments::kNone;
  for (std::size_t c = 0; c < b.counters.size(); ++c)
    machine_.counters[c] =
        add(machine_.counters[c], mul(times, b.counters[c] - a.counters[c]));
}

// ---- Records --------------------------------------------------------------------------------

Trace& Runner::push_trace() {
  if (trace_count_ == traces_.size()) traces_.push_back(std::make_unique<Trace>());
  Trace& t = *traces_[trace_count_++];
  t.reset(machine_.cells.size());
  machine_.trace = &t;
  return t;
}

void Runner::pop_trace() {
  const Trace& done = *traces_[--trace_count_];
  machine_.trace = trace_count_ == 0 ? nullptr : traces_[trace_count_ - 1].get();
  if (machine_.trace != nullptr) machine_.trace->append(done);
}

const Runner::Record* Runner::find_record(const Node& node) const {
  for (auto r = node.records.rbegin(); r != node.records.rend(); ++r)
    if (matches(**r)) return r->get();
  return nullptr;
}

// Relative to the end of the latest step: what decided is as it was, and what came too late to
// decide still does.
bool Runner::matches(const Record& r) const {
  if (r.new_inputs != machine_.new_inputs) return false;
  const Moments& m = machine_.moments;
  const Id to = machine_.cells[Machine::kNow], from = r.start[Machine::kNow];
  const std::int64_t later = m.time(to) - m.time(from);
  for (std::size_t c = 0; c < r.start.size(); ++c) {
    const Id x = machine_.cells[c], y = r.start[c];
    if (r.trace.decided[c] != 0) {
      if ((x == Moments::kNone) != (y == Moments::kNone)) return false;
      if (x == Moments::kNone) continue;
      if (m.inexact(x) != m.inexact(y) || !m.differ_by(x, y, to, from)) return false;
    } else if (r.trace.bound[c] != Trace::kUnread) {
      if (x == Moments::kNone || m.time(x) < r.trace.bound[c] + later) continue;
      if (y == Moments::kNone || m.inexact(x) != m.inexact(y) || !m.differ_by(x, y, to, from))
        return false;
    }
  }
  return true;
}

void Runner::apply(const Record& r) {
  Moments& m = machine_.moments;
  const Id to = machine_.cells[Machine::kNow], from = r.start[Machine::kNow];
  const std::int64_t later = m.time(to) - m.time(from);
  const std::vector<Id> old = machine_.cells;
  moved_.resize(std::max(moved_.size(), m.count()), Moments::kNone);
  for (std::size_t c = 0; c < old.size(); ++c) {
    const std::int16_t origin = r.trace.origin[c];
    if (origin >= 0) {
      machine_.cells[c] = old[static_cast<std::size_t>(origin)];
    } else if (r.end[c] != Moments::kNone) {
      Id& moved = moved_[static_cast<std::size_t>(r.end[c])];
      if (moved == Moments::kNone) moved = m.shifted(r.end[c], from, to, 1);
      machine_.cells[c] = moved;
    } else {
      machine_.cells[c] = Moments::kNone;
    }
  }
  for (const Id id : r.end) moved_[static_cast<std::size_t>(id)] = Moments::kNone;
  machine_.new_inputs = 0;
  for (std::size_t c = 0; c < r.counted.size(); ++c)
    machine_.counters[c] = add(machine_.counters[c], r.counted[c]);
  if (machine_.trace == nullptr) return;
  Trace shifted = r.trace;
  for (std::int64_t& b : shifted.bound)
    if (b != Trace::kUnread) b += later;
  machine_.trace->append(shifted);
}

}  // namespace assay::analytical::exact
