// SPDX-License-Identifier: Apache-2.0
// The extension of the TLM-2.0 generic payload by which tiles travel between levels.
//
// The child of a transfer is always the initiator and the parent the target: TLM_READ for fills and
// read-backs, TLM_WRITE for drains. The payload's address is that of lane 0's first word in the
// parent's memory (in words), its data are the words at the point of the way where it is: an
// array's network merges or adds words on the way to the parent, and hands them out on the way
// back. The target blocks until data, slot and both ports are free and for the time the transfer
// takes; `delay` collects the latencies of ports and hops. The response is TLM_OK_RESPONSE, or
// TLM_ADDRESS_ERROR_RESPONSE when no level of that number keeps the operand.
#pragma once

#include <cstdint>
#include <tlm>
#include <vector>

#include "simulator/machine/moment.h"
#include "simulator/machine/port.h"
#include "simulator/observer.h"
#include "simulator/program.h"
#include "simulator/transfers.h"

namespace assay::simulator {

class HoldUnit;

// A port that a transfer uses, as its client; null: none limits it.
struct PortUse {
  TimedPort* port = nullptr;
  int client = 0;
};

struct TileExtension : tlm::tlm_extension<TileExtension> {
  TransferEvent::Kind kind = TransferEvent::Kind::fill;
  Operand operand = Operand::I;
  const Transfer* transfer = nullptr;  // the tile box, word by word
  Tile tile;                           // of the child
  int child_level = 0;
  int parent_level = 0;
  HoldUnit* parent = nullptr;  // keeps the parent tile; null at the first level
  PortUse parent_port, child_port;
  bool has_cause = false;  // `cause` takes duration and latency; else the longer port the duration
  std::size_t cause = 0;
  std::vector<std::int32_t> words;  // real data; empty in timing mode
  Moment ready;                     // in: child's conditions; out: start
  Moment end;
  std::int64_t data_ready =
      0;  // data and slots were there; ports may have been taken until `start`
  std::int64_t start = 0;

  tlm::tlm_extension_base* clone() const override { return new TileExtension(*this); }
  void copy_from(const tlm::tlm_extension_base& other) override {
    *this = static_cast<const TileExtension&>(other);
  }
};

}  // namespace assay::simulator
