// SPDX-License-Identifier: Apache-2.0
#include "experiments/microbenchmarks/search.h"

#include <algorithm>
#include <set>

#include "core/checked.h"

namespace assay::microbenchmarks {
namespace {

constexpr double kGain = 1e-3;  // relative; smaller ones only make layers larger
constexpr int kSweeps = 8, kAttempts = 300;
constexpr std::int64_t kStrides[] = {1, 2, 4};

// The distribution of the standard library is not the same everywhere.
std::size_t pick(std::size_t n, std::mt19937_64* bits) {
  return static_cast<std::size_t>((*bits)() % n);
}

bool fits(const Layer& layer, const Limits& limits) {
  if (points(layer) > limits.max_macs) return false;
  return std::all_of(kAllOperands.begin(), kAllOperands.end(),
                     [&](Operand o) { return tensor_elements(layer, o) <= limits.max_elements; });
}

}  // namespace

Search::Search(const Accelerator& accelerator, const Columns& columns,
               const std::vector<Order>& orders, const Limits& limits, const Accepts& accepts)
    : accelerator_(accelerator),
      columns_(columns),
      orders_(orders),
      limits_(limits),
      accepts_(accepts) {}

std::optional<Evaluated> Search::evaluate(const Choice& choice) const {
  try {
    const std::optional<Pair> made = make_pair(orders_[choice.order], choice);
    if (!made) return std::nullopt;
    const Pair& pair = *made;
    const Layer& layer = pair.layer;
    const bool one_row = layer.size[Dim::P] == 1 && layer.size[Dim::Q] == 1;
    const std::int64_t kernel = std::max(layer.size[Dim::R], layer.size[Dim::S]);
    if (choice.stride > (one_row ? 1 : kernel)) return std::nullopt;
    if (!fits(layer, limits_) || !check(layer, accelerator_, pair.mapping).empty())
      return std::nullopt;
    const analytical::Nest nest = analytical::compile(layer, accelerator_, pair.mapping);
    const analytical::Prediction p = analytical::predict(layer, accelerator_, nest, nullptr, 0);
    if (p.total.cycles > limits_.max_cycles) return std::nullopt;
    if (accepts_ && !accepts_(layer, pair.mapping)) return std::nullopt;
    return Evaluated{choice, p.total.cycles, columns_.spent(p.counts, p.total.cycles, 0),
                     columns_.spent(p.counts, p.total.cycles, 1)};
  } catch (const OverflowError&) {
    return std::nullopt;
  }
}

double Search::score(const Evaluated& e, const Target& target) const {
  return share_pct(columns_, e, target) * std::min(1.0, e.total_cycles / limits_.min_cycles);
}

std::vector<std::int64_t> Search::values(const Entry& entry) const {
  std::set<std::int64_t> out{1,  2,  3,  4,  5,  6,   8,   10,  12,  14,   16,
                             24, 32, 48, 64, 96, 128, 192, 256, 512, 1024, entry.bound};
  for (const Level& level : accelerator_.levels)
    if (level.kind == LevelKind::array) {
      out.insert(level.size);
      out.insert(std::max<std::int64_t>(1, level.size / 2));
    }
  return {out.begin(), out.end()};
}

// Lanes and inner loops as the order's own file has them, the loops outside them cut; those of
// rows of a matrix product only where it is no convolution.
Choice Search::hint(std::size_t order) const {
  Choice c{order, {}, 1};
  bool inside = false;
  for (const Entry& e : orders_[order].nest) {
    inside = inside || e.kind == EntryKind::spatial;
    const bool rows = e.dim == Dim::N && orders_[order].conv;
    c.bounds.push_back(e.kind == EntryKind::hold || !inside || rows ? 1 : e.bound);
  }
  return c;
}

Choice Search::random(std::size_t order, std::mt19937_64* bits) const {
  Choice c{order, {}, 1};
  const Order& o = orders_[order];
  const bool matmul = o.matmul && (!o.conv || pick(2, bits) == 0);
  for (const Entry& e : o.nest) {
    const std::vector<std::int64_t> all = values(e);
    const bool points = e.dim == Dim::P || e.dim == Dim::Q || e.dim == Dim::R || e.dim == Dim::S;
    const bool one =
        e.kind == EntryKind::hold || (matmul ? points : e.dim == Dim::N) || pick(3, bits) == 0;
    c.bounds.push_back(one ? 1 : all[pick(all.size() / 2, bits)]);
  }
  return c;
}

std::vector<Evaluated> Search::sample(int of_each) const {
  std::vector<Evaluated> out;
  for (std::size_t o = 0; o < orders_.size(); ++o) {
    std::mt19937_64 bits(limits_.seed + o);
    int found = 0;
    for (int i = 0; i < kAttempts * of_each && found < of_each; ++i)
      if (auto e = evaluate(random(o, &bits))) {
        out.push_back(std::move(*e));
        ++found;
      }
  }
  return out;
}

std::optional<Evaluated> Search::climb(Choice start, const Target& target) const {
  std::optional<Evaluated> at = evaluate(start);
  if (!at) return at;
  double reached = score(*at, target);
  const std::vector<Entry>& nest = orders_[start.order].nest;
  const auto attempt = [&](const Choice& c) {
    std::optional<Evaluated> e = evaluate(c);
    if (!e || score(*e, target) <= reached * (1 + kGain)) return;
    reached = score(*e, target);
    at = std::move(e);
  };
  for (int sweep = 0; sweep < kSweeps; ++sweep) {
    const double before = reached;
    for (std::size_t i = 0; i < nest.size(); ++i) {
      if (nest[i].kind == EntryKind::hold) continue;
      for (std::int64_t v : values(nest[i])) {
        Choice c = at->choice;
        if (c.bounds[i] == v) continue;
        c.bounds[i] = v;
        attempt(c);
      }
    }
    for (std::int64_t s : kStrides) {
      Choice c = at->choice;
      c.stride = s;
      attempt(c);
    }
    if (reached <= before) break;
  }
  return at;
}

std::optional<Evaluated> Search::best(const Target& target) const {
  std::optional<Evaluated> best;
  double reached = 0;
  const auto take = [&](const Choice& start) {
    std::optional<Evaluated> e = climb(start, target);
    if (!e || score(*e, target) <= reached * (1 + kGain)) return;
    reached = score(*e, target);
    best = std::move(e);
  };
  for (std::size_t o = 0; o < orders_.size(); ++o) {
    take(hint(o));
    std::mt19937_64 bits(limits_.seed * 1000 + o);
    for (int start = 0, i = 0; start < limits_.starts && i < kAttempts; ++i) {
      const Choice c = random(o, &bits);
      if (!evaluate(c)) continue;
      take(c);
      ++start;
    }
  }
  return best;
}

Eigen::VectorXd shares_pct(const Columns& columns, const Evaluated& e, const Target& target) {
  Eigen::VectorXd spent = target.zeros ? e.zeros : e.dense;
  for (std::size_t c = 0; c < columns.size(); ++c)
    if (columns.all()[c].off_chip && !target.off_chip) spent[static_cast<Eigen::Index>(c)] = 0;
  const double sum = spent.sum();
  return sum > 0 ? Eigen::VectorXd(spent * (100 / sum)) : spent;
}

double share_pct(const Columns& columns, const Evaluated& e, const Target& target) {
  const Eigen::VectorXd shares = shares_pct(columns, e, target);
  double sum = 0;
  for (std::size_t c : target.columns) sum += shares[static_cast<Eigen::Index>(c)];
  return sum;
}

}  // namespace assay::microbenchmarks
