// SPDX-License-Identifier: Apache-2.0
// What Verilator made of one configuration.
#include <Vnetlist.h>
#include <Vrtl.h>
#include <verilated.h>

#include <stdexcept>

#include "tests/netlist/resimulate_eyeriss.h"

namespace assay::netlist {
namespace {

template <class Model>
class Half {
 public:
  Half() : top_((context_.threads(1), &context_)) { context_.fatalOnError(false); }
  ~Half() { top_.final(); }
  Half(const Half&) = delete;
  Half& operator=(const Half&) = delete;

  void clock(const EyerissInputs& inputs) {
    top_.rst = inputs.rst ? 1 : 0;
    top_.cfg_we = inputs.cfg_we ? 1 : 0;
    top_.start = inputs.start ? 1 : 0;
    top_.cfg_addr = inputs.cfg_addr;
    top_.cfg_data = inputs.cfg_data;
    top_.mem_response = inputs.response.valid ? 1 : 0;
    top_.mem_written = inputs.response.written ? 1 : 0;
    top_.mem_response_tag = inputs.response.tag;
    top_.mem_data = inputs.response.data;
    top_.clk = 0;
    top_.eval();
    top_.clk = 1;
    top_.eval();
    if (context_.gotError()) throw std::logic_error("an assertion of the hardware failed");
  }
  rtl::EyerissPorts ports() const {
    rtl::EyerissPorts p;
    p.done = top_.done != 0;
    p.request = top_.mem_request != 0;
    p.write = top_.mem_write != 0;
    p.addr = top_.mem_addr;
    p.tag = top_.mem_tag;
    p.data = top_.mem_write_data;
    return p;
  }
  std::int64_t count(std::uint32_t event) {
    top_.counter = static_cast<CData>(event);
    top_.eval();
    return static_cast<std::int64_t>(top_.counter_value);
  }

 private:
  VerilatedContext context_;
  Model top_;
};

class Twins : public EyerissTwins {
 public:
  void clock(const EyerissInputs& inputs) override {
    rtl_.clock(inputs);
    netlist_.clock(inputs);
  }
  rtl::EyerissPorts rtl() const override { return rtl_.ports(); }
  rtl::EyerissPorts netlist() const override { return netlist_.ports(); }
  std::int64_t count(std::uint32_t event) override { return rtl_.count(event); }

 private:
  Half<Vrtl> rtl_;
  Half<Vnetlist> netlist_;
};

}  // namespace

std::unique_ptr<EyerissTwins> eyeriss_twins() { return std::make_unique<Twins>(); }

}  // namespace assay::netlist
