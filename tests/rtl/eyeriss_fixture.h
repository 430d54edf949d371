// SPDX-License-Identifier: Apache-2.0
// Layers and mappings for the tests of the row-stationary accelerator.
#pragma once

#include <cstdint>
#include <sstream>
#include <string>
#include <vector>

#include "core/layer.h"
#include "core/mapping.h"
#include "rtl/eyeriss/eyeriss_model.h"
#include "simulator/simulator.h"
#include "tests/oracle/entries.h"

namespace assay::eyeriss_test {

struct Case {
  Layer layer;
  Mapping mapping;
  rtl::LayerData data;
  std::string text;  // how it was made, for messages
};

inline Mapping mapping_of(const rtl::EyerissPlan& p) {
  Mapping mapping;
  mapping.name = "mapping";
  const auto add = [&](const Entry& e) {
    if (e.kind == EntryKind::hold || e.bound > 1) mapping.nest.push_back(e);
  };
  add(loop(Dim::N, p.n_outer));
  add(loop(Dim::G, p.g));
  add(loop(Dim::M, p.m_outer));
  add(loop(Dim::P, p.strips));
  add(hold(rtl::kGlb, kO));
  add(loop(Dim::C, p.c_passes));
  add(hold(rtl::kGlb, kI));
  add(loop(Dim::M, p.m_passes));
  add(hold(rtl::kWbuf, kW));
  add(lanes(Dim::M, p.y_m, 'y'));
  add(lanes(Dim::P, p.y_p, 'y'));
  add(lanes(Dim::C, p.y_c, 'y'));
  add(lanes(Dim::R, p.r, 'y'));
  add(lanes(Dim::M, p.x_m, 'x'));
  add(lanes(Dim::P, p.x_p, 'x'));
  add(hold(rtl::kSpad, kW));
  add(loop(Dim::N, p.images));
  add(loop(Dim::Q, p.q));
  add(hold(rtl::kSpad, kI | kO));
  add(loop(Dim::C, p.c));
  add(loop(Dim::S, p.s));
  add(loop(Dim::M, p.m));
  return mapping;
}

// A layer that the plan's loops cover exactly once, smaller than their product by the remainders
// (of the outermost loop of each dimension).
struct Remainders {
  std::int64_t n = 0, m = 0, c = 0, p = 0;
};

inline Layer layer_of(const rtl::EyerissPlan& p, const Remainders& less, std::int64_t stride,
                      std::int64_t pad) {
  Layer layer;
  layer.name = "layer";
  layer.size = {};
  layer.size[Dim::N] = p.n_outer * p.images - less.n;
  layer.size[Dim::G] = p.g;
  layer.size[Dim::M] = p.m_outer * p.m_out() - less.m;
  layer.size[Dim::C] = p.c_passes * p.c_pass() - less.c;
  layer.size[Dim::P] = p.strips * p.strip() - less.p;
  layer.size[Dim::Q] = p.q;
  layer.size[Dim::R] = p.r;
  layer.size[Dim::S] = p.s;
  layer.stride_h = layer.stride_w = stride;
  layer.pad_top = layer.pad_bottom = layer.pad_left = layer.pad_right = pad;
  layer.input_h = (layer.size[Dim::P] - 1) * stride + p.r - 2 * pad;
  layer.input_w = (p.q - 1) * stride + p.s - 2 * pad;
  return layer;
}

// Random words; every fourth input is 0.
inline rtl::LayerData data_of(const Layer& layer, const Precision& precision, std::uint64_t seed) {
  simulator::LayerData data = simulator::random_data(layer, precision, seed);
  for (std::size_t k = seed % 4; k < data.input.size(); k += 4) data.input[k] = 0;
  return {data.input, data.weights};
}

inline Case case_of(const rtl::EyerissPlan& plan, const Remainders& less, std::int64_t stride,
                    std::int64_t pad, std::uint64_t seed) {
  Case c{layer_of(plan, less, stride, pad), mapping_of(plan), {}, ""};
  c.data = data_of(c.layer, {16, 16, 16, 16}, seed);
  std::ostringstream text;
  const auto& z = c.layer.size;
  text << "N " << z[Dim::N] << " G " << z[Dim::G] << " M " << z[Dim::M] << " C " << z[Dim::C]
       << " P " << z[Dim::P] << " Q " << z[Dim::Q] << " R " << z[Dim::R] << " S " << z[Dim::S]
       << " stride " << stride << " pad " << pad << "; N " << plan.n_outer << 'x' << plan.images
       << " M " << plan.m_outer << 'x' << plan.m_passes << "xy" << plan.y_m << "xx" << plan.x_m
       << 'x' << plan.m << " C " << plan.c_passes << "xy" << plan.y_c << 'x' << plan.c << " P "
       << plan.strips << "xy" << plan.y_p << "xx" << plan.x_p;
  c.text = text.str();
  return c;
}

}  // namespace assay::eyeriss_test
