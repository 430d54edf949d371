// SPDX-License-Identifier: Apache-2.0
// assay explore-hardware: sweeps a space of designs (docs/formats/design_space.md).
#include <fmt/format.h>

#include <memory>

#include "experiments/explore/hardware_report.h"
#include "experiments/explore/hardware_run.h"
#include "experiments/program/commands.h"
#include "experiments/program/level_command.h"
#include "experiments/program/progress_bar.h"
#include "experiments/program/shared.h"

namespace assay {
namespace {

namespace fs = std::filesystem;

struct Arguments {
  std::string space, out;
  unsigned threads = 0;
  std::int64_t sample = 0;
  bool resume = false, restart = false, brute_force = false;
};

SweepOptions options_of(const Arguments& a, ProgressBar& bar) {
  SweepOptions o;
  o.threads = a.threads;
  if (a.brute_force) o.pruning = analytical::Pruning::none;
  if (!a.out.empty()) {
    fs::create_directories(a.out);
    o.store = fs::path(a.out) / "explore.sqlite";
  }
  o.open = a.restart ? Store::Open::restart : a.resume ? Store::Open::resume : Store::Open::fresh;
  o.progress = [&bar](double share, double of_this_run, double seconds) {
    bar.show(share, of_this_run, seconds);
  };
  o.stop = [] { return interrupted(); };
  return o;
}

int run(const Arguments& a) {
  const Catalog catalog = find_catalog();
  const SpaceFile file = read_design_space(catalog.design_space_file(a.space), catalog);
  const Signals signals;
  SweepOutcome outcome;
  SampleCheck sample;
  {
    ProgressBar bar;
    const SweepOptions o = options_of(a, bar);
    outcome = sweep(file, o);
    if (!outcome.stopped && a.sample > 0)
      sample = check_sample(file, outcome.result.front, a.sample, o);
  }
  if (outcome.stopped) {
    fmt::print(stderr, "interrupted; {}\n",
               a.out.empty() ? "nothing is kept (no --out)"
                             : "what is done is in " + a.out + "; --resume goes on");
    return kInterrupted;
  }
  print(sweep_text(file, outcome, sample));
  if (!a.out.empty()) {
    write_sweep(file, outcome, sample, a.out);
    fmt::print("Files: {}\n", a.out);
  }
  return sample.different + sample.beyond_front == 0 ? kPass : kOutsideBounds;
}

}  // namespace

void add_explore_hardware(CLI::App& app, const Guard& guard) {
  auto a = std::make_shared<Arguments>();
  CLI::App* c = app.add_subcommand(
      "explore-hardware", "Sweep array shapes, buffers, bandwidths and tiles; the Pareto front");
  c->add_option("space", a->space, "a known space (assay list) or a file")->required();
  c->add_option("--out", a->out, "folder for the front, its designs, plots and checkpoints");
  c->add_option("-j,--threads", a->threads, "threads (default: one per processor)")
      ->check(CLI::Range(1, 1024));
  c->add_option("--sample", a->sample, "then evaluate every N-th design one at a time, and compare")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 40));
  CLI::Option* resume = c->add_flag("--resume", a->resume, "go on from the folder's checkpoint");
  c->add_flag("--restart", a->restart, "throw the folder's checkpoint away")->excludes(resume);
  c->add_flag("--brute-force", a->brute_force, "prune nothing");
  c->footer("Example: assay explore-hardware small --out out/small --sample 10");
  c->callback([a, guard] { guard([a] { return run(*a); }); });
}

}  // namespace assay
