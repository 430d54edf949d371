// SPDX-License-Identifier: Apache-2.0
// Every design of one skeleton's space, evaluated or proven not to matter.
//
// Designs come in patterns: which slots have a loop of which dimension. The designs of a pattern
// and an order are one template, whose bounds vary. Within a template the dimensions are fixed one
// after another, and what is fixed bounds the rest from below (bounds.h): branches that cannot be
// legal, or are worse than a design of the front, are left out with all their designs.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "analytical/explore/bounds.h"
#include "analytical/explore/found.h"

namespace assay::analytical {

class Exhaustive {
 public:
  // No more factorisations of one dimension than this are listed.
  static constexpr double kMaxListed = 2e6;

  // prune: false evaluates everything, one by one (for tests). The arguments outlive it.
  Exhaustive(const LayerSpace& space, const ScoreInput& input, bool prune = true);
  ~Exhaustive();

  std::int64_t patterns() const;
  // Designs of patterns [from, to); `found` has the front that prunes and takes what is found.
  // Threads may search different patterns at a time, each with its own scorer and `found`.
  void search(std::int64_t from, std::int64_t to, Scorer* scorer, Found* found) const;
  // Designs in pattern `from` and the following ones until at least `designs`; the pattern after
  // the last.
  std::int64_t next(std::int64_t from, double designs) const;

 private:
  class TemplateSearch;
  struct Group {  // factorisations of a dimension with loops in the same slots
    unsigned mask;
    std::vector<Factorisation> list;
  };
  using Pattern = std::array<std::size_t, kDims>;  // group per listed dimension
  void list(Dim dim, std::vector<Group>* out) const;
  Pattern pattern(std::int64_t index) const;
  std::array<unsigned, kMaxSlots> active(const Pattern& p) const;
  double combinations(const Pattern& p) const;

  const LayerSpace& space_;
  ScoreInput input_;
  BoundModel bounds_;
  bool prune_;
  std::vector<Dim> dims_;
  std::vector<std::vector<Group>> groups_;  // per listed dimension
  std::int64_t patterns_ = 1;
};

}  // namespace assay::analytical
