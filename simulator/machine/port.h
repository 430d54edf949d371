// SPDX-License-Identifier: Apache-2.0
// A port of a storage level: one transfer at a time, in the static order of the program. Ports of
// levels below an array exist once per instance; all work in step, so one object stands for them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <systemc>
#include <vector>

#include "core/accelerator.h"
#include "simulator/machine/moment.h"
#include "simulator/program.h"

namespace assay::simulator {

class TimedPort {
 public:
  TimedPort(const Port& port, int level, int index, std::string name)
      : port_(port), level_(level), index_(index), name_(std::move(name)) {}

  // Before a layer: nobody is enrolled, the port is free.
  void reset(bool timed, std::size_t first_cause);
  // A unit that will use the port in this layer; its number.
  int enroll();
  // The client's next transfer; none: it has no more.
  void announce(int client, const std::optional<OrderKey>& next);
  // Blocks until the client's transfer is the next of all.
  void acquire(int client, bool in_order);
  void release(std::int64_t busy_cycles, const Moment& end);

  // Cycles to move so many bits.
  std::int64_t duration(std::int64_t bits) const;

  bool timed() const { return timed_; }
  int level() const { return level_; }
  int index() const { return index_; }
  const std::string& name() const { return name_; }
  std::int64_t latency() const { return port_.latency_cycles; }
  bool serves(Operand operand, Transfer transfer) const {
    return port_.serves[operand][static_cast<std::size_t>(transfer)];
  }
  std::size_t cause(Operand operand) const {
    return first_cause_ + static_cast<std::size_t>(assay::index(operand));
  }
  const Moment& free() const { return free_; }
  std::int64_t busy_cycles() const { return busy_cycles_; }
  std::int64_t transfers() const { return transfers_; }
  const bool& busy() const { return taken_; }

 private:
  bool is_next(int client) const;

  const Port& port_;
  int level_;
  int index_;
  std::string name_;
  bool timed_ = false;
  std::size_t first_cause_ = 0;
  std::vector<std::optional<OrderKey>> next_;  // by client
  bool taken_ = false;
  Moment free_;
  std::int64_t busy_cycles_ = 0;
  std::int64_t transfers_ = 0;
  sc_core::sc_event changed_;
};

}  // namespace assay::simulator
