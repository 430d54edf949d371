// SPDX-License-Identifier: Apache-2.0
// A layer that ran on hardware as a record of level "rtl" (docs/formats/rtl.md).
#pragma once

#include <cstdint>
#include <string>

#include "core/accelerator.h"
#include "core/layer.h"
#include "core/record.h"
#include "rtl/rtl.h"

namespace assay::rtl {

struct RecordInput {
  const Layer* layer;
  const Accelerator* accelerator;  // the file's, of which the clock is
  std::string configuration;
  std::string workload;
  std::string variant;
  std::int64_t batch = 1;
  const LayerData* data = nullptr;
  std::uint64_t seed = 0;  // that `data` were made with
};

// Throws std::logic_error for a run that was cut short.
Record make_record(const RecordInput& input, const RunResult& result);

}  // namespace assay::rtl
