// SPDX-License-Identifier: Apache-2.0
// Mapping search over the layers of a workload (docs/formats/explore.md): layers of equal shape are
// searched once, what is found streams into a store, and the fronts of the layers combine into the
// front of the network.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/mapping.h"
#include "experiments/explore/layer_search.h"
#include "experiments/layer_runs.h"

namespace assay {

struct ExploreOptions {
  std::filesystem::path accelerator, workload;
  std::optional<std::filesystem::path> parameters;
  std::optional<std::filesystem::path> constraints;  // absent: the default map space
  std::optional<std::filesystem::path> reference;    // mappings to compare with, and to start from
  bool blind = false;                                // not to start from
  std::vector<std::string> layers;    // empty: all that have weights, or that the reference maps
  std::optional<std::int64_t> batch;  // absent: the reference's, else 1
  analytical::Factors factors = analytical::Factors::ceil;  // of the default space
  std::optional<analytical::Objective>
      objective;  // absent: edp, latency where energy is not priced
  analytical::LatencyKind latency = analytical::LatencyKind::total;
  LayerSearchOptions search;
  std::optional<std::filesystem::path> store;
  Store::Open open = Store::Open::fresh;
  std::function<void(const std::vector<LayerProgress>&)> progress;
  std::function<bool()> stop;
};

struct ExploredDesign {
  analytical::Costs costs{};
  analytical::Design design;
  Mapping mapping;
};

struct ExploredLayer {
  Layer layer;           // of the whole batch
  std::string searched;  // name of the layer of this shape that was searched
  double size = 0;
  bool exhaustive = false;
  analytical::SearchCounts counts;
  double seconds =
      0;  // of this run; 0 where nothing was left to do, or the shape was searched before
  std::vector<ExploredDesign> front;  // latency rises
  std::vector<ExploredDesign> top, sample;
  std::size_t best = 0;  // of the front, by the objective
  std::optional<ExploredDesign> reference;
  std::string reference_why;  // why there is none
  bool beats_or_ties() const;
  analytical::Objective objective = analytical::Objective::edp;
};

struct Explored {
  Accelerator accelerator;
  Workload workload;
  std::optional<Parameters> parameters;
  analytical::MapSpace space;
  std::int64_t batch = 1;
  analytical::Objective objective = analytical::Objective::edp;
  analytical::LatencyKind latency = analytical::LatencyKind::total;
  bool energy_known = false;
  std::vector<ExploredLayer> layers;  // in the order of the workload; those whose search has ended
  std::vector<std::string> without;   // layers for which the space has no legal mapping
  std::vector<std::string> unmapped;  // left out, having no weights
  bool stopped = false;
};

// Throws InputError with what is wrong with the files and options.
Explored explore(const ExploreOptions& options);

// One choice of a design per layer: sums over the layers, repeats included.
struct NetworkPoint {
  analytical::Costs costs{};
  std::vector<std::size_t> chosen;  // of each layer's front
};
// The front of the sums of the layers' fronts. Where more than `limit` points arise on the way, so
// many are kept, evenly along the front and its ends: then the result is a subset of sums that can
// be had, and `exact` is false.
struct NetworkFront {
  std::vector<NetworkPoint> points;
  bool exact = true;
};
NetworkFront network_front(const std::vector<ExploredLayer>& layers, std::size_t limit = 2000);

// The point that is best by the objective.
const NetworkPoint& best_of(const NetworkFront& front, analytical::Objective objective);

}  // namespace assay
