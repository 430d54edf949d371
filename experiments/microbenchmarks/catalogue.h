// SPDX-License-Identifier: Apache-2.0
// Microbenchmarks of an accelerator: for each group of columns that a fit of energies could know,
// the layer and mapping in which the group has the largest share of the energy under the prior
// prices (docs/formats/microbenchmarks.md), and contrasts where these leave columns alike. Built
// from the loop orders that the chip is known to run, legal by the contract, and accepted by the
// hardware where the accelerator names some.
#pragma once

#include <Eigen/Core>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "experiments/microbenchmarks/search.h"

namespace assay::microbenchmarks {

inline constexpr const char* kWorkload = "microbenchmarks";
inline constexpr const char* kIdle = "idle";

enum class Family { mac, dram, register_file, broadcast, network, buffer, contrast };
std::string_view name(Family family);

struct Microbenchmark {
  std::string name;  // also of its layer
  Family family = Family::mac;
  std::vector<std::string> targets;  // columns; none of a contrast
  // What else it is the best layer for: "stream_buf_fill 49.0 % on buf fill".
  std::vector<std::string> also;
  std::string order;  // where its loop order comes from
  Layer layer;
  Mapping mapping;
  bool zero_inputs = false;
  bool off_chip = false;  // the share is of all energy, else of the chip's
  double share_pct = 0;   // of the target
  std::string next;       // the largest other column, and its share
  double next_pct = 0;
  double total_cycles = 0;  // fast mode
  Eigen::VectorXd spent;    // per column
};

struct Catalogue {
  std::vector<Column> columns;
  bool priced = false;                   // else every action weighs the bits that it moves
  std::optional<double> idle_mw;         // constant power of the prior; absent: none has a price
  std::vector<Microbenchmark> all;       // without idle, which has no layer
  std::vector<std::string> together;     // columns that no layer tells apart
  std::vector<std::string> dependent;    // columns that are sums of others in every layer
  std::vector<std::size_t> independent;  // groups that are no such sum
  std::vector<std::vector<std::size_t>> groups;
  std::set<Family> covered;         // by microbenchmarks of another family
  std::vector<std::string> absent;  // families and columns without a microbenchmark, and why
};

// Condition index of the columns on the chip that can be told apart, over all microbenchmarks and
// idle.
double condition_of(const Catalogue& catalogue);
// What idle spends per column, for a window of constant power at the prior.
Eigen::VectorXd idle_spent(const Catalogue& catalogue);

// parameters: may be null. orders: at least one. Throws InputError where no layer is possible.
Catalogue make_catalogue(const Accelerator& accelerator, const Parameters* parameters,
                         const std::vector<Order>& orders, const Limits& limits,
                         const Accepts& accepts);

// What the hardware that the accelerator names can run; everything, where it names none. Throws
// InputError where that hardware is not built.
Accepts hardware_accepts(const Accelerator& accelerator);

// What was spent, one column per independent group (its columns summed): for condition_index.
Eigen::VectorXd by_group(const Catalogue& catalogue, const Eigen::VectorXd& spent, bool off_chip);

}  // namespace assay::microbenchmarks
