// SPDX-License-Identifier: Apache-2.0
// Numbered jobs on threads of this process; results come back to the calling thread, one at a time,
// in any order. All threads have ended when it returns, so that the process may fork afterwards.
#pragma once

#include <cstddef>
#include <functional>

namespace assay {

struct WorkersInput {
  std::size_t jobs = 0;  // handed out in this order
  int threads = 1;
  std::function<void(std::size_t job)> work;  // on a thread; an exception ends the run and goes on
  std::function<void(std::size_t job)> done;  // in the calling thread, after work(job)
  std::function<void()> tick;  // in the calling thread, several times a second; may be empty
};

void run_workers(const WorkersInput& input);

}  // namespace assay
