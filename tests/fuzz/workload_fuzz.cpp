// SPDX-License-Identifier: Apache-2.0
// Workload files; the layers of a file that is accepted are mapped by a template, checked and
// predicted.
#include "analytical/predictor.h"
#include "core/mapping.h"
#include "fuzz_input.h"

namespace {

constexpr char kTemplate[] = R"(schema: assay.mapping/1
name: template
accelerator: eyeriss
source: none
any_layer:
  - for N: rest
  - for G: rest
  - for M: rest
  - hold glb: O
  - for C: rest
  - hold glb: I
  - for P: rest
  - hold wbuf: W
  - par y R: max 12
  - par x Q: max 14
  - hold spad: W
  - for Q: max 4
  - hold spad: I, O
  - for R: max 2
  - for S: max 11
  - for M: max 16
)";

void predict(const assay::Layer& layer) {
  static const assay::Accelerator chip = assay::read_accelerator(
      assay::fuzz::source_file("experiments/chips/eyeriss/accelerator.yaml"));
  static const assay::MappingFile mappings =
      assay::read_mappings(assay::fuzz::input_file("template.yaml", kTemplate), chip);
  const auto mapping = assay::resolve(mappings, layer);
  if (!mapping || !assay::check(layer, chip, *mapping).empty()) return;
  assay::analytical::predict_record({&layer, &chip, &*mapping, nullptr, "fuzz", "", 1});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  assay::fuzz::refusing([&] {
    const assay::Workload workload =
        assay::read_workload(assay::fuzz::input_file("workload.yaml", data, size));
    assay::total_macs(workload);
    for (const assay::Layer& layer : workload.layers) {
      assay::points(layer);
      for (const assay::Operand o : assay::kAllOperands) assay::tensor_elements(layer, o);
      assay::fuzz::counting([&] { predict(layer); });
      assay::fuzz::counting([&] { predict(assay::with_batch(layer, 3)); });
    }
  });
  return 0;
}
