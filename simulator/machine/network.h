// SPDX-License-Identifier: Apache-2.0
// An array of lanes as its networks: between the level above and the instances below.
#pragma once

#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <systemc>

#include "simulator/machine/payload.h"
#include "simulator/machine/run_context.h"

namespace assay::simulator {

class ArrayNetwork : public sc_core::sc_module {
 public:
  ArrayNetwork(const sc_core::sc_module_name& name, const Level& level, int number);

  void begin(RunContext* run);

  tlm_utils::simple_initiator_socket<ArrayNetwork> outside{"outside"};
  tlm_utils::simple_target_socket_optional<ArrayNetwork> inside{"inside"};

 private:
  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  const Crossing* crossing(const TileExtension& tile) const;
  void hand_out(const Crossing& crossing, TileExtension& tile);
  void reduce(const Crossing& crossing, TileExtension& tile);
  void count(const Crossing& crossing, const TileExtension& tile);

  const Level& level_;
  int number_;
  RunContext* run_ = nullptr;
  std::int64_t positions_ = 1;  // mapped in this layer
  std::vector<std::int32_t> buffer_;
  std::vector<std::int64_t> sums_;
};

}  // namespace assay::simulator
