// SPDX-License-Identifier: Apache-2.0
// Matrix products. With weights the rows of all items stand below each other; of two activations
// each item has its own groups.
#include <algorithm>

#include "core/checked.h"
#include "experiments/onnx/map_node.h"

namespace assay::network {
namespace {

std::string text(const Shape& shape) {
  std::string s;
  for (const std::int64_t v : shape) s += (s.empty() ? "" : "x") + std::to_string(v);
  return s.empty() ? "a scalar" : s;
}

// rows x inner times inner x columns, `groups` times; of the whole batch.
struct Product {
  std::int64_t groups = 1, rows = 1, inner = 1, columns = 1;

  std::int64_t macs() const { return mul(mul(groups, rows), mul(inner, columns)); }
};

enum class Second { weights, activations };

// The tensor whose elements, in the same order, are the product's row of one item: back through
// nodes that only rename it.
const Shape* unflattened(const NodeView& v, std::string tensor, std::int64_t inner) {
  int before = v.index;
  while (true) {
    const Shape* s = v.model.shape(tensor);
    if (s == nullptr) return nullptr;
    if (s->size() == 4)
      return (*s)[0] == v.batch && (*s)[1] >= 1 && (*s)[2] >= 1 && (*s)[3] >= 1 &&
                     mul((*s)[1], mul((*s)[2], (*s)[3])) == inner
                 ? s
                 : nullptr;
    const auto at = v.model.producer(tensor);
    if (!at || *at >= before) return nullptr;
    const onnx::NodeProto& n = v.model.graph().node(*at);
    static const std::set<std::string> kRenames{"Flatten", "Reshape",   "Squeeze", "Unsqueeze",
                                                "Dropout", "Identity",  "Relu",    "Clip",
                                                "Cast",    "LeakyRelu", "Sigmoid", "Tanh"};
    if (kRenames.count(n.op_type()) == 0 || n.input_size() == 0) return nullptr;
    before = *at;
    tensor = n.input(0);
  }
}

// A whole input as the window of a convolution, where it has rows and columns.
ImportedLayer fully_connected(const NodeView& v, const std::string& input, const Product& p) {
  ImportedLayer made = empty_layer(LayerKind::fc);
  made.layer.size[Dim::M] = p.columns;
  made.layer.size[Dim::C] = p.inner;
  const Shape* from = unflattened(v, input, p.inner);
  if (from == nullptr || ((*from)[2] == 1 && (*from)[3] == 1)) return made;
  made.layer.size[Dim::C] = (*from)[1];
  made.layer.size[Dim::R] = made.layer.input_h = (*from)[2];
  made.layer.size[Dim::S] = made.layer.input_w = (*from)[3];
  return made;
}

ImportedLayer matrix_product(const Product& p, Second second) {
  ImportedLayer made = empty_layer(LayerKind::matmul);
  made.layer.size[Dim::G] = p.groups;
  made.layer.size[Dim::N] = p.rows;
  made.layer.size[Dim::C] = p.inner;
  made.layer.size[Dim::M] = p.columns;
  made.layer.weights_per_batch = second == Second::activations;
  return made;
}

NotMapped not_divided(const NodeView& v, const Product& p, const std::string& what) {
  return listed(Group::product,
                what + " that a batch of " + std::to_string(v.batch) + " does not divide",
                per_item(p.macs(), v.batch));
}

// `input` holds the activations.
Mapped with_weights(const NodeView& v, const std::string& input, Product p) {
  if (v.batch > 1 && p.groups > 1)
    return not_divided(v, p, std::to_string(p.groups) + " groups of weights");
  if (p.rows % v.batch != 0) return not_divided(v, p, std::to_string(p.rows) + " rows");
  p.rows /= v.batch;
  if (p.rows == 1 && p.groups == 1) return fully_connected(v, input, p);
  return matrix_product(p, Second::weights);
}

Mapped of_activations(const NodeView& v, Product p) {
  if (p.groups % v.batch != 0) return not_divided(v, p, std::to_string(p.groups) + " groups");
  p.groups /= v.batch;
  return matrix_product(p, Second::activations);
}

NodeError mismatch(const Shape& a, const Shape& b) {
  return {text(a) + " times " + text(b), "expected shapes that can be multiplied"};
}

// Leading dimensions, aligned at the last: those that both have make groups; what only one has
// makes more rows or columns.
Product product_of(const Shape& a, const Shape& b) {
  if (a.size() < 2 || b.size() < 2 || a.back() != b[b.size() - 2]) throw mismatch(a, b);
  Product p;
  p.rows = a[a.size() - 2];
  p.inner = a.back();
  p.columns = b.back();
  const std::size_t rank = std::max(a.size(), b.size());
  for (std::size_t i = 0; i + 2 < rank; ++i) {
    const std::size_t back = rank - i;
    const std::int64_t da = back <= a.size() ? a[a.size() - back] : 1;
    const std::int64_t db = back <= b.size() ? b[b.size() - back] : 1;
    if (da == db)
      p.groups = mul(p.groups, da);
    else if (db == 1)
      p.rows = mul(p.rows, da);
    else if (da == 1)
      p.columns = mul(p.columns, db);
    else
      throw mismatch(a, b);
  }
  return p;
}

Product swapped(Product p) {
  std::swap(p.rows, p.columns);
  return p;
}

// The batch is the first dimension of both, or part of it, e.g. batch times heads.
bool batch_in_both(const NodeView& v, const Shape& a, const Shape& b) {
  return v.batch == 1 || (a.size() == b.size() && a.size() > 2 && a[0] == b[0]);
}

}  // namespace

Mapped map_product(const NodeView& v, int second) {
  const std::string &left = v.input(0), &right = v.input(second);
  Shape a = v.model.known_shape(left), b = v.model.known_shape(right);
  if (a.size() == 1) a.insert(a.begin(), 1);
  if (b.size() == 1) b.push_back(1);
  const Product p = product_of(a, b);
  if (v.model.constant(right)) return with_weights(v, left, p);
  if (v.model.constant(left)) return with_weights(v, right, swapped(p));
  if (!batch_in_both(v, a, b)) return not_divided(v, p, "operands of other items");
  return of_activations(v, p);
}

Mapped map_gemm(const NodeView& v) {
  const std::string &left = v.input(0), &right = v.input(1);
  Shape a = v.model.known_shape(left), b = v.model.known_shape(right);
  if (a.size() != 2 || b.size() != 2) throw mismatch(a, b);
  if (Attributes(v.node).integer("transA", 0) != 0) std::swap(a[0], a[1]);
  if (Attributes(v.node).integer("transB", 0) != 0) std::swap(b[0], b[1]);
  const Product p = product_of(a, b);
  if (v.model.constant(right) || v.model.graph_input(right)) return with_weights(v, left, p);
  if (v.model.constant(left)) return with_weights(v, right, swapped(p));
  return of_activations(v, p);
}

NotMapped list_recurrence(const NodeView& v) {
  const auto input = v.model.elements(v.input(1)), recurrent = v.model.elements(v.input(2));
  const Shape* x = v.model.shape(v.input(0));  // [steps, batch, inputs], or batch first
  std::optional<std::int64_t> macs;
  if (input && recurrent && x != nullptr && x->size() == 3 && (*x)[0] > 0 && (*x)[1] > 0)
    macs = per_item(mul(mul((*x)[0], (*x)[1]), add(*input, *recurrent)), v.batch);
  return listed(Group::product, "a recurrence over steps", macs);
}

}  // namespace assay::network
