// SPDX-License-Identifier: Apache-2.0
// assay rtl: small hardware beside the simulator, where it is built; a word where it is not.
#include <nlohmann/json.hpp>

#include "sandbox.h"

namespace {

using namespace assay::test;
using Json = nlohmann::json;

// Configuration tiled-4x3 (rtl/tiled), as its file should say it.
const std::string kAccelerator = R"(schema: assay.accelerator/1
name: small
description: rtl/tiled, 4x3
source: this RTL
clock_mhz: 100
technology: {node_nm: 28, supply_v: 1.0}
precision: {input_bits: 16, weight_bits: 16, psum_bits: 32, output_bits: 32}
padding: stored
halo: reload
outputs: {first_visit: zero, accumulate: preload}
overflow: wrap
rtl: tiled-4x3
levels:
  - storage: dram
    off_chip: true
    keeps: {I: {}, W: {}, O: {}}
    ports:
      - {name: read, bandwidth_bits_per_cycle: 16, latency_cycles: 6, serves: [I.read, W.read]}
      - {name: write, bandwidth_bits_per_cycle: 32, latency_cycles: 2, serves: [O.write]}
  - storage: buf
    keeps:
      I: {slots: 2, capacity_bytes: 3072, bram: {banks: 3, depth_words: 256, width_bits: 16}}
      W: {slots: 2, capacity_bytes: 1200, bram: {banks: 12, depth_words: 25, width_bits: 16}}
      O: {slots: 2, capacity_bytes: 1152, bram: {banks: 4, depth_words: 36, width_bits: 32}}
  - array: y
    size: 3
    networks: {I: unicast, W: unicast, O: tree}
  - array: x
    size: 4
    networks: {I: multicast, W: unicast, O: none}
  - compute: mac
    step_overhead_cycles: 7
    reads_per_mac: {I: 1, W: 1, O: 1}
    psum_writes_per_mac: 1
    dsp_per_mac: 1
)";

const std::string kWorkload = R"(schema: assay.workload/1
name: net
description: two layers
source: made up
layers:
  - {name: c1, kind: conv, input: {channels: 4, height: 8, width: 8}, filters: 6, kernel: 3, padding: 1}
  - {name: f2, kind: fc, inputs: 20, outputs: 10}
)";

const std::string kMapping = R"(schema: assay.mapping/1
name: small-net
accelerator: small
workload: net
source: made up
any_layer:
  - for N: rest
  - for M: rest
  - for P: rest
  - for Q: rest
  - hold buf: O
  - for C: rest
  - hold buf: I, W
  - for R: rest
  - for S: rest
  - for P: max 4
  - for Q: max 4
  - par x M: max 4
  - par y C: max 3
)";

// A chip whose other files are for another accelerator, so that only the right ones run.
void write_chip(const Sandbox& box) {
  fs::create_directory(box.folder() / "small");
  box.write("net.yaml", kWorkload);
  box.write("small/accelerator.yaml", edited(kAccelerator, "rtl: tiled-4x3\n", ""));
  box.write("small/net.yaml", edited(kMapping, "max 4", "max 2"));
  box.write("small/accelerator-rtl.yaml", kAccelerator);
  box.write("small/net-rtl.yaml", kMapping);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(rtl_cli)

#ifndef ASSAY_WITH_RTL

BOOST_AUTO_TEST_CASE(without_verilator_the_command_says_so_and_does_nothing) {
  const Sandbox box;
  write_chip(box);
  refuses(box, "rtl small net.yaml --out r.json", {"rtl: skipped (Verilator not found)\n"});
}

#else

BOOST_AUTO_TEST_CASE(check_finds_the_hardware_equal_to_the_simulator) {
  const Sandbox box;
  write_chip(box);
  const Result r = box.run("rtl small net.yaml --check --out r.json");
  BOOST_TEST(r.code == 0, r.err);
  BOOST_TEST(r.err.empty(), r.err);
  for (const char* part : {"c1  equal\n", "f2  equal\n", "in 2 of 2 layers\n", "total util. %"})
    BOOST_TEST(contains(r.out, part), part);
  BOOST_TEST(box.files().size() == 7U);  // no journal left
  const Result simulated = box.run(
      "simulate small net.yaml --accelerator accelerator-rtl.yaml --mapping net-rtl.yaml --json");
  const Json hardware = Json::parse(content(box.folder() / "r.json")).at("records");
  const Json same = Json::parse(simulated.out).at("records");
  BOOST_REQUIRE(hardware.size() == 2U);
  for (std::size_t i = 0; i < 2; ++i) {
    BOOST_TEST(hardware[i].at("level") == "rtl");
    BOOST_TEST(hardware[i].at("counts") == same[i].at("counts"));
    BOOST_TEST(hardware[i].at("values").at("total_cycles") ==
               same[i].at("values").at("total_cycles"));
    BOOST_TEST(hardware[i].at("notes").at("output") == same[i].at("notes").at("output"));
    BOOST_TEST(hardware[i].at("notes").at("hardware") == "tiled-4x3");
    BOOST_TEST(contains(hardware[i].at("provenance").at("tool").get<std::string>(), "(Verilator "));
  }
}

BOOST_AUTO_TEST_CASE(json_has_records_only_and_the_checks_are_beside_it) {
  const Sandbox box;
  write_chip(box);
  const Result r = box.run("rtl small net.yaml --layers c1 --seed 3 --json --check");
  BOOST_TEST(r.code == 0, r.err);
  BOOST_TEST(contains(r.err, "c1  equal\n"), r.err);
  const Json records = Json::parse(r.out).at("records");
  BOOST_REQUIRE(records.size() == 1U);
  BOOST_TEST(records[0].at("notes").at("data") == "random, seed 3");
  BOOST_TEST(records[0].at("notes").at("simulator") == "equal");
}

BOOST_AUTO_TEST_CASE(what_the_hardware_is_not_or_cannot_is_refused) {
  const Sandbox box;
  write_chip(box);
  refuses(box, "rtl small net.yaml --accelerator accelerator.yaml",
          {"small/accelerator.yaml: rtl: the key is missing; expected hardware that is built: ",
           "'tiled-4x3'", "1 error\n"});
  box.write("small/a.yaml",
            edited(edited(kAccelerator, "size: 3", "size: 4"), "_cycles: 7", "_cycles: 8"));
  refuses(box, "rtl small net.yaml --accelerator a.yaml",
          {"small/a.yaml:25: y.size = '4': hardware 'tiled-4x3' has 3",
           "mac.step_overhead_cycles = '8': hardware 'tiled-4x3' has 7", "2 errors\n"});
  box.write("small/a.yaml", edited(kAccelerator, "tiled-4x3\n", "tiled-4x4\n"));
  refuses(box, "rtl small net.yaml --accelerator a.yaml",
          {"rtl = 'tiled-4x4': expected hardware that is built: ", "did you mean 'tiled-4x3'?"});
  box.write("m.yaml", edited(kMapping, "  - hold buf: I, W\n  - for R: rest\n",
                             "  - for R: rest\n  - hold buf: I, W\n"));
  refuses(box, "rtl small net.yaml --mapping m.yaml", {"m.yaml"});
  refuses(box, "rtl small net.yaml --fst w.fst", {"fst: needs a single layer, not 2"});
}

BOOST_AUTO_TEST_CASE(a_waveform_is_written_or_refused_before_anything_runs) {
  const Sandbox box;
  write_chip(box);
  const std::string command = "rtl small net.yaml --layers c1 --fst w.fst";
#ifdef ASSAY_WITH_WAVES
  const Result r = box.run(command);
  BOOST_TEST(r.code == 0, r.err);
  BOOST_TEST(std::filesystem::file_size(box.folder() / "w.fst") > 1000U);
#else
  refuses(box, command,
          {"fst = 'w.fst': hardware 'tiled-4x3' is built without waveforms; expected a program "
           "built with -DASSAY_RTL_TRACE=ON",
           "1 error\n"});
#endif
}

#endif

BOOST_AUTO_TEST_SUITE_END()
