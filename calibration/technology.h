// SPDX-License-Identifier: Apache-2.0
// Transfer of energies between process nodes and supply voltages, and of one chip's posterior to
// another chip's prior. The model is that of Stillmaker and Baas (2017): switching energy of a node
// is a V^2 + b V + c; a ratio of two such values scales an energy. It was fitted to logic; memories
// and wires scale less, and off-chip energies not at all. The coefficients are data
// (experiments/technology/energy_scaling.csv).
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "calibration/problem.h"

namespace assay::calibration {

struct Technology {
  struct Node {
    double a = 0, b = 0, c = 0;
  };
  std::filesystem::path file;
  std::map<int, Node> nodes;  // by nanometres
};
// Columns node_nm, a, b, c, source, confidence. Throws InputError with every error of the file.
Technology read_technology(const std::filesystem::path& file);

struct Operating {
  int node_nm = 0;
  double supply_v = 0;
};
// Energy at `to` over energy at `from`. Throws InputError for a node without coefficients, and for
// a voltage at which the model is not positive.
double energy_factor(const Technology& technology, const Operating& from, const Operating& to);

// How a posterior becomes a prior: it is less certain there, and never quite certain.
struct Transfer {
  double inflation = 1.5;  // of the posterior's standard deviation
  double floor_ln = 0.2;   // of the prior's
};
// The prior of an unknown from its posterior elsewhere, times a factor (of energy_factor(), or 1).
void transfer(double posterior, double posterior_sd_ln, double factor, const Transfer& options,
              Unknown* unknown);

}  // namespace assay::calibration
