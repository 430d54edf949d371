// SPDX-License-Identifier: Apache-2.0
// assay simulate: the simulator over the layers of a workload (docs/formats/simulation.md).
#include <memory>

#include "experiments/program/commands.h"
#include "experiments/program/level_command.h"
#include "experiments/simulate.h"

namespace assay {
namespace {

struct Arguments {
  LevelArguments level;
  std::string trace, vcd;
  bool timing_only = false;
};

int run(const Arguments& a) {
  SimulateOptions o;
  static_cast<LevelOptions&>(o) = level_options(a.level, !a.trace.empty() || !a.vcd.empty());
  o.timing_only = a.timing_only;
  o.trace = a.trace;
  o.vcd = a.vcd;
  return run_level(a.level, &o, "simulated", [&o] { return simulate(o); });
}

}  // namespace

void add_simulate(CLI::App& app, const Guard& guard) {
  auto a = std::make_shared<Arguments>();
  CLI::App* c = app.add_subcommand(
      "simulate", "Simulate a workload on a chip, cycle by cycle, with random data");
  CLI::Option* seed = add_level_arguments(c, &a->level);
  c->add_flag("--timing", a->timing_only, "no data: the same counts and cycles, but no outputs")
      ->excludes(seed);
  c->add_option("--trace", a->trace, "write a Chrome trace of a single layer here");
  c->add_option("--vcd", a->vcd, "write a waveform of a single layer here");
  c->footer("Example: assay simulate eyeriss alexnet --layers conv3 --timing");
  c->callback([a, guard] { guard([a] { return run(*a); }); });
}

}  // namespace assay
