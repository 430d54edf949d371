// SPDX-License-Identifier: Apache-2.0
// Exact-mode latency: the times of docs/contract.md, section 5, and
// docs/rationale/0004-event-times.md to the cycle, with the cause of every cycle, at a cost that
// does not grow with the bounds of the loops (docs/rationale/0006-exact-latency.md).
//
// Assumes a legal mapping. Times in cycles of the core clock. Throws OverflowError, which says why,
// where a time is beyond 2^62 - 1 cycles, a count does not fit 64 bits, there are more than 63
// temporal loops outside the innermost hold, or a walk is beyond its limits.
#pragma once

#include <cstddef>
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

// What an evaluation may take. One that recognises repetitions and would keep more memory walks
// instead; a walk that would keep more, or has more steps, is refused.
struct ExactLimits {
  std::size_t bytes = std::size_t{1} << 30;           // of moments, records and conditions
  std::int64_t walked_steps = std::int64_t{1} << 28;  // some minutes
};

// off_chip_timed: total latency; else processing latency.
ExactLatency exact_latency(const Layer& layer, const Accelerator& accelerator, const Nest& nest,
                           bool off_chip_timed, ExactMode mode = ExactMode::compressed,
                           const ExactLimits& limits = {});

}  // namespace assay::analytical
