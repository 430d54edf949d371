// SPDX-License-Identifier: Apache-2.0
// The unknowns of a fit file, matched with the prices of the parameter file.
#pragma once

#include "experiments/fit/energy_model.h"

namespace assay::fit {

// Fills parameters, priced, and the unknowns and ratios of the problem. Throws InputError.
void put_unknowns(const FitFile& fit, const Catalog& catalog, const FitData& data,
                  FitProblem* energy);

}  // namespace assay::fit
