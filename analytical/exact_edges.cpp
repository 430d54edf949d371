// SPDX-License-Identifier: Apache-2.0
#include "analytical/exact_edges.h"

#include <algorithm>
#include <limits>
#include <tuple>

#include "core/checked.h"

namespace assay::analytical::exact {
namespace {

constexpr std::int64_t kEnd = std::numeric_limits<std::int64_t>::max();
// Marks in keys.
constexpr std::int64_t kNoMore = -1, kBlocked = -2, kEmpty = -3, kFilled = -4;

std::size_t at(int i) { return static_cast<std::size_t>(i); }

bool has(std::uint32_t holds, int hold) { return (holds >> static_cast<unsigned>(hold) & 1U) != 0; }

std::int64_t hops(const Accelerator& accelerator, const Nest& nest, const HoldPlan& h, Network n) {
  std::int64_t cycles = 0;
  for (int a = h.parent_level + 1; a < h.level; ++a) {
    const Level& array = accelerator.levels[at(a)];
    if (array.kind != LevelKind::array || array.network[h.operand] != n) continue;
    std::int64_t positions = 1;
    for (Dim d : kAllDims)
      for (int i = 0; i < nest.dims[d].count; ++i)
        if (nest.dims[d].digit[at(i)].array == a)
          positions = mul(positions, nest.dims[d].digit[at(i)].bound);
    cycles = add(cycles, mul(positions - 1, array.hop_latency_cycles[h.operand]));
  }
  return cycles;
}

}  // namespace

// ---- Ports ----------------------------------------------------------------------------------

Ports::Ports(const Accelerator& accelerator, bool off_chip_timed) {
  int label = 1;
  for (std::size_t l = 0; l < accelerator.levels.size(); ++l) {
    const Level& level = accelerator.levels[l];
    if (level.off_chip && !off_chip_timed) continue;
    for (const Port& port : level.ports) {
      timed.push_back({level.name + "." + port.name, static_cast<int>(l), &port, label});
      label += kOperands;
    }
  }
  latency = label;
  ramp_up = label + 1;
  drain = label + 2;
}

int Ports::find(int level, Operand o, Transfer t) const {
  for (std::size_t i = 0; i < timed.size(); ++i)
    if (timed[i].level == level && timed[i].port->serves[o][static_cast<std::size_t>(t)])
      return static_cast<int>(i);
  return -1;
}

std::vector<std::string> Ports::labels() const {
  std::vector<std::string> all{"compute"};
  for (const TimedPort& p : timed)
    for (Operand o : kAllOperands) all.push_back(p.name + " " + std::string(assay::name(o)));
  all.insert(all.end(), {"latency", "ramp-up", "drain"});
  return all;
}

// ---- Edges ----------------------------------------------------------------------------------

Edges::Edges(const Layer& layer, const Accelerator& accelerator, const Loops& loops,
             const Loads& loads, const Ports& ports, int extra_cap)
    : accelerator_(accelerator),
      loops_(loops),
      loads_(loads),
      ports_(ports),
      bits_(effective_precision(accelerator, layer)),
      on_drain_(accelerator.accumulate == Accumulate::on_drain),
      info_(loops.holds().size()) {
  const auto route = [&](int parent, int child, std::int64_t hop_cycles) {
    Route r{parent, child, hop_cycles};
    for (const int p : {parent, child})
      if (p >= 0) r.latency = add(r.latency, ports.timed[at(p)].port->latency_cycles);
    return r;
  };
  for (std::size_t i = 0; i < info_.size(); ++i) {
    const HoldPlan& h = loops.holds()[i];
    Info& info = info_[i];
    const bool output = h.operand == Operand::O;
    const bool joins = output && on_drain_;
    info.fill = route(ports.find(h.parent_level, h.operand, Transfer::read),
                      joins ? -1 : ports.find(h.level, h.operand, Transfer::fill),
                      output ? 0 : hops(accelerator, loops.nest(), h, Network::forward));
    info.bits = h.operand == Operand::I ? bits_.input_bits : bits_.weight_bits;
    if (h.operand == Operand::I) input_hold_ = static_cast<int>(i);
    if (!output) continue;
    info.drain = route(ports.find(h.parent_level, h.operand, Transfer::write),
                       ports.find(h.level, h.operand, Transfer::drain),
                       hops(accelerator, loops.nest(), h, Network::chain));
    info.revisits = h.reduction != 0;
    info.cap = h.slots + 1 + extra_cap;
    for (std::uint64_t m = h.reduction; m != 0; m &= m - 1)
      info.near = info.near || h.round[at(__builtin_ctzll(m))] <= info.cap;
  }
}

Cost Edges::cost(const Route& route, std::int64_t parent_bits, std::int64_t child_bits,
                 Operand o) const {
  const auto duration = [&](int port, std::int64_t bits) {
    if (port < 0) return std::int64_t{0};
    const Rational& bandwidth = ports_.timed[at(port)].port->bandwidth_bits_per_cycle;
    return ceil_div(mul(bits, bandwidth.den), bandwidth.num);
  };
  const std::int64_t at_parent = duration(route.parent_port, parent_bits);
  const std::int64_t at_child = duration(route.child_port, child_bits);
  const int limiting = at_child > at_parent ? route.child_port : route.parent_port;
  const int label = limiting < 0 ? 0 : ports_.timed[at(limiting)].label + index(o);
  return {std::max(at_parent, at_child), label, ports_.latency};
}

void Edges::first(Edge& edge) const {
  edge = {};
  edge.changed = (1U << static_cast<unsigned>(info_.size())) - 1;
  fills(Position{}, edge.changed, true, edge);
  if (input_hold_ >= 0 && accelerator_.compute().per_new_input_cycles != 0)
    edge.new_inputs = loads_.fill(input_hold_, Position{}, false).lane0;
}

void Edges::between(const Position& from, int loop, Edge& edge) const {
  edge.drains.clear();
  edge.fills.clear();
  edge.changed = 0;
  edge.new_inputs = 0;
  Position end = from;
  loops_.last_from(end, loop + 1);
  for (std::size_t i = info_.size(); i-- > 0;) {
    const HoldPlan& h = loops_.holds()[i];
    if (loop > loops_.effective(h, end)) continue;
    edge.changed |= 1U << static_cast<unsigned>(i);
    if (h.operand == Operand::O) add_drain(static_cast<int>(i), end, false, edge);
  }
  Position to = from;
  ++to[at(loop)];
  loops_.zero_from(to, loop + 1);
  fills(to, edge.changed, false, edge);
  if (input_hold_ >= 0 && has(edge.changed, input_hold_) &&
      accelerator_.compute().per_new_input_cycles != 0)
    edge.new_inputs = loads_.fill(input_hold_, to, slides(loops_.hold(input_hold_), loop)).lane0;
}

void Edges::last(const Position& end, Edge& edge) const {
  edge = {};
  for (std::size_t i = info_.size(); i-- > 0;)
    if (loops_.holds()[i].operand == Operand::O) add_drain(static_cast<int>(i), end, true, edge);
}

void Edges::add_drain(int hold, const Position& end, bool last, Edge& edge) const {
  const HoldPlan& h = loops_.hold(hold);
  Position start = end;
  loops_.to_start(h, start);
  const OutputWords words = loads_.outputs(hold, start);
  const std::int64_t one =
      loops_.final_visit(h, end, loops_.count()) ? bits_.output_bits : bits_.psum_bits;
  Drain drain;
  drain.hold = hold;
  drain.cost = cost(info(hold).drain,
                    add(mul(words.once, one), mul(words.united - words.once, bits_.psum_bits)),
                    mul(words.tile, one), h.operand);
  if (last) drain.cost.label = drain.cost.latency_label = ports_.drain;
  drain.outputs = loops_.outputs(h, start);
  edge.drains.push_back(drain);
}

bool Edges::reads_back(int hold, const Position& start) const {
  const bool saves = accelerator_.first_visit == FirstVisit::zero &&
                     loops_.first_visit(loops_.hold(hold), start, loops_.count());
  if (!saves) return true;
  const OutputWords words = loads_.outputs(hold, start);
  return words.united > words.once;
}

Fill Edges::make_fill(int hold, const Position& start, bool slides, bool ramp) const {
  const HoldPlan& h = loops_.hold(hold);
  const Info& i = info(hold);
  Fill fill;
  fill.hold = hold;
  fill.slides = slides;
  if (h.operand == Operand::O) {
    const OutputWords words = loads_.outputs(hold, start);
    const bool saves = accelerator_.first_visit == FirstVisit::zero &&
                       loops_.first_visit(h, start, loops_.count());
    fill.moves = true;
    fill.cost = cost(i.fill, mul(words.united - (saves ? words.once : 0), bits_.psum_bits),
                     mul(words.tile, bits_.psum_bits), h.operand);
    fill.written = loops_.written_before(h, start, i.cap);
    fill.outputs = loops_.outputs(h, start);
    ramp = ramp && !on_drain_;
  } else {
    const FillWords words = loads_.fill(hold, start, slides);
    fill.moves = words.parent > 0;
    if (fill.moves)
      fill.cost = cost(i.fill, mul(words.parent, i.bits), mul(words.child, i.bits), h.operand);
  }
  if (ramp) fill.cost.label = fill.cost.latency_label = ports_.ramp_up;
  return fill;
}

// Whether the fill of the tile stands not after this place. An output tile whose parent's tile has
// no fill waits until that tile begins, and none is read back before its drain.
bool Edges::may_fill(int hold, const Position& start, int ahead, const Ahead& parents,
                     int generation) const {
  const HoldPlan& h = loops_.hold(hold);
  if (ahead >= h.order_slots) return false;
  if (h.operand != Operand::O)
    return h.parent < 0 ||
           may_fill(h.parent, start, parents[at(generation)], parents, generation + 1);
  if (ahead > 0 && info(hold).near) {
    const int distance = loops_.written_before(h, start, info(hold).cap);
    if (distance > 0 && distance <= ahead) return false;
  }
  if (h.parent < 0) return true;
  if (on_drain_) return parents[at(generation)] == 0;
  Position around = start;
  loops_.to_start(loops_.hold(h.parent), around);
  if (!reads_back(h.parent, around)) return parents[at(generation)] == 0;
  return may_fill(h.parent, around, parents[at(generation)], parents, generation + 1);
}

void Edges::fills(const Position& to, std::uint32_t changed, bool first, Edge& edge) const {
  for (std::size_t i = 0; i < info_.size(); ++i)
    if (has(changed, static_cast<int>(i))) fills_of(static_cast<int>(i), to, changed, first, edge);
  std::sort(edge.fills.begin(), edge.fills.end(), [&](const Fill& a, const Fill& b) {
    const HoldPlan& x = loops_.hold(a.hold);
    const HoldPlan& y = loops_.hold(b.hold);
    return std::tie(a.needed, x.level, x.operand) < std::tie(b.needed, y.level, y.operand);
  });
}

void Edges::fills_of(int hold, const Position& to, std::uint32_t changed, bool first,
                     Edge& edge) const {
  const HoldPlan& h = loops_.hold(hold);
  const bool output = h.operand == Operand::O;
  const bool joins = output && on_drain_;
  Ahead moved{};  // holds around it whose tile has just changed
  std::size_t generation = 0;
  for (int a = h.parent; a >= 0; a = loops_.hold(a).parent, ++generation)
    moved[generation] = has(changed, a) ? 1 : 0;
  Position start = to;
  Ahead parents{};
  int loop = -1;  // that went up to the tile
  if (!first) {
    // Inner loops of `to` are at 0, so the loop that went up is the innermost that is not.
    loop = loops_.count() - 1;
    while (to[at(loop)] == 0) --loop;
  }
  for (int ahead = 0; ahead < h.order_slots; ++ahead) {
    Position next = start;
    Ahead next_parents = parents;
    const bool more = ahead + 1 < h.order_slots || joins;
    const int next_loop = more ? loops_.next_tile(h, next, loops_.count(), next_parents) : -1;
    bool stands = (!output || reads_back(hold, start)) && may_fill(hold, start, ahead, parents, 0);
    if (stands && !first) {
      Ahead before = parents;
      for (std::size_t g = 0; g < generation; ++g) before[g] += moved[g];
      stands = !may_fill(hold, start, ahead + 1, before, 0);
    }
    if (stands) {
      Fill fill = make_fill(hold, start, slides(h, loop), first && ahead == 0);
      fill.ahead = ahead;
      fill.parent_ahead = h.parent >= 0 ? parents[0] : 0;
      fill.needed = !joins ? loops_.place(start) : next_loop < 0 ? kEnd : loops_.place(next);
      edge.fills.push_back(fill);
    }
    if (next_loop < 0) return;
    start = next;
    parents = next_parents;
    loop = next_loop;
  }
}

// ---- Keys -----------------------------------------------------------------------------------

void Edges::append_following(const Position& p, int level, std::vector<std::int64_t>& key) {
  ranked_.clear();
  Position inside = p;
  loops_.zero_from(inside, level);
  for (std::size_t i = 0; i < info_.size(); ++i)
    if (loops_.effective(loops_.holds()[i], inside) >= level)
      append(static_cast<int>(i), inside, level, key);
  // Only the order of the places matters.
  for (const Ranked& r : ranked_)
    for (const Ranked& other : ranked_) key[r.at] += other.place < r.place ? 1 : 0;
}

void Edges::place_later(std::vector<std::int64_t>& key, std::int64_t place) {
  ranked_.push_back({key.size(), place});
  key.push_back(0);
}

void Edges::append_chain(int hold, const Position& start, const Ahead& parents,
                         std::vector<std::int64_t>& key) const {
  const bool output = loops_.hold(hold).operand == Operand::O;
  std::size_t generation = 0;
  for (int a = loops_.hold(hold).parent; a >= 0; a = loops_.hold(a).parent, ++generation) {
    key.push_back(parents[generation]);
    if (!output || on_drain_) continue;
    Position around = start;
    loops_.to_start(loops_.hold(a), around);
    key.push_back(reads_back(a, around) ? 1 : 0);
    key.push_back(loops_.written_before(loops_.hold(a), around, info(a).cap));
  }
}

void Edges::append(int hold, const Position& p, int level, std::vector<std::int64_t>& key) {
  const HoldPlan& h = loops_.hold(hold);
  const bool output = h.operand == Operand::O;
  const bool joins = output && on_drain_;
  if (output) {
    key.push_back((loops_.first_visit(h, p, level) ? 1 : 0) +
                  (loops_.final_visit(h, p, level) ? 2 : 0));
    if (info(hold).near) {
      Position q = p;
      Ahead unused{};
      for (int i = 0; i < info(hold).cap; ++i) {
        if (loops_.next_tile(h, q, loops_.count(), unused) < level) break;
        key.push_back(loops_.written_before(h, q, info(hold).cap));
      }
      key.push_back(kNoMore);
    }
  }
  if (h.order_slots == 1) return;
  Position q = p;
  Ahead parents{};
  int loop = loops_.next_tile(h, q, level - 1, parents);
  for (int ahead = 1; ahead < h.order_slots; ++ahead) {
    if (joins) place_later(key, loop < 0 ? kEnd : loops_.place(q));  // the tile before needs it
    if (loop < 0) {
      key.push_back(kNoMore);
      return;
    }
    Position next = q;
    Ahead next_parents = parents;
    const int next_loop = loops_.next_tile(h, next, loops_.count(), next_parents);
    if (output && !reads_back(hold, q)) {
      key.push_back(kEmpty);
    } else if (!may_fill(hold, q, ahead, parents, 0)) {
      key.push_back(kBlocked);
      if (!output) return;  // and so are those after it
    } else {
      const Fill fill = make_fill(hold, q, slides(h, loop), false);
      key.insert(key.end(), {kFilled, fill.moves ? 1 : 0, fill.slides ? 1 : 0, fill.cost.duration,
                             fill.cost.label, fill.written});
      append_chain(hold, q, parents, key);
      place_later(key, !joins ? loops_.place(q) : next_loop < 0 ? kEnd : loops_.place(next));
    }
    q = next;
    parents = next_parents;
    loop = next_loop;
  }
}

}  // namespace assay::analytical::exact
