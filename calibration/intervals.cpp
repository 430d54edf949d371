// SPDX-License-Identifier: Apache-2.0
#include "calibration/intervals.h"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>

namespace assay::calibration {
namespace {

constexpr std::size_t kLeastFolds = 3;

using FitOf = std::vector<const FoldFit*>;

// Fits of one problem and their predictions.
class Fitter {
 public:
  Fitter(const Problem& problem, const Problem& target, const IntervalOptions& options,
         const Rows& rows)
      : problem_(problem),
        target_(target),
        options_(options),
        full_(fit_map(problem, rows, options.fit)) {}

  FoldFit operator()(const Rows& rows) const {
    FoldFit f{fit_map_near(problem_, rows, options_.fit, full_), {}, {}};
    f.ln_own = ln_predictions(problem_, f.fit.theta);
    f.ln_target = &problem_ == &target_ ? f.ln_own : ln_predictions(target_, f.fit.theta);
    return f;
  }

 private:
  static Eigen::VectorXd ln_predictions(const Problem& p, const Eigen::VectorXd& theta) {
    Eigen::VectorXd predicted;
    p.model->predict(theta, &predicted, nullptr);
    return predicted.array().log();
  }

  const Problem& problem_;
  const Problem& target_;
  const IntervalOptions& options_;
  MapFit full_;
};

// without[f]: the fit that has not seen fold f. Absent: too few folds or observations.
std::optional<std::vector<LnInterval>> cv_plus(const Problem& problem, const Folds& folds,
                                               const FitOf& without, const Rows& targets,
                                               double nominal) {
  std::size_t n = 0;
  for (const Rows& members : folds.members) n += members.size();
  const std::optional<Ranks> ranks = cv_plus_ranks(n, nominal);
  if (folds.size() < kLeastFolds || !ranks) return std::nullopt;
  std::vector<double> below(n), above(n);
  std::vector<LnInterval> intervals;
  for (const std::size_t target : targets) {
    std::size_t at = 0;
    for (std::size_t f = 0; f < folds.size(); ++f)
      for (const std::size_t row : folds.members[f]) {
        const double residual =
            std::abs(std::log(problem.observations[row].measured) - without[f]->ln_own[index(row)]);
        const double centre = without[f]->ln_target[index(target)];
        below[at] = centre - residual;
        above[at++] = centre + residual;
      }
    const auto ranked = [](std::vector<double>* v, std::size_t rank) {
      const auto place = v->begin() + static_cast<std::ptrdiff_t>(rank - 1);
      std::nth_element(v->begin(), place, v->end());
      return *place;
    };
    intervals.push_back({ranked(&below, ranks->low), ranked(&above, ranks->high)});
  }
  return intervals;
}

// Posterior of the unknowns and a discrepancy that is widened for what few groups cannot show.
std::vector<LnInterval> laplace(const FoldFit& f, const Targets& targets, std::size_t groups,
                                double nominal) {
  const double z = boost::math::quantile(boost::math::normal(), (1 + nominal) / 2);
  const double widened = f.fit.discrepancy_ln * f.fit.discrepancy_ln *
                         (1 + 1 / static_cast<double>(std::max<std::size_t>(groups, 1)));
  Eigen::VectorXd predicted;
  Eigen::MatrixXd jacobian;
  targets.problem->model->predict(f.fit.theta, &predicted, &jacobian);
  std::vector<LnInterval> intervals;
  for (const std::size_t row : targets.rows) {
    const double spread = targets.problem->observations[row].spread_ln;
    const Eigen::VectorXd s =
        jacobian.row(index(row)).transpose().cwiseProduct(f.fit.theta) / predicted[index(row)];
    const double sd = std::sqrt(widened + spread * spread + s.dot(f.fit.covariance * s));
    const double centre = f.ln_target[index(row)];
    intervals.push_back({centre - z * sd, centre + z * sd});
  }
  return intervals;
}

// Intervals from leaving out kinds of layers, for an operator that was never seen.
std::optional<std::vector<LnInterval>> by_kind(const Problem& problem, const Rows& rows,
                                               const Rows& targets, const Fitter& fit,
                                               double nominal) {
  const Folds kinds = folds(problem, rows, FoldBy::kind);
  if (kinds.size() < kLeastFolds) return std::nullopt;
  std::vector<FoldFit> fits;
  for (std::size_t k = 0; k < kinds.size(); ++k) fits.push_back(fit(kinds.without(k, k)));
  FitOf without;
  for (const FoldFit& f : fits) without.push_back(&f);
  return cv_plus(problem, kinds, without, targets, nominal);
}

struct Judged {
  std::vector<HeldOut> predictions;
  bool validated = false;
};

// Everything about one set of targets, given the fit of all training folds and those without each.
Judged judge(const Problem& problem, const Eigen::MatrixXd& own_shares, const Folds& training,
             const FoldFit& all, const FitOf& without, const Targets& targets, const Fitter& fit,
             const IntervalOptions& options) {
  auto intervals = cv_plus(problem, training, without, targets.rows, options.nominal);
  Judged judged;
  judged.validated = intervals.has_value();
  if (!intervals) intervals = laplace(all, targets, training.size(), options.nominal);
  const Rows rows = training.all();
  const ValidityBox box(problem, rows, own_shares);
  Rows outside;
  for (std::size_t t = 0; t < targets.rows.size(); ++t) {
    const std::size_t row = targets.rows[t];
    HeldOut h;
    h.row = row;
    h.predicted = std::exp(all.ln_target[index(row)]);
    h.outside = box.outside(targets.problem->observations[row], targets.shares.row(index(row)));
    h.extrapolation = !h.outside.empty();
    if (h.extrapolation) outside.push_back(row);
    h.low = std::exp((*intervals)[t].low);
    h.high = std::exp((*intervals)[t].high);
    judged.predictions.push_back(std::move(h));
  }
  if (outside.empty() || !options.by_kind_outside) return judged;
  const auto wide = by_kind(problem, rows, outside, fit, options.nominal);
  if (!wide) return judged;
  std::size_t next = 0;
  for (HeldOut& h : judged.predictions) {
    if (!h.extrapolation) continue;
    h.low = std::exp((*wide)[next].low);
    h.high = std::exp((*wide)[next++].high);
    h.by_kind = true;
  }
  return judged;
}

std::string method(bool validated, const Folds& training, std::size_t left_out_in_turn) {
  if (!validated) return "Laplace with " + training.what() + ": assumed, not validated";
  std::string text = "CV+ over " + training.what();
  if (left_out_in_turn > 0) text += ", each of " + std::to_string(left_out_in_turn) + " left out";
  return text;
}

// Fits without two folds of one problem; each serves both ways round.
class PairFits {
 public:
  PairFits(const Folds& all, const Fitter& fit)
      : all_(all), fit_(fit), fits_(all.size() * all.size()) {}
  const FoldFit& without(std::size_t a, std::size_t b) {
    std::unique_ptr<FoldFit>& f = fits_[std::min(a, b) * all_.size() + std::max(a, b)];
    if (!f) f = std::make_unique<FoldFit>(fit_(all_.without(a, b)));
    return *f;
  }

 private:
  const Folds& all_;
  const Fitter& fit_;
  std::vector<std::unique_ptr<FoldFit>> fits_;
};

void check_same_unknowns(const Problem& problem, const Problem& target) {
  bool same = target.model && target.unknowns.size() == problem.unknowns.size() &&
              target.model->unknowns() == problem.unknowns.size() &&
              target.model->observations() == target.observations.size();
  for (std::size_t j = 0; same && j < problem.unknowns.size(); ++j)
    same = problem.unknowns[j].name == target.unknowns[j].name;
  if (!same)
    throw ProblemError(Fault::size_mismatch, "the target has other unknowns, or no model of them");
}

}  // namespace

void count_coverage(HeldOutReport* report) {
  report->n = report->covered = 0;
  for (const HeldOut& h : report->predictions) {
    ++report->n;
    report->covered += h.covered ? 1 : 0;
  }
  if (report->n == 0) return;
  report->coverage = static_cast<double>(report->covered) / report->n;
  const auto [low, high] = clopper_pearson(report->covered, report->n);
  report->coverage_low = low;
  report->coverage_high = high;
}

HeldOutReport held_out(const Problem& problem, const Rows& rows, const IntervalOptions& options) {
  check(problem);
  const Folds all = folds(problem, rows, options.fold_by);
  if (all.size() < 2)
    throw ProblemError(Fault::one_group, "a held-out error needs two groups, there are " +
                                             std::to_string(all.size()));
  const Fitter fit(problem, problem, options, rows);
  const Eigen::MatrixXd shares = shares_at_prior(problem, problem);
  PairFits pairs(all, fit);
  HeldOutReport report;
  Folds training;
  for (std::size_t f = 0; f < all.size(); ++f) {
    training = all.but(f);
    FitOf without;
    const bool nested = training.size() >= kLeastFolds;
    for (std::size_t h = 0; nested && h < all.size(); ++h)
      if (h != f) without.push_back(&pairs.without(f, h));
    Judged judged = judge(problem, shares, training, pairs.without(f, f), without,
                          {&problem, all.members[f], shares}, fit, options);
    report.validated = report.validated && judged.validated;
    for (HeldOut& h : judged.predictions) {
      const double measured = problem.observations[h.row].measured;
      h.fold = all.names[f];
      h.covered = h.low <= measured && measured <= h.high;
      report.predictions.push_back(std::move(h));
    }
  }
  report.method = method(report.validated, training, all.size());
  count_coverage(&report);
  return report;
}

HeldOutReport predict_interval(const Problem& problem, const Rows& rows, const Problem& target,
                               const IntervalOptions& options) {
  check_same_unknowns(problem, target);
  const Fitter fit(problem, target, options, rows);
  const Folds training = folds(problem, rows, options.fold_by);
  PairFits fits(training, fit);
  FitOf without;
  for (std::size_t f = 0; training.size() >= kLeastFolds && f < training.size(); ++f)
    without.push_back(&fits.without(f, f));
  const Targets targets{&target, all_rows(target), shares_at_prior(target, problem)};
  Judged judged = judge(problem, shares_at_prior(problem, problem), training, fit(rows), without,
                        targets, fit, options);
  HeldOutReport report;
  report.predictions = std::move(judged.predictions);
  report.validated = judged.validated;
  report.method = method(report.validated, training, 0);
  return report;
}

}  // namespace assay::calibration
