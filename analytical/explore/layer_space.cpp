// SPDX-License-Identifier: Apache-2.0
#include "analytical/explore/layer_space.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "core/checked.h"

namespace assay::analytical {
namespace {

std::vector<Order> orders_as_stated(const std::vector<Dim>& stated) {
  std::vector<Order> by_dims(std::size_t{1} << kDims);
  for (unsigned dims = 0; dims < by_dims.size(); ++dims) {
    Order order;
    order.fill(kNoDim);
    std::size_t n = 0;
    for (Dim d : stated)
      if ((dims & bit(d)) != 0) order[n++] = static_cast<std::uint8_t>(index(d));
    by_dims[dims] = order;
  }
  return by_dims;
}

// Bounds that leave different quotients: for every q, the smallest n with ceil(left / n) = q.
void ceil_factors(std::int64_t left, std::int64_t limit, std::vector<std::int64_t>* out) {
  for (std::int64_t n = left; n >= 1;) {
    if (n <= limit) out->push_back(n);
    if (n == 1) break;
    n = ceil_div(left, ceil_div(left, n - 1));
  }
  std::reverse(out->begin(), out->end());
}

void divisors(std::int64_t left, std::int64_t limit, std::vector<std::int64_t>* out) {
  for (std::int64_t n = 1; n <= left / n; ++n) {
    if (left % n != 0) continue;
    if (n <= limit) out->push_back(n);
    if (n != left / n && left / n <= limit) out->push_back(left / n);
  }
  std::sort(out->begin(), out->end());
}

}  // namespace

Design::Design() {
  for (auto& b : bound) b.fill(1);
  for (auto& o : order) o.fill(kNoDim);
}
bool Design::operator<(const Design& o) const {
  return std::tie(skeleton, bound, order) < std::tie(o.skeleton, o.bound, o.order);
}
bool Design::operator==(const Design& o) const {
  return skeleton == o.skeleton && bound == o.bound && order == o.order;
}

LayerSpace::LayerSpace(const Layer& layer, const Accelerator& accelerator, const MapSpace& space,
                       int skeleton)
    : layer_(layer),
      accelerator_(accelerator),
      skeleton_(skeleton),
      factors_(space.factors),
      pieces_(space.skeletons[static_cast<std::size_t>(skeleton)].pieces) {
  outermost_.fill(-1);
  for (Dim d : kAllDims)
    if (layer.size[d] > 1) {
      dims_ |= bit(d);
      perfect_ = perfect_ && factors_[d] == Factors::perfect;
    }
  bool hold_inside = false;
  for (std::size_t i = pieces_.size(); i-- > 0;) {
    Piece& p = pieces_[i];
    if (p.kind == Piece::Kind::hold) {
      if (!layer.has_weights()) p.operands &= ~(1U << static_cast<unsigned>(index(Operand::W)));
      hold_inside = hold_inside || p.operands != 0;
      continue;
    }
    Slot s;
    s.piece = i;
    s.spatial = p.kind == Piece::Kind::lanes;
    s.array = p.level;
    if (s.spatial) s.lanes = accelerator.levels[static_cast<std::size_t>(p.level)].size;
    s.ordered = !s.spatial && hold_inside;
    s.dims = p.dims & dims_;
    s.rule = p.rule;
    s.order = p.order;
    slots_.insert(slots_.begin(), s);
  }
  for (Dim d : kAllDims)
    for (std::size_t s = slots_.size(); s-- > 0;)
      if ((slots_[s].dims & bit(d)) != 0) outermost_[d] = static_cast<int>(s);
  table_ = order_table(dims_, accelerator.halo == Halo::slide);
  for (Dim d : kAllDims)
    if ((dims_ & bit(d)) != 0) list_factors(d);
  for (std::size_t s = 0; s < slots_.size(); ++s) {
    if (slots_[s].ordered && slots_[s].order.empty()) continue;
    const std::vector<Dim> all(kAllDims.begin(), kAllDims.end());
    for (const Order& o : orders_as_stated(slots_[s].order.empty() ? all : slots_[s].order))
      fixed_[s].push_back({o});
  }
}

void LayerSpace::choices(Dim dim, std::size_t slot, std::int64_t left,
                         std::vector<std::int64_t>* out) const {
  out->clear();
  const Slot& s = slots_[slot];
  if ((s.dims & bit(dim)) == 0) {
    if (left == 1 || outermost_[dim] < static_cast<int>(slot)) out->push_back(1);
    return;
  }
  const BoundRule& rule = s.rule[dim];
  const std::int64_t limit =
      s.spatial && rule.kind != BoundRule::Kind::fill ? std::min(rule.value, s.lanes) : rule.value;
  if (rule.kind == BoundRule::Kind::rest) {
    if (!s.spatial || left <= s.lanes) out->push_back(left);
  } else if (rule.kind == BoundRule::Kind::fill) {
    const std::int64_t n = std::min(limit, left);
    const bool divides = factors_[dim] == Factors::ceil || left % n == 0;
    if (divides && (n == left || outermost_[dim] < static_cast<int>(slot))) out->push_back(n);
  } else if (outermost_[dim] == static_cast<int>(slot)) {
    if (left <= limit) out->push_back(left);
  } else {
    factors(dim, left, limit, out);
  }
}

void LayerSpace::factors(Dim dim, std::int64_t left, std::int64_t limit,
                         std::vector<std::int64_t>* out) const {
  if (static_cast<std::size_t>(left) < factors_of_[dim].size() &&
      !factors_of_[dim][static_cast<std::size_t>(left)].empty()) {
    const auto& known = factors_of_[dim][static_cast<std::size_t>(left)];
    out->assign(known.begin(), std::upper_bound(known.begin(), known.end(), limit));
  } else if (factors_[dim] == Factors::perfect) {
    divisors(left, limit, out);
  } else {
    ceil_factors(left, limit, out);
  }
}

void LayerSpace::list_factors(Dim dim) {
  constexpr std::int64_t kLongest = 1 << 15;
  const std::int64_t size = layer_.size[dim];
  if (size > kLongest) return;
  std::vector<std::vector<std::int64_t>> lists(static_cast<std::size_t>(size) + 1);
  std::vector<std::int64_t> lefts;
  ceil_factors(size, size, &lefts);  // quotients of the size, rounded up, are the same set
  for (const std::int64_t left : lefts) {
    auto& list = lists[static_cast<std::size_t>(left)];
    if (factors_[dim] == Factors::perfect)
      divisors(left, left, &list);
    else
      ceil_factors(left, left, &list);
  }
  factors_of_[dim] = std::move(lists);
}

// An operand is concerned by a block's order when one of its holds stands inside, and no loop that
// it depends on in between.
std::array<std::uint8_t, kMaxSlots> LayerSpace::concerned(
    const std::array<unsigned, kMaxSlots>& active) const {
  static const std::array<std::uint8_t, 1U << kDims> depends = [] {
    std::array<std::uint8_t, 1U << kDims> table{};
    for (unsigned dims = 0; dims < table.size(); ++dims)
      for (Operand o : kAllOperands)
        if ((dims & relevant_dims(o)) != 0)
          table[dims] =
              static_cast<std::uint8_t>(table[dims] | 1U << static_cast<unsigned>(index(o)));
    return table;
  }();
  std::array<std::uint8_t, kMaxSlots> out{};
  unsigned exposed = 0;
  std::size_t s = slots_.size();
  for (std::size_t i = pieces_.size(); i-- > 0;) {
    const Piece& p = pieces_[i];
    if (p.kind == Piece::Kind::hold) {
      exposed |= p.operands;
      continue;
    }
    --s;
    if (p.kind == Piece::Kind::lanes) continue;
    out[s] = static_cast<std::uint8_t>(exposed);
    exposed &= ~static_cast<unsigned>(depends[active[s]]);
  }
  return out;
}

const std::vector<Order>& LayerSpace::orders(std::size_t slot,
                                             const std::array<unsigned, kMaxSlots>& active) const {
  if (!fixed_[slot].empty()) return fixed_[slot][active[slot]];
  return table_->classes(active[slot], concerned(active)[slot]);
}

bool LayerSpace::fits_arrays(const Design& design) const {
  for (std::size_t s = 0; s < slots_.size(); ++s) {
    if (!slots_[s].spatial) continue;
    std::int64_t used = 1;
    for (std::size_t t = 0; t < slots_.size(); ++t)
      if (slots_[t].array == slots_[s].array)
        for (Dim d : kAllDims) used = mul(used, design.bound[t][d]);
    if (used > slots_[s].lanes) return false;
  }
  return true;
}

void LayerSpace::write(const Design& design, Mapping* mapping) const {
  mapping->nest.clear();
  std::size_t slot = 0;
  for (const Piece& p : pieces_) {
    Entry e;
    if (p.kind == Piece::Kind::hold) {
      if (p.operands == 0) continue;
      e.kind = EntryKind::hold;
      e.level = p.level;
      e.operands = p.operands;
      mapping->nest.push_back(e);
      continue;
    }
    e.kind = slots_[slot].spatial ? EntryKind::spatial : EntryKind::loop;
    e.axis = p.axis;
    for (const std::uint8_t d : design.order[slot]) {
      if (d == kNoDim) break;
      e.dim = static_cast<Dim>(d);
      e.bound = design.bound[slot][e.dim];
      if (e.bound > 1) mapping->nest.push_back(e);
    }
    ++slot;
  }
}

LayerSpace::MaskCounts LayerSpace::count(Dim dim) const {
  // From the innermost slot outwards: (elements left, slots with a loop) -> factorisations.
  std::map<std::pair<std::int64_t, unsigned>, double> now{{{layer_.size[dim], 0U}, 1.0}}, next;
  std::vector<std::int64_t> bounds;
  for (std::size_t s = slots_.size(); s-- > 0;) {
    next.clear();
    for (const auto& [state, n] : now) {
      choices(dim, s, state.first, &bounds);
      for (const std::int64_t b : bounds)
        next[{ceil_div(state.first, b),
              state.second | (b > 1 && slots_[s].ordered ? 1U << s : 0U)}] += n;
    }
    now.swap(next);
  }
  MaskCounts out;  // with nothing left, masks appear once
  for (const auto& [state, n] : now)
    if (state.first == 1) out.emplace_back(state.second, n);
  return out;
}

double LayerSpace::factorisations(Dim dim) const {
  double sum = 0;
  for (const auto& [mask, n] : count(dim)) sum += n;
  return sum;
}

double LayerSpace::size_with(const std::vector<std::pair<Dim, MaskCounts>>& counts,
                             std::size_t from, std::array<unsigned, kMaxSlots>* active) const {
  if (from == counts.size()) {
    double ways = 1;
    const auto concern = concerned(*active);
    for (std::size_t s = 0; s < slots_.size(); ++s)
      if (slots_[s].ordered && fixed_[s].empty())
        ways *= static_cast<double>(table_->classes((*active)[s], concern[s]).size());
    return ways;
  }
  const auto& [dim, masks] = counts[from];
  double total = 0;
  for (const auto& [mask, n] : masks) {
    for (std::size_t s = 0; s < slots_.size(); ++s)
      if (((mask >> s) & 1U) != 0) (*active)[s] |= bit(dim);
    total += n * size_with(counts, from + 1, active);
    for (std::size_t s = 0; s < slots_.size(); ++s) (*active)[s] &= ~bit(dim);
  }
  return total;
}

double LayerSpace::size() const {
  std::vector<std::pair<Dim, MaskCounts>> counts;
  for (Dim d : kAllDims)
    if ((dims_ & bit(d)) != 0) counts.emplace_back(d, count(d));
  std::array<unsigned, kMaxSlots> active{};
  return size_with(counts, 0, &active);
}

}  // namespace assay::analytical
