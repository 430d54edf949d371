// SPDX-License-Identifier: Apache-2.0
// The Verilated configurations: one class each; parameters as in CMakeLists.txt.
#include <Vtiled_4x3.h>
#include <Vtiled_64x7.h>
#include <Vtiled_8x2.h>

#include "rtl/tiled/tiled_pins.h"

namespace assay::rtl {

namespace {

template <class Model>
std::unique_ptr<Design> make(const std::string& name, const TiledShape& shape) {
  return std::make_unique<TiledModel>(name, shape, std::make_unique<VerilatedTiled<Model>>());
}

}  // namespace

std::vector<std::string> tiled_configurations() { return {"tiled-4x3", "tiled-8x2", "tiled-64x7"}; }

std::unique_ptr<Design> make_tiled(const std::string& configuration) {
  // tm, tn, data, acc, read words, write words, depths of I, W, O, memory latency
  if (configuration == "tiled-4x3")
    return make<Vtiled_4x3>(configuration, {4, 3, 16, 32, 1, 1, 256, 25, 36, 5});
  if (configuration == "tiled-8x2")
    return make<Vtiled_8x2>(configuration, {8, 2, 8, 24, 4, 2, 128, 16, 25, 1});
  if (configuration == "tiled-64x7")
    return make<Vtiled_64x7>(configuration, {64, 7, 16, 32, 4, 2, 3584, 121, 169, 19});
  return nullptr;
}

}  // namespace assay::rtl
