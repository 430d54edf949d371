// SPDX-License-Identifier: Apache-2.0
// Axes with round ticks, and colours.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

#include "experiments/report/canvas.h"
#include "experiments/report/format.h"

namespace assay::report {
namespace {

constexpr std::array<const char*, 9> kSeriesColors = {"#2f7fd0", "#d9622b", "#2a9d6f",
                                                      "#b05cc6", "#d6487e", "#1f9bb0",
                                                      "#7a6fe0", "#6b9a1f", "#c23b3b"};
constexpr std::array<const char*, 4> kBaselineColors = {"#868e96", "#a0694b", "#b8860b", "#7d8f2a"};

// "4×10⁶"; plain figures from 0.001 to below 100,000.
std::string tick_text(double value) {
  constexpr std::array<const char*, 10> kSuperscripts = {"⁰", "¹", "²", "³", "⁴",
                                                         "⁵", "⁶", "⁷", "⁸", "⁹"};
  const double magnitude = std::fabs(value);
  if (magnitude < 99999.5 && (magnitude == 0 || magnitude > 0.00099)) return number(value);
  const int exponent = static_cast<int>(std::floor(std::log10(magnitude) + 1e-9));
  const std::string mantissa = fmt::format("{:.3g}", value / std::pow(10.0, exponent));
  std::string text = mantissa == "1" ? "10" : mantissa + "×10";
  if (exponent < 0) text += "⁻";
  for (const char digit : std::to_string(std::abs(exponent))) {
    text += kSuperscripts[static_cast<std::size_t>(digit - '0')];
  }
  return text;
}

// The smallest of 1, 2, 5, 10, ... that is not below x.
double round_up(double x) {
  const double power = std::pow(10.0, std::floor(std::log10(x)));
  for (const double m : {1.0, 2.0, 5.0}) {
    if (m * power >= x * (1 - 1e-9)) return m * power;
  }
  return 10 * power;
}

void add_linear_ticks(Axis* axis, double step) {
  for (double k = std::ceil(axis->lo / step - 1e-9);
       k * step <= axis->hi * (1 + 1e-12) + step * 1e-9; k += 1) {
    const double value = k * step;
    axis->ticks.push_back({value, tick_text(std::fabs(value) < step * 1e-6 ? 0 : value)});
  }
}

void add_log_ticks(Axis* axis) {
  const double decades = std::log10(axis->hi / axis->lo);
  if (decades < 0.7) {
    add_linear_ticks(axis, round_up((axis->hi - axis->lo) / 6));
    return;
  }
  const std::vector<double> multiples =
      decades < 3 ? std::vector<double>{1, 2, 5} : std::vector<double>{1};
  const double every = std::max(1.0, std::ceil(decades / 8));
  for (double e = std::floor(std::log10(axis->lo)); e <= std::log10(axis->hi); e += 1) {
    if (std::fmod(e, every) != 0) continue;
    for (const double m : multiples) {
      const double value = m * std::pow(10.0, e);
      if (value >= axis->lo && value <= axis->hi) axis->ticks.push_back({value, tick_text(value)});
    }
  }
}

}  // namespace

std::string series_color(std::size_t index) { return kSeriesColors[index % kSeriesColors.size()]; }
std::string baseline_color(std::size_t index) {
  return kBaselineColors[index % kBaselineColors.size()];
}

double Axis::fraction(double value) const {
  return log ? std::log(value / lo) / std::log(hi / lo) : (value - lo) / (hi - lo);
}

Axis linear_axis(double lo, double hi, std::string label) {
  Axis axis;
  if (!(hi > lo)) hi = lo + 1;
  const double step = round_up((hi - lo) / 7);
  axis.lo = lo;
  axis.hi = hi;
  axis.label = std::move(label);
  add_linear_ticks(&axis, step);
  return axis;
}

Axis log_axis(const std::vector<double>& values, double room, std::string label) {
  Axis axis;
  axis.log = true;
  axis.label = std::move(label);
  bool any = false;
  for (const double v : values) {
    if (!(v > 0) || !std::isfinite(v)) continue;
    axis.lo = any ? std::min(axis.lo, v) : v;
    axis.hi = any ? std::max(axis.hi, v) : v;
    any = true;
  }
  axis.lo /= room;
  axis.hi *= room;
  add_log_ticks(&axis);
  return axis;
}

Axis name_axis(const std::vector<std::string>& names, std::size_t characters) {
  Axis axis;
  axis.lo = -0.6;
  axis.hi = static_cast<double>(names.size()) - 0.4;
  axis.names = true;
  const std::size_t every = (names.size() + 79) / 80;
  for (std::size_t i = 0; i < names.size(); i += std::max<std::size_t>(1, every)) {
    axis.ticks.push_back({static_cast<double>(i), shortened(names[i], characters)});
  }
  return axis;
}

}  // namespace assay::report
