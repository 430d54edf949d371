// SPDX-License-Identifier: Apache-2.0
// Problems that cannot be fitted, each refused for its own reason.
#include <boost/test/unit_test.hpp>
#include <functional>
#include <limits>
#include <memory>

#include "calibration/fit.h"
#include "tests/calibration/synthetic.h"

namespace assay::calibration {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

Problem fine() { return synthetic::problem(synthetic::layers(), synthetic::Options{}, 1); }

void set_activity(Problem* p, Eigen::Index row, Eigen::Index column, double value) {
  Eigen::MatrixXd a = static_cast<const LinearModel&>(*p->model).activity();
  if (column < 0)
    a.row(row).setConstant(value);
  else
    a(row, column) = value;
  p->model = std::make_shared<LinearModel>(a);
}

// Breaks a fine problem and expects the fault, with the name of what is wrong in the text.
void refused(Fault fault, const std::string& named, const std::function<void(Problem*)>& damage) {
  Problem p = fine();
  damage(&p);
  BOOST_CHECK_EXCEPTION(fit_map(p, all_rows(p)), ProblemError, [&](const ProblemError& e) {
    BOOST_TEST_INFO(e.what());
    return e.fault == fault && std::string(e.what()).find(named) != std::string::npos;
  });
  BOOST_CHECK_THROW(ladder(p, all_rows(p)), ProblemError);
}

BOOST_AUTO_TEST_SUITE(check_of_problems)

BOOST_AUTO_TEST_CASE(accepts_a_sound_problem) { BOOST_CHECK_NO_THROW(check(fine())); }

BOOST_AUTO_TEST_CASE(refuses_measurements_without_a_logarithm) {
  const std::string id = "alexnet/conv3";
  refused(Fault::nonpositive_measurement, id, [](Problem* p) { p->observations[2].measured = 0; });
  refused(Fault::nonpositive_measurement, id, [](Problem* p) { p->observations[2].measured = -1; });
  refused(Fault::not_finite, id, [](Problem* p) { p->observations[2].measured = kNan; });
  refused(Fault::not_finite, id, [](Problem* p) { p->observations[2].measured = kInfinity; });
  refused(Fault::not_finite, id, [](Problem* p) { p->observations[2].spread_ln = kNan; });
  refused(Fault::negative_spread, id, [](Problem* p) { p->observations[2].spread_ln = -0.01; });
}

BOOST_AUTO_TEST_CASE(refuses_activity_that_cannot_be) {
  const std::string id = "alexnet/conv3";
  refused(Fault::zero_row, id, [](Problem* p) { set_activity(p, 2, -1, 0); });
  refused(Fault::not_finite, id, [](Problem* p) { set_activity(p, 2, 1, kNan); });
  refused(Fault::negative_activity, id, [](Problem* p) { set_activity(p, 2, 1, -1); });
}

BOOST_AUTO_TEST_CASE(refuses_names_that_are_there_twice) {
  refused(Fault::duplicate_id, "alexnet/conv1",
          [](Problem* p) { p->observations[5].id = p->observations[0].id; });
  refused(Fault::duplicate_id, "'mac'", [](Problem* p) { p->unknowns[2].name = "mac"; });
}

BOOST_AUTO_TEST_CASE(refuses_priors_that_are_none) {
  refused(Fault::nonpositive_prior, "'rf'", [](Problem* p) { p->unknowns[1].prior = 0; });
  refused(Fault::nonpositive_prior, "'rf'", [](Problem* p) { p->unknowns[1].prior_sd_ln = 0; });
  refused(Fault::not_finite, "'rf'", [](Problem* p) { p->unknowns[1].prior = kNan; });
  refused(Fault::nonpositive_prior, "share", [](Problem* p) { p->common_sd_ln = -1; });
  refused(Fault::nonpositive_prior, "'rf'", [](Problem* p) { p->ratios = {{1, 0, 0, 0}}; });
  refused(Fault::not_finite, "'rf'", [](Problem* p) { p->ratios = {{1, 0, kNan, 1}}; });
}

BOOST_AUTO_TEST_CASE(refuses_sizes_that_do_not_fit) {
  refused(Fault::no_unknowns, "no unknowns", [](Problem* p) { p->unknowns.clear(); });
  refused(Fault::size_mismatch, "41", [](Problem* p) { p->observations.pop_back(); });
  refused(Fault::size_mismatch, "6", [](Problem* p) { p->unknowns.pop_back(); });
  refused(Fault::size_mismatch, "model", [](Problem* p) { p->model.reset(); });
  refused(Fault::size_mismatch, "ratio", [](Problem* p) { p->ratios = {{1, 7, 0, 1}}; });
  refused(Fault::size_mismatch, "ratio", [](Problem* p) { p->ratios = {{1, 1, 0, 1}}; });
}

BOOST_AUTO_TEST_CASE(refuses_models_without_a_positive_prediction) {
  const auto model = [](const NumericModel::Predict& predict) {
    return [predict](Problem* p) {
      p->model =
          std::make_shared<NumericModel>(p->observations.size(), p->unknowns.size(), predict);
    };
  };
  refused(Fault::nonpositive_prediction, "alexnet/conv1",
          model([](const Eigen::VectorXd&) { return Eigen::VectorXd(Eigen::VectorXd::Zero(42)); }));
  refused(Fault::nonpositive_prediction, "no mapping fits",
          model([](const Eigen::VectorXd&) -> Eigen::VectorXd {
            throw std::domain_error("no mapping fits");
          }));
  refused(Fault::size_mismatch, "3 predictions",
          model([](const Eigen::VectorXd&) { return Eigen::VectorXd(Eigen::VectorXd::Ones(3)); }));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace assay::calibration
