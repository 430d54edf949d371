// SPDX-License-Identifier: Apache-2.0
// Observations that are left out together. Microbenchmarks are never left out: they are there to
// tell unknowns apart, and are not drawn from what predictions are made for. Used by the other
// sources of this folder.
#pragma once

#include <string>
#include <vector>

#include "calibration/uncertainty.h"

namespace assay::calibration {

struct Folds {
  std::vector<std::string> names;
  std::vector<Rows> members;
  Rows always;     // in every fit
  std::string of;  // "groups", "folds of 42 observations"
  std::size_t size() const { return names.size(); }
  std::string what() const;  // "3 groups", "1 group"
  // Ascending, those of `always` among them; a may be b.
  Rows without(std::size_t a, std::size_t b) const;
  Rows all() const { return without(size(), size()); }
  Folds but(std::size_t fold) const;
};
// More than twenty folds (single observations) are dealt into twenty.
Folds folds(const Problem& problem, const Rows& rows, FoldBy by);

}  // namespace assay::calibration
