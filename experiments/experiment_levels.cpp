// SPDX-License-Identifier: Apache-2.0
#include "experiments/experiment_levels.h"

#include <algorithm>
#include <map>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "experiments/report/exact_levels.h"
#include "experiments/report/hardware_levels.h"
#include "experiments/report/levels.h"
#include "experiments/rtl_run.h"
#include "experiments/simulate.h"
#include "rtl/registry.h"

namespace assay {
namespace {

namespace fs = std::filesystem;

// Options that levels with worker processes share.
void set_level_options(const RunInput& in, const ExperimentOptions& options, LevelOptions* level) {
  const unsigned processors = std::max(1U, std::thread::hardware_concurrency());
  level->input = in;
  level->jobs = options.jobs > 0 ? options.jobs : static_cast<int>(processors);
  if (options.progress)
    level->progress = [&options, variant = in.variant](const std::vector<LayerProgress>& layers) {
      options.progress(variant, layers);
    };
  level->stop = options.stop;
}

Run run_anew(const LevelRun& run, const ExperimentOptions& options) {
  const RunInput& in = run.input;
  if (run.level == report::kSimulator) {
    SimulateOptions simulate;
    set_level_options(in, options, &simulate);
    simulate.timing_only = !run.with_data;
    return run_simulator(simulate);
  }
  if (run.level == report::kRtl) {
    RtlOptions hardware;
    set_level_options(in, options, &hardware);
    if (options.make_design) hardware.make_design = options.make_design;
    if (!options.journals.empty()) {
      hardware.journal = hardware_journal(options.journals, run.of_case, in.variant);
      hardware.restart = options.restart;
    }
    return all_or_none(run_rtl(hardware));
  }
  RunInput analytical = in;
  analytical.exact = run.level == report::kExact;
  return run_analytical(analytical);
}

// Everything that decides the records, besides the program.
std::map<std::string, std::string> identity_of(const LevelRun& run, const Plan& plan) {
  std::map<std::string, std::string> identity = plan.inputs;
  identity["level"] = run.level;
  identity["variant"] = run.input.variant;
  identity["data"] = run.with_data ? "random, seed " + std::to_string(LevelOptions{}.seed) : "none";
  for (const PlannedLayer& l : plan.layers) identity["layers"] += l.layer.name + "\n";
  return identity;
}

}  // namespace

RunInput run_input(const Experiment& e, const ExperimentCase& c, const ExperimentVariant& v,
                   const Catalog& catalog) {
  const fs::path chip = chip_of(e, c, catalog);
  RunInput in;
  in.accelerator = chip / v.accelerator;
  in.workload = workload_of(e, c, catalog);
  in.mapping = chip / v.mapping;
  const std::optional<std::string>& parameters = v.parameters ? v.parameters : c.parameters;
  if (parameters) in.parameters = chip / *parameters;
  in.layers = c.layers;
  in.variant = v.name;
  return in;
}

std::string why_skipped(const std::string& level, const RunInput& in,
                        const ExperimentOptions& options) {
  if (level != report::kRtl) return {};
  if (read_accelerator(in.accelerator).rtl.empty())
    return "rtl: not run for variant " + in.variant + ", whose accelerator file names no hardware";
  return options.make_design || has_rtl() ? "" : rtl::kSkipped;
}

Run run_level(const LevelRun& run, const RecordCache& cache, const ExperimentOptions& options) {
  // As quick as reading its records would be.
  if (run.level == kExperimentLevels.front()) return run_anew(run, options);
  Plan plan = prepare(run.input);
  const auto identity = identity_of(run, plan);
  std::optional<std::vector<Record>> kept = cache.find(identity);
  if (options.finished) options.finished(kept.has_value());
  if (kept) return Run{std::move(plan), std::move(*kept)};
  Run anew = run_anew(run, options);
  cache.store(identity, anew.records);
  return anew;
}

fs::path hardware_journal(const fs::path& journals, std::size_t of_case,
                          const std::string& variant) {
  const std::string number = of_case == 0 ? "" : "." + std::to_string(of_case + 1);
  return journals.string() + number + "." + variant + ".partial";
}

}  // namespace assay
