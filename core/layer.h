// SPDX-License-Identifier: Apache-2.0
// A layer as a loop nest (docs/contract.md, section 1) and a workload as a list of layers
// (docs/formats/workload.md).
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/dims.h"

namespace assay {

enum class LayerKind : std::uint8_t { conv, fc, matmul, pool, elementwise };
std::string_view name(LayerKind kind);

// Bits per element. Zero means "not stated by the workload": the accelerator's own apply.
struct Precision {
  int input_bits = 0;
  int weight_bits = 0;
  int psum_bits = 0;
  int output_bits = 0;
};

struct Layer {
  std::string name;
  LayerKind kind = LayerKind::conv;
  PerDim<std::int64_t> size{};  // every bound >= 1; M and C are per group
  std::int64_t input_h = 1;     // unpadded
  std::int64_t input_w = 1;
  std::int64_t stride_h = 1, stride_w = 1;
  std::int64_t dilation_h = 1, dilation_w = 1;
  std::int64_t pad_top = 0, pad_bottom = 0, pad_left = 0, pad_right = 0;
  std::int64_t repeat = 1;         // the network runs it so many times with different data
  bool weights_per_batch = false;  // matrix product of two activations: batch multiplies G, not N
  Precision precision;
  int line = 0;  // in the workload file

  bool has_weights() const { return kind != LayerKind::pool && kind != LayerKind::elementwise; }
  bool has_operand(Operand o) const { return o != Operand::W || has_weights(); }
};

// Points of the iteration space: multiply-accumulates for layers with weights, operations
// otherwise. Throws OverflowError.
std::int64_t points(const Layer& layer);

// Elements of the unpadded input, the weights, the output.
std::int64_t tensor_elements(const Layer& layer, Operand operand);

// The layer for another batch than 1: N (or G, for products of activations) is multiplied.
Layer with_batch(Layer layer, std::int64_t batch);

struct Workload {
  std::string name;
  std::string description;
  std::string source;
  std::filesystem::path file;
  std::vector<Layer> layers;  // batch 1

  const Layer* find(std::string_view layer_name) const;
};

// Multiply-accumulates of the whole network at batch 1, repeats included; pooling and element-wise
// operations are not counted.
std::int64_t total_macs(const Workload& workload);

// Reads docs/formats/workload.md; throws InputError with every error of the file.
Workload read_workload(const std::filesystem::path& file);

}  // namespace assay
