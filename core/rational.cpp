// SPDX-License-Identifier: Apache-2.0
#include "core/rational.h"

#include <charconv>
#include <numeric>

namespace assay {
namespace {

std::optional<std::int64_t> parse_digits(std::string_view text) {
  std::int64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [p, ec] = std::from_chars(text.data(), end, value);
  if (text.empty() || ec != std::errc() || p != end || text.front() == '-') return std::nullopt;
  return value;
}

Rational reduced(std::int64_t num, std::int64_t den) {
  const std::int64_t g = std::gcd(num, den);
  return g == 0 ? Rational{num, den} : Rational{num / g, den / g};
}

}  // namespace

std::optional<Rational> parse_rational(std::string_view text) {
  if (const auto slash = text.find('/'); slash != std::string_view::npos) {
    const auto num = parse_digits(text.substr(0, slash));
    const auto den = parse_digits(text.substr(slash + 1));
    if (!num || !den || *den == 0) return std::nullopt;
    return reduced(*num, *den);
  }
  const auto dot = text.find('.');
  const auto whole = parse_digits(text.substr(0, dot));
  if (!whole) return std::nullopt;
  if (dot == std::string_view::npos) return reduced(*whole, 1);
  const std::string_view fraction = text.substr(dot + 1);
  const auto part = parse_digits(fraction);
  if (!part) return std::nullopt;
  std::int64_t den = 1;
  for (std::size_t i = 0; i < fraction.size(); ++i)
    if (__builtin_mul_overflow(den, std::int64_t{10}, &den)) return std::nullopt;
  std::int64_t num = 0;
  if (__builtin_mul_overflow(*whole, den, &num) || __builtin_add_overflow(num, *part, &num))
    return std::nullopt;
  return reduced(num, den);
}

std::string to_string(const Rational& r) {
  return r.den == 1 ? std::to_string(r.num) : std::to_string(r.num) + "/" + std::to_string(r.den);
}

}  // namespace assay
