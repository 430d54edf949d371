// SPDX-License-Identifier: Apache-2.0
// One candidate as predict() and check() do it: where numbers may pass 2^53.
#pragma once

#include "analytical/batch.h"

namespace assay::analytical::batch {

struct Figures {
  double processing_cycles, total_cycles, energy_pj;  // NaN: undefined
};

// `fault`: found so far; becomes array, capacity or overflow if that is the first.
Figures evaluate_alone(const Layer& layer, const Accelerator& accelerator, const Mapping& mapping,
                       const Prices* prices, double zero_fraction, Fault& fault);

// Without arrays and capacity; throws OverflowError.
void part_alone(const Layer& layer, const Accelerator& accelerator, const Mapping& mapping,
                MappingPart& out);

}  // namespace assay::analytical::batch
