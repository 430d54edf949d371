// SPDX-License-Identifier: Apache-2.0
// Makes the folder of a virtual chip: runs a level with hidden unit energies over networks and
// microbenchmarks, and measures what it says (docs/formats/virtual_chip.md).
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "experiments/microbenchmarks/search.h"
#include "experiments/virtual_chip/measure.h"

namespace assay::virtual_chip {

enum class VirtualLevel { analytical, simulator, rtl };

struct Options {
  std::filesystem::path accelerator, parameters;  // the prior
  struct Run {
    std::filesystem::path workload, mapping;
  };
  std::vector<Run> networks;
  // Loop orders for microbenchmarks: those of the mapping files of this folder; absent: none.
  std::optional<std::filesystem::path> microbenchmarks_of;
  std::uint64_t truth_seed = 1;
  double truth_sd_ln = 0.5;
  std::optional<std::filesystem::path> truth_file;  // instead of the seed
  Bench bench;
  VirtualLevel level = VirtualLevel::simulator;
  int jobs = 1;
  std::filesystem::path out;  // a new folder; appears as a whole or not at all
};

struct Summary {
  struct Line {
    std::string workload;
    std::size_t layers = 0;
    double energy_uj = 0, ms = 0;  // sums of medians
  };
  std::vector<Line> lines;
  std::vector<std::string> notes;
};

// Throws InputError with every error of the options' files.
Summary make_virtual_chip(const Options& options);

}  // namespace assay::virtual_chip
