// SPDX-License-Identifier: Apache-2.0
// Import files, applied to a published table.
#include "experiments/import.h"
#include "fuzz_input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::filesystem::path table =
      assay::fuzz::source_file("experiments/chips/eyeriss/measured/alexnet.csv");
  assay::fuzz::refusing(
      [&] { assay::import_rows(table, assay::fuzz::input_file("import.yaml", data, size)); });
  return 0;
}
