// SPDX-License-Identifier: Apache-2.0
// Published networks as ONNX models, written from their papers and not from our workload files.
#pragma once

#include "builder.h"

namespace assay::test {

Builder alexnet(const AnyDim& batch);
Builder vgg16(const AnyDim& batch);
Builder resnet50(const AnyDim& batch);
Builder mobilenet_v2(const AnyDim& batch);
// Encoder layers of BERT-base; heads by Reshape with shapes computed from the input's own, as
// exporters write them, GELU and layer normalization by their parts.
Builder bert_base(const AnyDim& batch, const AnyDim& sequence, int layers, std::int64_t opset = 13);

}  // namespace assay::test
