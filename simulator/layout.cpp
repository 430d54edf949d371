// SPDX-License-Identifier: Apache-2.0
#include "simulator/layout.h"

#include <algorithm>

#include "core/checked.h"

namespace assay::simulator {
namespace {

AxisOf axis_of_input(const Layer& layer, Dim dim) {
  switch (dim) {
    case Dim::N:
      return {0, 1};
    case Dim::G:
      return {1, 1};
    case Dim::C:
      return {2, 1};
    case Dim::P:
      return {3, layer.stride_h};
    case Dim::R:
      return {3, layer.dilation_h};
    case Dim::Q:
      return {4, layer.stride_w};
    case Dim::S:
      return {4, layer.dilation_w};
    case Dim::M:
      break;
  }
  return {};
}

AxisOf axis_in(const std::array<Dim, kAxes>& axes, Dim dim) {
  for (int a = 0; a < kAxes; ++a)
    if (axes[static_cast<std::size_t>(a)] == dim) return {a, 1};
  return {};
}

void set_strides(const Layer& layer, Operand operand, Layout& layout) {
  layout.words = 1;
  for (std::size_t a = kAxes; a-- > 0;) {
    layout.stride[a] = layout.words;
    layout.words = mul(layout.words, layout.extent[a]);
  }
  for (Dim d : kAllDims) {
    const AxisOf on = axis_of(layer, operand, d);
    if (on.axis >= 0)
      layout.dim_stride[d] = mul(layout.stride[static_cast<std::size_t>(on.axis)], on.scale);
  }
}

}  // namespace

std::int64_t Layout::address(const Coordinates& at) const {
  std::int64_t sum = 0;
  for (std::size_t a = 0; a < kAxes; ++a) sum += at[a] * stride[a];
  return sum;
}

std::int64_t Layout::address(const Point& at) const {
  std::int64_t sum = 0;
  for (Dim d : kAllDims) sum += at[d] * dim_stride[d];
  return sum;
}

Layout layout_of(const Layer& layer, const Nest& nest, int hold, Operand operand) {
  const Point size =
      hold == kFirstLevel ? layer.size : tile_size(layer, nest, nest.outside_of(hold));
  Layout layout;
  layout.extent.fill(1);
  for (Dim d : kAllDims) {
    const AxisOf on = axis_of(layer, operand, d);
    if (on.axis < 0) continue;
    std::int64_t& extent = layout.extent[static_cast<std::size_t>(on.axis)];
    extent = add(extent, mul(size[d] - 1, on.scale));
  }
  if (hold == kFirstLevel && operand == Operand::I) {
    // Strides may leave rows at the end that no window touches, or windows may reach further.
    layout.extent[3] =
        std::max(layout.extent[3], add(layer.input_h, add(layer.pad_top, layer.pad_bottom)));
    layout.extent[4] =
        std::max(layout.extent[4], add(layer.input_w, add(layer.pad_left, layer.pad_right)));
  }
  set_strides(layer, operand, layout);
  return layout;
}

AxisOf axis_of(const Layer& layer, Operand operand, Dim dim) {
  switch (operand) {
    case Operand::I:
      return axis_of_input(layer, dim);
    case Operand::W:
      return axis_in({Dim::G, Dim::M, Dim::C, Dim::R, Dim::S}, dim);
    case Operand::O:
      return axis_in({Dim::N, Dim::G, Dim::M, Dim::P, Dim::Q}, dim);
  }
  return {};
}

}  // namespace assay::simulator
