// SPDX-License-Identifier: Apache-2.0
#include "tests/oracle/events.h"

#include <algorithm>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "core/checked.h"
#include "tests/oracle/event_plan.h"

namespace assay::oracle {
namespace {

// ---- Times with causes ----------------------------------------------------------------------

// A moment and, along the critical path to it, how much of it each cause took.
struct Moment {
  std::int64_t at = 0;
  std::vector<std::int64_t> causes;  // by label; adds up to `at`
};

// The lexicographically largest of the two.
void wait_for(Moment& moment, const Moment& other) {
  if (std::tie(moment.at, moment.causes) < std::tie(other.at, other.causes)) moment = other;
}

Moment after(Moment moment, std::int64_t duration, std::size_t label) {
  moment.at = add(moment.at, duration);
  moment.causes[label] += duration;
  return moment;
}

std::int64_t ceil_of(std::int64_t amount, std::int64_t num, std::int64_t den) {
  return ceil_div(mul(amount, num), den);
}

std::int64_t step_duration(const Compute& compute, const Work& work) {
  const Rational& interval = compute.initiation_interval_cycles;
  return add(add(ceil_of(work.macs, interval.num, interval.den), compute.step_overhead_cycles),
             add(mul(compute.per_psum_cycles, work.psums),
                 mul(compute.per_new_input_cycles, work.new_inputs)));
}

// ---- Evaluation ------------------------------------------------------------------------------

struct PortState {
  const Port* port = nullptr;
  int level = 0;
  std::string name;   // "LEVEL.PORT"
  std::size_t label;  // of its first operand
  Moment free;
  std::int64_t busy = 0;
};

class Evaluation {
 public:
  Evaluation(const Accelerator& accelerator, Plan plan, bool off_chip_timed)
      : accelerator_(accelerator),
        plan_(std::move(plan)),
        on_drain_(accelerator.accumulate == Accumulate::on_drain) {
    name_causes(off_chip_timed);
    zero_.causes.assign(causes_.size(), 0);
    for (PortState& port : ports_) port.free = zero_;
    step_end_.reserve(plan_.steps.size());
    times_.resize(plan_.holds.size());
  }

  Timeline run() {
    for (std::size_t h = 0; h < plan_.holds.size(); ++h)
      times_[h].resize(plan_.holds[h].tiles.size());
    for (const Event& event : order(plan_, on_drain_)) {
      if (event.kind == EventKind::step) step(event.tile);
      if (event.kind == EventKind::fill) fill(event.hold, event.tile);
      if (event.kind == EventKind::drain) drain(event.hold, event.tile);
    }
    return report();
  }

 private:
  // A moment that an event may need; asking for one not yet known means the order is wrong.
  struct Known {
    bool set = false;
    Moment moment;
    const Moment& get() const {
      if (!set) throw std::logic_error("an event needs a later one");
      return moment;
    }
    void operator=(Moment m) {
      moment = std::move(m);
      set = true;
    }
  };

  struct TileTimes {
    Known usable;     // filled or, for a read-back on the drain, arrived
    Known released;   // I, W in outer levels
    Known drained;    // O: end
    Known arrived;    // O: end + latency at the parent
    Known collected;  // O in outer levels: the last child drain has arrived
  };

  // Labels: compute, every port with every operand, latency, ramp-up, drain.
  void name_causes(bool off_chip_timed) {
    causes_.push_back("compute");
    for (std::size_t l = 0; l < accelerator_.levels.size(); ++l) {
      const Level& level = accelerator_.levels[l];
      if (level.off_chip && !off_chip_timed) continue;
      for (const Port& port : level.ports) {
        const std::string name = level.name + "." + port.name;
        ports_.push_back({&port, static_cast<int>(l), name, causes_.size(), {}, 0});
        for (Operand o : kAllOperands) causes_.push_back(name + " " + std::string(assay::name(o)));
      }
    }
    latency_ = causes_.size();
    ramp_up_ = latency_ + 1;
    drain_ = latency_ + 2;
    causes_.insert(causes_.end(), {"latency", "ramp-up", "drain"});
  }

  PortState* find_port(int level, Operand o, Transfer t) {
    for (PortState& port : ports_)
      if (port.level == level && port.port->serves[o][static_cast<std::size_t>(t)]) return &port;
    return nullptr;
  }

  static std::int64_t duration(const PortState* port, std::int64_t bits) {
    if (port == nullptr) return 0;
    const Rational& bandwidth = port->port->bandwidth_bits_per_cycle;
    return ceil_of(bits, bandwidth.den, bandwidth.num);
  }

  struct Transferred {
    Moment end;
    Moment arrival;
  };

  // Moves the load through both ports, at `ready` at the earliest. `cause`, if given, takes its
  // time, latency included.
  Transferred transfer(Moment ready, const Load& load, PortState* parent, PortState* child,
                       Operand operand, std::int64_t hop_cycles, const std::size_t* cause) {
    std::int64_t latency = hop_cycles;
    for (PortState* port : {parent, child}) {
      if (port == nullptr) continue;
      wait_for(ready, port->free);
      latency += port->port->latency_cycles;
    }
    const std::int64_t at_parent = duration(parent, load.parent_bits);
    const std::int64_t at_child = duration(child, load.child_bits);
    const std::int64_t longer = std::max(at_parent, at_child);  // as in add_unread()
    const PortState* limiting = at_child > at_parent ? child : parent;
    std::size_t label = cause != nullptr ? *cause : 0;
    if (cause == nullptr && limiting != nullptr)
      label = limiting->label + static_cast<std::size_t>(index(operand));
    const Moment end = after(std::move(ready), longer, label);
    for (PortState* port : {parent, child}) {
      if (port == nullptr) continue;
      port->free = end;
      port->busy += longer;
    }
    ++timeline_.transfers;
    return {end, after(end, latency, cause != nullptr ? *cause : latency_)};
  }

  // The slot that tile j uses is free.
  Moment slot_free(std::size_t h, std::size_t j) const {
    const HoldTiles& hold = plan_.holds[h];
    if (j < hold.slots) return zero_;
    const std::size_t before = j - hold.slots;
    if (hold.operand == Operand::O) return times_[h][before].drained.get();
    if (!hold.innermost) {
      Moment all = zero_;  // an empty tile must not release the slots of those before it
      for (std::size_t i = 0; i <= before; ++i) wait_for(all, times_[h][i].released.get());
      return all;
    }
    return step_end_.at(static_cast<std::size_t>(hold.tiles[before].last));
  }

  // Tile j can be read and written: filled, or with no fill of its own, its slot is free.
  Moment usable(std::size_t h, std::size_t j) const {
    const HoldTiles& hold = plan_.holds[h];
    const bool filled = hold.operand != Operand::O || (!on_drain_ && hold.tiles[j].fill.exists());
    return filled ? times_[h][j].usable.get() : slot_free(h, j);
  }

  void fill(std::size_t h, std::size_t j) {
    const HoldTiles& hold = plan_.holds[h];
    const Tile& tile = hold.tiles[j];
    const bool joins = on_drain_ && hold.operand == Operand::O;
    Moment ready = zero_;
    if (tile.fill.exists()) {
      ready = joins ? fifo_free(h, j) : slot_free(h, j);
      if (hold.parent != kNoHold) wait_for(ready, usable(hold.parent, tile.parent));
      if (tile.written_by >= 0)
        wait_for(ready, times_[h][static_cast<std::size_t>(tile.written_by)].arrived.get());
      PortState* parent = find_port(hold.parent_level, hold.operand, Transfer::read);
      PortState* child = joins ? nullptr : find_port(hold.level, hold.operand, Transfer::fill);
      const Transferred done =
          transfer(ready, tile.fill, parent, child, hold.operand, hold.fill_hops,
                   tile.first == 0 && !joins ? &ramp_up_ : nullptr);
      if (hold.operand != Operand::O && hold.parent != kNoHold)
        later(times_[hold.parent][tile.parent].released, done.end);
      ready = done.arrival;
    }
    if (tile.slide) wait_for(ready, times_[h][j - 1].usable.get());
    times_[h][j].usable = ready;
    if (hold.operand != Operand::O) later(times_[h][j].released, ready);
  }

  // Two entries, each taken by a read-back until the drain that joins it has ended.
  Moment fifo_free(std::size_t h, std::size_t j) const {
    const std::vector<Tile>& tiles = plan_.holds[h].tiles;
    const std::size_t number = tiles[j].read_backs;
    if (number < 2) return zero_;
    while (!(tiles[j].fill.exists() && tiles[j].read_backs == number - 2)) --j;
    return times_[h][j].drained.get();
  }

  static void later(Known& known, const Moment& moment) {
    if (known.set)
      wait_for(known.moment, moment);
    else
      known = moment;
  }

  void drain(std::size_t h, std::size_t j) {
    const HoldTiles& hold = plan_.holds[h];
    const Tile& tile = hold.tiles[j];
    TileTimes& times = times_[h][j];
    Moment ready =
        hold.innermost ? step_end_.at(static_cast<std::size_t>(tile.last)) : times.collected.get();
    if (hold.parent != kNoHold) wait_for(ready, usable(hold.parent, tile.parent));
    if (on_drain_ && tile.fill.exists()) wait_for(ready, times.usable.get());
    const bool last = j + 1 == hold.tiles.size();
    const Transferred done =
        transfer(ready, tile.drain, find_port(hold.parent_level, hold.operand, Transfer::write),
                 find_port(hold.level, hold.operand, Transfer::drain), hold.operand,
                 hold.drain_hops, last ? &drain_ : nullptr);
    times.drained = done.end;
    times.arrived = done.arrival;
    if (hold.parent != kNoHold)
      later(times_[hold.parent][tile.parent].collected, done.arrival);
    else
      wait_for(finish_, done.arrival);
  }

  // The tile of an innermost hold that a step works on; steps come in order.
  std::size_t tile_of(std::size_t h, std::size_t step) {
    std::size_t& current = current_[h];
    while (plan_.holds[h].tiles[current].last < static_cast<std::int64_t>(step)) ++current;
    return current;
  }

  void step(std::size_t s) {
    Moment start = s == 0 ? zero_ : step_end_[s - 1];
    for (std::size_t h = 0; h < plan_.holds.size(); ++h)
      if (plan_.holds[h].innermost) wait_for(start, usable(h, tile_of(h, s)));
    const std::int64_t duration = step_duration(accelerator_.compute(), plan_.steps[s]);
    timeline_.step_time = add(timeline_.step_time, duration);
    step_end_.push_back(after(std::move(start), duration, 0));
  }

  // Innermost tiles are read by steps, others by fills with words of the tiles inside, and by the
  // tile that slides from them.
  void find_unread() {
    std::vector<std::vector<bool>> read;
    for (const HoldTiles& hold : plan_.holds)
      read.emplace_back(hold.tiles.size(), hold.innermost || hold.operand == Operand::O);
    for (std::size_t h = plan_.holds.size(); h-- > 0;) {
      const HoldTiles& hold = plan_.holds[h];
      for (std::size_t j = hold.tiles.size(); j-- > 0;) {
        const Tile& tile = hold.tiles[j];
        if (read[h][j]) {
          if (tile.slide) read[h][j - 1] = true;
          if (hold.parent != kNoHold && tile.fill.exists()) read[hold.parent][tile.parent] = true;
        } else if (tile.fill.exists()) {
          add_unread(hold, tile.fill);
        }
      }
    }
  }

  void add_unread(const HoldTiles& hold, const Load& load) {
    const PortState* parent = find_port(hold.parent_level, hold.operand, Transfer::read);
    const PortState* child = find_port(hold.level, hold.operand, Transfer::fill);
    const std::int64_t longer =
        std::max(duration(parent, load.parent_bits), duration(child, load.child_bits));
    for (const PortState* port : {parent, child})
      if (port != nullptr) timeline_.unread[port->name] += longer;
  }

  Timeline report() {
    find_unread();
    wait_for(finish_, step_end_.back());
    timeline_.finish = finish_.at;
    for (std::size_t i = 0; i < causes_.size(); ++i)
      if (finish_.causes[i] != 0) timeline_.by_cause[causes_[i]] = finish_.causes[i];
    timeline_.steps = static_cast<std::int64_t>(plan_.steps.size());
    for (const PortState& port : ports_) timeline_.busy[port.name] = port.busy;
    return timeline_;
  }

  const Accelerator& accelerator_;
  Plan plan_;
  bool on_drain_;
  std::vector<std::string> causes_;
  std::size_t latency_ = 0, ramp_up_ = 0, drain_ = 0;
  std::vector<PortState> ports_;
  Moment zero_;
  Moment finish_;
  std::vector<Moment> step_end_;
  std::vector<std::vector<TileTimes>> times_;  // [hold][tile]
  std::map<std::size_t, std::size_t> current_;
  Timeline timeline_;
};

}  // namespace

Timeline evaluate(const Layer& layer, const Accelerator& accelerator, const Mapping& mapping,
                  bool off_chip_timed) {
  return Evaluation(accelerator, make_plan(layer, accelerator, mapping), off_chip_timed).run();
}

}  // namespace assay::oracle
