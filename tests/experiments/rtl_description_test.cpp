// SPDX-License-Identifier: Apache-2.0
// An accelerator file held against hardware: every key that decides counts, values or cycles.
#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "rtl/description.h"
#include "rtl_fixture.h"
#include "tests/files.h"
#include "tests/malformed.h"

using namespace assay;

namespace {

struct Difference {
  std::string from, to;  // edit of the file
  std::string says;      // the only error, after the file's name
};

std::string edited(const std::string& from, const std::string& to) {
  return test::edited(test::kFakeAccelerator, from, to);
}

Accelerator read(const std::string& text) {
  const test::TemporaryFile file(text);
  return read_accelerator(file.path());
}

// Without the file's name.
std::vector<std::string> differences(const std::string& text) {
  std::vector<std::string> all;
  for (Diagnostic& d :
       rtl::compare_description(read(text), read(test::kFakeAccelerator), "fake-4")) {
    d.file.clear();
    d.line = 0;
    all.push_back(to_string(d));
  }
  return all;
}

const std::vector<Difference> kDifferences{
    {"input_bits: 8", "input_bits: 16", "precision.input_bits = '16': hardware 'fake-4' has 8"},
    {"weight_bits: 8", "weight_bits: 4", "precision.weight_bits = '4'"},
    {"psum_bits: 24", "psum_bits: 32", "precision.psum_bits = '32'"},
    {"output_bits: 24", "output_bits: 8", "precision.output_bits = '8'"},
    {"padding: stored", "padding: clipped", "padding = 'clipped': hardware 'fake-4' has stored"},
    {"halo: reload", "halo: slide", "halo = 'slide': hardware 'fake-4' has reload"},
    {"first_visit: zero", "first_visit: read", "outputs.first_visit = 'read'"},
    {"accumulate: preload", "accumulate: on_drain", "outputs.accumulate = 'on_drain'"},
    {"overflow: wrap", "overflow: saturate", "overflow = 'saturate': hardware 'fake-4' has wrap"},
    {"overflow: wrap\n", "", "overflow = 'not stated': hardware 'fake-4' has wrap"},
    {"    off_chip: true\n", "", "dram.off_chip = 'false': hardware 'fake-4' has true"},
    {"    keeps:\n      I", "    capacity_bytes: 9\n    keeps:\n      I",
     "buf.capacity_bytes = '9': hardware 'fake-4' has unbounded"},
    {"I: {slots: 2", "I: {slots: 1", "buf.keeps.I.slots = '1': hardware 'fake-4' has 2"},
    {"W: {slots: 2, capacity_bytes: 4096}", "W: {slots: 2}",
     "buf.keeps.W.capacity_bytes = 'shared': hardware 'fake-4' has 4096"},
    {"W: {slots: 2,", "W: {slots: 2, fifo_bytes: 4,", "buf.keeps.W.fifo_bytes = '4'"},
    {"      W: {slots: 2, capacity_bytes: 4096}\n", "", "buf.keeps.W = 'not kept'"},
    {"banks: 4", "banks: 8",
     "buf.keeps.O.bram = '{banks: 8, depth_words: 16, width_bits: 24}': hardware 'fake-4' has "
     "{banks: 4, depth_words: 16, width_bits: 24}"},
    {"bandwidth_bits_per_cycle: 16,", "bandwidth_bits_per_cycle: 19.2,",
     "dram.ports.read.bandwidth_bits_per_cycle = '96/5': hardware 'fake-4' has 16"},
    {"latency_cycles: 5", "latency_cycles: 6", "dram.ports.read.latency_cycles = '6'"},
    {"serves: [I.read, W.read]", "serves: [I.read, W.read, O.read]",
     "dram.ports.read.serves = 'I.read, W.read, O.read': hardware 'fake-4' has I.read, W.read"},
    {"  - array: x", "    unlimited: [O.write]\n  - array: x",
     "buf.unlimited = 'O.write': hardware 'fake-4' has nothing"},
    {"  - array: x",
     "    ports: [{name: new, bandwidth_bits_per_cycle: 1, serves: [O.write]}]\n  - array: x",
     "buf.ports.new = 'a port': hardware 'fake-4' has none"},
    {"      - {name: write, bandwidth_bits_per_cycle: 24, serves: [O.write]}\n", "",
     "dram.ports.write = 'none': hardware 'fake-4' has a port"},
    {"size: 4", "size: 5", "x.size = '5': hardware 'fake-4' has 4"},
    {"I: multicast", "I: forward", "x.networks.I = 'forward': hardware 'fake-4' has multicast"},
    {", O: none", "", "x.networks.O = 'absent': hardware 'fake-4' has none"},
    {"    size: 4", "    size: 4\n    hop_latency_cycles: {I: 1}", "x.hop_latency_cycles.I = '1'"},
    {"    step_overhead_cycles: 3\n", "",
     "mac.step_overhead_cycles = '0': hardware 'fake-4' has 3"},
    {"compute: mac", "compute: mac\n    initiation_interval_cycles: 2",
     "mac.initiation_interval_cycles = '2'"},
    {"compute: mac", "compute: mac\n    per_psum_cycles: 1", "mac.per_psum_cycles = '1'"},
    {"compute: mac", "compute: mac\n    per_new_input_cycles: 1", "mac.per_new_input_cycles = '1'"},
    {"reads_per_mac: {I: 1", "reads_per_mac: {I: 2", "mac.reads_per_mac.I = '2'"},
    {"psum_writes_per_mac: 1", "psum_writes_per_mac: 0", "mac.psum_writes_per_mac = '0'"},
    {"compute: mac", "compute: mac\n    dsp_per_mac: 1", "mac.dsp_per_mac = '1'"},
    {"compute: mac", "compute: pe",
     "levels = 'dram, buf, x, pe': hardware 'fake-4' has dram, buf, x, mac"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(rtl_description)

BOOST_AUTO_TEST_CASE(the_same_description_has_no_differences) {
  BOOST_TEST(differences(test::kFakeAccelerator).empty());
}

BOOST_AUTO_TEST_CASE(every_key_that_differs_is_an_error_with_both_values) {
  for (const Difference& d : kDifferences) BOOST_TEST_CONTEXT(d.from << " -> " << d.to) {
      const std::vector<std::string> found = differences(edited(d.from, d.to));
      BOOST_TEST(found.size() == 1U);
      for (const std::string& text : found) BOOST_TEST(text.rfind(d.says, 0) == 0U, text);
    }
}

BOOST_AUTO_TEST_CASE(several_differences_are_told_at_once) {
  std::string text = edited("size: 4", "size: 5");
  text.replace(text.find("latency_cycles: 5"), 17, "latency_cycles: 9");
  BOOST_TEST(differences(text).size() == 2U);
}

BOOST_AUTO_TEST_CASE(what_the_hardware_cannot_know_may_differ) {
  for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{
           {"name: fake", "name: other"},
           {"description: four", "description: 4"},
           {"clock_mhz: 100", "clock_mhz: 200"},
           {"node_nm: 65", "node_nm: 28"},
           {"overflow: wrap", "overflow: wrap\nzero_gating: [mac]"},
           {"overflow: wrap", "overflow: wrap\nfpga: {part: some, dsp: 1, bram18: 1}"}})
    BOOST_TEST(differences(edited(from, to)).empty(), from);
}

BOOST_AUTO_TEST_SUITE_END()
