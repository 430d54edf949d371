// SPDX-License-Identifier: Apache-2.0
// Shapes and constants of a model.
#include "experiments/onnx/model.h"

#include <algorithm>

#include "core/checked.h"

namespace assay::network {

Model::Model(const std::string& bytes, const std::filesystem::path& file,
             const OnnxOptions& options)
    : model_(parse_model(bytes, file.string(), options)) {
  resolve_dimensions(&model_, file.string(), options, &notes_);
  inference_error_ = infer_shapes_apart(&model_, file.string());
  if (!inference_error_.empty()) notes_.push_back("shape inference: " + inference_error_);
  for (int i = 0; i < graph().node_size(); ++i)
    for (const std::string& out : graph().node(i).output()) producers_.emplace(out, i);
  read_shapes();
  read_constants();
}

void Model::read_shape(const onnx::ValueInfoProto& info) {
  if (!info.type().has_tensor_type() || !info.type().tensor_type().has_shape()) return;
  Shape shape;
  for (const auto& d : info.type().tensor_type().shape().dim())
    shape.push_back(d.has_dim_value() && d.dim_value() >= 0 ? d.dim_value() : kUnknown);
  shapes_[info.name()] = std::move(shape);
}

void Model::read_shapes() {
  for (const onnx::ValueInfoProto& v : graph().value_info()) read_shape(v);
  for (const onnx::ValueInfoProto& v : graph().output()) read_shape(v);
  for (const onnx::ValueInfoProto& v : graph().input()) {
    read_shape(v);
    inputs_.insert(v.name());
  }
  for (const onnx::TensorProto& t : graph().initializer()) {
    shapes_[t.name()] = Shape(t.dims().begin(), t.dims().end());
    inputs_.erase(t.name());  // a default value that is an input as well
  }
}

void Model::read_constants() {
  for (const onnx::TensorProto& t : graph().initializer()) constants_.insert(t.name());
  for (const onnx::SparseTensorProto& t : graph().sparse_initializer())
    constants_.insert(t.values().name());
  for (const onnx::NodeProto& n : graph().node()) {
    const bool from_nothing = n.input_size() == 0 && n.op_type() != "Constant";
    const bool of_shapes = n.op_type() == "Shape" || n.op_type() == "Size";
    const bool all = std::all_of(n.input().begin(), n.input().end(),
                                 [&](const std::string& in) { return in.empty() || constant(in); });
    if (!of_shapes && (!all || from_nothing || has_subgraph(n))) continue;
    for (const std::string& out : n.output()) constants_.insert(out);
  }
}

bool Model::local_function(const onnx::NodeProto& node) const {
  return std::any_of(model_.functions().begin(), model_.functions().end(), [&](const auto& f) {
    return f.name() == node.op_type() && f.domain() == node.domain();
  });
}

const Shape* Model::shape(const std::string& tensor) const {
  const auto at = shapes_.find(tensor);
  return at == shapes_.end() ? nullptr : &at->second;
}

bool Model::shape_complete(const std::string& tensor) const {
  const Shape* s = shape(tensor);
  return s != nullptr && std::find(s->begin(), s->end(), kUnknown) == s->end();
}

// The first node whose inputs have shapes and whose output has none.
std::string Model::loser(std::string tensor) const {
  std::optional<int> at = producer(tensor);
  while (at) {
    const onnx::NodeProto& n = graph().node(*at);
    std::optional<int> before;
    for (const std::string& in : n.input())
      if (!in.empty() && !shape_complete(in) && !before) before = producer(in);
    if (!before || *before >= *at) return "node '" + node_name(n, *at) + "' (" + n.op_type() + ")";
    at = before;
  }
  return "input '" + tensor + "'";
}

const Shape& Model::known_shape(const std::string& tensor) const {
  const Shape* s = shape(tensor);
  const auto lost = [&](const std::string& value) {
    const std::string by = loser(tensor);
    return NodeError{value,
                     "shape inference found none; expected one that it finds or that the file "
                     "states; lost at " +
                         by + (inference_error_.empty() ? "" : " (" + inference_error_ + ")"),
                     by};
  };
  if (s == nullptr) throw lost("shape of '" + tensor + "'");
  for (std::size_t i = 0; i < s->size(); ++i) {
    const std::string dimension = "dimension " + std::to_string(i) + " of '" + tensor + "'";
    if ((*s)[i] == kUnknown) throw lost(dimension);
    if ((*s)[i] < 1)
      throw NodeError{dimension + " = " + std::to_string((*s)[i]), "expected 1 or more", ""};
  }
  return *s;
}

std::optional<std::int64_t> Model::elements(const std::string& tensor) const {
  const Shape* s = shape(tensor);
  if (s == nullptr) return std::nullopt;
  std::int64_t product = 1;
  for (const std::int64_t size : *s) {
    if (size < 0) return std::nullopt;
    product = mul(product, size);
  }
  return product;
}

bool Model::begins_an_input(std::int64_t size) const {
  return std::any_of(inputs_.begin(), inputs_.end(), [&](const std::string& input) {
    const Shape* s = shape(input);
    return s != nullptr && !s->empty() && s->front() == size;
  });
}

std::optional<int> Model::producer(const std::string& tensor) const {
  const auto at = producers_.find(tensor);
  return at == producers_.end() ? std::nullopt : std::optional<int>(at->second);
}

bool Attributes::has(const char* name) const {
  return std::any_of(node_.attribute().begin(), node_.attribute().end(),
                     [&](const onnx::AttributeProto& a) { return a.name() == name; });
}

const onnx::AttributeProto* Attributes::find(const char* name,
                                             onnx::AttributeProto::AttributeType type) const {
  for (const onnx::AttributeProto& a : node_.attribute()) {
    if (a.name() != name) continue;
    if (a.type() != type)
      throw NodeError{std::string("attribute '") + name + "'",
                      "expected " + onnx::AttributeProto::AttributeType_Name(type)};
    return &a;
  }
  return nullptr;
}

std::int64_t Attributes::integer(const char* name, std::int64_t absent) const {
  const auto* a = find(name, onnx::AttributeProto::INT);
  return a == nullptr ? absent : a->i();
}

std::vector<std::int64_t> Attributes::integers(const char* name) const {
  const auto* a = find(name, onnx::AttributeProto::INTS);
  return a == nullptr ? std::vector<std::int64_t>()
                      : std::vector<std::int64_t>(a->ints().begin(), a->ints().end());
}

std::string Attributes::text(const char* name, const std::string& absent) const {
  const auto* a = find(name, onnx::AttributeProto::STRING);
  return a == nullptr ? absent : a->s();
}

}  // namespace assay::network
