// SPDX-License-Identifier: Apache-2.0
#include "experiments/program/progress_bar.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace assay {
namespace {

constexpr int kBarWidth = 16;
constexpr auto kEvery = std::chrono::milliseconds(100);

using State = LayerProgress::State;

double share(double part, double whole) { return whole > 0 ? std::min(part / whole, 1.0) : 1; }

struct Sums {
  double work = 0, done = 0;
  double done_now = 0, steps_now = 0;  // not by an earlier run
  int finished = 0;
  std::string running;
};

Sums sums_of(const std::vector<LayerProgress>& layers) {
  Sums s;
  for (const LayerProgress& l : layers) {
    const bool over = l.state != State::waiting && l.state != State::running;
    const auto steps = static_cast<double>(over ? l.steps : l.steps_done);
    const double part = over ? 1 : share(steps, static_cast<double>(l.steps));
    s.work += l.work;
    s.done += l.work * part;
    s.finished += over ? 1 : 0;
    if (l.state != State::resumed) {
      s.done_now += l.work * part;
      s.steps_now += steps;
    }
    if (l.state == State::running)
      s.running += fmt::format("{}{} {:.0f} %", s.running.empty() ? "" : ", ", l.layer,
                               std::floor(100 * part));
  }
  return s;
}

std::string rate_text(double per_second, const std::string& unit) {
  if (per_second >= 1e6) return fmt::format("{:.1f} M{}/s", per_second * 1e-6, unit);
  if (per_second >= 1e3) return fmt::format("{:.1f} k{}/s", per_second * 1e-3, unit);
  return fmt::format("{:.0f} {}/s", per_second, unit);
}

std::string time_text(double seconds) {
  const auto s = static_cast<long long>(std::ceil(seconds));
  if (s >= 3600) return fmt::format("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60);
  return fmt::format("{}:{:02}", s / 60, s % 60);
}

std::string bar_text(double part) {
  const auto filled = static_cast<std::size_t>(part * kBarWidth);
  return fmt::format("[{:-<{}}] {:3.0f} %", std::string(filled, '#'), kBarWidth,
                     std::floor(100 * part));
}

std::string cut(const std::string& line, int width) {
  return line.substr(0, static_cast<std::size_t>(std::max(width, 0)));
}

// The last column stays free: some terminals go to the next line behind it.
int line_width() {
  winsize size{};
  return (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80) - 1;
}

}  // namespace

std::string progress_line(const std::vector<LayerProgress>& layers, double seconds, int width) {
  const Sums s = sums_of(layers);
  std::string line = fmt::format("{}  {} of {} layers", bar_text(share(s.done, s.work)), s.finished,
                                 layers.size());
  if (s.done_now > 0 && seconds > 0)
    line += "  " + rate_text(s.steps_now / seconds, layers.front().unit) + "  " +
            time_text(seconds * (s.work - s.done) / s.done_now) + " left";
  if (!s.running.empty()) line += "  " + s.running;
  return cut(line, width);
}

std::string progress_line(double share, double of_this_run, double seconds, int width) {
  const double part = std::clamp(share, 0.0, 1.0);
  std::string line = bar_text(part);
  if (of_this_run > 0 && seconds > 0)
    line += "  " + time_text(seconds * (1 - part) / of_this_run) + " left";
  return cut(line, width);
}

ProgressBar::ProgressBar()
    : terminal_(::isatty(STDERR_FILENO) != 0), begin_(Clock::now()), latest_(begin_) {}

ProgressBar::~ProgressBar() { erase(); }

void ProgressBar::show(const std::vector<LayerProgress>& layers) {
  if (!due()) return;
  const double seconds = std::chrono::duration<double>(latest_ - begin_).count();
  write(progress_line(layers, seconds, line_width()));
}

void ProgressBar::show(double share, double of_this_run, double seconds) {
  if (due()) write(progress_line(share, of_this_run, seconds, line_width()));
}

bool ProgressBar::due() {
  const auto now = Clock::now();
  if (!terminal_ || now - latest_ < kEvery) return false;
  latest_ = now;
  return true;
}

void ProgressBar::write(const std::string& line) {
  shown_ = true;
  fmt::print(stderr, "\r{}\x1b[K", line);
  std::fflush(stderr);
}

void ProgressBar::erase() {
  if (!shown_) return;
  fmt::print(stderr, "\r\x1b[K");
  std::fflush(stderr);
  shown_ = false;
}

}  // namespace assay
