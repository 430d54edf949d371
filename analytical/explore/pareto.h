// SPDX-License-Identifier: Apache-2.0
// The Pareto front of a stream of designs, every objective minimised. The front is a function of
// the set of designs that were added, whatever their order: of designs with equal objectives the
// one with the smallest key stays. So parts of a space may be searched in any order, on any number
// of threads, and merged.
//
// Objectives must be numbers (not NaN). Memory is that of the front alone.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>
#include <vector>

namespace assay::analytical {

// a is nowhere worse and somewhere better.
template <std::size_t K>
bool dominates(const std::array<double, K>& a, const std::array<double, K>& b) {
  bool better = false;
  for (std::size_t i = 0; i < K; ++i) {
    if (a[i] > b[i]) return false;
    better = better || a[i] < b[i];
  }
  return better;
}

// K objectives; Key is ordered by < and tells designs apart.
template <std::size_t K, class Key>
class Front {
 public:
  using Objectives = std::array<double, K>;
  struct Member {
    Objectives objectives{};
    Key key{};
  };

  // Whether the design is on the front now.
  bool add(const Objectives& objectives, const Key& key) {
    // Members are in the order of their first objective, then the second, ...: what dominates or
    // equals stands before, what is dominated behind.
    const auto at =
        std::lower_bound(members_.begin(), members_.end(), objectives,
                         [](const Member& m, const Objectives& o) { return m.objectives < o; });
    if (at != members_.end() && at->objectives == objectives) {
      if (!(key < at->key)) return false;
      at->key = key;
      return true;
    }
    if (dominated_before(at, objectives)) return false;
    const auto first = members_.insert(at, Member{objectives, key}) + 1;
    if constexpr (K == 2) {  // the second objective falls along the front: those it dominates are
                             // the next ones
      auto last = first;
      while (last != members_.end() && last->objectives[1] >= objectives[1]) ++last;
      members_.erase(first, last);
    } else {
      members_.erase(
          std::remove_if(first, members_.end(),
                         [&](const Member& m) { return dominates(objectives, m.objectives); }),
          members_.end());
    }
    return true;
  }

  // Whether some member is nowhere worse and somewhere better than these objectives, hence better
  // than every design whose objectives they bound from below. Equality does not count, or the tie
  // rule would depend on the order.
  bool excludes(const Objectives& bound) const {
    const auto at =
        std::lower_bound(members_.begin(), members_.end(), bound,
                         [](const Member& m, const Objectives& o) { return m.objectives < o; });
    return dominated_before(at, bound);
  }

  void merge(const Front& other) {
    for (const Member& m : other.members_) add(m.objectives, m.key);
  }

  // In the order of the objectives: the first objective rises.
  const std::vector<Member>& members() const { return members_; }
  bool empty() const { return members_.empty(); }

 private:
  using Place = typename std::vector<Member>::const_iterator;
  bool dominated_before(Place at, const Objectives& o) const {
    if constexpr (K == 1) return at != members_.begin();
    if constexpr (K == 2) return at != members_.begin() && std::prev(at)->objectives[1] <= o[1];
    return std::any_of(members_.begin(), at,
                       [&](const Member& m) { return dominates(m.objectives, o); });
  }

  std::vector<Member> members_;
};

}  // namespace assay::analytical
