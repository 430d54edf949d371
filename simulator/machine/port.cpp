// SPDX-License-Identifier: Apache-2.0
#include "simulator/machine/port.h"

#include "core/checked.h"

namespace assay::simulator {

void TimedPort::reset(bool timed, std::size_t first_cause) {
  timed_ = timed;
  first_cause_ = first_cause;
  next_.clear();
  taken_ = false;
  free_.reset();
  busy_cycles_ = 0;
  transfers_ = 0;
}

int TimedPort::enroll() {
  next_.emplace_back();
  return static_cast<int>(next_.size()) - 1;
}

void TimedPort::announce(int client, const std::optional<OrderKey>& next) {
  next_[static_cast<std::size_t>(client)] = next;
  changed_.notify();
}

bool TimedPort::is_next(int client) const {
  const OrderKey& mine = *next_[static_cast<std::size_t>(client)];
  for (const std::optional<OrderKey>& other : next_)
    if (other && *other < mine) return false;
  return true;
}

void TimedPort::acquire(int client, bool in_order) {
  while (taken_ || (in_order && !is_next(client))) sc_core::wait(changed_);
  taken_ = true;
}

void TimedPort::release(std::int64_t busy_cycles, const Moment& end) {
  busy_cycles_ = add(busy_cycles_, busy_cycles);
  ++transfers_;
  taken_ = false;
  free_ = end;
  changed_.notify();
}

std::int64_t TimedPort::duration(std::int64_t bits) const {
  const Rational& bandwidth = port_.bandwidth_bits_per_cycle;
  return ceil_div(mul(bits, bandwidth.den), bandwidth.num);
}

}  // namespace assay::simulator
