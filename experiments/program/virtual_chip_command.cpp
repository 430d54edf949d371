// SPDX-License-Identifier: Apache-2.0
// assay virtual-chip: a chip that does not exist, measured (docs/formats/virtual_chip.md).
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <thread>

#include "core/diagnostics.h"
#include "core/text.h"
#include "core/yaml_reader.h"
#include "experiments/program/commands.h"
#include "experiments/program/shared.h"
#include "experiments/virtual_chip/virtual_chip.h"

namespace assay {
namespace {

namespace fs = std::filesystem;

struct Arguments {
  RunArguments run;  // chip, accelerator, parameters
  std::vector<std::string> workloads, mappings, kinds;
  std::string truth = "1", level = "simulator", out;
  bool microbenchmarks = false;
  virtual_chip::Options options;
};

// "NAME=REST"; both empty when there is no '='.
std::pair<std::string, std::string> halves(const std::string& text) {
  const std::size_t at = text.find('=');
  if (at == std::string::npos) return {};
  return {text.substr(0, at), text.substr(at + 1)};
}

void read_truth(const Arguments& a, virtual_chip::Options* o, Diagnostics* d) {
  const auto seed = parse_integer(a.truth);
  if (seed && *seed >= 0) {
    o->truth_seed = static_cast<std::uint64_t>(*seed);
  } else if (fs::is_regular_file(a.truth)) {
    o->truth_file = a.truth;
  } else {
    d->push_back({"", 0, "--truth", a.truth, "expected a seed, 0 or larger, or a parameter file"});
  }
}

void read_kinds(const Arguments& a, virtual_chip::Options* o, Diagnostics* d) {
  const std::vector<std::string> known = virtual_chip::known_kinds();
  for (const std::string& text : a.kinds) {
    const auto [kind, number] = halves(text);
    const auto pct = parse_number(number);
    if (std::find(known.begin(), known.end(), kind) == known.end() || !pct || *pct <= -100) {
      const std::string hint = nearest(kind, known);
      d->push_back({"", 0, "--kind-effect", text,
                    "expected KIND=PERCENT above -100, KIND " + one_of(known) +
                        (hint.empty() || hint == kind ? "" : "; did you mean '" + hint + "'?")});
      continue;
    }
    o->bench.kind_pct[kind] = *pct;
  }
}

void read_networks(const Arguments& a, const fs::path& chip, const Catalog& catalog,
                   virtual_chip::Options* o, Diagnostics* d) {
  std::map<std::string, fs::path> chosen;
  for (const std::string& text : a.mappings) {
    const auto [workload, file] = halves(text);
    if (std::find(a.workloads.begin(), a.workloads.end(), workload) == a.workloads.end())
      d->push_back(
          {"", 0, "--mapping", text, "expected WORKLOAD=FILE, WORKLOAD one that is given"});
    else
      chosen[workload] = fs::exists(file) ? fs::path(file) : chip / file;
  }
  for (const std::string& name : a.workloads) {
    virtual_chip::Options::Run r;
    r.workload = catalog.workload_file(name);
    const auto own = chosen.find(name);
    r.mapping =
        find_mapping(chip, read_workload(r.workload).name,
                     own == chosen.end() ? std::nullopt : std::optional<fs::path>(own->second));
    o->networks.push_back(r);
  }
}

virtual_chip::Options options_of(const Arguments& a) {
  virtual_chip::Options o = a.options;
  const Catalog catalog = find_catalog();
  const fs::path chip = catalog.chip_folder(a.run.chip);
  Diagnostics d;
  o.accelerator = accelerator_file(chip, a.run);
  if (const auto prior = parameters_file(chip, a.run))
    o.parameters = *prior;
  else
    d.push_back({chip.string(), 0, "--parameters", "",
                 "the chip has no parameters.yaml; expected a parameter file to hide"});
  read_truth(a, &o, &d);
  read_kinds(a, &o, &d);
  if (a.workloads.empty() && !a.microbenchmarks)
    d.push_back({"", 0, "workloads", "", "expected a workload, or --microbenchmarks"});
  read_networks(a, chip, catalog, &o, &d);
  throw_if_any(d);
  if (a.microbenchmarks) o.microbenchmarks_of = chip;
  using virtual_chip::VirtualLevel;
  o.level = a.level == "analytical" ? VirtualLevel::analytical
            : a.level == "rtl"      ? VirtualLevel::rtl
                                    : VirtualLevel::simulator;
  o.out = a.out;
  return o;
}

int run(const Arguments& a) {
  const virtual_chip::Summary s = virtual_chip::make_virtual_chip(options_of(a));
  for (const auto& l : s.lines)
    fmt::print("{}: {} measurements, {} replicates each; medians sum to {:.6g} uJ, {:.6g} ms\n",
               l.workload, l.layers, a.options.bench.replicates, l.energy_uj, l.ms);
  for (const std::string& n : s.notes) fmt::print("{}\n", n);
  fmt::print("written to {}; truth/ is for judging only\n", a.out);
  return kPass;
}

void add_bench(CLI::App* c, Arguments* a) {
  virtual_chip::Bench& b = a->options.bench;
  c->add_option("--seed", b.seed, "of the bench: noise, effects of networks")
      ->capture_default_str();
  c->add_option("--noise", b.energy_noise_ln, "sd of one replicate's energy, in ln")
      ->check(CLI::Range(0.0, 2.0))
      ->capture_default_str();
  c->add_option("--time-noise", b.time_noise_ln, "sd of one replicate's time, in ln")
      ->check(CLI::Range(0.0, 2.0))
      ->capture_default_str();
  c->add_option("--network-effect", b.network_ln, "sd over networks, in ln of energy")
      ->check(CLI::Range(0.0, 2.0))
      ->capture_default_str();
  c->add_option("--kind-effect", a->kinds,
                "KIND=PERCENT: energy of layers of this kind that no model knows");
  c->add_option("--replicates", b.replicates, "of each measurement")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  c->add_option("--window", b.window_ms, "ms of one replicate, at least")
      ->check(CLI::Range(0.001, 1e9))
      ->capture_default_str();
}

}  // namespace

void add_virtual_chip(CLI::App& app, const Guard& guard) {
  auto a = std::make_shared<Arguments>();
  a->options.jobs = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  CLI::App* c = app.add_subcommand(
      "virtual-chip", "Measure a chip that does not exist: hidden unit energies, noise, a folder");
  c->add_option("chip", a->run.chip, "a known chip (assay list) or a chip folder")->required();
  c->add_option("workloads", a->workloads, "known workloads or workload files");
  c->add_flag("--microbenchmarks", a->microbenchmarks, "measure those too");
  c->add_option("--mapping", a->mappings, "WORKLOAD=FILE (default: as of assay predict)");
  c->add_option("--parameters", a->run.parameters, "the prior (default: CHIP/parameters.yaml)");
  c->add_option("--accelerator", a->run.accelerator, "default: accelerator.yaml of the chip");
  c->add_option("--truth", a->truth, "seed of the hidden factors, or a parameter file")
      ->capture_default_str();
  c->add_option("--truth-sd", a->options.truth_sd_ln, "sd of the hidden factors, in ln")
      ->check(CLI::Range(0.0, 5.0))
      ->capture_default_str();
  c->add_option("--level", a->level, "what the chip's counts and times are taken from")
      ->check(CLI::IsMember({"analytical", "simulator", "rtl"}))
      ->capture_default_str();
  c->add_option("-j,--jobs", a->options.jobs, "layers at a time (default: number of cores)")
      ->check(CLI::Range(1, 1024));
  add_bench(c, a.get());
  c->add_option("--out", a->out, "new folder")->required();
  c->footer(
      "Example: assay virtual-chip eyeriss alexnet --microbenchmarks --truth 7 --out out/virtual");
  c->callback([a, guard] { guard([a] { return run(*a); }); });
}

}  // namespace assay
