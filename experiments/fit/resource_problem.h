// SPDX-License-Identifier: Apache-2.0
// Resources of hardware as a calibration problem: every record is a configuration, a row of a
// table, and what it takes is a sum of unknowns times products of the table's columns. Each
// configuration is a group of its own, so that groups left out in turn are configurations that were
// not seen.
#pragma once

#include "experiments/fit/fit_data.h"
#include "experiments/fit/fit_problem.h"

namespace assay::fit {

// Throws InputError with everything that is wrong with the table.
FitData collect_configurations(const FitFile& fit, const Catalog& catalog);

// Throws InputError for problems in the priors' own file.
FitProblem resource_problem(const FitFile& fit, const Catalog& catalog, const FitData& data);

}  // namespace assay::fit
