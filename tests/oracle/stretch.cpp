// SPDX-License-Identifier: Apache-2.0
#include "tests/oracle/stretch.h"

#include <algorithm>
#include <random>
#include <vector>

namespace assay::oracle {

void fit_input(Layer& layer) {
  if (layer.kind == LayerKind::fc || layer.kind == LayerKind::matmul) return;
  const auto extent = [&](Dim out, Dim filter, std::int64_t stride, std::int64_t dilation) {
    return (layer.size[out] - 1) * stride + (layer.size[filter] - 1) * dilation + 1;
  };
  layer.input_h =
      extent(Dim::P, Dim::R, layer.stride_h, layer.dilation_h) - layer.pad_top - layer.pad_bottom;
  layer.input_w =
      extent(Dim::Q, Dim::S, layer.stride_w, layer.dilation_w) - layer.pad_left - layer.pad_right;
}

namespace {

class Draws {
 public:
  explicit Draws(std::uint64_t seed) : engine_(seed) {}
  // Both ends included; by remainder, so that every machine draws the same.
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(engine_() % static_cast<std::uint64_t>(high - low + 1));
  }
  bool chance(int percent) { return between(1, 100) <= percent; }

 private:
  std::mt19937_64 engine_;
};

bool is_loop(const Entry& e, Dim d) { return e.kind != EntryKind::hold && e.dim == d; }

// The largest or a smaller size that the bounds of the dimension cover.
std::int64_t size_of(const std::vector<Entry>& nest, Dim d, Draws& draws) {
  std::int64_t outermost = 0, inside = 1;
  for (const Entry& e : nest) {
    if (!is_loop(e, d)) continue;
    if (outermost == 0)
      outermost = e.bound;
    else
      inside *= e.bound;
  }
  const std::int64_t most = outermost * inside;
  return draws.chance(40) ? most : draws.between(most - inside + 1, most);
}

// One loop longer, or one more somewhere.
Triple longer(const Triple& triple, Draws& draws) {
  Triple t = triple;
  std::vector<Entry>& nest = t.mapping.nest;
  std::vector<std::size_t> temporal;
  for (std::size_t i = 0; i < nest.size(); ++i)
    if (nest[i].kind == EntryKind::loop) temporal.push_back(i);
  if (temporal.empty()) return t;
  const auto last = static_cast<std::int64_t>(temporal.size()) - 1;
  const std::size_t at = temporal[static_cast<std::size_t>(draws.between(0, last))];
  const std::int64_t times = draws.chance(50) ? draws.between(2, 5) : draws.between(6, 60);
  const Dim d = nest[at].dim;
  if (draws.chance(25)) {
    Entry added = nest[at];
    added.bound = times;
    const auto where = draws.between(0, static_cast<std::int64_t>(nest.size()));
    nest.insert(nest.begin() + where, added);
  } else {
    nest[at].bound *= times;
  }
  t.layer.size[d] = size_of(nest, d, draws);
  fit_input(t.layer);
  return t;
}

}  // namespace

Triple stretched(Triple triple, std::uint64_t seed, std::int64_t most_points) {
  Draws draws(seed ^ 0x5851f42d4c957f2dU);
  for (int tries = 0; tries < 8; ++tries) {
    const Triple t = longer(triple, draws);
    if (assay::points(t.layer) <= most_points) triple = t;
  }
  return triple;
}

}  // namespace assay::oracle
