// SPDX-License-Identifier: Apache-2.0
// Signed integers of 1 to 32 bits, kept in 32 (docs/contract.md, "Values"). One bit is {-1, 0}.
#pragma once

#include <cstdint>

#include "core/accelerator.h"

namespace assay::simulator {

inline std::int64_t lowest(int bits) { return -(std::int64_t{1} << (bits - 1)); }
inline std::int64_t highest(int bits) { return (std::int64_t{1} << (bits - 1)) - 1; }

// The value in so many bits: clamped, or its lowest bits as two's complement.
inline std::int32_t fit(std::int64_t value, int bits, Overflow overflow) {
  if (overflow == Overflow::saturate) {
    const std::int64_t low = lowest(bits), high = highest(bits);
    return static_cast<std::int32_t>(value < low ? low : value > high ? high : value);
  }
  const int unused = 64 - bits;
  return static_cast<std::int32_t>(
      static_cast<std::int64_t>(static_cast<std::uint64_t>(value) << unused) >> unused);
}

}  // namespace assay::simulator
