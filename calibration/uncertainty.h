// SPDX-License-Identifier: Apache-2.0
// How sure the fit is: of each unknown (posterior interval, learned share, group jackknife) and of
// a prediction (CV+ with whole groups left out), and how often such intervals held.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "calibration/fit.h"

namespace assay::calibration {

enum class Learned { prior_only, weak, learned };  // share below 0.1, 0.5, above
const char* name(Learned learned);

struct UnknownResult {
  std::string name, unit;
  double prior = 0, prior_low = 0, prior_high = 0;  // 95 %
  double value = 0, low = 0, high = 0;              // 95 %, the larger of Laplace and jackknife
  double laplace_sd_ln = 0;
  std::optional<double> jackknife_sd_ln;  // three groups or more
  double learned_share = 0;               // 1 - var_post / var_prior
  Learned learned = Learned::prior_only;
  int active = 0;  // observations in which it has a share above 1 %
};

struct Correlation {
  std::string a, b;
  double rho = 0;
};

struct UnknownReport {
  std::vector<UnknownResult> unknowns;
  std::vector<Correlation> correlated;  // |rho| > 0.9
};
UnknownReport unknown_report(const Problem& problem, const Rows& rows, const MapFit& fit,
                             const MapOptions& options = {});

// A prediction of one observation from a fit that did not see its group.
struct HeldOut {
  std::size_t row = 0;
  std::string fold;  // the group left out
  double predicted = 0, low = 0, high = 0;
  bool covered = false;
  bool extrapolation = false;  // outside the validity box of the fold's observations
  std::string outside;         // which share or kind
};

enum class FoldBy { group, chip, kind, observation };

struct IntervalOptions {
  double nominal = 0.9;
  FoldBy fold_by = FoldBy::group;
  MapOptions fit;
};

struct HeldOutReport {
  std::vector<HeldOut> predictions;
  std::string method;  // "CV+ over 4 groups", "Laplace with 2 groups: assumed, not validated"
  bool validated = true;
  int n = 0, covered = 0;
  double coverage = 0, coverage_low = 0, coverage_high = 0;  // 95 % Clopper-Pearson
};
// Every group left out in turn. Intervals of a group's observations are CV+ over the other groups
// (nested), so that no interval has seen what it is judged by.
HeldOutReport held_out(const Problem& problem, const Rows& rows,
                       const IntervalOptions& options = {});

// Intervals for observations of a group that is not in `rows` (CV+, Barber et al. 2021; whole
// groups left out). `target` must have the same unknowns; its measurements are not read.
HeldOutReport predict_interval(const Problem& problem, const Rows& rows, const Rows& target,
                               const IntervalOptions& options = {});

}  // namespace assay::calibration
