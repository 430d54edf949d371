// SPDX-License-Identifier: Apache-2.0
// Values of an accelerator that a parameter file replaces: clock, intervals, bandwidths, latencies,
// and the overhead of a layer, which no accelerator file has. Fitted values are data of a file, and
// every level takes them in the same way (docs/formats/parameters.md, "Machine").
//
// A fitted double becomes an exact rational of seven significant digits; latencies and overheads in
// cycles become the nearest whole number.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/accelerator.h"
#include "core/diagnostics.h"
#include "core/parameters.h"
#include "core/record.h"

namespace assay {

// One such value, found once by its name.
struct MachineSlot {
  enum class Kind { clock, layer_overhead, interval, step_overhead, bandwidth, latency };
  Kind kind = Kind::clock;
  int level = -1, port = -1;  // bandwidth, latency
};

// Every name that this accelerator has, in the order of its file.
std::vector<std::pair<std::string, MachineSlot>> machine_slots(const Accelerator& accelerator);

double value_of(const Accelerator& accelerator, const MachineSlot& slot);  // no overhead: 0
void set_value(const MachineSlot& slot, double value, Accelerator* accelerator);

// Seven significant digits, exactly; value > 0. Throws std::domain_error where that does not fit.
Rational rounded(double value);

// Unknown names and values out of range become diagnostics, with the place in the parameter file.
void apply_machine_values(const Parameters& parameters, Accelerator* accelerator,
                          Diagnostics* diagnostics);

// execution_cycles and execution_ms: total latency plus the overhead of a layer, where one is
// stated.
void put_execution(const Accelerator& accelerator, Record* record);

}  // namespace assay
