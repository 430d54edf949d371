// SPDX-License-Identifier: Apache-2.0
// The `assay` program: parses the command line, calls the library, prints. Exit codes: 0 pass, 1
// outside the stated accuracy bounds, 2 bad input.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <iostream>

#include "core/diagnostics.h"
#include "experiments/program/commands.h"

namespace {

int guarded(const std::function<int()>& run) {
  try {
    return run();
  } catch (const assay::InputError& e) {
    for (const assay::Diagnostic& d : e.diagnostics())
      fmt::print(stderr, "error: {}\n", assay::to_string(d));
    fmt::print(stderr, "{} error{}\n", e.diagnostics().size(),
               e.diagnostics().size() == 1 ? "" : "s");
    return assay::kBadInput;
  } catch (const std::exception& e) {
    fmt::print(stderr, "error: {}\n", e.what());
    return assay::kBadInput;
  }
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{
      "How far to trust a DNN accelerator model, and why: predicts energy, latency and throughput, "
      "compares the\n"
      "predictions with measured chips, and attributes the error."};
  app.set_version_flag("--version", "assay " ASSAY_VERSION);
  app.require_subcommand(1);
  app.footer("Example: assay predict eyeriss alexnet");
  int code = assay::kPass;
  assay::add_commands(app, [&](const std::function<int()>& run) { code = guarded(run); });
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? assay::kPass : assay::kBadInput;
  }
  return code;
}
