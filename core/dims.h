// SPDX-License-Identifier: Apache-2.0
// Vocabulary of the loop nest: dimensions, operands, and which dimension indexes which operand
// (docs/contract.md, section 1).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace assay {

// N batch, G groups, M output channels, C input channels (both per group), P/Q output rows and
// columns, R/S filter rows and columns.
enum class Dim : std::uint8_t { N, G, M, C, P, Q, R, S };
inline constexpr int kDims = 8;
inline constexpr std::array<std::string_view, kDims> kDimNames{"N", "G", "M", "C",
                                                               "P", "Q", "R", "S"};

// The three operands that move. Output and partial sum are one operand here; counts tell them
// apart (core/record.h).
enum class Operand : std::uint8_t { I, W, O };
inline constexpr int kOperands = 3;
inline constexpr std::array<std::string_view, kOperands> kOperandNames{"I", "W", "O"};

inline constexpr std::array<Dim, kDims> kAllDims{Dim::N, Dim::G, Dim::M, Dim::C,
                                                 Dim::P, Dim::Q, Dim::R, Dim::S};
inline constexpr std::array<Operand, kOperands> kAllOperands{Operand::I, Operand::W, Operand::O};

constexpr int index(Dim d) { return static_cast<int>(d); }
constexpr int index(Operand o) { return static_cast<int>(o); }
constexpr std::string_view name(Dim d) { return kDimNames[static_cast<std::size_t>(d)]; }
constexpr std::string_view name(Operand o) { return kOperandNames[static_cast<std::size_t>(o)]; }

constexpr unsigned bit(Dim d) { return 1U << static_cast<unsigned>(d); }

// Bit mask of the dimensions that index an operand.
constexpr unsigned relevant_dims(Operand o) {
  switch (o) {
    case Operand::I:
      return bit(Dim::N) | bit(Dim::G) | bit(Dim::C) | bit(Dim::P) | bit(Dim::Q) | bit(Dim::R) |
             bit(Dim::S);
    case Operand::W:
      return bit(Dim::G) | bit(Dim::M) | bit(Dim::C) | bit(Dim::R) | bit(Dim::S);
    case Operand::O:
      return bit(Dim::N) | bit(Dim::G) | bit(Dim::M) | bit(Dim::P) | bit(Dim::Q);
  }
  return 0;
}
constexpr bool is_relevant(Operand o, Dim d) { return (relevant_dims(o) & bit(d)) != 0; }

inline std::optional<Dim> parse_dim(std::string_view text) {
  for (Dim d : kAllDims)
    if (name(d) == text) return d;
  return std::nullopt;
}
inline std::optional<Operand> parse_operand(std::string_view text) {
  for (Operand o : kAllOperands)
    if (name(o) == text) return o;
  return std::nullopt;
}

template <class T>
struct PerDim : std::array<T, kDims> {
  using Base = std::array<T, kDims>;
  constexpr T& operator[](Dim d) { return Base::operator[](static_cast<std::size_t>(d)); }
  constexpr const T& operator[](Dim d) const {
    return Base::operator[](static_cast<std::size_t>(d));
  }
};

template <class T>
struct PerOperand : std::array<T, kOperands> {
  using Base = std::array<T, kOperands>;
  constexpr T& operator[](Operand o) { return Base::operator[](static_cast<std::size_t>(o)); }
  constexpr const T& operator[](Operand o) const {
    return Base::operator[](static_cast<std::size_t>(o));
  }
};

}  // namespace assay
