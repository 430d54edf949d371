// SPDX-License-Identifier: Apache-2.0
// Experiment files.
#include "experiments/experiment.h"
#include "fuzz_input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  assay::fuzz::refusing(
      [&] { assay::read_experiment(assay::fuzz::input_file("experiment.yaml", data, size)); });
  return 0;
}
