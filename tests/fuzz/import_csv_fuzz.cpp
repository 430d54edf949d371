// SPDX-License-Identifier: Apache-2.0
// Tables, read by way of a published import file.
#include "experiments/import.h"
#include "fuzz_input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::filesystem::path mapping =
      assay::fuzz::source_file("experiments/chips/eyeriss/measured/alexnet.import.yaml");
  assay::fuzz::refusing(
      [&] { assay::import_rows(assay::fuzz::input_file("table.csv", data, size), mapping); });
  return 0;
}
