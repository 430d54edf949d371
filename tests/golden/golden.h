// SPDX-License-Identifier: Apache-2.0
// What a layer's outputs must be (docs/contract.md, "Values"), three times over, with nothing
// shared: direct loops, a matrix product, and the literal order of a mapping. Tensors are dense and
// row-major: input N G C h w without padding, weights G M C R S (empty for layers without), outputs
// N G M P Q in output precision. Precisions are 1 to 32 bits.
#pragma once

#include <cstdint>
#include <vector>

#include "core/accelerator.h"
#include "core/layer.h"
#include "core/mapping.h"

namespace assay::golden {

using Values = std::vector<std::int32_t>;

// Right for `wrap`, where no order of additions matters, whatever the accelerator's file says. Of
// the accelerator only the precision counts.
Values convolution(const Layer& layer, const Accelerator& accelerator, const Values& input,
                   const Values& weights);
Values im2col(const Layer& layer, const Accelerator& accelerator, const Values& input,
              const Values& weights);

// Right for `saturate` and `wrap`: every addition of the mapping in its order, and a fit after
// each. For small layers: memory grows with lanes x outputs, time with points. The mapping is
// legal; throws std::bad_optional_access when the accelerator does not state `overflow`.
Values ordered(const Layer& layer, const Accelerator& accelerator, const Mapping& mapping,
               const Values& input, const Values& weights);

}  // namespace assay::golden
