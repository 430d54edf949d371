// SPDX-License-Identifier: Apache-2.0
#include <Eigen/Dense>
#include <cmath>
#include <stdexcept>

#include "calibration/fit.h"

namespace assay::calibration {
namespace {

constexpr int kRefinements = 2;

// Powers of two that bring every column to a length between one and two: no rounding, so that a
// change of unit by a power of two changes nothing else.
Eigen::VectorXd column_scales(const Eigen::MatrixXd& a) {
  Eigen::VectorXd scales = Eigen::VectorXd::Ones(a.cols());
  for (Eigen::Index j = 0; j < a.cols(); ++j) {
    const double length = a.col(j).stableNorm();
    if (length > 0) scales[j] = std::ldexp(1.0, -std::ilogb(length));
  }
  return scales;
}

// b - r - Ax and -A'r, in long double: what the refinement gains is what is not lost here.
void residuals(const Eigen::MatrixXd& a, const Eigen::VectorXd& b, const Eigen::VectorXd& x,
               const Eigen::VectorXd& r, Eigen::VectorXd* f, Eigen::VectorXd* g) {
  for (Eigen::Index i = 0; i < a.rows(); ++i) {
    long double sum = static_cast<long double>(b[i]) - r[i];
    for (Eigen::Index j = 0; j < a.cols(); ++j) sum -= static_cast<long double>(a(i, j)) * x[j];
    (*f)[i] = static_cast<double>(sum);
  }
  for (Eigen::Index j = 0; j < a.cols(); ++j) {
    long double sum = 0;
    for (Eigen::Index i = 0; i < a.rows(); ++i) sum -= static_cast<long double>(a(i, j)) * r[i];
    (*g)[j] = static_cast<double>(sum);
  }
}

}  // namespace

// The residual is refined together with the solution (Bjorck 1967): otherwise its error, times the
// square of the condition number, is what remains.
Eigen::VectorXd least_squares(const Eigen::MatrixXd& a, const Eigen::VectorXd& b) {
  if (a.rows() != b.size()) throw std::invalid_argument("least_squares: sizes differ");
  if (a.cols() == 0) return {};
  const Eigen::VectorXd scales = column_scales(a);
  const Eigen::MatrixXd s = a * scales.asDiagonal();
  const Eigen::ColPivHouseholderQR<Eigen::MatrixXd> qr(s);
  Eigen::VectorXd x = qr.solve(b);
  if (qr.rank() < a.cols()) return scales.asDiagonal() * x;  // a basic solution
  Eigen::VectorXd r = b - s * x, f(a.rows()), g(a.cols());
  const auto upper = qr.matrixR().topRows(a.cols()).triangularView<Eigen::Upper>();
  for (int pass = 0; pass < kRefinements; ++pass) {
    residuals(s, b, x, r, &f, &g);
    // [I S; S' 0] [dr; dx] = [f; g] with S P = Q R.
    Eigen::VectorXd d = qr.householderQ().adjoint() * f;
    const Eigen::VectorXd h = upper.transpose().solve(qr.colsPermutation().transpose() * g);
    const Eigen::VectorXd dx = upper.solve(d.head(a.cols()) - h);
    x = x + Eigen::VectorXd(qr.colsPermutation() * dx);
    d.head(a.cols()) = h;
    const Eigen::VectorXd dr = qr.householderQ() * d;
    r += dr;
  }
  return scales.asDiagonal() * x;
}

}  // namespace assay::calibration
