// SPDX-License-Identifier: Apache-2.0
// The fit itself, on problems whose answer is known: recovery, invariance, what a prior and what
// many observations do to it.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <memory>
#include <set>
#include <string>

#include "calibration/objective.h"
#include "tests/calibration/synthetic.h"

namespace assay::calibration {
namespace {

using synthetic::Options;

Options with_microbenchmarks() {
  Options o;
  o.with_microbenchmarks = true;
  return o;
}

// Error of the predictions of all layers, without noise.
double rms_error(const Eigen::VectorXd& theta) {
  double sum = 0;
  for (const synthetic::Layer& l : synthetic::layers()) {
    const double ln = std::log(l.activity.dot(theta) / l.activity.dot(synthetic::truth()));
    sum += ln * ln;
  }
  return std::sqrt(sum / static_cast<double>(synthetic::layers().size()));
}

BOOST_AUTO_TEST_SUITE(map_fit)

// Errors of the layers that were not fitted, measured with noise of their own.
double rms_error_of_unseen(const Problem& seen, const MapFit& fit, std::uint64_t seed) {
  std::set<std::string> ids;
  for (const Observation& o : seen.observations) ids.insert(o.id);
  const Problem all = synthetic::problem(synthetic::layers(), Options{}, seed + 1000);
  Eigen::VectorXd predicted;
  all.model->predict(fit.theta, &predicted, nullptr);
  double sum = 0, n = 0;
  for (std::size_t i = 0; i < all.observations.size(); ++i) {
    if (ids.count(all.observations[i].id) != 0) continue;
    const double y = predicted[static_cast<Eigen::Index>(i)];
    sum += std::pow(std::log(y / all.observations[i].measured), 2);
    ++n;
  }
  return std::sqrt(sum / n);
}

BOOST_AUTO_TEST_CASE(recovers_a_known_chip_from_microbenchmarks_and_twelve_layers) {
  int far = 0;
  double worst_sd = 0, worst_factor = 0, worst_error = 0, sum_z2 = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const Problem p =
        synthetic::problem(synthetic::some_layers(12, seed), with_microbenchmarks(), seed);
    const MapFit fit = fit_map(p, all_rows(p));
    BOOST_TEST(fit.converged, "seed " << seed);
    BOOST_TEST(fit.starts_agree, "seed " << seed);
    const Eigen::ArrayXd z = (fit.theta.array() / synthetic::truth().array()).log() /
                             fit.covariance.diagonal().array().sqrt();
    worst_sd = std::max(worst_sd, z.abs().maxCoeff());
    far += static_cast<int>((z.abs() > 3).count());
    sum_z2 += z.square().sum();
    if (seed == 1) BOOST_TEST(z.abs().maxCoeff() < 3);
    worst_factor = std::max(worst_factor, synthetic::parameter_factor(fit.theta));
    worst_error = std::max(worst_error, rms_error_of_unseen(p, fit, seed));
  }
  const double rms_z = std::sqrt(sum_z2 / (20 * synthetic::kUnknowns));
  BOOST_TEST_MESSAGE("20 seeds: at most "
                     << worst_sd << " posterior sd from the truth (" << far
                     << " of 140 beyond 3, rms " << rms_z << "), parameter factor at most "
                     << worst_factor << ", rms error of unseen layers at most " << worst_error);
  BOOST_TEST(far <= 1);  // about eleven degrees of freedom: 1.2 % each
  BOOST_TEST(worst_sd < 3.5);
  BOOST_TEST(rms_z > 0.5);  // the posterior is not simply wide
  BOOST_TEST(rms_z < 1.4);
  BOOST_TEST(worst_factor < 1.2);
  BOOST_TEST(worst_error < 1.5 * 0.03);
}

BOOST_AUTO_TEST_CASE(estimates_the_discrepancy) {
  for (const double noise : {0.02, 0.1}) {
    Options o = with_microbenchmarks();
    o.noise_ln = noise;
    double sum = 0;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      const Problem p = synthetic::problem(synthetic::layers(), o, seed);
      sum += fit_map(p, all_rows(p)).discrepancy_ln / 20;
    }
    BOOST_TEST_MESSAGE("noise " << noise << ": mean of 20 estimates " << sum);
    BOOST_TEST(sum > 0.85 * noise);
    BOOST_TEST(sum < 1.25 * noise);
  }
}

BOOST_AUTO_TEST_CASE(a_stated_spread_is_not_discrepancy) {
  double without = 0, with = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Problem p = synthetic::problem(synthetic::layers(), with_microbenchmarks(), seed);
    without += fit_map(p, all_rows(p)).discrepancy_ln / 20;
    for (Observation& o : p.observations) o.spread_ln = 0.03;
    with += fit_map(p, all_rows(p)).discrepancy_ln / 20;
  }
  BOOST_TEST_MESSAGE("mean discrepancy of 20 seeds " << without
                                                     << ", beside a stated spread of 3 % " << with);
  BOOST_TEST(with < 0.5 * without);
  BOOST_TEST(with >= 0.01);
}

BOOST_AUTO_TEST_CASE(a_rescaled_unit_rescales_its_cost_exactly) {
  const Problem p = synthetic::problem(synthetic::layers(), Options{}, 5);
  for (const double factor : {1024.0, 0.125, 1e3}) {
    Problem q = p;
    Eigen::MatrixXd activity = static_cast<const LinearModel&>(*p.model).activity();
    activity.col(3) *= factor;
    q.unknowns[3].prior /= factor;
    q.model = std::make_shared<LinearModel>(activity);
    const MapFit a = fit_map(p, all_rows(p)), b = fit_map(q, all_rows(q));
    Eigen::VectorXd expected = a.theta;
    expected[3] /= factor;
    const double worst = ((b.theta - expected).array() / expected.array()).abs().maxCoeff();
    if (factor != 1e3) BOOST_TEST(worst == 0.0, "factor " << factor);  // powers of two: no rounding
    BOOST_TEST(worst < 1e-12, "factor " << factor);
    BOOST_TEST((a.covariance - b.covariance).cwiseAbs().maxCoeff() < 1e-12);
  }
}

BOOST_AUTO_TEST_CASE(the_order_of_observations_and_unknowns_does_not_matter) {
  const Problem p = synthetic::problem(synthetic::layers(), Options{}, 7);
  const Eigen::MatrixXd& activity = static_cast<const LinearModel&>(*p.model).activity();
  Problem q = p;
  std::reverse(q.observations.begin(), q.observations.end());
  std::reverse(q.unknowns.begin(), q.unknowns.end());
  q.model = std::make_shared<LinearModel>(activity.reverse());
  const MapFit a = fit_map(p, all_rows(p)), b = fit_map(q, all_rows(q));
  BOOST_TEST((a.phi - b.phi.reverse()).cwiseAbs().maxCoeff() < 1e-12);
  BOOST_TEST((a.covariance - b.covariance.reverse()).cwiseAbs().maxCoeff() < 1e-12);
}

Problem repeated(const Problem& p, Eigen::Index times) {
  Problem q = p;
  q.observations.clear();
  for (Eigen::Index t = 0; t < times; ++t)
    for (Observation o : p.observations) {
      o.id += "#" + std::to_string(t);
      q.observations.push_back(o);
    }
  q.model = std::make_shared<LinearModel>(
      static_cast<const LinearModel&>(*p.model).activity().replicate(times, 1));
  return q;
}

BOOST_AUTO_TEST_CASE(every_record_twice_halves_the_variance) {
  Options o = with_microbenchmarks();
  o.prior_sd_ln = 1e4;  // no prior to speak of
  const Problem p = synthetic::problem(synthetic::layers(), o, 9);
  MapOptions options;
  options.estimate_discrepancy = false;
  const Problem q = repeated(p, 2);
  const MapFit a = fit_map(p, all_rows(p), options), b = fit_map(q, all_rows(q), options);
  BOOST_TEST((a.phi - b.phi).cwiseAbs().maxCoeff() < 1e-9);
  const Eigen::ArrayXXd ratio = b.covariance.diagonal().array() / a.covariance.diagonal().array();
  BOOST_TEST((ratio - 0.5).abs().maxCoeff() < 1e-6);
}

BOOST_AUTO_TEST_CASE(without_observations_the_prior_remains) {
  Problem p = synthetic::problem(synthetic::layers(), Options{}, 11);
  p.common_sd_ln = 0.3;
  const MapFit fit = fit_map(p, {});
  for (std::size_t j = 0; j < p.unknowns.size(); ++j)
    BOOST_TEST(fit.theta[static_cast<Eigen::Index>(j)] == p.unknowns[j].prior);
  BOOST_TEST((fit.covariance - fit.prior_covariance).norm() == 0.0);
  BOOST_TEST(fit.covariance(0, 1) == 0.09, boost::test_tools::tolerance(1e-12));
  BOOST_TEST(fit.residual_ln.empty());
}

// The minimum of the sum of squared ln ratios, by Gauss-Newton on the bare data.
Eigen::VectorXd relative_least_squares(const Problem& p, Eigen::VectorXd theta) {
  for (int i = 0; i < 100; ++i) {
    Eigen::VectorXd predicted;
    Eigen::MatrixXd jacobian;
    p.model->predict(theta, &predicted, &jacobian);
    Eigen::VectorXd residual(predicted.size());
    for (Eigen::Index r = 0; r < predicted.size(); ++r) {
      residual[r] = std::log(p.observations[static_cast<std::size_t>(r)].measured / predicted[r]);
      jacobian.row(r) = jacobian.row(r).cwiseProduct(theta.transpose()) / predicted[r];
    }
    theta = theta.array() * least_squares(jacobian, residual).array().exp();
  }
  return theta;
}

BOOST_AUTO_TEST_CASE(many_observations_overrule_the_prior) {
  const Problem p = synthetic::problem(synthetic::layers(), with_microbenchmarks(), 13);
  const Eigen::VectorXd wanted = relative_least_squares(p, synthetic::truth());
  MapOptions options;
  options.estimate_discrepancy = false;
  double before = 1;
  for (const Eigen::Index times : {1, 10, 100, 1000}) {
    const Problem q = repeated(p, times);
    const MapFit fit = fit_map(q, all_rows(q), options);
    const double distance = (fit.theta.array() / wanted.array()).log().abs().maxCoeff();
    BOOST_TEST_MESSAGE(times << " times: " << distance << " in ln from relative least squares");
    BOOST_TEST(distance < before);
    before = distance / 5;  // ten times the data, about a tenth
  }
  BOOST_TEST(before < 1e-4);
}

BOOST_AUTO_TEST_CASE(a_ratio_prior_moves_what_the_data_leave_open) {
  Problem p = synthetic::problem(synthetic::layers(), Options{}, 15);
  p.observations.clear();
  p.model = std::make_shared<LinearModel>(Eigen::MatrixXd(0, synthetic::kUnknowns));
  p.ratios.push_back({4, 3, std::log(50), 1e-3});
  const MapFit fit = fit_map(p, {});
  BOOST_TEST(fit.theta[4] / fit.theta[3] == 50, boost::test_tools::tolerance(1e-3));
  // Both give way by as much, and what is not in the ratio stays.
  BOOST_TEST(fit.theta[4] * fit.theta[3] == p.unknowns[4].prior * p.unknowns[3].prior,
             boost::test_tools::tolerance(1e-9));
  BOOST_TEST(fit.theta[0] == p.unknowns[0].prior, boost::test_tools::tolerance(1e-12));
}

BOOST_AUTO_TEST_CASE(a_numeric_model_ends_where_the_linear_one_does) {
  const Problem p = synthetic::problem(synthetic::layers(), Options{}, 17);
  Problem q = p;
  const Eigen::MatrixXd activity = static_cast<const LinearModel&>(*p.model).activity();
  q.model = std::make_shared<NumericModel>(
      p.observations.size(), p.unknowns.size(),
      [activity](const Eigen::VectorXd& theta) { return Eigen::VectorXd(activity * theta); },
      [&](const Eigen::VectorXd&) {
        return std::vector<std::string>(p.observations.size(), "sum");
      });
  const MapFit a = fit_map(p, all_rows(p)), b = fit_map(q, {0, 5, 9});
  BOOST_TEST((a.phi - fit_map(q, all_rows(q)).phi).cwiseAbs().maxCoeff() < 1e-6);
  BOOST_TEST(b.binding.size() == 3U);
  BOOST_TEST(b.residual_ln.size() == 3U);
}

// ln y = sin(3 ln theta) is 0 at every third of pi.
Problem several_minima() {
  Problem p;
  p.unknowns.push_back({"t", "", 1, 2, "", ""});
  p.observations.push_back({"a", "g", "c", "k", "chip", 1, 0});
  p.model = std::make_shared<NumericModel>(1, 1, [](const Eigen::VectorXd& t) {
    return Eigen::VectorXd(Eigen::VectorXd::Constant(1, std::exp(std::sin(3 * std::log(t[0])))));
  });
  return p;
}

BOOST_AUTO_TEST_CASE(says_when_starts_end_in_different_minima) {
  const Problem p = several_minima();
  MapOptions options;
  options.starts = 10;
  const MapFit fit = fit_map(p, all_rows(p), options);
  BOOST_TEST(fit.minima.size() == 10U);
  BOOST_TEST(!fit.starts_agree);
  BOOST_TEST(fit.theta[0] == 1, boost::test_tools::tolerance(1e-9));  // the best of them
}

BOOST_AUTO_TEST_CASE(a_fold_follows_the_whole_fit_only_where_there_is_one_minimum) {
  const Problem p = several_minima();
  const double other = std::exp(2 * std::acos(-1.0) / 3);
  MapFit near = fit_map(p, all_rows(p));
  near.theta[0] = other;
  near.starts_agree = true;
  BOOST_TEST(fit_map_near(p, all_rows(p), {}, near).theta[0] == other,
             boost::test_tools::tolerance(0.01));
  near.starts_agree = false;
  BOOST_TEST(fit_map_near(p, all_rows(p), {}, near).theta[0] == 1,
             boost::test_tools::tolerance(1e-9));
}

BOOST_AUTO_TEST_CASE(huber_gives_way_to_no_single_record) {
  Problem p = synthetic::problem(synthetic::layers(), with_microbenchmarks(), 19);
  const MapFit clean = fit_map(p, all_rows(p));
  p.observations[20].measured *= 5;
  MapOptions robust;
  robust.huber = 1.345;
  const auto off = [&](const MapFit& fit) { return (fit.phi - clean.phi).norm(); };
  const double plain = off(fit_map(p, all_rows(p))), huber = off(fit_map(p, all_rows(p), robust));
  BOOST_TEST_MESSAGE("one record five times too large moves phi by " << plain << ", with Huber "
                                                                     << huber);
  BOOST_TEST(huber < 0.6 * plain);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(ladder_of_estimators)

BOOST_AUTO_TEST_CASE(has_every_rung_and_is_better_the_higher) {
  double error[5] = {};
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const Problem p =
        synthetic::problem(synthetic::some_layers(20, seed), with_microbenchmarks(), seed);
    const std::vector<Estimate> rungs = ladder(p, all_rows(p));
    BOOST_REQUIRE(rungs.size() == 5U);
    const char* expected[] = {"prior", "prior x scale", "NNLS", "MAP", "MAP + Huber"};
    for (std::size_t r = 0; r < 5; ++r) {
      BOOST_TEST(rungs[r].name == expected[r]);
      error[r] += rms_error(rungs[r].theta) / 20;
    }
  }
  BOOST_TEST_MESSAGE("rms error of all layers: prior " << error[0] << ", x scale " << error[1]
                                                       << ", NNLS " << error[2] << ", MAP "
                                                       << error[3] << ", Huber " << error[4]);
  BOOST_TEST(error[1] < error[0]);
  BOOST_TEST(error[2] < error[1]);
  BOOST_TEST(error[3] < error[2]);
}

BOOST_AUTO_TEST_CASE(marks_what_nnls_drives_to_its_bound) {
  int at_bound = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const Problem p = synthetic::problem(synthetic::layers(), Options{}, seed);
    const Estimate rung = ladder(p, all_rows(p))[2];
    for (std::size_t j = 0; j < p.unknowns.size(); ++j) {
      BOOST_TEST(rung.at_bound[j] == (rung.theta[static_cast<Eigen::Index>(j)] == 0));
      at_bound += rung.at_bound[j] ? 1 : 0;
    }
  }
  BOOST_TEST_MESSAGE("at the bound without microbenchmarks: " << at_bound << " of 140");
  BOOST_TEST(at_bound > 10);
}

BOOST_AUTO_TEST_CASE(scales_the_prior_by_the_mean_ratio) {
  Problem p = synthetic::problem(synthetic::layers(), Options{}, 1);
  const Eigen::VectorXd t = synthetic::truth();
  for (std::size_t j = 0; j < p.unknowns.size(); ++j)
    p.unknowns[j].prior = t[static_cast<Eigen::Index>(j)] / 3;
  for (std::size_t i = 0; i < p.observations.size(); ++i)
    p.observations[i].measured = synthetic::layers()[i].activity.dot(t);
  const Estimate rung = ladder(p, all_rows(p))[1];
  BOOST_TEST((rung.theta - t).cwiseQuotient(t).cwiseAbs().maxCoeff() < 1e-12);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace assay::calibration
