// SPDX-License-Identifier: Apache-2.0
// The row-stationary accelerator beside the simulator (counts, cycles) and the golden results.
#pragma once

#include <cstdint>
#include <ctime>
#include <map>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "tests/golden/golden.h"
#include "tests/rtl/eyeriss_fixture.h"
#include "tests/simulator/fresh_context.h"

namespace assay::eyeriss_test {

// Multiply-accumulates whose input is 0, padding included.
inline std::int64_t zero_macs(const Case& c) {
  const Layer& l = c.layer;
  const auto& z = l.size;
  // How many outputs an input row (or column) meets.
  const auto uses = [](std::int64_t out, std::int64_t filter, std::int64_t stride,
                       std::int64_t at) {
    std::int64_t n = 0;
    for (std::int64_t k = 0; k < filter; ++k)
      n += (at - k) % stride == 0 && at >= k && (at - k) / stride < out ? 1 : 0;
    return n;
  };
  std::int64_t not_zero = 0;
  std::size_t k = 0;
  for (std::int64_t plane = 0; plane < z[Dim::N] * z[Dim::G] * z[Dim::C]; ++plane)
    for (std::int64_t h = 0; h < l.input_h; ++h)
      for (std::int64_t w = 0; w < l.input_w; ++w, ++k)
        if (c.data.input[k] != 0)
          not_zero += uses(z[Dim::P], z[Dim::R], l.stride_h, h + l.pad_top) *
                      uses(z[Dim::Q], z[Dim::S], l.stride_w, w + l.pad_left);
  return points(l) - not_zero * z[Dim::M];
}

// Where hardware, simulator and golden results differ; empty when nowhere.
struct Outcome {
  std::string differences;
  bool counts = false, cycles = false, output = false;  // which of them differ
  std::int64_t finish = 0, macs = 0, gated = 0;
  double seconds = 0;  // of the processor, for the hardware
};

inline Outcome compare(rtl::EyerissModel& design, const Accelerator& accelerator, const Case& c,
                       int bug = 0) {
  Outcome outcome;
  std::ostringstream text;
  rtl::RunOptions options;
  options.seeded_bug = bug;
  const std::clock_t before = std::clock();
  const rtl::RunResult hardware = design.run(c.layer, c.mapping, c.data, options);
  outcome.seconds = static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC;

  const simulator::FreshContext context;
  simulator::Machine machine(accelerator);
  simulator::RunOptions timed;
  timed.off_chip_timed = true;
  const simulator::RunResult expected = machine.run(c.layer, c.mapping, timed);
  outcome.finish = expected.finish;
  outcome.macs = expected.macs;
  outcome.gated = design.gated_macs();
  if (hardware.cycles != expected.finish) {
    outcome.cycles = true;
    text << "  cycles: " << hardware.cycles << ", simulator " << expected.finish << '\n';
  }
  if (outcome.gated != zero_macs(c)) {
    outcome.counts = true;
    text << "  gated: " << outcome.gated << ", zero inputs " << zero_macs(c) << '\n';
  }
  std::map<CountKey, std::pair<std::int64_t, std::int64_t>> counts;
  for (const auto& [key, n] : hardware.counts) counts[key].first = n;
  for (const auto& [key, n] : expected.counts) counts[key].second = n;
  for (const auto& [key, n] : counts)
    if (n.first != n.second) {
      outcome.counts = true;
      text << "  " << key.component << ' ' << key.operand << ' ' << key.action << ": " << n.first
           << ", simulator " << n.second << '\n';
    }
  const std::vector<std::int32_t> golden =
      golden::convolution(c.layer, accelerator, c.data.input, c.data.weights);
  for (std::size_t k = 0; k < golden.size() && !outcome.output; ++k)
    if (k >= hardware.output.size() || hardware.output[k] != golden[k]) {
      outcome.output = true;
      text << "  output " << k << ": " << (k < hardware.output.size() ? hardware.output[k] : -1)
           << ", golden " << golden[k] << '\n';
    }
  outcome.differences = text.str();
  return outcome;
}

}  // namespace assay::eyeriss_test
