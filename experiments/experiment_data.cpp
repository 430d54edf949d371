// SPDX-License-Identifier: Apache-2.0
#include "experiments/experiment_data.h"

#include <utility>

#include "core/diagnostics.h"
#include "core/hash.h"
#include "experiments/import.h"

namespace assay {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPrefix = "sha256:";

void check_pin(const Experiment& e, const ExperimentData& d, const fs::path& file,
               Diagnostics* diagnostics) {
  const std::string found = sha256_of_file(file).substr(std::string(kPrefix).size());
  if (found == d.sha256) return;
  diagnostics->push_back(
      {e.file.string(), d.line, d.key, d.sha256,
       d.sha256.empty()
           ? "the key is missing; " + file.string() + " has sha256: " + found
           : "expected the content that this experiment was stated for; " + file.string() +
                 " now has sha256: " + found +
                 ". A changed file is a new data set: give it a new name and state its hash"});
}

}  // namespace

void add_measured(const Experiment& e, const Catalog& catalog, ReportInput* out) {
  const fs::path chip = catalog.chip_folder(e.chip, e.file.parent_path());
  Diagnostics diagnostics;
  for (const ExperimentData& m : e.measured) check_pin(e, m, chip / m.data, &diagnostics);
  throw_if_any(diagnostics);
  for (const ExperimentData& m : e.measured) {
    for (Record& r : import_csv(chip / m.data, chip / m.mapping))
      out->measured.push_back(std::move(r));
    out->inputs["measured " + m.data] = name_and_hash(chip / m.data);
  }
}

}  // namespace assay
