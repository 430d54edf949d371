// SPDX-License-Identifier: Apache-2.0
// The model that is fitted is the model that predicts: at the prior, the rows times the unknowns
// are the energies of core/energy.h.
#include "experiments/fit/energy_model.h"

#include <boost/test/unit_test.hpp>

#include "core/text.h"
#include "experiments/fit/fit_run.h"
#include "experiments/run.h"
#include "tests/fit/generated.h"

namespace {

namespace fs = std::filesystem;
using namespace assay;

const fs::path kSource = ASSAY_SOURCE_DIR;

Catalog catalog() { return {kSource / "experiments"}; }

fit::FitFile eyeriss(const std::string& quantity, const std::vector<std::string>& unknowns) {
  fit::FitFile f;
  f.file = kSource / "experiments/chips/eyeriss/parameters.yaml";  // any file of that folder
  f.name = "test";
  f.chip = "eyeriss";
  f.quantity = quantity;
  f.predict.push_back({"alexnet", "", "analytical", "", {}, std::nullopt, 1});
  f.measured.push_back({"measured/alexnet.csv", "measured/alexnet.import.yaml", ""});
  f.time = "predicted";
  f.prior_sd_ln = f.rest_sd_ln = 0.7;
  for (const std::string& name : unknowns) {
    fit::UnknownEntry u;
    u.name = name;
    const auto first = name.find('.'), second = name.find('.', first + 1),
               third = name.find('.', second + 1);
    u.prices.push_back({{name.substr(0, first), name.substr(first + 1, second - first - 1),
                         name.substr(second + 1, third - second - 1)},
                        third != std::string::npos});
    f.unknowns.push_back(u);
  }
  return f;
}

Eigen::VectorXd at_prior(const fit::FitProblem& e) {
  Eigen::VectorXd theta(static_cast<Eigen::Index>(e.problem.unknowns.size()));
  for (Eigen::Index j = 0; j < theta.size(); ++j)
    theta[j] = e.problem.unknowns[static_cast<std::size_t>(j)].prior;
  return theta;
}

void check_prior(const std::string& quantity, const std::vector<std::string>& unknowns) {
  fit::FitFile f = eyeriss("energy_chip_uj", unknowns);  // the measured one
  const fit::FitData data = fit::collect(f, catalog());
  f.quantity = quantity;
  const fit::FitProblem e = fit::energy_problem(f, catalog(), data);
  Eigen::VectorXd predicted;
  e.problem.model->predict(at_prior(e), &predicted, nullptr);
  RunInput run;
  run.accelerator = kSource / "experiments/chips/eyeriss/accelerator.yaml";
  run.workload = kSource / "experiments/workloads/alexnet.yaml";
  run.mapping = kSource / "experiments/chips/eyeriss/alexnet.yaml";
  run.parameters = kSource / "experiments/chips/eyeriss/parameters.yaml";
  const Run expected = run_analytical(run);
  BOOST_REQUIRE(predicted.size() == 5);
  for (Eigen::Index i = 0; i < 5; ++i)
    BOOST_TEST(predicted[i] == expected.records[static_cast<std::size_t>(i)].values.at(quantity),
               boost::test_tools::tolerance(1e-12));
}

BOOST_AUTO_TEST_SUITE(energy_model)

BOOST_AUTO_TEST_CASE(at_the_prior_it_is_the_predictor_whatever_is_unknown) {
  for (const char* quantity : {"energy_chip_uj", "energy_uj"}) {
    check_prior(quantity, {});
    check_prior(quantity, {"pe.-.mac"});
    check_prior(quantity, {"pe.-.mac", "pe.-.mac.gated", "spad.W.read.gated", "glb.any.read"});
  }
}

BOOST_AUTO_TEST_CASE(every_price_of_the_chip_is_an_unknown_where_none_is_named) {
  const fit::FitFile chip = eyeriss("energy_chip_uj", {}), all = eyeriss("energy_uj", {});
  const fit::FitData data = fit::collect(chip, catalog());
  BOOST_TEST(fit::energy_problem(chip, catalog(), data).priced.size() == 17U);
  BOOST_TEST(fit::energy_problem(all, catalog(), data).priced.size() == 19U);
}

BOOST_AUTO_TEST_CASE(prices_at_theta_are_what_was_fitted_and_gated_ones_follow) {
  const fit::FitFile f = eyeriss("energy_chip_uj", {"pe.-.mac"});
  const fit::FitData data = fit::collect(f, catalog());
  const fit::FitProblem e = fit::energy_problem(f, catalog(), data);
  BOOST_REQUIRE(e.priced.size() == 2U);  // and everything else
  Eigen::VectorXd theta = at_prior(e);
  theta[0] *= 2;
  theta[1] *= 3;
  const Parameters p = fit::parameters_at(e, theta, {"a", "b"}, {"c", "d"});
  const UnitEnergy *mac = p.find("pe", "-", "mac"),
                   *before = data.parameters.find("pe", "-", "mac");
  BOOST_TEST(mac->energy.value == 2 * before->energy.value, boost::test_tools::tolerance(1e-14));
  BOOST_TEST(mac->gated_energy->value == 2 * before->gated_energy->value,
             boost::test_tools::tolerance(1e-14));
  BOOST_TEST(mac->source.find("a; prior: ") == 0U);
  BOOST_TEST(p.find("glb", "I", "read")->energy.value ==
                 3 * data.parameters.find("glb", "I", "read")->energy.value,
             boost::test_tools::tolerance(1e-14));
  // DRAM is no part of the chip's energy: its price stays.
  BOOST_TEST(p.find("dram", "I", "read")->energy.value ==
             data.parameters.find("dram", "I", "read")->energy.value);
}

BOOST_AUTO_TEST_CASE(a_new_power_is_priced_by_the_time) {
  fit::FitFile f = eyeriss("energy_chip_uj", {});
  fit::UnknownEntry clock;
  clock.name = "clock";
  clock.power = "clock network";
  clock.prior = 50;
  clock.source = "guessed";
  clock.confidence = "assumed";
  f.unknowns.push_back(clock);
  f.time = "measured";
  const fit::FitData data = fit::collect(f, catalog());
  const fit::FitProblem e = fit::energy_problem(f, catalog(), data);
  Eigen::VectorXd predicted;
  Eigen::VectorXd theta = Eigen::VectorXd::Zero(2);
  theta[0] = 50;
  e.problem.model->predict(theta, &predicted, nullptr);
  BOOST_TEST(predicted[0] == 50 * 20.9, boost::test_tools::tolerance(1e-12));  // conv1's time
  BOOST_TEST(e.parameters.powers.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_term_that_has_no_price_is_refused_with_the_nearest) {
  const fit::FitFile f = eyeriss("energy_chip_uj", {"spad.W.reed", "glb.any.read.gated"});
  const fit::FitData data = fit::collect(f, catalog());
  try {
    fit::energy_problem(f, catalog(), data);
    BOOST_FAIL("accepted");
  } catch (const InputError& e) {
    BOOST_REQUIRE(e.diagnostics().size() == 2U);
    BOOST_TEST(to_string(e.diagnostics()[0]).find("did you mean 'spad.W.read'?") !=
               std::string::npos);
    BOOST_TEST(to_string(e.diagnostics()[1]).find("no gated_energy_pj") != std::string::npos);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
