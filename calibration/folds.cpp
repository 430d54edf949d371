// SPDX-License-Identifier: Apache-2.0
#include "calibration/folds.h"

#include <algorithm>

namespace assay::calibration {
namespace {

constexpr std::size_t kMostFolds = 20;

const std::string& key(const Observation& o, FoldBy by) {
  switch (by) {
    case FoldBy::group:
      return o.group;
    case FoldBy::chip:
      return o.chip;
    case FoldBy::kind:
      return o.kind;
    case FoldBy::observation:
      break;
  }
  return o.id;
}

const char* plural(FoldBy by) {
  switch (by) {
    case FoldBy::group:
      return "groups";
    case FoldBy::chip:
      return "chips";
    case FoldBy::kind:
      return "kinds of layers";
    case FoldBy::observation:
      break;
  }
  return "observations";
}

}  // namespace

std::string Folds::what() const {
  std::string noun = of;
  if (size() == 1) noun.erase(std::min(noun.find(' '), noun.size()) - 1, 1);  // the plural's s
  return std::to_string(size()) + " " + noun;
}

Rows Folds::without(std::size_t a, std::size_t b) const {
  Rows rows = always;
  for (std::size_t f = 0; f < members.size(); ++f)
    if (f != a && f != b) rows.insert(rows.end(), members[f].begin(), members[f].end());
  std::sort(rows.begin(), rows.end());
  return rows;
}

Folds Folds::but(std::size_t fold) const {
  Folds some = *this;
  some.names.erase(some.names.begin() + static_cast<std::ptrdiff_t>(fold));
  some.members.erase(some.members.begin() + static_cast<std::ptrdiff_t>(fold));
  return some;
}

Folds folds(const Problem& problem, const Rows& rows, FoldBy by) {
  Folds all;
  for (const std::size_t row : rows) {
    const Observation& o = problem.observations.at(row);
    if (o.kind == kMicrobenchmark) {
      all.always.push_back(row);
      continue;
    }
    const std::string& name = key(o, by);
    const auto found = std::find(all.names.begin(), all.names.end(), name);
    const auto at = static_cast<std::size_t>(found - all.names.begin());
    if (found == all.names.end()) {
      all.names.push_back(name);
      all.members.emplace_back();
    }
    all.members[at].push_back(row);
  }
  all.of = plural(by);
  if (all.size() <= kMostFolds) return all;
  all.of = "folds of " + std::to_string(all.size()) + " " + all.of;
  for (std::size_t f = kMostFolds; f < all.size(); ++f) {
    Rows& into = all.members[f % kMostFolds];
    into.insert(into.end(), all.members[f].begin(), all.members[f].end());
    all.names[f % kMostFolds] += ", " + all.names[f];
  }
  all.names.resize(kMostFolds);
  all.members.resize(kMostFolds);
  return all;
}

}  // namespace assay::calibration
