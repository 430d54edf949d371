// SPDX-License-Identifier: Apache-2.0
// What a design is worth: validity, latency and energy of a mapping, by the analytical predictor.
// No allocation after the first few calls; each thread has its own.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>

#include "analytical/explore/layer_space.h"
#include "analytical/explore/pareto.h"
#include "analytical/predictor.h"

namespace assay::analytical {

enum class Objective : std::uint8_t { latency, energy, edp, throughput };
inline constexpr std::array<std::string_view, 4> kObjectiveNames{"latency", "energy", "edp",
                                                                 "throughput"};

enum class LatencyKind : std::uint8_t { processing, total };

// {cycles, pJ}; without unit energies the second is 0 for every design.
using Costs = std::array<double, 2>;
using MappingFront = Front<2, Design>;

// The figure that the objective minimises. Throughput of one layer is its points over its latency:
// its order is that of the latency.
double scalar(Objective objective, const Costs& costs);

// A search was told to stop.
struct SearchStopped : std::runtime_error {
  SearchStopped() : std::runtime_error("the search was stopped") {}
};

struct ScoreInput {
  const Layer* layer = nullptr;
  const Accelerator* accelerator = nullptr;
  const Prices* prices = nullptr;  // may be null
  double zero_fraction = 0;
  LatencyKind latency = LatencyKind::total;
  // Shared by threads; may be null. stop: the next call throws SearchStopped. looked: designs
  // scored, now and then added to.
  const std::atomic<bool>* stop = nullptr;
  std::atomic<std::int64_t>* looked = nullptr;
};

class Scorer {
 public:
  explicit Scorer(const ScoreInput& input);

  // nullopt: the mapping is illegal, or a count does not fit 64 bits. The mapping must cover the
  // layer and fit the arrays.
  std::optional<Costs> costs(const Mapping& mapping);
  // By how much the fullest level is too full: log2(need / capacity) summed over what does not fit;
  // 0: all fit.
  double excess(const Mapping& mapping) const;
  // Whether holds, routes and ports permit a nest of this structure, whatever its bounds and
  // capacities.
  bool structure_is_legal(const Mapping& mapping);

  const ScoreInput& input() const { return input_; }

 private:
  void report();

  ScoreInput input_;
  Accelerator unbounded_;  // no capacities, no limits of lanes
  std::unordered_map<std::string, bool> structures_;
  std::string key_;
  std::int64_t unreported_ = 0;
};

}  // namespace assay::analytical
