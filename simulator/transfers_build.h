// SPDX-License-Identifier: Apache-2.0
// Private to transfers.*: makes the Transfer of a class of tiles. Sees the class and not the tile,
// so whatever it makes holds for every tile of the class.
#pragma once

#include <cstdint>
#include <vector>

#include "simulator/transfers.h"
#include "simulator/transfers_geometry.h"
#include "simulator/transfers_words.h"

namespace assay::simulator {

class TransferBuilder {
 public:
  TransferBuilder(const HoldGeometry& geometry, const TileClass& tile, bool tables);

  Transfer fill(int bits);
  // One word of each element has `one` bits, any other `psum` bits.
  Transfer drain(int one, int psum);
  // without_first: the first word of each element is not read. preload: into the lanes; else the
  // words join at the parent's side and no lane receives any.
  Transfer read_back(bool without_first, bool preload, int psum);

 private:
  void count_alone();
  void count_flow();
  std::int64_t parent_of(std::int64_t lane) const { return lane / geometry_.lanes_per_parent; }

  void sum(Transfer& transfer);
  void list_moved(AddressList& child) const;
  void list_parent(AddressList& parent) const;
  void list_padding(AddressList& padding) const;
  void list_kept(Transfer& transfer) const;
  void list_read_back_alone(bool preload, Transfer& transfer) const;
  void list_read_back(bool without_first, bool preload, Transfer& transfer) const;
  void receive(bool without_first, int psum, Transfer& transfer) const;

  const HoldGeometry& geometry_;
  const TileClass& class_;
  bool tables_;
  bool alone_;  // no array between: every lane has a parent of its own
  std::vector<LaneTile> tiles_;
  Flow flow_;  // unless alone
  // Per lane, and per parent instance: over its port, and different elements.
  std::vector<std::int64_t> lane_words_;
  std::vector<std::int64_t> port_words_;
  std::vector<std::int64_t> first_words_;
};

}  // namespace assay::simulator
