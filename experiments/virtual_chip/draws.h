// SPDX-License-Identifier: Apache-2.0
// Random numbers by name: what is drawn for one thing does not depend on what else is drawn. The
// same on every machine (the distributions of the standard library are not).
#pragma once

#include <cmath>
#include <cstdint>
#include <string_view>

namespace assay::virtual_chip {

class Draws {
 public:
  Draws(std::uint64_t seed, std::string_view name) : state_(seed * 0x9e3779b97f4a7c15U) {
    std::uint64_t hash = 0xcbf29ce484222325U;  // FNV-1a
    for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
    state_ ^= hash;
  }

  // In (0, 1), never an end.
  double uniform() { return (static_cast<double>(bits() >> 12U) + 0.5) * 0x1p-52; }
  // Mean 0, standard deviation 1 (Box and Muller).
  double normal() {
    constexpr double kTwoPi = 6.283185307179586;
    const double radius = std::sqrt(-2 * std::log(uniform()));
    return radius * std::cos(kTwoPi * uniform());
  }

 private:
  std::uint64_t bits() {  // splitmix64
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15U);
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31U);
  }
  std::uint64_t state_;
};

}  // namespace assay::virtual_chip
