// SPDX-License-Identifier: Apache-2.0
#include "experiments/program/share_bar.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace assay {
namespace {

constexpr double kSecondsBetween = 0.2;
constexpr std::size_t kBarWidth = 30;

int terminal_width() {
  winsize size{};
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

}  // namespace

std::string share_line(double share, double seconds, int width) {
  const double part = std::clamp(share, 0.0, 1.0);
  const auto filled = static_cast<std::size_t>(part * static_cast<double>(kBarWidth));
  std::string line = fmt::format("[{:-<{}}] {:3.0f} %", std::string(filled, '#'), kBarWidth,
                                 std::floor(100 * part));
  if (part > 0 && seconds > 0) {
    const double left = seconds * (1 - part) / part;
    line += left < 90 ? fmt::format("  {:.0f} s left", left)
                      : fmt::format("  {:.0f} min left", left / 60);
  }
  return line.substr(0, static_cast<std::size_t>(std::max(width, 0)));
}

ShareBar::ShareBar() : terminal_(::isatty(STDERR_FILENO) != 0) {}

ShareBar::~ShareBar() {
  if (!shown_) return;
  fmt::print(stderr, "\r\x1b[K");
  std::fflush(stderr);
}

void ShareBar::show(double share, double seconds) {
  if (!terminal_ || seconds < latest_ + kSecondsBetween) return;
  latest_ = seconds;
  shown_ = true;
  fmt::print(stderr, "\r{}\x1b[K", share_line(share, seconds, terminal_width() - 1));
  std::fflush(stderr);
}

}  // namespace assay
