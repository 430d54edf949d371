// SPDX-License-Identifier: Apache-2.0
// What follows from the counts of a record, whoever counted: off-chip traffic, and energy as counts
// times unit energies plus constant power times total latency.
//
// Assumes: an action costs the same each time, whatever the data; gated actions take the stated
// share of zero inputs. Additions are in one fixed order (level, operand, action), so that equal
// counts give equal bits.
#pragma once

#include <cstdint>
#include <map>

#include "core/accelerator.h"
#include "core/parameters.h"
#include "core/record.h"

namespace assay {

// Reads and writes at the off-chip levels, uncompressed; MB = 10^6 bytes.
double off_chip_traffic_mb(const Accelerator& accelerator, const Precision& precision,
                           const std::map<CountKey, std::int64_t>& counts);

// Adds to a record with counts, `total_cycles` and `total_ms`: energy_uj, energy_chip_uj,
// energy_uj.LEVEL.OPERAND, power_chip_mw, energy_pj_by_component, and the note "unpriced" with the
// counts that have no price. Nothing when no count of the accelerator can have one.
// zero_fraction: of the inputs.
void put_energy(const Accelerator& accelerator, const Precision& precision,
                const Parameters& parameters, double zero_fraction, Record* record);

}  // namespace assay
