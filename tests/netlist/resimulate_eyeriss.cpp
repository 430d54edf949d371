// SPDX-License-Identifier: Apache-2.0
// Runs random layers on a netlist of the row-stationary accelerator and on its RTL side by side:
// the ports must agree in every cycle, and outputs with the golden convolution. A netlist that
// fails has no figures worth reading. Arguments: LAYERS NAME=VALUE... with the parameters of
// eyeriss.sv.
#include "tests/netlist/resimulate_eyeriss.h"

#include <algorithm>
#include <random>

#include "tests/netlist/twins.h"
#include "tests/rtl/eyeriss_fixture.h"

int sc_main(int, char**);
int sc_main(int, char**) { return 0; }

namespace assay::netlist {
namespace {

class Twins : public TwinPins<rtl::EyerissPins, rtl::EyerissResponse> {
 public:
  Twins() : TwinPins(eyeriss_rtl(), eyeriss_netlist()) {}

  rtl::EyerissPorts ports() const override {
    const rtl::EyerissPorts a = rtl().ports();
    const rtl::EyerissPorts b = netlist().ports();
    same("done", a.done, b.done);
    same("mem_request", a.request, b.request);
    if (a.request) {
      same("mem_write", a.write, b.write);
      same("mem_addr", a.addr, b.addr);
      same("mem_tag", a.tag, b.tag);
      if (a.write) same("mem_write_data", a.data, b.data);
    }
    return a;
  }
};

// Plans of a few passes that fill most of the array; most fit the buffers.
eyeriss_test::Case random_case(const rtl::EyerissShape& shape, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  const auto pick = [&random](std::int64_t low, std::int64_t high) {
    return high <= low ? low
                       : low + static_cast<std::int64_t>(
                                   random() % static_cast<std::uint64_t>(high - low + 1));
  };
  rtl::EyerissPlan p;
  p.r = pick(1, std::min<std::int64_t>(shape.rows, 5));
  p.y_c = pick(1, shape.rows / p.r);
  (pick(0, 1) == 0 ? p.y_m : p.y_p) = shape.rows / (p.r * p.y_c);
  p.x_p = pick(1, shape.cols);
  p.x_m = shape.cols / p.x_p;
  p.s = pick(1, 5);
  p.c = pick(1, std::min<std::int64_t>(3, 12 / p.s));
  p.m = pick(1, std::min<std::int64_t>(6, 224 / (p.c * p.s)));
  p.q = pick(2, 5);
  p.images = pick(0, 2) == 0 ? 2 : 1;
  p.m_passes = pick(0, 2) == 0 ? 2 : 1;
  p.c_passes = pick(1, 3);
  const std::int64_t stride = pick(1, 3);
  p.strips = p.c_passes == 1 && p.r > stride ? 1 : pick(1, 2);
  eyeriss_test::Remainders less;
  if (p.c_passes > 1) less.c = pick(0, p.c_pass() - 1);
  if (p.strips > 1) less.p = pick(0, p.strip() - 1);
  if (p.m_passes > 1) less.m = pick(0, p.m_in() - 1);
  return eyeriss_test::case_of(p, less, stride, pick(0, 2) == 0 && p.s > 2 && p.r > 2 ? 1 : 0,
                               seed);
}

int run(const Arguments& a) {
  constexpr std::int64_t kMemoryLatency = 3;
  constexpr std::int64_t kMostWords = 20000;  // in memory; one is moved per cycle
  rtl::EyerissModel model("eyeriss and its netlist",
                          {a["ROWS"], a["COLS"], a["GLB_BANKS"], a["BANK_ROWS"], a["FILTER_ROWS"],
                           a["JOIN_ROWS"], kMemoryLatency},
                          std::make_unique<Twins>());
  return resimulate(a, [&](std::uint64_t seed, std::int64_t* cycles) {
    const eyeriss_test::Case c = random_case(model.shape(), seed);
    return rtl::memory_of(c.layer).end <= kMostWords && run_case(model, c, seed, cycles);
  });
}

}  // namespace
}  // namespace assay::netlist

int main(int argc, char** argv) { return assay::netlist::program(argc, argv, assay::netlist::run); }
