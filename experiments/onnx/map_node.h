// SPDX-License-Identifier: Apache-2.0
// One node of an ONNX graph to a layer, or the reason why it is none. Every function throws
// NodeError where the model is wrong or a shape is not known, and OverflowError.
#pragma once

#include <variant>

#include "experiments/onnx/model.h"

namespace assay::network {

struct NodeView {
  const Model& model;
  const onnx::NodeProto& node;
  int index = 0;           // in the graph
  std::int64_t batch = 1;  // of the model

  // Throws NodeError when the node has no such input.
  const std::string& input(int i) const;
  const std::string& output() const;
};

using Mapped = std::variant<ImportedLayer, NotMapped>;

// Not a layer, for a reason.
NotMapped listed(Group group, std::string why, std::optional<std::int64_t> macs = 0);
// Multiply-accumulates of one item, out of those of the whole batch.
std::optional<std::int64_t> per_item(std::optional<std::int64_t> macs, std::int64_t batch);

ImportedLayer empty_layer(LayerKind kind);

// Conv, ConvInteger, QLinearConv; `weights` is the input that holds the filters.
Mapped map_convolution(const NodeView& view, int weights);
NotMapped list_transposed_convolution(const NodeView& view);
Mapped map_pool(const NodeView& view);
Mapped map_global_pool(const NodeView& view);
// ReduceMean, ReduceMax: over rows and columns they are a pool.
Mapped map_reduction(const NodeView& view);
// Gemm, and MatMul with its integer forms; `second` is the input that holds the right operand.
Mapped map_gemm(const NodeView& view);
Mapped map_product(const NodeView& view, int second);
NotMapped list_recurrence(const NodeView& view);  // LSTM, GRU, RNN
// Add, Sub, Mul, Div, Sum, Max, Min, Mean.
Mapped map_elementwise(const NodeView& view);

// Any operator.
Mapped map_node(const NodeView& view);

}  // namespace assay::network
