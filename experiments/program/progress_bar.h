// SPDX-License-Identifier: Apache-2.0
// One line at the bottom of a terminal that says how far a run is.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "experiments/layer_runs.h"

namespace assay {

// The line, at most `width` wide: share of all work, layers, layers at work, steps (or
// cycles) per second, time left. What an earlier run did counts as done, and not for the rate.
std::string progress_line(const std::vector<LayerProgress>& layers, double seconds, int width);
// The same for a work of which only the share that is done is known, what of it this run did, and
// how long that took.
std::string progress_line(double share, double of_this_run, double seconds, int width);

// Shows it on standard error when that is a terminal; gone when destroyed.
class ProgressBar {
 public:
  ProgressBar();
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  void show(const std::vector<LayerProgress>& layers);  // as often as one likes
  void show(double share, double of_this_run, double seconds);
  void erase();

 private:
  using Clock = std::chrono::steady_clock;
  bool due();  // there is a terminal, and the line on it is old
  void write(const std::string& line);

  bool terminal_;
  bool shown_ = false;
  Clock::time_point begin_;
  Clock::time_point latest_;
};

}  // namespace assay
