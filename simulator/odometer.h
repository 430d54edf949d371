// SPDX-License-Identifier: Apache-2.0
// Counting through the temporal loops of a nest as lane 0 sees them (docs/contract.md, section 3):
// the loops of a dimension are digits, the last iteration has the remainder. Where a temporal loop
// stands inside a spatial one of the same dimension, the spatial index is 0.
#pragma once

#include <cstdint>
#include <vector>

#include "simulator/nest.h"

namespace assay::simulator {

// Odometer over the temporal loops among the first `outside` loops, with the trip counts of lane 0.
class Odometer {
 public:
  Odometer(const Layer& layer, const Nest& nest, int outside);
  // To the next combination; false after the last, where it stays.
  bool advance();
  const Point& start() const { return start_; }
  // Of the first `outside` loops; spatial ones stand at 0, which is their last.
  std::int64_t index(int loop) const;
  bool at_last(int loop) const;  // at the last iteration it makes in its context
  // The loop that went up by one in the latest advance; those outside it kept their index.
  int changed_from() const { return changed_from_; }

  // Loops can be marked with bits, to ask for several at once.
  void mark(int loop, unsigned bits);
  unsigned changed() const { return changed_; }  // marks of all whose index changed
  bool all_first(unsigned bits) const;           // marked ones: at index 0
  bool all_last(unsigned bits) const;            // at their last iteration

 private:
  struct Digit {
    int loop = 0;
    Dim dim = Dim::N;
    unsigned marks = 0;
    bool ragged = false;  // makes fewer trips in some context
    std::int64_t bound = 1;
    std::int64_t tile = 1;
    std::int64_t index = 0;
    std::int64_t trips = 1;
  };
  void set_trips(Digit& digit) const;

  Point size_;
  std::vector<Digit> digits_;
  std::vector<int> digit_of_loop_;  // -1: spatial
  int changed_from_ = 0;
  unsigned changed_ = 0;
  Point start_{};
};

// How many combinations of indices the temporal loops of one dimension among the loops [from, to)
// make for lane 0. They are digits, so all but the last of each context are full.
class DigitCounter {
 public:
  DigitCounter(const Nest& nest, Dim dim, int from, int to);
  // Where so many elements are left of the dimension, at least one.
  std::int64_t count(std::int64_t left) const { return left >= whole_ ? full_ : partial(left); }
  bool ragged(std::int64_t size) const { return size % whole_ != 0; }  // less than full somewhere
  std::int64_t full() const { return full_; }

 private:
  struct Digit {
    bool temporal = false;
    std::int64_t tile = 1;
    std::int64_t combinations = 1;  // inside one full iteration
  };
  std::int64_t partial(std::int64_t left) const;

  std::vector<Digit> digits_;
  std::int64_t whole_ = 1;  // elements that make it full
  std::int64_t full_ = 1;
};

}  // namespace assay::simulator
