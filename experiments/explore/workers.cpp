// SPDX-License-Identifier: Apache-2.0
#include "experiments/explore/workers.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace assay {
namespace {

struct Shared {
  std::mutex mutex;
  std::condition_variable changed;
  std::size_t next = 0;
  std::deque<std::size_t> finished;
  std::exception_ptr error;
  std::size_t alive = 0;
};

void run_thread(const WorkersInput& input, Shared* s) {
  for (;;) {
    std::size_t job = 0;
    {
      const std::lock_guard<std::mutex> lock(s->mutex);
      if (s->next >= input.jobs || s->error) break;
      job = s->next++;
    }
    try {
      input.work(job);
      const std::lock_guard<std::mutex> lock(s->mutex);
      s->finished.push_back(job);
    } catch (...) {
      const std::lock_guard<std::mutex> lock(s->mutex);
      if (!s->error) s->error = std::current_exception();
    }
    s->changed.notify_one();
  }
  const std::lock_guard<std::mutex> lock(s->mutex);
  --s->alive;
  s->changed.notify_one();
}

// What is finished, taken until no thread is left.
void collect(const WorkersInput& input, Shared* s) {
  std::unique_lock<std::mutex> lock(s->mutex);
  while (s->alive > 0 || !s->finished.empty()) {
    if (s->finished.empty()) s->changed.wait_for(lock, std::chrono::milliseconds(100));
    std::deque<std::size_t> taken;
    taken.swap(s->finished);
    lock.unlock();
    std::exception_ptr error;
    try {
      for (const std::size_t job : taken) input.done(job);
      if (input.tick) input.tick();
    } catch (...) {
      error = std::current_exception();
    }
    lock.lock();
    if (error && !s->error) s->error = error;
  }
}

}  // namespace

void run_workers(const WorkersInput& input) {
  Shared shared;
  shared.alive = std::min(input.jobs, static_cast<std::size_t>(std::max(1, input.threads)));
  std::vector<std::thread> threads;
  const std::size_t count = shared.alive;
  for (std::size_t i = 0; i < count; ++i)
    threads.emplace_back([&input, &shared] { run_thread(input, &shared); });
  collect(input, &shared);
  for (std::thread& t : threads) t.join();
  if (shared.error) std::rethrow_exception(shared.error);
}

}  // namespace assay
