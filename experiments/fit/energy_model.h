// SPDX-License-Identifier: Apache-2.0
// Energy as a calibration problem: every unknown is a price or a power (or several prices that move
// together), every record a row of counts. Predicted energy is linear in the unknowns and equals
// core/energy.h's at the prior.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "calibration/identifiability.h"
#include "calibration/problem.h"
#include "experiments/fit/fit_data.h"

namespace assay::fit {

// What an unknown prices. Its value is that of its first price (pJ) or power (mW), or 1 where it is
// a factor on many; the others keep their proportion to it.
struct Priced {
  struct Part {
    std::size_t energy = 0;  // of the parameters
    bool gated = false;      // what a zero input still costs, instead of an event that happens
    double proportion = 1;   // to the unknown's value, at the prior
  };
  struct Power {
    std::size_t power = 0;  // of the parameters
    double proportion = 1;
  };
  std::vector<Part> parts;
  std::vector<Power> powers;
  std::vector<std::string> terms;  // for people
};

struct EnergyProblem {
  calibration::Problem problem;
  std::vector<Priced> priced;  // as the unknowns
  Parameters parameters;       // prior, with what the fit file adds
  std::vector<calibration::Candidate> catalogue;
  std::vector<std::string> unpriced;  // counts that have no price, over all records
};

// Throws InputError for terms that the parameters do not have, unknowns without a prior, and
// problems in the priors' own file.
EnergyProblem energy_problem(const FitFile& fit, const Catalog& catalog, const FitData& data);

// Columns of one record's counts: its energy is their product with the unknowns, in microjoules.
Eigen::VectorXd activity_row(const FitFile& fit, const Accelerator& accelerator,
                             const EnergyProblem& energy, const Activity& activity, double time_ms);

// The parameters with the unknowns at theta; sources of what changed are `source`.
Parameters parameters_at(const EnergyProblem& energy, const Eigen::VectorXd& theta,
                         const std::vector<std::string>& sources,
                         const std::vector<std::string>& confidences);

}  // namespace assay::fit
