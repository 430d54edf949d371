// SPDX-License-Identifier: Apache-2.0
// The drift gate: accuracy that was accepted against accuracy that is found now
// (docs/formats/drift.md). A change in either direction is drift until somebody accepts it; so is a
// metric that is gone, and one that nobody has accepted.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "experiments/catalog.h"

namespace assay::drift {

// A change is within when it is within either.
struct Tolerance {
  double relative = 0;  // of the accepted value
  double absolute = 0;
  std::string why;
};

struct Accepted {
  std::string metric;
  std::optional<double> value;  // absent: undefined
  int n = 0;
  std::optional<Tolerance> tolerance;  // instead of the source's
};

enum class Kind { experiment, fit };

struct Source {
  Kind kind = Kind::experiment;
  std::string name;                     // an experiment, or a fit file below the data folder
  std::vector<std::string> statistics;  // of experiments: which of those over layers and network
  Tolerance tolerance;
  std::vector<Accepted> metrics;
};

struct DriftFile {
  std::filesystem::path file;
  std::vector<Source> sources;
};

// Throws InputError with every error of the file.
DriftFile read_drift(const std::filesystem::path& file);
std::string drift_yaml(const DriftFile& file);

struct Found {
  std::string metric;
  std::optional<double> value;
  int n = 0;
};

// What a source's `statistics` may name.
std::vector<std::string> statistic_names();

// Runs the source; none found is an InputError. Experiments are taken from
// reports/NAME/metrics.json where a folder of reports is given; fits are always run.
std::vector<Found> find_metrics(const Source& source, const Catalog& catalog,
                                const std::optional<std::filesystem::path>& reports);

enum class Change { equal, within, drifted, vanished, added };

struct Row {
  std::string metric;
  std::optional<double> before, now;
  int before_n = 0, now_n = 0;
  Tolerance tolerance;
  Change change = Change::equal;
};

struct SourceRows {
  Source source;
  std::vector<Row> rows;  // in the order of what was found, then what vanished
};

SourceRows compare_metrics(const Source& source, const std::vector<Found>& found);
// The source with what was found; tolerances stay with their metrics.
Source accepted(const SourceRows& rows);

int count(const SourceRows& rows, Change change);

enum class Shown { moved, all };
// Tables of what moved and a last line that says what it means.
std::string drift_text(const std::vector<SourceRows>& all, Shown shown, bool colour);
std::string drift_markdown(const std::vector<SourceRows>& all, Shown shown);
// "metric eyeriss__...: accepted, and not found any more" for each that vanished or is new.
std::vector<std::string> unmatched(const std::vector<SourceRows>& all);

}  // namespace assay::drift
