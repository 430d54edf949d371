// SPDX-License-Identifier: Apache-2.0
// How sure the fit is: of each unknown (posterior interval, learned share, group jackknife) and of
// a prediction (CV+ with whole groups left out), and how often such intervals held.
#pragma once

#include <optional>
#include <string>
#include <utility>
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
  bool covered = false;        // of held_out()
  bool extrapolation = false;  // outside the validity box of the observations of the fit
  std::string outside;         // "share of dram 0.52, seen up to 0.40", "kind depthwise, not seen"
  bool by_kind = false;        // interval from leaving out kinds of layers
};

enum class FoldBy { group, chip, kind, observation };

struct IntervalOptions {
  double nominal = 0.9;
  FoldBy fold_by = FoldBy::group;
  // Outside the validity box, take the interval from leaving out kinds of layers, where the
  // observations have at least three.
  bool by_kind_outside = true;
  MapOptions fit;
};

struct HeldOutReport {
  std::vector<HeldOut> predictions;
  // "CV+ over 3 groups, each of 4 left out", "Laplace with 2 groups: assumed, not validated"
  std::string method;
  bool validated = true;
  // Of the predictions that have a measurement; 95 % Clopper-Pearson.
  int n = 0, covered = 0;
  std::optional<double> coverage, coverage_low, coverage_high;
};
// Every group left out in turn. Intervals of a group's observations are CV+ over the other groups
// (nested), so that no interval has seen what it is judged by. Microbenchmarks are in every fit and
// not judged.
HeldOutReport held_out(const Problem& problem, const Rows& rows,
                       const IntervalOptions& options = {});

// Intervals for the observations of another problem with the same unknowns, of a group that is not
// in `rows` (CV+, Barber et al. 2021; whole groups left out). Its measurements and priors are not
// read. `row` counts the target's observations, `fold` is empty.
HeldOutReport predict_interval(const Problem& problem, const Rows& rows, const Problem& target,
                               const IntervalOptions& options = {});

// n, covered and the coverage anew from the predictions' own `covered`: for a caller that has
// marked those of predict_interval().
void count_coverage(HeldOutReport* report);

// Interval of a share (Clopper and Pearson), n > 0.
std::pair<double, double> clopper_pearson(int successes, int n, double level = 0.95);

}  // namespace assay::calibration
