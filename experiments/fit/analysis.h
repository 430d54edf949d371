// SPDX-License-Identifier: Apache-2.0
// A calibration problem taken through the whole recipe: what the data can tell, the ladder of
// estimators, errors and intervals on records that the fit did not see, and whether to recalibrate
// at all. Knows nothing of energy or latency.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "calibration/errors.h"
#include "calibration/identifiability.h"
#include "calibration/split.h"
#include "calibration/uncertainty.h"

namespace assay::fit {

// |ln error| of "prior x scale" minus that of MAP: positive where the fit is better.
struct Gain {
  double mean_ln = 0;
  std::optional<double> low, high;  // ranges of leaving one group out
  std::optional<double> p_value;    // five groups or more
  int n = 0, groups = 0;
};

// One way of scoring: some records, predicted by fits that did not see them (or did, and then it
// says so).
struct Evaluation {
  std::string name;     // "one group left out at a time"
  std::string caution;  // empty, or what is wrong with it
  bool unseen = true;   // no fit saw any record of the predicted one's group
  calibration::Rows rows;
  std::vector<std::vector<double>> predicted;           // [rung][row]
  std::vector<calibration::ErrorReport> errors;         // by rung
  std::optional<calibration::HeldOutReport> intervals;  // of MAP
  std::optional<Gain> gain;
};

struct Verdict {
  std::optional<bool> recalibrate;  // absent: the data cannot decide
  std::string text;
};

struct Analysis {
  calibration::Rows fitted;
  int fitted_groups = 0;
  calibration::Identifiability identifiability;
  std::vector<calibration::Estimate> rungs;  // fitted to all of `fitted`
  calibration::MapFit map;
  calibration::UnknownReport unknowns;
  std::vector<Evaluation> evaluations;  // held out, sealed, left out in turn; the last is in sample
  Verdict verdict;
  // The deciding one, of records that were not seen: the first with two groups, else the first.
  const Evaluation* unseen() const;
};

struct AnalysisInput {
  const calibration::Problem* problem = nullptr;
  const std::vector<calibration::Candidate>* catalogue = nullptr;
  std::vector<calibration::Role> roles;  // of every observation
  std::vector<bool> excluded;            // of every observation
  bool split = false;                    // the roles are of a split that was made beforehand
  bool open_sealed = false;
  double nominal = 0.9;
  double huber = 1.345;
  std::uint64_t seed = 1;
  int starts = 2;  // of every fit: a model of several branches needs more
};
// Throws calibration::ProblemError.
Analysis analyse(const AnalysisInput& input);

// Whether any fitted record says something of this unknown.
bool exercised(const Analysis& analysis, const std::string& unknown);

// Index of a rung by its name; the ladder has it.
std::size_t rung(const Analysis& analysis, const std::string& name);

}  // namespace assay::fit
