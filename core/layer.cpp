// SPDX-License-Identifier: Apache-2.0
#include "core/layer.h"

#include <initializer_list>
#include <stdexcept>

#include "core/checked.h"

namespace assay {
namespace {

std::int64_t product(std::initializer_list<std::int64_t> factors) {
  std::int64_t result = 1;
  for (const std::int64_t f : factors) result = mul(result, f);
  return result;
}

}  // namespace

std::string_view name(LayerKind kind) {
  switch (kind) {
    case LayerKind::conv:
      return "conv";
    case LayerKind::fc:
      return "fc";
    case LayerKind::matmul:
      return "matmul";
    case LayerKind::pool:
      return "pool";
    case LayerKind::elementwise:
      return "elementwise";
  }
  return "?";
}

std::int64_t points(const Layer& layer) {
  std::int64_t result = 1;
  for (const Dim d : kAllDims) result = mul(result, layer.size[d]);
  return result;
}

std::int64_t tensor_elements(const Layer& layer, Operand operand) {
  if (!layer.has_operand(operand)) return 0;
  const auto& s = layer.size;
  switch (operand) {
    case Operand::I:
      return product({s[Dim::N], s[Dim::G], s[Dim::C], layer.input_h, layer.input_w});
    case Operand::W:
      return product({s[Dim::G], s[Dim::M], s[Dim::C], s[Dim::R], s[Dim::S]});
    case Operand::O:
      return product({s[Dim::N], s[Dim::G], s[Dim::M], s[Dim::P], s[Dim::Q]});
  }
  return 0;
}

Layer with_batch(Layer layer, std::int64_t batch) {
  if (batch < 1) throw std::invalid_argument("a batch must be at least 1");
  std::int64_t& bound = layer.size[layer.weights_per_batch ? Dim::G : Dim::N];
  bound = mul(bound, batch);
  return layer;
}

const Layer* Workload::find(std::string_view layer_name) const {
  for (const Layer& layer : layers)
    if (layer.name == layer_name) return &layer;
  return nullptr;
}

std::int64_t total_macs(const Workload& workload) {
  std::int64_t total = 0;
  for (const Layer& layer : workload.layers)
    if (layer.has_weights()) total = add(total, mul(points(layer), layer.repeat));
  return total;
}

}  // namespace assay
