// SPDX-License-Identifier: Apache-2.0
// Random triples with long loops: what repeats many times.
#pragma once

#include <cstdint>

#include "tests/oracle/random_triple.h"

namespace assay::oracle {

// The triple with some of its temporal loops longer and some added, up to so many points, most with
// a remainder. Legal where the triple is. The same for the same seed on every machine.
Triple stretched(Triple triple, std::uint64_t seed, std::int64_t most_points);

// Sets the input's rows and columns to what the other sizes need.
void fit_input(Layer& layer);

}  // namespace assay::oracle
