// SPDX-License-Identifier: Apache-2.0
// Random small (layer, accelerator, mapping) triples for comparing implementations of the contract.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "core/accelerator.h"
#include "core/layer.h"
#include "core/mapping.h"

namespace assay::oracle {

struct Triple {
  Layer layer;
  Accelerator accelerator;
  Mapping mapping;
};

// The same triple for the same seed on every machine. Legal by construction (capacities are
// unbounded); mostly 10 to 2000 points.
Triple random_triple(std::uint64_t seed);

// The same with random ports, bandwidths, latencies, slots and costs of a step; half of them also
// with random bits.
Triple random_timed_triple(std::uint64_t seed);

// The triple in the notation of docs/contract.md, for messages.
std::string describe(const Triple& triple);

// A smaller legal triple for which `fails` still holds: removes holds, loops, sizes, padding,
// strides and spatial loops one by one while it does.
Triple shrink(Triple triple, const std::function<bool(const Triple&)>& fails);

}  // namespace assay::oracle
