// SPDX-License-Identifier: Apache-2.0
// The Verilated configurations: one class each; parameters as in CMakeLists.txt.
#include <Veyeriss_12x14.h>
#include <Veyeriss_4x5.h>
#include <Veyeriss_6x6.h>

#include "rtl/eyeriss/eyeriss_pins.h"

namespace assay::rtl {

namespace {

template <class Model>
std::unique_ptr<Design> make(const std::string& name, const EyerissShape& shape) {
  return std::make_unique<EyerissModel>(name, shape, std::make_unique<VerilatedEyeriss<Model>>());
}

}  // namespace

std::vector<std::string> eyeriss_configurations() {
  return {"eyeriss-4x5", "eyeriss-6x6", "eyeriss-12x14"};
}

std::unique_ptr<Design> make_eyeriss(const std::string& configuration) {
  // rows, columns, banks, rows of a bank, of the filter buffer, of the read-back FIFO, memory
  // latency
  if (configuration == "eyeriss-4x5")
    return make<Veyeriss_4x5>(configuration, {4, 5, 24, 64, 128, 64, 3});
  if (configuration == "eyeriss-6x6")
    return make<Veyeriss_6x6>(configuration, {6, 6, 20, 128, 256, 100, 1});
  if (configuration == "eyeriss-12x14")
    return make<Veyeriss_12x14>(configuration, {12, 14, 25, 512, 1024, 512, 8});
  return nullptr;
}

}  // namespace assay::rtl
