// SPDX-License-Identifier: Apache-2.0
// The Verilated configurations: one class each; parameters as in CMakeLists.txt.
#include <Veyeriss_12x14.h>
#include <Veyeriss_4x5.h>
#include <Veyeriss_6x6.h>
#include <verilated.h>

#include <stdexcept>

#include "rtl/eyeriss/eyeriss_model.h"
#include "rtl/waves.h"

namespace assay::rtl {

namespace {

template <class Model>
class Pins : public EyerissPins {
 public:
  Pins() : waves_(&context_), top_((context_.threads(1), &context_)) {
    context_.fatalOnError(false);
  }
  ~Pins() override {
    trace({});
    top_.final();
  }
  Pins(const Pins&) = delete;
  Pins& operator=(const Pins&) = delete;

  void trace(const std::string& fst) final { waves_.open(&top_, fst); }
  void reset() override {
    top_.rst = 1;
    top_.start = 0;
    top_.cfg_we = 0;
    clock({});
    top_.rst = 0;
  }
  void configure(std::uint32_t addr, std::uint32_t data) override {
    top_.cfg_we = 1;
    top_.cfg_addr = static_cast<SData>(addr);
    top_.cfg_data = data;
    clock({});
    top_.cfg_we = 0;
  }
  void start() override {
    top_.start = 1;
    clock({});
    top_.start = 0;
  }
  EyerissPorts ports() const override {
    EyerissPorts p;
    p.done = top_.done != 0;
    p.request = top_.mem_request != 0;
    p.write = top_.mem_write != 0;
    p.addr = top_.mem_addr;
    p.tag = top_.mem_tag;
    p.data = top_.mem_write_data;
    return p;
  }
  void clock(const EyerissResponse& response) override {
    top_.mem_response = response.valid ? 1 : 0;
    top_.mem_written = response.written ? 1 : 0;
    top_.mem_response_tag = response.tag;
    top_.mem_data = response.data;
    top_.clk = 0;
    eval();
    top_.clk = 1;
    eval();
    if (context_.gotError()) throw std::logic_error("an assertion of the hardware failed");
  }
  std::int64_t count(std::uint32_t event) override {
    top_.counter = static_cast<CData>(event);
    top_.eval();
    return static_cast<std::int64_t>(top_.counter_value);
  }

 private:
  void eval() {
    top_.eval();
    waves_.dump();
  }

  VerilatedContext context_;
  Waves waves_;
  Model top_;
};

template <class Model>
std::unique_ptr<Design> make(const std::string& name, const EyerissShape& shape) {
  return std::make_unique<EyerissModel>(name, shape, std::make_unique<Pins<Model>>());
}

}  // namespace

std::vector<std::string> eyeriss_configurations() {
  return {"eyeriss-4x5", "eyeriss-6x6", "eyeriss-12x14"};
}

std::unique_ptr<Design> make_eyeriss(const std::string& configuration) {
  // rows, columns, banks, rows of a bank, of the filter buffer, of the read-back FIFO, memory
  // latency
  if (configuration == "eyeriss-4x5")
    return make<Veyeriss_4x5>(configuration, {4, 5, 24, 64, 128, 64, 3});
  if (configuration == "eyeriss-6x6")
    return make<Veyeriss_6x6>(configuration, {6, 6, 20, 128, 256, 100, 1});
  if (configuration == "eyeriss-12x14")
    return make<Veyeriss_12x14>(configuration, {12, 14, 25, 512, 1024, 512, 8});
  return nullptr;
}

}  // namespace assay::rtl
