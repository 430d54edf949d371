// SPDX-License-Identifier: Apache-2.0
// Pins of one Verilated configuration of the tiled accelerator, or of a netlist of it.
#pragma once

#include <verilated.h>

#include <stdexcept>
#include <type_traits>

#include "rtl/tiled/tiled_model.h"
#include "rtl/waves.h"

namespace assay::rtl {

template <class Model>
class VerilatedPins : public TiledPins {
 public:
  VerilatedPins() : waves_(&context_), top_((context_.threads(1), &context_)) {
    context_.fatalOnError(false);
  }
  ~VerilatedPins() override {
    Verilated::threadContextp(&context_);
    trace({});
    top_.final();
  }
  VerilatedPins(const VerilatedPins&) = delete;
  VerilatedPins& operator=(const VerilatedPins&) = delete;

  void trace(const std::string& fst) override { waves_.open(&top_, fst); }
  void reset() override {
    Verilated::threadContextp(&context_);  // where its assertions report
    context_.gotError(false);
    context_.gotFinish(false);
    top_.rst = 1;
    top_.start = 0;
    top_.cfg_we = 0;
    clock({});
    top_.rst = 0;
  }
  void configure(std::uint32_t addr, std::uint32_t data) override {
    top_.cfg_we = 1;
    top_.cfg_addr = static_cast<CData>(addr);
    top_.cfg_data = data;
    clock({});
    top_.cfg_we = 0;
  }
  void start() override {
    top_.start = 1;
    clock({});
    top_.start = 0;
  }
  TiledPorts ports() const override {
    TiledPorts p;
    p.done = top_.done != 0;
    p.request = top_.rd_req != 0;
    p.request_weights = top_.rd_weights != 0;
    p.request_addr = top_.rd_addr;
    p.request_words = top_.rd_words;
    p.write = top_.wr_valid != 0;
    p.write_addr = top_.wr_addr;
    p.write_words = top_.wr_words;
    p.write_data = top_.wr_data;
    return p;
  }
  void clock(const TiledRead& read) override {
    top_.rd_valid = read.valid ? 1 : 0;
    top_.rd_is_weights = read.weights ? 1 : 0;
    top_.rd_data = static_cast<std::remove_reference_t<decltype(top_.rd_data)>>(read.data);
    top_.clk = 0;
    eval();
    top_.clk = 1;
    eval();
    if (context_.gotError()) throw std::logic_error("an assertion of the hardware failed");
  }
  std::int64_t count(std::uint32_t event) override {
    top_.count_addr = static_cast<CData>(event);
    top_.eval();
    return static_cast<std::int64_t>(top_.count_value);
  }

 private:
  void eval() {
    top_.eval();
    waves_.dump();
  }

  // Verilator keeps the thread's current context and uses it while models are destroyed: it must
  // never be one that is gone.
  struct Restore {
    ~Restore() { Verilated::threadContextp(Verilated::defaultContextp()); }
  };
  Restore restore_;
  VerilatedContext context_;
  Waves waves_;
  Model top_;
};

}  // namespace assay::rtl
