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

int terminal_width() {
  winsize size{};
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

}  // namespace

std::string progress_line(const std::vector<LayerProgress>& layers, double seconds, int width) {
  const Sums s = sums_of(layers);
  const double all = share(s.done, s.work);
  const auto filled = static_cast<std::size_t>(all * kBarWidth);
  std::string line = fmt::format("[{:-<{}}] {:3.0f} %  {} of {} layers", std::string(filled, '#'),
                                 kBarWidth, std::floor(100 * all), s.finished, layers.size());
  if (s.done_now > 0 && seconds > 0)
    line += "  " + rate_text(s.steps_now / seconds, layers.front().unit) + "  " +
            time_text(seconds * (s.work - s.done) / s.done_now) + " left";
  if (!s.running.empty()) line += "  " + s.running;
  return line.substr(0, static_cast<std::size_t>(std::max(width, 0)));
}

ProgressBar::ProgressBar()
    : terminal_(::isatty(STDERR_FILENO) != 0), begin_(Clock::now()), latest_(begin_) {}

ProgressBar::~ProgressBar() { erase(); }

void ProgressBar::show(const std::vector<LayerProgress>& layers) {
  const auto now = Clock::now();
  if (!terminal_ || now - latest_ < kEvery) return;
  latest_ = now;
  shown_ = true;
  const double seconds = std::chrono::duration<double>(now - begin_).count();
  // The last column stays free: some terminals go to the next line behind it.
  fmt::print(stderr, "\r{}\x1b[K", progress_line(layers, seconds, terminal_width() - 1));
  std::fflush(stderr);
}

void ProgressBar::erase() {
  if (!shown_) return;
  fmt::print(stderr, "\r\x1b[K");
  std::fflush(stderr);
  shown_ = false;
}

}  // namespace assay
