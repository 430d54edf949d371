// SPDX-License-Identifier: Apache-2.0
#include "analytical/explore/moves.h"

#include <algorithm>

#include "core/checked.h"

namespace assay::analytical {
namespace {

constexpr std::size_t kOrderChoices = 48;  // tried per slot by the local search
constexpr std::size_t kSteps = 3;          // how far a factor moves at once: next, second, all

std::size_t pick(double gene, std::size_t n) {
  return std::min(n - 1, static_cast<std::size_t>(std::max(0.0, gene) * static_cast<double>(n)));
}

}  // namespace

std::array<unsigned, kMaxSlots> Moves::active(const Design& design) const {
  std::array<unsigned, kMaxSlots> a{};
  for (std::size_t s = 0; s < space_.slots().size(); ++s)
    for (Dim d : kAllDims)
      if (design.bound[s][d] > 1) a[s] |= bit(d);
  return a;
}

std::size_t Moves::genes() const { return space_.slots().size() * (kDims + 1); }

void Moves::legalise_orders(Design* design) const {
  const auto a = active(*design);
  const auto concerned = space_.concerned(a);
  for (std::size_t s = 0; s < space_.slots().size(); ++s) {
    const std::vector<Order>& orders = space_.orders(s, a);
    if (std::find(orders.begin(), orders.end(), design->order[s]) != orders.end()) continue;
    // The order as it is, without the loops that are gone and with new ones outside.
    Order wanted;
    wanted.fill(kNoDim);
    std::size_t n = 0;
    unsigned left = a[s];
    for (const std::uint8_t d : design->order[s])
      if (d != kNoDim) left &= ~(1U << d);
    for (unsigned m = left; m != 0; m &= m - 1)
      wanted[n++] = static_cast<std::uint8_t>(__builtin_ctz(m));
    for (const std::uint8_t d : design->order[s])
      if (d != kNoDim && ((a[s] >> d) & 1U) != 0) wanted[n++] = d;
    const bool slides = space_.accelerator().halo == Halo::slide;
    const std::uint64_t signature = reuse_signature(wanted, concerned[s], slides);
    design->order[s] = orders.front();
    for (const Order& o : orders)
      if (reuse_signature(o, concerned[s], slides) == signature) {
        design->order[s] = o;
        break;
      }
  }
}

bool Moves::complete(Dim dim, const std::array<std::int64_t, kMaxSlots>& wanted, Design* design) {
  std::int64_t left = space_.layer().size[dim];
  for (std::size_t s = space_.slots().size(); s-- > 0;) {
    space_.choices(dim, s, left, &choices_);
    if (choices_.empty()) return false;
    auto at = std::upper_bound(choices_.begin(), choices_.end(), wanted[s]);
    if (at != choices_.begin()) --at;
    design->bound[s][dim] = *at;
    left = ceil_div(left, *at);
  }
  return left == 1;
}

bool Moves::decode(const double* genes, Design* design) {
  *design = Design();
  design->skeleton = static_cast<std::int16_t>(space_.skeleton());
  const std::size_t slots = space_.slots().size();
  for (Dim d : kAllDims) {
    if ((space_.dims() & bit(d)) == 0) continue;
    std::int64_t left = space_.layer().size[d];
    for (std::size_t s = slots; s-- > 0;) {
      space_.choices(d, s, left, &choices_);
      if (choices_.empty()) return false;
      const std::int64_t b =
          choices_[pick(genes[s * kDims + static_cast<std::size_t>(index(d))], choices_.size())];
      design->bound[s][d] = b;
      left = ceil_div(left, b);
    }
    if (left != 1) return false;
  }
  if (!repair(design)) return false;
  const auto a = active(*design);
  for (std::size_t s = 0; s < slots; ++s) {
    const std::vector<Order>& orders = space_.orders(s, a);
    design->order[s] = orders[pick(genes[slots * kDims + s], orders.size())];
  }
  return true;
}

bool Moves::random(Random* random, Design* design) {
  std::array<double, kMaxSlots*(kDims + 1)> genes{};
  for (std::size_t i = 0; i < this->genes(); ++i)
    genes[i] = static_cast<double>((*random)() >> 11U) * 0x1p-53;
  return decode(genes.data(), design);
}

// The next smaller bound of a slot, or at most half of it; what it leaves goes outwards.
bool Moves::smaller(Dim dim, std::size_t slot, bool halve, Design* design) {
  std::array<std::int64_t, kMaxSlots> wanted{};
  for (std::size_t s = 0; s < kMaxSlots; ++s) wanted[s] = design->bound[s][dim];
  wanted[slot] = halve ? wanted[slot] / 2 : wanted[slot] - 1;
  Design changed = *design;
  if (!complete(dim, wanted, &changed) || changed.bound[slot][dim] >= design->bound[slot][dim])
    return false;
  *design = changed;
  return true;
}

bool Moves::reduce_arrays(Design* design) {
  for (std::size_t s = 0; s < space_.slots().size(); ++s) {
    if (!space_.slots()[s].spatial) continue;
    std::int64_t used = 1;
    for (std::size_t t = 0; t < space_.slots().size(); ++t)
      if (space_.slots()[t].array == space_.slots()[s].array)
        for (Dim d : kAllDims) used = mul(used, design->bound[t][d]);
    if (used <= space_.slots()[s].lanes) continue;
    // The dimension with the smallest bound: large ones fill the array best.
    std::vector<std::pair<std::int64_t, Dim>> order;
    for (Dim d : kAllDims)
      if (design->bound[s][d] > 1) order.emplace_back(design->bound[s][d], d);
    std::sort(order.begin(), order.end());
    for (const auto& [bound, dim] : order)
      if (smaller(dim, s, false, design)) return true;
  }
  return false;
}

// One bound less inside the hold that most lacks room, of the dimension and slot that need it most.
bool Moves::reduce_levels(Design* design) {
  space_.write(*design, &mapping_);
  const double before = scorer_.excess(mapping_);
  Design best;
  double least = before;
  for (std::size_t s = space_.slots().size(); s-- > 0;)
    for (Dim d : kAllDims) {
      if (design->bound[s][d] == 1) continue;
      Design changed = *design;
      if (!smaller(d, s, before > 1, &changed)) continue;
      if (!space_.fits_arrays(changed)) continue;
      space_.write(changed, &mapping_);
      const double excess = scorer_.excess(mapping_);
      if (excess < least) {
        least = excess;
        best = changed;
      }
    }
  if (least >= before) return false;
  *design = best;
  return true;
}

bool Moves::repair(Design* design) {
  // Loops need an order to be written; which one decides slides only.
  const auto put_orders = [&] {
    const auto a = active(*design);
    for (std::size_t s = 0; s < space_.slots().size(); ++s)
      design->order[s] = space_.orders(s, a).front();
  };
  for (int step = 0; step < 400; ++step) {
    if (!space_.fits_arrays(*design)) {
      if (!reduce_arrays(design)) return false;
      continue;
    }
    put_orders();
    space_.write(*design, &mapping_);
    if (scorer_.excess(mapping_) == 0) return true;
    if (!reduce_levels(design)) return false;
  }
  return false;
}

std::size_t Moves::count() const {
  const std::size_t slots = space_.slots().size();
  return kDims * slots * slots * kSteps + slots * kOrderChoices;
}

bool Moves::neighbour(const Design& from, std::size_t index, Design* out) {
  const std::size_t slots = space_.slots().size();
  const std::size_t factor_moves = kDims * slots * slots * kSteps;
  *out = from;
  if (index >= factor_moves) {
    const std::size_t slot = (index - factor_moves) / kOrderChoices;
    const std::size_t choice = (index - factor_moves) % kOrderChoices;
    const std::vector<Order>& orders = space_.orders(slot, active(from));
    if (choice >= orders.size()) return false;
    out->order[slot] = orders[choice];
    return !(out->order[slot] == from.order[slot]);
  }
  const auto dim = static_cast<Dim>(index % kDims);
  index /= kDims;
  const std::size_t step = index % kSteps;
  index /= kSteps;
  const std::size_t a = index % slots, b = index / slots;
  if (from.bound[a][dim] == 1) return false;
  std::array<std::int64_t, kMaxSlots> wanted{};
  for (std::size_t s = 0; s < kMaxSlots; ++s) wanted[s] = from.bound[s][dim];
  const std::int64_t old = wanted[a];
  std::int64_t& less = wanted[a];
  if (step + 1 == kSteps) {
    less = 1;
  } else {  // a prime factor less, or the next smaller bounds
    std::int64_t divisor = 2;
    while (old % divisor != 0 && divisor < old) ++divisor;
    less = step == 0 ? old / divisor : old - 1;
  }
  if (a != b) wanted[b] = mul(wanted[b], ceil_div(old, less));
  if (!complete(dim, wanted, out) || out->bound == from.bound) return false;
  legalise_orders(out);
  return space_.fits_arrays(*out);
}

}  // namespace assay::analytical
