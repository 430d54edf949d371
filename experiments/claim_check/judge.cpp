// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "experiments/claim_check/check.h"

namespace assay::claim_check {

Verdict judge(const ClaimNumber& n, double found) {
  if (n.stated == Verdict::shown) return Verdict::shown;
  bool holds = false;
  switch (n.relation) {
    case Relation::at_most:
      holds = found <= n.expected;
      break;
    case Relation::at_least:
      holds = found >= n.expected;
      break;
    case Relation::within:
      const double limit =
          n.tolerance_in_percent ? n.tolerance / 100 * std::fabs(n.expected) : n.tolerance;
      holds = std::fabs(found - n.expected) <= limit;
  }
  return holds ? Verdict::reproduced : Verdict::not_reproduced;
}

std::optional<double> difference_pct(const ClaimNumber& n, double found) {
  if (n.expected == 0) return std::nullopt;
  return 100 * (found - n.expected) / std::fabs(n.expected);
}

bool ClaimResult::as_stated() const {
  if (left_out()) return true;
  if (claim.comparison) return verdict != Verdict::broken;
  if (verdict == Verdict::broken) return false;
  for (std::size_t i = 0; i < numbers.size(); ++i)
    if (numbers[i].verdict != claim.numbers[i].stated) return false;
  return true;
}

int exit_code(const std::vector<ClaimResult>& results, bool as_stated) {
  const auto any = [&](const auto& holds) {
    return std::any_of(results.begin(), results.end(), holds);
  };
  if (any([](const ClaimResult& r) { return !r.left_out() && r.verdict == Verdict::broken; }))
    return 2;
  if (as_stated) return any([](const ClaimResult& r) { return !r.as_stated(); }) ? 1 : 0;
  return any([](const ClaimResult& r) {
    return !r.left_out() && r.verdict == Verdict::not_reproduced;
  })
             ? 1
             : 0;
}

Counts count(const std::vector<ClaimResult>& results) {
  Counts c;
  for (const ClaimResult& r : results) {
    if (r.left_out()) {
      ++c.left_out;
      continue;
    }
    (r.verdict == Verdict::broken       ? c.broken
     : r.claim.comparison               ? c.comparisons
     : r.verdict == Verdict::reproduced ? c.reproduced
                                        : c.not_reproduced)++;
    if (r.claim.comparison) continue;
    ++c.claims;
    for (const NumberResult& n : r.numbers) {
      ++c.numbers;
      c.numbers_reproduced += n.verdict == Verdict::reproduced ? 1 : 0;
    }
  }
  return c;
}

}  // namespace assay::claim_check
