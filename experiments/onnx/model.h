// SPDX-License-Identifier: Apache-2.0
// An ONNX model with its symbolic dimensions replaced by numbers and its shapes inferred. Nothing
// here knows of layers.
#pragma once

#include <onnx/onnx_pb.h>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/diagnostics.h"
#include "experiments/onnx/import_onnx.h"

namespace assay::network {

using Shape = std::vector<std::int64_t>;
inline constexpr std::int64_t kUnknown = -1;  // a dimension without a number

// Something wrong with one node; the walk over the graph makes it a diagnostic.
struct NodeError {
  std::string value{}, expected{};
  std::string cause{};  // what lost a shape: errors of one cause are one error
};

// The node's own, or one made of its operator and index: messages need one.
std::string node_name(const onnx::NodeProto& node, int index);
// The library describes the operator, so that its shapes can be inferred.
bool known_operator(const onnx::NodeProto& node, std::int64_t opset);
bool has_subgraph(const onnx::NodeProto& node);

// Parses and checks what needs no shapes: operator set, order and arity of the nodes. The values of
// large initializers are dropped. Throws InputError.
onnx::ModelProto parse_model(const std::string& bytes, const std::string& file,
                             const OnnxOptions& options);
std::int64_t opset_of(const onnx::ModelProto& model);

// Numbers for the symbolic dimensions of the inputs: the first one of an input of two or more
// dimensions is the batch. The same names are replaced wherever the model states shapes. Throws
// InputError.
void resolve_dimensions(onnx::ModelProto* model, const std::string& file,
                        const OnnxOptions& options, std::vector<std::string>* notes);

// Infers all shapes from those of the inputs; shapes that the file states help only where inference
// finds none. Returns the first error of inference, or nothing: shapes after it may lack.
std::string infer_shapes(onnx::ModelProto* model);
// The same in a child process. Throws InputError where that does not end well.
std::string infer_shapes_apart(onnx::ModelProto* model, const std::string& file);

class Model {
 public:
  // Throws InputError.
  Model(const std::string& bytes, const std::filesystem::path& file, const OnnxOptions& options);

  const onnx::GraphProto& graph() const { return model_.graph(); }
  const onnx::ModelProto& proto() const { return model_; }
  bool known(const onnx::NodeProto& node) const { return known_operator(node, opset_of(model_)); }
  bool local_function(const onnx::NodeProto& node) const;

  // Null: not even the number of dimensions is known.
  const Shape* shape(const std::string& tensor) const;
  // Throws NodeError that names the tensor, its first unknown dimension and the node that lost it.
  const Shape& known_shape(const std::string& tensor) const;
  std::optional<std::int64_t> elements(const std::string& tensor) const;  // throws OverflowError

  // An initializer, or computed from such and from shapes alone.
  bool constant(const std::string& tensor) const { return constants_.count(tensor) != 0; }
  bool graph_input(const std::string& tensor) const { return inputs_.count(tensor) != 0; }
  // The first dimension of some input.
  bool begins_an_input(std::int64_t size) const;
  // Index of the node that computes it; nothing for inputs and initializers.
  std::optional<int> producer(const std::string& tensor) const;
  const std::vector<std::string>& notes() const { return notes_; }

 private:
  void read_shape(const onnx::ValueInfoProto& info);
  void read_shapes();
  void read_constants();
  bool shape_complete(const std::string& tensor) const;
  std::string loser(std::string tensor) const;

  onnx::ModelProto model_;
  std::unordered_map<std::string, Shape> shapes_;
  std::unordered_map<std::string, int> producers_;
  std::set<std::string> constants_, inputs_;
  std::string inference_error_;
  std::vector<std::string> notes_;
};

// A node's attributes; one of another type than asked for: NodeError.
class Attributes {
 public:
  explicit Attributes(const onnx::NodeProto& node) : node_(node) {}
  bool has(const char* name) const;
  std::int64_t integer(const char* name, std::int64_t absent) const;
  std::vector<std::int64_t> integers(const char* name) const;  // absent: empty
  std::string text(const char* name, const std::string& absent) const;

 private:
  const onnx::AttributeProto* find(const char* name,
                                   onnx::AttributeProto::AttributeType type) const;
  const onnx::NodeProto& node_;
};

}  // namespace assay::network
