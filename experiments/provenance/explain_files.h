// SPDX-License-Identifier: Apache-2.0
// The input files of an explained metric, and what those that are still there say of their numbers.
#pragma once

#include <filesystem>
#include <vector>

#include "experiments/provenance/explain.h"

namespace assay::provenance {

std::vector<ExplainedFile> explained_files(const Explanation& explanation,
                                           const std::vector<std::filesystem::path>& folders);

}  // namespace assay::provenance
