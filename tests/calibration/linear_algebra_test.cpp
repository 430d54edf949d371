// SPDX-License-Identifier: Apache-2.0
// Least squares against NIST's certified coefficients, and non-negative least squares against its
// optimality conditions.
#include <Eigen/Dense>
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <fstream>
#include <sstream>
#include <string>

#include "calibration/fit.h"
#include "tests/calibration/synthetic.h"

namespace assay::calibration {
namespace {

struct Certified {
  Eigen::MatrixXd a;
  Eigen::VectorXd y, coefficients;
  double residual_sd = 0;
};

std::vector<double> numbers(std::istringstream line) {
  std::vector<double> all;
  for (double x = 0; line >> x;) all.push_back(x);
  return all;
}

Eigen::VectorXd vector(const std::vector<double>& v) {
  return Eigen::Map<const Eigen::VectorXd>(v.data(), static_cast<Eigen::Index>(v.size()));
}

// tests/calibration/nist/NAME.txt
Certified read(const std::string& name) {
  std::ifstream in(std::string(ASSAY_SOURCE_DIR) + "/tests/calibration/nist/" + name + ".txt");
  BOOST_REQUIRE(in);
  Certified c;
  std::vector<std::vector<double>> rows;
  bool polynomial = false;
  for (std::string line, word; std::getline(in, line);) {
    std::istringstream words(line);
    if (line.empty() || line[0] == '#') continue;
    if (std::isalpha(static_cast<unsigned char>(line[0])) == 0) {
      rows.push_back(numbers(std::move(words)));
      continue;
    }
    words >> word;
    if (word == "polynomial") polynomial = true;
    if (word == "certified")
      c.coefficients = vector(numbers(std::move(words)));
    else if (word == "residual_sd")
      words >> c.residual_sd;
  }
  c.a.resize(static_cast<Eigen::Index>(rows.size()), c.coefficients.size());
  c.y.resize(c.a.rows());
  for (Eigen::Index i = 0; i < c.a.rows(); ++i) {
    const std::vector<double>& row = rows[static_cast<std::size_t>(i)];
    c.y[i] = row[0];
    c.a(i, 0) = 1;
    for (Eigen::Index j = 1; j < c.a.cols(); ++j)
      c.a(i, j) = polynomial ? c.a(i, j - 1) * row[1] : row[static_cast<std::size_t>(j)];
  }
  return c;
}

// Digits that agree, of the worst coefficient.
double digits(const Eigen::VectorXd& found, const Eigen::VectorXd& certified) {
  const double worst = ((found - certified).array() / certified.array()).abs().maxCoeff();
  return std::min(15.0, -std::log10(std::max(worst, 1e-300)));
}

BOOST_AUTO_TEST_SUITE(linear_algebra)

BOOST_AUTO_TEST_CASE(least_squares_gives_certified_coefficients) {
  const std::vector<std::pair<std::string, double>> expected{
      {"longley", 12},  {"wampler1", 12}, {"wampler2", 12}, {"wampler3", 12},
      {"wampler4", 12}, {"wampler5", 12}, {"filip", 7}};
  for (const auto& [name, least] : expected) {
    const Certified c = read(name);
    const Eigen::VectorXd found = least_squares(c.a, c.y);
    const double sd =
        (c.y - c.a * found).norm() / std::sqrt(static_cast<double>(c.a.rows() - c.a.cols()));
    BOOST_TEST_MESSAGE(name << ": " << digits(found, c.coefficients) << " digits, residual sd "
                            << sd << ", certified " << c.residual_sd);
    BOOST_TEST(digits(found, c.coefficients) >= least, name);
    BOOST_TEST(std::abs(sd - c.residual_sd) <= 1e-8 * std::max(1.0, c.residual_sd), name);
  }
}

BOOST_AUTO_TEST_CASE(least_squares_of_dependent_columns_has_the_least_residual) {
  Eigen::MatrixXd a(4, 3);
  a << 1, 2, 3, 4, 5, 9, 7, 8, 15, 1, 0, 1;  // the third is the sum of the others
  const Eigen::VectorXd b = Eigen::Vector4d(1, 2, 3, 5);
  const Eigen::VectorXd x = least_squares(a, b);
  BOOST_TEST((a.transpose() * (b - a * x)).cwiseAbs().maxCoeff() < 1e-11);
}

struct Random {
  explicit Random(std::uint64_t seed) : numbers(seed) {}
  Eigen::MatrixXd matrix(Eigen::Index rows, Eigen::Index cols) {
    Eigen::MatrixXd m(rows, cols);
    for (Eigen::Index j = 0; j < cols; ++j)
      for (Eigen::Index i = 0; i < rows; ++i) m(i, j) = numbers.normal();
    return m;
  }
  synthetic::Random numbers;
};

// What is wrong with x as the minimum of |Ax - b| over x >= 0; empty: nothing.
std::string broken_condition(const Eigen::MatrixXd& a, const Eigen::VectorXd& b, const Nnls& s) {
  const Eigen::VectorXd descent = a.transpose() * (b - a * s.x);
  for (Eigen::Index j = 0; j < a.cols(); ++j) {
    const double slack = 1e-9 * (a.col(j).norm() * b.norm() + 1e-300);
    const std::string who = "unknown " + std::to_string(j);
    if (!(s.x[j] >= 0)) return who + " is negative";
    if (s.at_bound[static_cast<std::size_t>(j)] != (s.x[j] == 0)) return who + ": flag of bound";
    if (descent[j] > slack) return who + " should grow";
    if (s.x[j] > 0 && descent[j] < -slack) return who + " should shrink";
  }
  return "";
}

BOOST_AUTO_TEST_CASE(nnls_meets_the_optimality_conditions) {
  int at_bound = 0, inside = 0;
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    Random random(seed);
    const auto k = static_cast<Eigen::Index>(1 + random.numbers.below(10));
    const auto n = static_cast<Eigen::Index>(1 + random.numbers.below(30));
    Eigen::MatrixXd a = random.matrix(n, k);
    if (seed % 3 == 0) a = a.cwiseAbs();
    if (seed % 4 == 0 && k > 2) a.col(k - 1) = a.col(0) + 2 * a.col(1);  // dependent
    if (seed % 5 == 0) a.col(0) *= 1e6;
    const Eigen::VectorXd b = random.matrix(n, 1);
    const Nnls s = nnls(a, b);
    BOOST_TEST(broken_condition(a, b, s) == "", "seed " << seed);
    for (const bool bound : s.at_bound) ++(bound ? at_bound : inside);
  }
  BOOST_TEST_MESSAGE("unknowns at the bound " << at_bound << ", inside " << inside);
  BOOST_TEST(at_bound > 1000);
  BOOST_TEST(inside > 1000);
}

BOOST_AUTO_TEST_CASE(nnls_equals_least_squares_where_no_bound_is_active) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    Random random(seed);
    const Eigen::MatrixXd a = random.matrix(20, 5);
    const Eigen::VectorXd b =
        a * (random.matrix(5, 1).cwiseAbs().array() + 2).matrix() + 0.1 * random.matrix(20, 1);
    const Nnls s = nnls(a, b);
    BOOST_TEST((s.x - least_squares(a, b)).cwiseAbs().maxCoeff() < 1e-12, "seed " << seed);
    BOOST_TEST(std::count(s.at_bound.begin(), s.at_bound.end(), true) == 0);
  }
}

BOOST_AUTO_TEST_CASE(nnls_ends_where_columns_depend_on_each_other) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    Random random(seed);
    const Eigen::MatrixXd base = random.matrix(8, 2).cwiseAbs();
    const Eigen::MatrixXd a = base * random.matrix(2, 9).cwiseAbs();  // rank 2, 9 columns
    const Eigen::VectorXd b = random.matrix(8, 1);
    const Nnls s = nnls(a, b);
    BOOST_TEST(broken_condition(a, b, s) == "", "seed " << seed);
    BOOST_TEST(s.iterations < 60, "seed " << seed);
  }
  const Nnls none = nnls(Eigen::MatrixXd::Zero(3, 2), Eigen::Vector3d(1, 2, 3));
  BOOST_TEST(none.x.norm() == 0.0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace assay::calibration
