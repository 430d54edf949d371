// SPDX-License-Identifier: Apache-2.0
// Energies between nodes and voltages, and posteriors as priors.
#include "calibration/technology.h"

#include <boost/test/unit_test.hpp>
#include <cmath>

#include "tests/malformed.h"

namespace assay::calibration {
namespace {

namespace fs = std::filesystem;

Technology shipped() {
  return read_technology(fs::path(ASSAY_SOURCE_DIR) / "experiments/technology/energy_scaling.csv");
}

const std::string kValid =
    "node_nm,a,b,c,source,confidence\n"
    "65,3.755,-4.398,1.975,a paper,seen\n"
    "45,1.103,-0.362,0.2767,a paper,seen\n";

BOOST_AUTO_TEST_SUITE(technology)

BOOST_AUTO_TEST_CASE(forty_five_to_sixty_five_nanometres_is_the_factor_of_the_eyeriss_parameters) {
  // By hand: (3.755 - 4.398 + 1.975) / (1.103 x 0.81 - 0.362 x 0.9 + 0.2767) = 1.332 / 0.84433.
  BOOST_TEST(energy_factor(shipped(), {45, 0.9}, {65, 1.0}) == 1.332 / 0.84433,
             boost::test_tools::tolerance(1e-12));
}

BOOST_AUTO_TEST_CASE(a_factor_and_its_inverse_cancel_and_the_same_point_is_one) {
  const Technology t = shipped();
  BOOST_TEST(t.nodes.size() == 10U);
  for (const auto& [nm, node] : t.nodes) {
    BOOST_TEST(energy_factor(t, {nm, 1.0}, {nm, 1.0}) == 1.0);
    const double there = energy_factor(t, {nm, 1.0}, {45, 0.9});
    BOOST_TEST(there * energy_factor(t, {45, 0.9}, {nm, 1.0}) == 1.0,
               boost::test_tools::tolerance(1e-12));
    BOOST_TEST(energy_factor(t, {nm, 0.9}, {nm, 1.0}) > 1, nm);
  }
}

BOOST_AUTO_TEST_CASE(an_unknown_node_and_an_impossible_voltage_are_refused) {
  BOOST_CHECK_THROW(energy_factor(shipped(), {65, 1.0}, {28, 0.9}), InputError);
  BOOST_CHECK_THROW(energy_factor(shipped(), {65, 0.0}, {45, 0.9}), InputError);
}

BOOST_AUTO_TEST_CASE(a_malformed_table_is_refused_with_its_lines) {
  const auto read = [](const fs::path& file) { read_technology(file); };
  const std::vector<test::Malformed> cases{
      {"another header", {{"node_nm", "node"}}, {{"node,a", "", "expected the header"}}},
      {"no number", {{"3.755", "much"}}, {{"65,much", "a", "= 'much': expected a number"}}},
      {"a node twice", {{"45,1.1", "65,1.1"}}, {{"65,1.1", "node_nm", "stated twice"}}},
      {"no source", {{"0.2767,a paper", "0.2767,"}}, {{"0.2767,,", "source", "where the figures"}}},
      {"no node", {{"65,", "-65,"}}, {{"-65,", "node_nm", "expected nanometres"}}}};
  for (const test::Malformed& c : cases) test::check_malformed(kValid, c, read);
}

BOOST_AUTO_TEST_CASE(a_posterior_becomes_a_wider_prior_that_is_never_quite_certain) {
  Unknown u;
  transfer(2.0, 0.3, 1.5, {}, &u);
  BOOST_TEST(u.prior == 3.0);
  BOOST_TEST(u.prior_sd_ln == 0.45, boost::test_tools::tolerance(1e-12));
  transfer(2.0, 0.01, 1, {}, &u);
  BOOST_TEST(u.prior_sd_ln == 0.2);
  transfer(2.0, 0.01, 1, {3.0, 0.001}, &u);
  BOOST_TEST(u.prior_sd_ln == 0.03, boost::test_tools::tolerance(1e-12));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace assay::calibration
