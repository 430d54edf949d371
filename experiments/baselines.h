// SPDX-License-Identifier: Apache-2.0
// Naive baselines: what a predictor must beat to be worth its effort. They know the size of a layer
// and two figures of the hardware, nothing of mappings. Level "baseline"; the variant names the
// baseline.
//
//   macs_over_pes   processing_cycles = total_cycles = macs / lanes
//   roofline        processing_cycles = macs / lanes
//                   total_cycles = max(macs / lanes, off_chip_bits / off_chip_bits_per_cycle)
//
//                   off_chip_traffic_mb = (off_chip_bits + off_chip_free_bits) / 8e6
//
// off_chip_bits is what must cross the chip's border at least once, uncompressed, through a port
// that takes time for it. With a clock, processing_ms and total_ms are stated too. Cycles are not
// rounded up. `operations` is macs.
#pragma once

#include <cstdint>
#include <string>

#include "core/record.h"
#include "core/units.h"

namespace assay {

struct BaselineInput {
  std::string chip;
  std::string workload;
  std::string layer;
  std::int64_t batch = 1;
  std::int64_t repeat = 1;
  std::int64_t macs = 0;                // of the whole batch
  std::int64_t lanes = 0;               // multipliers at work in the best case
  std::int64_t off_chip_bits = 0;       // inputs, weights and outputs once, whole batch (roofline)
  std::int64_t off_chip_free_bits = 0;  // the same of operands that no off-chip port limits
  double off_chip_bits_per_cycle = 0;   // of the core clock (roofline)
  Megahertz clock;                      // 0: unknown
};

// Both throw InputError with every number that is out of range: macs below 1, lanes below 1, a
// bandwidth that is not positive, ...
Record macs_over_pes(const BaselineInput& input);
Record roofline(const BaselineInput& input);

}  // namespace assay
