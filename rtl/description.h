// SPDX-License-Identifier: Apache-2.0
// Whether an accelerator file describes a piece of hardware: only then may cycles and counts of the
// one be held against those of the other.
#pragma once

#include <string>

#include "core/accelerator.h"
#include "core/diagnostics.h"

namespace assay::rtl {

// Everything that decides counts, values and cycles: precision, policies, levels in their order,
// capacities, slots, block RAMs, ports, networks, cycles of a step. One error for each key whose
// values differ, with both; a level or a port that one side lacks is one error. Left out: what the
// hardware cannot know (names, clock, technology, zero gating, sources).
// configuration: for the messages.
Diagnostics compare_description(const Accelerator& file, const Accelerator& hardware,
                                const std::string& configuration);

}  // namespace assay::rtl
