// SPDX-License-Identifier: Apache-2.0
// Accelerator files that the reader must refuse, each with its place and what was expected.
#include <boost/test/unit_test.hpp>

#include "core/accelerator.h"
#include "tests/malformed.h"

namespace {

using assay::test::check_malformed;
using assay::test::Malformed;

const std::string kValid = R"(schema: assay.accelerator/1
name: small
description: two buffers and a row of four
source: made up
clock_mhz: 100
technology: {node_nm: 65, supply_v: 1.0}
precision: {input_bits: 8, weight_bits: 8, psum_bits: 32, output_bits: 8}
padding: clipped
halo: slide
outputs: {first_visit: zero, accumulate: preload}
overflow: wrap
zero_gating: [mac, pad.W]
rtl: small-4
fpga: {part: some, dsp: 10, bram18: 20}
levels:
  - storage: dram
    off_chip: true
    keeps: {I: {}, W: {}, O: {}}
    ports:
      - {name: bus, bandwidth_bits_per_cycle: 19.2, serves: [I.read, W.read, O.read, O.write]}
  - storage: buffer
    capacity_bytes: 1024
    keeps: {I: {slots: 2}, O: {slots: 1}}
    unlimited: [O.drain]
    ports:
      - {name: in, bandwidth_bits_per_cycle: 64, latency_cycles: 3, serves: [I.fill, I.read]}
      - {name: out, bandwidth_bits_per_cycle: 64/3, serves: [O.write, O.read]}
  - array: x
    size: 4
    networks: {I: multicast, W: unicast, O: tree}
    hop_latency_cycles: {I: 1}
  - storage: pad
    keeps:
      W: {slots: 1, capacity_bytes: 16, fifo_bytes: 4,
          bram: {banks: 1, depth_words: 16, width_bits: 8}}
  - compute: mac
    initiation_interval_cycles: 1
    reads_per_mac: {I: 1, W: 1, O: 1}
    psum_writes_per_mac: 1
sources:
  - {key: clock_mhz, source: made up, confidence: none}
)";

const std::vector<Malformed> kCases{
    {"another schema",
     {{"assay.accelerator/1", "assay.mapping/1"}},
     {{"schema:", "schema", "= 'assay.mapping/1': expected 'assay.accelerator/1'"}}},
    {"a misspelt key",
     {{"clock_mhz: 100", "clock_mzh: 100"}},
     {{"schema:", "clock_mhz", "the key is missing"},
      {"clock_mzh", "clock_mzh", "unknown key; did you mean 'clock_mhz'?"}}},
    {"an optional key misspelt",
     {{"zero_gating:", "zero_gatting:"}},
     {{"zero_gatting", "zero_gatting", "did you mean 'zero_gating'?"}}},
    {"a clock of zero",
     {{"clock_mhz: 100", "clock_mhz: 0"}},
     {{"clock_mhz", "clock_mhz", "= '0': expected a number from 0.001 to 1e+06"}}},
    {"a clock that is no number",
     {{"clock_mhz: 100", "clock_mhz: .nan"}},
     {{"clock_mhz", "clock_mhz", "= '.nan': expected a number"}}},
    {"a clock with its unit",
     {{"clock_mhz: 100", "clock_mhz: 100 MHz"}},
     {{"clock_mhz", "clock_mhz", "= '100 MHz': expected a number"}}},
    {"a node of half a nanometre",
     {{"node_nm: 65", "node_nm: 0.5"}},
     {{"technology:", "technology.node_nm", "= '0.5': expected a whole number from 1 to 1000"}}},
    {"a supply of minus one volt",
     {{"supply_v: 1.0", "supply_v: -1"}},
     {{"technology:", "technology.supply_v", "= '-1': expected a number from 0.01"}}},
    {"more bits than a word has",
     {{"psum_bits: 32", "psum_bits: 65"}},
     {{"precision:", "precision.psum_bits", "= '65': expected a whole number from 1 to 64"}}},
    {"bits beyond 64-bit numbers",
     {{"psum_bits: 32", "psum_bits: 99999999999999999999"}},
     {{"precision:", "precision.psum_bits", "expected a whole number from 1 to 64"}}},
    {"a precision left out",
     {{", output_bits: 8", ""}},
     {{"precision:", "precision.output_bits", "the key is missing"}}},
    {"precision as a number",
     {{"precision: {input_bits: 8, weight_bits: 8, psum_bits: 32, output_bits: 8}",
       "precision: 8"}},
     {{"precision:", "precision", "= '8': expected a mapping"}}},
    {"a padding policy that does not exist",
     {{"padding: clipped", "padding: clip"}},
     {{"padding:", "padding",
       "= 'clip': expected 'clipped' or 'stored'; did you mean 'clipped'?"}}},
    {"a halo policy that does not exist",
     {{"halo: slide", "halo: slid"}},
     {{"halo:", "halo", "did you mean 'slide'?"}}},
    {"an accumulation that does not exist",
     {{"accumulate: preload", "accumulate: on-drain"}},
     {{"outputs:", "outputs.accumulate", "did you mean 'on_drain'?"}}},
    {"an overflow that does not exist",
     {{"overflow: wrap", "overflow: saturated"}},
     {{"overflow:", "overflow",
       "= 'saturated': expected 'wrap' or 'saturate'; did you mean 'saturate'?"}}},
    {"overflow without a value",
     {{"overflow: wrap", "overflow:"}},
     {{"overflow:", "overflow", "expected 'wrap' or 'saturate'"}}},
    {"overflow as a list",
     {{"overflow: wrap", "overflow: [wrap]"}},
     {{"overflow:", "overflow", "expected"}}},
    {"overflow twice",
     {{"overflow: wrap", "overflow: wrap\noverflow: saturate"}},
     {{"overflow: saturate", "overflow", "the key appears twice"}}},
    {"overflow misspelt",
     {{"overflow: wrap", "overfow: wrap"}},
     {{"overfow", "overfow", "unknown key; did you mean 'overflow'?"}}},
    {"hardware without a name", {{"rtl: small-4", "rtl:"}}, {{"rtl:", "rtl", "expected text"}}},
    {"hardware with a name that leaves its folder",
     {{"rtl: small-4", "rtl: ../small"}},
     {{"rtl:", "rtl", "= '../small': expected letters, digits, '_' and '-' only"}}},
    {"hardware as a list",
     {{"rtl: small-4", "rtl: [small-4]"}},
     {{"rtl:", "rtl", "expected text"}}},
    {"hardware misspelt",
     {{"rtl: small-4", "rtI: small-4"}},
     {{"rtI", "rtI", "unknown key; did you mean 'rtl'?"}}},
    {"hardware twice",
     {{"rtl: small-4", "rtl: small-4\nrtl: small-5"}},
     {{"rtl: small-5", "rtl", "the key appears twice"}}},
    {"gating of a level that does not exist",
     {{"[mac, pad.W]", "[mac, pda.W]"}},
     {{"zero_gating:", "zero_gating", "did you mean 'pad'?"}}},
    {"gating of an operand the level does not keep",
     {{"[mac, pad.W]", "[mac, pad.I]"}},
     {{"zero_gating:", "zero_gating",
       "= 'pad.I': expected the compute level's name, or a storage level and an operand it "
       "keeps"}}},
    {"gating of a whole storage",
     {{"[mac, pad.W]", "[pad]"}},
     {{"zero_gating:", "zero_gating", "= 'pad': expected"}}},
    {"an FPGA of minus one DSP",
     {{"dsp: 10", "dsp: -1"}},
     {{"fpga:", "fpga.dsp", "= '-1': expected a whole number of at least 0"}}},
    {"levels as a mapping",
     {{"levels:\n  - storage: dram", "levels:\n    storage: dram"},
      {"  - storage: buffer", "    x:"},
      {"  - array: x", "    y:"},
      {"  - storage: pad", "    z:"},
      {"  - compute: mac", "    m:"}},
     {{"levels:", "levels", "= '(a mapping)': expected a list of mappings"}}},
    {"a level of no kind",
     {{"- storage: pad", "- storge: pad"}, {"[mac, pad.W]", "[mac]"}},
     {{"- storge: pad", "levels[3]", "did you mean 'storage' instead of 'storge'?"}}},
    {"a level of two kinds",
     {{"- array: x", "- array: x\n    storage: both"}},
     {{"- array: x", "levels[2]",
       "expected exactly one of the keys 'storage', 'array' or 'compute'"}}},
    {"a level that is a word",
     {{"  - compute: mac", "  - pad\n  - compute: mac"}},
     {{"  - pad\n", "levels[4]", "= 'pad': expected a mapping"}}},
    {"an array axis that does not exist",
     {{"array: x", "array: z"}},
     {{"array: z", "levels[2].array", "= 'z': expected 'x' or 'y'"}}},
    {"an array of no lanes",
     {{"size: 4", "size: 0"}},
     {{"size: 0", "levels[2].size", "= '0': expected a whole number from 1"}}},
    {"a network for inputs that only outputs have",
     {{"I: multicast", "I: tree"}},
     {{"networks:", "levels[2].networks.I",
       "= 'tree': expected 'multicast', 'unicast' or 'forward'"}}},
    {"a network for outputs that only inputs have",
     {{"O: tree", "O: forward"}},
     {{"networks:", "levels[2].networks.O", "= 'forward': expected 'tree', 'chain' or 'none'"}}},
    {"a network for partial sums",
     {{"O: tree", "O: tree, P: tree"}},
     {{"networks:", "levels[2].networks.P", "unknown key"}}},
    {"a hop latency without a network",
     {{"{I: multicast, ", "{"}},
     {{"hop_latency_cycles", "levels[2].hop_latency_cycles.I",
       "the array names no network for it"}}},
    {"two arrays of one axis",
     {{"  - storage: pad",
       "  - array: x\n    size: 2\n    networks: {W: unicast}\n  - storage: pad"}},
     {{"  - array: x\n    size: 2", "levels", "= 'x': two levels have this name"}}},
    {"two levels of one name",
     {{"storage: pad", "storage: buffer"}, {"[mac, pad.W]", "[mac]"}},
     {{"  - storage: buffer\n    keeps:\n", "levels", "= 'buffer': two levels have this name"}}},
    {"a level's name with a dot",
     {{"storage: pad", "storage: pad.w"}, {"[mac, pad.W]", "[mac]"}},
     {{"storage: pad.w", "levels[3].storage", "expected letters, digits, '_' and '-' only"}}},
    {"a first level that does not keep weights",
     {{"{I: {}, W: {}, O: {}}", "{I: {}, O: {}}"}, {"W.read, ", ""}},
     {{"- storage: dram", "levels", "the first level must keep every operand; W is missing"}}},
    {"a first level that is an array",
     {{"levels:\n", "levels:\n  - array: y\n    size: 2\n    networks: {I: unicast}\n"}},
     {{"  - array: y", "levels", "the first level must be a storage"}}},
    {"no compute level",
     {{"  - compute: mac\n    initiation_interval_cycles: 1\n    reads_per_mac: {I: 1, W: 1, O: "
       "1}\n    psum_writes_per_mac: 1\n",
       ""},
      {"[mac, pad.W]", "[pad.W]"}},
     {{"- storage: pad", "levels", "the last level must be the compute level"}}},
    {"a compute level in the middle",
     {{"  - storage: pad",
       "  - compute: early\n    reads_per_mac: {I: 1, W: 1, O: 1}\n    psum_writes_per_mac: 1\n  - "
       "storage: pad"}},
     {{"- compute: early", "levels", "a compute level must be the last one"}}},
    {"an operand that does not exist",
     {{"keeps: {I: {slots: 2}, O", "keeps: {I: {slots: 2}, P: {}, O"}},
     {{"keeps: {I: {slots: 2}", "levels[1].keeps.P", "expected an operand: 'I', 'W' or 'O'"}}},
    {"a storage that keeps nothing",
     {{"keeps: {I: {slots: 2}, O: {slots: 1}}", "keeps: {}"},
      {"    unlimited: [O.drain]\n", ""},
      {"[I.fill, I.read]", "[]"},
      {"[O.write, O.read]", "[]"}},
     {{"keeps: {}", "levels[1].keeps", "expected at least one operand"}}},
    {"an operand kept twice",
     {{"I: {slots: 2}, O", "I: {slots: 2}, I: {slots: 3}, O"}},
     {{"keeps: {I: {slots: 2}", "levels[1].keeps.I", "the key appears twice"}}},
    {"no slots",
     {{"I: {slots: 2}", "I: {slots: 0}"}},
     {{"I: {slots: 0}", "levels[1].keeps.I.slots",
       "= '0': expected a whole number from 1 to 1000000"}}},
    {"a capacity of zero",
     {{"capacity_bytes: 1024", "capacity_bytes: 0"}},
     {{"capacity_bytes: 0", "levels[1].capacity_bytes",
       "= '0': expected a whole number of at least 1"}}},
    {"a capacity of a fraction",
     {{"capacity_bytes: 1024", "capacity_bytes: 1e3"}},
     {{"capacity_bytes: 1e3", "levels[1].capacity_bytes", "= '1e3': expected a whole number"}}},
    {"a negative FIFO",
     {{"fifo_bytes: 4", "fifo_bytes: -4"}},
     {{"fifo_bytes: -4", "levels[3].keeps.W.fifo_bytes",
       "= '-4': expected a whole number of at least 0"}}},
    {"a bank without its width",
     {{", width_bits: 8", ""}},
     {{"bram:", "levels[3].keeps.W.bram.width_bits", "the key is missing"}}},
    {"a port without bandwidth",
     {{"{name: bus, bandwidth_bits_per_cycle: 19.2, ", "{name: bus, "}},
     {{"name: bus", "levels[0].ports[0].bandwidth_bits_per_cycle", "the key is missing"}}},
    {"a port of zero bandwidth",
     {{"19.2", "0"}},
     {{"name: bus", "levels[0].ports[0].bandwidth_bits_per_cycle",
       "= '0': expected a positive number such as 64, 19.2 or 64/3"}}},
    {"a port of a bandwidth over zero",
     {{"64/3", "64/0"}},
     {{"name: out", "levels[1].ports[1].bandwidth_bits_per_cycle",
       "= '64/0': expected a positive number"}}},
    {"two ports of one name",
     {{"{name: out", "{name: in"}},
     {{"{name: in, bandwidth_bits_per_cycle: 64/3", "levels[1].ports[1].name",
       "two ports of one level have this name"}}},
    {"a port that serves what does not exist",
     {{"W.read, O.read, O.write]", "W.read, O.reed, O.write]"}},
     {{"name: bus", "levels[0].ports[0].serves",
       "= 'O.reed': expected an operand and a transfer"}}},
    {"a port that writes inputs",
     {{"[I.read, W.read", "[I.read, I.write, W.read"}},
     {{"name: bus", "levels[0].ports[0].serves",
       "= 'I.write': expected an operand and a transfer"}}},
    {"a port of an operand the level does not keep",
     {{"[I.fill, I.read]", "[I.fill, I.read, W.read]"}},
     {{"    ports:\n      - {name: in", "levels[1].ports",
       "= 'W.read': level 'buffer' does not keep W"}}},
    {"a transfer of two ports",
     {{"[O.write, O.read]", "[O.write, O.read, I.read]"}},
     {{"    ports:\n      - {name: in", "levels[1].ports",
       "= 'I.read': served by several ports; expected one"}}},
    {"a transfer of a port and of none",
     {{"[O.drain]", "[O.drain, O.read]"}},
     {{"unlimited:", "levels[1].unlimited", "= 'O.read': a port serves it"}}},
    {"no reads per MAC",
     {{"    reads_per_mac: {I: 1, W: 1, O: 1}\n", ""}},
     {{"- compute: mac", "levels[4].reads_per_mac", "the key is missing"}}},
    {"a source without its text",
     {{"source: made up, confidence: none", "confidence: none"}},
     {{"- {key: clock_mhz", "sources[0].source", "the key is missing"}}},
    {"errors in six places",
     {{"clock_mhz: 100", "clock_mhz: fast"},
      {"padding: clipped", "padding: none"},
      {"slots: 2", "slots: two"},
      {"array: x", "array: xy"},
      {"O: tree", "O: bush"},
      {"confidence: none", "confidance: none"}},
     {{"clock_mhz: fast", "clock_mhz", "= 'fast': expected a number"},
      {"padding: none", "padding", "= 'none': expected 'clipped' or 'stored'"},
      {"slots: two", "levels[1].keeps.I.slots", "= 'two': expected a whole number"},
      {"array: xy", "levels[2].array", "did you mean 'x'?"},
      {"O: bush", "levels[2].networks.O", "= 'bush': expected 'tree', 'chain' or 'none'"},
      {"confidance", "sources[0].confidence", "the key is missing"},
      {"confidance", "sources[0].confidance", "did you mean 'confidence'?"}}},
};

void read_file(const std::filesystem::path& file) { assay::read_accelerator(file); }

}  // namespace

BOOST_AUTO_TEST_SUITE(malformed_accelerator)

BOOST_AUTO_TEST_CASE(the_unedited_file_is_accepted) {
  BOOST_TEST(assay::test::errors_of(kValid, read_file).empty());
}

BOOST_AUTO_TEST_CASE(every_error_is_reported_with_its_place_and_expectation) {
  for (const Malformed& c : kCases) check_malformed(kValid, c, read_file);
}

BOOST_AUTO_TEST_CASE(overflow_is_read_and_has_no_default) {
  const auto overflow_of = [](const std::string& line) {
    std::string text = kValid;
    const std::string stated = "overflow: wrap\n";
    text.replace(text.find(stated), stated.size(), line);
    const assay::test::TemporaryFile file(text);
    return assay::read_accelerator(file.path()).overflow;
  };
  BOOST_TEST((overflow_of("overflow: wrap\n") == assay::Overflow::wrap));
  BOOST_TEST((overflow_of("overflow: saturate\n") == assay::Overflow::saturate));
  BOOST_TEST(!overflow_of("").has_value());
}

BOOST_AUTO_TEST_CASE(more_levels_or_ports_than_the_predictor_takes_are_refused) {
  std::string levels, ports;
  for (int i = 0; i < 12; ++i)
    levels += "  - storage: l" + std::to_string(i) + "\n    keeps: {I: {}}\n";
  for (int i = 0; i < 8; ++i)
    ports +=
        "      - {name: p" + std::to_string(i) + ", bandwidth_bits_per_cycle: 1, serves: []}\n";
  check_malformed(kValid,
                  {"17 levels",
                   {{"  - array: x\n", levels + "  - array: x\n"}},
                   {{"- compute: mac", "levels[16]", "expected at most 16 levels"}}},
                  read_file);
  check_malformed(kValid,
                  {"9 ports",
                   {{"      - {name: bus", ports + "      - {name: bus"}},
                   {{"{name: bus", "levels[0].ports[8]", "expected at most 8 ports"}}},
                  read_file);
}

BOOST_AUTO_TEST_SUITE_END()
