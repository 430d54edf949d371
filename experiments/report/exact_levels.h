// SPDX-License-Identifier: Apache-2.0
// The analytical exact mode (level "exact") beside the other levels: it must say what the simulator
// says of every latency and every cause, what hardware says of the total cycles, and never less
// than the fast mode, which is a lower bound.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "experiments/report.h"

namespace assay::report {

inline constexpr const char* kExact = "exact";

struct LatencyDifference {
  std::string name;  // "total_cycles", "processing: glb.read I"
  double exact = 0, other = 0;
};

struct LatencyCheck {
  std::size_t compared = 0;
  std::vector<LatencyDifference> differences;
};

// Latencies, what follows from them, steps, transfers, port times, and the cycles of every cause; a
// cause that one of them lacks counts 0. Other values only where both state them.
LatencyCheck check_latencies(const Record& exact, const Record& simulator);

// The record of the exact mode that belongs to one of another level; null where there is none.
const Record* exact_of(const ReportInput& input, const Record& other);

// "D conv3 total_cycles: exact 69, simulator 70", for every difference of any layer.
std::vector<std::string> exact_differences(const ReportInput& input);

// "exact = simulator in 5 of 5 layers (210 figures)"; empty where no layer has both.
std::string exact_summary(const ReportInput& input, const std::vector<const Record*>& simulated);

}  // namespace assay::report
