// SPDX-License-Identifier: Apache-2.0
#include "analytical/latency.h"

#include <algorithm>
#include <cmath>

#include "analytical/latency_times.h"

namespace assay::analytical {

// The bounds over one set of totals.
class Bound : private Durations {
 public:
  using Durations::Durations;

  FastLatency run() {
    steps(totals_.work, out_);
    steps_ = sum(out_);
    first_paths();
    ramp();
    tail();
    expose();
    output_slots();
    const double chain = out_.cycles;
    ports();
    input_slots();
    out_.port_wait = out_.cycles - chain;
    round_down();
    return out_;
  }

 private:
  // ---- Before the first step, after the last

  // From the start of the first fill of a hold to the first step, if the tiles inside have words
  // (-1: they may not need it); and until that fill can start.
  void first_paths() {
    for (int i = m_.holds_; i-- > 0;) {
      const int inner = wires(i).inner;
      const double rest = inner < 0 ? 0 : at(path_, inner);
      at(path_, i) =
          time(i).first_moves && rest >= 0 ? rest + time(i).first + time(i).fill_delay : -1;
    }
    for (int i = 0; i < m_.holds_; ++i) {
      const int outer = wires(i).outer;
      const bool waits = outer >= 0 && time(i).first_moves && time(outer).first_moves;
      at(ready_, i) = waits ? at(ready_, outer) + time(outer).first + time(outer).fill_delay : 0;
    }
  }
  bool filled_first(int i) const { return wires(i).operand != Operand::O || m_.preload_; }

  // Transfers of one port, one after another.
  struct Series {
    double before, sum, after;

    void put(double ready, double cycles, double rest) {
      before = std::min(before, ready);
      sum += cycles;
      after = std::min(after, rest);
    }
  };

  template <class Put>
  void on_ports(const Way& way, const Put& put) const {
    if (timed(way.parent)) put(way.parent);
    if (timed(way.child)) put(way.child);
  }

  void ramp() {
    std::array<Series, LatencyBound::kPorts> series;
    std::fill_n(series.begin(), m_.ports_, Series{kNever, 0, kNever});
    for (int i = 0; i < m_.holds_; ++i) {
      if (!filled_first(i) || at(path_, i) < 0) continue;
      out_.ramp = std::max(out_.ramp, at(path_, i));
      if (time(i).first == 0) continue;
      on_ports(wires(i).fill, [&](int p) {
        at(series, p).put(at(ready_, i), time(i).first, at(path_, i) - time(i).first);
      });
    }
    for (int p = 0; p < m_.ports_; ++p)
      if (const Series& s = at(series, p); s.sum > 0)
        out_.ramp = std::max(out_.ramp, s.before + s.sum + s.after);
  }

  void tail() {
    for (int i = 0; i < m_.holds_; ++i)
      if (wires(i).operand == Operand::O) out_.drain += time(i).last + time(i).drain_delay;
  }

  // ---- Between steps

  static bool uses(const Way& way, int port) { return way.parent == port || way.child == port; }

  // Cycles of the reloads of a single slot on a port: of tiles after the first.
  double reloads(int i, int port) const {
    const Wires& w = wires(i);
    double cycles = 0;
    if (filled_first(i) && uses(w.fill, port)) cycles += time(i).refill;
    if (w.operand == Operand::O && uses(w.drain, port)) cycles += time(i).redrain;
    return cycles;
  }
  // Of an innermost single slot: all reloads with their latencies.
  double alone(int i) const {
    double cycles = time(i).redrain;
    if (filled_first(i)) cycles += time(i).refill;
    return cycles + std::max(0.0, tiles(i).fill.count - 1) * time(i).fill_delay;
  }

  // Single slots whose reloads take time: innermost and outer ones.
  struct Singles {
    std::array<std::int8_t, kMaxHolds> hold;
    int count = 0;
    void put(int i) { at(hold, count++) = static_cast<std::int8_t>(i); }
    const std::int8_t* begin() const { return hold.data(); }
    const std::int8_t* end() const { return hold.data() + count; }
  };

  // What innermost single slots keep the next step waiting: by one port or by one hold alone.
  struct Lead {
    double cycles = 0;
    int port = -1, hold = -1;
  };
  double lead(const Lead& l, int i) const {
    return l.hold >= 0 ? (i == l.hold ? l.cycles : 0) : reloads(i, l.port);
  }

  Lead find_lead() const {
    Lead best;
    for (int p = 0; p < m_.ports_; ++p) {
      double cycles = 0;
      for (int i : inner_) cycles += reloads(i, p);
      if (timed(p) && cycles > best.cycles) best = {cycles, p, -1};
    }
    for (int i : inner_)
      if (alone(i) > best.cycles) best = {alone(i), -1, i};
    return best;
  }

  // The best of: the lead; one port's reloads of innermost and outer single slots; the lead and
  // another port's reloads of outer single slots.
  void expose() {
    for (int i = 0; i < m_.holds_; ++i)
      if (wires(i).slots == 1 && alone(i) > 0) (wires(i).inner < 0 ? inner_ : outer_).put(i);
    const Lead l = find_lead();
    double best = l.cycles;
    std::array<double, kMaxHolds> beside, with_lead;  // cycles of reloads that need not show
    for (int i : outer_) {
      at(beside, i) = beside_reloads(i);
      at(with_lead, i) = at(beside, i) + lead_beside(i, l);
    }
    int port = -1;
    bool leads = true;
    for (int p = 0; p < m_.ports_ && outer_.count > 0; ++p) {
      if (!timed(p)) continue;
      double together = 0, apart = p == l.port ? 0 : l.cycles;
      for (int i : inner_) together += reloads(i, p);
      for (int i : outer_) {
        const double cycles = reloads(i, p);
        together += std::max(0.0, cycles - at(beside, i));
        apart += std::max(0.0, cycles - at(with_lead, i));
      }
      if (std::max(together, apart) <= best) continue;
      best = std::max(together, apart);
      leads = apart > together;
      port = p;
    }
    for (int i : inner_) at(out_.exposed, i) = leads ? lead(l, i) : reloads(i, port);
    for (int i : outer_)
      if (port >= 0)
        at(out_.exposed, i) = std::max(0.0, reloads(i, port) - at(leads ? with_lead : beside, i));
    out_.cycles = steps_ + out_.ramp + out_.drain + best;
  }

  // Work that goes on beside the reloads of an outer single slot: in the tiles inside.
  double beside_reloads(int i) const {
    const double work = beside_reload(i);
    return work == kNever ? kNever : (tiles(i).visits - 1) * work + edge_lost(i);
  }
  double beside_reload(int i) const {
    if (wires(i).operand != Operand::O && tiles(i).fill.count == 0) return kNever;
    double work = 0;
    for (i = wires(i).inner; i >= 0; i = wires(i).inner) {
      if (tiles(i).most.steps == 0) return kNever;
      work += wires(i).slots * at_most(tiles(i).most);
    }
    return work;
  }

  // Where the tiles beside the first reload may reach back to the first step, the ramp is lost;
  // where those beside the last one may reach the end, the drains inside the next level are.
  double edge_lost(int i) const {
    const int inner = wires(i).inner;
    if (wires(i).operand == Operand::O) return wires(inner).inner < 0 ? 0 : out_.drain;
    const bool enough = wires(inner).inner < 0 && tiles(i).most.steps > 0 &&
                        tiles(inner).visits > wires(inner).slots * tiles(i).visits;
    return enough ? 0 : out_.ramp;
  }

  // Waits of the lead that fall into the same time.
  double lead_beside(int i, const Lead& l) const {
    const int inner = wires(i).inner;
    if (l.cycles == 0 || inner < 0 || wires(inner).inner >= 0) return kNever;
    double cycles = 0;
    for (int k : inner_) {
      if (lead(l, k) == 0) continue;
      if (wires(k).changes > wires(inner).changes) return kNever;
      const double per_tile = tiles(inner).trips / tiles(k).trips;
      cycles += (1 + std::floor(wires(inner).slots / per_tile)) * longest(k);
    }
    return (tiles(i).visits - 1) * cycles;
  }
  // No reload of an innermost single slot counts for more.
  double longest(int i) const {
    const HoldTotals& h = tiles(i);
    if (wires(i).operand != Operand::O)
      return h.fill.count == 0 ? kNever : time(i).first + time(i).fill_delay;
    double cycles = 0;
    for (const Alike& a : h.drain.full) cycles = std::max(cycles, slower(wires(i).drain, a.each));
    return cycles + (m_.preload_ ? slower(wires(i).fill, h.fill.full[0].each) : 0);
  }

  // ---- Slots and ports

  // Tiles of outputs take turns in their slots: read back, worked on, drained.
  void output_slots() {
    for (int i = 0; i < m_.holds_; ++i) {
      const Wires& w = wires(i);
      if (w.operand != Operand::O) continue;
      double inside = steps_;
      if (w.inner >= 0)
        inside = std::max(time(w.inner).drain, steps_ - tiles(i).visits * beside_reload(i));
      double cycles = (time(i).drain + (m_.preload_ ? time(i).fill : 0) + inside) / w.slots;
      for (int k = i; k >= 0; k = wires(k).outer) cycles += time(k).drain_delay;
      cycles = std::ceil(cycles);
      if (cycles <= out_.cycles) continue;
      out_.exposed.fill(0);
      at(out_.exposed, i) = cycles - steps_ - out_.ramp - out_.drain;
      out_.cycles = cycles;
    }
  }

  void bind(double cycles, int port) {
    if (cycles <= out_.cycles) return;
    out_.cycles = cycles;
    out_.binding_level = at(m_.port_, port).level;
    out_.binding_port = at(m_.port_, port).port;
  }

  // Where tiles inside may be empty, a fill may be of no use to any step, and the layer does not
  // wait for it.
  bool needed(int i) const {
    return wires(i).operand != Operand::I || wires(i).inner < 0 || tiles(i).fill.count > 0;
  }
  // From the end of the last fill of hold i that moves words to the end of the layer.
  double after_fill(int i) const {
    return (tiles(i).fill.count > 0 ? time(i).fill_delay : 0) + at_least(tiles(i).least) +
           out_.drain;
  }

  // A port works off its transfers one after another.
  void ports() {
    std::array<Series, LatencyBound::kPorts> series;
    std::fill_n(series.begin(), m_.ports_, Series{kNever, 0, kNever});
    double drained = 0;  // latencies and last drains of the outer holds of O
    for (int i = 0; i < m_.holds_; ++i) {
      const Times& t = time(i);
      const bool output = wires(i).operand == Operand::O;
      if (t.fill > 0 && needed(i)) {
        const double ready = output ? 0 : at(ready_, i);
        const double rest = output ? 0 : after_fill(i);
        on_ports(wires(i).fill, [&](int p) { at(series, p).put(ready, t.fill, rest); });
      }
      if (!output) continue;
      drained += t.drain_delay;
      on_ports(wires(i).drain, [&](int p) { at(series, p).put(out_.ramp, t.drain, drained); });
      drained += t.last;
    }
    for (int p = 0; p < m_.ports_; ++p)
      if (const Series& s = at(series, p); s.sum > 0) bind(s.before + s.sum + s.after, p);
  }

  // A single slot is filled, read by the fills of the tiles inside, and filled again.
  void input_slots() {
    for (int i = 0; i < m_.holds_; ++i) {
      const Wires& w = wires(i);
      if (w.operand == Operand::O || w.slots != 1 || w.inner < 0 || time(i).fill == 0 || !needed(i))
        continue;
      const int port = timed(w.fill.parent) ? w.fill.parent : w.fill.child;
      const double sum =
          time(i).fill + tiles(i).fill.count * time(i).fill_delay + time(w.inner).fill;
      bind(at(ready_, i) + sum + after_fill(w.inner), port);
    }
  }

  // Beyond 2^52, sums of doubles may round up.
  void round_down() {
    if (out_.cycles < 0x1p52) return;
    const double less = out_.cycles * 0x1p-40;
    out_.cycles -= less;
    out_.macs -= less;
  }

  FastLatency out_;
  double steps_ = 0;
  std::array<double, kMaxHolds> path_, ready_;
  Singles inner_, outer_;
};

FastLatency LatencyBound::operator()(const Totals& totals, OffChip off_chip) const {
  return Bound(*this, totals, off_chip).run();
}

FastLatencies fast_latency(const Evaluation& e, const Precision& precision) {
  const Totals sums = totals(e, precision);
  const LatencyBound bound(e.accelerator(), e.nest());
  return {bound(sums, OffChip::free), bound(sums, OffChip::timed)};
}

}  // namespace assay::analytical
