// SPDX-License-Identifier: Apache-2.0
// Parameter files; those accepted price a layer.
#include "analytical/predictor.h"
#include "core/mapping.h"
#include "core/parameters.h"
#include "fuzz_input.h"

namespace {

struct Case {
  assay::Accelerator chip;
  assay::Layer layer;
  assay::Mapping mapping;
};

Case first_layer() {
  Case c;
  c.chip = assay::read_accelerator(
      assay::fuzz::source_file("experiments/chips/eyeriss/accelerator.yaml"));
  const assay::MappingFile mappings = assay::read_mappings(
      assay::fuzz::source_file("experiments/chips/eyeriss/alexnet.yaml"), c.chip);
  const assay::Workload workload =
      assay::read_workload(assay::fuzz::source_file("experiments/workloads/alexnet.yaml"));
  c.layer = assay::with_batch(workload.layers.front(), mappings.batch);
  c.mapping = assay::resolve(mappings, c.layer).value();
  return c;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Case c = first_layer();
  assay::fuzz::refusing([&] {
    const assay::Parameters parameters =
        assay::read_parameters(assay::fuzz::input_file("parameters.yaml", data, size));
    assay::analytical::predict_record(
        {&c.layer, &c.chip, &c.mapping, &parameters, "alexnet", "", 4});
  });
  return 0;
}
