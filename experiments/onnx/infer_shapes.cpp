// SPDX-License-Identifier: Apache-2.0
// Shape inference in rounds. Exporters compute the shape of a Reshape from the shapes of other
// tensors; operators before set 14 do not look at such values, and operators before set 13 do not
// pass all of them on. So each round makes constants of what the round before has found.
#include <onnx/defs/tensor_util.h>
#include <onnx/shape_inference/implementation.h>

#include <algorithm>
#include <exception>

#include "experiments/onnx/model.h"

namespace assay::network {
namespace {

using Values = std::map<std::string, std::vector<std::int64_t>>;
using Generated = std::unordered_map<std::string, onnx::TensorShapeProto>;

constexpr int kMostValues = 64;  // of a tensor that is a shape

bool complete(const onnx::TensorShapeProto& shape) {
  return std::all_of(shape.dim().begin(), shape.dim().end(),
                     [](const auto& d) { return d.has_dim_value(); });
}

bool complete(const onnx::ValueInfoProto& v) {
  return v.type().has_tensor_type() && v.type().tensor_type().has_shape() &&
         complete(v.type().tensor_type().shape());
}

std::string infer(onnx::ModelProto* model, bool strict, Generated* generated) {
  try {
    const onnx::ShapeInferenceOptions options(false, strict ? 1 : 0, true);
    onnx::shape_inference::InferShapes(*model, onnx::OpSchemaRegistry::Instance(), options,
                                       generated);
  } catch (const std::exception& e) {
    const std::string text = e.what();
    return text.empty() ? "shape inference failed" : text.substr(0, text.find('\n'));
  }
  return {};
}

// Strictly, for its message; then on as far as it goes.
std::string infer_far(const onnx::ModelProto& from, onnx::ModelProto* result,
                      Generated* generated) {
  *result = from;
  generated->clear();
  std::string error = infer(result, true, generated);
  if (error.empty()) return {};
  *result = from;
  generated->clear();
  infer(result, false, generated);
  return error;
}

void add_constant(const std::string& name, const onnx::TensorProto& t, Values* values) {
  if (t.data_type() != onnx::TensorProto::INT64 || t.dims_size() > 1 ||
      (t.dims_size() == 1 && t.dims(0) > kMostValues))
    return;
  try {
    (*values)[name] = onnx::ParseData<std::int64_t>(&t);
  } catch (const std::exception&) {  // its values are elsewhere
  }
}

// Renames of a few numbers, and lists of them.
void pass_on(const onnx::NodeProto& n, Values* values) {
  if (n.output_size() == 0 || values->count(n.output(0)) != 0) return;
  const std::string& op = n.op_type();
  const bool same = op == "Unsqueeze" || op == "Squeeze" || op == "Cast" || op == "Identity";
  if (!same && op != "Concat") return;
  std::vector<std::int64_t> all;
  for (int i = 0; i < (same ? 1 : n.input_size()); ++i) {
    const auto at = i < n.input_size() ? values->find(n.input(i)) : values->end();
    if (at == values->end() || all.size() > kMostValues) return;
    all.insert(all.end(), at->second.begin(), at->second.end());
  }
  (*values)[n.output(0)] = all;
}

Values values_of(const onnx::GraphProto& graph, const Generated& generated) {
  Values values;
  for (const auto& [name, shape] : generated) {
    if (!complete(shape)) continue;
    for (const auto& d : shape.dim()) values[name].push_back(d.dim_value());
  }
  for (const onnx::TensorProto& t : graph.initializer()) add_constant(t.name(), t, &values);
  for (const onnx::NodeProto& n : graph.node()) {
    if (n.op_type() == "Constant" && n.output_size() == 1)
      for (const onnx::AttributeProto& a : n.attribute())
        if (a.name() == "value" && a.has_t()) add_constant(n.output(0), a.t(), &values);
    pass_on(n, &values);
  }
  return values;
}

// Operators whose second input is a shape.
bool takes_shape(const onnx::NodeProto& n) {
  return (n.op_type() == "Reshape" || n.op_type() == "Expand") && n.input_size() == 2;
}

// Computed shapes with known values become constants. True: one more than before.
bool fix_shapes(const Generated& generated, onnx::ModelProto* model) {
  onnx::GraphProto* graph = model->mutable_graph();
  const Values values = values_of(*graph, generated);
  std::set<std::string> constants;
  for (const onnx::TensorProto& t : graph->initializer()) constants.insert(t.name());
  bool any = false;
  for (onnx::NodeProto& n : *graph->mutable_node()) {
    if (!takes_shape(n) || constants.count(n.input(1)) != 0) continue;
    const auto at = values.find(n.input(1));
    if (at == values.end() || at->second.empty()) continue;
    const std::string name = "values of " + n.input(1);
    n.set_input(1, name);
    any = true;
    if (!constants.insert(name).second) continue;
    onnx::TensorProto* t = graph->add_initializer();
    t->set_name(name);
    t->set_data_type(onnx::TensorProto::INT64);
    t->add_dims(static_cast<std::int64_t>(at->second.size()));
    for (const std::int64_t v : at->second) t->add_int64_data(v);
  }
  return any;
}

std::string infer_in_rounds(onnx::ModelProto* model, onnx::ModelProto* inferred) {
  Generated generated;
  std::string error = infer_far(*model, inferred, &generated);
  while (fix_shapes(generated, model)) error = infer_far(*model, inferred, &generated);
  return error;
}

// Shapes that the file states of what no inference reached.
bool keep_stated(const std::map<std::string, onnx::ValueInfoProto>& stated,
                 const onnx::ModelProto& inferred, onnx::ModelProto* bare) {
  std::set<std::string> reached;
  for (const onnx::ValueInfoProto& v : inferred.graph().value_info())
    if (complete(v)) reached.insert(v.name());
  bool any = false;
  for (const auto& [name, value] : stated) {
    if (reached.count(name) != 0) continue;
    *bare->mutable_graph()->add_value_info() = value;
    any = true;
  }
  return any;
}

}  // namespace

std::string infer_shapes(onnx::ModelProto* model) {
  onnx::GraphProto* graph = model->mutable_graph();
  std::map<std::string, onnx::ValueInfoProto> stated;
  for (const onnx::ValueInfoProto& v : graph->value_info())
    if (complete(v)) stated[v.name()] = v;
  graph->clear_value_info();
  for (onnx::ValueInfoProto& v : *graph->mutable_output())
    if (v.type().has_tensor_type()) v.mutable_type()->mutable_tensor_type()->clear_shape();
  // An initializer may be a constant from IR version 4 on without being an input as well.
  const std::int64_t stated_version = model->ir_version();
  if (stated_version < 4) model->set_ir_version(4);
  onnx::ModelProto inferred;
  std::string error = infer_in_rounds(model, &inferred);
  if (keep_stated(stated, inferred, model)) error = infer_in_rounds(model, &inferred);
  *model = inferred;
  model->set_ir_version(stated_version);
  return error;
}

}  // namespace assay::network
