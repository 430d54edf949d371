// SPDX-License-Identifier: Apache-2.0
// What an agreement is worth: whether the predictions have seen what they are compared with. An
// error on data that were fitted is no accuracy; where some networks are held out, they alone are
// the headline.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "experiments/report/intervals.h"
#include "experiments/report/view.h"

namespace assay::report {

// Of one network's headline; "" where the experiment does not say.
std::string evidence_of(const ReportInput& input, const std::string& chip,
                        const std::string& workload, const std::string& variant);

// The error that the verdict shows: over the networks held out where there are such, else over all.
struct HeadlineError {
  std::string kind;                   // kNothingFitted, kDescribed, kInSample, kHeldOut, or "" (not stated)
  ErrorStatistics statistics;         // chip and workload empty where there are several networks
  std::optional<double> network_pct;  // of one network
  std::string worst;                  // "conv5", "vgg16/conv5"
  std::optional<double> worst_pct;    // signed
  int networks = 0, in_sample_networks = 0;
  std::optional<double> in_sample_mape_pct;  // beside a held-out headline
  Intervals intervals;
};
// Nothing where nothing of the headline was compared.
std::optional<HeadlineError> headline_error(const ReportInput& input);

// "Nothing was fitted to measurements of this chip." and so on; says when it is in sample.
std::string evidence_sentence(const ReportInput& input);

}  // namespace assay::report
