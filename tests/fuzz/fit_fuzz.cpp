// SPDX-License-Identifier: Apache-2.0
// Fit files, splits, and parameter files that a fit wrote.
#include "calibration/parameters_json.h"
#include "calibration/split.h"
#include "experiments/fit/fit_file.h"
#include "fuzz_input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto file = assay::fuzz::input_file("fit.yaml", data, size);
  assay::fuzz::refusing([&] { assay::fit::read_fit(file); });
  assay::fuzz::refusing([&] { assay::calibration::read_split(file); });
  assay::fuzz::refusing([&] { assay::calibration::read_fitted(file, "eyeriss"); });
  return 0;
}
