// SPDX-License-Identifier: Apache-2.0
#include "experiments/clock.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/text.h"

namespace assay {
namespace {

constexpr double kStated = 1e-6;
// A counter is read over a window of its own. Frequencies that are this far apart are two settings.
constexpr double kObserved = 0.01;
constexpr double kKilohertzPerMegahertz = 1000;

double value_or_nan(const Record& r, const std::string& quantity) {
  const auto found = r.values.find(quantity);
  return found == r.values.end() ? std::nan("") : found->second;
}

// Half a unit of the last digit that a number was written with, relative to it.
double rounding(double value) {
  const std::string text = number_text(value);
  const std::size_t point = text.find('.'), exponent = text.find('e');
  const std::size_t end = std::min(exponent, text.size());
  const double decimals = point == std::string::npos ? 0 : static_cast<double>(end - point - 1);
  const double scale =
      exponent == std::string::npos ? 0 : parse_number(text.substr(exponent + 1)).value_or(0);
  return 0.5 * std::pow(10.0, scale - decimals) / value;
}

bool differ(const KnownClock& a, const KnownClock& b) {
  const double tolerance = std::max(a.tolerance, b.tolerance);
  return std::fabs(a.mhz - b.mhz) > tolerance * std::min(a.mhz, b.mhz);
}

// As many digits as tell two clocks apart that differ.
std::string megahertz(const KnownClock& c) {
  const double rounded = std::round(c.mhz * 1e6) / 1e6;
  return number_text(rounded) + " MHz (" + c.from + ")";
}

}  // namespace

bool depends_on_clock(const std::string& quantity) {
  static constexpr std::array<const char*, 9> kUnits = {"s",    "ms",   "us", "ns", "fps",
                                                        "gops", "tops", "mw", "w"};
  if (quantity.find("_per_s") != std::string::npos) return true;
  const std::size_t last = quantity.rfind('_');
  if (last == std::string::npos) return false;
  return std::find(kUnits.begin(), kUnits.end(), quantity.substr(last + 1)) != kUnits.end();
}

std::vector<KnownClock> known_clocks(const Record& record, bool implied) {
  std::vector<KnownClock> clocks;
  const auto add = [&](double mhz, const std::string& from, double tolerance) {
    if (mhz > 0 && std::isfinite(mhz)) clocks.push_back({mhz, from, tolerance});
  };
  add(value_or_nan(record, "clock_set_mhz"), "clock_set_mhz", kStated);
  add(value_or_nan(record, "clock_observed_mhz"), "clock_observed_mhz", kObserved);
  if (!implied) return clocks;
  for (const std::string latency : {"processing", "total", "execution"}) {
    const std::string cycles = latency + "_cycles", ms = latency + "_ms";
    const double n = value_or_nan(record, cycles), time = value_or_nan(record, ms);
    if (n > 0 && time > 0)
      add(n / (time * kKilohertzPerMegahertz), cycles + " / " + ms,
          std::max(kStated, rounding(time)));
  }
  return clocks;
}

std::string clock_difference(const std::vector<KnownClock>& a, const std::vector<KnownClock>& b) {
  for (const KnownClock& x : a)
    for (const KnownClock& y : b)
      if (differ(x, y)) return megahertz(x) + " and " + megahertz(y);
  return {};
}

}  // namespace assay
