// SPDX-License-Identifier: Apache-2.0
// Batched evaluation of mappings that differ in their bounds alone. Equal (==) to predict() and
// check() one at a time, several times as fast, for any number of threads.
//
// A *pattern* is a nest: the order of its entries, its holds, its spatial loops. A loop of the
// pattern whose bound is 1 is optional: candidates may give it the bound 1, which drops it as on
// reading; every other loop keeps a bound of 2 or more. A *choice* is one vector of bounds for all
// loops of one dimension, outermost first; a candidate is one choice per dimension.
//
// Every count is a sum of products over dimensions, so what a dimension contributes is tabulated
// once per choice (for P and R, Q and S per pair of choices that occurs), and a candidate is a few
// hundred operations on table entries, done for a block of candidates at once
// (docs/rationale/0009-batched-evaluation.md). Candidates whose numbers may pass
// 2^53 go through predict() and check() themselves.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "analytical/predictor.h"
#include "analytical/totals.h"

namespace assay::analytical {

// What is wrong with a candidate, the first that applies.
enum class Fault : std::uint8_t {
  none,
  coverage,   // the bounds of a dimension do not cover the layer exactly once
  structure,  // holds, networks or ports do not allow the loops that are present
  array,      // more lanes than an array has
  capacity,   // a tile does not fit
  overflow    // a count does not fit 64 bits
};

using Choice = PerDim<std::int32_t>;  // numbers from add()

// Structure of arrays: choice[d][i] is that of candidate i. nullptr: choice 0 for all.
struct Candidates {
  PerDim<const std::int32_t*> choice{};
  std::size_t count = 0;
};

// Where results go; nullptr: not wanted. What is undefined (Fault coverage, overflow) is NaN. A
// candidate with another fault has the figures that predict() would give.
struct BatchResults {
  Fault* fault = nullptr;
  double* processing_cycles = nullptr;
  double* total_cycles = nullptr;
  double* energy_pj = nullptr;
};

// What a mapping alone decides, for sweeps over the hardware. Bandwidths and latencies of ports,
// capacities, prices and off-chip timing come in afterwards: fits(), LatencyBound of the
// candidate's own nest, energy_of(). Slots, networks, precision, which ports serve what, and
// whether new inputs cost steps belong to the pattern's accelerator.
struct MappingPart {
  Fault fault = Fault::none;  // coverage, structure, overflow: without arrays and capacity
  Counts counts;              // undefined with coverage or overflow, as all below
  Totals totals;              // with the lanes that each array needs
  std::array<std::int64_t, kMaxHolds> need_bytes{};  // per hold of nest(), all slots
};

class BatchEvaluator {
 public:
  // Copies what it is given. prices: nullptr leaves energies undefined. Throws InputError where
  // compile() does.
  BatchEvaluator(const Layer& layer, const Accelerator& accelerator, const Mapping& pattern,
                 const Prices* prices, double zero_fraction);
  ~BatchEvaluator();
  BatchEvaluator(BatchEvaluator&&) noexcept;
  BatchEvaluator& operator=(BatchEvaluator&&) noexcept;

  // Holds and loops of the pattern; bounds in it mean nothing.
  const Nest& nest() const;
  // The number of these bounds, from 0; the same bounds get the same number. A dimension without
  // loops in the pattern has choice 0 from the start. Throws std::invalid_argument
  // for a wrong number of bounds or one that the pattern excludes.
  std::int32_t add(Dim dim, const std::vector<std::int64_t>& bounds);
  std::int32_t choices(Dim dim) const;
  const std::vector<std::int64_t>& bounds(Dim dim, std::int32_t choice) const;

  // Tabulates what pairs of choices need that has not occurred before. One thread at a time, and
  // before evaluate() and parts(). Throws std::out_of_range for a choice that was not added.
  void prepare(const Candidates& candidates);

  // Candidates [from, to); results are indexed like candidates. Any number of threads at a time.
  void evaluate(const Candidates& candidates, std::size_t from, std::size_t to,
                const BatchResults& results) const;
  // The parts of candidates [from, to), from out[0] on. For sweeps over the hardware.
  void parts(const Candidates& candidates, std::size_t from, std::size_t to,
             MappingPart* out) const;

  // The candidate as check() and predict() take it.
  Mapping mapping(const Choice& choice) const;
  // Vector operations per candidate, for reports of speed.
  std::size_t operations() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// prepare() and evaluate() for all candidates on `threads` threads.
void evaluate_all(BatchEvaluator& evaluator, const Candidates& candidates,
                  const BatchResults& results, unsigned threads);

// Whether every tile and every array's lanes fit another accelerator of the same levels.
bool fits(const MappingPart& part, const Nest& nest, const Accelerator& accelerator);

}  // namespace assay::analytical
