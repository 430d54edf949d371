// SPDX-License-Identifier: Apache-2.0
// Runs random layers on a netlist of the tiled accelerator and on its RTL side by side: the ports
// must agree in every cycle, and outputs with the golden convolution. A netlist that fails has no
// figures worth reading. Argument: number of layers (default 20).
#include <Vtiled_4x3.h>
#include <Vtiled_netlist.h>

#include <cstdio>
#include <cstdlib>
#include <stdexcept>

#include "rtl/tiled/tiled_pins.h"
#include "tests/rtl/tiled_fixture.h"

int sc_main(int, char**);
int sc_main(int, char**) { return 0; }

namespace assay {
namespace {

class Twins : public rtl::TiledPins {
 public:
  void reset() override {
    rtl_.reset();
    netlist_.reset();
  }
  void configure(std::uint32_t addr, std::uint32_t data) override {
    rtl_.configure(addr, data);
    netlist_.configure(addr, data);
  }
  void start() override {
    rtl_.start();
    netlist_.start();
  }
  rtl::TiledPorts ports() const override {
    const rtl::TiledPorts a = rtl_.ports();
    const rtl::TiledPorts b = netlist_.ports();
    bool equal = a.done == b.done && a.request == b.request && a.write == b.write;
    if (a.request)
      equal = equal && a.request_weights == b.request_weights && a.request_addr == b.request_addr &&
              a.request_words == b.request_words;
    if (a.write)
      equal = equal && a.write_addr == b.write_addr && a.write_words == b.write_words &&
              a.write_data == b.write_data;
    if (!equal) throw std::runtime_error("the netlist's ports differ from the RTL's");
    return a;
  }
  void clock(const rtl::TiledRead& read) override {
    rtl_.clock(read);
    netlist_.clock(read);
  }
  std::int64_t count(std::uint32_t event) override { return rtl_.count(event); }

 private:
  rtl::VerilatedPins<Vtiled_4x3> rtl_;
  rtl::VerilatedPins<Vtiled_netlist> netlist_;
};

int run(long layers) {
  rtl::TiledModel model("tiled-4x3 and its netlist", {4, 3, 16, 32, 1, 1, 256, 25, 36, 5},
                        std::make_unique<Twins>());
  const Accelerator accelerator = model.description();
  long done = 0;
  std::int64_t cycles = 0;
  for (std::uint64_t seed = 1; done < layers; ++seed) {
    const tiled_test::Case c = tiled_test::random_case(model.shape(), accelerator, seed);
    if (!model.check(c.layer, c.mapping).empty()) continue;
    const rtl::RunResult result = model.run(c.layer, c.mapping, c.data, {});
    if (result.output != golden::convolution(c.layer, accelerator, c.data.input, c.data.weights))
      throw std::runtime_error("outputs differ from the golden convolution: seed " +
                               std::to_string(seed));
    ++done;
    cycles += result.cycles;
  }
  std::printf("%ld layers, %lld cycles: netlist, RTL and golden outputs agree\n", done,
              static_cast<long long>(cycles));
  return 0;
}

}  // namespace
}  // namespace assay

int main(int argc, char** argv) {
  try {
    return assay::run(argc > 1 ? std::strtol(argv[1], nullptr, 10) : 20);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
  }
}
