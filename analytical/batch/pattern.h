// SPDX-License-Identifier: Apache-2.0
// Everything about a pattern that BatchEvaluator needs: programs, tables, rules.
#pragma once

#include <optional>

#include "analytical/batch.h"
#include "analytical/batch/plan.h"
#include "analytical/batch/tables.h"

namespace assay::analytical::batch {

using Rows = std::array<std::int32_t, kGroups>;  // of the tables, for one candidate

// Candidates that are done at once.
struct Block {
  std::size_t n = 0;  // from here on, copies of the last one
  std::array<Choice, kBlock> choice;
  std::array<Rows, kBlock> rows;
  std::array<Fault, kBlock> fault;   // those that the bounds alone show
  std::array<bool, kBlock> inexact;  // numbers may pass 2^53: evaluated one at a time
};

// Numbers of the results of both plans; the full one has more behind them.
enum Result : std::size_t { kProcessing, kTotal, kEnergy, kArrays, kRooms, kMore };

class Pattern {
 public:
  Pattern(const Layer& layer, const Accelerator& accelerator, const Mapping& pattern,
          const Prices* prices, double zero_fraction);
  Pattern(const Pattern&) = delete;  // its tables refer to it
  Pattern& operator=(const Pattern&) = delete;

  void fill(const Candidates& candidates, std::size_t from, Block& block) const;
  void load(const Plan& plan, const Block& block, double* slots) const;
  Mapping mapping(const Choice& choice) const;

  Layer layer;
  Accelerator accelerator;
  Mapping nest_entries;  // with a bound of 2 everywhere
  std::optional<Prices> prices;
  double zero_fraction;
  std::vector<bool> optional;  // per nest position
  Nest nest;
  std::vector<LoopMask> forbidden;
  std::optional<Tables> tables;
  std::optional<Plan> fast;  // for evaluate(); nothing: all candidates are done alone
  std::optional<Plan> full;  // for parts()

 private:
  void build();
  Rows rows_of(const Choice& choice) const;
  Fault first_fault(const Choice& choice, const Rows& rows) const;
  bool may_pass_2_53(const Rows& rows) const;

  double magnitude_ = 1;
};

}  // namespace assay::analytical::batch
