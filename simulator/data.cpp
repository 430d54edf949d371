// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "simulator/simulator.h"

namespace assay::simulator {
namespace {

constexpr int kMostBits = 32;

// Two values of each draw: the highest bits of its halves, which are as random as any. (The
// standard's distributions differ between libraries.)
std::vector<std::int32_t> random_values(std::mt19937_64& random, std::int64_t count, int bits) {
  if (bits < 1 || bits > kMostBits)
    throw std::invalid_argument("data of " + std::to_string(bits) + " bits; expected 1 to 32");
  const int unused = kMostBits - bits;
  std::vector<std::int32_t> values(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < values.size(); i += 2) {
    const std::uint64_t draw = random();
    values[i] = static_cast<std::int32_t>(static_cast<std::uint32_t>(draw >> 32U)) >> unused;
    if (i + 1 < values.size())
      values[i + 1] = static_cast<std::int32_t>(static_cast<std::uint32_t>(draw)) >> unused;
  }
  return values;
}

}  // namespace

LayerData random_data(const Layer& layer, const Precision& precision, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  LayerData data;
  data.input = random_values(random, tensor_elements(layer, Operand::I), precision.input_bits);
  if (layer.has_weights())
    data.weights = random_values(random, tensor_elements(layer, Operand::W), precision.weight_bits);
  return data;
}

Diagnostics check_data(const Accelerator& accelerator, const Layer& layer) {
  Diagnostics diagnostics;
  const std::string file = accelerator.file.string();
  if (!accelerator.overflow)
    diagnostics.push_back(
        {file, 0, "overflow", "",
         "the key is missing; expected 'wrap' or 'saturate' to simulate with data"});
  // What the layer states wins, and is then what has to change; a layer does not know its file.
  const auto check_bits = [&](const std::string& key, int of_layer, int of_accelerator) {
    const int bits = of_layer != 0 ? of_layer : of_accelerator;
    if (bits <= kMostBits) return;
    const std::string expected = "expected a whole number from 1 to 32 to simulate with data";
    if (of_layer != 0)
      diagnostics.push_back(
          {"", 0, "layers." + layer.name + ".precision." + key, std::to_string(bits), expected});
    else
      diagnostics.push_back({file, 0, "precision." + key, std::to_string(bits), expected});
  };
  const Precision &own = layer.precision, &common = accelerator.precision;
  check_bits("input_bits", own.input_bits, common.input_bits);
  if (layer.has_weights()) check_bits("weight_bits", own.weight_bits, common.weight_bits);
  check_bits("psum_bits", own.psum_bits, common.psum_bits);
  check_bits("output_bits", own.output_bits, common.output_bits);
  return diagnostics;
}

}  // namespace assay::simulator
