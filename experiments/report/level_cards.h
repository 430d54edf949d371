// SPDX-License-Identifier: Apache-2.0
// A model card for each level: what it models, what it ignores, and how far it was compared.
#pragma once

#include <optional>
#include <string>

#include "experiments/report.h"

namespace assay::report {

struct LevelCard {
  std::string models, ignores;
};

// Of the levels that this program runs; absent for other tools.
std::optional<LevelCard> card_of(const std::string& level);

// "conv layers (n = 5) of 299 to 896 million operations a batch": what the headline's rows span.
// Beyond it their errors are an extrapolation. Empty where no record states its operations.
std::string validity_box(const ReportInput& input);

}  // namespace assay::report
