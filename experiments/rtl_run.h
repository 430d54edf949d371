// SPDX-License-Identifier: Apache-2.0
// Runs Verilated hardware over the layers of a workload, in worker processes as the simulator
// (experiments/layer_runs.h). Which hardware is what the accelerator file says under `rtl`; whether
// it is what the file says is checked first.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "experiments/layer_runs.h"
#include "experiments/run.h"
#include "rtl/rtl.h"

namespace assay {

struct RtlOptions : LevelOptions {
  // The simulator runs each layer too, with the same data, off-chip ports timed: counts, cycles and
  // outputs are compared, and the record's note kCheckNote says kCheckEqual or what differs.
  bool check = false;
  std::filesystem::path fst;  // waveform; needs an input of one layer and no journal
  // Where the hardware comes from; null: none of that name.
  std::function<std::unique_ptr<rtl::Design>(const std::string& configuration)> make_design =
      rtl::make_design;
};

inline constexpr const char* kCheckNote = "simulator";
inline constexpr const char* kCheckEqual = "equal";

// Whether any hardware is built into this program.
bool has_rtl();

// Throws InputError as prepare(), for an accelerator file without `rtl` or that describes something
// else, for every layer that the hardware refuses, and as simulate().
LayerRuns run_rtl(const RtlOptions& options);

// Records of layers whose note says that they differ from the simulator.
bool differs_from_simulator(const Record& record);

}  // namespace assay
