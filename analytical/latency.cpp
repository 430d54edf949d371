// SPDX-License-Identifier: Apache-2.0
#include "analytical/latency.h"

#include <algorithm>
#include <stdexcept>

#include "analytical/digit_sums.h"
#include "core/checked.h"

namespace assay::analytical {
namespace {

// Totals over the temporal iterations of one dimension, for lane 0.
std::int64_t lane0(const DimLoops& loops, int steps_pos, bool iterations_inside) {
  Takes takes{};
  for (int i = 0; i < loops.count; ++i) {
    const Digit& d = loops.digit[static_cast<std::size_t>(i)];
    const bool inside = d.pos > steps_pos;
    if (d.array != kTemporal || (inside && !iterations_inside))
      takes[static_cast<std::size_t>(i)] = Take::first;
  }
  return digit_sum(loops, loops.count, takes, Leaf::one);
}

enum class OffChip : std::uint8_t { free, timed };  // processing latency, total latency

// Words of one hold over the layer: on the parent's port after the arrays have combined them, and
// on the child's port (fullest instance).
struct Words {
  double visits = 0;
  double parent = 0, child = 0;              // all visits
  double parent_final = 0, child_final = 0;  // outputs: the final ones among them
  double parent_back = 0, child_back = 0;    // outputs: read back
};

// Where one hold's transfers go, and how long they take in total.
struct Traffic {
  double visits = 0;
  double cycles = 0;   // all of them, on the slowest port of each
  double latency = 0;  // per transfer
  bool single_slot = false;
  double hidden_per_visit = 0;  // work of deeper levels that goes on meanwhile
  int port = -1;                // level * kMaxPorts + port of the slowest
};

class Fast {
 public:
  Fast(const Evaluation& e, const Precision& precision)
      : e_(e), nest_(e.nest()), levels_(e.accelerator().levels), precision_(precision) {
    for (const Level& level : levels_)
      if (level.ports.size() > kMaxPorts)
        throw std::invalid_argument("more than 8 ports in level " + level.name);
    compute();
    for (int i = 0; i < nest_.holds; ++i) {
      const HoldPoint& h = nest_.hold[static_cast<std::size_t>(i)];
      Words& w = words_[static_cast<std::size_t>(i)];
      w.visits = static_cast<double>(e_.visits(h));
      if (h.operand == Operand::O)
        output_words(h, w);
      else
        fill_words(h, w);
    }
  }

  FastLatency run(OffChip off_chip) {
    off_chip_ = off_chip;
    out_ = steps_;
    drains_ = 0;
    const double steps_time = out_.macs + out_.step_overhead + out_.psums + out_.new_inputs;
    for (int i = 0; i < nest_.holds; ++i) hold(i, steps_time);
    expose();
    edges();
    double chain = steps_time + out_.ramp + out_.drain;
    for (int i = 0; i < nest_.holds; ++i) chain += out_.exposed[static_cast<std::size_t>(i)];
    out_.cycles = chain;
    bind();
    out_.port_wait = out_.cycles - chain;
    return out_;
  }

 private:
  void compute() {
    const Compute& c = e_.accelerator().compute();
    std::int64_t macs = 1, steps = 1, psums = 1;
    for (Dim d : kAllDims) {
      const DimLoops& loops = nest_.dims[d];
      if (loops.count == 0) continue;  // whole inside the step, one iteration
      const std::int64_t all = lane0(loops, nest_.innermost_hold, true);
      const std::int64_t outer = lane0(loops, nest_.innermost_hold, false);
      macs = mul(macs, all);
      steps = mul(steps, outer);
      psums = mul(psums, is_relevant(Operand::O, d) ? all : outer);
    }
    steps_.macs = static_cast<double>(macs) * c.initiation_interval_cycles.value();
    steps_.step_overhead = static_cast<double>(steps) * static_cast<double>(c.step_overhead_cycles);
    steps_.psums = static_cast<double>(psums) * static_cast<double>(c.per_psum_cycles);
    if (c.per_new_input_cycles == 0) return;
    for (int i = nest_.holds; i-- > 0;) {
      const HoldPoint& h = nest_.hold[static_cast<std::size_t>(i)];
      if (h.operand != Operand::I) continue;
      const std::int64_t fresh = e_.moved(h, first_lanes(), Visits::all);
      steps_.new_inputs = static_cast<double>(fresh) * static_cast<double>(c.per_new_input_cycles);
      return;
    }
  }

  // The busiest port, if it takes longer than the chain.
  void bind() {
    for (std::size_t l = 0; l < levels_.size(); ++l)
      for (std::size_t p = 0; p < levels_[l].ports.size(); ++p)
        if (out_.busy[l][p] > out_.cycles) {
          out_.cycles = out_.busy[l][p];
          out_.binding_level = static_cast<int>(l);
          out_.binding_port = static_cast<int>(p);
        }
  }

  void fill_words(const HoldPoint& h, Words& w) const {
    if (has_ports(h.parent))
      w.parent =
          moved(h, e_.network_modes(h.operand, h.parent, h.level, Lanes::first), Visits::all);
    if (has_ports(h.level)) w.child = moved(h, first_lanes(), Visits::all);
  }

  void output_words(const HoldPoint& h, Words& w) const {
    const bool zero = e_.accelerator().first_visit == FirstVisit::zero;
    if (has_ports(h.parent)) {
      const LaneModes own = e_.network_modes(Operand::O, h.parent, h.level, Lanes::first);
      LaneModes once = own;
      for (int i = h.parent + 1; i < h.level; ++i) once[static_cast<std::size_t>(i)] = Lanes::merge;
      w.parent = moved(h, own, Visits::all);
      w.parent_final = moved(h, once, Visits::last);
      w.parent_back = w.parent - (zero ? moved(h, once, Visits::first) : 0);
    }
    if (has_ports(h.level)) {
      w.child = moved(h, first_lanes(), Visits::all);
      w.child_final = moved(h, first_lanes(), Visits::last);
      w.child_back = w.child - (zero ? moved(h, first_lanes(), Visits::first) : 0);
    }
  }

  bool has_ports(int level) const {
    return !levels_[static_cast<std::size_t>(level)].ports.empty();
  }

  double moved(const HoldPoint& h, const LaneModes& modes, Visits which) const {
    return static_cast<double>(e_.moved(h, modes, which));
  }

  static LaneModes first_lanes() {
    LaneModes modes;
    modes.fill(Lanes::first);
    return modes;
  }

  int bits(Operand o) const {
    return o == Operand::I   ? precision_.input_bits
           : o == Operand::W ? precision_.weight_bits
                             : precision_.psum_bits;
  }

  // Port of a level that serves a transfer; -1 if the level is ideal or takes no time in this mode.
  int port(int level, Operand o, Transfer t) const {
    const Level& l = levels_[static_cast<std::size_t>(level)];
    if (l.off_chip && off_chip_ == OffChip::free) return -1;
    for (std::size_t p = 0; p < l.ports.size(); ++p)
      if (l.ports[p].serves[o][static_cast<std::size_t>(t)]) return static_cast<int>(p);
    return -1;
  }

  // Adds words to a port and their cycles to the slowest so far.
  void load(int level, Operand o, Transfer t, double bits_moved, Traffic& traffic,
            double& slowest) {
    const int p = port(level, o, t);
    if (p < 0) return;
    const Port& port_ref =
        levels_[static_cast<std::size_t>(level)].ports[static_cast<std::size_t>(p)];
    const double cycles = bits_moved / port_ref.bandwidth_bits_per_cycle.value();
    out_.busy[static_cast<std::size_t>(level)][static_cast<std::size_t>(p)] += cycles;
    traffic.latency += static_cast<double>(port_ref.latency_cycles);
    if (cycles >= slowest) {
      slowest = cycles;
      traffic.port = level * kMaxPorts + p;
    }
  }

  void hold(int i, double steps_time) {
    const HoldPoint& h = nest_.hold[static_cast<std::size_t>(i)];
    Traffic& t = traffic_[static_cast<std::size_t>(i)];
    const Words& w = words_[static_cast<std::size_t>(i)];
    const Keep& keep = levels_[static_cast<std::size_t>(h.level)].keeps[h.operand];
    t = Traffic{};
    t.visits = w.visits;
    t.single_slot = keep.slots == 1;
    t.hidden_per_visit = hidden(i, steps_time);
    if (h.operand == Operand::O)
      outputs(h, w, t);
    else
      fills(h, w, t);
    for (int a = h.parent + 1; a < h.level; ++a) {
      const Level& array = levels_[static_cast<std::size_t>(a)];
      const Network n = array.network[h.operand];
      if (array.kind == LevelKind::array && (n == Network::forward || n == Network::chain))
        t.latency += static_cast<double>(mul(array.hop_latency_cycles[h.operand], array.size - 1));
    }
  }

  // While a transfer into an outer level waits for its only slot, the tiles already in the next
  // inner level of the operand are worked on.
  double hidden(int i, double steps_time) const {
    const HoldPoint& h = nest_.hold[static_cast<std::size_t>(i)];
    for (int k = i + 1; k < nest_.holds; ++k) {
      const HoldPoint& inner = nest_.hold[static_cast<std::size_t>(k)];
      if (inner.operand != h.operand) continue;
      const int slots = levels_[static_cast<std::size_t>(inner.level)].keeps[inner.operand].slots;
      return slots * steps_time / words_[static_cast<std::size_t>(k)].visits;
    }
    return 0;
  }

  void fills(const HoldPoint& h, const Words& w, Traffic& t) {
    const double width = bits(h.operand);
    double slowest = 0;
    load(h.parent, h.operand, Transfer::read, w.parent * width, t, slowest);
    load(h.level, h.operand, Transfer::fill, w.child * width, t, slowest);
    t.cycles = slowest;
  }

  void outputs(const HoldPoint& h, const Words& w, Traffic& t) {
    const double p = precision_.psum_bits, o = precision_.output_bits;
    const bool preload = e_.accelerator().accumulate == Accumulate::preload;
    double drain = 0, read = 0;
    load(h.parent, Operand::O, Transfer::write,
         (w.parent - w.parent_final) * p + w.parent_final * o, t, drain);
    load(h.level, Operand::O, Transfer::drain, (w.child - w.child_final) * p + w.child_final * o, t,
         drain);
    if (w.parent_back > 0) load(h.parent, Operand::O, Transfer::read, w.parent_back * p, t, read);
    if (w.child_back > 0 && preload)
      load(h.level, Operand::O, Transfer::fill, w.child_back * p, t, read);
    // A join reads through its own FIFO beside the drain; a preload needs the slot after it.
    t.cycles = preload ? drain + read : std::max(drain, read);
    drains_ += t.visits > 0 ? drain / t.visits + t.latency : 0;
  }

  double wait(const Traffic& t) const {
    return std::max(0.0, t.cycles / t.visits + t.latency - t.hidden_per_visit);
  }

  // At a boundary where several single-slot tiles change, those on different ports move together
  // and those on one port after each other. A boundary of an outer hold is one of every inner hold
  // too, so boundaries are taken in classes by number of visits.
  void expose() {
    std::array<int, kMaxHolds> order{};
    int n = 0;
    for (int i = 0; i < nest_.holds; ++i) {
      const Traffic& t = traffic_[static_cast<std::size_t>(i)];
      if (t.single_slot && t.visits > 0 && wait(t) > 0) order[static_cast<std::size_t>(n++)] = i;
    }
    std::sort(order.begin(), order.begin() + n, [&](int a, int b) {
      return traffic_[static_cast<std::size_t>(a)].visits <
             traffic_[static_cast<std::size_t>(b)].visits;
    });
    double seen = 0;
    for (int k = 0; k < n; ++k) {
      const double boundaries =
          traffic_[static_cast<std::size_t>(order[static_cast<std::size_t>(k)])].visits - seen;
      seen += boundaries;
      if (boundaries > 0) expose_class(order, k, n, boundaries);
    }
  }

  void expose_class(const std::array<int, kMaxHolds>& order, int from, int to, double boundaries) {
    double longest = 0;
    int longest_port = -2;
    for (int a = from; a < to; ++a) {
      const int p = traffic_[static_cast<std::size_t>(order[static_cast<std::size_t>(a)])].port;
      double sum = 0;
      for (int b = from; b < to; ++b) {
        const Traffic& t = traffic_[static_cast<std::size_t>(order[static_cast<std::size_t>(b)])];
        if (t.port == p) sum += wait(t);
      }
      if (sum > longest) {
        longest = sum;
        longest_port = p;
      }
    }
    for (int a = from; a < to; ++a) {
      const auto i = static_cast<std::size_t>(order[static_cast<std::size_t>(a)]);
      if (traffic_[i].port == longest_port) out_.exposed[i] += boundaries * wait(traffic_[i]);
    }
  }

  // First fills of what is prefetched later on, along the longest operand; the last drain of what
  // is overlapped before.
  void edges() {
    for (Operand o : {Operand::I, Operand::W}) {
      double path = 0;
      for (int i = 0; i < nest_.holds; ++i) {
        const Traffic& t = traffic_[static_cast<std::size_t>(i)];
        if (nest_.hold[static_cast<std::size_t>(i)].operand != o || t.visits == 0) continue;
        const double first = t.cycles / t.visits + t.latency;
        path += t.single_slot ? first - wait(t) : first;
      }
      out_.ramp = std::max(out_.ramp, path);
    }
    double exposed = 0;
    for (int i = 0; i < nest_.holds; ++i) {
      const Traffic& t = traffic_[static_cast<std::size_t>(i)];
      if (nest_.hold[static_cast<std::size_t>(i)].operand == Operand::O && t.single_slot &&
          t.visits > 0)
        exposed += wait(t);
    }
    out_.drain = std::max(0.0, drains_ - exposed);
  }

  const Evaluation& e_;
  const Nest& nest_;
  const std::vector<Level>& levels_;
  const Precision& precision_;
  OffChip off_chip_ = OffChip::free;
  FastLatency steps_;  // the part of the chain that no port changes
  FastLatency out_;
  std::array<Words, kMaxHolds> words_{};
  std::array<Traffic, kMaxHolds> traffic_{};
  double drains_ = 0;
};

}  // namespace

FastLatencies fast_latency(const Evaluation& evaluation, const Precision& precision) {
  Fast fast(evaluation, precision);
  return {fast.run(OffChip::free), fast.run(OffChip::timed)};
}

}  // namespace assay::analytical
