// SPDX-License-Identifier: Apache-2.0
// What a mapping's events are and in which order they stand (docs/rationale/0004-event-times.md, a
// to k): everything that does not depend on time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <tuple>
#include <vector>

#include "core/accelerator.h"
#include "core/layer.h"
#include "core/mapping.h"

namespace assay::oracle {

// Bits over the parent's and over the child's port, of the fullest instance. None: no transfer.
struct Load {
  std::int64_t parent_bits = 0;
  std::int64_t child_bits = 0;
  bool exists() const { return parent_bits > 0; }
};

struct Tile {
  std::int64_t first = 0;  // steps of the visit
  std::int64_t last = 0;
  std::size_t parent = 0;        // tile of the parent hold that it lies in
  bool slide = false;            // I, W
  std::int64_t new_inputs = 0;   // words that lane 0 receives
  Load fill;                     // I, W: fill; O: read-back, by preload or on the drain
  Load drain;                    // O
  int written_by = -1;           // O: the last tile before it with the same outputs
  std::size_t read_backs = 0;    // O: read-backs of tiles before it
  std::int64_t fill_before = 0;  // the fill or read-back stands before this step
};

constexpr std::size_t kNoHold = static_cast<std::size_t>(-1);

struct HoldTiles {
  Operand operand = Operand::I;
  int level = 0;
  int parent_level = 0;
  std::size_t parent = kNoHold;  // the next outer hold of the operand
  bool innermost = true;
  std::size_t slots = 1;
  std::int64_t fill_hops = 0;  // cycles along forward and chain networks
  std::int64_t drain_hops = 0;
  std::vector<Tile> tiles;
};

// What lane 0 does in a step.
struct Work {
  std::int64_t macs = 0;
  std::int64_t psums = 0;  // different partial sums
  std::int64_t new_inputs = 0;
};

struct Plan {
  std::vector<HoldTiles> holds;
  std::vector<Work> steps;
};

enum class EventKind { drain, fill, step };

struct Event {
  std::int64_t before = 0;  // the step
  EventKind kind = EventKind::step;
  std::int64_t needed = 0;  // fills: by this step
  int level = 0;            // negative for drains: inner level first
  Operand operand = Operand::I;
  std::size_t hold = 0;
  std::size_t tile = 0;  // steps: the step

  auto key() const { return std::tie(before, kind, needed, level, operand); }
};

Plan make_plan(const Layer& layer, const Accelerator& accelerator, const Mapping& mapping);

// All events in the one global order.
std::vector<Event> order(const Plan& plan, bool on_drain);

}  // namespace assay::oracle
