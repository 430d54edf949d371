// SPDX-License-Identifier: Apache-2.0
// Does a report's folder still say what its provenance.json says, and does it follow from its
// records and inputs?
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace assay::provenance {

struct Difference {
  std::string kind;   // "changed", "missing", "added", "differs"
  std::string side;   // "output", "input", "record", "metric", "pin"
  std::string what;   // path, name of the metric
  std::string roles;  // of an input: "mapping, D mapping"
  std::string stated, found;
};

struct Verification {
  std::size_t outputs = 0, inputs = 0, records = 0, metrics = 0, pins = 0;  // looked at
  std::vector<Difference> differences;
  std::vector<std::string> notes;  // nothing wrong, but to be known
  bool holds() const { return differences.empty(); }
};

// folders: where inputs are now; the first is the data folder. Throws InputError where the folder
// is no report or its files cannot be read at all.
Verification verify(const std::filesystem::path& report,
                    const std::vector<std::filesystem::path>& folders);

// Every data set that an experiment file of the data folder pins by "sha256:".
struct Pin {
  std::string experiment;      // file name
  std::filesystem::path data;  // a file, or a folder of outputs
  std::string hash;            // "sha256:..."
};
std::vector<Pin> pins_of(const std::filesystem::path& data_folder,
                         const std::filesystem::path& experiment_file);

}  // namespace assay::provenance
