// SPDX-License-Identifier: Apache-2.0
#include "experiments/fit/fit_activities.h"

#include <algorithm>
#include <optional>
#include <thread>

#include "calibration/problem.h"
#include "core/hash.h"
#include "experiments/run.h"
#include "experiments/simulate.h"

namespace assay::fit {
namespace {

namespace fs = std::filesystem;
constexpr const char* kMicrobenchmarks = "microbenchmarks";

// A file beside the fit file or in the chip's folder, else a known workload.
std::optional<fs::path> workload_file(const ActivityInput& in, const Activities& entry) {
  const fs::path own = resolve(*in.fit, in.chip_folder, entry.workload);
  if (fs::is_regular_file(own)) return own;
  const std::vector<std::string> known = in.catalog->workloads();
  if (!entry.records.empty() &&
      std::find(known.begin(), known.end(), entry.workload) == known.end())
    return std::nullopt;  // records need no layers
  return in.catalog->workload_file(entry.workload);
}

struct Counted {
  std::vector<Record> records;
  std::vector<PlannedLayer> layers;  // as the records, where the predictor ran
};

Counted run_level(const ActivityInput& in, const Activities& entry, const fs::path& workload,
                  const std::string& name, std::map<std::string, std::string>* inputs) {
  RunInput run;
  run.accelerator = resolve(*in.fit, in.chip_folder, in.fit->accelerator);
  run.workload = workload;
  run.mapping = entry.mapping.empty() ? find_mapping(in.chip_folder, name, std::nullopt)
                                      : resolve(*in.fit, in.chip_folder, entry.mapping);
  run.layers = entry.layers;
  if (!in.parameters->file.empty()) run.parameters = in.parameters->file;  // values of the machine
  run.exact = entry.level == "exact";
  (*inputs)["mapping of " + name] = name_and_hash(run.mapping);
  if (entry.level == "analytical" || run.exact) {
    Run done = run_analytical(run);
    return {std::move(done.records), std::move(done.layers)};
  }
  SimulateOptions options;
  options.input = run;
  options.timing_only = true;
  options.jobs = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  return {run_simulator(options).records, {}};
}

Counted read_level(const ActivityInput& in, const Activities& entry, const std::string& name,
                   std::map<std::string, std::string>* inputs) {
  const fs::path file = resolve(*in.fit, in.chip_folder, entry.records);
  std::vector<Record> out;
  for (Record& r : read_records(file)) {
    const bool wanted = entry.layers.empty() || std::find(entry.layers.begin(), entry.layers.end(),
                                                          r.layer) != entry.layers.end();
    if (wanted && r.level == entry.level && r.workload == name && r.chip == in.accelerator->name)
      out.push_back(std::move(r));
  }
  if (out.empty())
    throw InputError({{in.fit->file.string(), entry.line, "records", entry.records,
                       "expected records of level '" + entry.level + "', chip '" +
                           in.accelerator->name + "' and workload '" + name + "'"}});
  (*inputs)["records of " + name + " (" + entry.level + ")"] = name_and_hash(file);
  return {std::move(out), {}};
}

}  // namespace

std::vector<Activity> activities(const ActivityInput& in, const Activities& entry,
                                 std::map<std::string, std::string>* inputs) {
  const std::optional<fs::path> file = workload_file(in, entry);
  std::optional<Workload> workload;
  if (file) workload = read_workload(*file);
  const std::string name = workload ? workload->name : entry.workload;
  if (file) (*inputs)["workload " + name] = name_and_hash(*file);
  const bool bench = entry.microbenchmarks.value_or(name == kMicrobenchmarks);
  std::vector<Activity> out;
  Counted counted = entry.records.empty() ? run_level(in, entry, *file, name, inputs)
                                          : read_level(in, entry, name, inputs);
  for (std::size_t i = 0; i < counted.records.size(); ++i) {
    Record& r = counted.records[i];
    Activity a;
    if (!counted.layers.empty())
      a.planned = std::make_shared<const PlannedLayer>(std::move(counted.layers[i]));
    const Layer* layer = workload ? workload->find(r.layer) : nullptr;
    a.precision =
        layer != nullptr ? effective_precision(*in.accelerator, *layer) : in.accelerator->precision;
    a.zero_fraction = in.parameters->zero_fraction(name, r.layer);
    a.kind = bench              ? calibration::kMicrobenchmark
             : layer != nullptr ? std::string(assay::name(layer->kind))
                                : "layer";
    a.record = std::move(r);
    out.push_back(std::move(a));
  }
  return out;
}

}  // namespace assay::fit
