// SPDX-License-Identifier: Apache-2.0
// Pins of one Verilated configuration of the row-stationary accelerator, or of a netlist of it.
#pragma once

#include "rtl/eyeriss/eyeriss_model.h"
#include "rtl/verilated_pins.h"

namespace assay::rtl {

template <class Model>
class VerilatedEyeriss : public VerilatedPins<EyerissPins, Model> {
 public:
  EyerissPorts ports() const override {
    const Model& top = this->top();
    EyerissPorts p;
    p.done = top.done != 0;
    p.request = top.mem_request != 0;
    p.write = top.mem_write != 0;
    p.addr = top.mem_addr;
    p.tag = top.mem_tag;
    p.data = top.mem_write_data;
    return p;
  }
  void clock(const EyerissResponse& response) override {
    Model& top = this->top();
    top.mem_response = response.valid ? 1 : 0;
    top.mem_written = response.written ? 1 : 0;
    top.mem_response_tag = response.tag;
    top.mem_data = response.data;
    this->end_cycle();
  }
  std::int64_t count(std::uint32_t event) override {
    Model& top = this->top();
    top.counter = static_cast<CData>(event);
    top.eval();
    return static_cast<std::int64_t>(top.counter_value);
  }
};

}  // namespace assay::rtl
