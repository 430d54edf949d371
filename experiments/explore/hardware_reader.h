// SPDX-License-Identifier: Apache-2.0
// Reads design spaces and cost models (docs/formats/design_space.md).
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "analytical/explore/hardware_space.h"
#include "experiments/catalog.h"

namespace assay {

struct SpaceFile {
  analytical::DesignSpace space;
  std::map<std::string, std::string> inputs;  // role -> "name sha256:...", as in Provenance
};

// Throws InputError with every error of the file, then of the cost model.
SpaceFile read_design_space(const std::filesystem::path& file, const Catalog& catalog);

// Costs per level of the accelerator. Throws InputError with every error of the file.
analytical::CostModel read_cost_model(const std::filesystem::path& file,
                                      const Accelerator& accelerator);

}  // namespace assay
