// SPDX-License-Identifier: Apache-2.0
// The distance of the analytical level from the chip in two parts. Modelling error: analytical -
// hardware, which simulator and hardware, equal to each other, do not have. Silicon that we do not
// know: hardware - chip. Both in per cent of the chip's latency, so that they add up to the error
// of the analytical level.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "experiments/report/hardware_levels.h"

namespace assay::report {

struct Gap {
  double modelling = 0;
  double silicon = 0;
  double both() const { return modelling + silicon; }
};

struct GapRow {
  std::string layer;
  bool network = false;
  std::optional<Gap> total;
  // Hardware has no latency without its port to memory: where its total cycles are those of the
  // simulator, the simulator stands for it.
  std::optional<Gap> processing;
};

// One row for each layer; then the network, where every layer ran.
std::vector<GapRow> gap_rows(const ReportInput& input, const HardwareTable& table);
// No rows where nothing was measured.
Panel gap_panel(const ReportInput& input, const HardwareTable& table);

// Sentences: whether hardware and simulator are equal, then both gaps of the network, then those of
// each layer.
std::vector<std::string> hardware_findings(const ReportInput& input, const HardwareTable& table);
// For the verdict, one text for each table and one for each level that was skipped.
std::vector<std::string> hardware_verdicts(const ReportInput& input);

}  // namespace assay::report
