// SPDX-License-Identifier: Apache-2.0
// parameters.json: what a fit leaves behind. It is a parameter file (docs/formats/parameters.md)
// that predictor and simulator take as it is, with a `fit` block that says where its values come
// from and how sure they are. Written with the fewest digits that read back to the same bits.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "calibration/problem.h"
#include "core/parameters.h"

namespace assay::calibration {

struct FittedUnknown {
  std::string name, unit;
  std::vector<std::string> terms;  // what it prices: "glb.any.read", "power clock"
  double prior_ln = 0, prior_sd_ln = 0;
  std::string prior_source;
  double value_ln = 0, sd_ln = 0;  // the larger of Laplace and jackknife
  double low = 0, high = 0;        // 95 %
  double learned_share = 0;
  std::string learned;  // "prior only", "weak", "learned"
  int active = 0;       // records in which it has a share above 1 %
  // Of the fitted predictions: what lies outside is extrapolated. Absent: not noted.
  std::optional<double> share_low, share_high;
};

// An error that was measured on records which the fit did not see.
struct HeldOutMetric {
  std::string name;  // "mape_pct", "coverage_pct"
  double value = 0;
  std::optional<double> low, high;
  int n = 0, groups = 0;
  std::string interval, split;  // methods: of the interval, and which records were left out
};

struct FitBlock {
  std::string name;       // of the fit file
  std::string quantity;   // fitted to: "energy_chip_uj"
  std::string level;      // of the counts
  std::string estimator;  // "MAP"
  int n = 0;              // records fitted
  std::vector<std::string> groups;
  std::vector<FittedUnknown> unknowns;
  Eigen::MatrixXd covariance;  // of ln, unknowns x unknowns
  double discrepancy_ln = 0;
  std::string split_file, split_hash;       // empty: no split was made
  std::map<std::string, std::string> data;  // role -> "name sha256:..."
  std::string version;                      // of the program
  std::map<std::string, std::string> options;
  std::vector<HeldOutMetric> held_out;  // empty: nothing was held out
  std::string verdict;
};

struct FittedParameters {
  Parameters parameters;
  FitBlock fit;
};

std::string parameters_to_json(const FittedParameters& fitted);
// Throws InputError for another schema, a file without a fit, and one of another chip.
FittedParameters read_fitted(const std::filesystem::path& file, const std::string& chip);

}  // namespace assay::calibration
