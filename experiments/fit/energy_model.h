// SPDX-License-Identifier: Apache-2.0
// Energy as a calibration problem: every unknown is a price or a power (or several prices that move
// together), every record a row of counts. Predicted energy is linear in the unknowns and equals
// core/energy.h's at the prior.
#pragma once

#include "experiments/fit/fit_data.h"
#include "experiments/fit/fit_problem.h"

namespace assay::fit {

// Throws InputError for terms that the parameters do not have, unknowns without a prior, and
// problems in the priors' own file.
FitProblem energy_problem(const FitFile& fit, const Catalog& catalog, const FitData& data);

// Columns of one record's counts: its energy is their product with the unknowns, in microjoules.
Eigen::VectorXd activity_row(const FitFile& fit, const Accelerator& accelerator,
                             const FitProblem& energy, const Activity& activity, double time_ms);

}  // namespace assay::fit
