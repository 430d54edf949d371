// SPDX-License-Identifier: Apache-2.0
#include "rtl/eyeriss/eyeriss_plan.h"

#include <algorithm>
#include <initializer_list>
#include <string>

namespace assay::rtl {

namespace {

// Addresses of the configuration port; registers from 0.
constexpr std::uint32_t kRows = 0x4000, kColumns = 0x8000, kPes = 0xC000;

std::string text_of(const Entry& e) {
  const std::string loop = std::string(name(e.dim)) + ": " + std::to_string(e.bound);
  if (e.kind == EntryKind::loop) return "for " + loop;
  if (e.kind == EntryKind::spatial) return std::string("par ") + e.axis + ' ' + loop;
  std::string operands;
  for (Operand o : kAllOperands)
    if (holds(e, o)) operands += (operands.empty() ? "" : ", ") + std::string(name(o));
  return "hold " + std::to_string(e.level) + ": " + operands;
}

unsigned mask(Operand o) { return 1U << static_cast<unsigned>(index(o)); }

// Walks along the nest; every take_ function consumes what fits and leaves the rest.
class Walk {
 public:
  Walk(const Mapping& mapping, Diagnostics* reasons) : mapping_(mapping), reasons_(reasons) {}

  void take_loop(Dim dim, std::int64_t* bound) { take(EntryKind::loop, 'x', dim, bound); }
  // Spatial loops of an axis, in any order.
  void take_lanes(char axis, const std::vector<std::pair<Dim, std::int64_t*>>& lanes) {
    for (bool found = true; found;) {
      found = false;
      for (const auto& [dim, bound] : lanes)
        found = found || take(EntryKind::spatial, axis, dim, bound);
    }
  }
  // One entry for all operands or one for each.
  void take_hold(int level, unsigned operands, const char* expected) {
    while (operands != 0) {
      const bool fits = at_ < mapping_.nest.size() && entry().kind == EntryKind::hold &&
                        entry().level == level && pending() != 0 && (pending() & ~operands) == 0;
      if (!fits) return refuse(expected);
      operands &= ~pending();
      ++at_;
      used_ = 0;
    }
  }
  // The same, of an entry that may hold more than this operand.
  void take_one(int level, Operand operand, const char* expected) {
    const bool fits = at_ < mapping_.nest.size() && entry().kind == EntryKind::hold &&
                      entry().level == level && (pending() & mask(operand)) != 0;
    if (!fits) return refuse(expected);
    used_ |= mask(operand);
    if (pending() != 0) return;
    ++at_;
    used_ = 0;
  }
  void finish() {
    if (at_ < mapping_.nest.size()) refuse("the end of the nest");
  }

 private:
  const Entry& entry() const { return mapping_.nest[at_]; }
  unsigned pending() const { return entry().operands & ~used_; }

  bool take(EntryKind kind, char axis, Dim dim, std::int64_t* bound) {
    if (refused_ || at_ >= mapping_.nest.size()) return false;
    const Entry& e = entry();
    if (e.kind != kind || e.dim != dim || (kind == EntryKind::spatial && e.axis != axis))
      return false;
    if (*bound != 1) return false;
    *bound = e.bound;
    ++at_;
    return true;
  }
  void refuse(const char* expected) {
    if (refused_) return;
    refused_ = true;
    const bool end = at_ >= mapping_.nest.size();
    reasons_->push_back({mapping_.file.string(), end ? mapping_.line : entry().line, "nest",
                         end ? "end" : text_of(entry()), expected});
    at_ = mapping_.nest.size();
  }

  const Mapping& mapping_;
  Diagnostics* reasons_;
  std::size_t at_ = 0;
  unsigned used_ = 0;  // operands of the present hold
  bool refused_ = false;
};

}  // namespace

EyerissPlan read_plan(const Mapping& mapping, Diagnostics* reasons) {
  EyerissPlan p;
  Walk walk(mapping, reasons);
  walk.take_loop(Dim::N, &p.n_outer);
  walk.take_loop(Dim::G, &p.g);
  walk.take_loop(Dim::M, &p.m_outer);
  walk.take_loop(Dim::P, &p.strips);
  walk.take_one(kGlb, Operand::O, "loops N, G, M, P in this order, then hold glb: O");
  walk.take_loop(Dim::C, &p.c_passes);
  walk.take_one(kGlb, Operand::I, "a loop C, then hold glb: I");
  walk.take_loop(Dim::M, &p.m_passes);
  walk.take_one(kWbuf, Operand::W, "a loop M, then hold wbuf: W");
  walk.take_lanes('y', {{Dim::M, &p.y_m}, {Dim::P, &p.y_p}, {Dim::C, &p.y_c}, {Dim::R, &p.r}});
  walk.take_lanes('x', {{Dim::M, &p.x_m}, {Dim::P, &p.x_p}});
  walk.take_one(kSpad, Operand::W, "par y of M or P, C, R; par x of M, P; then hold spad: W");
  walk.take_loop(Dim::N, &p.images);
  walk.take_loop(Dim::Q, &p.q);
  walk.take_hold(kSpad, mask(Operand::I) | mask(Operand::O),
                 "loops N, Q in this order, then hold spad: I, O");
  walk.take_loop(Dim::C, &p.c);
  walk.take_loop(Dim::S, &p.s);
  walk.take_loop(Dim::M, &p.m);
  walk.finish();
  return p;
}

std::int64_t EyerissPlan::tile_rows(const Layer& layer) const {
  return (std::min(strip(), layer.size[Dim::P]) * std::min(m_in(), layer.size[Dim::M]) + 3) / 4;
}

void check_plan(const EyerissShape& shape, const Layer& layer, const Mapping& mapping,
                const EyerissPlan& plan, Diagnostics* reasons) {
  const auto refuse = [&](const std::string& key, const std::string& value,
                          const std::string& expected) {
    reasons->push_back({mapping.file.string(), mapping.line, key, value, expected});
  };
  const auto at_most = [&](const char* key, std::int64_t value, std::int64_t most,
                           const std::string& what) {
    if (value > most)
      refuse(key, std::to_string(value), "at most " + std::to_string(most) + ' ' + what);
  };
  // First what the products below rely on; doubles until they are known to be small.
  for (Dim d : kAllDims)
    at_most(std::string(name(d)).c_str(), layer.size[d], 65535, "in a dimension");
  const std::int64_t largest =
      std::max({layer.input_h, layer.input_w, layer.stride_h, layer.pad_top + layer.pad_bottom,
                layer.pad_left + layer.pad_right});
  at_most("input", largest, 65535, "rows or columns");
  if (!reasons->empty()) return;
  const auto product = [](std::initializer_list<std::int64_t> factors) {
    double all = 1;
    for (std::int64_t f : factors) all *= static_cast<double>(f);
    return all;
  };
  const auto& z = layer.size;
  const double words =
      product({z[Dim::N], z[Dim::G], z[Dim::C], layer.input_h + layer.pad_top + layer.pad_bottom,
               layer.input_w + layer.pad_left + layer.pad_right}) +
      product({z[Dim::G], z[Dim::M], z[Dim::C], z[Dim::R], z[Dim::S]}) +
      product({z[Dim::N], z[Dim::G], z[Dim::M], z[Dim::P], z[Dim::Q]});
  if (words >= 4294967296.0) refuse("memory", "", "fewer than 2^32 words in all tensors");
  const double macs = product({plan.n_outer, plan.g, plan.m_outer, plan.strips, plan.c_passes,
                               plan.m_passes, plan.images, plan.q, plan.c, plan.s, plan.m});
  if (macs >= 4294967296.0) refuse("counters", "", "fewer than 2^32 multiply-accumulates of a PE");
  if (!reasons->empty()) return;

  if (!layer.has_weights()) refuse("layer", std::string(name(layer.kind)), "a layer with weights");
  if (layer.dilation_h != 1 || layer.dilation_w != 1)
    refuse("dilation", std::to_string(std::max(layer.dilation_h, layer.dilation_w)), "1");
  if (layer.stride_h != layer.stride_w)
    refuse("stride", std::to_string(layer.stride_h) + " x " + std::to_string(layer.stride_w),
           "the same in both directions");
  if (plan.y_m > 1 && plan.y_p > 1)
    refuse("par y", "M and P", "chains above each other for M or for P, not both");
  const auto whole = [&](const char* key, std::int64_t bound, Dim dim, const char* where) {
    if (bound != layer.size[dim])
      refuse(key, std::to_string(bound), "all " + std::to_string(layer.size[dim]) + where);
  };
  whole("Q", plan.q, Dim::Q, " columns in the loop above hold spad: I, O");
  whole("R", plan.r, Dim::R, " filter rows on array y");
  whole("S", plan.s, Dim::S, " filter columns in the innermost loops");

  at_most("ifmap", plan.c * plan.s, kEyerissWindow, "words of a window in the PE (C x S)");
  at_most("filter", plan.c * plan.s * plan.m, kEyerissFilters, "filter words in the PE");
  at_most("psum", plan.m, kEyerissPsums, "partial sums of a tile in the PE");
  const std::int64_t tail = layer.size[Dim::N] - (plan.n_outer - 1) * plan.images;
  if (plan.q * std::min(tail, plan.images) < 2)
    refuse("pass", "1 step", "at least two (N x Q above hold spad: I, O, also in the last pass)");
  const std::int64_t u = layer.stride_h;
  if (plan.c_passes == 1 && plan.strips > 1 && plan.r > u)
    refuse("hold glb: I", "strips that overlap",
           "a loop C between strips and ifmaps: the global buffer keeps no rows of a strip");

  const std::int64_t h = (std::min(plan.strip(), layer.size[Dim::P]) - 1) * u + plan.r;
  at_most("strip", (plan.strip() - 1) * u + plan.r, 256,
          "ifmap rows of a strip (identifiers have eight bits)");
  const std::int64_t w = (plan.q - 1) * u + plan.s;
  const std::int64_t bank_words = 4 * shape.bank_rows;
  const std::int64_t i_banks = (plan.images * plan.c_pass() * h * w + bank_words - 1) / bank_words;
  const std::int64_t o_banks = (plan.psum_rows(layer) + shape.bank_rows - 1) / shape.bank_rows;
  at_most("glb", i_banks + o_banks, shape.glb_banks,
          "banks for ifmaps and partial sums (each step's in rows of four words of their own)");
  at_most("wbuf", plan.m_in() * plan.c_pass() * plan.r * plan.s, 4 * shape.filter_rows,
          "filter words of a pass");
  at_most("read-back", 2 * plan.tile_rows(layer), shape.join_rows,
          "rows of four words in the FIFO for two tiles read back");
}

EyerissMemory memory_of(const Layer& layer) {
  const auto& z = layer.size;
  EyerissMemory memory;
  memory.input_h = layer.input_h + layer.pad_top + layer.pad_bottom;
  memory.input_w = layer.input_w + layer.pad_left + layer.pad_right;
  memory.weights_at = z[Dim::N] * z[Dim::G] * z[Dim::C] * memory.input_h * memory.input_w;
  memory.outputs_at = memory.weights_at + z[Dim::G] * z[Dim::M] * z[Dim::C] * z[Dim::R] * z[Dim::S];
  memory.end = memory.outputs_at + z[Dim::N] * z[Dim::G] * z[Dim::M] * z[Dim::P] * z[Dim::Q];
  return memory;
}

EyerissWrites configuration_of(const EyerissShape& shape, const Layer& layer,
                               const EyerissPlan& plan, int seeded_bug) {
  const auto& z = layer.size;
  const std::int64_t u = layer.stride_h, n = z[Dim::N], g = z[Dim::G], m = z[Dim::M];
  const std::int64_t c = z[Dim::C], p = z[Dim::P], q = z[Dim::Q], r = z[Dim::R], s = z[Dim::S];
  const EyerissMemory memory = memory_of(layer);
  const std::int64_t strip_rows = (plan.strip() - 1) * u + r;
  const std::int64_t last_rows = (p - (plan.strips - 1) * plan.strip() - 1) * u + r;
  const std::int64_t full_rows = plan.strips > 1 ? strip_rows : last_rows;
  const std::int64_t w_in = (q - 1) * u + s;
  const std::int64_t li_c = full_rows * w_in, li_n = plan.c_pass() * li_c;
  const std::int64_t bank_words = 4 * shape.bank_rows;
  const std::int64_t psum_row =
      (plan.images * li_n + bank_words - 1) / bank_words * shape.bank_rows;
  const std::int64_t plane = memory.input_h * memory.input_w, image = p * q;
  const std::int64_t new_cols = std::min(u, s);
  // In the order of eyeriss_pkg.sv.
  const std::vector<std::int64_t> registers{
      n, plan.images, g, m, plan.m_out(), plan.m_in(), plan.m, c, plan.c_pass(), plan.c, p,
      plan.strip(), plan.x_p, plan.x_m, plan.y_p == 1 ? 1 : 0, q, r, s, u, plan.chain(), s * plan.c,
      new_cols * plan.c, new_cols, u <= s ? s : u, u > r ? 1 : 0, full_rows, last_rows, w_in, li_n,
      li_c, u * w_in, psum_row, plan.tile_rows(layer),
      // ifmaps
      0, plan.images * g * c * plane, c * plane, plan.strip() * u * memory.input_w,
      plan.c_pass() * plane, g * c * plane, plane, memory.input_w,
      // filters
      memory.weights_at, m * c * r * s, plan.m_out() * c * r * s, plan.m_in() * c * r * s,
      plan.m * c * r * s, c * r * s, plan.c_pass() * r * s, plan.c * r * s, r * s, s,
      // outputs
      memory.outputs_at, plan.images * g * m * image, m * image, plan.m_out() * image,
      plan.strip() * q, plan.m_in() * image, g * m * image,
      plan.y_p == 1 ? plan.m * plan.x_m * image : plan.x_p * q, plan.m * image, q, image,
      seeded_bug};

  EyerissWrites writes;
  for (std::size_t k = 0; k < registers.size(); ++k)
    writes.emplace_back(static_cast<std::uint32_t>(k), static_cast<std::uint32_t>(registers[k]));
  // Rows: group of chains, lane of input channels, filter row. Those that are not used wait for
  // input channels and output rows that never come. The PEs' words go through a chain, the last
  // PE's first.
  const std::int64_t groups = plan.y_m * plan.y_p;
  for (std::int64_t y = shape.rows - 1; y >= 0; --y) {
    const bool used_row = y < groups * plan.chain();
    const std::int64_t group = y / plan.chain(), in_chain = y % plan.chain();
    const std::int64_t lane = in_chain / r, row = in_chain % r;
    const std::int64_t c_first = used_row ? lane * plan.c : 255;
    const std::int64_t y_filter = (plan.y_m > 1 ? group * plan.chain() : 0) + in_chain;
    writes.emplace_back(
        kRows + static_cast<std::uint32_t>(y),
        static_cast<std::uint32_t>((in_chain == 0 ? 1 : 0) << 20 | c_first << 12 |
                                   (used_row ? group : 15) << 8 | lane << 4 | y_filter));
    for (std::int64_t x = shape.cols - 1; x >= 0; --x) {
      const bool used = used_row && x < plan.x_m * plan.x_p;
      const std::int64_t x_m = x / plan.x_p, x_p = x % plan.x_p;
      const std::int64_t p_first = (plan.y_p > 1 ? group * plan.x_p : 0) + x_p;
      const std::int64_t m_first = ((plan.y_m > 1 ? group * plan.x_m : 0) + x_m) * plan.m;
      const std::int64_t x_ifmap = p_first * u + row;
      writes.emplace_back(kPes, used ? static_cast<std::uint32_t>(x_m << 28 | x_ifmap << 20 |
                                                                  p_first << 12 | m_first)
                                     : 255U << 12);
    }
  }
  for (std::int64_t x = 0; x < shape.cols; ++x)
    writes.emplace_back(kColumns + static_cast<std::uint32_t>(x),
                        static_cast<std::uint32_t>((x / plan.x_p % 16) << 4 | x % plan.x_p));
  return writes;
}

}  // namespace assay::rtl
