// SPDX-License-Identifier: Apache-2.0
// The models of a calibration problem: a linear one is its matrix, a numeric one has its
// derivatives.
#include "calibration/problem.h"

#include <boost/test/unit_test.hpp>

namespace assay::calibration {
namespace {

BOOST_AUTO_TEST_SUITE(problem)

BOOST_AUTO_TEST_CASE(numeric_derivatives_are_those_of_the_matrix) {
  Eigen::MatrixXd activity(2, 2);
  activity << 3, 1, 0, 7;
  const LinearModel linear(activity);
  const NumericModel numeric(
      2, 2, [&](const Eigen::VectorXd& t) { return Eigen::VectorXd(activity * t); });
  const Eigen::VectorXd theta = Eigen::Vector2d(0.5, 40);
  Eigen::VectorXd a, b;
  Eigen::MatrixXd da, db;
  linear.predict(theta, &a, &da);
  numeric.predict(theta, &b, &db);
  BOOST_TEST(a[0] == 41.5);
  BOOST_TEST((a - b).norm() == 0.0);
  BOOST_TEST((da - db).cwiseAbs().maxCoeff() < 1e-9);
}

BOOST_AUTO_TEST_CASE(groups_come_in_the_order_of_their_first_observation) {
  Problem problem;
  for (const char* group : {"vgg16", "alexnet", "vgg16"}) {
    Observation o;
    o.group = group;
    problem.observations.push_back(o);
  }
  const std::vector<std::string> expected{"vgg16", "alexnet"};
  BOOST_TEST(groups(problem) == expected, boost::test_tools::per_element());
  BOOST_TEST(all_rows(problem).size() == 3U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace assay::calibration
