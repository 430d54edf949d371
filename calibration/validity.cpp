// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <cmath>

#include "calibration/intervals.h"

namespace assay::calibration {
namespace {

constexpr double kShareMargin = 0.01;  // below that an unknown counts as not active anyway

}  // namespace

ValidityBox::ValidityBox(const Problem& problem, const Rows& rows, const Eigen::MatrixXd& shares)
    : problem_(problem) {
  for (const std::size_t row : rows) {
    const std::string& kind = problem.observations[row].kind;
    if (std::find(kinds_.begin(), kinds_.end(), kind) == kinds_.end()) kinds_.push_back(kind);
    const Eigen::RowVectorXd s = shares.row(index(row));
    low_ = low_.size() == 0 ? s : Eigen::RowVectorXd(low_.cwiseMin(s));
    high_ = high_.size() == 0 ? s : Eigen::RowVectorXd(high_.cwiseMax(s));
  }
}

std::string ValidityBox::outside(const Observation& o, const Eigen::RowVectorXd& shares) const {
  if (std::find(kinds_.begin(), kinds_.end(), o.kind) == kinds_.end())
    return "kind " + o.kind + ", not seen";
  for (Eigen::Index j = 0; j < shares.size(); ++j) {
    const std::string& name = problem_.unknowns[static_cast<std::size_t>(j)].name;
    if (shares[j] > high_[j] + kShareMargin)
      return fmt::format("share of {} {:.2f}, seen up to {:.2f}", name, shares[j], high_[j]);
    if (shares[j] < low_[j] - kShareMargin)
      return fmt::format("share of {} {:.2f}, seen from {:.2f}", name, shares[j], low_[j]);
  }
  return "";
}

Eigen::MatrixXd shares_at_prior(const Problem& problem, const Problem& priors) {
  Problem at = problem;  // the model is shared, not copied
  at.unknowns = priors.unknowns;
  const Objective o(at, all_rows(at));
  Eigen::VectorXd residual;
  Eigen::MatrixXd shares;
  if (!o.residuals(Eigen::VectorXd::Zero(o.prior().mean.size()), &residual, &shares))
    throw ProblemError(Fault::nonpositive_prediction, "no prediction at the prior");
  return shares;
}

std::pair<double, double> clopper_pearson(int successes, int n, double level) {
  using Binomial = boost::math::binomial_distribution<double>;
  const double tail = (1 - level) / 2;
  const double low = successes == 0 ? 0 : Binomial::find_lower_bound_on_p(n, successes, tail);
  const double high = successes == n ? 1 : Binomial::find_upper_bound_on_p(n, successes, tail);
  return {low, high};
}

std::optional<Ranks> cv_plus_ranks(std::size_t n, double nominal) {
  // 0.9 * 10 must be 9 although neither is exact.
  constexpr double kSlack = 1e-9;
  const auto all = static_cast<double>(n + 1);
  const double low = std::floor((1 - nominal) * all + kSlack);
  const double high = std::ceil(nominal * all - kSlack);
  if (low < 1 || high > static_cast<double>(n)) return std::nullopt;
  return Ranks{static_cast<std::size_t>(low), static_cast<std::size_t>(high)};
}

}  // namespace assay::calibration
