// SPDX-License-Identifier: Apache-2.0
// Deliberate defects of the machine, for the tests that show that a wrong machine is caught.
#pragma once

#include <cstdint>

#include "core/dims.h"

namespace assay::simulator {

enum class FaultKind {
  none,
  dropped_fill,           // the words of one tile never reach the buffers
  swapped_slots,          // one tile goes to the slot of another
  missed_lane,            // a multicast does not reach one lane
  stale_halo,             // a slide does not keep what two tiles share
  stale_padding,          // zeros of the padding are not made
  read_back_twice,        // a partial sum is added twice
  lost_read_back,         // a partial sum is not read back
  lost_drain,             // one drain never reaches the parent
  unreduced_word,         // a reduction network forgets one lane
  early_release,          // a slot is given away one tile too early
  late_arrival,           // latency one cycle too long
  early_arrival,          // one cycle too short
  port_out_of_order,      // a port serves whoever comes first
  unmerged_read,          // a multicast counts every lane's read
  missing_step_overhead,  // a step costs its MACs alone
};

struct Fault {
  FaultKind kind = FaultKind::none;
  Operand operand = Operand::I;  // of the tile concerned, where the kind has one
  std::int64_t tile = 0;
  std::int64_t lane = 0;
};

}  // namespace assay::simulator
