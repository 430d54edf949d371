// SPDX-License-Identifier: Apache-2.0
// The process pool: every job comes back once, whatever happens to its worker.
#include "experiments/pool.h"

#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <csignal>
#include <map>
#include <set>
#include <stdexcept>

using namespace assay;

namespace {

struct Outcome {
  std::map<std::size_t, std::string> done, failed;
  std::map<std::size_t, std::int64_t> progress;
  PoolResult result;
};

PoolInput pool_of(std::size_t jobs, int workers, const Work& work, Outcome* outcome) {
  PoolInput in;
  in.jobs = jobs;
  in.workers = workers;
  in.make_work = [work] { return work; };
  in.progress = [outcome](std::size_t job, std::int64_t value) { outcome->progress[job] = value; };
  in.done = [outcome](std::size_t job, const std::string& text) {
    BOOST_TEST(outcome->done.emplace(job, text).second);
  };
  in.failed = [outcome](std::size_t job, const std::string& why) {
    BOOST_TEST(outcome->failed.emplace(job, why).second);
  };
  return in;
}

Outcome run(std::size_t jobs, int workers, const Work& work) {
  Outcome outcome;
  outcome.result = run_pool(pool_of(jobs, workers, work, &outcome));
  return outcome;
}

// Every worker was waited for.
bool no_child_is_left() { return ::waitpid(-1, nullptr, WNOHANG) == -1 && errno == ECHILD; }

std::string process(std::size_t, const ReportProgress&) { return std::to_string(::getpid()); }

}  // namespace

BOOST_AUTO_TEST_SUITE(pool)

BOOST_AUTO_TEST_CASE(returns_every_result_once) {
  for (const int workers : {1, 2, 5, 50}) {
    const Outcome o = run(20, workers, [](std::size_t job, const ReportProgress&) {
      return "result " + std::to_string(job);
    });
    BOOST_TEST(o.done.size() == 20U);
    for (const auto& [job, text] : o.done) BOOST_TEST(text == "result " + std::to_string(job));
    BOOST_TEST(o.failed.empty());
    BOOST_TEST(!o.result.stopped);
    BOOST_TEST(no_child_is_left());
  }
}

BOOST_AUTO_TEST_CASE(does_nothing_without_jobs) {
  const Outcome o = run(0, 3, process);
  BOOST_TEST(o.done.empty());
  BOOST_TEST(!o.result.stopped);
}

BOOST_AUTO_TEST_CASE(a_worker_takes_one_job_after_another) {
  const Outcome o = run(30, 2, process);
  std::set<std::string> processes;
  for (const auto& [job, text] : o.done) processes.insert(text);
  BOOST_TEST(processes.size() <= 2U);
  BOOST_TEST(processes.count(std::to_string(::getpid())) == 0U);
  const Outcome alone = run(5, 1, process);
  for (const auto& [job, text] : alone.done) BOOST_TEST(text == alone.done.begin()->second);
}

BOOST_AUTO_TEST_CASE(a_result_may_be_larger_than_a_pipe) {
  const Outcome o = run(
      3, 2, [](std::size_t job, const ReportProgress&) { return std::string(3000000 + job, 'x'); });
  for (std::size_t job = 0; job < 3; ++job) BOOST_TEST(o.done.at(job).size() == 3000000 + job);
}

BOOST_AUTO_TEST_CASE(progress_arrives_in_order) {
  const Outcome o = run(4, 2, [](std::size_t, const ReportProgress& progress) {
    for (int i = 0; i <= 1000; ++i) progress(i);
    return std::string();
  });
  BOOST_TEST(o.progress.size() == 4U);
  for (const auto& [job, value] : o.progress) BOOST_TEST(value == 1000);
}

BOOST_AUTO_TEST_CASE(an_exception_fails_its_job_alone_and_its_worker_takes_no_other) {
  static int jobs_of_this_process = 0;
  const Outcome o = run(6, 1, [](std::size_t job, const ReportProgress&) {
    ++jobs_of_this_process;
    if (job == 2) throw std::runtime_error("no " + std::to_string(job));
    return std::to_string(jobs_of_this_process);
  });
  BOOST_TEST(o.done.size() == 5U);
  BOOST_TEST(o.failed.at(2) == "no 2");
  BOOST_TEST(o.done.at(1) == "2");
  BOOST_TEST(o.done.at(3) == "1");
  BOOST_TEST(no_child_is_left());
}

BOOST_AUTO_TEST_CASE(an_exception_of_the_preparation_fails_the_jobs) {
  Outcome o;
  PoolInput in = pool_of(3, 2, process, &o);
  in.make_work = []() -> Work { throw std::runtime_error("no machine"); };
  run_pool(in);
  BOOST_TEST(o.failed.size() == 3U);
  BOOST_TEST(o.failed.at(1) == "no machine");
}

BOOST_AUTO_TEST_CASE(a_worker_that_dies_fails_its_job_alone_and_says_how) {
  const Outcome o = run(6, 2, [](std::size_t job, const ReportProgress&) {
    if (job == 1) ::raise(SIGKILL);
    if (job == 3) ::_exit(7);
    if (job == 4) {
      std::signal(SIGSEGV, SIG_DFL);  // the test framework's own is inherited
      ::raise(SIGSEGV);
    }
    return std::string("done");
  });
  BOOST_TEST(o.done.size() == 3U);
  BOOST_TEST(o.failed.at(1) == "the worker process was ended by signal 9 (Killed)");
  BOOST_TEST(o.failed.at(3) == "the worker process ended with exit code 7");
  BOOST_TEST(o.failed.at(4) == "the worker process was ended by signal 11 (Segmentation fault)");
  BOOST_TEST(no_child_is_left());
}

BOOST_AUTO_TEST_CASE(sigint_to_a_worker_is_ignored) {
  const Outcome o = run(2, 1, [](std::size_t, const ReportProgress&) {
    ::raise(SIGINT);
    return std::string("done");
  });
  BOOST_TEST(o.done.size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_stop_ends_the_workers_and_keeps_what_is_finished) {
  Outcome o;
  // Job 0 ends by itself, the others never do.
  PoolInput in = pool_of(
      5, 2,
      [](std::size_t job, const ReportProgress&) {
        while (job != 0) ::pause();
        return std::string("done");
      },
      &o);
  in.stop = [&o] { return !o.done.empty(); };
  const PoolResult result = run_pool(in);
  BOOST_TEST(result.stopped);
  BOOST_TEST(o.done.size() == 1U);
  BOOST_TEST(o.failed.empty());
  BOOST_TEST(no_child_is_left());
}

BOOST_AUTO_TEST_CASE(a_stop_after_the_last_job_is_none) {
  Outcome o;
  PoolInput in = pool_of(2, 2, process, &o);
  in.stop = [&o] { return o.done.size() == 2; };
  BOOST_TEST(!run_pool(in).stopped);
}

BOOST_AUTO_TEST_CASE(an_exception_of_the_caller_ends_the_workers) {
  Outcome o;
  PoolInput in = pool_of(
      3, 2,
      [](std::size_t job, const ReportProgress&) {
        while (job != 0) ::pause();
        return std::string("done");
      },
      &o);
  in.done = [](std::size_t, const std::string&) { throw std::runtime_error("disk full"); };
  BOOST_CHECK_EXCEPTION(run_pool(in), std::runtime_error, [](const std::runtime_error& e) {
    return std::string(e.what()) == "disk full";
  });
  BOOST_TEST(no_child_is_left());
}

BOOST_AUTO_TEST_SUITE_END()
