// SPDX-License-Identifier: Apache-2.0
// Convolutions and pools: filter windows over rows and columns.
#include <algorithm>
#include <array>

#include "core/checked.h"
#include "core/yaml_reader.h"
#include "experiments/onnx/map_node.h"

namespace assay::network {
namespace {

std::string text(const Shape& shape) {
  std::string s;
  for (const std::int64_t v : shape) s += (s.empty() ? "" : "x") + std::to_string(v);
  return s;
}

struct Axis {
  std::int64_t input = 1, kernel = 1, stride = 1, dilation = 1, before = 0, after = 0;

  std::int64_t extent() const { return add(mul(kernel - 1, dilation), 1); }
  std::int64_t padded() const { return add(input, add(before, after)); }
};

using Window = std::array<Axis, 2>;

// An attribute with a number per axis, `count` in all.
std::vector<std::int64_t> per_axis(const NodeView& v, const char* name, std::size_t count,
                                   std::int64_t absent, std::int64_t least) {
  std::vector<std::int64_t> values = Attributes(v.node).integers(name);
  if (values.empty()) values.assign(count, absent);
  if (values.size() != count)
    throw NodeError{std::string(name) + " of " + std::to_string(values.size()) + " numbers",
                    "expected " + std::to_string(count)};
  for (const std::int64_t value : values)
    if (value < least || value > kMaxBound)
      throw NodeError{std::string(name) + " " + text(values),
                      "expected " + std::to_string(least) + " or more"};
  return values;
}

// SAME: as many positions as strides in the input; an odd padding has its extra row after (UPPER)
// or before (LOWER).
void pad_automatically(const std::string& how, Axis* a) {
  a->before = a->after = 0;
  if (how == "VALID") return;
  const std::int64_t positions = ceil_div(a->input, a->stride);
  const std::int64_t all =
      std::max<std::int64_t>(add(mul(positions - 1, a->stride), a->extent()) - a->input, 0);
  a->before = how == "SAME_UPPER" ? all / 2 : all - all / 2;
  a->after = all - a->before;
}

Window window(const NodeView& v, const Shape& x, const Shape& kernel) {
  const std::string automatic = Attributes(v.node).text("auto_pad", "NOTSET");
  const auto strides = per_axis(v, "strides", 2, 1, 1);
  const auto dilations = per_axis(v, "dilations", 2, 1, 1);
  const auto pads = per_axis(v, "pads", 4, 0, -kMaxBound);
  Window w;
  for (std::size_t i = 0; i < 2; ++i) {
    w[i] = {x[i + 2], kernel[i], strides[i], dilations[i], pads[i], pads[i + 2]};
    if (automatic == "NOTSET") continue;
    if (automatic != "VALID" && automatic != "SAME_UPPER" && automatic != "SAME_LOWER")
      throw NodeError{"auto_pad " + automatic, "expected NOTSET, VALID, SAME_UPPER or SAME_LOWER"};
    pad_automatically(automatic, &w[i]);
  }
  return w;
}

// As the format counts them (docs/formats/workload.md).
std::int64_t positions(const Axis& a, bool ceil) {
  const std::int64_t span = a.padded() - a.extent();
  std::int64_t n = (ceil ? ceil_div(span, a.stride) : span / a.stride) + 1;
  if (ceil && mul(n - 1, a.stride) >= add(a.input, a.before)) --n;
  return n;
}

void fill(const Window& w, bool ceil, Layer* layer) {
  layer->input_h = w[0].input;
  layer->input_w = w[1].input;
  layer->size[Dim::P] = positions(w[0], ceil);
  layer->size[Dim::Q] = positions(w[1], ceil);
  layer->size[Dim::R] = w[0].kernel;
  layer->size[Dim::S] = w[1].kernel;
  layer->stride_h = w[0].stride;
  layer->stride_w = w[1].stride;
  layer->dilation_h = w[0].dilation;
  layer->dilation_w = w[1].dilation;
  layer->pad_top = w[0].before;
  layer->pad_bottom = w[0].after;
  layer->pad_left = w[1].before;
  layer->pad_right = w[1].after;
}

// Why the format cannot hold the window; empty when it can.
std::string misfit(const Window& w, bool pool) {
  for (const Axis& a : w) {
    if (a.before < 0 || a.after < 0) return "negative padding";
    if (a.extent() > a.padded()) return "a kernel larger than the padded input";
    if (pool && (a.before >= a.extent() || a.after >= a.extent()))
      return "padding not smaller than the kernel";
  }
  return {};
}

// The model's own output, where known, against the format's rule.
std::string other_output(const NodeView& v, const Layer& layer) {
  const Shape* out = v.model.shape(v.output());
  if (out == nullptr || out->size() != 4) return {};
  const Shape mine{layer.size[Dim::P], layer.size[Dim::Q]}, theirs{(*out)[2], (*out)[3]};
  if (theirs[0] == kUnknown || theirs[1] == kUnknown || mine == theirs) return {};
  return "an output of " + text(theirs) + ", which the format counts as " + text(mine);
}

// Images per item other than one: the model's batch is another one, or a list of regions takes the
// place of the batch.
std::string other_batch(const NodeView& v, std::int64_t images) {
  if (images == v.batch) return {};
  if (v.model.begins_an_input(images))
    throw NodeError{"a batch of " + std::to_string(images),
                    "expected " + std::to_string(v.batch) +
                        "; if the model was exported so: --batch " + std::to_string(images)};
  return std::to_string(images) + " images in a batch of " + std::to_string(v.batch);
}

std::optional<std::int64_t> convolution_macs(const NodeView& v, const Shape& w) {
  const auto outputs = v.model.elements(v.output());
  if (!outputs) return std::nullopt;
  std::int64_t each = 1;
  for (std::size_t i = 1; i < w.size(); ++i) each = mul(each, w[i]);
  return per_item(mul(*outputs, each), v.batch);
}

void check_channels(const Shape& x, const Shape& w, std::int64_t groups) {
  if (groups >= 1 && groups <= kMaxBound && mul(w[1], groups) == x[1] && w[0] % groups == 0) return;
  throw NodeError{"filters " + text(w) + " in " + std::to_string(groups) + " groups",
                  "expected groups that divide the filters and fit the input " + text(x)};
}

void check_kernel(const NodeView& v, const Shape& w) {
  const auto stated = Attributes(v.node).integers("kernel_shape");
  if (stated.empty() || Shape(stated.begin(), stated.end()) == Shape(w.begin() + 2, w.end()))
    return;
  throw NodeError{"kernel_shape " + text(stated), "expected that of the filters, " + text(w)};
}

Mapped finish_pool(const NodeView& v, const Shape& x, const Window& w, bool ceil) {
  std::string why = other_batch(v, x[0]);
  if (why.empty()) why = misfit(w, true);
  if (!why.empty()) return listed(Group::reduction, why);
  ImportedLayer made = empty_layer(LayerKind::pool);
  made.ceil = ceil;
  made.layer.size[Dim::G] = x[1];
  fill(w, ceil, &made.layer);
  if (why = other_output(v, made.layer); !why.empty()) return listed(Group::reduction, why);
  return made;
}

Mapped whole_pool(const NodeView& v, const Shape& x) {
  Window w;
  for (std::size_t i = 0; i < 2; ++i) w[i].input = w[i].kernel = x[i + 2];
  return finish_pool(v, x, w, false);
}

std::string dimensions(const Shape& x) {
  return "over " + std::to_string(x.size() < 2 ? 0 : x.size() - 2) + " axes instead of two";
}

}  // namespace

Mapped map_convolution(const NodeView& v, int weights) {
  const Shape& x = v.model.known_shape(v.input(0));
  const Shape& w = v.model.known_shape(v.input(weights));
  if (x.size() < 3 || w.size() != x.size())
    throw NodeError{"input " + text(x) + ", filters " + text(w), "expected as many dimensions"};
  const std::int64_t groups = Attributes(v.node).integer("group", 1);
  check_channels(x, w, groups);
  check_kernel(v, w);
  const auto refused = [&](const std::string& why) {
    return listed(Group::product, why, convolution_macs(v, w));
  };
  if (x.size() != 4) return refused(dimensions(x));
  if (!v.model.constant(v.input(weights)) && !v.model.graph_input(v.input(weights)))
    return refused("its filters are computed");
  const Window where = window(v, x, {w[2], w[3]});
  std::string why = other_batch(v, x[0]);
  if (why.empty()) why = misfit(where, false);
  if (!why.empty()) return refused(why);
  ImportedLayer made = empty_layer(LayerKind::conv);
  made.layer.size[Dim::G] = groups;
  made.layer.size[Dim::M] = w[0] / groups;
  made.layer.size[Dim::C] = w[1];
  fill(where, false, &made.layer);
  if (why = other_output(v, made.layer); !why.empty()) return refused(why);
  return made;
}

NotMapped list_transposed_convolution(const NodeView& v) {
  const Shape& w = v.model.known_shape(v.input(1));
  const auto inputs = v.model.elements(v.input(0));
  std::optional<std::int64_t> macs;
  if (inputs) {
    std::int64_t each = 1;  // filters [channels, filters per group, rows, columns]
    for (std::size_t i = 1; i < w.size(); ++i) each = mul(each, w[i]);
    macs = per_item(mul(*inputs, each), v.batch);
  }
  return listed(Group::product, "a transposed convolution", macs);
}

Mapped map_pool(const NodeView& v) {
  const Shape& x = v.model.known_shape(v.input(0));
  if (x.size() != 4) return listed(Group::reduction, dimensions(x));
  const auto kernel = per_axis(v, "kernel_shape", 2, 1, 1);
  return finish_pool(v, x, window(v, x, {kernel[0], kernel[1]}),
                     Attributes(v.node).integer("ceil_mode", 0) != 0);
}

Mapped map_global_pool(const NodeView& v) {
  const Shape& x = v.model.known_shape(v.input(0));
  if (x.size() != 4) return listed(Group::reduction, dimensions(x));
  return whole_pool(v, x);
}

Mapped map_reduction(const NodeView& v) {
  const Shape* x = v.model.shape(v.input(0));
  std::vector<std::int64_t> axes = Attributes(v.node).integers("axes");
  for (std::int64_t& a : axes) a += a < 0 ? 4 : 0;
  std::sort(axes.begin(), axes.end());
  if (x == nullptr || x->size() != 4 || axes != std::vector<std::int64_t>{2, 3})
    return listed(Group::reduction, "a reduction, not over rows and columns");
  return whole_pool(v, v.model.known_shape(v.input(0)));
}

}  // namespace assay::network
