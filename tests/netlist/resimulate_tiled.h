// SPDX-License-Identifier: Apache-2.0
// A netlist of the tiled accelerator beside its RTL. The two are compiled for each configuration
// (tiled_twins.cpp), the rest once.
#pragma once

#include <memory>

#include "rtl/tiled/tiled_model.h"

namespace assay::netlist {

std::unique_ptr<rtl::TiledPins> tiled_rtl();
std::unique_ptr<rtl::TiledPins> tiled_netlist();

}  // namespace assay::netlist
