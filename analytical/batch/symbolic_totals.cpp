// SPDX-License-Identifier: Apache-2.0
#include "analytical/batch/symbolic_totals.h"

namespace assay::analytical::batch {
namespace {

constexpr std::size_t at(int i) { return static_cast<std::size_t>(i); }
constexpr unsigned kEveryDim = (1U << kDims) - 1;

using Visit = SymbolicEvaluation::Visit;

// Follows Totaller in totals.cpp.
class Totaller {
 public:
  Totaller(const SymbolicEvaluation& sums, const Precision& precision)
      : sums_(sums),
        accelerator_(sums.accelerator()),
        precision_(precision),
        clipped_(input_axis(sums.layer(), accelerator_, true).clipped ||
                 input_axis(sums.layer(), accelerator_, false).clipped) {
    one_lane_.fill(Lanes::first);
  }

  SymbolicTotals run() {
    const Nest& nest = sums_.nest();
    const unsigned outputs_dims = relevant_dims(Operand::O);
    out_.holds = nest.holds;
    out_.work = {sums_.iterations(kEveryDim), sums_.iterations(0), sums_.iterations(outputs_dims),
                 0};
    out_.lanes.fill(1);
    for (std::size_t l = 0; l < accelerator_.levels.size(); ++l)
      out_.lanes[l] = sums_.lanes(static_cast<int>(l));
    Symbol box;  // of inputs in the innermost hold
    for (int i = 0; i < nest.holds; ++i) {
      const HoldPoint& h = nest.hold[at(i)];
      SymbolicHold& t = out_.hold[at(i)];
      visit(h, t);
      if (h.operand == Operand::O)
        outputs(h, t);
      else
        fills(h, t);
      if (h.operand != Operand::I || !per_new_input()) continue;
      out_.work.new_inputs = sums_.moved(h, one_lane_, Visits::all);
      box = sums_.moved_once(h, one_lane_, Visit::first);
    }
    for (int i = 0; i < nest.holds && per_new_input(); ++i) {
      SymbolicWork& most = out_.hold[at(i)].most;
      most.new_inputs = most.steps * box;
      if (clipped_) most.steps = 0;
    }
    return out_;
  }

 private:
  bool per_new_input() const { return accelerator_.compute().per_new_input_cycles != 0; }
  // Whether a port of the level serves the transfer.
  bool serves(int level, Operand o, Transfer t) const {
    for (const Port& port : accelerator_.levels[at(level)].ports)
      if (port.serves[o][static_cast<std::size_t>(t)]) return true;
    return false;
  }

  void visit(const HoldPoint& h, SymbolicHold& t) const {
    const auto inside = [&](bool sure, unsigned steps, bool merged_too) {
      return sums_.bounds(h, {false, sure, steps, merged_too});
    };
    const unsigned outputs_dims = relevant_dims(Operand::O);
    t.most = {inside(false, kEveryDim, true), inside(false, 0, false),
              inside(false, outputs_dims, true), 0};
    t.least = {inside(true, kEveryDim, true), inside(true, 0, true),
               inside(true, outputs_dims, true), 0};
    t.trips = sums_.bounds(h, {true, true, kEveryDim, true});
    t.visits = sums_.visits(h);
    t.changes = sums_.changes(h);
  }

  void fills(const HoldPoint& h, SymbolicHold& t) const {
    const bool clipped = h.operand == Operand::I && clipped_;
    t.fill.count = clipped ? Symbol(0) : t.visits;
    const bool parent = serves(h.parent, h.operand, Transfer::read);
    const bool child = serves(h.level, h.operand, Transfer::fill);
    if (!parent && !child) return;
    const LaneModes modes = sums_.network_modes(h.operand, h.parent, h.level, Lanes::first);
    if (!clipped) {
      const SymbolicEvaluation::Full f = sums_.full(h, modes);
      t.fill.full[0].count = f.boxes;
      t.fill.full[1].count = f.slides;
    }
    if (parent) fill_load(h, modes, &SymbolicBits::parent, t.fill);
    if (child) fill_load(h, one_lane_, &SymbolicBits::child, t.fill);
  }

  void fill_load(const HoldPoint& h, const LaneModes& modes, Symbol SymbolicBits::*port,
                 SymbolicTransfers& t) const {
    const int width = h.operand == Operand::I ? precision_.input_bits : precision_.weight_bits;
    t.all.*port = mul(sums_.moved(h, modes, Visits::all), width);
    t.full[0].each.*port = mul(sums_.moved_once(h, modes, Visit::first), width);
    if (!t.full[1].count.is(0))
      t.full[1].each.*port = mul(sums_.moved_once(h, modes, Visit::first_slide), width);
  }

  Symbol drained(const Symbol& all, const Symbol& outputs) const {
    return mul(all - outputs, precision_.psum_bits) + mul(outputs, precision_.output_bits);
  }

  void outputs(const HoldPoint& h, SymbolicHold& t) const {
    t.drain.count = t.visits;
    const bool parent = serves(h.parent, Operand::O, Transfer::read) ||
                        serves(h.parent, Operand::O, Transfer::write);
    const bool child =
        serves(h.level, Operand::O, Transfer::fill) || serves(h.level, Operand::O, Transfer::drain);
    if (!parent && !child) return;
    const LaneModes own = sums_.network_modes(Operand::O, h.parent, h.level, Lanes::first);
    LaneModes once = own;
    for (int i = h.parent + 1; i < h.level; ++i) once[at(i)] = Lanes::merge;
    const SymbolicEvaluation::Full f = sums_.full(h, own);
    t.drain.full[0].count = t.fill.full[0].count = f.later;
    t.drain.full[1].count = t.fill.full[1].count = f.once;
    if (parent) output_load(h, own, once, &SymbolicBits::parent, t);
    if (child) output_load(h, one_lane_, one_lane_, &SymbolicBits::child, t);
  }

  void output_load(const HoldPoint& h, const LaneModes& own, const LaneModes& once,
                   Symbol SymbolicBits::*port, SymbolicHold& t) const {
    const int p = precision_.psum_bits;
    const bool reads_first = accelerator_.first_visit == FirstVisit::read;
    const Symbol all = sums_.moved(h, own, Visits::all);
    const Symbol one = sums_.moved_once(h, own, Visit::first);
    const Symbol one_final = sums_.moved_once(h, once, Visit::first);
    t.drain.all.*port = drained(all, sums_.moved(h, once, Visits::last));
    t.drain.full[0].each.*port = mul(one, p);
    t.drain.full[1].each.*port = drained(one, one_final);
    t.last_drain.*port =
        drained(sums_.moved_once(h, own, Visit::last), sums_.moved_once(h, once, Visit::last));
    if (port == &SymbolicBits::child && accelerator_.accumulate != Accumulate::preload) return;
    t.fill.all.*port =
        mul(all - (reads_first ? Symbol(0) : sums_.moved(h, once, Visits::first)), p);
    t.fill.full[0].each.*port = mul(one, p);
    t.fill.full[1].each.*port = mul(one - (reads_first ? Symbol(0) : one_final), p);
  }

  const SymbolicEvaluation& sums_;
  const Accelerator& accelerator_;
  const Precision& precision_;
  bool clipped_;
  LaneModes one_lane_;
  SymbolicTotals out_;
};

}  // namespace

SymbolicTotals symbolic_totals(const SymbolicEvaluation& sums, const Precision& precision) {
  return Totaller(sums, precision).run();
}

}  // namespace assay::analytical::batch
