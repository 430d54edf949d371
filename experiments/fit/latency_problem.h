// SPDX-License-Identifier: Apache-2.0
// Latency as a calibration problem: every unknown is a value of the machine (core/machine.h), every
// record a layer under its mapping. Predicted milliseconds are the predictor's fast latency, not
// linear in the unknowns: what binds a layer changes with them.
#pragma once

#include "experiments/fit/fit_data.h"
#include "experiments/fit/fit_problem.h"

namespace assay::fit {

// Throws InputError for keys that the accelerator does not have or that the quantity does not
// contain, unknowns without a prior, and problems in the priors' own file.
FitProblem latency_problem(const FitFile& fit, const Catalog& catalog, const FitData& data);

}  // namespace assay::fit
