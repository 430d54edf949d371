// SPDX-License-Identifier: Apache-2.0
// What a fit of energies can know: one column for each priced entry of a parameter file (a unit
// energy, or all constant power), holding what a layer spends on it. Columns that are proportional
// in every layer are one group: no measurement of sums tells them apart.
#pragma once

#include <Eigen/Core>
#include <string>
#include <vector>

#include "analytical/counts.h"
#include "analytical/predictor.h"
#include "core/accelerator.h"
#include "core/parameters.h"
#include "core/record.h"

namespace assay::microbenchmarks {

struct Column {
  std::string name;    // "glb read", "spad I fill", "pe mac", "constant power"
  std::string price;   // as fit files name the entry: "glb.any.read"; of constant power empty
  std::string action;  // "mac" at the compute level; empty: constant power
  int level = -1;      // -1: constant power
  int operand = -1;    // index of analytical::Moved; -1: several
  bool off_chip = false;
  bool gated = false;  // a zero input saves some of it
};

class Columns {
 public:
  // parameters: null, or without a price: every action then weighs the bits that it moves.
  Columns(const Accelerator& accelerator, const Parameters* parameters);

  const std::vector<Column>& all() const { return columns_; }
  std::size_t size() const { return columns_.size(); }
  bool priced() const { return priced_; }
  // Picojoules (or bits) of each column; zero_fraction: of the inputs.
  Eigen::VectorXd spent(const analytical::Counts& counts, double total_cycles,
                        double zero_fraction) const;
  // Of a record with counts and total_cycles, of layers with the accelerator's precision.
  Eigen::VectorXd spent(const Record& record, double zero_fraction) const;

 private:
  struct Cell {
    std::size_t column;
    int level;  // -1: multiply-accumulates
    analytical::Moved moved;
    analytical::Action action;
    double pj, gated_pj;
  };
  void add_cell(const Accelerator& a, const Parameters& p, int level, int moved, int action,
                const analytical::Prices::Price& price);
  std::size_t column_of(const Accelerator& a, const UnitEnergy* entry, int level, int moved);

  std::vector<Column> columns_;
  std::vector<const UnitEnergy*> entries_;  // of each column
  std::vector<Cell> cells_;
  const Accelerator& accelerator_;
  Parameters nominal_;
  bool priced_ = false;
  double pj_per_cycle_ = 0;  // constant power
};

// Groups of columns: indices, each column in one. Rows of `dense`: what layers spend with no zero
// among the inputs. Columns that no layer exercises are in no group. On and off the chip are never
// one: they are measured apart.
std::vector<std::vector<std::size_t>> groups_of(const Columns& columns,
                                                const Eigen::MatrixXd& dense);
// Which groups are sums of others in every row: the smaller ones of a dependent set, by what is
// spent on them. On and off the chip apart.
struct Dependence {
  std::vector<std::string> texts;  // "spad drain follows from y P hop + y P add and glb write"
  std::vector<std::size_t> independent;  // the other groups, ascending
};
Dependence dependence_of(const Columns& columns,
                         const std::vector<std::vector<std::size_t>>& groups,
                         const Eigen::MatrixXd& spent);

// Each row over its sum.
Eigen::MatrixXd shares_of(Eigen::MatrixXd spent);

std::string group_name(const Columns& columns, const std::vector<std::size_t>& group);

// Condition index of the columns' shares: rows are layers, each divided by its sum; columns scaled
// to unit length (Belsley). Infinite where columns are dependent.
double condition_index(Eigen::MatrixXd spent);

}  // namespace assay::microbenchmarks
