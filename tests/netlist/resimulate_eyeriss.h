// SPDX-License-Identifier: Apache-2.0
// A netlist of the row-stationary accelerator beside its RTL. The two are compiled for each
// configuration (eyeriss_twins.cpp), the rest once.
#pragma once

#include <memory>

#include "rtl/eyeriss/eyeriss_model.h"

namespace assay::netlist {

std::unique_ptr<rtl::EyerissPins> eyeriss_rtl();
std::unique_ptr<rtl::EyerissPins> eyeriss_netlist();

}  // namespace assay::netlist
