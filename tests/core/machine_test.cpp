// SPDX-License-Identifier: Apache-2.0
// Values of the machine from a parameter file: replaced, scaled, rounded, refused.
#include "core/machine.h"

#include <boost/test/unit_test.hpp>
#include <stdexcept>

namespace {

using namespace assay;

Accelerator small() {
  Accelerator a;
  a.name = "small";
  a.clock = Megahertz(200);
  a.levels.resize(2);
  a.levels[0].name = "dram";
  a.levels[0].ports.resize(1);
  a.levels[0].ports[0].name = "link";
  a.levels[0].ports[0].bandwidth_bits_per_cycle = {64, 3};
  a.levels[0].ports[0].latency_cycles = 20;
  a.levels[1].name = "mac";
  a.levels[1].kind = LevelKind::compute;
  return a;
}

MachineValue value(const std::string& key, double v) { return {key, v, {}, "here", "none", 7}; }
MachineValue scale(const std::string& key, double v) { return {key, {}, v, "here", "none", 7}; }

Diagnostics apply(const std::vector<MachineValue>& values, Accelerator* a) {
  Parameters p;
  p.file = "p.yaml";
  p.machine = values;
  Diagnostics diagnostics;
  apply_machine_values(p, a, &diagnostics);
  return diagnostics;
}

void refused(const MachineValue& v, const std::string& why) {
  Accelerator a = small();
  const Diagnostics found = apply({v}, &a);
  BOOST_REQUIRE_MESSAGE(found.size() == 1U, v.key);
  BOOST_TEST(found[0].file == "p.yaml");
  BOOST_TEST(found[0].line == 7);
  BOOST_TEST(to_string(found[0]).find(why) != std::string::npos, to_string(found[0]));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(machine)

BOOST_AUTO_TEST_CASE(values_replace_those_of_the_accelerator) {
  Accelerator a = small();
  const Diagnostics none = apply(
      {value("clock_mhz", 250), value("layer_overhead_us", 0.5),
       value("dram.link.bandwidth_bits_per_cycle", 19.2), value("dram.link.latency_cycles", 12.4),
       value("mac.initiation_interval_cycles", 1.125), value("mac.step_overhead_cycles", 2.6)},
      &a);
  BOOST_TEST(none.empty());
  BOOST_TEST(a.clock.value == 250);
  BOOST_TEST(a.layer_overhead_us.value() == 0.5);
  BOOST_TEST((a.levels[0].ports[0].bandwidth_bits_per_cycle == Rational{96, 5}));
  BOOST_TEST(a.levels[0].ports[0].latency_cycles == 12);
  BOOST_TEST((a.compute().initiation_interval_cycles == Rational{9, 8}));
  BOOST_TEST(a.compute().step_overhead_cycles == 3);
}

BOOST_AUTO_TEST_CASE(a_scale_multiplies_and_1_leaves_the_value_unrounded) {
  Accelerator a = small();
  BOOST_TEST(
      apply({scale("clock_mhz", 0.5), scale("dram.link.bandwidth_bits_per_cycle", 1)}, &a).empty());
  BOOST_TEST(a.clock.value == 100);
  BOOST_TEST((a.levels[0].ports[0].bandwidth_bits_per_cycle == Rational{64, 3}));
  BOOST_TEST(apply({scale("dram.link.bandwidth_bits_per_cycle", 0.9)}, &a).empty());
  BOOST_TEST((a.levels[0].ports[0].bandwidth_bits_per_cycle == Rational{96, 5}));
}

BOOST_AUTO_TEST_CASE(fitted_numbers_become_seven_digits_exactly) {
  BOOST_TEST((rounded(1.0 / 3) == Rational{3333333, 10000000}));
  BOOST_TEST((rounded(480.123456789) == Rational{960247, 2000}));  // 480.1235
  BOOST_TEST((rounded(64) == Rational{64, 1}));
  BOOST_TEST((rounded(123456789012.0) == Rational{123456789012, 1}));
  BOOST_CHECK_THROW(rounded(0), std::domain_error);
  BOOST_CHECK_THROW(rounded(-1), std::domain_error);
  BOOST_CHECK_THROW(rounded(1e13), std::domain_error);
}

BOOST_AUTO_TEST_CASE(refuses_what_the_accelerator_does_not_have) {
  refused(value("dram.link.bandwith_bits_per_cycle", 1),
          "did you mean 'dram.link.bandwidth_bits_per_cycle'?");
  refused(value("nothing_alike", 1), "it has clock_mhz");
  refused(scale("layer_overhead_us", 2), "expected 'value'");
  refused(value("clock_mhz", 0), "from 1e-5 to 1e12");
  refused(value("dram.link.bandwidth_bits_per_cycle", 1e-6), "from 1e-5 to 1e12");
}

BOOST_AUTO_TEST_CASE(a_layer_s_overhead_is_a_quantity_of_its_own) {
  Accelerator a = small();
  Record r;
  r.values["total_cycles"] = 1000;
  put_execution(a, &r);
  BOOST_TEST(r.values.count("execution_cycles") == 0U);
  a.layer_overhead_us = 0.5;
  put_execution(a, &r);
  BOOST_TEST(r.values.at("execution_cycles") == 1100);
  BOOST_TEST(r.values.at("execution_ms") == 0.0055);
  BOOST_TEST(r.values.at("total_cycles") == 1000);
}

BOOST_AUTO_TEST_SUITE_END()
