// SPDX-License-Identifier: Apache-2.0
// Measurements with the counts that belong to them: runs the levels or reads their records, reads
// the measured data, joins both on (workload, layer, batch), and applies the exclusion rules.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "calibration/exclusions.h"
#include "core/accelerator.h"
#include "core/parameters.h"
#include "experiments/catalog.h"
#include "experiments/fit/fit_file.h"

namespace assay {
struct PlannedLayer;  // experiments/run.h
}

namespace assay::fit {

// What one level counted of one layer, and what is needed to price it.
struct Activity {
  Record record;
  Precision precision;
  double zero_fraction = 0;                     // of the inputs
  std::string kind;                             // "conv", "fc", ..., "microbenchmark"
  std::shared_ptr<const PlannedLayer> planned;  // where the predictor ran
};

struct FitRecord {
  std::string id;     // "alexnet/conv1", with batch and session where there are several
  std::string group;  // "alexnet", "alexnet@bench-2"
  Activity activity;
  bool zeros_stated = false;  // the fraction of zeros, by the data or the parameters
  std::optional<Activity> finer;
  double measured = 0;  // in the unit of the quantity
  double spread_ln = 0;
  double time_ms = 0;  // that constant powers are multiplied by
  bool time_measured = false;
  calibration::MeasurementFacts facts;
  std::vector<calibration::Flag> flags;
  std::string source, confidence;
};

struct LeftOut {
  std::string id, reason;
};

struct FitData {
  Accelerator accelerator;
  Parameters parameters;
  std::vector<FitRecord> records;
  std::vector<LeftOut> left_out;          // measured, but without the quantity or not positive
  std::vector<std::string> not_measured;  // counted only
  std::vector<Activity> catalogue;
  std::map<std::string, std::string> data;    // name -> sha256 of the measured data
  std::map<std::string, std::string> inputs;  // role -> "name sha256:..." of everything else
};

// Throws InputError with everything that is wrong.
FitData collect(const FitFile& fit, const Catalog& catalog);

// Groups with their records, in the order of the data; true: microbenchmarks.
struct GroupSize {
  std::string group;
  int records = 0;
  bool microbenchmarks = false;
};
std::vector<GroupSize> group_sizes(const FitData& data);

}  // namespace assay::fit
