// SPDX-License-Identifier: Apache-2.0
// Clocks of records. A time of one clock says nothing of a time of another, so a prediction and a
// measurement that are known to be of two are not compared. Internal to experiments/.
#pragma once

#include <string>
#include <vector>

#include "core/record.h"

namespace assay {

// In the ledger: key of clocks that differ and are compared all the same.
inline constexpr const char* kClockKey = "clock";

// Times, rates per second and powers; cycles, counts, traffic and energy have no clock.
bool depends_on_clock(const std::string& quantity);

struct KnownClock {
  double mhz = 0;
  std::string from;      // "clock_set_mhz", "processing_cycles / processing_ms"
  double tolerance = 0;  // relative: of what it was written with
};

// What a record states (clock_set_mhz, clock_observed_mhz), and of a prediction also what its
// cycles and milliseconds of one latency imply. Of a measurement they may be of two experiments.
std::vector<KnownClock> known_clocks(const Record& record, bool implied);

// "200 MHz (clock_set_mhz) and 250 MHz (...)" of the first two that differ; empty: none do.
std::string clock_difference(const std::vector<KnownClock>& a, const std::vector<KnownClock>& b);

}  // namespace assay
