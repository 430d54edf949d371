// SPDX-License-Identifier: Apache-2.0
// Records as JSON. What is accepted is written and read back: the text must be the same.
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
  records[0].cycles_by_cause["pe: MACs"] = 1.5;
  records[0].energy_pj_by_component["pe"] = 2.5;
  records[0].notes["binding_processing"] = "pe";
  assay::write_records_json(folder / "seed.json", records);
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  assay::fuzz::refusing([&] {
    const auto records =
        assay::read_records_json(assay::fuzz::input_file("records.json", data, size));
    const std::string text = assay::records_to_json(records);
    const auto again = assay::read_records_json(assay::fuzz::input_file("again.json", text));
    if (assay::records_to_json(again) != text) std::abort();
  });
  return 0;
}
