// SPDX-License-Identifier: Apache-2.0
// 64-bit arithmetic that throws instead of wrapping. Every count in Assay goes through it.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace assay {

struct OverflowError : std::overflow_error {
  OverflowError() : OverflowError("a count does not fit in 64 bits") {}
  explicit OverflowError(const std::string& why) : std::overflow_error(why) {}
};

inline std::int64_t mul(std::int64_t a, std::int64_t b) {
  std::int64_t r = 0;
  if (__builtin_mul_overflow(a, b, &r)) throw OverflowError();
  return r;
}
inline std::int64_t add(std::int64_t a, std::int64_t b) {
  std::int64_t r = 0;
  if (__builtin_add_overflow(a, b, &r)) throw OverflowError();
  return r;
}
// For non-negative a and positive b.
constexpr std::int64_t ceil_div(std::int64_t a, std::int64_t b) {
  return a / b + (a % b != 0 ? 1 : 0);
}

}  // namespace assay
