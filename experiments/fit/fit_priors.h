// SPDX-License-Identifier: Apache-2.0
// What a fit file says of its priors beside each unknown's own.
#pragma once

#include "core/diagnostics.h"
#include "experiments/catalog.h"
#include "experiments/fit/fit_file.h"
#include "experiments/fit/fit_problem.h"

namespace assay::fit {

// The factor that all share, ratios, and the posterior of another fit. Throws InputError.
void put_priors(const FitFile& fit, const Catalog& catalog, calibration::Problem* problem);

}  // namespace assay::fit
