// SPDX-License-Identifier: Apache-2.0
#include "experiments/experiment_data.h"

#include <algorithm>
#include <set>
#include <string>
#include <system_error>
#include <tuple>
#include <utility>

#include "core/diagnostics.h"
#include "core/hash.h"
#include "experiments/foreign/foreign.h"
#include "experiments/import.h"
#include "experiments/join.h"

namespace assay {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPrefix = "sha256:";

bool is_folder(const fs::path& path) {
  std::error_code failed;
  return fs::is_directory(path, failed);
}

// The file itself, or what stands in the folder, sorted.
std::vector<fs::path> files_of(const fs::path& path) {
  if (!is_folder(path)) return {path};
  std::vector<fs::path> files;
  std::error_code failed;
  for (fs::directory_iterator it(path, failed), end; !failed && it != end; it.increment(failed))
    if (it->is_regular_file(failed)) files.push_back(it->path());
  std::sort(files.begin(), files.end());
  return files;
}

std::string hash_of(const fs::path& path) {
  return is_folder(path) ? sha256_of_folder(path) : sha256_of_file(path);
}

void check_pin(const Experiment& e, const ExperimentData& d, const fs::path& path,
               Diagnostics* diagnostics) {
  const std::string found = hash_of(path).substr(std::string(kPrefix).size());
  if (found == d.sha256) return;
  const std::string holds = path.string() + (d.sha256.empty() ? " has" : " now has");
  diagnostics->push_back(
      {e.file.string(), d.line, d.key, d.sha256,
       d.sha256.empty()
           ? "the key is missing; " + holds + " sha256: " + found
           : "expected the content that this experiment was stated for; " + holds +
                 " sha256: " + found +
                 ". A changed file is a new data set: give it a new name and state its hash"});
}

// Where the entry stands, for errors that the reader could not know.
Diagnostic at(const Experiment& e, const ExperimentPrediction& p, const std::string& key,
              const std::string& value, const std::string& expected) {
  const std::string entry = p.key.substr(0, p.key.rfind('.'));
  return {e.file.string(), p.line, entry + "." + key, value, expected};
}

std::vector<Record> native_records(const Experiment& e, const ExperimentCase& c,
                                   const ExperimentPrediction& p, const Catalog& catalog) {
  const fs::path chip = chip_of(e, c, catalog);
  const Accelerator accelerator = read_accelerator(chip / "accelerator.yaml");
  ForeignRequest request;
  request.tool = p.from;
  request.from = chip / p.data;
  request.chip = accelerator.name;
  request.variant = p.variant;
  request.clock_mhz = p.clock_mhz ? *p.clock_mhz : accelerator.clock.value;
  request.batch = p.batch;
  if (!p.layers.empty()) request.layers = chip / p.layers;
  return import_foreign(request, read_workload(workload_of(e, c, catalog))).records;
}

// A file cannot speak for a level that this program runs, or for the chip.
void check_levels(const Experiment& e, const ExperimentPrediction& p,
                  const std::vector<Record>& records) {
  std::vector<std::string> ours = kExperimentLevels;
  ours.insert(ours.end(), {"baseline", "chip"});
  for (const Record& r : records)
    if (std::find(ours.begin(), ours.end(), r.level) != ours.end())
      throw InputError({at(e, p, "import", r.level,
                           "expected records of a level of their own, such as the tool's name, "
                           "not of " +
                               one_of(ours))});
}

// A rule that leaves out nothing is one that nobody follows.
void withhold(const Experiment& e, const ExperimentPrediction& p,
              const std::vector<Record>& records, JoinOptions* join) {
  Diagnostics diagnostics;
  for (const NotCompared& n : p.not_compared) {
    std::set<std::tuple<std::string, std::string, std::string, std::string>> series;
    for (const Record& r : records)
      if (r.values.count(n.quantity) != 0) series.insert({r.level, r.variant, r.chip, r.workload});
    for (const auto& [level, variant, chip, workload] : series)
      join->withheld.push_back({level, variant, n.quantity, n.why, chip, workload});
    if (series.empty())
      diagnostics.push_back(
          at(e, p, "not_compared", n.quantity, "expected a quantity that " + p.data + " states"));
  }
  throw_if_any(diagnostics);
}

}  // namespace

std::string input_role(const Experiment& e, const ExperimentCase& c, const std::string& role) {
  return e.cases.size() == 1 ? role : c.chip + "/" + c.workload + " " + role;
}

void check_pins(const Experiment& e, const Catalog& catalog) {
  Diagnostics diagnostics;
  for (const ExperimentInput& in : e.inputs) {
    fs::path file = catalog.data / in.file;
    if (!fs::exists(file)) file = e.file.parent_path() / in.file;
    check_pin(e, {in.file, "", in.sha256, in.line, "inputs." + in.file}, file, &diagnostics);
  }
  for (const ExperimentCase& c : e.cases) {
    const fs::path chip = chip_of(e, c, catalog);
    for (const ExperimentData& m : c.measured) check_pin(e, m, chip / m.data, &diagnostics);
    for (const ExperimentPrediction& p : c.predictions)
      check_pin(e, p, chip / p.data, &diagnostics);
  }
  throw_if_any(diagnostics);
}

void add_measured(const Experiment& e, const ExperimentCase& c, const Catalog& catalog,
                  ReportInput* out) {
  const fs::path chip = chip_of(e, c, catalog);
  for (const ExperimentData& m : c.measured) {
    for (Record& r : import_csv(chip / m.data, chip / m.mapping))
      out->measured.push_back(std::move(r));
    out->inputs[input_role(e, c, "measured " + m.data)] = name_and_hash(chip / m.data);
  }
}

void add_predictions(const Experiment& e, const ExperimentCase& c, const Catalog& catalog,
                     ReportInput* out, JoinOptions* join) {
  const fs::path chip = chip_of(e, c, catalog);
  for (const ExperimentPrediction& p : c.predictions) {
    std::vector<Record> records = p.from.empty() ? import_csv(chip / p.data, chip / p.mapping)
                                                 : native_records(e, c, p, catalog);
    check_levels(e, p, records);
    withhold(e, p, records, join);
    for (const fs::path& file : files_of(chip / p.data))
      out->inputs[input_role(e, c, "predicted " + file.lexically_relative(chip).generic_string())] =
          name_and_hash(file);
    for (Record& r : records) {
      if (r.provenance.source.empty()) r.provenance.source = p.source;
      out->variant_descriptions[predictor_text(r)] = p.description + " (" + p.source + ")";
      out->predicted.push_back(std::move(r));
    }
  }
}

}  // namespace assay
