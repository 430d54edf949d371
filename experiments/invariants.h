// SPDX-License-Identifier: Apache-2.0
// What must hold of every record, whoever wrote it: docs/metrics.md, "Invariants".
#pragma once

#include <string>

#include "core/diagnostics.h"
#include "core/record.h"

namespace assay {

// One error for each that does not hold; `who` names the record.
void check_invariants(const Record& record, const std::string& who, Diagnostics* diagnostics);

}  // namespace assay
