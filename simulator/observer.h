// SPDX-License-Identifier: Apache-2.0
// What an onlooker of a run is told. Times are cycles since the layer began.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/dims.h"

namespace assay::simulator {

struct TransferEvent {
  enum class Kind { fill, read_back, drain } kind = Kind::fill;
  Operand operand = Operand::I;
  int level = 0;         // of the hold
  int parent_level = 0;  // at the other end
  int parent_port = -1;  // index into the level's ports; -1: none limits it
  int child_port = -1;
  std::int64_t tile = 0;
  std::int64_t slot = 0;
  std::int64_t words = 0;  // over the parent's port
  std::int64_t ready = 0;  // data and slot there; waits for ports until start
  std::int64_t start = 0;
  std::int64_t end = 0;
  std::int64_t arrival = 0;
};

struct StepEvent {
  std::int64_t step = 0;
  std::int64_t start = 0;
  std::int64_t end = 0;
  std::int64_t macs = 0;  // of all lanes
  std::int64_t active_lanes = 0;
};

class Observer {
 public:
  virtual ~Observer() = default;
  virtual void transfer(const TransferEvent&) {}
  virtual void step(const StepEvent&) {}
};

}  // namespace assay::simulator
