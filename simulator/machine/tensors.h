// SPDX-License-Identifier: Apache-2.0
// Tensors as they lie in the first level: the input with its padding as zeros.
#pragma once

#include <cstdint>
#include <vector>

#include "simulator/layout.h"
#include "simulator/simulator.h"

namespace assay::simulator {

// The dense input N G C h w of the layer in the first level's layout.
std::vector<std::int32_t> padded_input(const Layer& layer, const Layout& layout,
                                       const std::vector<std::int32_t>& input);

}  // namespace assay::simulator
