// SPDX-License-Identifier: Apache-2.0
// A fit file and its data as a calibration problem, of energies (energy_model.h) or of latencies
// (latency_problem.h).
#pragma once

#include <string>
#include <vector>

#include "calibration/identifiability.h"
#include "calibration/problem.h"
#include "core/parameters.h"

namespace assay::fit {

// What an unknown sets. The value of one that prices is that of its first price (pJ) or power (mW),
// or 1 where it is a factor on many; the others keep their proportion to it.
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
  std::string machine;             // key of core/machine.h; empty: prices and powers
  std::vector<std::string> terms;  // for people
};

struct FitProblem {
  calibration::Problem problem;
  std::vector<Priced> priced;  // as the unknowns
  Parameters parameters;       // prior, with what the fit file adds
  std::vector<calibration::Candidate> catalogue;
  std::vector<std::string> unpriced;  // counts that have no price, over all records
  int starts = 2;                     // of every fit
};

// The prior with the unknowns at theta; sources and confidences as the unknowns.
Parameters parameters_at(const FitProblem& problem, const Eigen::VectorXd& theta,
                         const std::vector<std::string>& sources,
                         const std::vector<std::string>& confidences);

}  // namespace assay::fit
