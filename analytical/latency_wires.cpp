// SPDX-License-Identifier: Apache-2.0
// What of the fast latency does not depend on the bounds of loops: which hold uses which ports.
#include "analytical/latency.h"
#include "analytical/latency_times.h"

namespace assay::analytical {
LatencyBound::LatencyBound(const Accelerator& a, const Nest& nest)
    : interval_num_(static_cast<double>(a.compute().initiation_interval_cycles.num)),
      interval_den_(static_cast<double>(a.compute().initiation_interval_cycles.den)),
      step_overhead_(static_cast<double>(a.compute().step_overhead_cycles)),
      per_psum_(static_cast<double>(a.compute().per_psum_cycles)),
      per_new_input_(static_cast<double>(a.compute().per_new_input_cycles)),
      preload_(a.accumulate == Accumulate::preload),
      holds_(nest.holds) {
  PerOperand<int> outer;
  outer.fill(-1);
  for (int i = 0; i < holds_; ++i) {
    const HoldPoint& h = at(nest.hold, i);
    Wires& w = at(wires_, i);
    w.operand = h.operand;
    w.inner = -1;
    w.changes = h.innermost.pos;
    w.outer = outer[h.operand];
    if (w.outer >= 0) at(wires_, w.outer).inner = i;
    outer[h.operand] = i;
    w.slots = at(a.levels, h.level).keeps[h.operand].slots;
    w.fill = way(a, h, true);
    if (h.operand == Operand::O) w.drain = way(a, h, false);
  }
}

int LatencyBound::timed_port(const Accelerator& a, int level, Operand o, Transfer t) {
  const Level& l = at(a.levels, level);
  for (std::size_t p = 0; p < l.ports.size(); ++p) {
    const Port& port = l.ports[p];
    if (!port.serves[o][static_cast<std::size_t>(t)]) continue;
    for (int k = 0; k < ports_; ++k)
      if (at(port_, k).level == level && at(port_, k).port == static_cast<int>(p)) return k;
    at(port_, ports_) = {static_cast<double>(port.bandwidth_bits_per_cycle.num),
                         static_cast<double>(port.bandwidth_bits_per_cycle.den),
                         static_cast<double>(port.latency_cycles),
                         level,
                         static_cast<int>(p),
                         l.off_chip};
    return ports_++;
  }
  return -1;
}

LatencyBound::Way LatencyBound::way(const Accelerator& a, const HoldPoint& h, bool fills) {
  Way way{-1, -1, 0, {}};
  const Operand o = h.operand;
  const bool back = o == Operand::O && fills;
  way.parent = timed_port(a, h.parent, o, fills ? Transfer::read : Transfer::write);
  if (!back || preload_)
    way.child = timed_port(a, h.level, o, fills ? Transfer::fill : Transfer::drain);
  const Network carried = fills ? Network::forward : Network::chain;
  for (int i = h.parent + 1; i < h.level && !back; ++i) {
    const Level& level = at(a.levels, i);
    if (level.kind == LevelKind::array && level.network[o] == carried && way.hops < 2 &&
        level.hop_latency_cycles[o] > 0)
      at(way.hop, way.hops++) = {i, static_cast<double>(level.hop_latency_cycles[o])};
  }
  return way;
}

}  // namespace assay::analytical
