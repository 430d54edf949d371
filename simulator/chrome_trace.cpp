// SPDX-License-Identifier: Apache-2.0
// The text is formatted straight into the output buffer: a run of a large layer has millions of
// events.
#include "simulator/chrome_trace.h"

#include <fcntl.h>
#include <fmt/compile.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <limits>
#include <nlohmann/json.hpp>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "core/diagnostics.h"

namespace assay::simulator {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBufferBytes = std::size_t{1} << 20;

[[noreturn]] void refuse(const fs::path& file, const std::string& why) {
  throw InputError(Diagnostics{{file.string(), 0, "", "", why}});
}

std::string cannot_write(int error) {
  return "cannot be written: " + std::generic_category().message(error) +
         "; expected an existing folder with room and permission";
}

// A JSON string. Bytes that are not UTF-8 become U+FFFD.
std::string quoted(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}
// The same without its quotes, to stand inside a longer one.
std::string escaped(const std::string& text) {
  const std::string with_quotes = quoted(text);
  return with_quotes.substr(1, with_quotes.size() - 2);
}

// FILE.tmp, which becomes FILE or nothing.
class Output {
 public:
  explicit Output(fs::path file) : file_(std::move(file)), temporary_(file_) {
    if (!file_.has_filename()) refuse(file_, "cannot be written; expected the name of a file");
    temporary_ += ".tmp";
    require_free();
    // Exclusive: two runs never write the same trace.
    descriptor_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor_ >= 0) return;
    if (errno == EEXIST)
      refuse(temporary_,
             "exists: another run writes it or was stopped; expected a name not yet in use");
    refuse(file_, cannot_write(errno));
  }
  ~Output() {
    if (descriptor_ >= 0) ::close(descriptor_);
    std::error_code ignored;
    if (!finished_) fs::remove(temporary_, ignored);
  }
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  fmt::appender end() { return fmt::appender(buffer_); }
  void append(std::string_view text) { buffer_.append(text.data(), text.data() + text.size()); }

  void write_if_full() {
    if (buffer_.size() >= kBufferBytes) write();
  }

  void finish() {
    write();
    const int closed = ::close(std::exchange(descriptor_, -1));
    if (closed != 0) refuse(file_, cannot_write(errno));
    require_free();
    std::error_code ec;
    fs::rename(temporary_, file_, ec);
    if (ec) refuse(file_, "cannot be written: " + ec.message() + "; expected a name not in use");
    finished_ = true;
  }

 private:
  void require_free() const {
    std::error_code ignored;
    if (fs::exists(fs::symlink_status(file_, ignored)))
      refuse(file_, "exists and is not overwritten; expected a name not yet in use");
  }

  void write() {
    const char* from = buffer_.data();
    std::size_t left = buffer_.size();
    while (left > 0) {
      const ssize_t written = ::write(descriptor_, from, left);
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) refuse(file_, cannot_write(errno));
      from += written;
      left -= static_cast<std::size_t>(written);
    }
    buffer_.clear();
  }

  fs::path file_;
  fs::path temporary_;
  int descriptor_ = -1;
  bool finished_ = false;
  fmt::memory_buffer buffer_;
};

std::string_view verb(TransferEvent::Kind kind) {
  switch (kind) {
    case TransferEvent::Kind::fill:
      return "fill";
    case TransferEvent::Kind::read_back:
      return "read back";
    case TransferEvent::Kind::drain:
      return "drain";
  }
  return "";
}

// A row of the trace. Numbers of threads are unique in the file and never those of a process:
// viewers take a thread with the number of its process for the main one.
struct Row {
  int process = 0;  // level + 1
  int thread = 0;
};
constexpr int kRowsPerLevel = 100, kFirstHoldRow = 50;
Row port_row(int level, int port) { return {level + 1, (level + 1) * kRowsPerLevel + 1 + port}; }
Row hold_row(int level, Operand operand) {
  return {level + 1, (level + 1) * kRowsPerLevel + kFirstHoldRow + index(operand)};
}

}  // namespace

struct ChromeTrace::Impl {
  Impl(const Accelerator& accelerator, fs::path file, const std::string& title, std::int64_t most)
      : output(std::move(file)), max_events(most) {
    for (const Level& level : accelerator.levels) {
      levels.push_back(escaped(level.name));
      ports.emplace_back();
      for (const Port& port : level.ports) ports.back().push_back(escaped(port.name));
    }
    named_processes.resize(levels.size() + 1);
    named_threads.resize((levels.size() + 1) * kRowsPerLevel);
    about = fmt::format("\"title\":{},\"accelerator\":{},\"tool\":\"assay simulator {}\"",
                        quoted(title), quoted(accelerator.name), ASSAY_VERSION);
    output.append("{\"displayTimeUnit\":\"ms\",\"traceEvents\":[");
  }

  // Runs `record` unless an earlier write failed; keeps its error.
  template <class Function>
  void guarded(Function record) {
    if (!error.empty()) return;
    try {
      record();
      output.write_if_full();
    } catch (const InputError& e) {
      error = e.diagnostics();
      throw;
    }
  }

  // Whether so many events may be recorded; after the first refusal none are.
  bool has_room(std::int64_t wanted, std::int64_t cycle) {
    if (!truncated && wanted <= max_events - events) {
      events += wanted;
      return true;
    }
    truncated = true;
    first_missing = std::min(first_missing, cycle);
    return false;
  }

  void separate() {
    output.append(first ? "\n" : ",\n");
    first = false;
  }

  void metadata(const char* kind, Row row, const std::string& argument) {
    separate();
    fmt::format_to(output.end(),
                   FMT_COMPILE(R"({{"name":"{}","ph":"M","pid":{},"tid":{},"args":{{{}}}}})"), kind,
                   row.process, row.thread, argument);
  }

  // Names the row at its first use, and its process.
  template <class Name>
  void use(Row row, Name name) {
    auto&& named = named_threads.at(static_cast<std::size_t>(row.thread - kRowsPerLevel));
    if (named) return;
    named = true;
    auto&& process_named = named_processes.at(static_cast<std::size_t>(row.process));
    if (!process_named) {
      const std::string& level = levels.at(static_cast<std::size_t>(row.process - 1));
      metadata("process_name", row, fmt::format(R"("name":"{}")", level));
      metadata("process_sort_index", row, fmt::format(R"("sort_index":{})", row.process));
    }
    process_named = true;
    metadata("thread_name", row, fmt::format(R"("name":"{}")", name()));
    metadata("thread_sort_index", row, fmt::format(R"("sort_index":{})", row.thread));
  }

  void write_transfer(Row row, const TransferEvent& e) {
    separate();
    const std::string_view what = verb(e.kind);
    fmt::format_to(output.end(), FMT_COMPILE(R"({{"name":"{} {} #{}","cat":"{}",)"), what,
                   name(e.operand), e.tile, what);
    write_span(row, e.start, e.end);
    const bool inwards = e.kind != TransferEvent::Kind::drain;
    const std::string& outer = levels.at(static_cast<std::size_t>(e.parent_level));
    const std::string& inner = levels.at(static_cast<std::size_t>(e.level));
    fmt::format_to(output.end(),
                   FMT_COMPILE(R"("args":{{"kind":"{}","operand":"{}","tile":{},"slot":{},)"
                               R"("words":{},"from":"{}","to":"{}","ready":{},"waited":{},)"
                               R"("latency":{}}}}})"),
                   what, name(e.operand), e.tile, e.slot, e.words, inwards ? outer : inner,
                   inwards ? inner : outer, e.ready, e.start - e.ready, e.arrival - e.end);
  }

  // Viewers show what has no duration as an instant; as a complete event some of them lose it.
  void write_span(Row row, std::int64_t start, std::int64_t end) {
    if (end > start)
      fmt::format_to(output.end(), FMT_COMPILE(R"("ph":"X","ts":{},"dur":{},"pid":{},"tid":{},)"),
                     start, end - start, row.process, row.thread);
    else
      fmt::format_to(output.end(), FMT_COMPILE(R"("ph":"i","s":"t","ts":{},"pid":{},"tid":{},)"),
                     start, row.process, row.thread);
  }

  void transfer_over(int level, int port, const TransferEvent& e) {
    const Row row = port_row(level, port);
    use(row, [&]() -> const std::string& {
      return ports.at(static_cast<std::size_t>(level)).at(static_cast<std::size_t>(port));
    });
    write_transfer(row, e);
  }

  void transfer(const TransferEvent& e) {
    last_cycle = std::max(last_cycle, e.arrival);
    const int used = (e.parent_port >= 0 ? 1 : 0) + (e.child_port >= 0 ? 1 : 0);
    if (!has_room(std::max(used, 1), e.start)) {
      ++missing_transfers;
      return;
    }
    if (e.parent_port >= 0) transfer_over(e.parent_level, e.parent_port, e);
    if (e.child_port >= 0) transfer_over(e.level, e.child_port, e);
    if (used > 0) return;
    const Row row = hold_row(e.level, e.operand);
    use(row, [&] { return fmt::format("{} (no port)", name(e.operand)); });
    write_transfer(row, e);
  }

  Row step_row() const { return port_row(static_cast<int>(levels.size()) - 1, 0); }

  void count_lanes(std::int64_t cycle, std::int64_t active) {
    separate();
    fmt::format_to(
        output.end(),
        FMT_COMPILE(
            R"({{"name":"active","ph":"C","ts":{},"pid":{},"tid":{},"args":{{"lanes":{}}}}})"),
        cycle, step_row().process, step_row().thread, active);
    lanes = active;
  }

  void step(const StepEvent& e) {
    last_cycle = std::max(last_cycle, e.end);
    const bool idle = e.start > steps_end && lanes != 0;
    const bool other = (idle ? 0 : lanes) != e.active_lanes;
    if (!has_room(1 + (idle ? 1 : 0) + (other ? 1 : 0), e.start)) {
      ++missing_steps;
      return;
    }
    use(step_row(), [] { return "steps"; });
    if (idle) count_lanes(steps_end, 0);
    if (other) count_lanes(e.start, e.active_lanes);
    steps_end = e.end;
    separate();
    fmt::format_to(output.end(), FMT_COMPILE(R"({{"name":"step #{}","cat":"step",)"), e.step);
    write_span(step_row(), e.start, e.end);
    fmt::format_to(output.end(),
                   FMT_COMPILE(R"("args":{{"step":{},"macs":{},"active_lanes":{}}}}})"), e.step,
                   e.macs, e.active_lanes);
  }

  void finish() {
    if (lanes != 0) {
      count_lanes(steps_end, 0);
      ++events;
    }
    fmt::format_to(output.end(),
                   "\n],\"otherData\":{{{},\"time\":\"1 us is 1 cycle\",\"last_cycle\":{},"
                   "\"recorded_events\":{},\"truncated\":{}",
                   about, last_cycle, events, truncated);
    if (truncated)
      fmt::format_to(output.end(),
                     ",\"first_cycle_not_recorded\":{},\"transfers_not_recorded\":{},"
                     "\"steps_not_recorded\":{}",
                     first_missing, missing_transfers, missing_steps);
    output.append("}}\n");
    output.finish();
  }

  Output output;
  std::vector<std::string> levels;              // names, escaped
  std::vector<std::vector<std::string>> ports;  // of each level, escaped
  std::vector<bool> named_processes, named_threads;
  std::string about;  // what otherData begins with
  bool first = true;
  std::int64_t max_events = 0, events = 0;
  std::int64_t last_cycle = 0;
  std::int64_t lanes = 0, steps_end = 0;  // the counter; end of the latest step
  bool truncated = false;
  std::int64_t first_missing = std::numeric_limits<std::int64_t>::max();
  std::int64_t missing_transfers = 0, missing_steps = 0;
  Diagnostics error;  // of a write
};

ChromeTrace::ChromeTrace(const Accelerator& accelerator, fs::path file, const std::string& title,
                         std::int64_t max_events)
    : impl_(std::make_unique<Impl>(accelerator, std::move(file), title, max_events)) {}

ChromeTrace::~ChromeTrace() = default;

void ChromeTrace::transfer(const TransferEvent& event) {
  impl_->guarded([&] { impl_->transfer(event); });
}

void ChromeTrace::step(const StepEvent& event) {
  impl_->guarded([&] { impl_->step(event); });
}

void ChromeTrace::throw_if_failed() const { throw_if_any(impl_->error); }

void ChromeTrace::finish() {
  throw_if_failed();
  impl_->guarded([&] { impl_->finish(); });
}

std::int64_t ChromeTrace::events() const { return impl_->events; }
bool ChromeTrace::truncated() const { return impl_->truncated; }
std::int64_t ChromeTrace::first_cycle_not_recorded() const { return impl_->first_missing; }

}  // namespace assay::simulator
