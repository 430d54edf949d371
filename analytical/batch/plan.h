// SPDX-License-Identifier: Apache-2.0
// What is computed for every candidate of a pattern: which factors go into which slots of a
// program, and in which slots its results are.
#pragma once

#include <array>
#include <vector>

#include "analytical/batch/symbolic_latency.h"
#include "analytical/predictor.h"

namespace assay::analytical::batch {

// All results as expressions.
struct Expressions {
  Symbol processing_cycles, total_cycles;
  Symbol energy_pj;      // 0 without prices
  Symbol arrays, rooms;  // 1 where lanes or tiles do not fit
  BasicCounts<Symbol> counts;
  std::array<Symbol, kMaxHolds> need_bytes;
  SymbolicTotals totals;
  // Every whole number on the way is `constant` at most or `magnitude` times the factors' bounds.
  double constant = 0, magnitude = 1;
};

Expressions expressions(const SymbolicEvaluation& sums, const Prices* prices, double zero_fraction);

// A program with the loads and stores around it.
class Plan {
 public:
  // Computes `wanted`, in this order.
  Plan(Builder& builder, const Factors& factors, const std::vector<Symbol>& wanted);

  std::size_t slots() const { return program_.slots(); }
  std::size_t operations() const { return program_.operations(); }
  // Copies the row of candidate i of the block into the slots.
  void load(int group, const double* row, std::size_t i, double* slots) const {
    for (const Load& l : loads_[static_cast<std::size_t>(group)]) slots[l.to + i] = row[l.from];
  }
  void run(double* slots) const { program_.run(slots); }
  // kBlock results.
  const double* result(std::size_t k, const double* slots) const {
    return slots + static_cast<std::size_t>(results_[k]) * kBlock;
  }

 private:
  struct Load {
    std::size_t from, to;
  };
  Program program_;
  std::array<std::vector<Load>, kGroups> loads_;
  std::vector<int> results_;
};

}  // namespace assay::analytical::batch
