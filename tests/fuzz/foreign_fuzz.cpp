// SPDX-License-Identifier: Apache-2.0
// Other predictors' outputs, each input as an output of every tool. What is accepted must be
// writable as records.
#include "experiments/foreign/foreign.h"
#include "fuzz_input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const assay::Workload workload =
      assay::read_workload(assay::fuzz::source_file("tests/foreign/workload.yaml"));
  for (const std::string& tool : assay::foreign_tools())
    assay::fuzz::refusing([&] {
      assay::ForeignRequest request;
      request.tool = tool;
      request.from = assay::fuzz::input_file("output", data, size);
      request.chip = "chip";
      request.clock_mhz = 200;
      request.layer = "a";
      assay::records_to_json(assay::import_foreign(request, workload).records);
    });
  return 0;
}
