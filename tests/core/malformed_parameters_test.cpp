// SPDX-License-Identifier: Apache-2.0
// Parameter files that the reader must refuse, each with its place and what was expected.
#include <boost/test/unit_test.hpp>

#include "core/parameters.h"
#include "tests/malformed.h"

namespace {

using assay::test::check_malformed;
using assay::test::Malformed;

const std::string kValid = R"(schema: assay.parameters/1
name: made-up
chip: small
energy:
  - {component: dram, action: read, energy_pj: 512, per_bits: 64, source: a, confidence: b}
  - {component: pad, action: read, operand: W, energy_pj: 2, gated_energy_pj: 0.1,
     source: a, confidence: b}
  - {component: mac, action: mac, energy_pj: 3.5, source: a, confidence: b}
power:
  - {name: leakage, power_mw: 12, source: a, confidence: b}
area:
  - {component: pad, area_mm2: 0.5, source: a, confidence: b}
activity:
  - {workload: net, layer: conv1, input_zero_fraction: 0.25, source: a, confidence: b}
machine:
  - {key: dram.link.latency_cycles, value: 3, source: a, confidence: b}
  - {key: clock_mhz, scale: 0.9, source: a, confidence: b}
fit: {anything: [1, 2], that: a fit keeps}
)";

const std::vector<Malformed> kCases{
    {"no schema",
     {{"schema: assay.parameters/1\n", ""}},
     {{"name: made-up", "schema", "the key is missing; expected 'assay.parameters/1'"}}},
    {"no chip", {{"chip: small\n", ""}}, {{"schema:", "chip", "the key is missing"}}},
    {"a list's name misspelt",
     {{"power:", "powers:"}},
     {{"powers:", "powers", "unknown key; did you mean 'power'?"}}},
    {"an action that does not exist",
     {{"action: mac", "action: mca"}},
     {{"component: mac", "energy[2].action", "did you mean 'mac'?"}}},
    {"an operand that does not exist",
     {{"operand: W", "operand: B"}},
     {{"component: pad", "energy[1].operand", "= 'B': expected 'I', 'W', 'P', 'O', '-' or 'any'"}}},
    {"an operand of a multiplication",
     {{"action: mac,", "action: mac, operand: W,"}},
     {{"component: mac", "energy[2].operand", "expected '-' for mac, and only there"}}},
    {"a read of no operand",
     {{"operand: W", "operand: \"-\""}},
     {{"component: pad", "energy[1].operand", "expected '-' for mac, and only there"}}},
    {"a negative energy",
     {{"energy_pj: 512", "energy_pj: -512"}},
     {{"component: dram", "energy[0].energy_pj", "= '-512': expected a number from 0 to 1e+12"}}},
    {"an infinite energy",
     {{"energy_pj: 512", "energy_pj: inf"}},
     {{"component: dram", "energy[0].energy_pj", "= 'inf': expected a number"}}},
    {"an energy that no double holds",
     {{"energy_pj: 512", "energy_pj: 1e999"}},
     {{"component: dram", "energy[0].energy_pj", "= '1e999': expected a number"}}},
    {"an energy per zero bits",
     {{"per_bits: 64", "per_bits: 0"}},
     {{"component: dram", "energy[0].per_bits", "= '0': expected a whole number from 1"}}},
    {"a value without its source",
     {{"energy_pj: 512, per_bits: 64, source: a, ", "energy_pj: 512, per_bits: 64, "}},
     {{"component: dram", "energy[0].source", "the key is missing"}}},
    {"an empty source",
     {{"energy_pj: 512, per_bits: 64, source: a", "energy_pj: 512, per_bits: 64, source: \"\""}},
     {{"component: dram", "energy[0].source", "expected text"}}},
    {"an unknown key in an entry",
     {{"gated_energy_pj", "gated_energy"}},
     {{"component: pad", "energy[1].gated_energy", "did you mean 'gated_energy_pj'?"}}},
    {"the same energy twice",
     {{"power:",
       "  - {component: dram, action: read, energy_pj: 5, source: c, confidence: d}\npower:"}},
     {{"energy_pj: 5, source: c", "energy[3]",
       "= 'dram any read': stated twice in 'energy'; expected once"}}},
    {"the same power twice",
     {{"area:", "  - {name: leakage, power_mw: 1, source: c, confidence: d}\narea:"}},
     {{"power_mw: 1,", "power[1]", "= 'leakage': stated twice"}}},
    {"more zeros than elements",
     {{"input_zero_fraction: 0.25", "input_zero_fraction: 25"}},
     {{"input_zero_fraction", "activity[0].input_zero_fraction",
       "= '25': expected a number from 0 to 1"}}},
    {"a list that is a mapping",
     {{"power:\n  - {name: leakage, power_mw: 12, source: a, confidence: b}",
       "power: {leakage: 12}"}},
     {{"power:", "power", "= '(a mapping)': expected a list of mappings"}}},
    {"an entry that is a number",
     {{"  - {component: pad, area_mm2: 0.5, source: a, confidence: b}", "  - 7"}},
     {{"  - 7", "area[0]", "= '7': expected a mapping"}}},
    {"a machine value that is stated and scaled",
     {{"value: 3", "value: 3, scale: 2"}},
     {{"value: 3", "machine[0]",
       "= 'dram.link.latency_cycles': expected either 'value' or 'scale', and not both"}}},
    {"a machine value without a number",
     {{"scale: 0.9, ", ""}},
     {{"key: clock_mhz", "machine[1]", "expected either 'value' or 'scale'"}}},
    {"a negative scale",
     {{"scale: 0.9", "scale: -1"}},
     {{"key: clock_mhz", "machine[1].scale", "expected a number from"}}},
    {"the same machine value twice",
     {{"fit:", "  - {key: clock_mhz, value: 1, source: c, confidence: d}\nfit:"}},
     {{"clock_mhz, value: 1", "machine[2]", "stated twice in 'machine'"}}},
    {"errors in three entries",
     {{"energy_pj: 512", "energy_pj: many"},
      {"power_mw: 12", "power_kw: 12"},
      {"area_mm2: 0.5", "area_mm2: [1]"}},
     {{"energy_pj: many", "energy[0].energy_pj", "= 'many': expected a number"},
      {"power_kw", "power[0].power_mw", "the key is missing"},
      {"power_kw", "power[0].power_kw", "did you mean 'power_mw'?"},
      {"area_mm2: [1]", "area[0].area_mm2", "= '(a list)': expected a number"}}},
};

void read_file(const std::filesystem::path& file) { assay::read_parameters(file); }

}  // namespace

BOOST_AUTO_TEST_SUITE(malformed_parameters)

BOOST_AUTO_TEST_CASE(the_unedited_file_is_accepted) {
  BOOST_TEST(assay::test::errors_of(kValid, read_file).empty());
}

BOOST_AUTO_TEST_CASE(every_error_is_reported_with_its_place_and_expectation) {
  for (const Malformed& c : kCases) check_malformed(kValid, c, read_file);
}

BOOST_AUTO_TEST_SUITE_END()
