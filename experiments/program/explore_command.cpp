// SPDX-License-Identifier: Apache-2.0
// assay explore: search of mappings (docs/formats/explore.md).
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <thread>

#include "core/diagnostics.h"
#include "experiments/explore/explore_report.h"
#include "experiments/program/commands.h"
#include "experiments/program/level_command.h"
#include "experiments/program/progress_bar.h"

namespace assay {
namespace {

namespace fs = std::filesystem;

struct Arguments {
  RunArguments run;
  std::string objective, latency = "total", constraints, factors = "ceil", out;
  std::int64_t batch = 0;
  LayerSearchOptions search;
  TrustOptions trust;
  bool resume = false, restart = false, no_reference = false, no_trust = false,
       simulate_all = false, blind = false;
};

// The mappings to compare with: those stated, or the chip's own for the workload if there are any.
std::optional<fs::path> reference(const Arguments& a, const fs::path& chip,
                                  const std::string& workload) {
  if (a.no_reference) return std::nullopt;
  if (!a.run.mapping.empty())
    return fs::exists(a.run.mapping) ? fs::path(a.run.mapping) : chip / a.run.mapping;
  for (const std::string& name : {workload + ".yaml", std::string("any.yaml")})
    if (fs::exists(chip / name)) return chip / name;
  return std::nullopt;
}

ExploreOptions options(const Arguments& a, const fs::path& out) {
  const Catalog catalog = find_catalog();
  const fs::path chip = catalog.chip_folder(a.run.chip);
  ExploreOptions o;
  const std::string file = a.run.accelerator.empty() ? "accelerator.yaml" : a.run.accelerator;
  o.accelerator = fs::exists(chip / file) ? chip / file : fs::path(file);
  o.workload = catalog.workload_file(a.run.workload);
  o.blind = a.blind;
  o.reference = reference(a, chip, read_workload(o.workload).name);
  if (!a.run.parameters.empty())
    o.parameters = a.run.parameters;
  else if (fs::exists(chip / "parameters.yaml"))
    o.parameters = chip / "parameters.yaml";
  if (!a.constraints.empty()) o.constraints = catalog.map_space_file(a.constraints);
  o.layers = a.run.layers;
  if (a.batch > 0) o.batch = a.batch;
  o.factors = a.factors == "ceil" ? analytical::Factors::ceil : analytical::Factors::perfect;
  const auto& names = analytical::kObjectiveNames;
  const auto at = std::find(names.begin(), names.end(), a.objective);
  if (at != names.end()) o.objective = static_cast<analytical::Objective>(at - names.begin());
  o.latency =
      a.latency == "total" ? analytical::LatencyKind::total : analytical::LatencyKind::processing;
  o.search = a.search;
  o.store = out / "explore.sqlite";
  o.open = a.restart ? Store::Open::restart : a.resume ? Store::Open::resume : Store::Open::fresh;
  return o;
}

fs::path out_folder(const Arguments& a) {
  const fs::path out =
      a.out.empty() ? fs::path("out") / ("explore-" + fs::path(a.run.chip).filename().string() +
                                         "-" + fs::path(a.run.workload).stem().string())
                    : fs::path(a.out);
  return out;
}

int interrupted_at(const fs::path& out, const char* during) {
  fmt::print(stderr, "interrupted {}; what was found is in {}; --resume goes on\n", during,
             (out / "explore.sqlite").string());
  return kInterrupted;
}

int run(const Arguments& a) {
  const fs::path out = out_folder(a);
  ExploreOptions o = options(a, out);
  const Signals signals;
  Explored explored;
  {
    ProgressBar bar;
    o.progress = [&](const std::vector<LayerProgress>& layers) { bar.show(layers); };
    o.stop = interrupted;
    explored = explore(o);
  }
  if (explored.stopped) return interrupted_at(out, "while searching");
  ExploreReport report;
  report.explored = &explored;
  std::optional<NetworkFront> network;
  if (!explored.layers.empty()) network = network_front(explored.layers);
  if (network) report.network = &*network;
  std::vector<LayerTrust> trust;
  if (!a.no_trust && network) {
    TrustOptions t = a.trust;
    t.jobs = a.search.jobs;
    t.by = a.simulate_all ? ExecuteBy::simulator : ExecuteBy::exact;
    t.stop = interrupted;
    bool stopped = false;
    trust = execute_designs(explored, t, &stopped);
    if (stopped) return interrupted_at(out, "while executing");
    report.trust = &trust;
  }
  print(explore_tables(report, colour()));
  for (const std::string& problem : write_explored(out, report))
    fmt::print(stderr, "plot {}\n", problem);
  fmt::print("Files: {}\n", out.string());
  return explored.without.empty() ? kPass : kOutsideBounds;
}

void add_files(CLI::App* c, Arguments* a) {
  c->add_option("chip", a->run.chip, "a known chip (assay list) or a chip folder")->required();
  c->add_option("workload", a->run.workload, "a known workload or a workload file")->required();
  c->add_option("--layers", a->run.layers, "only these layers, separated by commas")
      ->delimiter(',');
  c->add_option("--constraints", a->constraints,
                "a map space file (docs/formats/mapspace.md) or a known space");
  c->add_option("--factors", a->factors, "bounds in the space without a file")
      ->check(CLI::IsMember({"ceil", "perfect"}))
      ->capture_default_str();
  c->add_option("--mapping", a->run.mapping,
                "mappings to compare with (default: CHIP/<workload>.yaml, else CHIP/any.yaml)");
  c->add_flag("--no-reference", a->no_reference, "compare with none");
  c->add_flag("--blind", a->blind, "compare with them, but do not start the search from them");
  c->add_option("--parameters", a->run.parameters, "unit energies (default: CHIP/parameters.yaml)");
  c->add_option("--accelerator", a->run.accelerator, "another accelerator file of the chip");
  c->add_option("--batch", a->batch, "default: that of the mappings to compare with, else 1")
      ->check(CLI::PositiveNumber);
}

void add_search(CLI::App* c, Arguments* a) {
  c->add_option("--objective", a->objective,
                "what decides between designs (default: edp; latency without unit energies)")
      ->check(CLI::IsMember({"latency", "energy", "edp", "throughput"}));
  c->add_option("--latency", a->latency, "which latency counts")
      ->check(CLI::IsMember({"total", "processing"}))
      ->capture_default_str();
  c->add_option("--budget", a->search.budget, "designs the heuristic looks at, per layer")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  c->add_option("--exhaustive", a->search.exhaustive_limit,
                "spaces of at most so many designs are searched to the end")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  c->add_option("--seed", a->search.seed, "of the heuristic")->capture_default_str();
  a->search.jobs = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  c->add_option("-j,--jobs", a->search.jobs, "threads; the result does not depend on them")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
}

void add_rest(CLI::App* c, Arguments* a) {
  c->add_option("--top", a->trust.top, "best designs per layer that are executed")
      ->check(CLI::Range(std::size_t{0}, a->search.top))
      ->capture_default_str();
  c->add_option("--spread", a->trust.spread, "other designs per layer that are executed")
      ->check(CLI::Range(std::size_t{0}, a->search.spread))
      ->capture_default_str();
  c->add_option("--execute-steps", a->trust.most_steps,
                "designs of more steps do not run on the simulator")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  c->add_flag(
      "--simulate-all", a->simulate_all,
      "run them on the simulator (default: exact mode, and the simulator for the chosen ones)");
  c->add_flag("--no-execution", a->no_trust, "execute none");
  c->add_option("--out", a->out, "folder for the results (default: out/explore-CHIP-WORKLOAD)");
  CLI::Option* resume = c->add_flag("--resume", a->resume, "go on with what the folder has");
  c->add_flag("--restart", a->restart, "throw away what the folder has")->excludes(resume);
}

}  // namespace

void add_explore(CLI::App& app, const Guard& guard) {
  auto a = std::make_shared<Arguments>();
  CLI::App* c = app.add_subcommand(
      "explore", "Search mappings of a workload on a chip; the best ones are executed");
  add_files(c, a.get());
  add_search(c, a.get());
  add_rest(c, a.get());
  c->footer("Example: assay explore eyeriss alexnet --layers conv3 --objective latency");
  c->callback([a, guard] { guard([a] { return run(*a); }); });
}

}  // namespace assay
