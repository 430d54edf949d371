// SPDX-License-Identifier: Apache-2.0
// Quantities as types. A Quantity adds, subtracts and compares only with its own kind, scales by
// plain numbers, and a ratio of two is a plain number. Conversions are named functions, so the
// unit of every number that leaves the program is visible where it leaves.
#pragma once

#include <cstdint>

namespace assay {

template <class Tag, class Rep = double>
struct Quantity {
  Rep value{};

  constexpr Quantity() = default;
  constexpr explicit Quantity(Rep v) : value(v) {}

  constexpr Quantity& operator+=(Quantity o) {
    value += o.value;
    return *this;
  }
  constexpr Quantity& operator-=(Quantity o) {
    value -= o.value;
    return *this;
  }
  friend constexpr Quantity operator+(Quantity a, Quantity b) {
    return Quantity(a.value + b.value);
  }
  friend constexpr Quantity operator-(Quantity a, Quantity b) {
    return Quantity(a.value - b.value);
  }
  friend constexpr Quantity operator*(Quantity a, Rep k) { return Quantity(a.value * k); }
  friend constexpr Quantity operator*(Rep k, Quantity a) { return Quantity(a.value * k); }
  friend constexpr Rep operator/(Quantity a, Quantity b) { return a.value / b.value; }
  friend constexpr bool operator==(Quantity a, Quantity b) { return a.value == b.value; }
  friend constexpr bool operator!=(Quantity a, Quantity b) { return a.value != b.value; }
  friend constexpr bool operator<(Quantity a, Quantity b) { return a.value < b.value; }
  friend constexpr bool operator>(Quantity a, Quantity b) { return a.value > b.value; }
  friend constexpr bool operator<=(Quantity a, Quantity b) { return a.value <= b.value; }
  friend constexpr bool operator>=(Quantity a, Quantity b) { return a.value >= b.value; }
};

using Cycles = Quantity<struct CyclesTag>;  // core clock; fast-mode times need not be whole
using Picojoules = Quantity<struct PicojoulesTag>;
using Milliwatts = Quantity<struct MilliwattsTag>;
using Megahertz = Quantity<struct MegahertzTag>;
using Milliseconds = Quantity<struct MillisecondsTag>;
using SquareMillimetres = Quantity<struct SquareMillimetresTag>;

constexpr Milliseconds duration(Cycles c, Megahertz f) {
  return Milliseconds(c.value / (f.value * 1e3));
}
constexpr Picojoules energy(Milliwatts p, Milliseconds t) {
  return Picojoules(p.value * t.value * 1e6);
}

}  // namespace assay
