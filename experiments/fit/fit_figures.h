// SPDX-License-Identifier: Apache-2.0
// Figures of a fit's predictions, beside those of its unknowns (fit_figures()).
#pragma once

#include <vector>

#include "experiments/fit/fit_report.h"

namespace assay::fit {

// Of MAP, on the evaluation that decides: parity and error, with intervals where there are some,
// and their coverage.
std::vector<report::Figure> prediction_figures(const FitResult& result);

}  // namespace assay::fit
