// SPDX-License-Identifier: Apache-2.0
// The Pareto front of a space of designs, every design accounted for: evaluated, pruned by proof,
// or invalid (docs/rationale/0008-hardware-exploration.md).
//
// What a mapping moves does not depend on capacities, bandwidths and prices. So counts and totals
// are computed once per (dataflow, precision, array sizes, tiles), times once per bandwidths, and
// the rest is a few additions. Figures are equal (==) to evaluate() of the same design.
//
// Pruned, always for a design with a smaller number that is nowhere worse:
//   same mapping     the next smaller array or tile size gives every layer the same nest
//   larger memories  the smallest capacities that hold every tile do the same in the same time, and
//                    no cost falls with capacity
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "analytical/explore/hardware_space.h"
#include "analytical/explore/pareto.h"

namespace assay::analytical {

using DesignFront = Front<kMaxDesignObjectives, std::int64_t>;  // objectives not asked for are 0

struct SweepCounts {
  std::int64_t evaluated = 0;   // latency, energy, area and power computed
  std::int64_t over_limit = 0;  // those of them that a limit refuses
  std::int64_t pruned_same_mapping = 0, pruned_larger_memories = 0;
  std::int64_t illegal = 0;       // arrays, coverage, ports, resources
  std::int64_t does_not_fit = 0;  // some tile

  SweepCounts& operator+=(const SweepCounts& o);
  std::int64_t pruned() const { return pruned_same_mapping + pruned_larger_memories; }
  std::int64_t invalid() const { return illegal + does_not_fit; }
  std::int64_t total() const { return evaluated + pruned() + invalid(); }
};

struct SweptDesign {
  std::int64_t number = 0;
  std::array<double, kMaxDesignObjectives> objectives{};
};

struct SweepResult {
  DesignFront front;
  SweepCounts counts;
  std::vector<SweptDesign> seen;  // some of the evaluated ones within the limits, for plots
};

enum class Pruning : std::uint8_t {
  proven,
  none  // every valid design is evaluated
};

class HardwareSweep {
 public:
  // Refers to the space. keep: about so many designs in `seen`, the same ones in every run.
  HardwareSweep(const DesignSpace& space, Pruning pruning, std::int64_t keep = 0);
  ~HardwareSweep();
  HardwareSweep(const HardwareSweep&) = delete;
  HardwareSweep& operator=(const HardwareSweep&) = delete;

  // Parts of the space, in the order of design numbers, of about equal work.
  std::int64_t units() const;
  // Adds what is in the unit. Any number of threads at a time.
  void run(std::int64_t unit, SweepResult& result) const;
  // Of one design, as the sweep computes them; nullopt if it is invalid. For checks: slow.
  std::optional<DesignFigures> figures(std::int64_t number) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// `from` is added to `to`; the order of such calls makes no difference to front and counts.
void merge(const SweepResult& from, SweepResult& to);

}  // namespace assay::analytical
