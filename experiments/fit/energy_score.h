// SPDX-License-Identifier: Apache-2.0
// Measured energies against parameters that are frozen: nothing is fitted here. Prices and time are
// kept apart: every record is predicted with the measured time and with the predicted one.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "calibration/errors.h"
#include "experiments/fit/fit_data.h"

namespace assay::fit {

struct ScoredEnergy {
  std::string id, group;
  double measured = 0;
  std::optional<double> at_measured_time;  // absent: no time was measured
  double at_predicted_time = 0;
  std::optional<double> low, high;  // of the first, or else the second; where a fit says how sure
  double zero_fraction = 0;
  bool zeros_stated = false;
  std::string outside;  // shares that the fit has not seen; empty: none, or not known
};

struct EnergyScore {
  std::string parameters, quantity, method;  // of the intervals
  std::vector<ScoredEnergy> records;
  std::optional<calibration::ErrorReport> at_measured_time;  // of the records that have one
  calibration::ErrorReport at_predicted_time;
  std::vector<LeftOut> left_out;
  std::vector<std::string> seen;  // groups that the parameters were fitted to
  int covered = 0, with_interval = 0;
};

// The fit file says where counts and measurements come from and whose prices are used
// (`parameters`); what it says of unknowns, priors and splits is not read. Throws InputError.
EnergyScore score_energy(const FitFile& file, const Catalog& catalog);

std::string energy_score_text(const EnergyScore& score, bool color);
std::string energy_score_csv(const EnergyScore& score);
std::string energy_score_json(const EnergyScore& score);

}  // namespace assay::fit
