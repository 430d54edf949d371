// SPDX-License-Identifier: Apache-2.0
// An exact positive rational: port bandwidths such as 19.2 or 64/3 bits per cycle.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace assay {

struct Rational {
  std::int64_t num = 0;
  std::int64_t den = 1;

  double value() const { return static_cast<double>(num) / static_cast<double>(den); }
  friend bool operator==(const Rational& a, const Rational& b) {
    return a.num == b.num && a.den == b.den;
  }
};

// Accepts "64", "19.2", "64/3"; the result is in lowest terms. Anything else, and anything
// that does not fit 64 bits, is nullopt.
std::optional<Rational> parse_rational(std::string_view text);
std::string to_string(const Rational& r);

}  // namespace assay
