// SPDX-License-Identifier: Apache-2.0
// Which loops of a pattern may not be present together: what check() (core/mapping.h) says of
// holds, arrays, networks and ports. Each of its rules forbids a loop or a pair of loops, and none
// asks for one, so the loops one by one and two by two say all.
#pragma once

#include <vector>

#include "analytical/batch/tables.h"

namespace assay::analytical::batch {

// No legal candidate has all loops of one of these masks.
std::vector<LoopMask> forbidden_loops(const Layer& layer, const Accelerator& accelerator,
                                      const Mapping& pattern);

}  // namespace assay::analytical::batch
