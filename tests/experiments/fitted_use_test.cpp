// SPDX-License-Identifier: Apache-2.0
// What a report says of a run with fitted parameters, on the shipped fit of Eyeriss: two numbers.
#include "experiments/fitted_use.h"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <filesystem>


namespace assay {
namespace {

Run eyeriss_run(const std::string& parameters, bool exact) {
  const std::filesystem::path folder =
      std::filesystem::path(ASSAY_SOURCE_DIR) / "experiments/chips/eyeriss";
  RunInput in;
  in.accelerator = folder / "accelerator.yaml";
  in.workload = folder / "../../workloads/alexnet.yaml";
  in.mapping = folder / "alexnet.yaml";
  in.parameters = folder / parameters;
  in.layers = {"conv1", "conv2", "conv3", "conv4", "conv5"};
  in.variant = "fitted";
  in.exact = exact;
  Run run = run_analytical(in);
  return run;
}

std::filesystem::path file_of(const std::string& parameters) {
  return std::filesystem::path(ASSAY_SOURCE_DIR) / "experiments/chips/eyeriss" / parameters;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(fitted_use)

BOOST_AUTO_TEST_CASE(has_the_numbers_of_the_fit_once_and_intervals_of_every_level) {
  ReportInput in;
  describe_run(eyeriss_run("parameters.json", false), file_of("parameters.json"), &in);
  describe_run(eyeriss_run("parameters.json", true), file_of("parameters.json"), &in);
  BOOST_REQUIRE(in.fitted.size() == 1U);
  const FittedUse& f = in.fitted.front();
  BOOST_TEST(f.file == "parameters.json");
  BOOST_TEST(f.n == 5);
  BOOST_REQUIRE(f.numbers.size() == 2U);
  BOOST_TEST(f.numbers[0].name == "non-zero MAC");
  BOOST_TEST(f.numbers[0].value == 6.2748893, boost::test_tools::tolerance(1e-7));
  BOOST_TEST(f.numbers[0].low == 4.3581487, boost::test_tools::tolerance(1e-7));
  BOOST_TEST(f.numbers[0].prior == 5.447, boost::test_tools::tolerance(1e-9));
  BOOST_TEST(f.numbers[0].learned == "learned");
  // Correlation -0.00952083 / sqrt(0.03458749 x 0.00348882) = -0.86673.
  BOOST_TEST(*f.condition_index == std::sqrt(1.86673 / 0.13327),
             boost::test_tools::tolerance(1e-4));
  BOOST_TEST(f.correlated.empty());  // only beyond 0.9
  BOOST_TEST(f.intervals.size() == 10U);
  BOOST_TEST(in.layer_kinds.at("alexnet/conv1") == "conv");
}

// The interval again, from the record's own components.
BOOST_AUTO_TEST_CASE(intervals_follow_the_covariance_and_the_discrepancy) {
  ReportInput in;
  const Run run = eyeriss_run("parameters.json", false);
  describe_run(run, file_of("parameters.json"), &in);
  for (std::size_t i = 0; i < run.records.size(); ++i) {
    const Record& r = run.records[i];
    const double chip = r.values.at("energy_chip_uj") * 1e6;
    const double mac = r.energy_pj_by_component.at("pe") / chip;
    const double clock = 1 - mac;
    const double variance =
        mac * mac * 0.03458749474449601 + 2 * mac * clock * -0.009520829119946244 +
        clock * clock * 0.0034888214963421423 + 2 * 0.05132210480542688 * 0.05132210480542688;
    const PredictedInterval& p = in.fitted.front().intervals[i];
    BOOST_TEST(p.layer == r.layer);
    const double reach = std::exp(1.6448536269514722 * std::sqrt(variance));
    BOOST_TEST(p.low == r.values.at("energy_chip_uj") / reach, boost::test_tools::tolerance(1e-9));
    BOOST_TEST(p.high == r.values.at("energy_chip_uj") * reach, boost::test_tools::tolerance(1e-9));
  }
}

BOOST_AUTO_TEST_CASE(of_parameters_that_no_fit_wrote_is_nothing) {
  ReportInput in;
  describe_run(eyeriss_run("parameters.yaml", false), file_of("parameters.yaml"), &in);
  BOOST_TEST(in.fitted.empty());
  BOOST_TEST(in.layer_kinds.size() == 5U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay
