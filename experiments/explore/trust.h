// SPDX-License-Identifier: Apache-2.0
// How far the predictor's choice among mappings may be trusted: the best designs and a spread of
// others are executed, and the two orders are compared. Executed: on the simulator in timing mode,
// or by the predictor's exact mode, which has the simulator's cycles at a cost that does not grow
// with the layer; then the chosen design of each layer runs on both, which must agree.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

#include "experiments/explore/explore.h"

namespace assay {

// One design's objective, predicted and executed.
struct Judged {
  double predicted = 0;
  double executed = 0;
};

struct Trust {
  std::size_t designs = 0;
  // Kendall's tau-b over all pairs: ties on one side count against it. Absent where one side has no
  // two different values.
  std::optional<double> tau_b;
  // Executed figure of the chosen design over the least executed one, minus 1, in per cent.
  std::optional<double> regret_pct;
  // Smallest relative difference of predictions, in per cent of the smaller, such that of all pairs
  // at least so far apart 95 % are executed in the predicted order (a tie is not). Absent where no
  // difference is enough, or with fewer than kLeastPairs pairs.
  std::optional<double> resolution_pct;
  std::size_t pairs = 0;  // with different predictions
};
inline constexpr std::size_t kLeastPairs = 20;

// chosen: index of the design that the prediction would choose.
Trust judge(const std::vector<Judged>& designs, std::size_t chosen);

enum class ExecuteBy : std::uint8_t { exact, simulator };

struct TrustOptions {
  int jobs = 1;
  ExecuteBy by = ExecuteBy::exact;
  std::size_t top = 32;     // best designs that are executed, per layer
  std::size_t spread = 32;  // others, chosen by a hash
  // Designs of more steps do not run on the simulator: they would take minutes each.
  std::int64_t most_steps = 3'000'000;
  std::function<void(std::size_t done, std::size_t all)> progress;
  std::function<bool()> stop;
};

struct LayerTrust {
  Trust trust;  // of the best designs and the spread together
  Trust top;    // of the best designs alone
  std::size_t left_out = 0;
  std::optional<double> simulated_cycles;  // of the chosen design, if the simulator ran it
  std::optional<double> chosen_cycles,
      best_cycles;  // executed: of the chosen design, of the best one executed
  // The choice where execution has the last word: of the best designs (by the exact mode all that
  // the search kept), the front and the reference the one that executes best by the objective, ties
  // as predicted. Of the explored layer of this shape; null: none was executed.
  const ExploredDesign* reranked = nullptr;
  // Executed figures of the objective: of the prediction's choice, of that one, of the reference.
  std::optional<double> chosen_executed, reranked_executed, reference_executed;
  struct Point {
    analytical::Costs predicted{}, executed{};
    bool top = false;
  };
  std::vector<Point> points;  // the chosen design first, if it was executed
};

// One per layer of `explored`; layers of a shape share. Energy is that of the counts, which agree,
// and constant power over the executed time. Worker processes: the calling process must have a
// single thread.
std::vector<LayerTrust> execute_designs(const Explored& explored, const TrustOptions& options,
                                        bool* stopped);

}  // namespace assay
