// SPDX-License-Identifier: Apache-2.0
#include "rtl/tiled/tiled_layout.h"

#include <algorithm>
#include <string>
#include <tuple>

namespace assay::rtl {

namespace {

constexpr int kC = 5;  // position of the loop over input-channel tiles

std::int64_t ceil_div(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

// Walks the nest and checks the order of its entries.
class Reader {
 public:
  Reader(const Layer& layer, const Mapping& mapping, int buf, std::vector<Diagnostic>* reasons)
      : layer_(layer), mapping_(mapping), buf_(buf), reasons_(reasons) {}

  TiledPlan read() {
    PerDim<std::int64_t> inner;
    inner.fill(1);
    PerDim<std::int64_t> outer;
    outer.fill(1);
    std::vector<Dim> outer_order;
    int inner_rank = -1;
    for (const Entry& e : mapping_.nest) {
      if (e.kind == EntryKind::hold) {
        hold(e);
      } else if (e.bound == 1) {
        continue;
      } else if (e.kind == EntryKind::spatial) {
        if (held_ != all() || e.dim != (e.axis == 'x' ? Dim::M : Dim::C) || inner[e.dim] != 1)
          refuse(e, "par x M or par y C once each, inside all holds");
        inner[e.dim] = e.bound;
      } else if (held_ == all()) {
        const int rank = e.dim == Dim::R   ? 0
                         : e.dim == Dim::S ? 1
                         : e.dim == Dim::P ? 2
                         : e.dim == Dim::Q ? 3
                                           : -1;
        if (rank <= inner_rank) refuse(e, "R, S, P, Q in this order inside the holds");
        inner_rank = std::max(rank, inner_rank);
        inner[e.dim] *= e.bound;
      } else {
        const bool o_held = (held_ & 1U << index(Operand::O)) != 0;
        const bool partly_held = held_ != 0 && held_ != 1U << index(Operand::O);
        if (partly_held || outer[e.dim] != 1 || e.dim == Dim::R || e.dim == Dim::S ||
            (e.dim == Dim::C) != o_held)
          refuse(e, "N, G, M, P, Q once each outside the hold of O, C between it and that of I, W");
        outer[e.dim] *= e.bound;
        if (e.dim != Dim::C) outer_order.push_back(e.dim);
      }
    }
    if (held_ != all()) refuse(Entry{}, "holds of I, W and O");
    TiledPlan plan;
    order(outer_order, &plan);
    for (Dim d : kAllDims) {
      const std::int64_t size = layer_.size[d];
      const std::int64_t full = std::min(inner[d], size);
      plan.tile[d] = {full, size - (ceil_div(size, full) - 1) * full};
      if (ceil_div(size, full) != outer[d]) refuse(Entry{}, std::string(name(d)) + " covered once");
    }
    for (std::size_t p = 0; p < plan.trips.size(); ++p) plan.trips[p] = outer[plan.dims[p]];
    return plan;
  }

 private:
  static constexpr unsigned all() {
    return 1U << index(Operand::I) | 1U << index(Operand::W) | 1U << index(Operand::O);
  }

  void refuse(const Entry& e, const std::string& expected) {
    reasons_->push_back({mapping_.name, e.line, "nest", "", expected});
  }

  void hold(const Entry& e) {
    // O outside: its tile stays while those of I and W change
    const bool early =
        (held_ & 1U << index(Operand::O)) == 0 && (e.operands & 1U << index(Operand::O)) == 0;
    if (e.level != buf_ || early || (held_ & e.operands) != 0) refuse(e, "hold buf: O, then I, W");
    held_ |= e.operands;
  }

  void order(const std::vector<Dim>& dims, TiledPlan* plan) {
    const std::array<Dim, 6> pqm{Dim::N, Dim::G, Dim::P, Dim::Q, Dim::M, Dim::C};
    for (const bool m_innermost : {false, true}) {
      const std::array<Dim, 6>& wanted = m_innermost ? pqm : plan->dims;
      std::size_t found = 0;
      for (Dim d : wanted)
        if (found < dims.size() && dims[found] == d) ++found;
      if (found == dims.size()) {
        plan->m_innermost = m_innermost;
        if (m_innermost) plan->dims = pqm;
        return;
      }
    }
    refuse(Entry{}, "outer loops in the order N, G, M, P, Q or N, G, P, Q, M");
  }

  const Layer& layer_;
  const Mapping& mapping_;
  int buf_;
  std::vector<Diagnostic>* reasons_;
  unsigned held_ = 0;
};

// Tiles of an operand: strides over the positions in tiles, the innermost loop that moves it.
struct Walk {
  std::array<std::int64_t, 6> stride{};
  std::int64_t tiles = 1;
  int innermost = -1;
  std::int64_t steps = 1;  // of one tile
};

Walk walk(const TiledPlan& plan, Operand operand) {
  Walk w;
  for (int p = kC; p >= 0; --p) {
    if (!is_relevant(operand, plan.dims[at(p)])) continue;
    w.stride[at(p)] = w.tiles;
    w.tiles *= plan.trips[at(p)];
    if (w.innermost < 0 && plan.trips[at(p)] > 1) w.innermost = p;
  }
  for (int p = kC; p > w.innermost; --p) w.steps *= plan.trips[at(p)];
  return w;
}

std::int64_t input_tile(const Layer& layer, const TiledPlan& plan) {
  return plan.tile[Dim::C].full * plan.input_rows(layer, false) * plan.input_columns(layer, false);
}
std::int64_t weight_tile(const TiledPlan& plan) {
  return plan.tile[Dim::M].full * plan.tile[Dim::C].full * plan.tile[Dim::R].full *
         plan.tile[Dim::S].full;
}
std::int64_t output_tile(const TiledPlan& plan) {
  return plan.tile[Dim::M].full * plan.tile[Dim::P].full * plan.tile[Dim::Q].full;
}

// Every tile of an operand: calls f(tile number, tile index of each dimension).
template <class F>
void each_tile(const TiledPlan& plan, Operand operand, F f) {
  const Walk w = walk(plan, operand);
  for (std::int64_t tile = 0; tile < w.tiles; ++tile) {
    PerDim<std::int64_t> i{};
    for (std::size_t p = 0; p < 6; ++p)
      if (w.stride[p] != 0) i[plan.dims[p]] = tile / w.stride[p] % plan.trips[p];
    f(tile, i);
  }
}

}  // namespace

std::int64_t TiledPlan::input_rows(const Layer& layer, bool last_p) const {
  return (tile[Dim::P].of(last_p) - 1) * layer.stride_h +
         (layer.size[Dim::R] - 1) * layer.dilation_h + 1;
}
std::int64_t TiledPlan::input_columns(const Layer& layer, bool last_q) const {
  return (tile[Dim::Q].of(last_q) - 1) * layer.stride_w +
         (layer.size[Dim::S] - 1) * layer.dilation_w + 1;
}

TiledPlan tiled_plan(const Layer& layer, const Mapping& mapping, int buf,
                     std::vector<Diagnostic>* reasons) {
  return Reader(layer, mapping, buf, reasons).read();
}

std::vector<std::pair<std::uint32_t, std::uint32_t>> tiled_registers(const Layer& layer,
                                                                     const TiledPlan& plan) {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> r;
  const auto put = [&r](std::int64_t addr, std::int64_t value) {
    r.emplace_back(static_cast<std::uint32_t>(addr), static_cast<std::uint32_t>(value));
  };
  const PerDim<TileSize>& t = plan.tile;
  const Walk i = walk(plan, Operand::I);
  const Walk w = walk(plan, Operand::W);
  for (int p = 0; p < 6; ++p) put(p, plan.trips[at(p)]);
  put(6, plan.m_innermost ? 1 : 0);
  put(7, (1 << (i.innermost + 1)) - 1 + (((1 << (w.innermost + 1)) - 1) << 8));
  put(8, i.steps);
  put(9, w.steps);
  for (const bool last : {false, true}) {
    const std::int64_t k = last ? 1 : 0;
    put(10 + k, t[Dim::M].of(last));
    put(12 + k, t[Dim::C].of(last));
    put(14 + k, t[Dim::P].of(last));
    put(16 + k, t[Dim::Q].of(last));
    put(22 + k, layer.stride_h * plan.input_columns(layer, last));
    put(24 + k, layer.dilation_h * plan.input_columns(layer, last));
  }
  put(18, layer.size[Dim::R]);
  put(19, layer.size[Dim::S]);
  put(20, layer.stride_w);
  put(21, layer.dilation_w);
  for (int k = 0; k < 8; ++k) {
    const bool a = (k & 4) != 0;
    const bool b = (k & 2) != 0;
    const bool c = (k & 1) != 0;
    const std::int64_t plane = plan.input_rows(layer, b) * plan.input_columns(layer, c);
    if (!a) put(26 + k, plane);
    put(30 + k, t[Dim::C].of(a) * plane);
    if (!a)
      put(38 + k, t[Dim::M].of(b) * t[Dim::C].of(c) * layer.size[Dim::R] * layer.size[Dim::S]);
    put(42 + k, t[Dim::M].of(a) * t[Dim::P].of(b) * t[Dim::Q].of(c));
  }
  put(50, 0);
  put(51, 0);
  put(52, 0);
  put(53, output_tile(plan));
  for (const auto& [walked, words, first] :
       {std::tuple{&i, input_tile(layer, plan), 56}, std::tuple{&w, weight_tile(plan), 64}}) {
    std::int64_t back = 0;  // what the loops inside give back when they wrap
    for (int p = kC; p >= 0; --p) {
      put(first + p, (walked->stride[at(p)] - back) * words);
      back += (plan.trips[at(p)] - 1) * walked->stride[at(p)];
    }
  }
  return r;
}

std::vector<std::int32_t> tiled_input(const Layer& layer, const TiledPlan& plan,
                                      const std::vector<std::int32_t>& input) {
  const PerDim<std::int64_t>& size = layer.size;
  const std::int64_t words = input_tile(layer, plan);
  std::vector<std::int32_t> memory(at(walk(plan, Operand::I).tiles * words));
  each_tile(plan, Operand::I, [&](std::int64_t tile, const PerDim<std::int64_t>& i) {
    const auto last = [&](Dim d) { return (i[d] + 1) * plan.tile[d].full >= size[d]; };
    const std::int64_t rows = plan.input_rows(layer, last(Dim::P));
    const std::int64_t columns = plan.input_columns(layer, last(Dim::Q));
    const std::int64_t top = i[Dim::P] * plan.tile[Dim::P].full * layer.stride_h - layer.pad_top;
    const std::int64_t left = i[Dim::Q] * plan.tile[Dim::Q].full * layer.stride_w - layer.pad_left;
    std::int64_t to = tile * words;
    for (std::int64_t c = 0; c < plan.tile[Dim::C].of(last(Dim::C)); ++c) {
      const std::int64_t channel = (i[Dim::N] * size[Dim::G] + i[Dim::G]) * size[Dim::C] +
                                   i[Dim::C] * plan.tile[Dim::C].full + c;
      for (std::int64_t h = top; h < top + rows; ++h)
        for (std::int64_t x = left; x < left + columns; ++x, ++to)
          if (h >= 0 && h < layer.input_h && x >= 0 && x < layer.input_w)
            memory[at(to)] = input[at((channel * layer.input_h + h) * layer.input_w + x)];
    }
  });
  return memory;
}

std::vector<std::int32_t> tiled_weights(const Layer& layer, const TiledPlan& plan,
                                        const std::vector<std::int32_t>& weights) {
  const PerDim<std::int64_t>& size = layer.size;
  const std::int64_t words = weight_tile(plan);
  const std::int64_t filter = size[Dim::R] * size[Dim::S];
  std::vector<std::int32_t> memory(at(walk(plan, Operand::W).tiles * words));
  each_tile(plan, Operand::W, [&](std::int64_t tile, const PerDim<std::int64_t>& i) {
    const std::int64_t m0 = i[Dim::M] * plan.tile[Dim::M].full;
    const std::int64_t c0 = i[Dim::C] * plan.tile[Dim::C].full;
    std::int64_t to = tile * words;
    for (std::int64_t rs = 0; rs < filter; ++rs)
      for (std::int64_t m = m0; m < std::min(m0 + plan.tile[Dim::M].full, size[Dim::M]); ++m)
        for (std::int64_t c = c0; c < std::min(c0 + plan.tile[Dim::C].full, size[Dim::C]); ++c)
          memory[at(to++)] =
              weights[at(((i[Dim::G] * size[Dim::M] + m) * size[Dim::C] + c) * filter + rs)];
  });
  return memory;
}

std::int64_t tiled_output_words(const TiledPlan& plan) {
  return walk(plan, Operand::O).tiles * output_tile(plan);
}

std::vector<std::int32_t> from_tiled_output(const Layer& layer, const TiledPlan& plan,
                                            const std::vector<std::int32_t>& words) {
  const PerDim<std::int64_t>& size = layer.size;
  std::vector<std::int32_t> output(
      at(size[Dim::N] * size[Dim::G] * size[Dim::M] * size[Dim::P] * size[Dim::Q]));
  each_tile(plan, Operand::O, [&](std::int64_t tile, const PerDim<std::int64_t>& i) {
    const auto begin = [&](Dim d) { return i[d] * plan.tile[d].full; };
    const auto end = [&](Dim d) { return std::min(begin(d) + plan.tile[d].full, size[d]); };
    std::int64_t from = tile * output_tile(plan);
    for (std::int64_t p = begin(Dim::P); p < end(Dim::P); ++p)
      for (std::int64_t q = begin(Dim::Q); q < end(Dim::Q); ++q)
        for (std::int64_t m = begin(Dim::M); m < end(Dim::M); ++m)
          output[at(
              (((i[Dim::N] * size[Dim::G] + i[Dim::G]) * size[Dim::M] + m) * size[Dim::P] + p) *
                  size[Dim::Q] +
              q)] = words[at(from++)];
  });
  return output;
}

}  // namespace assay::rtl
