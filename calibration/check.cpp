// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <set>
#include <string>

#include "calibration/problem.h"

namespace assay::calibration {
namespace {

[[noreturn]] void refuse(Fault fault, const std::string& what) { throw ProblemError(fault, what); }

std::string quoted(const std::string& kind, const std::string& id) {
  return kind + " '" + id + "'";
}

void positive(double value, Fault fault, const std::string& what) {
  if (!std::isfinite(value)) refuse(Fault::not_finite, what + " is not a finite number");
  if (value <= 0) refuse(fault, what + " is not positive: " + std::to_string(value));
}

void not_negative(double value, Fault fault, const std::string& what) {
  if (!std::isfinite(value)) refuse(Fault::not_finite, what + " is not a finite number");
  if (value < 0) refuse(fault, what + " is negative: " + std::to_string(value));
}

void check_unknowns(const Problem& p) {
  if (p.unknowns.empty()) refuse(Fault::no_unknowns, "there is nothing to fit: no unknowns");
  std::set<std::string> names;
  for (const Unknown& u : p.unknowns) {
    const std::string who = quoted("unknown", u.name);
    if (!names.insert(u.name).second) refuse(Fault::duplicate_id, who + " is there twice");
    positive(u.prior, Fault::nonpositive_prior, "the prior of " + who);
    positive(u.prior_sd_ln, Fault::nonpositive_prior, "the prior's spread of " + who);
  }
  not_negative(p.common_sd_ln, Fault::nonpositive_prior, "the spread that all priors share");
  for (const RatioPrior& r : p.ratios) {
    if (r.a >= p.unknowns.size() || r.b >= p.unknowns.size() || r.a == r.b)
      refuse(Fault::size_mismatch, "a ratio must be of two different unknowns of the problem");
    const std::string who =
        "the ratio of '" + p.unknowns[r.a].name + "' to '" + p.unknowns[r.b].name + "'";
    if (!std::isfinite(r.mean_ln)) refuse(Fault::not_finite, who + " is not a finite number");
    positive(r.sd_ln, Fault::nonpositive_prior, "the spread of " + who);
  }
}

void check_observations(const Problem& p) {
  std::set<std::string> ids;
  for (const Observation& o : p.observations) {
    const std::string who = quoted("observation", o.id);
    if (!ids.insert(o.id).second) refuse(Fault::duplicate_id, who + " is there twice");
    positive(o.measured, Fault::nonpositive_measurement, "the measurement of " + who);
    not_negative(o.spread_ln, Fault::negative_spread, "the spread of " + who);
  }
}

void check_model(const Problem& p) {
  if (!p.model) refuse(Fault::size_mismatch, "the problem has no model");
  if (p.model->observations() != p.observations.size())
    refuse(Fault::size_mismatch, "the model predicts " + std::to_string(p.model->observations()) +
                                     " observations, the problem has " +
                                     std::to_string(p.observations.size()));
  if (p.model->unknowns() != p.unknowns.size())
    refuse(Fault::size_mismatch, "the model has " + std::to_string(p.model->unknowns()) +
                                     " unknowns, the problem " + std::to_string(p.unknowns.size()));
}

void check_activity(const Problem& p, const Eigen::MatrixXd& activity) {
  for (Eigen::Index i = 0; i < activity.rows(); ++i) {
    const std::string who = quoted("observation", p.observations[static_cast<std::size_t>(i)].id);
    for (Eigen::Index j = 0; j < activity.cols(); ++j)
      not_negative(
          activity(i, j), Fault::negative_activity,
          "the activity of '" + p.unknowns[static_cast<std::size_t>(j)].name + "' in " + who);
    if ((activity.row(i).array() == 0).all())
      refuse(Fault::zero_row, "nothing is active in " + who);
  }
}

void check_predictions(const Problem& p) {
  Eigen::VectorXd theta(static_cast<Eigen::Index>(p.unknowns.size()));
  for (std::size_t j = 0; j < p.unknowns.size(); ++j)
    theta[static_cast<Eigen::Index>(j)] = p.unknowns[j].prior;
  Eigen::VectorXd predicted;
  try {
    p.model->predict(theta, &predicted, nullptr);
  } catch (const std::domain_error& e) {
    refuse(Fault::nonpositive_prediction, std::string("no prediction at the prior: ") + e.what());
  }
  if (predicted.size() != static_cast<Eigen::Index>(p.observations.size()))
    refuse(Fault::size_mismatch, "the model gave " + std::to_string(predicted.size()) +
                                     " predictions instead of " +
                                     std::to_string(p.observations.size()));
  for (std::size_t i = 0; i < p.observations.size(); ++i)
    positive(predicted[static_cast<Eigen::Index>(i)], Fault::nonpositive_prediction,
             "the prediction at the prior of " + quoted("observation", p.observations[i].id));
}

}  // namespace

void check(const Problem& problem) {
  check_unknowns(problem);
  check_observations(problem);
  check_model(problem);
  if (const auto* linear = dynamic_cast<const LinearModel*>(problem.model.get()))
    check_activity(problem, linear->activity());
  check_predictions(problem);
}

}  // namespace assay::calibration
