// SPDX-License-Identifier: Apache-2.0
// How sure the fit says it is, and how often it is right.
#include "calibration/uncertainty.h"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <memory>
#include <set>

#include "calibration/intervals.h"
#include "tests/calibration/synthetic.h"

namespace assay::calibration {
namespace {

using boost::test_tools::tolerance;
using synthetic::Options;

Problem made_up(double network_ln, bool microbenchmarks, std::uint64_t seed) {
  Options o;
  o.network_ln = network_ln;
  o.with_microbenchmarks = microbenchmarks;
  return synthetic::problem(synthetic::layers(), o, seed);
}

Rows rows_of(const Problem& p, const std::set<std::string>& groups) {
  Rows rows;
  for (const std::size_t row : all_rows(p))
    if (groups.count(p.observations[row].group) != 0) rows.push_back(row);
  return rows;
}

Problem part(const Problem& p, const Rows& rows) {
  Problem q = p;
  q.observations.clear();
  Eigen::MatrixXd a(static_cast<Eigen::Index>(rows.size()), synthetic::kUnknowns);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    q.observations.push_back(p.observations[rows[i]]);
    a.row(static_cast<Eigen::Index>(i)) = static_cast<const LinearModel&>(*p.model).activity().row(
        static_cast<Eigen::Index>(rows[i]));
  }
  q.model = std::make_shared<LinearModel>(a);
  return q;
}

BOOST_AUTO_TEST_SUITE(unknowns)

BOOST_AUTO_TEST_CASE(says_what_was_learned_and_what_was_not) {
  Problem p = made_up(0, true, 1);
  Eigen::MatrixXd a = static_cast<const LinearModel&>(*p.model).activity();
  const Eigen::Index n = a.rows();
  a.conservativeResize(n, 8);
  a.col(7).setZero();
  p.unknowns.push_back({"refresh", "pJ", 5, 0.5, "", ""});
  p.model = std::make_shared<LinearModel>(a);
  const MapFit fit = fit_map(p, all_rows(p));
  const UnknownReport report = unknown_report(p, all_rows(p), fit);
  for (std::size_t j = 0; j < 7; ++j) {
    const UnknownResult& r = report.unknowns[j];
    BOOST_TEST((r.learned == Learned::learned), r.name);
    BOOST_TEST(r.learned_share > 0.9, r.name);
    BOOST_TEST((r.low < r.value && r.value < r.high), r.name);
    BOOST_TEST(r.high / r.low < r.prior_high / r.prior_low, r.name);
    BOOST_TEST(r.active > 3, r.name);
  }
  const UnknownResult& open = report.unknowns[7];
  BOOST_TEST((open.learned == Learned::prior_only));
  BOOST_TEST(open.value == 5);
  BOOST_TEST(open.learned_share == 0, tolerance(1e-12));
  BOOST_TEST(open.active == 0);
  BOOST_TEST(open.prior_high == 5 * std::exp(1.96 * 0.5), tolerance(1e-3));
  BOOST_TEST(open.high == open.prior_high, tolerance(1e-9));
  BOOST_TEST(std::string(name(open.learned)) == "prior only");
}

BOOST_AUTO_TEST_CASE(prints_the_larger_of_posterior_and_jackknife) {
  int jackknife_larger = 0;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const Problem p = made_up(0.1, false, seed);
    const MapFit fit = fit_map(p, all_rows(p));
    for (const UnknownResult& r : unknown_report(p, all_rows(p), fit).unknowns) {
      BOOST_REQUIRE(r.jackknife_sd_ln.has_value());
      const double sd = std::max(*r.jackknife_sd_ln, r.laplace_sd_ln);
      BOOST_TEST(std::log(r.high / r.value) == 1.96 * sd, tolerance(1e-3));
      jackknife_larger += *r.jackknife_sd_ln > r.laplace_sd_ln ? 1 : 0;
    }
  }
  BOOST_TEST_MESSAGE("jackknife larger " << jackknife_larger << " of 35 times");
  BOOST_TEST(jackknife_larger > 0);
  const Problem p = made_up(0.1, true, 1);
  const Rows two = rows_of(p, {"microbenchmark", "alexnet", "vgg16"});
  for (const UnknownResult& r : unknown_report(p, two, fit_map(p, two)).unknowns)
    BOOST_TEST(!r.jackknife_sd_ln.has_value());  // two groups: microbenchmarks are not one
}

BOOST_AUTO_TEST_CASE(a_branch_seen_twice_is_not_learned) {
  Problem p = made_up(0, true, 1);
  const Eigen::MatrixXd a = static_cast<const LinearModel&>(*p.model).activity();
  const std::size_t n = p.observations.size();
  Eigen::MatrixXd few = a;
  for (Eigen::Index i = 2; i < few.rows(); ++i) few(i, 6) = 0;  // "layer": two records only
  few(0, 6) = few(1, 6) = 100;
  const auto learned = [&](const NumericModel::Binding& binding) {
    Problem q = p;
    q.model = std::make_shared<NumericModel>(
        n, 7, [few](const Eigen::VectorXd& t) { return Eigen::VectorXd(few * t); }, binding);
    return unknown_report(q, all_rows(q), fit_map(q, all_rows(q))).unknowns[6];
  };
  const UnknownResult plain = learned({});
  BOOST_TEST(plain.active == 2);
  BOOST_TEST((plain.learned == Learned::learned));
  const auto one_branch = [n](const Eigen::VectorXd&) { return std::vector<std::string>(n, "a"); };
  BOOST_TEST((learned(one_branch).learned == Learned::weak));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(intervals)

BOOST_AUTO_TEST_CASE(ranks_are_those_of_cv_plus) {
  const auto ranks = [](std::size_t n) { return cv_plus_ranks(n, 0.9).value(); };
  BOOST_TEST(!cv_plus_ranks(8, 0.9).has_value());
  BOOST_TEST((ranks(9).low == 1 && ranks(9).high == 9));
  BOOST_TEST((ranks(19).low == 2 && ranks(19).high == 18));
  BOOST_TEST((ranks(32).low == 3 && ranks(32).high == 30));
  BOOST_TEST((ranks(99).low == 10 && ranks(99).high == 90));
  BOOST_TEST(!cv_plus_ranks(18, 0.95).has_value());
  BOOST_TEST(cv_plus_ranks(19, 0.95).has_value());
}

BOOST_AUTO_TEST_CASE(binomial_intervals_are_exact) {
  const auto is = [](int successes, int n, double low, double high) {
    const auto [a, b] = clopper_pearson(successes, n);
    BOOST_TEST(a == low, tolerance(1e-3));
    BOOST_TEST(b == high, tolerance(1e-3));
  };
  is(0, 10, 0, 0.30850);
  is(10, 10, 0.69150, 1);
  is(5, 10, 0.18709, 0.81291);
  is(90, 100, 0.82378, 0.95095);
}

struct Coverage {
  int covered = 0, n = 0;
  double width = 0;
  double rate() const { return static_cast<double>(covered) / n; }
};

// Intervals for a network that was not seen, from the three others.
Coverage coverage(double network_ln, FoldBy by, int repetitions) {
  const std::vector<std::string> networks{"alexnet", "vgg16", "resnet18", "mobilenet"};
  Coverage c;
  for (int r = 0; r < repetitions; ++r) {
    const Problem p = made_up(network_ln, false, static_cast<std::uint64_t>(r + 1));
    std::set<std::string> others(networks.begin(), networks.end());
    const std::string& left_out = networks[static_cast<std::size_t>(r) % 4];
    others.erase(left_out);
    const Problem target = part(p, rows_of(p, {left_out}));
    IntervalOptions o;
    o.fold_by = by;
    o.by_kind_outside = false;
    for (const HeldOut& h : predict_interval(p, rows_of(p, others), target, o).predictions) {
      const double y = target.observations[h.row].measured;
      c.covered += h.low <= y && y <= h.high ? 1 : 0;
      c.width += std::log(h.high / h.low) / 2;
      ++c.n;
    }
  }
  c.width /= c.n;
  return c;
}

BOOST_AUTO_TEST_CASE(leaving_out_networks_covers_and_leaving_out_layers_does_not) {
  const Coverage networks = coverage(0.05, FoldBy::group, 200);
  const Coverage layers = coverage(0.05, FoldBy::observation, 200);
  const Coverage quiet = coverage(0, FoldBy::group, 200);
  BOOST_TEST_MESSAGE("200 repetitions, nominal 90 %, network effect 5 %: by network "
                     << networks.rate() << " (half-width " << networks.width << "), by layer "
                     << layers.rate() << " (" << layers.width
                     << "); without the effect, by network " << quiet.rate() << " (" << quiet.width
                     << ")");
  BOOST_TEST(networks.rate() >= 0.84);
  BOOST_TEST(networks.rate() <= 0.94);
  BOOST_TEST(layers.rate() < 0.80);
  BOOST_TEST(quiet.rate() >= 0.88);
}

BOOST_AUTO_TEST_CASE(held_out_intervals_are_those_of_a_prediction_from_the_others) {
  const Problem p = made_up(0.05, true, 3);
  const HeldOutReport report = held_out(p, all_rows(p));
  BOOST_TEST(report.validated);
  BOOST_TEST(report.method == "CV+ over 3 groups, each of 4 left out");
  BOOST_TEST(report.n == 42);  // microbenchmarks are not judged
  BOOST_TEST(report.coverage.value() == report.covered / 42.0);
  BOOST_TEST(report.coverage_low.value() < report.coverage.value());
  const Rows others = rows_of(p, {"microbenchmark", "alexnet", "vgg16", "mobilenet"});
  const Problem target = part(p, rows_of(p, {"resnet18"}));
  const HeldOutReport direct = predict_interval(p, others, target);
  BOOST_TEST(direct.method == "CV+ over 3 groups");
  BOOST_TEST(!direct.coverage.has_value());
  std::size_t next = 0;
  for (const HeldOut& h : report.predictions) {
    if (h.fold != "resnet18") continue;
    const HeldOut& d = direct.predictions[next++];
    BOOST_TEST(h.predicted == d.predicted, tolerance(1e-7));
    BOOST_TEST(h.low == d.low, tolerance(1e-7));
    BOOST_TEST(h.high == d.high, tolerance(1e-7));
    BOOST_TEST(h.outside == d.outside);
  }
  BOOST_TEST(next == target.observations.size());
}

BOOST_AUTO_TEST_CASE(what_is_left_out_is_not_seen) {
  const Problem p = made_up(0.05, false, 5);
  Problem q = p;
  for (const std::size_t row : rows_of(p, {"vgg16"})) q.observations[row].measured *= 3;
  const HeldOutReport a = held_out(p, all_rows(p)), b = held_out(q, all_rows(q));
  for (std::size_t i = 0; i < a.predictions.size(); ++i) {
    if (a.predictions[i].fold != "vgg16") continue;
    BOOST_TEST(a.predictions[i].predicted == b.predictions[i].predicted, tolerance(1e-7));
    BOOST_TEST(a.predictions[i].low == b.predictions[i].low, tolerance(1e-7));
    BOOST_TEST(a.predictions[i].high == b.predictions[i].high, tolerance(1e-7));
    BOOST_TEST(!b.predictions[i].covered);
  }
}

BOOST_AUTO_TEST_CASE(two_groups_to_learn_from_are_assumed_not_validated) {
  const Problem p = made_up(0.05, false, 7);
  const HeldOutReport report = held_out(p, rows_of(p, {"alexnet", "vgg16", "resnet18"}));
  BOOST_TEST(!report.validated);
  BOOST_TEST(report.method == "Laplace with 2 groups: assumed, not validated");
  const MapFit fit = fit_map(p, rows_of(p, {"vgg16", "resnet18"}));
  const double least = 1.6448536 * fit.discrepancy_ln * std::sqrt(1.5);
  for (const HeldOut& h : report.predictions)
    if (h.fold == "alexnet" && !h.by_kind) {
      BOOST_TEST(std::log(h.high / h.predicted) > least * (1 - 1e-6));
      BOOST_TEST(std::log(h.high / h.predicted) == std::log(h.predicted / h.low), tolerance(1e-9));
    }
  const Rows one = rows_of(p, {"alexnet"});
  BOOST_CHECK_EXCEPTION(held_out(p, one), ProblemError,
                        [](const ProblemError& e) { return e.fault == Fault::one_group; });
  BOOST_TEST(predict_interval(p, one, part(p, rows_of(p, {"vgg16"}))).method ==
             "Laplace with 1 group: assumed, not validated");
}

BOOST_AUTO_TEST_CASE(an_unseen_kind_is_an_extrapolation_with_wider_intervals) {
  const Problem p = made_up(0.05, false, 9);
  IntervalOptions narrow;
  narrow.by_kind_outside = false;
  const HeldOutReport a = held_out(p, all_rows(p)), b = held_out(p, all_rows(p), narrow);
  int depthwise = 0, inside = 0;
  double wide_sum = 0, narrow_sum = 0;
  for (std::size_t i = 0; i < a.predictions.size(); ++i) {
    const HeldOut &h = a.predictions[i], &n = b.predictions[i];
    BOOST_TEST(h.extrapolation == !h.outside.empty());
    BOOST_TEST(!n.by_kind);
    BOOST_TEST(h.by_kind == h.extrapolation);
    if (p.observations[h.row].kind == "depthwise") {
      BOOST_TEST(h.outside == "kind depthwise, not seen");
      ++depthwise;
    }
    if (h.by_kind) {
      wide_sum += std::log(h.high / h.low);
      narrow_sum += std::log(n.high / n.low);
    } else {
      BOOST_TEST(h.low == n.low);
      ++inside;
    }
  }
  BOOST_TEST_MESSAGE(inside << " of 42 inside the validity box; outside, intervals by kind are "
                            << wide_sum / narrow_sum << " times as wide");
  BOOST_TEST(depthwise == 4);
  BOOST_TEST(inside > 10);
  BOOST_TEST(wide_sum > narrow_sum);
}

BOOST_AUTO_TEST_CASE(many_single_observations_are_dealt_into_twenty_folds) {
  const Problem p = made_up(0, false, 11);
  IntervalOptions o;
  o.fold_by = FoldBy::observation;
  o.by_kind_outside = false;
  const HeldOutReport report = held_out(p, all_rows(p), o);
  BOOST_TEST(report.method == "CV+ over 19 folds of 42 observations, each of 20 left out");
  BOOST_TEST(report.n == 42);
  std::set<std::size_t> rows;
  for (const HeldOut& h : report.predictions) rows.insert(h.row);
  BOOST_TEST(rows.size() == 42U);
}

BOOST_AUTO_TEST_CASE(refuses_a_target_with_other_unknowns) {
  const Problem p = made_up(0, false, 13);
  Problem target = part(p, {0, 1});
  target.unknowns[2].name = "another";
  BOOST_CHECK_EXCEPTION(predict_interval(p, all_rows(p), target), ProblemError,
                        [](const ProblemError& e) { return e.fault == Fault::size_mismatch; });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace assay::calibration
