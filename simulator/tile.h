// SPDX-License-Identifier: Apache-2.0
// The tiles of a hold (docs/contract.md, sections 4 and 5), and where those in use are kept.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <utility>

#include "simulator/nest.h"

namespace assay::simulator {

// A visit of a hold.
struct Tile {
  std::int64_t number = 0;  // from 0, in order
  std::int64_t first_step = 0;
  std::int64_t last_step = 0;
  // The tile of the parent hold that contains first_step; 0 at the first level.
  std::int64_t parent = 0;
  Point start{};                 // at first_step: what the temporal loops outside the hold add
  bool slide = false;            // I, W (never with `halo: reload`)
  bool first_visit = false;      // O: all temporal reduction loops outside at index 0 at first_step
  bool final_visit = false;      // O: all of them at their last iteration at last_step
  std::int64_t written_by = -1;  // O: the latest earlier tile with the same outputs
  bool read_back = false;        // O: partial sums are read back for it
  std::int64_t read_backs = 0;   // O: of the tiles before it
  std::int64_t fill_before = 0;  // its fill or read-back stands before this step
};

// Consecutive tiles: new ones at the end, old ones dropped at the front, references stable between.
// Memory is used again, for there may be millions of them and few at a time.
class TileStore {
 public:
  std::int64_t begin() const { return begin_; }  // the first that is kept
  std::int64_t end() const { return end_; }
  Tile& operator[](std::int64_t number) {
    return (*blocks_[static_cast<std::size_t>(number / kBlock - first_block_)])[slot(number)];
  }
  // A new tile with the number end().
  Tile& add() {
    if (end_ % kBlock == 0)
      blocks_.push_back(spare_ ? std::move(spare_) : std::make_unique<Block>());
    Tile& tile = (*blocks_.back())[slot(end_)];
    tile = Tile{};
    tile.number = end_++;
    return tile;
  }
  // The tiles below `number` and end().
  void drop_before(std::int64_t number) {
    while (begin_ < number && begin_ < end_)
      if (++begin_ % kBlock == 0) {
        spare_ = std::move(blocks_.front());
        blocks_.pop_front();
        ++first_block_;
      }
  }

 private:
  static constexpr std::int64_t kBlock = 64;
  using Block = std::array<Tile, kBlock>;
  static std::size_t slot(std::int64_t number) { return static_cast<std::size_t>(number % kBlock); }

  std::deque<std::unique_ptr<Block>> blocks_;
  std::unique_ptr<Block> spare_;
  std::int64_t first_block_ = 0;
  std::int64_t begin_ = 0;
  std::int64_t end_ = 0;
};

}  // namespace assay::simulator
