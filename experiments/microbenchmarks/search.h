// SPDX-License-Identifier: Apache-2.0
// Looks for the layer and nest in which one group of columns has the largest share of the energy:
// coordinate ascent over the bounds of every order, from several starts. Deterministic.
#pragma once

#include <Eigen/Core>
#include <functional>
#include <optional>
#include <random>
#include <vector>

#include "experiments/microbenchmarks/columns.h"
#include "experiments/microbenchmarks/order.h"

namespace assay::microbenchmarks {

// What a candidate may cost: long enough that its edges do not count, short enough to simulate.
struct Limits {
  double min_cycles = 2e4, max_cycles = 4e5;  // total latency
  std::int64_t max_macs = std::int64_t{1} << 25;
  std::int64_t max_elements = std::int64_t{1} << 22;  // of one tensor
  int starts = 6;                                     // of each order
  std::uint64_t seed = 1;
};

// Whether something else than the contract accepts the pair: hardware that is built.
using Accepts = std::function<bool(const Layer&, const Mapping&)>;

struct Evaluated {
  Choice choice;
  double total_cycles = 0;
  Eigen::VectorXd dense, zeros;  // spent per column, with inputs that are not and that are all zero
};

struct Target {
  std::vector<std::size_t> columns;
  bool off_chip = false;  // share of all energy; else of the chip's
  bool zeros = false;     // all inputs are zero
};

class Search {
 public:
  // The arguments outlive it. Safe to use from several threads.
  Search(const Accelerator& accelerator, const Columns& columns, const std::vector<Order>& orders,
         const Limits& limits, const Accepts& accepts);

  // Nothing where the pair is illegal or beyond the limits.
  std::optional<Evaluated> evaluate(const Choice& choice) const;
  // Legal pairs at random, so many of each order (fewer where an order has hardly any).
  std::vector<Evaluated> sample(int of_each) const;
  // The best pair; nothing where no pair spends anything on the target.
  std::optional<Evaluated> best(const Target& target) const;

 private:
  struct Scored;
  double score(const Evaluated& e, const Target& target) const;
  Choice hint(std::size_t order) const;
  Choice random(std::size_t order, std::mt19937_64* bits) const;
  std::optional<Evaluated> climb(Choice start, const Target& target) const;
  std::vector<std::int64_t> values(const Entry& entry) const;

  const Accelerator& accelerator_;
  const Columns& columns_;
  const std::vector<Order>& orders_;
  Limits limits_;
  const Accepts& accepts_;
};

// Share of the target in per cent; and of every column, in the same sum.
double share_pct(const Columns& columns, const Evaluated& e, const Target& target);
Eigen::VectorXd shares_pct(const Columns& columns, const Evaluated& e, const Target& target);

}  // namespace assay::microbenchmarks
