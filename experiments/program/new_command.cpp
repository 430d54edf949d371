// SPDX-License-Identifier: Apache-2.0
// assay new: chip folders and experiment files to be filled in (docs/formats/chip.md).
#include <fmt/format.h>

#include <memory>

#include "experiments/program/commands.h"
#include "experiments/program/shared.h"
#include "experiments/scaffold/scaffold.h"

namespace assay {
namespace {

std::string todos(int n) { return n == 0 ? "" : fmt::format("{} TODO", n); }

int new_chip(NewChip chip) {
  if (chip.out.empty()) chip.out = chip.name;
  const std::vector<WrittenFile> files = write_chip(chip, find_catalog());
  std::size_t width = 0;
  for (const WrittenFile& f : files) width = std::max(width, f.name.size());
  fmt::print("{}, from template {}:\n", chip.out.string(), chip.style);
  for (const WrittenFile& f : files)
    fmt::print("  {}\n",
               f.todos == 0 ? f.name : fmt::format("{:<{}}  {:>7}", f.name, width, todos(f.todos)));
  fmt::print(
      "It runs as it is and describes no chip: every TODO says what to put there and where one "
      "finds it.\nNext: assay predict {} {}\n",
      chip.out.string(), chip.workloads.front());
  return kPass;
}

int new_experiment(NewExperiment e) {
  if (e.out.empty()) e.out = e.name + ".yaml";
  const WrittenFile file = write_experiment(e, find_catalog());
  fmt::print("{}: {}\nNext: state the bounds, then assay validate {}\n", file.name,
             todos(file.todos), file.name);
  return kPass;
}

void add_new_chip(CLI::App* parent, const Guard& guard) {
  auto chip = std::make_shared<NewChip>();
  chip->style = "row-stationary";
  chip->workloads = {"alexnet"};
  CLI::App* c =
      parent->add_subcommand("chip", "A chip folder that runs, with a TODO at each value");
  c->add_option("name", chip->name, "of the chip: letters, digits, '_' and '-'")->required();
  c->add_option("--template", chip->style,
                "row-stationary, weight-stationary, output-stationary or fpga-tiled")
      ->capture_default_str();
  c->add_option("--workloads", chip->workloads, "known workloads to be measured, by commas")
      ->delimiter(',')
      ->capture_default_str();
  c->add_option("--out", chip->out, "new folder (default: ./NAME)");
  c->footer(
      "Example: assay new chip mychip --template weight-stationary --workloads alexnet,vgg16");
  c->callback([chip, guard] { guard([chip] { return new_chip(*chip); }); });
}

void add_new_experiment(CLI::App* parent, const Guard& guard) {
  auto e = std::make_shared<NewExperiment>();
  CLI::App* c =
      parent->add_subcommand("experiment", "An experiment file with a TODO at each choice");
  c->add_option("name", e->name, "of the experiment and its report")->required();
  c->add_option("--chip", e->chip, "a known chip (assay list) or a chip folder")->required();
  c->add_option("--workload", e->workload, "a known workload or a workload file")->required();
  c->add_option("--out", e->out, "new file (default: ./NAME.yaml)");
  c->footer("Example: assay new experiment mine --chip eyeriss --workload vgg16");
  c->callback([e, guard] { guard([e] { return new_experiment(*e); }); });
}

}  // namespace

void add_new(CLI::App& app, const Guard& guard) {
  CLI::App* c = app.add_subcommand("new", "Write a chip folder or an experiment file to fill in");
  c->require_subcommand(1);
  add_new_chip(c, guard);
  add_new_experiment(c, guard);
  c->footer("Example: assay new chip mychip --template row-stationary");
}

}  // namespace assay
