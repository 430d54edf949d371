// SPDX-License-Identifier: Apache-2.0
// Level C: Verilated hardware. A design runs the layers whose mappings have the shape that its
// sequencer executes; others are refused with reasons. Optional at build time.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/accelerator.h"
#include "core/diagnostics.h"
#include "core/layer.h"
#include "core/mapping.h"
#include "core/record.h"

namespace assay::rtl {

// Dense tensors of the layer: input N G C h w (without padding), weights G M C R S, outputs N G M P
// Q.
struct LayerData {
  std::vector<std::int32_t> input;
  std::vector<std::int32_t> weights;
};

struct RunOptions {
  std::string fst;     // waveform file; empty: none. Only where has_waveforms()
  int seeded_bug = 0;  // for tests of the tests: a defect of the hardware by number; 0: none
  // 0: the whole layer; else stop after so many cycles of the hardware (the result says so).
  std::int64_t max_cycles = 0;
  // Told the cycles so far, every kProgressCycles.
  std::function<void(std::int64_t cycles)> progress;
};
inline constexpr std::int64_t kProgressCycles = 4096;

struct RunResult {
  bool finished = true;
  std::int64_t cycles = 0;                  // first edge after start to the last write accepted
  std::map<CountKey, std::int64_t> counts;  // of the hardware's event counters, those not 0
  std::vector<std::int32_t> output;
};

// One configuration of one design: its array and buffers are fixed when it is built.
class Design {
 public:
  virtual ~Design() = default;
  // Why this hardware cannot run the layer with this mapping; empty when it can.
  virtual Diagnostics check(const Layer& layer, const Mapping& mapping) const = 0;
  virtual RunResult run(const Layer& layer, const Mapping& mapping, const LayerData& data,
                        const RunOptions& options) = 0;
  // The accelerator that the hardware is, as its file should say it (sizes of arrays and buffers,
  // ports, networks, overheads): compared with the file before a run.
  virtual Accelerator description() const = 0;
  // Whether it can write a waveform.
  virtual bool has_waveforms() const { return false; }
};

// Configurations built into this program: "eyeriss-12x14", "tiled-64x7", small ones for tests.
std::vector<std::string> configurations();
// Null when there is none of that name (or the program was built without Verilator).
std::unique_ptr<Design> make_design(const std::string& configuration);

}  // namespace assay::rtl
