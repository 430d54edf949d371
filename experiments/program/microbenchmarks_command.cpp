// SPDX-License-Identifier: Apache-2.0
// assay microbenchmarks: layers and mappings that exercise one component each
// (docs/formats/microbenchmarks.md).
#include <fmt/format.h>

#include <memory>

#include "core/diagnostics.h"
#include "core/machine.h"
#include "experiments/microbenchmarks/files.h"
#include "experiments/program/commands.h"
#include "experiments/program/shared.h"

namespace assay {
namespace {

namespace fs = std::filesystem;

struct Arguments {
  RunArguments run;  // chip, accelerator, parameters
  std::string out;
  bool built = false;
};

void make_folder(const fs::path& out) {
  std::error_code ec;
  if (fs::exists(out, ec) && !(fs::is_directory(out, ec) && fs::is_empty(out, ec)))
    throw InputError({{out.string(), 0, "--out", "",
                       "the folder exists; expected a new name (nothing is overwritten)"}});
  if (!fs::create_directories(out, ec) && !fs::is_directory(out, ec))
    throw InputError(
        {{out.string(), 0, "--out", "", "expected a name in a folder with permission to write"}});
}

int run(const Arguments& a) {
  const fs::path chip = find_catalog().chip_folder(a.run.chip);
  Accelerator accelerator = read_accelerator(accelerator_file(chip, a.run));
  std::optional<Parameters> parameters;
  if (const auto file = parameters_file(chip, a.run)) parameters = read_parameters(*file);
  const Parameters* p = parameters ? &*parameters : nullptr;
  if (p != nullptr && p->chip != accelerator.name)
    throw InputError({{p->file.string(), 0, "chip", p->chip,
                       "the parameters are used with accelerator '" + accelerator.name + "'"}});
  Diagnostics diagnostics;
  if (p != nullptr) apply_machine_values(*p, &accelerator, &diagnostics);
  throw_if_any(diagnostics);
  std::vector<microbenchmarks::Order> orders;
  if (!a.built) orders = microbenchmarks::known_orders(chip, accelerator);
  if (orders.empty()) orders = microbenchmarks::built_orders(accelerator);
  const auto catalogue = microbenchmarks::make_catalogue(
      accelerator, p, orders, {}, microbenchmarks::hardware_accepts(accelerator));
  if (!a.out.empty()) {
    make_folder(a.out);
    microbenchmarks::write_files(a.out, catalogue, accelerator, p);
  }
  print(microbenchmarks::terminal_text(catalogue, accelerator));
  if (!a.out.empty())
    fmt::print("{} microbenchmarks and idle written to {}\n", catalogue.all.size(), a.out);
  return kPass;
}

}  // namespace

void add_microbenchmarks(CLI::App& app, const Guard& guard) {
  auto a = std::make_shared<Arguments>();
  CLI::App* c = app.add_subcommand(
      "microbenchmarks", "Make layers and mappings of which each exercises one component");
  c->add_option("chip", a->run.chip, "a known chip (assay list) or a chip folder")->required();
  c->add_option("--accelerator", a->run.accelerator,
                "another accelerator file of the chip's folder (default: accelerator.yaml)");
  c->add_option("--parameters", a->run.parameters,
                "prior unit energies (default: CHIP/parameters.yaml, if there; else every action "
                "weighs the bits that it moves)");
  c->add_flag("--any-order", a->built,
              "loop orders made from the levels, not those of the chip's mapping files");
  c->add_option("--out", a->out, "new folder for the files; without it only the table is shown");
  c->footer("Example: assay microbenchmarks eyeriss --out out/eyeriss-microbenchmarks");
  c->callback([a, guard] { guard([a] { return run(*a); }); });
}

}  // namespace assay
