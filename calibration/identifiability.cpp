// SPDX-License-Identifier: Apache-2.0
#include "calibration/identifiability.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "calibration/objective.h"

namespace assay::calibration {
namespace {

constexpr double kNamed = 0.1;  // weight from which an unknown is named

struct Decomposition {
  Eigen::VectorXd singular;  // descending, one per column, above 0
  Eigen::MatrixXd v;
};

// Of the columns brought to unit length. Singular values that are rounding are lifted to it, so
// that an exact dependency has an index of about 4e15 and not infinity.
Decomposition decompose(Eigen::MatrixXd a) {
  for (Eigen::Index j = 0; j < a.cols(); ++j) a.col(j) /= a.col(j).norm();
  if (a.rows() < a.cols()) {
    const Eigen::Index have = a.rows();
    a.conservativeResize(a.cols(), Eigen::NoChange);
    a.bottomRows(a.rows() - have).setZero();
  }
  const Eigen::JacobiSVD<Eigen::MatrixXd> svd(a, Eigen::ComputeThinV);
  const double least = svd.singularValues()[0] * std::numeric_limits<double>::epsilon();
  return {svd.singularValues().cwiseMax(least), svd.matrixV()};
}

std::vector<Eigen::Index> exercised_columns(const Eigen::MatrixXd& a) {
  std::vector<Eigen::Index> columns;
  for (Eigen::Index j = 0; j < a.cols(); ++j)
    if (a.rows() > 0 && (a.col(j).array() != 0).any()) columns.push_back(j);
  return columns;
}

Eigen::MatrixXd only(const Eigen::MatrixXd& a, const std::vector<Eigen::Index>& columns) {
  Eigen::MatrixXd some(a.rows(), index(columns.size()));
  for (std::size_t c = 0; c < columns.size(); ++c) some.col(index(c)) = a.col(columns[c]);
  return some;
}

// The same lengths and angles between columns in at most as many rows as columns.
Eigen::MatrixXd condensed(const Eigen::MatrixXd& a) {
  if (a.rows() <= a.cols()) return a;
  return a.householderQr().matrixQR().topRows(a.cols()).triangularView<Eigen::Upper>();
}

// First what is not seen at all, then how badly the rest is told apart.
struct Trouble {
  std::size_t unseen = 0;
  double condition = 1;
  bool less_than(const Trouble& other) const {
    return unseen != other.unseen ? unseen < other.unseen
                                  : condition < other.condition * (1 - 1e-9);
  }
};

Trouble trouble(const Eigen::MatrixXd& a) {
  const std::vector<Eigen::Index> columns = exercised_columns(a);
  Trouble t{static_cast<std::size_t>(a.cols()) - columns.size(), 1};
  if (columns.empty()) return t;
  const Decomposition d = decompose(only(a, columns));
  t.condition = d.singular[0] / d.singular[d.singular.size() - 1];
  return t;
}

std::string text(const NearNull& n) {
  std::string names, weights;
  std::size_t named = 0;
  for (const auto& [name, weight] : n.combination) {
    if (named >= 2 && std::abs(weight) < kNamed) break;
    names += (named == 0 ? "" : ", ") + name;
    weights += fmt::format(" {:+.2f} {}", weight, name);
    ++named;
  }
  if (const auto comma = names.rfind(", "); comma != std::string::npos)
    names.replace(comma, 2, " and ");
  return names + " cannot be separated:" + weights;
}

NearNull near_null(const Eigen::VectorXd& v, const std::vector<std::string>& names, double at) {
  NearNull n;
  n.condition_index = at;
  for (std::size_t j = 0; j < names.size(); ++j) n.combination.emplace_back(names[j], v[index(j)]);
  std::stable_sort(n.combination.begin(), n.combination.end(), [](const auto& a, const auto& b) {
    return std::abs(a.second) > std::abs(b.second);
  });
  if (n.combination.front().second < 0)
    for (auto& [name, weight] : n.combination) weight = -weight;
  n.text = text(n);
  return n;
}

Eigen::RowVectorXd candidate_row(const Problem& problem, const Candidate& c) {
  if (c.activity.size() != index(problem.unknowns.size()))
    throw ProblemError(Fault::size_mismatch,
                       "the candidate '" + c.name + "' has another number of activities");
  Eigen::RowVectorXd row = c.activity.transpose();
  for (Eigen::Index j = 0; j < row.size(); ++j)
    row[j] *= problem.unknowns[static_cast<std::size_t>(j)].prior;
  if (!(row.minCoeff() >= 0) || !(row.sum() > 0))
    throw ProblemError(Fault::zero_row, "nothing is active in the candidate '" + c.name + "'");
  return row / row.sum();
}

Eigen::MatrixXd with_row(const Eigen::MatrixXd& a, const Eigen::RowVectorXd& row) {
  Eigen::MatrixXd more(a.rows() + 1, row.size());
  if (a.rows() > 0) more.topRows(a.rows()) = a;
  more.bottomRows(1) = row;
  return more;
}

std::vector<Suggestion> suggest(const Problem& problem, const Eigen::MatrixXd& shares,
                                const std::vector<Candidate>& catalogue,
                                const IdentifiabilityOptions& options) {
  std::vector<Eigen::RowVectorXd> rows;
  for (const Candidate& c : catalogue) rows.push_back(candidate_row(problem, c));
  std::vector<bool> taken(rows.size(), false);
  Eigen::MatrixXd a = condensed(shares);
  Trouble now = trouble(a);
  std::vector<Suggestion> suggestions;
  while (suggestions.size() < options.suggestions &&
         (now.unseen > 0 || now.condition > options.condition_limit)) {
    std::size_t best = rows.size();
    Trouble least = now;
    for (std::size_t c = 0; c < rows.size(); ++c) {
      if (taken[c]) continue;
      const Trouble t = trouble(with_row(a, rows[c]));
      if (!t.less_than(least)) continue;
      best = c;
      least = t;
    }
    if (best == rows.size()) break;
    taken[best] = true;
    suggestions.push_back({catalogue[best].name, now.condition, least.condition});
    a = with_row(a, rows[best]);
    now = least;
  }
  return suggestions;
}

void describe(const Eigen::MatrixXd& shares, const IdentifiabilityOptions& options,
              Identifiability* result) {
  const Decomposition d = decompose(shares);
  const Eigen::Index k = shares.cols();
  // Row l: what the l-th direction adds to the variance of each unknown.
  Eigen::MatrixXd parts(k, k);
  for (Eigen::Index l = 0; l < k; ++l)
    parts.row(l) = (d.v.col(l) / d.singular[l]).array().square().transpose();
  const Eigen::RowVectorXd total = parts.colwise().sum();
  result->variance_proportions = parts.array().rowwise() / total.array();
  result->variance_inflation.assign(total.begin(), total.end());
  for (Eigen::Index l = 0; l < k; ++l) {
    const double at = d.singular[0] / d.singular[l];
    result->condition_indices.push_back(at);
    if (at > options.condition_limit)
      result->near_null.push_back(near_null(d.v.col(l), result->exercised, at));
  }
  std::reverse(result->near_null.begin(), result->near_null.end());
}

}  // namespace

Identifiability identifiability(const Problem& problem, const Rows& rows,
                                const std::vector<Candidate>& catalogue,
                                const IdentifiabilityOptions& options) {
  check(problem);
  const Objective o(problem, rows);
  Eigen::VectorXd residual;
  Eigen::MatrixXd shares;
  if (!o.residuals(Eigen::VectorXd::Zero(o.prior().mean.size()), &residual, &shares))
    throw ProblemError(Fault::nonpositive_prediction, "no prediction at the prior");
  const std::vector<Eigen::Index> columns = exercised_columns(shares);
  Identifiability result;
  for (std::size_t j = 0, c = 0; j < problem.unknowns.size(); ++j) {
    const bool seen = c < columns.size() && columns[c] == index(j);
    (seen ? result.exercised : result.not_exercised).push_back(problem.unknowns[j].name);
    c += seen ? 1 : 0;
  }
  if (!columns.empty()) describe(condensed(only(shares, columns)), options, &result);
  result.suggestions = suggest(problem, shares, catalogue, options);
  return result;
}

}  // namespace assay::calibration
