// SPDX-License-Identifier: Apache-2.0
// Runs a level over the layers of a workload: reads the files, checks every mapping, and returns
// records with provenance.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/accelerator.h"
#include "core/layer.h"
#include "core/mapping.h"
#include "core/parameters.h"
#include "core/record.h"

namespace assay {

struct RunInput {
  std::filesystem::path accelerator;
  std::filesystem::path workload;
  std::filesystem::path mapping;
  std::optional<std::filesystem::path> parameters;
  std::vector<std::string> layers;  // empty: every layer that the mapping file maps
  std::string variant;
  bool exact = false;  // analytical: latency to the cycle, as records of level "exact"
};

struct PlannedLayer {
  Layer layer;  // of the whole batch
  Mapping mapping;
};

// What every level does before it begins: the files read, and each chosen layer with its mapping.
struct Plan {
  Accelerator accelerator;
  Workload workload;
  MappingFile mappings;
  std::optional<Parameters> parameters;
  std::string variant;
  std::vector<PlannedLayer> layers;           // in the order of the workload, at least one
  std::vector<std::string> unmapped;          // layers for which the file has no mapping
  std::map<std::string, std::string> inputs;  // role -> "name sha256:...", as in Provenance
};

// Throws InputError with every reason why any layer's mapping is illegal, every unknown layer name,
// ...
Plan prepare(const RunInput& input);

struct Run : Plan {
  std::vector<Record> records;
};

// Throws InputError as prepare(), and for counts that do not fit 64 bits.
Run run_analytical(const RunInput& input);

// Naive baselines for the layers of a run, as records of level "baseline".
std::vector<Record> baselines(const Run& run);

// The mapping file to use for a workload on a chip: `chosen` if given,
// <chip>/<workload><suffix>.yaml, <chip>/<workload>.yaml, or <chip>/any.yaml. Throws InputError
// when there is none.
std::filesystem::path find_mapping(const std::filesystem::path& chip_folder,
                                   const std::string& workload_name,
                                   const std::optional<std::filesystem::path>& chosen,
                                   const std::string& suffix = "");

}  // namespace assay
