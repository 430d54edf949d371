// SPDX-License-Identifier: Apache-2.0
// Runs a sweep over a space of designs on all cores, with checkpoints, and checks it against
// one-at-a-time evaluation.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>

#include "analytical/explore/hardware_sweep.h"
#include "experiments/explore/hardware_reader.h"
#include "experiments/explore/store.h"

namespace assay {

struct SweepOptions {
  unsigned threads = 0;  // 0: one per processor
  analytical::Pruning pruning = analytical::Pruning::proven;
  std::optional<std::filesystem::path> store;  // checkpoints; none: in memory only
  Store::Open open = Store::Open::fresh;
  // Several times a second: the share that is done, what of it this run did, and how long it took.
  std::function<void(double share, double of_this_run, double seconds)> progress;
  std::int64_t units_at_once = 64;  // between two looks at the clock and `stop`
  std::function<bool()> stop;       // asked as often
};

struct SweepOutcome {
  analytical::SweepResult result;
  bool stopped = false;                 // before the end; the store has what was done
  double resumed_share = 0;             // of the work, done by an earlier run
  double seconds = 0, cpu_seconds = 0;  // of this run
};

// The same front and counts whatever the number of threads and interruptions. Throws InputError as
// Store does.
SweepOutcome sweep(const SpaceFile& file, const SweepOptions& options);

struct SampleCheck {
  std::int64_t designs = 0, valid = 0;
  std::int64_t different = 0;     // figures are not those of predict() and check()
  std::int64_t beyond_front = 0;  // within the limits, but neither on the front nor dominated by it
  std::int64_t first_wrong = -1;
  double seconds = 0;
};

// Every `every`-th design, by check() and predict() one at a time, against the sweep.
SampleCheck check_sample(const SpaceFile& file, const analytical::DesignFront& front,
                         std::int64_t every, const SweepOptions& options);

}  // namespace assay
