// SPDX-License-Identifier: Apache-2.0
// Writes ONNX models with the ONNX library's own types. Weights have dimensions and no values.
#pragma once

#include <onnx/onnx_pb.h>

#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "experiments/onnx/import_onnx.h"
#include "tests/files.h"

namespace assay::test {

using Dims = std::vector<std::int64_t>;
using AnyDim = std::variant<std::int64_t, std::string>;  // "" has neither number nor name

struct Attribute {
  std::string name;
  std::variant<std::int64_t, Dims, std::string> value;
};

class Builder {
 public:
  explicit Builder(std::int64_t opset = 13) {
    model_.set_ir_version(8);
    model_.set_producer_name("assay tests");
    model_.add_opset_import()->set_version(opset);
    model_.mutable_graph()->set_name("made");
  }

  onnx::ModelProto& model() { return model_; }
  onnx::GraphProto& graph() { return *model_.mutable_graph(); }
  std::string bytes() const { return model_.SerializeAsString(); }

  std::string input(const std::string& name, const std::vector<AnyDim>& dims,
                    onnx::TensorProto::DataType type = onnx::TensorProto::FLOAT) {
    describe(graph().add_input(), name, dims, type);
    return name;
  }

  void output(const std::string& tensor, const std::vector<AnyDim>& dims = {}) {
    onnx::ValueInfoProto* v = graph().add_output();
    if (dims.empty()) {
      v->set_name(tensor);
      v->mutable_type()->mutable_tensor_type()->set_elem_type(onnx::TensorProto::FLOAT);
    } else {
      describe(v, tensor, dims, onnx::TensorProto::FLOAT);
    }
  }

  // The values are said to be in a file that is not there.
  std::string weights(const std::string& name, const Dims& dims,
                      onnx::TensorProto::DataType type = onnx::TensorProto::FLOAT) {
    onnx::TensorProto* t = graph().add_initializer();
    t->set_name(name);
    t->set_data_type(type);
    for (const std::int64_t d : dims) t->add_dims(d);
    t->set_data_location(onnx::TensorProto::EXTERNAL);
    onnx::StringStringEntryProto* where = t->add_external_data();
    where->set_key("location");
    where->set_value("weights.bin");
    return name;
  }

  std::string integers(const std::string& name, const Dims& values) {
    onnx::TensorProto* t = graph().add_initializer();
    t->set_name(name);
    t->set_data_type(onnx::TensorProto::INT64);
    t->add_dims(static_cast<std::int64_t>(values.size()));
    for (const std::int64_t v : values) t->add_int64_data(v);
    return name;
  }

  // Returns the name of the first output: that of the node and ":0", ":1", ...
  std::string node(const std::string& op, const std::string& name,
                   const std::vector<std::string>& inputs,
                   const std::vector<Attribute>& attributes = {}, int outputs = 1,
                   const std::string& domain = "") {
    onnx::NodeProto* n = graph().add_node();
    n->set_op_type(op);
    n->set_name(name);
    n->set_domain(domain);
    for (const std::string& in : inputs) n->add_input(in);
    for (int i = 0; i < outputs; ++i) n->add_output(name + ":" + std::to_string(i));
    for (const Attribute& a : attributes) add(n->add_attribute(), a);
    return n->output(0);
  }

  std::string conv(const std::string& name, const std::string& x, std::int64_t filters,
                   std::int64_t channels_per_group, std::int64_t kernel,
                   std::vector<Attribute> attributes = {}) {
    const std::string w = weights(name + ".w", {filters, channels_per_group, kernel, kernel});
    const std::string b = weights(name + ".b", {filters});
    return node("Conv", name, {x, w, b}, attributes);
  }

  std::string gemm(const std::string& name, const std::string& x, std::int64_t inputs,
                   std::int64_t outputs) {
    const std::string w = weights(name + ".w", {outputs, inputs});
    return node("Gemm", name, {x, w, weights(name + ".b", {outputs})}, {{"transB", 1}});
  }

 private:
  static void describe(onnx::ValueInfoProto* v, const std::string& name,
                       const std::vector<AnyDim>& dims, onnx::TensorProto::DataType type) {
    v->set_name(name);
    onnx::TypeProto::Tensor* t = v->mutable_type()->mutable_tensor_type();
    t->set_elem_type(type);
    t->mutable_shape();
    for (const AnyDim& d : dims) {
      auto* dim = t->mutable_shape()->add_dim();
      if (const auto* size = std::get_if<std::int64_t>(&d))
        dim->set_dim_value(*size);
      else if (!std::get<std::string>(d).empty())
        dim->set_dim_param(std::get<std::string>(d));
    }
  }

  static void add(onnx::AttributeProto* to, const Attribute& a) {
    to->set_name(a.name);
    if (const auto* i = std::get_if<std::int64_t>(&a.value)) {
      to->set_type(onnx::AttributeProto::INT);
      to->set_i(*i);
    } else if (const auto* list = std::get_if<Dims>(&a.value)) {
      to->set_type(onnx::AttributeProto::INTS);
      for (const std::int64_t v : *list) to->add_ints(v);
    } else {
      to->set_type(onnx::AttributeProto::STRING);
      to->set_s(std::get<std::string>(a.value));
    }
  }

  onnx::ModelProto model_;
};

// One number for every axis and side.
inline Attribute strides(std::int64_t v) { return {"strides", Dims{v, v}}; }
inline Attribute pads(std::int64_t v) { return {"pads", Dims{v, v, v, v}}; }
inline Attribute kernel(std::int64_t v) { return {"kernel_shape", Dims{v, v}}; }
inline Attribute groups(std::int64_t v) { return {"group", v}; }

inline network::NetworkImport import_made(const Builder& b, network::OnnxOptions o = {}) {
  if (o.name.empty()) o.name = "made";
  return network::import_onnx_bytes(b.bytes(), "made.onnx", o);
}

// As the strict reader sees the file that is written.
inline Workload written_and_read(const network::NetworkImport& imported) {
  const TemporaryFolder folder;
  return read_workload(folder.write("made.yaml", network::workload_text(imported)));
}

}  // namespace assay::test
