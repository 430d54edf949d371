// SPDX-License-Identifier: Apache-2.0
// The counts of some layers: from a level that runs now, or from a file of records.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "experiments/fit/fit_data.h"

namespace assay::fit {

struct ActivityInput {
  const FitFile* fit;
  const Catalog* catalog;
  std::filesystem::path chip_folder;
  const Accelerator* accelerator;
  const Parameters* parameters;
};
// Appends to `inputs` what was read. Throws InputError.
std::vector<Activity> activities(const ActivityInput& in, const Activities& entry,
                                 std::map<std::string, std::string>* inputs);

}  // namespace assay::fit
