// SPDX-License-Identifier: Apache-2.0
// How often measured values lie in the intervals of predictions.
#pragma once

#include <string>
#include <vector>

#include "experiments/report/canvas.h"
#include "experiments/report/view.h"

namespace assay::report {

struct CoveredPoint {
  std::string layer;
  double predicted = 0, measured = 0, low = 0, high = 0;
  bool covered() const { return low <= measured && measured <= high; }
};

struct Coverage {
  std::string series, quantity, method;  // "analytical fitted, alexnet on eyeriss, batch 4"
  double nominal_pct = 90;
  int n = 0, covered = 0;
  double low = 0, high = 0;  // Clopper-Pearson, as shares
  bool in_sample = false;
  std::vector<CoveredPoint> points;
};
// One for each level, quantity and network that a fitted variant predicts with intervals and that
// was measured.
std::vector<Coverage> coverages_of(const ReportInput& input);

Figure coverage_figure(const Coverage& coverage, const std::string& label, const std::string& name);
// Prior and posterior of every fitted number, over the prior's middle.
Figure prior_posterior_figure(const FittedUse& fitted, const std::string& name);

}  // namespace assay::report
