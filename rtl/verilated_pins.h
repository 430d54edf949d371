// SPDX-License-Identifier: Apache-2.0
// What the pins of all Verilated designs share: reset, configuration port, start, clock, assertions
// and waveforms. Interface: the design's pins (EyerissPins, TiledPins); its ports are a subclass's.
#pragma once

#include <verilated.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <type_traits>

#include "rtl/waves.h"

namespace assay::rtl {

template <class Interface, class Model>
class VerilatedPins : public Interface {
 public:
  VerilatedPins() : waves_(&context_), top_((context_.threads(1), &context_)) {
    context_.fatalOnError(false);
  }
  ~VerilatedPins() override {
    Verilated::threadContextp(&context_);
    waves_.open(&top_, {});
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
    this->clock({});
    top_.rst = 0;
  }
  void configure(std::uint32_t addr, std::uint32_t data) override {
    top_.cfg_we = 1;
    top_.cfg_addr = static_cast<std::remove_reference_t<decltype(top_.cfg_addr)>>(addr);
    top_.cfg_data = data;
    this->clock({});
    top_.cfg_we = 0;
  }
  void start() override {
    top_.start = 1;
    this->clock({});
    top_.start = 0;
  }

 protected:
  Model& top() { return top_; }
  const Model& top() const { return top_; }

  // Ends the cycle, its inputs being set.
  void end_cycle() {
    top_.clk = 0;
    eval();
    top_.clk = 1;
    eval();
    if (context_.gotError()) throw std::logic_error("an assertion of the hardware failed");
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
