// SPDX-License-Identifier: Apache-2.0
// An experiment: variants of a chip's model, compared with measured data, against stated accuracy
// bounds (docs/formats/experiment.md).
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "experiments/catalog.h"
#include "experiments/layer_runs.h"
#include "experiments/report.h"
#include "rtl/rtl.h"

namespace assay {

// Levels that an experiment can run. The headline is always of the first one.
inline const std::vector<std::string> kExperimentLevels{"analytical", "exact", "simulator", "rtl"};

struct ExperimentVariant {
  std::string name;
  std::string accelerator;  // file in the chip's folder
  std::string mapping;      // file in the chip's folder
  std::string description;
  std::optional<std::string> parameters;  // instead of the case's
  bool headline = false;
  std::vector<std::string> levels;      // that run it, in the order of kExperimentLevels
  std::vector<std::string> rtl_layers;  // that run on hardware; empty: all
};

// A data set in the chip's folder, pinned by its content: a changed file is a new data set.
struct ExperimentData {
  std::string data;     // CSV
  std::string mapping;  // its import file
  std::string sha256;   // of the CSV as the file states it, 64 digits; empty: not stated
  int line = 0;         // of the entry
  std::string key;      // "measured[0].sha256"
};

// A quantity that a prediction states and that says nothing of the chip's, with the reason.
struct NotCompared {
  std::string quantity, why;
};

// Another tool's predictions: any CSV with its import file (`from` is empty), or the tool's native
// output, a file or a folder. They are compared as ours are.
struct ExperimentPrediction : ExperimentData {
  std::string from;    // the tool, one of foreign_tools()
  std::string layers;  // of native output: the file with the tool's names of the layers, or empty
  std::string variant;
  std::int64_t batch = 1;
  std::optional<double> clock_mhz;  // absent: that of the chip's accelerator.yaml
  std::string description, source;
  std::vector<NotCompared> not_compared;
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
  std::string level = "analytical";
  std::size_t of_case = 0;  // that it is of
};

// One chip and workload: what runs, and what it is compared with.
struct ExperimentCase {
  std::string chip, workload;
  std::vector<std::string> layers;
  std::vector<ExperimentVariant> variants;
  std::optional<std::string> parameters;
  std::optional<std::string> split;  // which networks were fitted, docs/formats/split.md
  std::vector<ExperimentData> measured;
  std::vector<ExperimentPrediction> predictions;
  std::vector<DerivedQuantity> derived;
};

// A file that resolved.yaml names with its hash; another content is refused.
struct ExperimentInput {
  std::string file, sha256;
  int line = 0;
};

struct Experiment {
  std::filesystem::path file;
  std::string name, title, question;
  std::vector<ExperimentCase> cases;  // at least one
  std::vector<std::string> quantities;
  std::string headline_quantity;
  std::optional<std::string> allow_clock_difference;  // why; absent: refused
  std::map<std::string, std::string> units;
  std::vector<ExperimentBound> bounds;
  std::vector<Agreement> agreements;
  std::vector<std::string> notes;
  std::vector<std::string> statistics, plots;  // shown; empty: all
  std::vector<ExperimentInput> inputs;
};

// Throws InputError with every error of the file.
Experiment read_experiment(const std::filesystem::path& file);

struct ExperimentOptions {
  int jobs = 0;  // worker processes of simulator and hardware; 0: one per processor
  // Told which layers of which variant are at work, several times a second.
  std::function<void(const std::string& variant, const std::vector<LayerProgress>&)> progress;
  std::function<bool()> stop;  // asked as often; true: the run ends with Stopped
  // Finished layers of hardware are kept in a file for each variant, hardware_journal(), and an
  // interrupted run goes on from there; empty: nowhere. The files stay.
  std::filesystem::path journals;
  bool restart = false;  // journals of an earlier run are thrown away
  // A level that cannot run (hardware, in a program without it) is an error instead of being said.
  bool require_all_levels = false;
  // Records of finished runs are kept here and taken from here; empty: neither.
  std::filesystem::path cache;
  std::string program;                            // what computes them: a hash of the program
  std::function<void(const std::string&)> warn;   // of a damaged cache
  std::function<void(bool from_cache)> finished;  // after each run of a level
  // Where the hardware comes from; null: what is built into this program.
  std::function<std::unique_ptr<rtl::Design>(const std::string& configuration)> make_design;
};

// "out/mine" and "D" are "out/mine.D.partial"; of several cases the second is
// "out/mine.2.D.partial".
std::filesystem::path hardware_journal(const std::filesystem::path& journals, std::size_t of_case,
                                       const std::string& variant);

// The chip's folder and the workload's file of a case: known ones, or beside the experiment file.
std::filesystem::path chip_of(const Experiment& experiment, const ExperimentCase& of,
                              const Catalog& catalog);
std::filesystem::path workload_of(const Experiment& experiment, const ExperimentCase& of,
                                  const Catalog& catalog);

// The experiment as a file with every key and default written out, and every input's hash.
// `folder`: where it will stand. Throws InputError where an input cannot be read.
std::string resolved_yaml(const Experiment& experiment, const Catalog& catalog,
                          const std::filesystem::path& folder);

// Runs it; everything the report needs. Throws InputError, Stopped, and std::runtime_error where a
// level fails.
ReportInput run_experiment(const Experiment& experiment, const Catalog& catalog,
                           const ExperimentOptions& options = {});

// Whether every stated bound is met, and the levels say the same of every layer where they must.
bool passed(const ReportInput& input);

}  // namespace assay
