// SPDX-License-Identifier: Apache-2.0
// Which operator is mapped by what, point-by-point operations, and the groups of all others.
#include "experiments/onnx/map_node.h"

#include <algorithm>
#include <array>
#include <unordered_map>

#include "core/checked.h"

namespace assay::network {
namespace {

struct GroupNames {
  Group group;
  const char* why;
  std::vector<const char*> ops;
};

const std::vector<GroupNames>& groups() {
  static const std::vector<GroupNames> kGroups{
      {Group::folded,
       "an activation function",
       {"Relu",     "LeakyRelu", "PRelu",      "Clip",     "Sigmoid",         "Tanh",     "Elu",
        "Selu",     "Celu",      "HardSwish",  "Softplus", "HardSigmoid",     "Softsign", "Erf",
        "Exp",      "Log",       "Sqrt",       "Neg",      "ThresholdedRelu", "Abs",      "Pow",
        "Gelu",     "Mish",      "Reciprocal", "Floor",    "Shrink",          "Ceil",     "Round",
        "Sign",     "Sin",       "Cos",        "Not",      "IsNaN",           "IsInf",    "Atan",
        "Identity", "Dropout"}},
      {Group::folded, "a scale and bias per channel", {"BatchNormalization"}},
      {Group::reduction,
       "a normalization",
       {"LayerNormalization", "InstanceNormalization", "GroupNormalization", "LRN",
        "LpNormalization", "MeanVarianceNormalization", "Softmax", "LogSoftmax", "Hardmax"}},
      {Group::reduction,
       "a reduction",
       {"ReduceSum", "ReduceMin", "ReduceProd", "ReduceL1", "ReduceL2", "ReduceLogSum",
        "ReduceLogSumExp", "ReduceSumSquare", "ArgMax", "ArgMin", "CumSum", "LpPool",
        "GlobalLpPool", "SoftmaxCrossEntropyLoss", "NegativeLogLikelihoodLoss", "TopK"}},
      {Group::movement,
       "a choice or order of elements",
       {"Concat",
        "Split",
        "Slice",
        "Reshape",
        "Flatten",
        "Squeeze",
        "Unsqueeze",
        "Transpose",
        "Gather",
        "GatherElements",
        "GatherND",
        "Scatter",
        "ScatterElements",
        "ScatterND",
        "Expand",
        "Tile",
        "Pad",
        "DepthToSpace",
        "SpaceToDepth",
        "Resize",
        "Upsample",
        "Where",
        "Compress",
        "OneHot",
        "NonZero",
        "MaxUnpool",
        "ReverseSequence",
        "Trilu",
        "RoiAlign",
        "MaxRoiPool",
        "GridSample",
        "NonMaxSuppression",
        "Unique",
        "EyeLike",
        "Range",
        "ConstantOfShape"}},
      {Group::movement,
       "a conversion of numbers",
       {"Cast", "CastLike", "QuantizeLinear", "DequantizeLinear", "DynamicQuantizeLinear",
        "BitShift"}},
      {Group::elementwise,
       "a comparison or logic",
       {"And", "Or", "Xor", "Equal", "Less", "LessOrEqual", "Greater", "GreaterOrEqual", "Mod"}},
      {Group::unknown, "control flow; what is inside is not walked", {"If", "Loop", "Scan"}},
      {Group::product, "a product of several tensors", {"Einsum"}},
  };
  return kGroups;
}

bool mapped_elementwise(const std::string& op) {
  static const std::set<std::string> kOps{"Add", "Sub", "Mul", "Div", "Sum", "Max", "Min", "Mean"};
  return kOps.count(op) != 0;
}

std::vector<std::string> computed_inputs(const Model& model, const onnx::NodeProto& node) {
  std::vector<std::string> names;
  for (const std::string& in : node.input())
    if (!in.empty() && !model.constant(in)) names.push_back(in);
  return names;
}

// Back through operations on one tensor, element by element, to where it was made. x * sigmoid(x)
// and x * erf(x) have one origin, a residual addition has two.
std::string origin(const NodeView& v, std::string tensor) {
  static const std::set<std::string> kSame = [] {
    std::set<std::string> names{"Cast", "Add", "Sub", "Mul", "Div"};
    for (const GroupNames& g : groups())
      if (g.group == Group::folded) names.insert(g.ops.begin(), g.ops.end());
    return names;
  }();
  int before = v.index;
  while (true) {
    const auto at = v.model.producer(tensor);
    if (!at || *at >= before) return tensor;
    const onnx::NodeProto& n = v.model.graph().node(*at);
    if (kSame.count(n.op_type()) == 0) return tensor;
    const std::vector<std::string> from = computed_inputs(v.model, n);
    if (from.empty() || std::any_of(from.begin(), from.end(),
                                    [&](const std::string& f) { return f != from.front(); }))
      return tensor;
    before = *at;
    tensor = from.front();
  }
}

bool one_origin(const NodeView& v, const std::vector<std::string>& tensors) {
  const std::string first = origin(v, tensors.front());
  return std::all_of(tensors.begin(), tensors.end(),
                     [&](const std::string& t) { return origin(v, t) == first; });
}

// channels, rows, columns of one item. Of three dimensions the last is the channels, as in
// sequences of vectors.
std::optional<std::array<std::int64_t, 3>> item_shape(const Shape& s, std::int64_t batch) {
  if (s.empty())
    return batch == 1 ? std::optional<std::array<std::int64_t, 3>>({1, 1, 1}) : std::nullopt;
  if (s.size() == 1)
    return batch == 1 ? std::optional<std::array<std::int64_t, 3>>({s[0], 1, 1}) : std::nullopt;
  if (s[0] % batch != 0) return std::nullopt;
  const std::int64_t more = s[0] / batch;
  if (s.size() == 2) return {{s[1], more, 1}};
  if (s.size() == 3) return {{s[2], mul(more, s[1]), 1}};
  std::int64_t rest = 1;
  for (std::size_t i = 3; i < s.size(); ++i) rest = mul(rest, s[i]);
  return {{s[1], mul(more, s[2]), rest}};
}

Mapped list_other(const NodeView& v) {
  if (v.model.local_function(v.node))
    return listed(Group::unknown, "a function of the model; inline it to have it mapped",
                  std::nullopt);
  if (!v.model.known(v.node))
    return listed(Group::unknown, "not an operator of ONNX that the library knows", std::nullopt);
  for (const GroupNames& g : groups())
    for (const char* op : g.ops)
      if (v.node.op_type() == op) {
        const bool open = g.group == Group::unknown || g.group == Group::product;
        return listed(g.group, g.why, open ? std::nullopt : std::optional<std::int64_t>(0));
      }
  return listed(Group::unknown, "no rule for this operator", std::nullopt);
}

bool all_constant(const NodeView& v) {
  return v.node.output_size() > 0 &&
         std::all_of(v.node.output().begin(), v.node.output().end(),
                     [&](const std::string& out) { return v.model.constant(out); });
}

using Function = Mapped (*)(const NodeView&);

const std::unordered_map<std::string, Function>& functions() {
  static const std::unordered_map<std::string, Function> kFunctions{
      {"Conv", [](const NodeView& v) { return map_convolution(v, 1); }},
      {"ConvInteger", [](const NodeView& v) { return map_convolution(v, 1); }},
      {"QLinearConv", [](const NodeView& v) { return map_convolution(v, 3); }},
      {"ConvTranspose", [](const NodeView& v) -> Mapped { return list_transposed_convolution(v); }},
      {"Gemm", map_gemm},
      {"MatMul", [](const NodeView& v) { return map_product(v, 1); }},
      {"MatMulInteger", [](const NodeView& v) { return map_product(v, 1); }},
      {"QLinearMatMul", [](const NodeView& v) { return map_product(v, 3); }},
      {"MaxPool", map_pool},
      {"AveragePool", map_pool},
      {"GlobalMaxPool", map_global_pool},
      {"GlobalAveragePool", map_global_pool},
      {"ReduceMean", map_reduction},
      {"ReduceMax", map_reduction},
      {"LSTM", [](const NodeView& v) -> Mapped { return list_recurrence(v); }},
      {"GRU", [](const NodeView& v) -> Mapped { return list_recurrence(v); }},
      {"RNN", [](const NodeView& v) -> Mapped { return list_recurrence(v); }},
  };
  return kFunctions;
}

}  // namespace

std::string_view name(Group group) {
  constexpr std::array<std::string_view, 7> kNames{"multiply-accumulates",
                                                   "not known",
                                                   "point by point",
                                                   "folded",
                                                   "reduction",
                                                   "movement",
                                                   "constant"};
  return kNames.at(static_cast<std::size_t>(group));
}

const std::string& NodeView::input(int i) const {
  if (i >= node.input_size() || node.input(i).empty())
    throw NodeError{std::to_string(node.input_size()) + " inputs",
                    "expected an input " + std::to_string(i)};
  return node.input(i);
}

const std::string& NodeView::output() const {
  if (node.output_size() == 0) throw NodeError{"no output", "expected one"};
  return node.output(0);
}

NotMapped listed(Group group, std::string why, std::optional<std::int64_t> macs) {
  NotMapped n;
  n.group = group;
  n.why = std::move(why);
  n.macs = macs;
  return n;
}

std::optional<std::int64_t> per_item(std::optional<std::int64_t> macs, std::int64_t batch) {
  if (!macs || *macs % batch != 0) return std::nullopt;
  return *macs / batch;
}

ImportedLayer empty_layer(LayerKind kind) {
  ImportedLayer made;
  made.layer.kind = kind;
  made.layer.size.fill(1);
  return made;
}

Mapped map_elementwise(const NodeView& v) {
  const std::vector<std::string> from = computed_inputs(v.model, v.node);
  if (from.size() != static_cast<std::size_t>(v.node.input_size()) || from.size() < 2)
    return listed(Group::folded, "a bias or scale: the other operand is a constant");
  if (one_origin(v, from)) return listed(Group::folded, "an activation function of one tensor");
  const Shape* first = v.model.shape(from.front());
  if (first == nullptr) return listed(Group::elementwise, "its shape is not known");
  for (const std::string& in : from) {
    const Shape* s = v.model.shape(in);
    if (s == nullptr || std::any_of(s->begin(), s->end(), [](auto size) { return size < 1; }))
      return listed(Group::elementwise, "its shape is not known");
    if (*s != *first) return listed(Group::elementwise, "its operands have different shapes");
  }
  const auto shape = item_shape(*first, v.batch);
  if (!shape) return listed(Group::elementwise, "the batch does not divide its first dimension");
  ImportedLayer made = empty_layer(LayerKind::elementwise);
  made.layer.size[Dim::G] = (*shape)[0];
  made.layer.size[Dim::C] = static_cast<std::int64_t>(from.size());
  made.layer.size[Dim::P] = made.layer.input_h = (*shape)[1];
  made.layer.size[Dim::Q] = made.layer.input_w = (*shape)[2];
  return made;
}

Mapped map_node(const NodeView& v) {
  if (all_constant(v)) return listed(Group::constant, "computed from constants and shapes alone");
  if (v.model.known(v.node) && !v.model.local_function(v.node)) {
    const auto at = functions().find(v.node.op_type());
    if (at != functions().end()) return at->second(v);
    if (mapped_elementwise(v.node.op_type())) return map_elementwise(v);
  }
  return list_other(v);
}

}  // namespace assay::network
