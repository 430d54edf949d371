// SPDX-License-Identifier: Apache-2.0
// New chip folders and experiment files from the templates of experiments/templates
// (docs/formats/chip.md). What is written can be run at once, and says with TODO what to replace.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "experiments/catalog.h"

namespace assay {

struct NewChip {
  std::string name;                    // of the chip, and in every file
  std::string style;                   // one of Catalog::templates()
  std::vector<std::string> workloads;  // to be measured; the first stands in the experiment
  std::filesystem::path out;           // a new folder
};

struct NewExperiment {
  std::string name;            // the report's too
  std::string chip, workload;  // by name or path
  std::filesystem::path out;   // a new file
};

struct WrittenFile {
  std::string name;  // relative to the folder
  int todos = 0;     // lines with a TODO
};

// Nothing is overwritten, and nothing remains after an error. Throws InputError.
std::vector<WrittenFile> write_chip(const NewChip& chip, const Catalog& catalog);
WrittenFile write_experiment(const NewExperiment& experiment, const Catalog& catalog);

}  // namespace assay
