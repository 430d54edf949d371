// SPDX-License-Identifier: Apache-2.0
// Records as CSV. What is accepted is written and read back: the values must be the same.
#include "core/record.h"
#include "experiments/import.h"
#include "fuzz_input.h"

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  const std::filesystem::path folder = assay::fuzz::corpus_folder(*argc, *argv);
  if (folder.empty()) return 0;
  const std::filesystem::path measured =
      assay::fuzz::source_file("experiments/chips/eyeriss/measured");
  auto records = assay::import_csv(measured / "alexnet.csv", measured / "alexnet.import.yaml");
  records.resize(2);
  records[0].counts[{"glb", "I", "read"}] = 7;
  records[0].notes["binding_processing"] = "pe, \"x\"";
  assay::write_records_csv(folder / "seed.csv", records);
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  assay::fuzz::refusing([&] {
    const std::filesystem::path file = assay::fuzz::input_file("records.csv", data, size);
    const auto records = assay::read_records_csv(file);
    const std::filesystem::path copy = assay::fuzz::input_file("again.csv", "");
    assay::write_records_csv(copy, records);
    if (assay::records_to_json(assay::read_records_csv(copy)) != assay::records_to_json(records))
      std::abort();
  });
  return 0;
}
