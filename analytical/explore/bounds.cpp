// SPDX-License-Identifier: Apache-2.0
#include "analytical/explore/bounds.h"

#include <algorithm>
#include <set>

#include "core/checked.h"

namespace assay::analytical {
namespace {

constexpr double kMargin = 1 - 1e-9;

double price(const Prices* prices, int level, Moved m, Action a, double zero_fraction) {
  if (prices == nullptr) return 0;
  const Prices::Price& p = prices->of[static_cast<std::size_t>(level)][static_cast<std::size_t>(m)]
                                     [static_cast<std::size_t>(a)];
  return p.pj * (1 - zero_fraction) + p.gated_pj * zero_fraction;
}

// Different elements of an input axis that some point touches.
double touched_axis(std::int64_t out, std::int64_t filter, std::int64_t stride,
                    std::int64_t dilation, std::int64_t pad, std::int64_t extent, bool clipped) {
  if (mul(out, filter) > 4'000'000) return 1;  // a bound all the same
  std::set<std::int64_t> seen;
  for (std::int64_t o = 0; o < out; ++o)
    for (std::int64_t f = 0; f < filter; ++f) {
      const std::int64_t at = o * stride + f * dilation - (clipped ? pad : 0);
      if (!clipped || (at >= 0 && at < extent)) seen.insert(at);
    }
  return static_cast<double>(seen.size());
}

}  // namespace

BoundModel::BoundModel(const LayerSpace& space, const ScoreInput& input)
    : space_(space),
      input_(input),
      precision_(effective_precision(*input.accelerator, *input.layer)) {
  const Accelerator& a = *input.accelerator;
  first_array_ = a.levels.size();
  for (std::size_t l = a.levels.size(); l-- > 0;)
    if (a.levels[l].kind == LevelKind::array) first_array_ = l;
  PerOperand<int> parent{};
  std::size_t slot = 0;
  for (std::size_t i = 0; i < space.pieces().size(); ++i) {
    const Piece& p = space.pieces()[i];
    if (p.kind != Piece::Kind::hold) {
      ++slot;
      continue;
    }
    for (Operand o : kAllOperands)
      if (((p.operands >> static_cast<unsigned>(index(o))) & 1U) != 0)
        add_hold(i, o, slot, &parent);
  }
  if (input.prices == nullptr) return;
  const auto points_of = static_cast<double>(points(*input.layer));
  const Prices::Price& mac = input.prices->mac;
  fixed_pj_ = points_of * (mac.pj * (1 - input.zero_fraction) + mac.gated_pj * input.zero_fraction);
  for (Operand o : kAllOperands) {
    if (!input.layer->has_operand(o)) continue;
    bool direct = true;  // no array between the innermost level that holds it and compute
    for (std::size_t l = static_cast<std::size_t>(parent[o]) + 1; l < a.levels.size(); ++l)
      direct = direct && a.levels[l].kind != LevelKind::array;
    if (!direct) continue;
    const Moved m = o == Operand::I ? Moved::I : o == Operand::W ? Moved::W : Moved::P;
    fixed_pj_ += points_of * static_cast<double>(a.compute().reads_per_mac[o]) *
                 price(input.prices, parent[o], m, Action::read, input.zero_fraction);
    if (o == Operand::O)
      fixed_pj_ += points_of * static_cast<double>(a.compute().psum_writes_per_mac) *
                   price(input.prices, parent[o], Moved::P, Action::write, input.zero_fraction);
  }
}

double BoundModel::touched(Operand o) const {
  const Layer& l = *input_.layer;
  double n = 1;
  for (Dim d : kAllDims)
    if (is_relevant(o, d) && !(o == Operand::I && is_input_axis(d)))
      n *= static_cast<double>(l.size[d]);
  if (o != Operand::I) return n;
  const bool clipped = input_.accelerator->padding == Padding::clipped;
  return n *
         touched_axis(l.size[Dim::P], l.size[Dim::R], l.stride_h, l.dilation_h, l.pad_top,
                      l.input_h, clipped) *
         touched_axis(l.size[Dim::Q], l.size[Dim::S], l.stride_w, l.dilation_w, l.pad_left,
                      l.input_w, clipped);
}

void BoundModel::add_hold(std::size_t piece, Operand o, std::size_t slots_outside,
                          PerOperand<int>* parent) {
  if (holds_.size() == kMaxBoundHolds) return;  // fewer bounds, still bounds
  Hold h{};
  h.operand = o;
  h.piece = piece;
  h.level = space_.pieces()[piece].level;
  h.parent = (*parent)[o];
  h.slots_outside = slots_outside;
  h.words = touched(o);
  h.may_slide = o == Operand::I && input_.accelerator->halo == Halo::slide;
  (*parent)[o] = h.level;
  prices(&h);
  ports(&h);
  // Where padding is clipped, a tile around this one may be filled for no step at all: the layer
  // does not wait for it, so its transfers are no bound on the latency.
  if (o == Operand::I && input_.accelerator->padding == Padding::clipped)
    for (Hold& outer : holds_)
      if (outer.operand == o) {
        outer.ports_first.clear();
        outer.ports_again.clear();
      }
  holds_.push_back(h);
}

void BoundModel::prices(Hold* h) const {
  const Prices* p = input_.prices;
  const double zero = input_.zero_fraction;
  if (h->operand != Operand::O) {
    const Moved m = h->operand == Operand::I ? Moved::I : Moved::W;
    h->pj_first = h->pj_again =
        price(p, h->parent, m, Action::read, zero) + price(p, h->level, m, Action::fill, zero);
    return;
  }
  const Accelerator& a = *input_.accelerator;
  const double back =
      price(p, h->parent, Moved::P, Action::read, zero) +
      (a.accumulate == Accumulate::preload ? price(p, h->level, Moved::P, Action::fill, zero)
                                           : price(p, h->level, Moved::P, Action::join, zero));
  h->pj_first = price(p, h->parent, Moved::O, Action::write, zero) +
                price(p, h->level, Moved::O, Action::drain, zero) +
                (a.first_visit == FirstVisit::read ? back : 0);
  h->pj_again = price(p, h->parent, Moved::P, Action::write, zero) +
                price(p, h->level, Moved::P, Action::drain, zero) + back;
}

// One instance only: outside every array. Off-chip ports take no time in the processing latency.
void BoundModel::port(int level, Operand o, Transfer t, double bits,
                      std::vector<std::pair<std::size_t, double>>* out) {
  const Level& l = input_.accelerator->levels[static_cast<std::size_t>(level)];
  if (static_cast<std::size_t>(level) > first_array_) return;
  if (l.off_chip && input_.latency == LatencyKind::processing) return;
  for (std::size_t p = 0; p < l.ports.size(); ++p) {
    if (!l.ports[p].serves[o][static_cast<std::size_t>(t)]) continue;
    const std::pair<int, std::size_t> id{level, p};
    auto at = std::find(port_ids_.begin(), port_ids_.end(), id);
    if (at == port_ids_.end()) at = port_ids_.insert(at, id);
    out->emplace_back(static_cast<std::size_t>(at - port_ids_.begin()),
                      bits / l.ports[p].bandwidth_bits_per_cycle.value());
    return;
  }
}

void BoundModel::ports(Hold* h) {
  const Operand o = h->operand;
  if (o != Operand::O) {
    const double bits = o == Operand::I ? precision_.input_bits : precision_.weight_bits;
    port(h->parent, o, Transfer::read, bits, &h->ports_first);
    h->ports_again = h->ports_first;
    return;
  }
  const double psum = precision_.psum_bits, output = precision_.output_bits;
  port(h->parent, o, Transfer::write, output, &h->ports_first);
  if (input_.accelerator->first_visit == FirstVisit::read)
    port(h->parent, o, Transfer::read, psum, &h->ports_first);
  port(h->parent, o, Transfer::write, psum, &h->ports_again);
  port(h->parent, o, Transfer::read, psum, &h->ports_again);
}

BoundModel::Template BoundModel::make_template(const std::array<Order, kMaxSlots>& order) const {
  Template t;
  t.order = order;
  if (!space_.perfect()) return t;
  for (std::size_t i = 0; i < holds_.size(); ++i) {
    bool outside_relevant = false;
    for (std::size_t s = holds_[i].slots_outside; s-- > 0;) {
      if (space_.slots()[s].spatial) continue;
      for (auto d = order[s].rbegin(); d != order[s].rend(); ++d) {
        if (*d == kNoDim) continue;
        const auto dim = static_cast<Dim>(*d);
        if (is_relevant(holds_[i].operand, dim))
          outside_relevant = true;
        else if (outside_relevant)
          t.repeating[i][s] |= bit(dim);
      }
    }
  }
  return t;
}

Share BoundModel::share(Dim dim, const Factorisation& f, const Template& t) const {
  Share s;
  const std::int64_t size = input_.layer->size[dim];
  std::int64_t over_lanes = 1;
  const auto& slots = space_.slots();
  for (std::size_t k = 0; k < kMaxSlots; ++k) {
    const bool spatial = k < slots.size() && slots[k].spatial;
    s.lanes[k] = spatial ? f.bound[k] : 1;
    if (spatial) over_lanes = mul(over_lanes, f.bound[k]);
  }
  s.iterations = ceil_div(size, over_lanes);
  for (std::size_t i = 0; i < kMaxBoundHolds; ++i) {
    s.tile[i] = 1;
    s.repeats[i] = 1;
    if (i >= holds_.size()) continue;
    for (std::size_t k = 0; k < slots.size(); ++k)
      if (k >= holds_[i].slots_outside)
        s.tile[i] = mul(s.tile[i], f.bound[k]);
      else if ((t.repeating[i][k] & bit(dim)) != 0)
        s.repeats[i] *= static_cast<double>(f.bound[k]);
    s.tile[i] = std::min(s.tile[i], size);
  }
  return s;
}

void BoundModel::minimum(Share* least, const Share& other) {
  for (std::size_t i = 0; i < kMaxBoundHolds; ++i) {
    least->tile[i] = std::min(least->tile[i], other.tile[i]);
    least->repeats[i] = std::min(least->repeats[i], other.repeats[i]);
  }
  for (std::size_t k = 0; k < kMaxSlots; ++k)
    least->lanes[k] = std::min(least->lanes[k], other.lanes[k]);
  least->iterations = std::min(least->iterations, other.iterations);
}

BoundModel::Partial BoundModel::none() const {
  Partial p;
  for (auto& tile : p.tile) tile.fill(1);
  p.repeats.fill(1);
  p.lanes.fill(1);
  p.iterations = 1;
  return p;
}

void BoundModel::multiply(Partial* p, Dim dim, const Share& share) const {
  p->tile[dim] = share.tile;
  for (std::size_t i = 0; i < holds_.size(); ++i) p->repeats[i] *= share.repeats[i];
  for (std::size_t k = 0; k < space_.slots().size(); ++k) p->lanes[k] *= share.lanes[k];
  p->iterations *= static_cast<double>(share.iterations);
}

// Of the first tile: nothing is cut off at its far end but by the tensor.
double BoundModel::extent(const Hold&, const Partial& p, std::size_t at, bool rows) const {
  const Layer& l = *input_.layer;
  const double out = static_cast<double>(p.tile[rows ? Dim::P : Dim::Q][at] - 1);
  const double filter = static_cast<double>(p.tile[rows ? Dim::R : Dim::S][at] - 1);
  const double full = out * static_cast<double>(rows ? l.stride_h : l.stride_w) +
                      filter * static_cast<double>(rows ? l.dilation_h : l.dilation_w) + 1;
  if (input_.accelerator->padding != Padding::clipped) return full;
  return std::max(0.0, std::min(full - static_cast<double>(rows ? l.pad_top : l.pad_left),
                                static_cast<double>(rows ? l.input_h : l.input_w)));
}

bool BoundModel::may_fit(const Partial& p) const {
  const Accelerator& a = *input_.accelerator;
  const auto& slots = space_.slots();
  for (std::size_t k = 0; k < slots.size(); ++k) {
    if (!slots[k].spatial) continue;
    double used = 1;
    for (std::size_t j = 0; j < slots.size(); ++j)
      if (slots[j].array == slots[k].array) used *= static_cast<double>(p.lanes[j]);
    if (used > static_cast<double>(slots[k].lanes)) return false;
  }
  std::array<double, kMaxLevels> shared{}, fifo{};
  for (std::size_t i = 0; i < holds_.size(); ++i) {
    const Hold& h = holds_[i];
    const Level& level = a.levels[static_cast<std::size_t>(h.level)];
    const Keep& keep = level.keeps[h.operand];
    double box = 1;
    for (Dim d : kAllDims)
      if (is_relevant(h.operand, d) && !(h.operand == Operand::I && is_input_axis(d)))
        box *= static_cast<double>(p.tile[d][i]);
    if (h.operand == Operand::I) box *= extent(h, p, i, true) * extent(h, p, i, false);
    const int bits = h.operand == Operand::I   ? precision_.input_bits
                     : h.operand == Operand::W ? precision_.weight_bits
                                               : precision_.psum_bits;
    const double need = box * (h.may_slide ? 1 : keep.slots) * bits / 8 * kMargin;
    if (keep.capacity_bytes) {
      if (need > static_cast<double>(*keep.capacity_bytes + keep.fifo_bytes)) return false;
    } else {
      shared[static_cast<std::size_t>(h.level)] += need;
      fifo[static_cast<std::size_t>(h.level)] += static_cast<double>(keep.fifo_bytes);
    }
  }
  for (std::size_t l = 0; l < a.levels.size(); ++l)
    if (a.levels[l].capacity_bytes &&
        shared[l] > static_cast<double>(*a.levels[l].capacity_bytes) + fifo[l])
      return false;
  return true;
}

Costs BoundModel::bound(const Partial& p) const {
  double cycles = p.iterations * input_.accelerator->compute().initiation_interval_cycles.value();
  double pj = fixed_pj_;
  std::array<double, kMaxLevels * kMaxPorts> busy{};
  for (std::size_t i = 0; i < holds_.size(); ++i) {
    const Hold& h = holds_[i];
    const double again = h.words * (p.repeats[i] - 1);
    pj += h.words * h.pj_first + again * h.pj_again;
    for (const auto& [id, per_word] : h.ports_first) busy[id] += h.words * per_word;
    for (const auto& [id, per_word] : h.ports_again) busy[id] += again * per_word;
  }
  for (std::size_t id = 0; id < port_ids_.size(); ++id) cycles = std::max(cycles, busy[id]);
  cycles *= kMargin;
  if (input_.prices != nullptr)
    pj += energy(Milliwatts(input_.prices->constant_mw),
                 duration(Cycles(cycles), input_.accelerator->clock))
              .value;
  return {cycles, pj * kMargin};
}

}  // namespace assay::analytical
