// SPDX-License-Identifier: Apache-2.0
// Reader of docs/formats/workload.md.
#include <algorithm>
#include <map>
#include <utility>

#include "core/checked.h"
#include "core/layer.h"
#include "core/yaml_reader.h"

namespace assay {
namespace {

constexpr IntRange kSize{1, kMaxBound};
constexpr IntRange kPadding{0, kMaxBound};
constexpr IntRange kBits{1, 64};
constexpr char kLetters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";

struct Shape {
  std::int64_t channels = 1, height = 1, width = 1;
};

// What a filter window does along one axis.
struct Axis {
  std::int64_t input = 1, kernel = 1, stride = 1, dilation = 1, before = 0, after = 0;

  std::int64_t extent() const { return add(mul(kernel - 1, dilation), 1); }
  std::int64_t padded() const { return input + before + after; }
};

// Remembers how many errors there were, to skip checks that build on values that were wrong.
class ErrorMark {
 public:
  explicit ErrorMark(const YamlMap& map)
      : diagnostics_(map.diagnostics()), count_(diagnostics_->size()) {}
  bool clean() const { return diagnostics_->size() == count_; }

 private:
  const Diagnostics* diagnostics_;
  std::size_t count_;
};

std::string read_name(YamlMap& map) {
  std::string text = map.text("name");
  if (text.find_first_not_of(kLetters) != std::string::npos)
    map.error("name", text, "expected letters, digits, '_', '-' and '.' only");
  return text;
}

Shape read_shape(YamlMap& map) {
  Shape shape;
  shape.channels = map.integer("channels", kSize);
  shape.height = map.integer("height", kSize);
  shape.width = map.integer("width", kSize);
  return shape;
}

// One number, or a list of one of the lengths allowed. Empty after an error.
std::vector<std::int64_t> read_list(YamlMap& map, const std::string& key, IntRange range,
                                    const std::vector<std::size_t>& lengths,
                                    const std::string& expected) {
  const YAML::Node node = map.raw(key);
  if (node.IsDefined() && node.IsSequence() &&
      std::find(lengths.begin(), lengths.end(), node.size()) == lengths.end()) {
    map.error(key, "(a list of " + std::to_string(node.size()) + ")", expected);
    return {};
  }
  return map.integers(key, range);
}

void read_pair(YamlMap& map, const std::string& key, std::int64_t* rows, std::int64_t* columns) {
  const auto v = read_list(map, key, kSize, {2}, "expected one number or [rows, columns]");
  if (v.empty()) return;
  *rows = v.front();
  *columns = v.back();
}

void read_optional_pair(YamlMap& map, const std::string& key, std::int64_t* rows,
                        std::int64_t* columns) {
  map.raw(key);
  if (map.has(key)) read_pair(map, key, rows, columns);
}

void read_padding(YamlMap& map, Axis* h, Axis* w) {
  map.raw("padding");
  if (!map.has("padding")) return;
  const auto v = read_list(map, "padding", kPadding, {2, 4},
                           "expected one number, [rows, columns] or [top, bottom, left, right]");
  if (v.empty()) return;
  const bool four = v.size() == 4;
  h->before = v.front();
  h->after = four ? v[1] : v.front();
  w->before = four ? v[2] : v.back();
  w->after = v.back();
}

std::string by(std::int64_t rows, std::int64_t columns) {
  return std::to_string(rows) + "x" + std::to_string(columns);
}

// Output positions along an axis; with ceil the padding grows by what the last window overhangs.
std::int64_t output_positions(Axis* axis, bool ceil) {
  const std::int64_t span = axis->padded() - axis->extent();
  std::int64_t positions = (ceil ? ceil_div(span, axis->stride) : span / axis->stride) + 1;
  if (ceil && mul(positions - 1, axis->stride) >= axis->input + axis->before) --positions;
  const std::int64_t overhang = mul(positions - 1, axis->stride) + axis->extent() - axis->padded();
  axis->after += std::max<std::int64_t>(overhang, 0);
  return positions;
}

// The geometry shared by conv and pool: input, window keys, P, Q, R, S and the optional statement
// of the output. Construct, read the kind's other keys, then finish().
class WindowReader {
 public:
  WindowReader(YamlMap* map, Layer* layer)
      : map_(map),
        layer_(layer),
        mark_(*map),
        input_(map->map("input")),
        shape_(read_shape(input_)) {
    h_.input = shape_.height;
    w_.input = shape_.width;
    read_pair(*map, "kernel", &h_.kernel, &w_.kernel);
    read_optional_pair(*map, "stride", &h_.stride, &w_.stride);
    read_optional_pair(*map, "dilation", &h_.dilation, &w_.dilation);
    read_padding(*map, &h_, &w_);
  }
  const Shape& input() const { return shape_; }
  bool clean() const { return mark_.clean(); }

  void require_padding_below_kernel() {
    if (h_.before < h_.extent() && h_.after < h_.extent() && w_.before < w_.extent() &&
        w_.after < w_.extent())
      return;
    map_->error("padding", "",
                "expected less than the kernel, " + by(h_.extent(), w_.extent()) +
                    " with its dilation: a pool needs an element in every window");
  }

  void finish(std::int64_t output_channels, bool ceil) {
    const bool fits = clean() && kernel_fits();
    Shape output{output_channels, 1, 1};
    if (fits) {
      output.height = output_positions(&h_, ceil);
      output.width = output_positions(&w_, ceil);
      fill(output);
    }
    check_stated_output(output, fits);
    input_.finish();
  }

 private:
  bool kernel_fits() {
    if (h_.extent() <= h_.padded() && w_.extent() <= w_.padded()) return true;
    map_->error("kernel", by(h_.kernel, w_.kernel),
                "the kernel with its dilation is " + by(h_.extent(), w_.extent()) +
                    "; expected at most the padded input, " + by(h_.padded(), w_.padded()));
    return false;
  }

  void fill(const Shape& output) {
    layer_->input_h = h_.input;
    layer_->input_w = w_.input;
    layer_->size[Dim::P] = output.height;
    layer_->size[Dim::Q] = output.width;
    layer_->size[Dim::R] = h_.kernel;
    layer_->size[Dim::S] = w_.kernel;
    layer_->stride_h = h_.stride;
    layer_->stride_w = w_.stride;
    layer_->dilation_h = h_.dilation;
    layer_->dilation_w = w_.dilation;
    layer_->pad_top = h_.before;
    layer_->pad_bottom = h_.after;
    layer_->pad_left = w_.before;
    layer_->pad_right = w_.after;
  }

  void check_stated_output(const Shape& computed, bool known) {
    map_->raw("output");
    if (!map_->has("output")) return;
    YamlMap output = map_->map("output");
    const ErrorMark mark(output);
    const Shape stated = read_shape(output);
    const auto compare = [&](const char* key, std::int64_t is, std::int64_t expected) {
      if (is != expected)
        output.error(key, std::to_string(is),
                     "expected " + std::to_string(expected) + ", computed from the other keys");
    };
    if (known && mark.clean()) {
      compare("channels", stated.channels, computed.channels);
      compare("height", stated.height, computed.height);
      compare("width", stated.width, computed.width);
    }
    output.finish();
  }

  YamlMap* map_;
  Layer* layer_;
  ErrorMark mark_;
  YamlMap input_;
  Shape shape_;
  Axis h_, w_;
};

void read_conv(YamlMap& map, Layer* layer) {
  WindowReader window(&map, layer);
  const std::int64_t filters = map.integer("filters", kSize);
  const std::int64_t groups = map.integer("groups", kSize, 1);
  const std::int64_t channels = window.input().channels;
  if (window.clean()) {
    layer->size[Dim::G] = groups;
    layer->size[Dim::M] = std::max<std::int64_t>(filters / groups, 1);
    layer->size[Dim::C] = std::max<std::int64_t>(channels / groups, 1);
  }
  const bool clean = window.clean();
  window.finish(filters, false);
  if (clean && channels % groups != 0)
    map.error("groups", std::to_string(groups),
              "expected a divisor of the input's channels, " + std::to_string(channels));
  if (clean && filters % groups != 0)
    map.error("groups", std::to_string(groups),
              "expected a divisor of the filters, " + std::to_string(filters));
}

void read_fc(YamlMap& map, Layer* layer) {
  layer->size[Dim::M] = map.integer("outputs", kSize);
  map.raw("input");
  if (!map.has("input")) {
    layer->size[Dim::C] = map.integer("inputs", kSize);
    return;
  }
  map.raw("inputs");
  if (map.has("inputs")) map.error("inputs", "", "expected either 'inputs' or 'input', not both");
  YamlMap input = map.map("input");
  const Shape shape = read_shape(input);
  input.finish();
  layer->size[Dim::C] = shape.channels;
  layer->size[Dim::R] = layer->input_h = shape.height;
  layer->size[Dim::S] = layer->input_w = shape.width;
}

void read_matmul(YamlMap& map, Layer* layer) {
  layer->size[Dim::N] = map.integer("rows", kSize);
  layer->size[Dim::C] = map.integer("inner", kSize);
  layer->size[Dim::M] = map.integer("columns", kSize);
  layer->size[Dim::G] = map.integer("groups", kSize, 1);
  layer->weights_per_batch = map.choice("operands", {"weights", "activations"}) == "activations";
}

void read_pool(YamlMap& map, Layer* layer) {
  WindowReader window(&map, layer);
  const bool ceil = map.choice("rounding", {"floor", "ceil"}, "floor") == "ceil";
  layer->size[Dim::G] = window.input().channels;
  if (window.clean()) window.require_padding_below_kernel();
  window.finish(window.input().channels, ceil);
}

void read_elementwise(YamlMap& map, Layer* layer) {
  const Shape shape = read_shape(map);
  layer->size[Dim::G] = shape.channels;
  layer->size[Dim::C] = map.integer("inputs", kSize, 2);
  layer->size[Dim::P] = layer->input_h = shape.height;
  layer->size[Dim::Q] = layer->input_w = shape.width;
}

void read_precision(YamlMap& map, Layer* layer) {
  map.raw("precision");
  if (!map.has("precision")) return;
  YamlMap bits = map.map("precision");
  const auto read = [&](const char* key) { return static_cast<int>(bits.integer(key, kBits, 0)); };
  layer->precision.input_bits = read("input_bits");
  layer->precision.weight_bits = read("weight_bits");
  layer->precision.psum_bits = read("psum_bits");
  layer->precision.output_bits = read("output_bits");
  if (!layer->has_weights() && bits.has("weight_bits"))
    bits.error("weight_bits", "", "the layer has no weights; expected the key left out");
  bits.finish();
}

// Throws OverflowError.
void check_fits(const Layer& layer) {
  mul(points(layer), layer.repeat);
  for (const Operand o : kAllOperands) mul(tensor_elements(layer, o), layer.repeat);
  Layer padded = layer;
  padded.input_h += layer.pad_top + layer.pad_bottom;
  padded.input_w += layer.pad_left + layer.pad_right;
  mul(tensor_elements(padded, Operand::I), layer.repeat);
}

void read_kind(YamlMap& map, const std::string& kind, Layer* layer) {
  if (kind == "conv") {
    layer->kind = LayerKind::conv;
    read_conv(map, layer);
  } else if (kind == "fc") {
    layer->kind = LayerKind::fc;
    read_fc(map, layer);
  } else if (kind == "matmul") {
    layer->kind = LayerKind::matmul;
    read_matmul(map, layer);
  } else if (kind == "pool") {
    layer->kind = LayerKind::pool;
    read_pool(map, layer);
  } else {
    layer->kind = LayerKind::elementwise;
    read_elementwise(map, layer);
  }
}

Layer read_layer(YamlMap& map) {
  Layer layer;
  layer.line = map.line();
  layer.size.fill(1);
  layer.name = read_name(map);
  if (layer.name == "network")
    map.error("name", layer.name, "the name is reserved for the sum over layers; expected another");
  layer.repeat = map.integer("repeat", kSize, 1);
  const ErrorMark kind_mark(map);
  const std::string kind = map.choice("kind", {"conv", "fc", "matmul", "pool", "elementwise"});
  if (!map.has("kind") || !kind_mark.clean()) return layer;  // its keys cannot be judged
  try {
    read_kind(map, kind, &layer);
    read_precision(map, &layer);
    check_fits(layer);
  } catch (const OverflowError&) {
    map.error("", "", "expected points and tensors, repeats included, that fit in 64 bits");
  }
  map.finish();
  return layer;
}

void read_layers(YamlMap& top, Workload* workload) {
  std::map<std::string, int> lines;
  for (YamlMap& map : top.maps("layers")) {
    Layer layer = read_layer(map);
    const auto [first, is_new] = lines.emplace(layer.name, map.line("name"));
    if (!is_new && !layer.name.empty())
      map.error("name", layer.name,
                "expected a name of its own; line " + std::to_string(first->second) + " has it");
    workload->layers.push_back(std::move(layer));
  }
}

void read_top(YamlMap& top, Workload* workload) {
  top.schema("assay.workload/1");
  workload->name = read_name(top);
  workload->description = top.text("description");
  workload->source = top.text("source");
  const ErrorMark mark(top);
  read_layers(top, workload);
  if (mark.clean() && workload->layers.empty())
    top.error("layers", "(an empty list)", "expected at least one layer");
  top.finish();
  if (!mark.clean()) return;
  try {
    total_macs(*workload);
  } catch (const OverflowError&) {
    top.error("layers", "", "expected multiply-accumulates that sum to a number within 64 bits");
  }
}

}  // namespace

Workload read_workload(const std::filesystem::path& file) {
  Diagnostics diagnostics;
  Workload workload;
  workload.file = file;
  const YamlFile yaml(file, &diagnostics);
  if (yaml.ok()) {
    YamlMap top = yaml.map();
    read_top(top, &workload);
  }
  std::stable_sort(diagnostics.begin(), diagnostics.end(),
                   [](const Diagnostic& a, const Diagnostic& b) { return a.line < b.line; });
  throw_if_any(diagnostics);
  return workload;
}

}  // namespace assay
