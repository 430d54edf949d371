// SPDX-License-Identifier: Apache-2.0
// The walk over the graph: every node becomes a layer or an entry of what is not mapped.
#include "experiments/onnx/import_onnx.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "core/checked.h"
#include "core/hash.h"
#include "core/text.h"
#include "core/yaml_reader.h"
#include "experiments/onnx/map_node.h"

namespace assay::network {
namespace {

constexpr char kLetters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";

// Letters that a workload may have; no rows of '_' and none at the ends.
std::string layer_name(const std::string& node) {
  std::string text;
  for (const char c : node) {
    const bool allowed = std::string_view(kLetters).find(c) != std::string_view::npos;
    if (allowed || text.empty() || text.back() != '_') text += allowed ? c : '_';
  }
  const std::size_t begin = text.find_first_not_of("_.-");
  if (begin == std::string::npos) return "layer";
  return text.substr(begin, text.find_last_not_of('_') - begin + 1);
}

class Names {
 public:
  std::string own(const std::string& wish) {
    std::string text = wish;
    for (int i = 2; !taken_.insert(text).second; ++i) text = wish + "_" + std::to_string(i);
    return text;
  }

 private:
  std::set<std::string> taken_{"network"};  // what reports call the sum
};

std::int64_t macs_of(const Layer& layer) {
  return layer.has_weights() ? mul(points(layer), layer.repeat) : 0;
}

// What the reader of the written file would refuse. Throws NodeError, OverflowError.
void check_bounds(const Layer& layer) {
  for (const std::int64_t v :
       {layer.input_h, layer.input_w, layer.size[Dim::M], layer.size[Dim::N],
        mul(layer.size[Dim::C], layer.size[Dim::G]), mul(layer.size[Dim::M], layer.size[Dim::G])})
    if (v > kMaxBound)
      throw NodeError{std::to_string(v), "expected sizes of at most " + std::to_string(kMaxBound)};
  points(layer);
  Layer padded = layer;
  padded.input_h = add(padded.input_h, add(layer.pad_top, layer.pad_bottom));
  padded.input_w = add(padded.input_w, add(layer.pad_left, layer.pad_right));
  for (const Operand o : kAllOperands) tensor_elements(padded, o);
}

auto shape_key(const ImportedLayer& l) {
  const Layer& a = l.layer;
  return std::make_tuple(a.kind, static_cast<const PerDim<std::int64_t>::Base&>(a.size), a.input_h,
                         a.input_w, a.stride_h, a.stride_w, a.dilation_h, a.dilation_w, a.pad_top,
                         a.pad_bottom, a.pad_left, a.pad_right, a.weights_per_batch, l.ceil);
}

// Layers of one shape, wherever they stand, become the first of them.
std::vector<ImportedLayer> merged(const std::vector<ImportedLayer>& layers) {
  using Key = decltype(shape_key(layers.front()));
  std::map<Key, std::size_t> first;
  std::vector<ImportedLayer> out;
  for (const ImportedLayer& l : layers) {
    const auto [at, is_new] = first.emplace(shape_key(l), out.size());
    if (is_new)
      out.push_back(l);
    else
      ++out[at->second].layer.repeat;
  }
  return out;
}

class Walk {
 public:
  Walk(const Model& model, const std::string& file, const OnnxOptions& options)
      : model_(model), file_(file), options_(options) {}

  void run(NetworkImport* network) {
    for (int i = 0; i < model_.graph().node_size(); ++i) visit(i, network);
    throw_if_any(diagnostics_);
    if (network->layers.empty())
      throw InputError({{file_, 0, "graph", std::to_string(model_.graph().node_size()) + " nodes",
                         "none of them can be mapped; expected at least one layer"}});
  }

 private:
  void visit(int i, NetworkImport* network) {
    const onnx::NodeProto& node = model_.graph().node(i);
    const auto fail = [&](const std::string& value, const std::string& expected) {
      diagnostics_.push_back({file_, 0,
                              "node '" + node_name(node, i) + "' (" + node.op_type() + ")", value,
                              expected});
    };
    try {
      Mapped mapped = map_node({model_, node, i, options_.batch});
      if (auto* layer = std::get_if<ImportedLayer>(&mapped))
        keep(node, i, std::move(*layer), network);
      else
        list(node, i, std::get<NotMapped>(std::move(mapped)), network);
    } catch (const NodeError& e) {
      if (e.cause.empty() || causes_.insert(e.cause).second) fail(e.value, e.expected);
    } catch (const OverflowError&) {
      fail("", "expected counts that fit in 64 bits");
    }
  }

  void keep(const onnx::NodeProto& node, int i, ImportedLayer layer, NetworkImport* network) {
    check_bounds(layer.layer);
    layer.node = node_name(node, i);
    layer.op = node.op_type();
    layer.layer.name = names_.own(layer_name(layer.node));
    network->layers.push_back(std::move(layer));
  }

  void list(const onnx::NodeProto& node, int i, NotMapped n, NetworkImport* network) {
    n.node = node_name(node, i);
    n.op = node.domain().empty() ? node.op_type() : node.domain() + "." + node.op_type();
    n.outputs = 0;
    for (const std::string& out : node.output()) {
      if (out.empty()) continue;
      const auto elements = model_.elements(out);
      n.outputs = elements && n.outputs ? std::optional(add(*n.outputs, *elements)) : std::nullopt;
    }
    if (options_.complete && (!n.macs || *n.macs > 0))
      throw NodeError{n.why, "--complete: expected every multiply-accumulate to be mapped"};
    network->not_mapped.push_back(std::move(n));
  }

  const Model& model_;
  const std::string& file_;
  const OnnxOptions& options_;
  Names names_;
  std::set<std::string> causes_;
  Diagnostics diagnostics_;
};

void check_options(const OnnxOptions& o) {
  Diagnostics found;
  if (o.name.empty() || o.name.find_first_not_of(kLetters) != std::string::npos)
    found.push_back({"", 0, "--name", o.name, "expected letters, digits, '_', '-' and '.' only"});
  if (o.batch < 1 || o.batch > kMaxBound)
    found.push_back({"", 0, "--batch", std::to_string(o.batch), "expected 1 or more"});
  for (const auto& [key, size] : o.dims)
    if (size < 1 || size > kMaxBound)
      found.push_back({"", 0, "--dim " + key, std::to_string(size), "expected 1 or more"});
  throw_if_any(found);
}

// Printable ASCII: the producer's name is anybody's.
std::string printable(std::string text) {
  for (char& c : text)
    if (c < ' ' || c > '~') c = '?';
  return text.substr(0, 80);
}

std::string provenance(const Model& model, const std::string& bytes,
                       const std::filesystem::path& file) {
  const onnx::ModelProto& p = model.proto();
  std::string text =
      "Imported from the ONNX model " + printable(file.filename().string()) + ", " +
      sha256_of_text(bytes) + "; producer " +
      (p.producer_name().empty() ? "not stated" : printable(p.producer_name())) +
      (p.producer_version().empty() ? "" : " " + printable(p.producer_version())) + ", graph " +
      (p.graph().name().empty() ? "not named" : printable(p.graph().name())) + ", IR version " +
      std::to_string(p.ir_version()) + ", operator set " + std::to_string(opset_of(p)) + ".";
  for (const std::string& note : model.notes()) text += " Note: " + printable(note) + ".";
  return text;
}

std::string not_represented(const std::vector<NotMapped>& all) {
  std::map<std::string, int> counts;
  for (const NotMapped& n : all)
    if (n.group != Group::constant) ++counts[printable(n.op)];
  std::string text;
  for (const auto& [op, count] : counts)
    text += (text.empty() ? " Not represented: " : ", ") + op + " x" + std::to_string(count);
  return text.empty() ? text : text + ".";
}

std::int64_t checked_total(const NetworkImport& network, const std::string& file) {
  try {
    return network.macs();
  } catch (const OverflowError&) {
    throw InputError({{file, 0, "graph", "", "expected multiply-accumulates within 64 bits"}});
  }
}

}  // namespace

std::int64_t NetworkImport::macs() const {
  std::int64_t sum = 0;
  for (const ImportedLayer& l : layers) sum = add(sum, macs_of(l.layer));
  return sum;
}

std::int64_t NetworkImport::not_mapped_macs() const {
  std::int64_t sum = 0;
  for (const NotMapped& n : not_mapped) sum = add(sum, n.macs.value_or(0));
  return sum;
}

std::size_t NetworkImport::nodes_of_unknown_macs() const {
  return static_cast<std::size_t>(std::count_if(not_mapped.begin(), not_mapped.end(),
                                                [](const NotMapped& n) { return !n.macs; }));
}

NetworkImport import_onnx_bytes(const std::string& bytes, const std::filesystem::path& file,
                                const OnnxOptions& options) {
  check_options(options);
  const Model model(bytes, file, options);
  NetworkImport network;
  Walk(model, file.string(), options).run(&network);
  if (options.merge_repeats) network.layers = merged(network.layers);
  checked_total(network, file.string());
  network.notes = model.notes();
  network.workload.name = options.name;
  network.workload.description = "imported from " + printable(file.filename().string());
  network.workload.source = provenance(model, bytes, file) + not_represented(network.not_mapped);
  return network;
}

NetworkImport import_onnx(const std::filesystem::path& file, const OnnxOptions& options) {
  Diagnostics diagnostics;
  const std::optional<std::string> bytes = read_text(file, &diagnostics);
  throw_if_any(diagnostics);
  return import_onnx_bytes(*bytes, file, options);
}

}  // namespace assay::network
