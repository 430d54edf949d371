// SPDX-License-Identifier: Apache-2.0
// Exact-mode latency: the times of docs/contract.md, section 5, and
// docs/rationale/0004-event-times.md to the cycle, with the cause of every cycle, at a cost that
// does not grow with the bounds of the loops (docs/rationale/0006-exact-latency.md).
//
// Assumes a legal mapping. Times in cycles of the core clock. Throws OverflowError where a time
// does not fit 64 bits, or where there are more than 63 temporal loops outside the innermost hold.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "analytical/nest.h"

namespace assay::analytical {

struct ExactLatency {
  std::int64_t finish = 0;
  // "compute", "LEVEL.PORT OPERAND", "latency", "ramp-up", "drain": adds up to `finish`.
  std::map<std::string, std::int64_t> by_cause;
  std::map<std::string, std::int64_t> busy;  // "LEVEL.PORT", timed ones; of one instance
  std::int64_t steps = 0;
  std::int64_t transfers = 0;
  std::int64_t step_time = 0;  // sum of the durations of all steps

  // What it took.
  std::int64_t evaluated = 0;  // steps that were gone through one by one
  int retries = 0;             // with more of the past
  bool walked = false;         // every step was
};

enum class ExactMode : std::uint8_t {
  compressed,  // repetitions are recognised; where that cannot decide, as `walk`
  walk         // step by step, for tests
};

// off_chip_timed: total latency; else processing latency.
ExactLatency exact_latency(const Layer& layer, const Accelerator& accelerator, const Nest& nest,
                           bool off_chip_timed, ExactMode mode = ExactMode::compressed);

}  // namespace assay::analytical
