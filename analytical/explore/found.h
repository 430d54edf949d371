// SPDX-License-Identifier: Apache-2.0
// What a search of mappings has found so far. Merging is commutative and associative: parts may be
// searched in any order.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "analytical/explore/score.h"

namespace assay::analytical {

struct SearchCounts {
  std::int64_t evaluated = 0;  // legal, and predicted
  std::int64_t pruned = 0;     // proven to be worse than a design of the front
  std::int64_t invalid = 0;    // illegal, one by one or proven together

  SearchCounts& operator+=(const SearchCounts& o) {
    evaluated += o.evaluated;
    pruned += o.pruned;
    invalid += o.invalid;
    return *this;
  }
};

struct FoundDesign {
  double rank = 0;  // smaller is kept: the objective's figure, or a hash
  Costs costs{};
  Design design;
};

// The `limit` designs of the smallest rank, ties by the design; each design once.
class Shortlist {
 public:
  explicit Shortlist(std::size_t limit) : limit_(limit) {}

  bool wants(double rank) const {
    return limit_ > 0 && (designs_.size() < limit_ || rank <= designs_.back().rank);
  }
  void add(const FoundDesign& d) {
    if (!wants(d.rank)) return;
    const auto before = [](const FoundDesign& a, const FoundDesign& b) {
      return a.rank < b.rank || (a.rank == b.rank && a.design < b.design);
    };
    const auto at = std::lower_bound(designs_.begin(), designs_.end(), d, before);
    if (at != designs_.end() && at->design == d.design) return;
    designs_.insert(at, d);
    if (designs_.size() > limit_) designs_.pop_back();
  }
  void merge(const Shortlist& o) {
    for (const FoundDesign& d : o.designs_) add(d);
  }
  const std::vector<FoundDesign>& designs() const { return designs_; }
  std::size_t limit() const { return limit_; }

 private:
  std::size_t limit_;
  std::vector<FoundDesign> designs_;
};

struct Found {
  Found(Objective o, std::size_t best, std::size_t spread)
      : objective(o), top(best), sample(spread) {}

  Objective objective;
  SearchCounts counts;
  MappingFront front;  // latency and energy: every objective's best design is on it
  Shortlist top;       // by the objective, among the evaluated ones
  Shortlist sample;    // by a hash: spread over the evaluated ones

  // A legal design and its costs.
  void add(const Costs& costs, const Design& design);
  void merge(const Found& o);
  // The best design by the objective: the smallest figure, ties by the other cost, then the design.
  // Null: nothing found.
  const MappingFront::Member* best() const;
};

std::uint64_t hash_of(const Design& design);
// With its rank in a sample.
FoundDesign sampled(const Costs& costs, const Design& design);

}  // namespace assay::analytical
