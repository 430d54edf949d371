// SPDX-License-Identifier: Apache-2.0
// What Verilator made of one configuration.
#include <Vnetlist.h>
#include <Vrtl.h>

#include "rtl/tiled/tiled_pins.h"
#include "tests/netlist/resimulate_tiled.h"

namespace assay::netlist {

std::unique_ptr<rtl::TiledPins> tiled_rtl() {
  return std::make_unique<rtl::VerilatedTiled<Vrtl>>();
}
std::unique_ptr<rtl::TiledPins> tiled_netlist() {
  return std::make_unique<rtl::VerilatedTiled<Vnetlist>>();
}

}  // namespace assay::netlist
