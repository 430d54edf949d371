// SPDX-License-Identifier: Apache-2.0
// What of the hardware is in this program. configurations() and make_design() are in rtl/rtl.h.
#pragma once

#include <string>

namespace assay::rtl {

// Said wherever a program without hardware is asked for it.
inline constexpr const char* kSkipped = "rtl: skipped (Verilator not found)";

// Of the Verilator that the hardware was compiled with, such as "5.006"; empty without hardware.
std::string verilator_version();

}  // namespace assay::rtl
