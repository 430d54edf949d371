// SPDX-License-Identifier: Apache-2.0
// What can be told apart: groups of proportional columns, dependent groups, condition index.
#include <Eigen/QR>
#include <Eigen/SVD>
#include <algorithm>
#include <cmath>
#include <limits>

#include "experiments/microbenchmarks/columns.h"

namespace assay::microbenchmarks {
namespace {

constexpr double kProportional = 1e-9;  // one less the cosine
constexpr double kDependent = 1e-8;     // what is left of a column of unit length

bool proportional(const Eigen::VectorXd& a, const Eigen::VectorXd& b) {
  return a.dot(b) / (a.norm() * b.norm()) > 1 - kProportional;
}

Eigen::VectorXd sum_of(const Eigen::MatrixXd& m, const std::vector<std::size_t>& group) {
  Eigen::VectorXd sum = Eigen::VectorXd::Zero(m.rows());
  for (std::size_t c : group) sum += m.col(static_cast<Eigen::Index>(c));
  return sum;
}

class Sweep {
 public:
  Sweep(const Columns& columns, const std::vector<std::vector<std::size_t>>& groups,
        const Eigen::MatrixXd& shares)
      : columns_(columns), groups_(groups) {
    for (const auto& g : groups) values_.push_back(sum_of(shares, g));
  }

  Dependence run() {
    for (const bool off_chip : {false, true}) {
      std::vector<std::size_t> order;
      for (std::size_t g = 0; g < groups_.size(); ++g)
        if (columns_.all()[groups_[g].front()].off_chip == off_chip) order.push_back(g);
      std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return values_[a].sum() > values_[b].sum();
      });
      const std::size_t first = out_.independent.size();
      for (std::size_t g : order) take(g, first);
    }
    std::sort(out_.independent.begin(), out_.independent.end());
    return std::move(out_);
  }

 private:
  void take(std::size_t g, std::size_t first) {
    const Eigen::VectorXd own = values_[g].normalized();
    const std::vector<std::size_t> others(
        out_.independent.begin() + static_cast<std::ptrdiff_t>(first), out_.independent.end());
    if (others.empty()) return out_.independent.push_back(g);
    Eigen::MatrixXd basis(own.size(), static_cast<Eigen::Index>(others.size()));
    for (std::size_t i = 0; i < others.size(); ++i)
      basis.col(static_cast<Eigen::Index>(i)) = values_[others[i]].normalized();
    const Eigen::VectorXd x = basis.colPivHouseholderQr().solve(own);
    if ((basis * x - own).norm() > kDependent) return out_.independent.push_back(g);
    std::string text;
    for (std::size_t i = 0; i < others.size(); ++i)
      if (std::abs(x[static_cast<Eigen::Index>(i)]) > kDependent * 100)
        text += (text.empty() ? "" : " and ") + group_name(columns_, groups_[others[i]]);
    out_.texts.push_back(group_name(columns_, groups_[g]) + " follows from " + text);
  }

  const Columns& columns_;
  const std::vector<std::vector<std::size_t>>& groups_;
  std::vector<Eigen::VectorXd> values_;
  Dependence out_;
};

}  // namespace

Eigen::MatrixXd shares_of(Eigen::MatrixXd spent) {
  for (Eigen::Index r = 0; r < spent.rows(); ++r)
    if (spent.row(r).sum() > 0) spent.row(r) /= spent.row(r).sum();
  return spent;
}

Dependence dependence_of(const Columns& columns,
                         const std::vector<std::vector<std::size_t>>& groups,
                         const Eigen::MatrixXd& spent) {
  return Sweep(columns, groups, shares_of(spent)).run();
}

std::vector<std::vector<std::size_t>> groups_of(const Columns& columns,
                                                const Eigen::MatrixXd& dense) {
  std::vector<std::vector<std::size_t>> groups;
  for (std::size_t c = 0; c < columns.size(); ++c) {
    const Eigen::VectorXd own = dense.col(static_cast<Eigen::Index>(c));
    if (own.norm() <= 0) continue;
    const auto same = std::find_if(groups.begin(), groups.end(), [&](const auto& g) {
      const Column& other = columns.all()[g.front()];
      return other.gated == columns.all()[c].gated && other.off_chip == columns.all()[c].off_chip &&
             proportional(dense.col(static_cast<Eigen::Index>(g.front())), own);
    });
    if (same != groups.end())
      same->push_back(c);
    else
      groups.push_back({c});
  }
  return groups;
}

std::string group_name(const Columns& columns, const std::vector<std::size_t>& group) {
  std::string text;
  for (std::size_t c : group) text += (text.empty() ? "" : " + ") + columns.all()[c].name;
  return text;
}

double condition_index(Eigen::MatrixXd spent) {
  spent = shares_of(std::move(spent));
  for (Eigen::Index c = 0; c < spent.cols(); ++c)
    if (spent.col(c).norm() > 0) spent.col(c).normalize();
  const Eigen::JacobiSVD<Eigen::MatrixXd> svd(spent);
  const Eigen::VectorXd s = svd.singularValues();
  const double least = s.size() < spent.cols() ? 0 : s[s.size() - 1];
  return least <= s[0] * 1e-12 ? std::numeric_limits<double>::infinity() : s[0] / least;
}

}  // namespace assay::microbenchmarks
