// SPDX-License-Identifier: Apache-2.0
// A netlist of the row-stationary accelerator beside its RTL. The two are compiled for each
// configuration (eyeriss_twins.cpp), the rest once.
#pragma once

#include <cstdint>
#include <memory>

#include "rtl/eyeriss/eyeriss_model.h"

namespace assay::netlist {

// The pins in one cycle.
struct EyerissInputs {
  bool rst = false, cfg_we = false, start = false;
  std::uint16_t cfg_addr = 0;
  std::uint32_t cfg_data = 0;
  rtl::EyerissResponse response;
};

// RTL and netlist, clocked together.
class EyerissTwins {
 public:
  virtual ~EyerissTwins() = default;
  virtual void clock(const EyerissInputs& inputs) = 0;  // throws when an assertion fails
  virtual rtl::EyerissPorts rtl() const = 0;
  virtual rtl::EyerissPorts netlist() const = 0;
  virtual std::int64_t count(std::uint32_t event) = 0;  // of the RTL
};

std::unique_ptr<EyerissTwins> eyeriss_twins();

}  // namespace assay::netlist
