// SPDX-License-Identifier: Apache-2.0
// An experiment: variants of a chip's model, compared with measured data, against stated accuracy
// bounds (docs/formats/experiment.md).
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "experiments/catalog.h"
#include "experiments/report.h"

namespace assay {

struct ExperimentVariant {
  std::string name;
  std::string accelerator;  // file in the chip's folder
  std::string mapping;      // file in the chip's folder
  std::string description;
  bool headline = false;
};

struct ExperimentData {
  std::string data;     // CSV in the chip's folder
  std::string mapping;  // its import file
};

// A quantity summed from counts: traffic of the named (component, operand, action) triples, in MB.
struct DerivedQuantity {
  std::string quantity;
  std::vector<CountKey> terms;
};

struct ExperimentBound {
  std::string quantity, variant, statistic;
  double limit = 0;
  std::vector<std::string> except_layers;
};

struct Experiment {
  std::filesystem::path file;
  std::string name, title, question;
  std::string chip, workload;
  std::vector<std::string> layers;
  std::vector<ExperimentVariant> variants;
  std::optional<std::string> parameters;
  std::vector<ExperimentData> measured;
  std::vector<DerivedQuantity> derived;
  std::vector<std::string> quantities;
  std::string headline_quantity;
  std::map<std::string, std::string> units;
  std::vector<ExperimentBound> bounds;
  std::vector<Agreement> agreements;
  std::vector<std::string> notes;
};

// Throws InputError with every error of the file.
Experiment read_experiment(const std::filesystem::path& file);

// Runs it; everything the report needs. Throws InputError.
ReportInput run_experiment(const Experiment& experiment, const Catalog& catalog);

// Whether every stated bound is met.
bool passed(const ReportInput& input);

}  // namespace assay
