// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/record.h"

namespace assay {

// Records as a table for a terminal: one line per layer, the network's sums at the end. Undefined
// values are "-".
std::string record_table(const std::vector<Record>& records, bool colour);

}  // namespace assay
