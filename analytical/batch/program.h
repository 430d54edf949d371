// SPDX-License-Identifier: Apache-2.0
// Arithmetic written once and run for blocks of candidates: a straight line of operations on
// vectors of kBlock doubles. Whole numbers below 2^53 are exact, so the order of their sums and
// products does not matter; everything else is done in the order in which it was written.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <tuple>
#include <vector>

namespace assay::analytical::batch {

inline constexpr std::size_t kBlock = 64;  // candidates done at once: two vectors of 512 bits

enum class OpKind : std::uint8_t {
  input,
  constant,  // c
  multiply,  // a * b
  add,       // a + b
  subtract,  // a - b
  scale,     // a * c
  divide,    // a / b
  greater,   // a > b ? 1 : 0
  select,    // a != 0 ? b : other
  maximum,   // a < b ? b : a, as std::max
  minimum,   // b < a ? b : a, as std::min
  floor,     // the next whole number below a
  ceil       // the next whole number above a
};

struct Op {
  OpKind kind = OpKind::input;
  int to = 0, a = 0, b = 0, other = 0;  // slots: vectors of kBlock doubles
  double c = 0;
};

class Program {
 public:
  // slots() vectors; the inputs come first, in the order given to finish().
  std::size_t slots() const { return slots_; }
  std::size_t operations() const { return ops_.size(); }
  void run(double* slots) const;

 private:
  friend class Builder;
  std::vector<Op> ops_;
  std::size_t slots_ = 0;
};

// Nodes of an expression; equal ones are one.
class Builder {
 public:
  int input();
  int constant(double c);
  int node(OpKind kind, int a, int b = -1, double c = 0, int other = -1);

  // |value| <= magnitude x the product of the inputs' bounds, where every product takes at most
  // one input of each group; only for whole numbers made by multiply, add, subtract and scale.
  double magnitude(int node) const;

  // A program for these nodes alone. `wanted` and `inputs` become slots: -1 for an input that is
  // not needed, the others stand in the order given.
  Program finish(std::vector<int>& wanted, std::vector<int>& inputs) const;

 private:
  struct Node {
    OpKind kind;
    int a, b;
    double c;
    int other;
  };
  int put(const Node& node);

  std::vector<Node> nodes_;
  std::vector<double> magnitude_;
  std::map<std::tuple<OpKind, int, int, double, int>, int> known_;
};

}  // namespace assay::analytical::batch
