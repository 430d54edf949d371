// SPDX-License-Identifier: Apache-2.0
// Accelerator files; one that is accepted runs the published mappings of the chip it was mutated
// from.
#include "analytical/predictor.h"
#include "core/mapping.h"
#include "fuzz_input.h"

namespace {

void predict(const assay::Accelerator& accelerator) {
  static const assay::Workload workload =
      assay::read_workload(assay::fuzz::source_file("experiments/workloads/alexnet.yaml"));
  static const std::filesystem::path mapping_file =
      assay::fuzz::source_file("experiments/chips/eyeriss/alexnet.yaml");
  accelerator.lanes();
  assay::analytical::fpga_resources(accelerator);
  assay::Accelerator renamed = accelerator;
  renamed.name = "eyeriss";
  const assay::MappingFile mappings = assay::read_mappings(mapping_file, renamed);
  for (const assay::Layer& base : workload.layers) {
    const assay::Layer layer = assay::with_batch(base, mappings.batch);
    const auto mapping = assay::resolve(mappings, layer);
    if (!mapping || !assay::check(layer, renamed, *mapping).empty()) continue;
    assay::analytical::predict_record({&layer, &renamed, &*mapping, nullptr, "alexnet", "", 4});
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  assay::fuzz::refusing([&] {
    const assay::Accelerator accelerator =
        assay::read_accelerator(assay::fuzz::input_file("accelerator.yaml", data, size));
    assay::fuzz::counting([&] { predict(accelerator); });
  });
  return 0;
}
