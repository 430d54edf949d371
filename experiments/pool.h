// SPDX-License-Identifier: Apache-2.0
// Jobs in worker processes: fork, pipes, poll. Knows nothing of what the jobs are; they come back
// as text. A worker takes one job after another and shares nothing with the others; one that dies
// fails its job alone, and another one takes its place.
//
// Workers begin as a copy of the calling process, which must have a single thread. Their standard
// output goes to standard error; they ignore SIGINT, which a terminal sends to all, and end with
// the calling process.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

namespace assay {

using ReportProgress = std::function<void(std::int64_t)>;
// In the worker: does one job. An exception fails the job and ends the worker.
using Work = std::function<std::string(std::size_t job, const ReportProgress& progress)>;

struct PoolInput {
  std::size_t jobs = 0;  // numbered from 0, handed out in this order
  int workers = 1;       // at most; never more than jobs
  // In each worker, before its first job.
  std::function<Work()> make_work;
  // All others in the calling process; only `done` and `failed` are required. If one throws, the
  // workers are stopped and the exception goes on.
  std::function<void(std::size_t job)> started;
  std::function<void(std::size_t job, std::int64_t)> progress;
  std::function<void(std::size_t job, const std::string& result)> done;
  std::function<void(std::size_t job, const std::string& why)> failed;
  std::function<void()> tick;  // several times a second
  std::function<bool()> stop;  // asked as often; true: workers are killed, results that wait taken
};

struct PoolResult {
  bool stopped = false;    // some jobs were neither done nor failed
  double cpu_seconds = 0;  // of all workers, user and system
};

// Throws std::system_error when no process or pipe can be had.
PoolResult run_pool(const PoolInput& input);

}  // namespace assay
