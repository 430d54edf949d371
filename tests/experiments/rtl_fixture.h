// SPDX-License-Identifier: Apache-2.0
// A chip and hardware that is none: counts, times and outputs of the oracles, so that the level's
// plumbing is tested without Verilator.
#pragma once

#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "experiments/rtl_run.h"
#include "tests/files.h"
#include "tests/golden/golden.h"
#include "tests/oracle/events.h"
#include "tests/oracle/walk.h"

namespace assay::test {

namespace fs = std::filesystem;

inline const std::string kFakeAccelerator = R"(schema: assay.accelerator/1
name: fake
description: four lanes under a buffer
source: made up
clock_mhz: 100
technology: {node_nm: 65, supply_v: 1.0}
precision: {input_bits: 8, weight_bits: 8, psum_bits: 24, output_bits: 24}
padding: stored
halo: reload
outputs: {first_visit: zero, accumulate: preload}
overflow: wrap
rtl: fake-4
levels:
  - storage: dram
    off_chip: true
    keeps: {I: {}, W: {}, O: {}}
    ports:
      - {name: read, bandwidth_bits_per_cycle: 16, latency_cycles: 5, serves: [I.read, W.read]}
      - {name: write, bandwidth_bits_per_cycle: 24, serves: [O.write]}
  - storage: buf
    keeps:
      I: {slots: 2, capacity_bytes: 4096}
      W: {slots: 2, capacity_bytes: 4096}
      O: {slots: 2, capacity_bytes: 4096, bram: {banks: 4, depth_words: 16, width_bits: 24}}
  - array: x
    size: 4
    networks: {I: multicast, W: unicast, O: none}
  - compute: mac
    step_overhead_cycles: 3
    reads_per_mac: {I: 1, W: 1, O: 1}
    psum_writes_per_mac: 1
)";

inline const std::string kFakeWorkload = R"(schema: assay.workload/1
name: net
description: three layers
source: made up
layers:
  - {name: c1, kind: conv, input: {channels: 2, height: 8, width: 8}, filters: 8, kernel: 3}
  - {name: c2, kind: conv, input: {channels: 8, height: 6, width: 6}, filters: 4, kernel: 3, repeat: 2}
  - {name: f3, kind: fc, inputs: 16, outputs: 10}
)";

inline const std::string kFakeMapping = R"(schema: assay.mapping/1
name: fake-net
accelerator: fake
workload: net
source: made up
any_layer:
  - for M: rest
  - hold buf: O
  - for C: rest
  - hold buf: I, W
  - for R: rest
  - for S: rest
  - for P: rest
  - for Q: rest
  - par x M: max 4
)";

class FakeDesign : public rtl::Design {
 public:
  explicit FakeDesign(Accelerator self) : self_(std::move(self)) {}

  Diagnostics check(const Layer& layer, const Mapping&) const override {
    if (layer.name != refused) return {};
    return {{"", 7, "R", std::to_string(layer.size[Dim::R]), "expected something else"}};
  }
  rtl::RunResult run(const Layer& layer, const Mapping& mapping, const rtl::LayerData& data,
                     const rtl::RunOptions& options) override {
    if (layer.name == broken) throw std::logic_error("an assertion of the hardware failed");
    while (layer.name == endless) ::pause();
    rtl::RunResult r;
    if (options.progress) options.progress(1);
    r.cycles = oracle::evaluate(layer, self_, mapping, true).finish;
    r.counts = oracle::walk(layer, self_, mapping);
    r.output = golden::convolution(layer, self_, data.input, data.weights);
    if (spoil) spoil(&r);
    if (!options.fst.empty()) std::ofstream(options.fst) << "waves";
    return r;
  }
  Accelerator description() const override { return self_; }
  bool has_waveforms() const override { return traces; }

  std::string refused, broken, endless;  // layers
  bool traces = true;
  std::function<void(rtl::RunResult*)> spoil;

 private:
  Accelerator self_;
};

// The files, gone at the end of the test, and options that run them.
class FakeChip {
 public:
  FakeChip() {
    write("accelerator.yaml", kFakeAccelerator);
    write("net.yaml", kFakeWorkload);
    write("mapping.yaml", kFakeMapping);
  }
  fs::path at(const std::string& name) const { return folder_ / name; }
  void write(const std::string& name, const std::string& text) const { folder_.write(name, text); }

  // adjust: what is wrong with the hardware.
  RtlOptions options(const std::function<void(FakeDesign*)>& adjust = {}) const {
    RtlOptions o;
    o.input.accelerator = at("accelerator.yaml");
    o.input.workload = at("net.yaml");
    o.input.mapping = at("mapping.yaml");
    o.jobs = 2;
    const Accelerator self = read_accelerator(at("accelerator.yaml"));
    o.make_design = [self, adjust](const std::string& name) -> std::unique_ptr<rtl::Design> {
      if (name != "fake-4") return nullptr;
      auto design = std::make_unique<FakeDesign>(self);
      if (adjust) adjust(design.get());
      return design;
    };
    return o;
  }

 private:
  TemporaryFolder folder_;
};

}  // namespace assay::test
