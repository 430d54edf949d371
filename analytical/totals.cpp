// SPDX-License-Identifier: Apache-2.0
#include "analytical/totals.h"

#include <stdexcept>

#include "analytical/digit_sums.h"
#include "core/checked.h"

namespace assay::analytical {
namespace {

constexpr double kExact = 9007199254740992.0;  // 2^53

// Never above n.
double down(std::int64_t n) {
  const auto x = static_cast<double>(n);
  return x < kExact ? x : x * (1 - 0x1p-50);
}

double bits(std::int64_t words, int width) { return down(mul(words, width)); }

// The loops of a nest by position, to see what lies inside and outside a hold.
class Loops {
 public:
  Loops(const Nest& nest, bool holds) : steps_pos_(holds ? nest.innermost_hold : -1) {
    for (Dim d : kAllDims) {
      const DimLoops& loops = nest.dims[d];
      const bool divided = (nest.divided & bit(d)) != 0;
      for (int i = 0; i < loops.count; ++i) {
        const Digit& digit = loops.digit[static_cast<std::size_t>(i)];
        if (digit.array != kTemporal) continue;
        loop_[static_cast<std::size_t>(count_++)] = {digit.pos, static_cast<double>(digit.bound),
                                                     divided, is_relevant(Operand::O, d), bit(d)};
      }
    }
  }

  // Steps of one visit of a hold whose innermost loop outside is at `pos`: the loops inside make
  // all their trips in the fullest; in the last, those surely that leave no remainder.
  void visit(int pos, HoldTotals& t) const {
    t.least = t.most = {1, 1, 1, 0};
    t.trips = 1;
    for (int i = 0; i < count_; ++i) {
      const Loop& l = loop_[static_cast<std::size_t>(i)];
      if (l.pos <= pos) {
        if (l.divided) t.trips *= l.bound;
        continue;
      }
      times(l, t.most);
      if (l.divided) times(l, t.least);
    }
  }

  // Product of the bounds outside, of loops of the dimensions.
  double outside(int pos, unsigned dims) const {
    double product = 1;
    for (int i = 0; i < count_; ++i) {
      const Loop& l = loop_[static_cast<std::size_t>(i)];
      if (l.pos <= pos && (l.dim & dims) != 0) product *= l.bound;
    }
    return product;
  }

 private:
  struct Loop {
    int pos;
    double bound;
    bool divided, of_outputs;
    unsigned dim;  // its bit
  };

  void times(const Loop& l, Work& w) const {
    const bool outside = l.pos <= steps_pos_;
    w.macs *= l.bound;
    if (outside) w.steps *= l.bound;
    if (outside || l.of_outputs) w.psums *= l.bound;
  }

  int steps_pos_;
  int count_ = 0;
  std::array<Loop, kDims * kMaxDigits> loop_;
};

class Totaller {
 public:
  Totaller(const Evaluation& e, const Precision& precision, Totals& out)
      : e_(e),
        nest_(e.nest()),
        levels_(e.accelerator().levels),
        precision_(precision),
        out_(out),
        loops_(e.nest(), e.nest().holds > 0),
        preload_(e.accelerator().accumulate == Accumulate::preload),
        reads_first_(e.accelerator().first_visit == FirstVisit::read),
        clipped_(e.rows().clipped || e.columns().clipped) {
    one_lane_.fill(Lanes::first);
  }

  void run() {
    for (const Level& level : levels_)
      if (level.ports.size() > kMaxPorts)
        throw std::invalid_argument("more than 8 ports in level " + level.name);
    work();
    lanes();
    out_.holds = nest_.holds;
    double box = 0;  // of inputs in the innermost hold
    for (int i = 0; i < nest_.holds; ++i) {
      const HoldPoint& h = nest_.hold[static_cast<std::size_t>(i)];
      HoldTotals& t = out_.hold[static_cast<std::size_t>(i)];
      t.fill = t.drain = Transfers{};
      t.last_drain = {};
      loops_.visit(h.innermost.pos, t);
      t.visits = merges_visits(h) ? down(e_.visits(h)) : visits(h, t.trips);
      if (merges_visits(h)) t.most.steps = 0;
      if (h.operand == Operand::O)
        outputs(h, t);
      else
        fills(h, t);
      if (h.operand == Operand::I && per_new_input()) box = new_inputs(h);
    }
    if (!per_new_input()) return;
    for (int i = 0; i < nest_.holds; ++i) {
      Work& most = out_.hold[static_cast<std::size_t>(i)].most;
      most.new_inputs = most.steps * box;
      if (clipped_) most.steps = 0;
    }
  }

 private:
  bool per_new_input() const { return e_.accelerator().compute().per_new_input_cycles != 0; }

  bool divided(Dim d) const { return (nest_.divided & bit(d)) != 0; }

  void work() {
    std::int64_t macs = 1, steps = 1, psums = 1;
    for (Dim d : kAllDims) {
      const DimLoops& loops = nest_.dims[d];
      if (loops.count == 0) continue;  // a single iteration
      const std::int64_t all = iterations(d, true), outer = iterations(d, false);
      macs = mul(macs, all);
      steps = mul(steps, outer);
      psums = mul(psums, is_relevant(Operand::O, d) ? all : outer);
    }
    out_.work = {down(macs), down(steps), down(psums), 0};
  }

  // Temporal iterations of lane 0 along one dimension, those inside the steps included or not.
  std::int64_t iterations(Dim d, bool inside_steps) const {
    const DimLoops& loops = nest_.dims[d];
    const int steps_pos = nest_.holds == 0 ? -1 : nest_.innermost_hold;  // without: one step
    Takes takes{};
    std::int64_t product = 1;
    for (int i = 0; i < loops.count; ++i) {
      const Digit& digit = loops.digit[static_cast<std::size_t>(i)];
      if (digit.array != kTemporal || (digit.pos > steps_pos && !inside_steps))
        takes[static_cast<std::size_t>(i)] = Take::first;
      else if (divided(d))
        product = mul(product, digit.bound);
    }
    return divided(d) ? product : digit_sum(loops, loops.count, takes, Leaf::one);
  }

  // The last hold of inputs asked is the innermost.
  double new_inputs(const HoldPoint& h) {
    out_.work.new_inputs = down(e_.moved(h, one_lane_, Visits::all));
    return down(e_.first_boxes(h, one_lane_, false).whole);
  }

  void lanes() {
    out_.lanes.fill(1);
    for (Dim d : kAllDims) {
      const DimLoops& loops = nest_.dims[d];
      for (int i = 0; i < loops.count; ++i) {
        const Digit& digit = loops.digit[static_cast<std::size_t>(i)];
        if (digit.array == kTemporal) continue;
        std::int64_t& n = out_.lanes[static_cast<std::size_t>(digit.array)];
        n = mul(n, digit.bound);
      }
    }
  }

  // Whether a port of the level serves the transfer.
  bool serves(int level, Operand o, Transfer t) const {
    for (const Port& port : levels_[static_cast<std::size_t>(level)].ports)
      if (port.serves[o][static_cast<std::size_t>(t)]) return true;
    return false;
  }

  // Whether neighbouring visits may be one (docs/rationale/0003): only at the end of a dimension
  // that its bounds do not divide.
  bool merges_visits(const HoldPoint& h) const {
    return h.innermost.pos >= 0 && !divided(h.innermost.dim);
  }

  // How many visits have full tiles in every lane. Exact or too small.
  struct Full {
    double tiles = 1;   // tuples of the loops that index the operand
    double slides = 0;  // those of them whose tile slides
    double repeats = 1;
  };

  // Visits of a hold without merged ones; `trips` is their number for the dimensions without
  // remainders.
  double visits(const HoldPoint& h, double trips) const {
    for (unsigned left = h.tiled & ~nest_.divided; left != 0; left &= left - 1) {
      const auto d = static_cast<Dim>(__builtin_ctz(left));
      trips *= down(rounds(h, d));
    }
    return trips;
  }

  // Iterations of a dimension with remainders, lane 0: its loops up to the innermost one that
  // indexes the operand.
  std::int64_t rounds(const HoldPoint& h, Dim dim) const {
    const DimLoops& loops = nest_.dims[dim];
    Takes takes{};
    for (int i = 0; i < h.outside[dim]; ++i) {
      const Digit& d = loops.digit[static_cast<std::size_t>(i)];
      if (d.array != kTemporal || d.pos > h.innermost.pos)
        takes[static_cast<std::size_t>(i)] = Take::first;
    }
    return digit_sum(loops, h.outside[dim], takes, Leaf::one);
  }

  Full full(const HoldPoint& h, const HoldTotals& t, const LaneModes& modes) const {
    if (merges_visits(h)) return {0, 0, 0};
    Full f;
    f.tiles = loops_.outside(h.innermost.pos, relevant_dims(h.operand) & nest_.divided);
    f.repeats = t.trips / f.tiles;
    // The innermost loop leaves no remainder.
    const bool slides = h.innermost.pos >= 0 && slides_along(h, h.innermost.dim);
    for (unsigned left = h.tiled & ~nest_.divided; left != 0; left &= left - 1) {
      const auto d = static_cast<Dim>(__builtin_ctz(left));
      if (is_relevant(h.operand, d))
        f.tiles *= down(full_tuples(d, h.outside[d]));
      else if (adds_lanes(h, d, modes))
        return {0, 0, 0};  // of which there may be fewer at the end
      else
        f.repeats *= down(rounds(h, d));
    }
    if (slides) f.slides = f.tiles - f.tiles / static_cast<double>(innermost_digit(h).bound);
    return f;
  }

  const Digit& innermost_digit(const HoldPoint& h) const {
    return nest_.dims[h.innermost.dim].digit[static_cast<std::size_t>(h.innermost.index)];
  }

  bool slides_along(const HoldPoint& h, Dim d) const {
    return h.operand == Operand::I && is_input_axis(d) && e_.accelerator().halo == Halo::slide;
  }

  // Temporal tuples of the first k digits, with remainders, at which every lane has a full tile.
  std::int64_t full_tuples(Dim dim, int k) const {
    const DimLoops& loops = nest_.dims[dim];
    std::int64_t tile = loops.size;
    bool lanes = false;
    for (int i = 0; i < k; ++i) {
      const Digit& d = loops.digit[static_cast<std::size_t>(i)];
      if (d.array != kTemporal) {
        lanes = true;
      } else if (lanes) {
        return 0;  // tuples of the lanes at the end differ
      } else {
        tile = d.stride;
      }
    }
    return loops.size / tile;
  }

  bool adds_lanes(const HoldPoint& h, Dim dim, const LaneModes& modes) const {
    const DimLoops& loops = nest_.dims[dim];
    for (int i = 0; i < h.outside[dim]; ++i) {
      const Digit& d = loops.digit[static_cast<std::size_t>(i)];
      if (d.array != kTemporal && modes[static_cast<std::size_t>(d.array)] == Lanes::sum)
        return true;
    }
    return false;
  }

  void fills(const HoldPoint& h, HoldTotals& t) const {
    // A clipped tile may be empty, and an empty one is no transfer.
    const bool clipped = h.operand == Operand::I && clipped_;
    t.fill.count = clipped ? 0 : t.visits;
    const bool parent = serves(h.parent, h.operand, Transfer::read);
    const bool child = serves(h.level, h.operand, Transfer::fill);
    if (!parent && !child) return;
    const LaneModes modes = e_.network_modes(h.operand, h.parent, h.level, Lanes::first);
    const Full f = clipped ? Full{0, 0, 0} : full(h, t, modes);
    t.fill.full[0].count = (f.tiles - f.slides) * f.repeats;
    t.fill.full[1].count = f.slides * f.repeats;
    if (parent) fill_load(h, modes, f.slides > 0, &Bits::parent, t.fill);
    if (child) fill_load(h, one_lane_, f.slides > 0, &Bits::child, t.fill);
  }

  // Bits of all transfers, if they are of the two full kinds.
  static bool sum_of_full(Transfers& t, double Bits::*port) {
    if (t.full[0].count + t.full[1].count != t.count) return false;
    t.all.*port =
        t.full[0].count * (t.full[0].each.*port) + t.full[1].count * (t.full[1].each.*port);
    return true;
  }

  void fill_load(const HoldPoint& h, const LaneModes& modes, bool slides, double Bits::*port,
                 Transfers& t) const {
    const int width = h.operand == Operand::I ? precision_.input_bits : precision_.weight_bits;
    const Evaluation::FirstBoxes boxes = e_.first_boxes(h, modes, slides);
    t.full[0].each.*port = bits(boxes.whole, width);
    t.full[1].each.*port = bits(boxes.slide, width);
    if (t.count > 0 && sum_of_full(t, port)) return;
    t.all.*port = bits(e_.moved(h, modes, Visits::all), width);
  }

  // Bits of `all` words of which `outputs` are final, each in its width.
  double drained(std::int64_t all, std::int64_t outputs) const {
    return down(
        add(mul(all - outputs, precision_.psum_bits), mul(outputs, precision_.output_bits)));
  }

  void outputs(const HoldPoint& h, HoldTotals& t) const {
    t.drain.count = t.visits;
    const bool parent = serves(h.parent, Operand::O, Transfer::read) ||
                        serves(h.parent, Operand::O, Transfer::write);
    const bool child =
        serves(h.level, Operand::O, Transfer::fill) || serves(h.level, Operand::O, Transfer::drain);
    if (!parent && !child) return;
    const LaneModes own = e_.network_modes(Operand::O, h.parent, h.level, Lanes::first);
    LaneModes once = own;
    for (int i = h.parent + 1; i < h.level; ++i) once[static_cast<std::size_t>(i)] = Lanes::merge;
    const Full f = full(h, t, own);
    if (f.repeats > 0) {
      t.drain.full[0].count = t.fill.full[0].count = f.tiles * (f.repeats - 1);
      t.drain.full[1].count = t.fill.full[1].count = f.tiles;
    }
    if (parent) output_load(h, own, once, &Bits::parent, t);
    if (child) output_load(h, one_lane_, one_lane_, &Bits::child, t);
  }

  // `once`: with every array between united.
  void output_load(const HoldPoint& h, const LaneModes& own, const LaneModes& once,
                   double Bits::*port, HoldTotals& t) const {
    const int p = precision_.psum_bits;
    const bool reads_back = port == &Bits::parent || preload_;  // else beside the level's ports
    const std::int64_t one = e_.first_boxes(h, own, false).whole;
    const std::int64_t one_final = own == once ? one : e_.first_boxes(h, once, false).whole;
    t.drain.full[0].each.*port = bits(one, p);
    t.drain.full[1].each.*port = t.last_drain.*port = drained(one, one_final);
    if (reads_back) {
      t.fill.full[0].each.*port = bits(one, p);
      t.fill.full[1].each.*port = bits(one - (reads_first_ ? 0 : one_final), p);
    }
    if (sum_of_full(t.drain, port)) {
      if (reads_back)
        t.fill.all.*port = t.fill.full[0].count * (t.fill.full[0].each.*port) +
                           t.fill.full[1].count * (t.fill.full[1].each.*port);
      return;
    }
    const std::int64_t all = e_.moved(h, own, Visits::all);
    t.drain.all.*port = drained(all, e_.moved(h, once, Visits::last));
    if ((h.tiled & ~nest_.divided) != 0)
      t.last_drain.*port = drained(e_.last_box(h, own), e_.last_box(h, once));
    if (reads_back)
      t.fill.all.*port = bits(all - (reads_first_ ? 0 : e_.moved(h, once, Visits::first)), p);
  }

  const Evaluation& e_;
  const Nest& nest_;
  const std::vector<Level>& levels_;
  const Precision& precision_;
  Totals& out_;
  Loops loops_;
  bool preload_, reads_first_, clipped_;
  LaneModes one_lane_;
};

}  // namespace

Totals totals(const Evaluation& evaluation, const Precision& precision) {
  Totals out;
  Totaller(evaluation, precision, out).run();
  return out;
}

}  // namespace assay::analytical
