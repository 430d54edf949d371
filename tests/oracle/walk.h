// SPDX-License-Identifier: Apache-2.0
// The brute-force oracle for counts (docs/contract.md, sections 3 and 4): executes the nest
// literally, one temporal step after another, with the elements of every tile listed one by one.
// It shares no code with the predictors it judges.
#pragma once

#include <cstdint>
#include <map>

#include "core/accelerator.h"
#include "core/layer.h"
#include "core/mapping.h"
#include "core/record.h"

namespace assay::oracle {

// Every count of the contract that is not zero. The mapping must be legal: check() is empty.
std::map<CountKey, std::int64_t> walk(const Layer& layer, const Accelerator& accelerator,
                                      const Mapping& mapping);

}  // namespace assay::oracle
