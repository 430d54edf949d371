// SPDX-License-Identifier: Apache-2.0
// Where a metric of a report comes from: definition, the numbers that enter it, the records, their
// inputs, the parameters with their sources, program and tools.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "experiments/provenance/provenance.h"
#include "experiments/report/metric_names.h"

namespace assay::provenance {

// A layer's figures, or those of the sum.
struct ExplainedLayer {
  std::string layer;
  double predicted = 0, measured = 0, error_pct = 0;
  std::string source, confidence;  // of the measured figure
};

struct ExplainedRecord {
  std::string record, tool;
  std::map<std::string, std::string> inputs;  // as RecordOrigin
};

// A number that the prediction was made with, or a file's own statement of its origin.
struct ExplainedParameter {
  std::string name;   // "glb.any.read"
  std::string value;  // "18.18 pJ per 64 bits"; empty: a file as a whole
  std::string source, confidence;
  std::string interval;  // of a fitted one: "95 %: 4.36 to 9.03, learned"
};

struct ExplainedFile {
  std::string role;  // "parameters"
  InputFile input;
  bool unchanged = false;  // it is there with that content; otherwise nothing is read from it
  std::vector<ExplainedParameter> parameters;
};

struct Explanation {
  report::MetricName name;
  std::optional<double> value;
  int n = 0;
  std::string interval;              // "3.5 to 6.6, range with one layer left out"; may be empty
  std::string definition, quantity;  // of the statistic; of the quantity
  std::string formula;               // with numbers
  std::vector<ExplainedLayer> layers;
  std::vector<ExplainedRecord> predicted, measured;
  std::vector<ExplainedFile> files;  // of the predicted records, then of the measured ones
  Chain chain;
};

// The metric whose name is `name`, or the only one whose name contains it. Throws InputError with
// the names that do, or the nearest ones.
Explanation explain(const std::filesystem::path& report, const std::string& name,
                    const std::vector<std::filesystem::path>& folders);

std::string explanation_tree(const Explanation& explanation);
std::string explanation_json(const Explanation& explanation);

}  // namespace assay::provenance
