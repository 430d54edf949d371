// SPDX-License-Identifier: Apache-2.0
// Pins of one Verilated configuration of the tiled accelerator, or of a netlist of it.
#pragma once

#include "rtl/tiled/tiled_model.h"
#include "rtl/verilated_pins.h"

namespace assay::rtl {

template <class Model>
class VerilatedTiled : public VerilatedPins<TiledPins, Model> {
 public:
  TiledPorts ports() const override {
    const Model& top = this->top();
    TiledPorts p;
    p.done = top.done != 0;
    p.request = top.rd_req != 0;
    p.request_weights = top.rd_weights != 0;
    p.request_addr = top.rd_addr;
    p.request_words = top.rd_words;
    p.write = top.wr_valid != 0;
    p.write_addr = top.wr_addr;
    p.write_words = top.wr_words;
    p.write_data = top.wr_data;
    return p;
  }
  void clock(const TiledRead& read) override {
    Model& top = this->top();
    top.rd_valid = read.valid ? 1 : 0;
    top.rd_is_weights = read.weights ? 1 : 0;
    top.rd_data = static_cast<std::remove_reference_t<decltype(top.rd_data)>>(read.data);
    this->end_cycle();
  }
  std::int64_t count(std::uint32_t event) override {
    Model& top = this->top();
    top.count_addr = static_cast<CData>(event);
    top.eval();
    return static_cast<std::int64_t>(top.count_value);
  }
};

}  // namespace assay::rtl
