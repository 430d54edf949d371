// SPDX-License-Identifier: Apache-2.0
#include "networks.h"

namespace assay::test {
namespace {

constexpr std::int64_t kHidden = 768, kHeads = 12, kHead = 64, kInner = 3072;

class Encoder {
 public:
  Encoder(Builder* b, int layer, std::int64_t opset)
      : b_(*b), opset_(opset), prefix_("layer" + std::to_string(layer) + ".") {}

  std::string run(const std::string& x) {
    const std::string shape = b_.node("Shape", at("shape"), {x});
    const std::string q = heads(linear("query", x, kHidden, kHidden), shape, {0, 2, 1, 3});
    const std::string k = heads(linear("key", x, kHidden, kHidden), shape, {0, 2, 3, 1});
    const std::string v = heads(linear("value", x, kHidden, kHidden), shape, {0, 2, 1, 3});
    std::string y = b_.node("MatMul", at("attention_scores"), {q, k});
    y = b_.node("Div", at("scaled"), {y, b_.weights(at("root"), {})});
    y = b_.node("Softmax", at("softmax"), {y}, {{"axis", -1}});
    y = b_.node("MatMul", at("attention_context"), {y, v});
    y = b_.node("Transpose", at("merged"), {y}, {{"perm", Dims{0, 2, 1, 3}}});
    y = b_.node("Reshape", at("joined"), {y, shape});
    y = linear("attention_output", y, kHidden, kHidden);
    y = normalized("norm1", b_.node("Add", at("attention_add"), {y, x}));
    const std::string z =
        linear("ffn_down", gelu(linear("ffn_up", y, kHidden, kInner)), kInner, kHidden);
    return normalized("norm2", b_.node("Add", at("ffn_add"), {z, y}));
  }

 private:
  std::string at(const std::string& name) const { return prefix_ + name; }

  std::string linear(const std::string& name, const std::string& x, std::int64_t inputs,
                     std::int64_t outputs) {
    const std::string y =
        b_.node("MatMul", at(name), {x, b_.weights(at(name) + ".w", {inputs, outputs})});
    return b_.node("Add", at(name) + ".bias", {b_.weights(at(name) + ".b", {outputs}), y});
  }

  // [batch, sequence, hidden] to heads: the shape is put together from the input's own.
  std::string heads(const std::string& x, const std::string& shape, const Dims& order) {
    std::vector<std::string> parts;
    for (std::int64_t i = 0; i < 2; ++i) {
      const std::string key = x + std::to_string(i);
      const std::string one =
          b_.node("Gather", key + ".gather", {shape, scalar(key + ".i", i)}, {{"axis", 0}});
      parts.push_back(unsqueezed(key, one));
    }
    parts.push_back(b_.integers(x + ".heads", {kHeads}));
    parts.push_back(b_.integers(x + ".head", {kHead}));
    const std::string to = b_.node("Concat", x + ".to", parts, {{"axis", 0}});
    return b_.node("Transpose", x + ".order", {b_.node("Reshape", x + ".split", {x, to})},
                   {{"perm", order}});
  }

  // The axes became an input in set 13.
  std::string unsqueezed(const std::string& key, const std::string& x) {
    if (opset_ < 13) return b_.node("Unsqueeze", key + ".part", {x}, {{"axes", Dims{0}}});
    return b_.node("Unsqueeze", key + ".part", {x, b_.integers(key + ".axes", {0})});
  }

  std::string scalar(const std::string& name, std::int64_t value) {
    onnx::TensorProto* t = b_.graph().add_initializer();
    t->set_name(name);
    t->set_data_type(onnx::TensorProto::INT64);
    t->add_int64_data(value);
    return name;
  }

  std::string gelu(const std::string& x) {
    std::string y = b_.node("Div", x + ".scaled", {x, b_.weights(x + ".root2", {})});
    y = b_.node("Erf", x + ".erf", {y});
    y = b_.node("Add", x + ".plus", {y, b_.weights(x + ".one", {})});
    y = b_.node("Mul", x + ".times", {x, y});
    return b_.node("Mul", x + ".half", {y, b_.weights(x + ".0.5", {})});
  }

  std::string normalized(const std::string& name, const std::string& x) {
    const std::string mean = b_.node("ReduceMean", at(name) + ".mean", {x}, {{"axes", Dims{-1}}});
    const std::string d = b_.node("Sub", at(name) + ".centred", {x, mean});
    std::string v = b_.node("Pow", at(name) + ".square", {d, b_.weights(at(name) + ".2", {})});
    v = b_.node("ReduceMean", at(name) + ".variance", {v}, {{"axes", Dims{-1}}});
    v = b_.node("Sqrt", at(name) + ".deviation", {v});
    const std::string y = b_.node("Div", at(name) + ".divided", {d, v});
    return b_.node("Mul", at(name) + ".scaled", {y, b_.weights(at(name) + ".gain", {kHidden})});
  }

  Builder& b_;
  std::int64_t opset_;
  std::string prefix_;
};

}  // namespace

Builder bert_base(const AnyDim& batch, const AnyDim& sequence, int layers, std::int64_t opset) {
  Builder b(opset);
  const std::string ids = b.input("input_ids", {batch, sequence}, onnx::TensorProto::INT64);
  std::string x = b.node("Gather", "embedding", {b.weights("table", {30522, kHidden}), ids});
  for (int i = 0; i < layers; ++i) x = Encoder(&b, i, opset).run(x);
  b.output(x, {batch, sequence, kHidden});
  return b;
}

}  // namespace assay::test
