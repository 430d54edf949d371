// SPDX-License-Identifier: Apache-2.0
// Lines of a nest written by hand.
#pragma once

#include <cstdint>

#include "core/mapping.h"

namespace assay {

inline constexpr unsigned kI = 1, kW = 2, kO = 4;  // operands of a hold

inline Entry loop(Dim d, std::int64_t bound) {
  Entry entry;
  entry.dim = d;
  entry.bound = bound;
  return entry;
}

inline Entry lanes(Dim d, std::int64_t bound, char axis = 'x') {
  Entry entry = loop(d, bound);
  entry.kind = EntryKind::spatial;
  entry.axis = axis;
  return entry;
}

inline Entry hold(int level, unsigned operands) {
  Entry entry;
  entry.kind = EntryKind::hold;
  entry.level = level;
  entry.operands = operands;
  return entry;
}

}  // namespace assay
