// SPDX-License-Identifier: Apache-2.0
// A point in simulated time and, along the critical path that led to it, how many cycles each cause
// took (docs/rationale/0004-event-times.md, t).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace assay::simulator {

class Moment {
 public:
  std::int64_t at() const { return at_; }

  // The later of the two; at the same time the one with the larger causes.
  void raise(const Moment& other) {
    if (other.at_ < at_) return;
    if (other.at_ > at_ || causes_ < other.causes_) *this = other;
  }

  void pass(std::int64_t cycles, std::size_t cause, std::size_t causes) {
    if (causes_.empty()) causes_.assign(causes, 0);
    at_ += cycles;
    causes_[cause] += cycles;
  }

  void reset() {
    at_ = 0;
    causes_.clear();
  }

  // By cause; empty stands for zeros.
  const std::vector<std::int64_t>& causes() const { return causes_; }

 private:
  std::int64_t at_ = 0;
  std::vector<std::int64_t> causes_;
};

}  // namespace assay::simulator
