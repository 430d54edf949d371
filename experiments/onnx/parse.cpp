// SPDX-License-Identifier: Apache-2.0
// From bytes to a model whose nodes can be walked in order.
#include <google/protobuf/stubs/logging.h>
#include <onnx/checker.h>
#include <onnx/defs/schema.h>

#include <algorithm>
#include <exception>
#include <unordered_set>

#include "experiments/onnx/model.h"

namespace assay::network {
namespace {

// Shape tensors are far below it; what is above are weights, of which only the dimensions matter.
constexpr std::size_t kKeptBytes = 4096;

bool is_onnx_domain(const std::string& domain) { return domain.empty() || domain == "ai.onnx"; }

void drop_weights(onnx::GraphProto* graph) {
  for (onnx::TensorProto& t : *graph->mutable_initializer()) {
    if (t.ByteSizeLong() <= kKeptBytes) continue;
    t.clear_raw_data();
    t.clear_float_data();
    t.clear_double_data();
    t.clear_int32_data();
    t.clear_int64_data();
    t.clear_uint64_data();
    t.clear_string_data();
  }
}

[[noreturn]] void refuse(const std::string& file, const std::string& key, const std::string& value,
                         const std::string& expected) {
  throw InputError({{file, 0, key, value, expected}});
}

void set_opset(onnx::ModelProto* model, const std::string& file, const OnnxOptions& options) {
  onnx::OperatorSetIdProto* set = nullptr;
  for (onnx::OperatorSetIdProto& s : *model->mutable_opset_import())
    if (is_onnx_domain(s.domain())) set = &s;
  if (set == nullptr)
    refuse(file, "opset_import", "", "expected ONNX's own operator set among the model's");
  if (options.opset) set->set_version(*options.opset);
  const std::string range = "1 to " + std::to_string(kNewestOpset);
  if (set->version() >= 1 && set->version() <= kNewestOpset) return;
  refuse(file, options.opset ? "--opset" : "opset_import", std::to_string(set->version()),
         options.opset ? "expected " + range
                       : "the ONNX library reads " + range +
                             "; expected a model exported for one of them, or --opset " +
                             std::to_string(kNewestOpset) + " to read it as such");
}

// The library divides by some of these without looking.
std::string not_positive(const onnx::NodeProto& node) {
  static const std::unordered_set<std::string> kPositive{"strides", "dilations", "kernel_shape",
                                                         "group", "blocksize"};
  for (const onnx::AttributeProto& a : node.attribute()) {
    if (kPositive.count(a.name()) == 0) continue;
    const bool one = a.type() == onnx::AttributeProto::INT && a.i() < 1;
    const bool any = std::any_of(a.ints().begin(), a.ints().end(), [](auto v) { return v < 1; });
    if (one || any) return "expected '" + a.name() + "' of 1 or more";
  }
  return {};
}

// What the library's checker says of one node. It cannot judge inside subgraphs, which are not
// walked either.
std::string complaint(const onnx::NodeProto& node, std::int64_t opset) {
  if (has_subgraph(node) || !known_operator(node, opset)) return {};
  onnx::checker::CheckerContext context;
  context.set_ir_version(onnx::Version::IR_VERSION);
  context.set_opset_imports({{"", static_cast<int>(opset)}});
  try {
    onnx::checker::check_node(node, context, onnx::checker::LexicalScopeContext());
  } catch (const std::exception& e) {
    const std::string text = e.what();
    return text.substr(0, text.find('\n'));
  }
  return not_positive(node);
}

// Every tensor is there before it is used, and made once.
void check_nodes(const onnx::ModelProto& model, Diagnostics* diagnostics, const std::string& file) {
  const onnx::GraphProto& graph = model.graph();
  std::unordered_set<std::string> ready{""};  // an input that is left out
  for (const onnx::ValueInfoProto& v : graph.input()) ready.insert(v.name());
  for (const onnx::TensorProto& t : graph.initializer()) ready.insert(t.name());
  for (const onnx::SparseTensorProto& t : graph.sparse_initializer())
    ready.insert(t.values().name());
  for (int i = 0; i < graph.node_size(); ++i) {
    const onnx::NodeProto& node = graph.node(i);
    const std::string key = "node '" + node_name(node, i) + "'";
    for (const std::string& in : node.input())
      if (ready.count(in) == 0)
        diagnostics->push_back({file, 0, key, "input '" + in + "'",
                                "expected an input of the model, a constant or the output of a "
                                "node before this one"});
    for (const std::string& out : node.output())
      if (!ready.insert(out).second && !out.empty())
        diagnostics->push_back(
            {file, 0, key, "output '" + out + "'", "expected a name that nothing else has"});
    if (const std::string what = complaint(node, opset_of(model)); !what.empty())
      diagnostics->push_back({file, 0, key, node.op_type(), what});
    if (diagnostics->size() > 100) return;  // not a model anybody wrote
  }
}

}  // namespace

std::string node_name(const onnx::NodeProto& node, int index) {
  if (!node.name().empty()) return node.name();
  return (node.op_type().empty() ? "node" : node.op_type()) + "_" + std::to_string(index);
}

bool has_subgraph(const onnx::NodeProto& node) {
  for (const onnx::AttributeProto& a : node.attribute())
    if (a.has_g() || a.graphs_size() > 0) return true;
  return false;
}

bool known_operator(const onnx::NodeProto& node, std::int64_t opset) {
  return is_onnx_domain(node.domain()) &&
         onnx::OpSchemaRegistry::Schema(node.op_type(), static_cast<int>(opset), "") != nullptr;
}

std::int64_t opset_of(const onnx::ModelProto& model) {
  for (const onnx::OperatorSetIdProto& s : model.opset_import())
    if (is_onnx_domain(s.domain())) return s.version();
  return 0;
}

onnx::ModelProto parse_model(const std::string& bytes, const std::string& file,
                             const OnnxOptions& options) {
  const google::protobuf::LogSilencer silent;  // what is wrong is said below
  onnx::ModelProto model;
  if (bytes.empty()) refuse(file, "", "", "the file is empty; expected an ONNX model");
  if (!model.ParseFromString(bytes))
    refuse(file, "", "", "not an ONNX model, or cut off; expected its protobuf encoding");
  if (!model.has_graph() || model.graph().node_size() == 0)
    refuse(file, "graph", "", "expected an ONNX model with at least one node");
  drop_weights(model.mutable_graph());
  set_opset(&model, file, options);
  Diagnostics diagnostics;
  check_nodes(model, &diagnostics, file);
  throw_if_any(diagnostics);
  return model;
}

}  // namespace assay::network
