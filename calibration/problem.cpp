// SPDX-License-Identifier: Apache-2.0
#include "calibration/problem.h"

#include <cmath>
#include <utility>

namespace assay::calibration {

std::vector<std::string> Model::binding(const Eigen::VectorXd&) const { return {}; }

void LinearModel::predict(const Eigen::VectorXd& theta, Eigen::VectorXd* predicted,
                          Eigen::MatrixXd* jacobian) const {
  *predicted = activity_ * theta;
  if (jacobian) *jacobian = activity_;
}

NumericModel::NumericModel(std::size_t observations, std::size_t unknowns, Predict predict,
                           Binding binding, double step_ln)
    : observations_(observations),
      unknowns_(unknowns),
      predict_(std::move(predict)),
      binding_(std::move(binding)),
      step_ln_(step_ln) {}

void NumericModel::predict(const Eigen::VectorXd& theta, Eigen::VectorXd* predicted,
                           Eigen::MatrixXd* jacobian) const {
  *predicted = predict_(theta);
  if (!jacobian) return;
  jacobian->resize(predicted->size(), theta.size());
  for (Eigen::Index j = 0; j < theta.size(); ++j) {
    Eigen::VectorXd up = theta, down = theta;
    up[j] *= std::exp(step_ln_);
    down[j] *= std::exp(-step_ln_);
    jacobian->col(j) = (predict_(up) - predict_(down)) / (up[j] - down[j]);
  }
}

std::vector<std::string> NumericModel::binding(const Eigen::VectorXd& theta) const {
  return binding_ ? binding_(theta) : std::vector<std::string>{};
}

Rows all_rows(const Problem& problem) {
  Rows rows(problem.observations.size());
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = i;
  return rows;
}

std::vector<std::string> groups(const Problem& problem) {
  std::vector<std::string> names;
  for (const Observation& o : problem.observations) {
    bool known = false;
    for (const std::string& name : names) known = known || name == o.group;
    if (!known) names.push_back(o.group);
  }
  return names;
}

}  // namespace assay::calibration
