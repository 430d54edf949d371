// SPDX-License-Identifier: Apache-2.0
// A catalogue of microbenchmarks as the files that people and the other commands read
// (docs/formats/microbenchmarks.md).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/accelerator.h"
#include "core/parameters.h"
#include "core/record.h"
#include "experiments/microbenchmarks/catalogue.h"

namespace assay::microbenchmarks {

// How a microbenchmark is measured, on any chip.
inline constexpr double kWindowMs = 1000;  // at least; whole runs, back to back
inline constexpr int kReplicates = 5;

std::string workload_yaml(const Catalogue& catalogue, const Accelerator& accelerator);
std::string mapping_file(const Catalogue& catalogue, const Accelerator& accelerator);
std::string table_csv(const Catalogue& catalogue, const Accelerator& accelerator);
std::string readme(const Catalogue& catalogue, const Accelerator& accelerator);
// As a table for a terminal.
std::string terminal_text(const Catalogue& catalogue, const Accelerator& accelerator);

// The same parameters, with zero fractions for the layers whose inputs are all zero.
Parameters with_activity(Parameters parameters, const Catalogue& catalogue);

// The chip with its clock running and no work for a window: constant power times time, no counts.
// Without an energy where no constant power has a price.
Record idle_record(const Catalogue& catalogue, const Accelerator& accelerator);

// workload.yaml, mapping.yaml, parameters.yaml (where there are some), table.csv, README.md and
// records.json (level analytical, idle too) in an existing folder.
void write_files(const std::filesystem::path& folder, const Catalogue& catalogue,
                 const Accelerator& accelerator, const Parameters* parameters);

}  // namespace assay::microbenchmarks
