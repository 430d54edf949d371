// SPDX-License-Identifier: Apache-2.0
// What Verilator made of one configuration.
#include <Vnetlist.h>
#include <Vrtl.h>

#include "rtl/eyeriss/eyeriss_pins.h"
#include "tests/netlist/resimulate_eyeriss.h"

namespace assay::netlist {

std::unique_ptr<rtl::EyerissPins> eyeriss_rtl() {
  return std::make_unique<rtl::VerilatedEyeriss<Vrtl>>();
}
std::unique_ptr<rtl::EyerissPins> eyeriss_netlist() {
  return std::make_unique<rtl::VerilatedEyeriss<Vnetlist>>();
}

}  // namespace assay::netlist
