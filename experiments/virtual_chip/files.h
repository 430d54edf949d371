// SPDX-License-Identifier: Apache-2.0
// Measurements as the files of a real chip's folder (docs/formats/chip.md, import.md).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/accelerator.h"
#include "core/parameters.h"
#include "experiments/microbenchmarks/catalogue.h"
#include "experiments/virtual_chip/measure.h"

namespace assay::virtual_chip {

struct Network {
  std::string workload;
  std::vector<Measurement> measurements;
};

// One row per layer: medians, spread, and what a measurement must say of its circumstances.
std::string measured_csv(const Network& network, const Accelerator& accelerator, const Bench& bench,
                         const std::string& source);
// One row per replicate.
std::string replicates_csv(const Network& network);
std::string import_yaml(const Network& network, const Accelerator& accelerator);

// Fits the measured energies of the folder, every network a group; unknowns are the groups of the
// catalogue's columns, or every price where there is none (docs/formats/fit.md).
std::string fit_yaml(const std::vector<Network>& networks, const Parameters& prior,
                     const microbenchmarks::Catalogue* catalogue);

struct TruthFile {
  const Truth* truth;
  std::string origin;  // "seed 7, sd 0.5", or the file's name
  const Bench* bench;
  std::vector<std::string> networks;
  std::string level;
};
// Factors, effects and options, as JSON; for judging a fit, never for making one.
std::string truth_json(const TruthFile& file);

}  // namespace assay::virtual_chip
