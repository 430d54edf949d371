// SPDX-License-Identifier: Apache-2.0
// assay rtl: Verilated hardware over the layers of a workload (docs/formats/rtl.md).
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "experiments/program/commands.h"
#include "experiments/program/level_command.h"
#include "experiments/rtl_run.h"
#include "rtl/registry.h"

namespace assay {
namespace {

struct Arguments {
  LevelArguments level;
  std::string fst;
  bool check = false;
};

// One line for each layer. Not where the records go.
void print_checks(const LayerRuns& runs, std::FILE* to) {
  std::size_t width = 0, different = 0;
  for (const Record& r : runs.run.records) width = std::max(width, r.layer.size());
  for (const Record& r : runs.run.records) {
    fmt::print(to, "{:<{}}  {}\n", r.layer, width, r.notes.at(kCheckNote));
    different += differs_from_simulator(r) ? 1 : 0;
  }
  const std::size_t layers = runs.run.records.size();
  fmt::print(to,
             "counts, total cycles and outputs equal those of the simulator in {} of {} layers\n",
             layers - different, layers);
}

int run(const Arguments& a) {
  if (!has_rtl()) {
    fmt::print(stderr, "{}\n", rtl::kSkipped);
    return kBadInput;
  }
  RtlOptions o;
  static_cast<LevelOptions&>(o) = level_options(a.level, !a.fst.empty());
  o.fst = a.fst;
  o.check = a.check;
  bool different = false;
  const int code = run_level(
      a.level, &o, "ran", [&o] { return run_rtl(o); },
      [&](const LayerRuns& runs) {
        if (a.check && !runs.run.records.empty())
          print_checks(runs, a.level.json ? stderr : stdout);
        different =
            std::any_of(runs.run.records.begin(), runs.run.records.end(), differs_from_simulator);
      });
  return code == kPass && different ? kOutsideBounds : code;
}

}  // namespace

void add_rtl(CLI::App& app, const Guard& guard) {
  auto a = std::make_shared<Arguments>();
  a->level.run.suffix = "-rtl";
  CLI::App* c = app.add_subcommand("rtl", "Run a workload on Verilated hardware, with random data");
  add_level_arguments(c, &a->level);
  c->add_flag("--check", a->check,
              "run the simulator too: counts, total cycles and outputs must be equal");
  c->add_option("--fst", a->fst, "write a waveform of a single layer here");
  c->footer("Example: assay rtl fpga15 alexnet --layers conv5 --check");
  c->callback([a, guard] { guard([a] { return run(*a); }); });
}

}  // namespace assay
