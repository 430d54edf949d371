// SPDX-License-Identifier: Apache-2.0
// Multiply-accumulates whose partial sums saturate: for every partial sum in the order of the nest,
// and through the networks between the partial sums and compute (docs/contract.md, "Values").
// Loops over partial sums may run in any order; those of the reduction keep theirs.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "core/accelerator.h"
#include "simulator/datapath_kernel.h"
#include "simulator/datapath_shape.h"

namespace assay::simulator {

// What one partial sum receives: `width` terms per iteration, one of every lane that works on it.
struct Sequence {
  std::vector<Term> terms;  // x: input, a: weight; x < 0: that lane has no point
};

// Partial sums that receive the same sequence.
struct SaturatedPart {
  PerOperand<std::int64_t> base{};
  std::size_t sequence = 0;
  std::vector<Row> rows;
  std::vector<BoxLoop> outer;
};

struct SaturatedPlan {
  std::vector<Sequence> sequences;
  std::vector<SaturatedPart> parts;
};

class Saturation {
 public:
  Saturation(const Accelerator& accelerator, const Nest& nest, const StepShape& shape,
             int psum_bits);

  SaturatedPlan make_plan(const Point& left) const;
  // Pointers as in Datapath::run, already at the step's tile.
  void run(const SaturatedPlan& plan, std::int32_t* psums, const std::int32_t* input,
           const std::int32_t* weights);

 private:
  // A network that adds: words[at] becomes the fitted sum of `positions` words, `stride` apart.
  struct Fold {
    std::vector<std::size_t> at;
    std::size_t positions = 1;
    std::size_t stride = 1;
  };

  void make_folds(const Accelerator& accelerator);
  Sequence make_sequence(const Point& left) const;
  void run_part(const SaturatedPart& part, const Sequence& sequence, std::int32_t* y,
                const std::int32_t* x, const std::int32_t* a);
  template <bool kFitProducts>
  void run_chains(const SaturatedPart& part, const Sequence& sequence, std::int32_t* y,
                  const std::int32_t* x, const std::int32_t* a) const;
  void run_networks(const SaturatedPart& part, const Sequence& sequence, std::int32_t* y,
                    const std::int32_t* x, const std::int32_t* a);
  std::int64_t fitted(std::int64_t value) const {
    return value < low_ ? low_ : value > high_ ? high_ : value;
  }

  std::int64_t low_ = 0, high_ = 0;
  bool fit_products_ = false;      // arrays lie between the partial sums and compute
  std::vector<StepLoop> psums_;    // loops over partial sums
  std::vector<StepLoop> own_;      // lanes of the reduction with partial sums of their own
  std::vector<StepLoop> shared_;   // lanes of the reduction that share them, in the order of lanes
  std::vector<StepLoop> in_time_;  // of the reduction, in nest order
  std::vector<Fold> folds_;        // from the inside out
  std::vector<std::size_t> left_over_;  // words that the networks leave, in the order of lanes
  std::vector<std::int64_t> words_;     // of one iteration
};

}  // namespace assay::simulator
