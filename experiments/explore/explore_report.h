// SPDX-License-Identifier: Apache-2.0
// What an exploration of mappings leaves behind: tables for the terminal, files
// (docs/formats/explore.md) and figures.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "experiments/explore/trust.h"
#include "experiments/report/canvas.h"

namespace assay {

struct ExploreReport {
  const Explored* explored = nullptr;
  const NetworkFront* network = nullptr;
  const std::vector<LayerTrust>* trust = nullptr;  // null: nothing was executed
};

std::string explore_tables(const ExploreReport& report, bool colour);

std::vector<report::Figure> explore_figures(const ExploreReport& report);

// front.csv, front.json, network_front.csv, mapping.yaml, network.yaml,
// mappings/<layer>-<number>.yaml, plots/; what is there is replaced. Returns what could not be
// drawn, if anything.
std::vector<std::string> write_explored(const std::filesystem::path& folder,
                                        const ExploreReport& report);

}  // namespace assay
