// SPDX-License-Identifier: Apache-2.0
// Private to transfers.*: the words of one transfer listed one by one and carried across the
// arrays between lanes and parent, each by its own network.
#pragma once

#include <cstdint>
#include <vector>

#include "simulator/transfers.h"
#include "simulator/transfers_geometry.h"

namespace assay::simulator {

struct Word {
  std::int64_t element = 0;  // number within the span of all lanes
  std::int32_t lane = 0;     // at position 0 of the arrays that united it
  std::int32_t first = 0;    // number of the first lane's word that it stands for
};

struct Flow {
  std::int64_t weight = 1;              // every word listed stands for so many
  std::vector<std::int32_t> lane_of;    // lanes' words, in order: the lane
  std::vector<Word> port;               // over the parent's port
  std::vector<bool> first_of_element;   // per word of `port`: at its parent instance
  std::int64_t repeated = 0;            // elements of a parent instance with several words
  std::vector<Crossing> crossings;      // numbers of words are weighted
  std::vector<std::int64_t> addresses;  // lanes' words: relative to parent_base
};

// tables: with addresses and crossings' tables, every word for itself.
Flow carry(const HoldGeometry& geometry, const std::vector<LaneTile>& tiles, bool tables);

}  // namespace assay::simulator
