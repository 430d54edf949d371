// SPDX-License-Identifier: Apache-2.0
#include "analytical/exact_runner.h"

#include <algorithm>

#include "core/checked.h"

namespace assay::analytical::exact {
namespace {

constexpr std::size_t kMaxRecords = 64;  // of one node

std::size_t at(int i) { return static_cast<std::size_t>(i); }
bool has(std::uint64_t loops, int loop) { return (loops >> static_cast<unsigned>(loop) & 1U) != 0; }

}  // namespace

Runner::Runner(const Loops& loops, const Loads& loads, Edges& edges, Machine& machine,
               const Keeping& keeping)
    : loops_(loops),
      loads_(loads),
      edges_(edges),
      machine_(machine),
      compress_(keeping.compress),
      most_bytes_(keeping.most_bytes),
      reach_(at(loops.count()), 0),
      quiet_from_(at(loops.count()), 0),
      histories_(at(loops.count())) {
  for (int x = 0; x < loops.count(); ++x)
    for (std::size_t i = 0; i < loops.holds().size(); ++i) {
      const HoldPlan& h = loops.holds()[i];
      if (x > h.last_loop) continue;
      const int hold = static_cast<int>(i);
      reach_[at(x)] = std::max(reach_[at(x)], edges.reach(hold));
      // Index 0 of a reduction loop is a first visit. How far back the same outputs were visited
      // does not depend on the index of any other loop: every tile between is passed once.
      if (has(h.reduction, x)) quiet_from_[at(x)] = 1;
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
  body(0, nullptr);
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
  keep_bytes(0);
  auto record = std::make_unique<Record>();
  record->new_inputs = machine_.new_inputs;
  record->counted = machine_.counters;
  push_tracker();
  loop(level);
  record->start = top().start;
  record->piece = top().piece;
  pop_tracker();
  record->end = machine_.cells;
  for (std::size_t c = 0; c < record->counted.size(); ++c)
    record->counted[c] = machine_.counters[c] - record->counted[c];
  if (node->records.size() == kMaxRecords) {
    kept_bytes_ -= bytes_of(*node->records.back());
    node->records.pop_back();
  }
  keep_bytes(bytes_of(*record));
  node->records.push_back(std::move(record));
  std::swap(node->records.front(), node->records.back());
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
  if (h.ring.empty()) {
    keep_bytes(kBoundaries * machine_.cells.size() * 2 * sizeof(Id));
    h.ring.resize(kBoundaries);
  }
  Node* node = level + 1 < loops_.count() ? find_node(level + 1) : nullptr;
  at_[at(level)] = i;
  Edge between;
  edges_.between(at_, level, between);
  std::int64_t first = 0;  // boundary since the last jump
  h.at(0).cells = machine_.cells;
  h.at(0).counters = machine_.counters;
  h.at(0).new_inputs = machine_.new_inputs;
  for (std::int64_t done = 0; done < units;) {
    keep_bytes(0);
    at_[at(level)] = i + done;
    push_tracker();
    body(level + 1, node);
    machine_.apply(between);
    ++done;
    Boundary& b = h.at(done);
    b.piece = top().piece;
    pop_tracker();
    b.cells = machine_.cells;
    b.counters = machine_.counters;
    b.new_inputs = machine_.new_inputs;
    const std::int64_t longest = std::min<std::int64_t>(kMaxPeriod, done - first);
    for (std::int64_t period = 1; period <= longest; ++period) {
      const std::int64_t times = lasting_period(h, first, done, period, (units - done) / period);
      if (times == 0) continue;
      jump(h, done, period, times);
      done += times * period;
      first = done;
      h.at(done).cells = machine_.cells;
      h.at(done).counters = machine_.counters;
      h.at(done).new_inputs = machine_.new_inputs;
      break;
    }
  }
  at_[at(level)] = i + units;
  return units;
}

// How many times more, up to `most`, the last `period` iterations will do the same.
std::int64_t Runner::lasting_period(History& h, std::int64_t first, std::int64_t now,
                                    std::int64_t period, std::int64_t most) {
  const Boundary& b = h.at(now);
  const Boundary& a = h.at(now - period);
  Moments& m = machine_.moments;
  if (most == 0 || a.new_inputs != b.new_inputs) return 0;
  if (period == 1) return lasting(m, {b.piece, a.cells, b.cells}, most);
  // A first look, before pieces are put together.
  const auto now_at = [&](std::int64_t i) { return m.time(h.at(i).cells[Machine::kNow]); };
  if (now - period == first ||
      now_at(now) - now_at(now - period) != now_at(now - 1) - now_at(now - 1 - period))
    return 0;
  if (block_.start.empty()) keep_bytes(bytes_of_tracker());
  block_.reset(a.cells);
  for (std::int64_t i = now - period; i < now; ++i)
    block_.append(m, h.at(i + 1).piece, h.at(i).cells);
  return lasting(m, {block_.piece, a.cells, b.cells}, most);
}

void Runner::jump(History& h, std::int64_t now, std::int64_t period, std::int64_t times) {
  const Boundary& b = h.at(now);
  const Boundary& a = h.at(now - period);
  const Block block{period > 1 ? block_.piece : b.piece, a.cells, b.cells};
  machine_.cells = advanced(machine_.moments, block, times);
  for (std::size_t c = 0; c < b.counters.size(); ++c)
    machine_.counters[c] = add(machine_.counters[c], mul(times, b.counters[c] - a.counters[c]));
  if (tracker_count_ > 0) top().append_repeated(machine_.moments, block, times);
}

// ---- Records --------------------------------------------------------------------------------

// A table of pairs of cells is most of what a tracker has.
std::size_t Runner::bytes_of_tracker() const {
  return machine_.cells.size() * machine_.cells.size() * sizeof(std::uint32_t);
}

std::size_t Runner::bytes_of(const Record& r) const {
  const std::size_t cells = machine_.cells.size();
  return sizeof(Record) + cells * (2 * sizeof(Id) + sizeof(std::int16_t)) +
         r.piece.bounds.capacity() * sizeof(Piece::Bound) +
         r.piece.ties.capacity() * sizeof(Piece::Tie) + r.counted.size() * sizeof(std::int64_t);
}

void Runner::keep_bytes(std::size_t more) {
  kept_bytes_ += more;
  if (kept_bytes_ + machine_.moments.bytes() > most_bytes_) throw TooLarge();
}

void Runner::push_tracker() {
  if (tracker_count_ == trackers_.size()) {
    keep_bytes(bytes_of_tracker());
    trackers_.push_back(std::make_unique<Tracker>());
  }
  Tracker& t = *trackers_[tracker_count_++];
  t.reset(machine_.cells);
  machine_.tracker = &t;
}

void Runner::pop_tracker() {
  const Tracker& done = top();
  --tracker_count_;
  machine_.tracker = tracker_count_ == 0 ? nullptr : &top();
  if (machine_.tracker != nullptr)
    machine_.tracker->append(machine_.moments, done.piece, done.start);
}

const Runner::Record* Runner::find_record(Node& node) const {
  for (auto& r : node.records)
    if (matches(*r)) {
      std::swap(node.records.front(), r);
      return node.records.front().get();
    }
  return nullptr;
}

bool Runner::matches(const Record& r) const {
  return r.new_inputs == machine_.new_inputs &&
         holds(machine_.moments, r.piece, r.start, machine_.cells);
}

void Runner::apply(const Record& r) {
  Moments& m = machine_.moments;
  before_ = machine_.cells;
  exact::apply(m, {r.piece, r.start, r.end}, machine_.cells);
  if (m.inexact(machine_.cells[Machine::kNow])) throw Undecided();
  machine_.new_inputs = 0;
  for (std::size_t c = 0; c < r.counted.size(); ++c)
    machine_.counters[c] = add(machine_.counters[c], r.counted[c]);
  if (machine_.tracker != nullptr) machine_.tracker->append(m, r.piece, before_);
}

}  // namespace assay::analytical::exact
