// SPDX-License-Identifier: Apache-2.0
// `assay fit` from its file to everything the report needs, and `assay split`.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "calibration/parameters_json.h"
#include "experiments/fit/analysis.h"
#include "experiments/fit/fit_data.h"
#include "experiments/fit/fit_problem.h"

namespace assay::fit {

struct FitOptions {
  bool open_sealed = false;  // score the sealed groups; counted beside the split
};

struct FitResult {
  FitFile file;
  FitData data;
  FitProblem model;
  std::optional<calibration::Split> split;
  std::optional<int> opening;  // number of this one
  int openings = 0;            // of the split, this one included
  std::vector<calibration::Role> roles;
  std::vector<bool> excluded;
  Analysis analysis;
  std::optional<Analysis> with_flagged;                     // where a rule excludes records
  std::vector<calibration::Attribution::Part> attribution;  // where a finer level counted
  std::string command;
};

// Throws InputError and calibration::ProblemError.
FitResult run_fit(const FitFile& file, const Catalog& catalog, const FitOptions& options = {});

calibration::FittedParameters fitted_parameters(const FitResult& result);

struct SplitOptions {
  std::uint64_t seed = 1;
  std::vector<std::string> held_out, sealed;
  double held_out_share = 0, sealed_share = 0;
};
calibration::Split split_of(const FitFile& file, const Catalog& catalog,
                            const SplitOptions& options);

}  // namespace assay::fit
