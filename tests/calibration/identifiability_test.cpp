// SPDX-License-Identifier: Apache-2.0
// What made-up layers tell apart and what they do not, by name.
#include "calibration/identifiability.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <memory>

#include "calibration/uncertainty.h"
#include "tests/calibration/synthetic.h"

namespace assay::calibration {
namespace {

using synthetic::Options;

Problem layer_data(std::uint64_t seed = 1, double prior_error = 0) {
  Options o;
  o.prior_error_ln = prior_error;
  return synthetic::problem(synthetic::layers(), o, seed);
}

Problem with_activity(Problem p, const Eigen::MatrixXd& activity) {
  p.model = std::make_shared<LinearModel>(activity);
  return p;
}

const Eigen::MatrixXd& activity(const Problem& p) {
  return static_cast<const LinearModel&>(*p.model).activity();
}

std::vector<Candidate> catalogue() {
  std::vector<Candidate> all;
  for (const synthetic::Layer& l : synthetic::microbenchmarks()) all.push_back({l.id, l.activity});
  return all;
}

BOOST_AUTO_TEST_SUITE(identifiability_of_unknowns)

BOOST_AUTO_TEST_CASE(layers_alone_do_not_separate_macs_from_register_files) {
  const Problem p = layer_data();
  const Identifiability id = identifiability(p, all_rows(p));
  BOOST_REQUIRE(!id.near_null.empty());
  const NearNull& worst = id.near_null.front();
  BOOST_TEST_MESSAGE("condition index " << worst.condition_index << ": " << worst.text);
  BOOST_TEST(worst.condition_index > 100);
  BOOST_TEST(worst.condition_index == id.condition_indices.back());
  BOOST_TEST(worst.combination[0].first != worst.combination[1].first);
  for (int i : {0, 1}) {
    const auto& [name, weight] = worst.combination[static_cast<std::size_t>(i)];
    BOOST_TEST((name == "mac" || name == "rf"), name);
    BOOST_TEST(std::abs(weight) == 0.707, boost::test_tools::tolerance(0.02));
  }
  BOOST_TEST((worst.text.rfind("mac and rf cannot be separated: +0.7", 0) == 0 ||
              worst.text.rfind("rf and mac cannot be separated: +0.7", 0) == 0),
             worst.text);
  const Eigen::Index last = id.variance_proportions.rows() - 1;
  for (Eigen::Index j : {0, 1}) {
    BOOST_TEST(id.variance_proportions(last, j) > 0.5);
    BOOST_TEST(id.variance_inflation[static_cast<std::size_t>(j)] > 1000);
  }
  for (Eigen::Index j = 0; j < last; ++j)
    BOOST_TEST(id.variance_proportions.col(j).sum() == 1, boost::test_tools::tolerance(1e-9));
}

BOOST_AUTO_TEST_CASE(six_microbenchmarks_separate_everything) {
  Options o;
  o.with_microbenchmarks = true;
  const Problem p = synthetic::problem(synthetic::layers(), o, 1);
  const Identifiability id = identifiability(p, all_rows(p));
  BOOST_TEST_MESSAGE("condition index " << id.condition_indices.back());
  BOOST_TEST(id.condition_indices.back() < 10);
  BOOST_TEST(id.near_null.empty());
  BOOST_TEST(id.suggestions.empty());
}

BOOST_AUTO_TEST_CASE(suggests_the_microbenchmark_that_helps_most_first) {
  const Problem p = layer_data();
  const Identifiability id = identifiability(p, all_rows(p), catalogue());
  BOOST_REQUIRE(!id.suggestions.empty());
  const Suggestion& first = id.suggestions.front();
  BOOST_TEST((first.candidate == "mac" || first.candidate == "rf"), first.candidate);
  BOOST_TEST(first.condition_before == id.condition_indices.back(),
             boost::test_tools::tolerance(1e-6));
  for (std::size_t i = 1; i < id.suggestions.size(); ++i)
    BOOST_TEST(id.suggestions[i].condition_before == id.suggestions[i - 1].condition_after);
  BOOST_TEST(id.suggestions.back().condition_after < 30);
  IdentifiabilityOptions strict;
  strict.condition_limit = 1;
  strict.suggestions = 3;
  BOOST_TEST(identifiability(p, all_rows(p), catalogue(), strict).suggestions.size() == 3U);
}

BOOST_AUTO_TEST_CASE(names_what_is_not_exercised_and_covers_it_first) {
  const Problem p = layer_data();
  Eigen::MatrixXd a = activity(p);
  a.col(4).setZero();
  const Problem q = with_activity(p, a);
  const Identifiability id = identifiability(q, all_rows(q), catalogue());
  const std::vector<std::string> missing{"dram"};
  BOOST_TEST(id.not_exercised == missing, boost::test_tools::per_element());
  BOOST_TEST(id.exercised.size() == 6U);
  BOOST_TEST(id.variance_inflation.size() == 6U);
  BOOST_REQUIRE(!id.suggestions.empty());
  BOOST_TEST(id.suggestions.front().candidate == "dram");
}

BOOST_AUTO_TEST_CASE(an_exact_dependency_has_a_finite_index_and_its_names) {
  const Problem p = layer_data();
  Eigen::MatrixXd a = activity(p);
  a.col(5) = 3 * a.col(4);
  const Problem q = with_activity(p, a);
  const Identifiability id = identifiability(q, all_rows(q));
  BOOST_TEST(id.condition_indices.back() > 1e12);
  BOOST_TEST(std::isfinite(id.condition_indices.back()));
  BOOST_TEST(id.near_null.front().text.find("dram") != std::string::npos);
  BOOST_TEST(id.near_null.front().text.find("cycle") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(fewer_observations_than_unknowns_leave_directions_open) {
  const Problem p = layer_data();
  const Identifiability id = identifiability(p, {0, 20, 33});
  BOOST_TEST(id.condition_indices.size() == 7U);
  BOOST_TEST(std::count_if(id.condition_indices.begin(), id.condition_indices.end(),
                           [](double c) { return c > 1e12; }) == 4);
  BOOST_TEST(identifiability(p, {}).not_exercised.size() == 7U);
}

BOOST_AUTO_TEST_CASE(units_and_order_do_not_matter) {
  const Problem p = layer_data();
  Problem q = p;
  Eigen::MatrixXd a = activity(p);
  a.col(2) *= 1000;
  q.unknowns[2].prior /= 1000;
  std::reverse(q.observations.begin(), q.observations.end());
  q = with_activity(q, a.colwise().reverse());
  const Identifiability x = identifiability(p, all_rows(p)), y = identifiability(q, all_rows(q));
  for (std::size_t i = 0; i < 7; ++i)
    BOOST_TEST(x.condition_indices[i] == y.condition_indices[i],
               boost::test_tools::tolerance(1e-9));
}

BOOST_AUTO_TEST_CASE(refuses_a_candidate_of_another_size) {
  const Problem p = layer_data();
  BOOST_CHECK_THROW(identifiability(p, all_rows(p), {{"odd", Eigen::VectorXd::Ones(3)}}),
                    ProblemError);
  BOOST_CHECK_THROW(identifiability(p, all_rows(p), {{"odd", Eigen::VectorXd::Zero(7)}}),
                    ProblemError);
}

// Three register-file accesses for every multiply-accumulate, in every layer: the sum is learned,
// the difference is not, and predictions do not need it.
BOOST_AUTO_TEST_CASE(an_unidentifiable_pair_is_named_not_learned_and_harmless) {
  double worst_share = 0, sum_error = 0;
  int errors = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Problem p = layer_data(seed, 0.1);
    Eigen::MatrixXd a = activity(p);
    const Eigen::VectorXd before = a * synthetic::truth();
    a.col(1) = 3 * a.col(0);
    const Eigen::VectorXd after = a * synthetic::truth();
    for (std::size_t i = 0; i < p.observations.size(); ++i)
      p.observations[i].measured *=
          after[static_cast<Eigen::Index>(i)] / before[static_cast<Eigen::Index>(i)];
    p = with_activity(p, a);
    const std::string text = identifiability(p, all_rows(p)).near_null.front().text;
    BOOST_TEST((text.rfind("mac and rf", 0) == 0 || text.rfind("rf and mac", 0) == 0), text);

    Rows seen, unseen;  // mobilenet is not seen
    for (const std::size_t row : all_rows(p))
      (p.observations[row].group == "mobilenet" ? unseen : seen).push_back(row);
    const MapFit fit = fit_map(p, seen);
    const auto spread = [](const Eigen::MatrixXd& c) { return c(0, 0) + c(1, 1) - 2 * c(0, 1); };
    worst_share = std::max(worst_share, 1 - spread(fit.covariance) / spread(fit.prior_covariance));
    const auto& pairs = unknown_report(p, seen, fit).correlated;
    BOOST_TEST(std::any_of(pairs.begin(), pairs.end(), [](const Correlation& c) {
      return c.a == "mac" && c.b == "rf" && c.rho < -0.9;
    }));
    for (const std::size_t row : unseen) {
      const auto i = static_cast<Eigen::Index>(row);
      sum_error += std::pow(std::log(a.row(i).dot(fit.theta) / after[i]), 2);
      ++errors;
    }
  }
  const double rms = std::sqrt(sum_error / errors);
  BOOST_TEST_MESSAGE("learned share of the difference at most "
                     << worst_share << ", rms error of an unseen network " << rms);
  BOOST_TEST(worst_share < 0.1);
  BOOST_TEST(rms < 1.5 * 0.03);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace assay::calibration
