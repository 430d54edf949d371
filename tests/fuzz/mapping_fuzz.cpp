// SPDX-License-Identifier: Apache-2.0
// Mapping files: read, resolved against every layer, checked, and predicted where legal.
#include "analytical/predictor.h"
#include "core/mapping.h"
#include "fuzz_input.h"

namespace {

void predict(const assay::Layer& layer, const assay::Accelerator& chip,
             const assay::MappingFile& mappings) {
  const auto mapping = assay::resolve(mappings, layer);
  if (!mapping || !assay::check(layer, chip, *mapping).empty()) return;
  assay::analytical::predict_record({&layer, &chip, &*mapping, nullptr, "alexnet", "", 1});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const assay::Accelerator chip = assay::read_accelerator(
      assay::fuzz::source_file("experiments/chips/eyeriss/accelerator.yaml"));
  static const assay::Workload workload =
      assay::read_workload(assay::fuzz::source_file("experiments/workloads/alexnet.yaml"));
  assay::fuzz::refusing([&] {
    const assay::MappingFile mappings =
        assay::read_mappings(assay::fuzz::input_file("mapping.yaml", data, size), chip);
    for (const assay::Layer& layer : workload.layers)
      assay::fuzz::refusing([&] {
        assay::fuzz::counting(
            [&] { predict(assay::with_batch(layer, mappings.batch), chip, mappings); });
      });
  });
  return 0;
}
