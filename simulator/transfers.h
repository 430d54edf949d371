// SPDX-License-Identifier: Apache-2.0
// What one transfer between a hold and its parent moves, word by word: which lanes take part, which
// elements each needs, what the networks between them merge, replicate or add, and the addresses at
// both ends (docs/contract.md, section 4; docs/rationale/0004-event-times.md, c to g). Transfers
// that differ only by a translation of their tile share one Transfer, built by listing its words
// once.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "simulator/address_list.h"
#include "simulator/layout.h"
#include "simulator/nest.h"
#include "simulator/program.h"

namespace assay::simulator {

// One array's network on the way, innermost array first. Towards the parent, the word k of the
// inside belongs to the word outer[k] of the outside.
struct Crossing {
  int level = 0;  // of the array
  Network network = Network::absent;
  std::int64_t inside_words = 0;    // over all lanes
  std::int64_t outside_words = 0;   // after this network
  std::vector<std::int32_t> outer;  // empty: word k is word k (unicast, none, or no tables wanted)
};

struct Transfer {
  // Sums over all instances.
  std::int64_t lane_words = 0;      // at the child: "(S)"; read-backs: those a lane receives
  std::int64_t parent_words = 0;    // over the parent's port: "(U)"
  std::int64_t distinct_words = 0;  // different elements of each parent instance: "(1)"
  std::int64_t lane0_words = 0;     // of lane 0
  // Of the fullest instance. parent_bits == 0: nothing moves, the transfer does not exist (but the
  // tables of what stays and of the padding hold: a slide may find nothing new).
  std::int64_t child_bits = 0;
  std::int64_t parent_bits = 0;
  std::vector<Crossing> crossings;
  // Only when tables were asked for. Addresses in the memory of a level and operand, in which
  // instance i and slot s begin at (i * slots + s) * layout.words:
  AddressList child;   // of every lane's words; relative to the tile's slot. Preloaded read-backs:
                       // one place for every word of `parent`, in the lane that receives it
  AddressList parent;  // of the words over the parent's port; relative to parent_base()
  // Fills:
  AddressList padding;  // places of the tile outside the tensor, relative to the slot
  AddressList kept_from,
      kept_to;  // slides: words of the tile before that stay, each relative to its slot
  // Outputs: for every word over the parent's port, whether it is the first of its element at its
  // parent instance, among the words of the drain. The first overwrites and carries the value of a
  // read-back; the others are added, and read back as 0.
  std::vector<bool> first_of_element;
  // Read-backs, also those without words: every word of every active lane's tile. What no word
  // arrives for starts at 0.
  AddressList all;
  // Read-backs: the number, among the words of the drain's `parent`, of every word of `parent`.
  AddressList joined;

  bool exists() const { return parent_bits > 0; }
};

class Transfers {
 public:
  // tables: with addresses and crossings' tables (moves data), or counts and loads only.
  Transfers(const Layer& layer, const Accelerator& accelerator, const Nest& nest, bool tables);
  ~Transfers();

  // The references stay valid as long as this object, which forgets nothing. tile.start (and, for a
  // slide, that the tile before it began one iteration of the innermost relevant temporal loop
  // earlier) decides.
  const Transfer& fill(int hold, const Tile& tile);       // I, W
  const Transfer& read_back(int hold, const Tile& tile);  // O; tile.first_visit decides
  const Transfer& drain(int hold, const Tile& tile);      // O; tile.final_visit decides

  // Whether an O tile has words to read back.
  bool reads_back(int hold, const Tile& tile) { return read_back(hold, tile).exists(); }

  // Where the child's tile begins in the memory of its parent: for lane 0, slot 0 included by
  // the caller. parent_start: the parent tile's start; ignored at the first level.
  std::int64_t parent_base(int hold, const Point& start, const Point& parent_start) const;

  const Layout& layout(int hold) const;         // of a hold
  const Layout& tensor(Operand operand) const;  // of the first level
  std::int64_t instances(int hold) const;       // lanes outside the hold
  // Hop latency of fills and drains (0004, g), in cycles.
  std::int64_t fill_hops(int hold) const;
  std::int64_t drain_hops(int hold) const;

  // Different transfers built so far.
  std::int64_t built() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace assay::simulator
