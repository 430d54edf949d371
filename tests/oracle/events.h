// SPDX-License-Identifier: Apache-2.0
// The event-by-event evaluation of section 5 of docs/contract.md, as
// docs/rationale/0004-event-times.md spells it out: every step and every transfer of a small layer,
// one after another.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "core/accelerator.h"
#include "core/layer.h"
#include "core/mapping.h"

namespace assay::oracle {

struct Timeline {
  std::int64_t finish = 0;
  // "compute", "LEVEL.PORT OPERAND", "latency", "ramp-up", "drain"; adds up to finish exactly.
  std::map<std::string, std::int64_t> by_cause;
  std::int64_t steps = 0;
  std::int64_t transfers = 0;
  std::int64_t step_time = 0;                // sum of the durations of all steps
  std::map<std::string, std::int64_t> busy;  // per "LEVEL.PORT", one instance
  // The part of `busy` that moved words which no tile inside reads. Where inputs are clipped a tile
  // may have such words, and nothing waits for the last of them.
  std::map<std::string, std::int64_t> unread;
};

// The mapping must be legal: check() is empty. Ports of off-chip levels count only if timed.
Timeline evaluate(const Layer& layer, const Accelerator& accelerator, const Mapping& mapping,
                  bool off_chip_timed);

}  // namespace assay::oracle
