// SPDX-License-Identifier: Apache-2.0
#include "analytical/explore/map_space.h"

#include <algorithm>

#include "core/diagnostics.h"

namespace assay::analytical {
namespace {

constexpr unsigned kAll = (1U << kDims) - 1;

unsigned kept_operands(const Level& level) {
  unsigned mask = 0;
  for (Operand o : kAllOperands)
    if (level.keeps[o].kept) mask |= 1U << static_cast<unsigned>(index(o));
  return mask;
}

using Order = std::vector<int>;  // levels

// Every order of the levels in which those that keep a common operand stay as they are.
void extend(const Accelerator& a, const Order& levels, std::vector<bool>& used, Order& so_far,
            std::vector<Order>* out) {
  if (so_far.size() == levels.size()) {
    out->push_back(so_far);
    return;
  }
  for (std::size_t i = 0; i < levels.size(); ++i) {
    const auto blocked = [&](std::size_t before) {
      return !used[before] && (kept_operands(a.levels[static_cast<std::size_t>(levels[before])]) &
                               kept_operands(a.levels[static_cast<std::size_t>(levels[i])])) != 0;
    };
    bool ready = !used[i];
    for (std::size_t b = 0; b < i; ++b) ready = ready && !blocked(b);
    if (!ready) continue;
    used[i] = true;
    so_far.push_back(levels[i]);
    extend(a, levels, used, so_far, out);
    so_far.pop_back();
    used[i] = false;
  }
}

std::vector<Order> orders_of_run(const Accelerator& a, const Order& run) {
  std::vector<Order> out;
  std::vector<bool> used(run.size(), false);
  Order so_far;
  extend(a, run, used, so_far, &out);
  return out;
}

Piece block(const std::string& name) {
  Piece p;
  p.name = name;
  p.dims = kAll;
  return p;
}

void append_level(const Accelerator& a, int index, Skeleton* s) {
  const Level& level = a.levels[static_cast<std::size_t>(index)];
  Piece p;
  p.level = index;
  if (level.kind == LevelKind::array) {
    p.kind = Piece::Kind::lanes;
    p.axis = level.axis;
    p.dims = kAll;
    s->pieces.push_back(p);
    return;
  }
  p.kind = Piece::Kind::hold;
  p.operands = kept_operands(level);
  s->pieces.push_back(p);
  s->pieces.push_back(block(level.name));
  s->name += (s->name.empty() ? "" : "-") + level.name;
}

std::vector<Skeleton> combined(const Accelerator& a) {
  std::vector<Skeleton> all(1);
  all[0].pieces.push_back(block(a.levels[0].name));
  for (std::size_t l = 1; l + 1 < a.levels.size();) {
    Order run;
    while (l + 1 < a.levels.size() && a.levels[l].kind == LevelKind::storage)
      run.push_back(static_cast<int>(l++));
    std::vector<Order> orders = orders_of_run(a, run);
    if (run.empty()) orders = {{static_cast<int>(l++)}};  // an array
    std::vector<Skeleton> next;
    for (const Skeleton& s : all)
      for (const Order& order : orders) {
        next.push_back(s);
        for (const int level : order) append_level(a, level, &next.back());
        if (next.size() > kMaxSkeletons)
          throw InputError(
              {{a.file.string(), 0, "levels", "",
                "too many orders of the levels to search; expected a map space file"}});
      }
    all = std::move(next);
  }
  return all;
}

}  // namespace

MapSpace default_map_space(const Accelerator& accelerator, Factors factors) {
  MapSpace space;
  space.name = factors == Factors::perfect ? "default-perfect" : "default-ceil";
  space.accelerator = accelerator.name;
  space.factors.fill(factors);
  space.skeletons = combined(accelerator);
  for (Skeleton& s : space.skeletons) {
    if (s.pieces.back().kind == Piece::Kind::lanes) s.pieces.push_back(block("inner"));
    const auto slots = std::count_if(s.pieces.begin(), s.pieces.end(),
                                     [](const Piece& p) { return p.kind != Piece::Kind::hold; });
    if (slots > kMaxSlots)
      throw InputError({{accelerator.file.string(), 0, "levels", std::to_string(slots),
                         "more blocks and lanes than can be searched; expected a map space file "
                         "with at most " +
                             std::to_string(kMaxSlots)}});
  }
  return space;
}

}  // namespace assay::analytical
