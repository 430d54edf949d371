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
#include <string>

#include "core/accelerator.h"
#include "core/parameters.h"
#include "core/record.h"

namespace assay {

// Whether a zero input saves this action: the gate of a MAC names the compute level and no operand;
// that of an operand saves the accesses of the MACs, not the transfers. Partial sums and outputs are
// one operand there.
bool is_gated(const Accelerator& accelerator, const CountKey& key);

// Of one element of "I", "W", "P" or "O"; of "-", the operand of a MAC, those of an input.
int bits_of(const Precision& precision, const std::string& operand);

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
