// SPDX-License-Identifier: Apache-2.0
// Runs random layers on a netlist of the tiled accelerator and on its RTL side by side: the ports
// must agree in every cycle, and outputs with the golden convolution. A netlist that fails has no
// figures worth reading. Arguments: LAYERS NAME=VALUE... with the parameters of tiled.sv.
#include "tests/netlist/resimulate_tiled.h"

#include "tests/netlist/twins.h"
#include "tests/rtl/tiled_fixture.h"

int sc_main(int, char**);
int sc_main(int, char**) { return 0; }

namespace assay::netlist {
namespace {

class Twins : public TwinPins<rtl::TiledPins, rtl::TiledRead> {
 public:
  Twins() : TwinPins(tiled_rtl(), tiled_netlist()) {}

  rtl::TiledPorts ports() const override {
    const rtl::TiledPorts a = rtl().ports();
    const rtl::TiledPorts b = netlist().ports();
    same("done", a.done, b.done);
    same("rd_req", a.request, b.request);
    same("wr_valid", a.write, b.write);
    if (a.request) {
      same("rd_weights", a.request_weights, b.request_weights);
      same("rd_addr", a.request_addr, b.request_addr);
      same("rd_words", a.request_words, b.request_words);
    }
    if (a.write) {
      same("wr_addr", a.write_addr, b.write_addr);
      same("wr_words", a.write_words, b.write_words);
      same("wr_data", a.write_data, b.write_data);
    }
    return a;
  }
};

int run(const Arguments& a) {
  constexpr std::int64_t kMemoryLatency = 5;
  rtl::TiledModel model("tiled and its netlist",
                        {a["TM"], a["TN"], a["DATA"], a["ACC"], a["READ_WORDS"], a["WRITE_WORDS"],
                         a["I_DEPTH"], a["W_DEPTH"], a["O_DEPTH"], kMemoryLatency},
                        std::make_unique<Twins>());
  const Accelerator accelerator = model.description();
  return resimulate(a, [&](std::uint64_t seed, std::int64_t* cycles) {
    const tiled_test::Case c = tiled_test::random_case(model.shape(), accelerator, seed);
    return run_case(model, c, seed, cycles);
  });
}

}  // namespace
}  // namespace assay::netlist

int main(int argc, char** argv) { return assay::netlist::program(argc, argv, assay::netlist::run); }
