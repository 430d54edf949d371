// SPDX-License-Identifier: Apache-2.0
// A report's numbers once more from its records: what metrics.json says must follow from
// records.json, whatever the hashes say.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "experiments/provenance/provenance.h"
#include "experiments/report.h"

namespace assay::provenance {

// The report as its own files tell it: records.json, split into predicted and measured as
// provenance.json does; names, limits, exclusions and skipped levels of metrics.json; the
// comparison computed anew. Throws InputError where a file cannot be read.
ReportInput input_of(const std::filesystem::path& folder, const Chain& chain);

// A number of metrics.json that does not follow from the records.
struct NumberDifference {
  std::string name;  // "metrics.eyeriss__alexnet__b4__...", "bounds[0].found"
  int line = 0;      // of metrics.json; 0: it is not there
  std::string stated, recomputed;
};

struct Recomputed {
  std::size_t numbers = 0;
  std::vector<std::string> others;  // parts of metrics.json that need more than the records
  std::vector<NumberDifference> differences;
};

Recomputed recompute_metrics(const std::filesystem::path& folder, const ReportInput& input);

}  // namespace assay::provenance
