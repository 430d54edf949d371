// SPDX-License-Identifier: Apache-2.0
// assay validate: an experiment file, its levels, its judgement and its report.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <system_error>

#include "core/hash.h"
#include "experiments/catalog.h"
#include "experiments/experiment.h"
#include "experiments/program/commands.h"
#include "experiments/program/level_command.h"
#include "experiments/program/progress_bar.h"
#include "experiments/program/shared.h"
#include "experiments/report.h"
#include "experiments/rtl_run.h"

namespace assay {
namespace {

namespace fs = std::filesystem;

struct ValidateOptions {
  std::string experiment, out, cache = "out/cache";
  bool json = false, full = false, restart = false, require_all_levels = false, no_cache = false,
       resolve = false, pdf = false;
};

std::ptrdiff_t rank_of(const std::string& level) {
  const auto& all = kExperimentLevels;
  return std::find(all.begin(), all.end(), level) - all.begin();
}

// What a level adds to those before it: nothing where one of them says the same of a quantity.
bool says_more(const Comparison& comparison, const ErrorStatistics& s) {
  return std::none_of(comparison.statistics.begin(), comparison.statistics.end(),
                      [&](const ErrorStatistics& a) {
                        return rank_of(a.level) < rank_of(s.level) && a.variant == s.variant &&
                               a.quantity == s.quantity && a.mape_pct == s.mape_pct &&
                               a.network_pct == s.network_pct && a.max_abs_pct == s.max_abs_pct;
                      });
}

// The headline quantity in full, one line for each other one.
std::string short_table(const ReportInput& in) {
  ReportInput headline = in;
  const auto other = [&](const auto& row) { return row.quantity != in.headline_quantity; };
  auto& rows = headline.comparison.rows;
  auto& statistics = headline.comparison.statistics;
  rows.erase(std::remove_if(rows.begin(), rows.end(), other), rows.end());
  statistics.erase(std::remove_if(statistics.begin(), statistics.end(), other), statistics.end());
  const bool levels =
      std::any_of(in.comparison.statistics.begin(), in.comparison.statistics.end(),
                  [](const ErrorStatistics& s) {
                    return s.level != kExperimentLevels.front() && s.level != "baseline";
                  });
  std::string text = fmt::format(
      "Other quantities (variant, network error, mean absolute error, worst layer; all in the "
      "report{})\n",
      levels ? "; other levels where they differ" : "");
  for (const ErrorStatistics& s : in.comparison.statistics) {
    if (s.quantity == in.headline_quantity || s.level == "baseline") continue;
    if (!says_more(in.comparison, s)) continue;
    std::string level = s.level == kExperimentLevels.front() ? "" : ", " + s.level;
    if (s.variant.empty()) level = s.level;  // another tool
    text += fmt::format("  {:<22} {:<{}} {:>8}  {:>7.1f} %  {:>7.1f} % ({})\n", s.quantity,
                        s.variant + level, levels ? 22 : 14,
                        s.network_pct ? fmt::format("{:+.1f} %", *s.network_pct) : "-", s.mape_pct,
                        s.max_abs_pct, s.worst_layer);
  }
  return text + "\n" + terminal_table(headline, colour());
}

// One bar after the other, one for each variant that is simulated or runs on hardware.
ReportInput run_with_progress(const Experiment& experiment, const Catalog& catalog,
                              ExperimentOptions options) {
  const Signals signals;
  std::optional<ProgressBar> bar;
  std::string shown;
  options.stop = interrupted;
  options.progress = [&](const std::string& variant, const std::vector<LayerProgress>& layers) {
    if (!bar || variant != shown) {
      bar.reset();
      bar.emplace();
      shown = variant;
    }
    bar->show(layers);
  };
  return run_experiment(experiment, catalog, options);
}

fs::path out_folder(const std::string& out) {
  const fs::path folder = out;
  return folder.has_filename() ? folder : folder.parent_path();
}

// Where finished layers of hardware are until the report is there.
std::vector<fs::path> journals_of(const Experiment& experiment, const fs::path& folder) {
  std::vector<fs::path> files;
  if (!has_rtl()) return files;
  for (std::size_t i = 0; i < experiment.cases.size(); ++i)
    for (const ExperimentVariant& v : experiment.cases[i].variants)
      if (std::find(v.levels.begin(), v.levels.end(), kExperimentLevels.back()) != v.levels.end())
        files.push_back(hardware_journal(folder, i, v.name));
  return files;
}

int stopped(const std::vector<fs::path>& journals) {
  std::string kept;
  for (const fs::path& journal : journals)
    if (fs::exists(journal)) kept += (kept.empty() ? "" : ", ") + journal.string();
  fmt::print(stderr, "interrupted{}\n",
             kept.empty() ? ""
                          : "; finished layers of hardware are kept in " + kept +
                                "; the same command goes on from there");
  return kInterrupted;
}

// The same records come out of the same inputs and the same program.
void set_cache(const ValidateOptions& o, ExperimentOptions* options) {
  if (o.no_cache) return;
  options->cache = o.cache;
  options->program = sha256_of_file("/proc/self/exe");
  options->warn = [](const std::string& text) { fmt::print(stderr, "cache: {}\n", text); };
}

int validate(const ValidateOptions& o) {
  const std::string& file = o.experiment;
  const std::string& out = o.out;
  const Catalog catalog = find_catalog();
  const Experiment experiment = read_experiment(catalog.experiment_file(file));
  const fs::path folder = out.empty() ? fs::path("out") / experiment.name : out_folder(out);
  if (o.resolve) {
    print(resolved_yaml(experiment, catalog, "."));
    return kPass;
  }
  const std::vector<fs::path> journals = journals_of(experiment, folder);
  ExperimentOptions options;
  options.restart = o.restart;
  options.require_all_levels = o.require_all_levels;
  std::size_t runs = 0, cached = 0;
  set_cache(o, &options);
  options.finished = [&](bool from_cache) {
    ++runs;
    cached += from_cache ? 1 : 0;
  };
  if (!journals.empty()) {
    options.journals = folder;
    if (folder.has_parent_path()) fs::create_directories(folder.parent_path());
  }
  ReportInput in;
  try {
    in = run_with_progress(experiment, catalog, options);
  } catch (const Stopped&) {
    return stopped(journals);
  }
  in.command = "assay validate " + fs::path(file).filename().string();
  in.pdf = o.pdf;
  in.data_folder = catalog.data;
  in.resolved = resolved_yaml(experiment, catalog, folder);
  in.input_files = {experiment.file};
  for (const ExperimentCase& c : experiment.cases) {
    in.input_files.push_back(chip_of(experiment, c, catalog));
    in.input_files.push_back(workload_of(experiment, c, catalog));
  }
  const ReportFiles files = write_report(folder, in);
  std::error_code ignored;
  for (const fs::path& journal : journals) fs::remove(journal, ignored);
  if (o.json) {
    print(records_to_json(in.predicted));
  } else {
    print(o.full ? terminal_table(in, colour()) : short_table(in));
    if (cached > 0) fmt::print("{} of {} runs from the cache\n", cached, runs);
    fmt::print("Report: {}\n", fs::absolute(files.html).string());
    if (!files.no_pdf.empty()) fmt::print("No report.pdf: {}\n", files.no_pdf);
  }
  return passed(in) ? kPass : kOutsideBounds;
}

}  // namespace

void add_validate(CLI::App& app, const Guard& guard) {
  auto o = std::make_shared<ValidateOptions>();
  CLI::App* c = app.add_subcommand(
      "validate", "Run an experiment file: predict, compare with measured data, report");
  c->add_option("experiment", o->experiment, "a known experiment or an experiment file")
      ->required();
  c->add_option("--out", o->out, "new folder for the report (default: out/<name>)");
  c->add_flag("--json", o->json, "print the predicted records as JSON");
  c->add_flag("--full", o->full, "print the tables of every quantity");
  c->add_flag("--pdf", o->pdf, "also print the report as PDF (needs chromium)");
  c->add_flag("--restart", o->restart,
              "throw away the layers of hardware that an interrupted run has kept");
  c->add_flag("--require-all-levels", o->require_all_levels,
              "a level that cannot run, such as rtl in a program without it, is an error");
  c->add_option("--cache", o->cache, "folder of the records of finished runs")
      ->envname("ASSAY_CACHE")
      ->capture_default_str();
  c->add_flag("--no-cache", o->no_cache, "run everything, and keep no records");
  c->add_flag("--resolve", o->resolve,
              "print the experiment with every default and the hash of every input; run nothing");
  c->footer("Example: assay validate experiments/eyeriss-alexnet.yaml");
  c->callback([o, guard] { guard([o] { return validate(*o); }); });
}

}  // namespace assay
