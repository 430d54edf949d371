// SPDX-License-Identifier: Apache-2.0
#include "experiments/pool.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

namespace assay {
namespace {

constexpr int kTickMilliseconds = 100;

// What a worker sends: a frame and `size` bytes of text.
enum class Kind : std::uint32_t { progress, result, error };
struct Frame {
  Kind kind = Kind::progress;
  std::uint32_t unused = 0;
  std::int64_t value = 0;  // of progress
  std::uint64_t size = 0;
};

// False when the other end is gone.
bool write_all(int fd, const void* data, std::size_t size) {
  const char* at = static_cast<const char*>(data);
  while (size > 0) {
    const ssize_t n = ::write(fd, at, size);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    at += n;
    size -= static_cast<std::size_t>(n);
  }
  return true;
}

bool read_all(int fd, void* data, std::size_t size) {
  char* at = static_cast<char*>(data);
  while (size > 0) {
    const ssize_t n = ::read(fd, at, size);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    at += n;
    size -= static_cast<std::size_t>(n);
  }
  return true;
}

// An end of a pipe.
class End {
 public:
  End() = default;
  explicit End(int fd) : fd_(fd) {}
  End(End&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  End& operator=(End&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~End() { close(); }
  End(const End&) = delete;
  End& operator=(const End&) = delete;

  int fd() const { return fd_; }
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }

 private:
  int fd_ = -1;
};

struct Pipe {
  End read, write;
};

Pipe make_pipe() {
  int fds[2];
  if (::pipe2(fds, O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
  return {End(fds[0]), End(fds[1])};
}

// ---- in the worker -----------------------------------------------------------------------------

bool send(int out, Kind kind, std::int64_t value, const std::string& text) {
  const Frame frame{kind, 0, value, text.size()};
  return write_all(out, &frame, sizeof frame) && write_all(out, text.data(), text.size());
}

// Takes jobs until there are no more or one fails; after an exception nothing that the work holds
// can be trusted.
void serve(int in, int out, const std::function<Work()>& make_work) {
  Work work;
  std::uint64_t job = 0;
  while (read_all(in, &job, sizeof job)) {
    try {
      if (!work) work = make_work();
      const std::string result = work(static_cast<std::size_t>(job), [out](std::int64_t value) {
        send(out, Kind::progress, value, "");
      });
      if (!send(out, Kind::result, 0, result)) return;
    } catch (const std::exception& e) {
      send(out, Kind::error, 0, e.what());
      return;
    } catch (...) {
      send(out, Kind::error, 0, "an exception of unknown kind");
      return;
    }
  }
}

void become_worker(pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(1);  // it ended before the line above
  std::signal(SIGINT, SIG_IGN);
  std::signal(SIGTERM, SIG_DFL);
  std::signal(SIGPIPE, SIG_DFL);
  ::dup2(STDERR_FILENO, STDOUT_FILENO);
}

// ---- in the calling process --------------------------------------------------------------------

struct Worker {
  pid_t process = -1;
  End jobs, results;
  std::optional<std::size_t> job;  // at work on it
  std::string received;            // not yet a whole frame
};

// A worker that died must not take us along.
class IgnoreSigpipe {
 public:
  IgnoreSigpipe() {
    struct sigaction ignore {};
    ignore.sa_handler = SIG_IGN;
    ::sigaction(SIGPIPE, &ignore, &before_);
  }
  ~IgnoreSigpipe() { ::sigaction(SIGPIPE, &before_, nullptr); }
  IgnoreSigpipe(const IgnoreSigpipe&) = delete;
  IgnoreSigpipe& operator=(const IgnoreSigpipe&) = delete;

 private:
  struct sigaction before_ {};
};

std::string cause_of_death(int status) {
  if (WIFSIGNALED(status))
    return "the worker process was ended by signal " + std::to_string(WTERMSIG(status)) + " (" +
           ::strsignal(WTERMSIG(status)) + ")";
  return "the worker process ended with exit code " + std::to_string(WEXITSTATUS(status));
}

double seconds(const timeval& t) {
  return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
}

class Pool {
 public:
  explicit Pool(const PoolInput& input) : input_(input) {}
  ~Pool() { kill_all(); }
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  PoolResult run() {
    const auto most =
        std::min<std::size_t>(input_.jobs, static_cast<std::size_t>(std::max(input_.workers, 1)));
    while (finished_ < input_.jobs) {
      while (workers_.size() < most && next_ < input_.jobs) start_worker();
      wait_for_frames(kTickMilliseconds);
      if (input_.tick) input_.tick();
      if (finished_ < input_.jobs && input_.stop && input_.stop()) {
        stopping_ = true;
        take_what_is_there();
        result_.stopped = finished_ < input_.jobs;
        break;
      }
    }
    if (result_.stopped) kill_all();
    while (!workers_.empty()) retire(0);
    return result_;
  }

 private:
  void start_worker() {
    Pipe jobs = make_pipe(), results = make_pipe();
    const pid_t parent = ::getpid();
    const pid_t process = ::fork();
    if (process < 0) throw std::system_error(errno, std::generic_category(), "fork");
    if (process == 0) {
      // Ends of other workers' pipes would keep those open when the calling process closes them.
      workers_.clear();
      jobs.write.close();
      results.read.close();
      become_worker(parent);
      serve(jobs.read.fd(), results.write.fd(), input_.make_work);
      ::_exit(0);  // what the calling process has not yet written is its own to write
    }
    auto worker = std::make_unique<Worker>();
    worker->process = process;
    worker->jobs = std::move(jobs.write);
    worker->results = std::move(results.read);
    workers_.push_back(std::move(worker));
    hand_out(*workers_.back());
  }

  // The next job, or the end. A worker that is already dead is noticed when its results end.
  void hand_out(Worker& worker) {
    if (next_ == input_.jobs || stopping_) {
      worker.jobs.close();
      return;
    }
    const std::uint64_t job = next_++;
    worker.job = static_cast<std::size_t>(job);
    if (input_.started) input_.started(*worker.job);
    write_all(worker.jobs.fd(), &job, sizeof job);
  }

  // Results that wait in the pipes are finished work. Bounded, as workers go on meanwhile.
  void take_what_is_there() {
    for (int i = 0; i < 1000 && wait_for_frames(0); ++i) {
    }
  }

  // False when nothing came in time, or a signal did.
  bool wait_for_frames(int milliseconds) {
    std::vector<pollfd> fds;
    for (const auto& w : workers_) fds.push_back({w->results.fd(), POLLIN, 0});
    if (::poll(fds.data(), fds.size(), milliseconds) <= 0) return false;
    for (std::size_t i = fds.size(); i-- > 0;)
      if (fds[i].revents != 0 && !receive(*workers_[i])) lose(i);
    return true;
  }

  // False at the end of what the worker sends.
  bool receive(Worker& worker) {
    char buffer[1 << 16];
    const ssize_t n = ::read(worker.results.fd(), buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) return true;
    if (n <= 0) return false;
    worker.received.append(buffer, static_cast<std::size_t>(n));
    while (take_frame(worker)) {
    }
    return true;
  }

  bool take_frame(Worker& worker) {
    std::string& text = worker.received;
    Frame frame;
    if (text.size() < sizeof frame) return false;
    std::memcpy(&frame, text.data(), sizeof frame);
    if (text.size() - sizeof frame < frame.size) return false;
    const std::string payload = text.substr(sizeof frame, frame.size);
    text.erase(0, sizeof frame + frame.size);
    if (!worker.job) return true;
    const std::size_t job = *worker.job;
    if (frame.kind == Kind::progress) {
      if (input_.progress) input_.progress(job, frame.value);
      return true;
    }
    worker.job.reset();
    ++finished_;
    if (frame.kind == Kind::result) {
      input_.done(job, payload);
      hand_out(worker);
    } else {
      input_.failed(job, payload);
    }
    return true;
  }

  // A worker that sends no more, because it is done, failed its job, or died.
  void lose(std::size_t i) {
    const std::optional<std::size_t> job = workers_[i]->job;
    const int status = retire(i);
    if (!job) return;
    ++finished_;
    input_.failed(*job, cause_of_death(status));
  }

  // Waits for the end of a worker; its status.
  int retire(std::size_t i) {
    workers_[i]->jobs.close();
    workers_[i]->results.close();
    int status = 0;
    rusage usage{};
    while (::wait4(workers_[i]->process, &status, 0, &usage) < 0 && errno == EINTR) {
    }
    result_.cpu_seconds += seconds(usage.ru_utime) + seconds(usage.ru_stime);
    workers_.erase(workers_.begin() + static_cast<std::ptrdiff_t>(i));
    return status;
  }

  void kill_all() {
    for (const auto& w : workers_) ::kill(w->process, SIGKILL);
    while (!workers_.empty()) retire(0);
  }

  const PoolInput& input_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::size_t next_ = 0;      // job to hand out
  std::size_t finished_ = 0;  // jobs done or failed
  bool stopping_ = false;
  PoolResult result_;
};

}  // namespace

PoolResult run_pool(const PoolInput& input) {
  const IgnoreSigpipe guard;
  return Pool(input).run();
}

}  // namespace assay
