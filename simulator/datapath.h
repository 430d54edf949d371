// SPDX-License-Identifier: Apache-2.0
// The lanes and what they do in one step: multiply-accumulates on the data of their own buffers,
// and the accesses these make (docs/contract.md, sections 4 "Compute" and 5; "Values").
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "core/record.h"
#include "simulator/arithmetic.h"
#include "simulator/layout.h"
#include "simulator/nest.h"

namespace assay::simulator {

// What steps with the same remainders have in common.
struct StepWork {
  std::int64_t lane0_macs = 0;   // of lane 0, that of all spatial indices 0
  std::int64_t lane0_psums = 0;  // different partial sums of lane 0
  std::int64_t macs = 0;         // of all lanes
  std::int64_t active_lanes = 0;
  std::map<CountKey, std::int64_t>
      counts;  // mac, and the accesses of the MACs at the innermost levels
};

class Datapath {
 public:
  Datapath(const Layer& layer, const Accelerator& accelerator, const Nest& nest);
  ~Datapath();

  // `start`: what the temporal loops outside the innermost hold add. The reference stays valid.
  const StepWork& work(const Point& start);

  // The memories the lanes read and write: for each operand that of the level of its innermost hold
  // (layout of transfers.h), or the first level's tensor.
  struct Memory {
    const std::int32_t* input = nullptr;
    const std::int32_t* weights = nullptr;  // null for layers without weights: every weight is 1
    std::int32_t* psums = nullptr;
  };
  // Where the step's tile of each operand begins in these memories: the slot, and the start of its
  // tile (zeros at the first level).
  struct Place {
    std::int64_t slot_base = 0;  // slot * layout.words
    Point tile_start{};
  };
  // Runs every multiply-accumulate of the step on every active lane. Partial sums are those in
  // memory.
  void run(const Point& start, const PerOperand<Place>& places, const Memory& memory);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace assay::simulator
