// SPDX-License-Identifier: Apache-2.0
// Numbers that stand for what a program will compute: arithmetic on them writes the program.
#pragma once

#include <cstdint>

#include "analytical/batch/program.h"

namespace assay::analytical::batch {

// A number that a program will compute, or a constant. Comparisons give 1 or 0.
class Symbol {
 public:
  Symbol(double constant = 0) : constant_(constant) {}  // NOLINT: numbers are symbols
  Symbol(Builder* builder, int node) : builder_(builder), node_(node) {}
  bool known() const { return builder_ == nullptr; }
  bool is(double c) const { return known() && constant_ == c; }
  double constant() const { return constant_; }
  Builder* builder() const { return builder_; }
  // Its node; constants get one.
  int node(Builder& builder) const { return known() ? builder.constant(constant_) : node_; }
  double magnitude() const { return builder_->magnitude(node_); }  // not of a constant
  bool same(const Symbol& o) const {
    return builder_ == o.builder_ && node_ == o.node_ && constant_ == o.constant_;
  }

  Symbol& operator+=(const Symbol& o) { return *this = *this + o; }
  Symbol& operator-=(const Symbol& o) { return *this = *this - o; }
  friend Symbol operator+(const Symbol& a, const Symbol& b);
  friend Symbol operator-(const Symbol& a, const Symbol& b);
  friend Symbol operator*(const Symbol& a, const Symbol& b);
  friend Symbol operator/(const Symbol& a, const Symbol& b);

 private:
  Builder* builder_ = nullptr;  // nullptr: a constant
  int node_ = -1;
  double constant_ = 0;
};

// What core/checked.h does for numbers, and what number.h does; overflow is seen to elsewhere.
inline Symbol add(const Symbol& a, const Symbol& b) { return a + b; }
inline Symbol mul(const Symbol& a, const Symbol& b) { return a * b; }
inline Symbol mul(const Symbol& a, std::int64_t b) { return a * static_cast<double>(b); }
Symbol greater(const Symbol& a, const Symbol& b);  // a > b
Symbol larger(const Symbol& a, const Symbol& b);
Symbol smaller(const Symbol& a, const Symbol& b);
Symbol round_up(const Symbol& a);
Symbol round_down(const Symbol& a);
Symbol both(const Symbol& a, const Symbol& b);
Symbol either(const Symbol& a, const Symbol& b);
Symbol select(const Symbol& condition, const Symbol& yes, const Symbol& no);

}  // namespace assay::analytical::batch
