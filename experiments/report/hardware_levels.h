// SPDX-License-Identifier: Apache-2.0
// Hardware (level "rtl") beside the analytical level, the simulator and the chip, in total cycles,
// the only ones that hardware has. The simulator executes the same accelerator file, so that both
// must say the same.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "experiments/report/level_panels.h"
#include "experiments/report/levels.h"

namespace assay::report {

struct HardwareRow {
  const Record* hardware = nullptr;
  const Record* analytical = nullptr;  // null where the level did not run the layer
  const Record* simulated = nullptr;
  CountCheck counts;  // against the simulator, without it against the analytical level
  // Of the simulator, by the hash that both records state; absent where they had not the same data.
  std::optional<bool> outputs_equal;
  std::optional<double> measured_cycles;
};

// Of one (variant, chip, workload, batch) that ran on hardware.
struct HardwareTable {
  std::string variant, chip, workload;
  std::int64_t batch = 1;
  std::vector<HardwareRow> rows;
  std::vector<std::string> not_run;  // layers of other levels
  std::string name() const;          // "D, alexnet on eyeriss, batch 4"
};

// Absent without a record or without the value.
std::optional<double> total_cycles(const Record* record);
// Whether simulator and hardware state the same total cycles.
bool same_cycles(const HardwareRow& row);

std::vector<HardwareTable> hardware_tables(const ReportInput& input);
Panel hardware_panel(const HardwareTable& table);

// Total cycles, counts and outputs in which hardware and simulator (without it: the analytical
// counts) differ: "D conv3 total_cycles: simulator 69, rtl 70".
std::vector<std::string> hardware_differences(const ReportInput& input);

}  // namespace assay::report
