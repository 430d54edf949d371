// SPDX-License-Identifier: Apache-2.0
// What `assay simulate` and `assay rtl` have in common: options, the progress bar, signals (of
// `assay validate` too), where an interrupted run stands, and the file that is written at the end.
#pragma once

#include <CLI/CLI.hpp>
#include <csignal>
#include <functional>
#include <string>

#include "experiments/layer_runs.h"
#include "experiments/program/shared.h"

namespace assay {

struct LevelArguments {
  RunArguments run;
  LevelOptions options;  // jobs, seed and restart are filled in by the command line
  std::string out, journal;
  bool json = false;
};

// While it lives, the first SIGINT or SIGTERM only raises the flag of interrupted(); the second one
// ends the program. A file larger than the limit is an error of the write, as on a full disk.
class Signals {
 public:
  Signals();
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

 private:
  struct sigaction before_[3]{};
};
bool interrupted();

// The option --seed, which some other option may exclude.
CLI::Option* add_level_arguments(CLI::App* command, LevelArguments* arguments);

// The options of the run. writes_of_layer: the layer itself writes a file; there is but one then,
// and nothing to resume.
LevelOptions level_options(const LevelArguments& arguments, bool writes_of_layer);

// Runs it with a progress bar and shows what came of it. did: "simulated", for the figures. `more`
// may print to the same place after the table. The exit code, 0 when every layer finished.
int run_level(const LevelArguments& arguments, LevelOptions* options, const char* did,
              const std::function<LayerRuns()>& run,
              const std::function<void(const LayerRuns&)>& more = {});

}  // namespace assay
