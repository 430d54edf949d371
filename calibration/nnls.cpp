// SPDX-License-Identifier: Apache-2.0
#include <Eigen/Dense>
#include <cmath>
#include <stdexcept>

#include "calibration/fit.h"

namespace assay::calibration {
namespace {

// Lawson and Hanson's active-set method on columns of length one to two.
class ActiveSet {
 public:
  ActiveSet(const Eigen::MatrixXd& a, const Eigen::VectorXd& b)
      : scales_(Eigen::VectorXd::Ones(a.cols())), b_(b), x_(Eigen::VectorXd::Zero(a.cols())) {
    for (Eigen::Index j = 0; j < a.cols(); ++j)
      if (const double length = a.col(j).stableNorm(); length > 0)
        scales_[j] = std::ldexp(1.0, -std::ilogb(length));
    a_ = a * scales_.asDiagonal();
    passive_.assign(static_cast<std::size_t>(a.cols()), false);
  }

  Nnls solve() {
    Nnls result;
    // A set of passive columns never comes back, as the length of the residual falls; the bound is
    // against rounding alone.
    const auto most = static_cast<int>(30 * (a_.cols() + 1));
    while (result.iterations < most && enter(&result.iterations)) {
    }
    result.x = scales_.asDiagonal() * x_;
    for (const bool p : passive_) result.at_bound.push_back(!p);
    return result;
  }

 private:
  static std::size_t at(Eigen::Index j) { return static_cast<std::size_t>(j); }

  // Least squares over the passive columns; 0 elsewhere.
  Eigen::VectorXd passive_solution() const {
    std::vector<Eigen::Index> columns;
    for (Eigen::Index j = 0; j < a_.cols(); ++j)
      if (passive_[at(j)]) columns.push_back(j);
    Eigen::MatrixXd sub(a_.rows(), static_cast<Eigen::Index>(columns.size()));
    for (std::size_t c = 0; c < columns.size(); ++c)
      sub.col(static_cast<Eigen::Index>(c)) = a_.col(columns[c]);
    const Eigen::VectorXd some = sub.colPivHouseholderQr().solve(b_);
    Eigen::VectorXd all = Eigen::VectorXd::Zero(a_.cols());
    for (std::size_t c = 0; c < columns.size(); ++c)
      all[columns[c]] = some[static_cast<Eigen::Index>(c)];
    return all;
  }

  // Lets the column with the steepest descent in; false when there is none.
  bool enter(int* iterations) {
    Eigen::VectorXd descent = a_.transpose() * (b_ - a_ * x_);
    const double tolerance = 1e-13 * static_cast<double>(a_.rows() + 1) * b_.stableNorm();
    while (true) {
      Eigen::Index best = -1;
      for (Eigen::Index j = 0; j < a_.cols(); ++j)
        if (!passive_[at(j)] && descent[j] > tolerance && (best < 0 || descent[j] > descent[best]))
          best = j;
      if (best < 0) return false;
      ++*iterations;
      passive_[at(best)] = true;
      const Eigen::VectorXd wanted = passive_solution();
      if (wanted[best] > 0) {
        advance(wanted, iterations);
        return true;
      }
      passive_[at(best)] = false;  // depends on the others: its descent is rounding
      descent[best] = 0;
    }
  }

  // Moves to `wanted`, or as far as the first bound and on from there without that column.
  void advance(Eigen::VectorXd wanted, int* iterations) {
    while (true) {
      Eigen::Index first = -1;
      double step = 1;
      for (Eigen::Index j = 0; j < a_.cols(); ++j) {
        if (!passive_[at(j)] || wanted[j] > 0) continue;
        const double reach = x_[j] / (x_[j] - wanted[j]);
        if (first < 0 || reach < step) {
          first = j;
          step = reach;
        }
      }
      if (first < 0) {
        x_ = wanted;
        return;
      }
      x_ += step * (wanted - x_);
      x_[first] = 0;  // and not what rounding left of it
      for (Eigen::Index j = 0; j < a_.cols(); ++j)
        if (passive_[at(j)] && x_[j] <= 0) {
          passive_[at(j)] = false;
          x_[j] = 0;
        }
      ++*iterations;
      wanted = passive_solution();
    }
  }

  Eigen::VectorXd scales_, b_, x_;
  Eigen::MatrixXd a_;
  std::vector<bool> passive_;
};

}  // namespace

Nnls nnls(const Eigen::MatrixXd& a, const Eigen::VectorXd& b) {
  if (a.rows() != b.size()) throw std::invalid_argument("nnls: sizes differ");
  return ActiveSet(a, b).solve();
}

}  // namespace assay::calibration
