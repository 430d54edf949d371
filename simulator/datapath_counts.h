// SPDX-License-Identifier: Apache-2.0
// How much a step does, and the accesses of its multiply-accumulates (docs/contract.md, section 4,
// "Compute"), without visiting its points: which lanes exist in an iteration is decided dimension
// by dimension, so a sum over iterations of the number of words is a product over dimensions.
// Only h (from P and R) and w (from Q and S) of an input mix two dimensions.
#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "core/accelerator.h"
#include "simulator/datapath_shape.h"

namespace assay::simulator {

struct StepWork;

class StepCounter {
 public:
  StepCounter(const Layer& layer, const Accelerator& accelerator, const Nest& nest,
              const StepShape& shape);

  // `left`: what is left of every dimension at the step's start.
  void count(const Point& left, StepWork& work);

 private:
  // Spatial indices of one dimension, in the order of the elements they stand for.
  struct Position {
    std::int64_t offset = 0;             // elements
    std::vector<std::int64_t> in_array;  // per array: its part of the lane's number
  };
  // Iterations by the number of positions that exist in them.
  using Pattern = std::vector<std::pair<std::size_t, std::int64_t>>;
  // One way of counting words: lanes that differ only in their position in a united array and
  // need the same element are one.
  struct Stage {
    Operand operand = Operand::I;
    std::vector<bool> united;                     // per array
    PerDim<std::vector<std::int64_t>> different;  // words of the first n positions
    std::map<std::pair<std::size_t, std::size_t>, std::int64_t>
        windows[2];  // the same, P and R; Q and S
  };
  // What becomes of one operand's accesses.
  struct Way {
    Operand operand = Operand::I;
    std::vector<Stage> stages;  // before and after each array that unites
    std::vector<int> arrays;    // levels of those arrays, innermost first
  };

  void list_positions(Dim dim, const StepShape& shape);
  Way make_way(const Nest& nest, Operand operand);
  Stage make_stage(Operand operand, const std::vector<bool>& united) const;
  Pattern pattern(Dim dim, std::int64_t left, StepWork& work) const;
  std::int64_t words(Stage& stage, const PerDim<Pattern>& patterns);
  std::int64_t window_words(Stage& stage, bool columns, std::size_t out, std::size_t filter);
  std::vector<std::int64_t> apart(const Stage& stage, const Position& position) const;
  void count_operand(Way& way, const PerDim<Pattern>& patterns, StepWork& work);

  const Layer& layer_;
  const Accelerator& accelerator_;
  const Nest& nest_;
  std::vector<int> arrays_;                       // levels of arrays with loops, outermost first
  PerDim<std::vector<std::int64_t>> iterations_;  // offsets of the temporal indices
  PerDim<std::vector<Position>> positions_;
  std::vector<Way> ways_;
};

}  // namespace assay::simulator
