// SPDX-License-Identifier: Apache-2.0
// The rules of docs/contract.md, section 4, that combine sums into counts. Sums is Evaluation, or
// stands for it with expressions in place of numbers (batch/symbolic_sums.h). Internal to the
// library.
#pragma once

#include "analytical/counts.h"
#include "core/checked.h"

namespace assay::analytical {

template <class Sums>
class Counter {
  using Number = typename Sums::Number;

 public:
  Counter(const Sums& e, BasicCounts<Number>& counts)
      : e_(e), levels_(e.accelerator().levels), counts_(counts) {}

  void run() {
    counts_.points = points(e_.layer());
    for (int i = 0; i < e_.nest().holds; ++i) {
      const HoldPoint& hold = e_.nest().hold[static_cast<std::size_t>(i)];
      if (hold.operand == Operand::O)
        outputs(hold);
      else
        fills(hold);
    }
    for (Operand o : kAllOperands)
      if (e_.layer().has_operand(o)) accesses(o);
  }

 private:
  void put(int level, Moved m, Action a, Number n) {
    Number& slot = counts_.at(level, m, a);
    slot = add(slot, n);
  }
  Network network(int level, Operand o) const {
    return levels_[static_cast<std::size_t>(level)].network[o];
  }
  bool has_lanes(int level) const {
    return e_.nest().first_lane[static_cast<std::size_t>(level)] != kNoLanes;
  }
  static LaneModes all_lanes() {
    LaneModes modes;
    modes.fill(Lanes::sum);
    return modes;
  }

  // For each array between parent and child whose network is `a` or `b`: words before it minus
  // words after it.
  template <class Words, class Put>
  void along_arrays(Operand o, int parent, int child, Network a, Network b, const Words& words,
                    const Put& put_at) {
    for (int i = parent + 1; i < child; ++i) {
      const Network n = network(i, o);
      if (levels_[static_cast<std::size_t>(i)].kind != LevelKind::array || (n != a && n != b) ||
          !has_lanes(i))
        continue;
      LaneModes modes = e_.network_modes(o, i - 1, child, Lanes::sum);
      const Number after = words(modes);
      modes[static_cast<std::size_t>(i)] = Lanes::sum;
      put_at(i, n, words(modes) - after);
    }
  }

  void fills(const HoldPoint& hold) {
    const Operand o = hold.operand;
    const Moved m = o == Operand::I ? Moved::I : Moved::W;
    const auto words = [&](const LaneModes& modes) { return e_.moved(hold, modes, Visits::all); };
    put(hold.level, m, Action::fill, words(all_lanes()));
    put(hold.parent, m, Action::read,
        words(e_.network_modes(o, hold.parent, hold.level, Lanes::sum)));
    along_arrays(o, hold.parent, hold.level, Network::forward, Network::forward, words,
                 [&](int level, Network, Number n) { put(level, m, Action::hop, n); });
  }

  template <class Words>
  void reductions(int parent, int child, const Words& words) {
    along_arrays(Operand::O, parent, child, Network::tree, Network::chain, words,
                 [&](int level, Network n, Number adds) {
                   put(level, Moved::P, Action::add, adds);
                   if (n == Network::chain) put(level, Moved::P, Action::hop, adds);
                 });
  }

  void outputs(const HoldPoint& hold) {
    const LaneModes own = e_.network_modes(Operand::O, hold.parent, hold.level, Lanes::sum);
    LaneModes once = own;
    for (int i = hold.parent + 1; i < hold.level; ++i)
      once[static_cast<std::size_t>(i)] = Lanes::merge;
    const Number written = e_.moved(hold, own, Visits::all);
    const Number final_once = e_.moved(hold, once, Visits::last);
    put(hold.parent, Moved::O, Action::write, final_once);
    put(hold.parent, Moved::P, Action::write, written - final_once);
    const bool saves = e_.accelerator().first_visit == FirstVisit::zero;
    const Number back = written - (saves ? e_.moved(hold, once, Visits::first) : Number{});
    put(hold.parent, Moved::P, Action::read, back);
    const bool preload = e_.accelerator().accumulate == Accumulate::preload;
    put(hold.level, Moved::P, preload ? Action::fill : Action::join, back);
    const Number drained_final = e_.moved(hold, all_lanes(), Visits::last);
    put(hold.level, Moved::O, Action::drain, drained_final);
    put(hold.level, Moved::P, Action::drain,
        e_.moved(hold, all_lanes(), Visits::all) - drained_final);
    reductions(hold.parent, hold.level,
               [&](const LaneModes& modes) { return e_.moved(hold, modes, Visits::all); });
  }

  void accesses(Operand o) {
    const Compute& compute = e_.accelerator().compute();
    const int level = e_.nest().innermost_level[o];
    const int below = static_cast<int>(levels_.size()) - 1;
    const auto words = [&](const LaneModes& modes) { return e_.accesses(o, modes); };
    const Number n = words(e_.network_modes(o, level, below, Lanes::sum));
    const Moved m = o == Operand::I ? Moved::I : o == Operand::W ? Moved::W : Moved::P;
    put(level, m, Action::read, mul(n, compute.reads_per_mac[o]));
    if (o != Operand::O) return;
    put(level, m, Action::write, mul(n, compute.psum_writes_per_mac));
    reductions(level, below, words);
  }

  const Sums& e_;
  const std::vector<Level>& levels_;
  BasicCounts<Number>& counts_;
};

}  // namespace assay::analytical
