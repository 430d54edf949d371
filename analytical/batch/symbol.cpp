// SPDX-License-Identifier: Apache-2.0
#include "analytical/batch/symbol.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace assay::analytical::batch {
namespace {

// Constants have no builder; operations on them alone are done at once.
Builder& required(Builder* builder) {
  if (builder == nullptr) throw std::logic_error("a constant has no program");
  return *builder;
}

Symbol make(OpKind kind, const Symbol& a, const Symbol& b) {
  Builder& builder = required(a.known() ? b.builder() : a.builder());
  const int left = a.node(builder), right = b.node(builder);
  return {&builder, builder.node(kind, left, right)};
}

Symbol make(OpKind kind, const Symbol& a, double c = 0) {
  Builder& builder = required(a.builder());
  return {&builder, builder.node(kind, a.node(builder), -1, c)};
}

// Whether 1 / c is exact, so that dividing is multiplying.
bool is_power_of_two(double c) {
  int exponent = 0;
  return c > 0 && std::frexp(c, &exponent) == 0.5;
}

}  // namespace

Symbol operator+(const Symbol& a, const Symbol& b) {
  if (a.known() && b.known()) return a.constant() + b.constant();
  if (a.is(0)) return b;
  return b.is(0) ? a : make(OpKind::add, a, b);
}

Symbol operator-(const Symbol& a, const Symbol& b) {
  if (a.known() && b.known()) return a.constant() - b.constant();
  if (a.same(b)) return 0;
  return b.is(0) ? a : make(OpKind::subtract, a, b);
}

Symbol operator*(const Symbol& a, const Symbol& b) {
  if (a.known() && b.known()) return a.constant() * b.constant();
  if (a.known()) return b * a;
  if (b.is(0)) return 0;
  if (b.is(1)) return a;
  return b.known() ? make(OpKind::scale, a, b.constant()) : make(OpKind::multiply, a, b);
}

Symbol operator/(const Symbol& a, const Symbol& b) {
  if (a.known() && b.known()) return a.constant() / b.constant();
  if (a.is(0)) return 0;
  if (b.known() && is_power_of_two(b.constant())) return a * (1 / b.constant());
  return make(OpKind::divide, a, b);
}

Symbol greater(const Symbol& a, const Symbol& b) {
  if (a.known() && b.known()) return a.constant() > b.constant() ? 1 : 0;
  return make(OpKind::greater, a, b);
}

Symbol larger(const Symbol& a, const Symbol& b) {
  if (a.known() && b.known()) return std::max(a.constant(), b.constant());
  return a.same(b) ? a : make(OpKind::maximum, a, b);
}

Symbol smaller(const Symbol& a, const Symbol& b) {
  if (a.known() && b.known()) return std::min(a.constant(), b.constant());
  return a.same(b) ? a : make(OpKind::minimum, a, b);
}

Symbol round_up(const Symbol& a) {
  return a.known() ? Symbol(std::ceil(a.constant())) : make(OpKind::ceil, a);
}

Symbol round_down(const Symbol& a) {
  return a.known() ? Symbol(std::floor(a.constant())) : make(OpKind::floor, a);
}

Symbol both(const Symbol& a, const Symbol& b) { return a * b; }
Symbol either(const Symbol& a, const Symbol& b) { return larger(a, b); }

Symbol select(const Symbol& condition, const Symbol& yes, const Symbol& no) {
  if (condition.known()) return condition.constant() != 0 ? yes : no;
  if (yes.same(no)) return yes;
  Builder& builder = required(condition.builder());
  const int c = condition.node(builder), y = yes.node(builder), n = no.node(builder);
  return {&builder, builder.node(OpKind::select, c, y, 0, n)};
}

}  // namespace assay::analytical::batch
