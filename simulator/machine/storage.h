// SPDX-License-Identifier: Apache-2.0
// A storage level: its ports, a unit per operand that it can keep, and the way through it for
// transfers between levels on both sides.
#pragma once

#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <deque>
#include <memory>
#include <systemc>

#include "simulator/machine/hold_unit.h"

namespace assay::simulator {

class StorageLevel : public sc_core::sc_module {
 public:
  StorageLevel(const sc_core::sc_module_name& name, const Accelerator& accelerator, int number);

  void begin(RunContext* run);
  int number() const { return number_; }
  const Level& level() const { return level_; }
  std::deque<TimedPort>& ports() { return ports_; }
  // The port that serves the transfer and takes time in this layer, or null.
  TimedPort* port(Operand operand, assay::Transfer transfer);
  HoldUnit* unit(Operand operand) { return units_[operand].get(); }

  // Towards the first level; not bound there.
  tlm_utils::simple_initiator_socket_optional<StorageLevel> outside{"outside"};
  tlm_utils::simple_target_socket_optional<StorageLevel> inside{"inside"};

 private:
  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  void serve(tlm::tlm_generic_payload& payload, TileExtension& tile);
  void count(const TileExtension& tile);
  void read(const tlm::tlm_generic_payload& payload, TileExtension& tile);

  const Level& level_;
  int number_;
  RunContext* run_ = nullptr;
  std::deque<TimedPort> ports_;
  PerOperand<std::unique_ptr<HoldUnit>> units_;
};

}  // namespace assay::simulator
