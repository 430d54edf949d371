// SPDX-License-Identifier: Apache-2.0
// A calibration problem: unknown unit costs with their priors, measured observations in groups that
// share errors, and a model that predicts the observations from the unknowns. Everything is fitted
// in ln space: unknowns are positive, errors are ratios (docs/rationale/0010-calibration.md).
#pragma once

#include <Eigen/Core>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace assay::calibration {

// One unknown: a unit energy, a power, a bandwidth, an overhead.
struct Unknown {
  std::string name;                // "glb read", "clock power"
  std::string unit;                // "pJ", "mW", "cycles"
  double prior = 0;                // > 0; the centre of a log-normal prior
  double prior_sd_ln = 0;          // > 0; of the unknown's own factor
  std::string source, confidence;  // of the prior
};

// Knowledge such as "a read of the larger memory costs more": ln(theta_a / theta_b) is normal.
struct RatioPrior {
  std::size_t a = 0, b = 0;  // unknowns
  double mean_ln = 0, sd_ln = 0;
};

// Made to exercise one unknown; kept in every fit when whole groups are left out.
inline constexpr const char* kMicrobenchmark = "microbenchmark";

struct Observation {
  std::string id;     // unique
  std::string group;  // what shares errors: network x chip session
  std::string chip;
  std::string kind;      // "conv", "fc", kMicrobenchmark, ...
  std::string level;     // "chip", "rtl", "simulator": never mixed silently
  double measured = 0;   // > 0
  double spread_ln = 0;  // sd of ln(measured) from replicates or the instrument's floor
};

// Predicts every observation of the problem. Thread-safe; throws std::domain_error where it cannot.
class Model {
 public:
  virtual ~Model() = default;
  virtual std::size_t observations() const = 0;
  virtual std::size_t unknowns() const = 0;
  // predicted: one per observation. jacobian: d predicted / d theta, or null.
  virtual void predict(const Eigen::VectorXd& theta, Eigen::VectorXd* predicted,
                       Eigen::MatrixXd* jacobian) const = 0;
  // What bound each observation at theta ("compute", "link", ...); empty for a model of one branch.
  virtual std::vector<std::string> binding(const Eigen::VectorXd& theta) const;
};

// Energy: activity (observations x unknowns, >= 0) times unit costs.
class LinearModel final : public Model {
 public:
  explicit LinearModel(Eigen::MatrixXd activity) : activity_(std::move(activity)) {}
  std::size_t observations() const override { return static_cast<std::size_t>(activity_.rows()); }
  std::size_t unknowns() const override { return static_cast<std::size_t>(activity_.cols()); }
  void predict(const Eigen::VectorXd& theta, Eigen::VectorXd* predicted,
               Eigen::MatrixXd* jacobian) const override;
  const Eigen::MatrixXd& activity() const { return activity_; }

 private:
  Eigen::MatrixXd activity_;
};

// Anything else, such as latency through a predictor; derivatives by central differences in ln
// theta. Where predictions move in steps, as whole cycles do, the differences must span several.
class NumericModel final : public Model {
 public:
  using Predict = std::function<Eigen::VectorXd(const Eigen::VectorXd& theta)>;
  using Binding = std::function<std::vector<std::string>(const Eigen::VectorXd& theta)>;
  NumericModel(std::size_t observations, std::size_t unknowns, Predict predict,
               Binding binding = {}, double step_ln = 1e-4);
  std::size_t observations() const override { return observations_; }
  std::size_t unknowns() const override { return unknowns_; }
  void predict(const Eigen::VectorXd& theta, Eigen::VectorXd* predicted,
               Eigen::MatrixXd* jacobian) const override;
  std::vector<std::string> binding(const Eigen::VectorXd& theta) const override;

 private:
  std::size_t observations_, unknowns_;
  Predict predict_;
  Binding binding_;
  double step_ln_;
};

struct Problem {
  std::vector<Unknown> unknowns;
  double common_sd_ln =
      0;  // of one factor that all priors share (another node or library); 0: none
  std::vector<RatioPrior> ratios;
  std::vector<Observation> observations;
  std::shared_ptr<const Model> model;
};

// Why a problem cannot be fitted. Each kind has its code, so that callers and tests can tell them
// apart.
enum class Fault {
  no_unknowns,
  size_mismatch,
  nonpositive_measurement,  // y <= 0
  not_finite,
  nonpositive_prior,
  negative_spread,
  negative_activity,
  zero_row,      // an observation in which nothing is active
  duplicate_id,  // of observations, or a name of unknowns
  one_group,     // held-out error needs two
  nonpositive_prediction,
};
struct ProblemError : std::runtime_error {
  ProblemError(Fault f, const std::string& what) : std::runtime_error(what), fault(f) {}
  Fault fault;
};
// Throws ProblemError for the first fault, naming the observation or unknown.
void check(const Problem& problem);

using Rows = std::vector<std::size_t>;  // observations of a problem, ascending
Rows all_rows(const Problem& problem);
// Names of the groups, in the order of their first observation.
std::vector<std::string> groups(const Problem& problem);

}  // namespace assay::calibration
