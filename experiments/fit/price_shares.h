// SPDX-License-Identifier: Apache-2.0
// How a predicted energy follows the fitted prices: its shares, and from them its uncertainty.
#pragma once

#include <string>
#include <vector>

#include "calibration/parameters_json.h"
#include "core/parameters.h"

namespace assay::fit {

// The prices of one unknown, twice as high: energy is linear in them, so that the energy grows by
// the unknown's share.
Parameters doubled(Parameters parameters, const std::vector<std::string>& terms);

// Standard deviation of ln(energy): of the fitted values, and of what the fit did not explain of a
// network that it has not seen.
double sd_ln(const calibration::FitBlock& fit, const Eigen::VectorXd& shares);

// Half the width of an interval that holds `nominal` of a normal distribution.
double quantile_of(double nominal);

// "90 %, Laplace, discrepancy of 1 group and n = 5: assumed, not validated"
std::string interval_method(const calibration::FitBlock& fit, double nominal);

}  // namespace assay::fit
