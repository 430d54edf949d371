// SPDX-License-Identifier: Apache-2.0
#include "simulator/transfers_build.h"

#include <algorithm>
#include <utility>

#include "core/checked.h"

namespace assay::simulator {
namespace {

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

std::int64_t total(const std::vector<std::int64_t>& counts) {
  std::int64_t sum = 0;
  for (const std::int64_t count : counts) sum = add(sum, count);
  return sum;
}

std::int64_t most(const std::vector<std::int64_t>& counts) {
  return counts.empty() ? 0 : *std::max_element(counts.begin(), counts.end());
}

void list_rows(const Box& box, const Layout& layout, std::int64_t origin, AddressList& list) {
  for_each_row(box, [&](const Coordinates& row, std::int64_t count) {
    list.append(origin + layout.address(row), count);
  });
}

}  // namespace

TransferBuilder::TransferBuilder(const HoldGeometry& geometry, const TileClass& tile, bool tables)
    : geometry_(geometry),
      class_(tile),
      tables_(tables),
      alone_(geometry.between.empty()),
      tiles_(geometry.lane_tiles(tile)),
      lane_words_(at(geometry.instances)),
      port_words_(at(geometry.instances / geometry.lanes_per_parent)),
      first_words_(port_words_.size()) {
  if (alone_)
    count_alone();
  else
    count_flow();
}

void TransferBuilder::count_alone() {
  for (const LaneTile& tile : tiles_) lane_words_[at(tile.lane)] = tile.moved.words();
  port_words_ = first_words_ = lane_words_;
}

void TransferBuilder::count_flow() {
  flow_ = carry(geometry_, tiles_, tables_);
  for (const LaneTile& tile : tiles_) lane_words_[at(tile.lane)] = tile.moved.words();
  for (std::size_t k = 0; k < flow_.port.size(); ++k) {
    const std::size_t parent = at(parent_of(flow_.port[k].lane));
    port_words_[parent] = add(port_words_[parent], flow_.weight);
    if (flow_.first_of_element[k]) first_words_[parent] = add(first_words_[parent], flow_.weight);
  }
}

void TransferBuilder::sum(Transfer& transfer) {
  transfer.lane_words = total(lane_words_);
  transfer.parent_words = total(port_words_);
  transfer.distinct_words = total(first_words_);
  transfer.lane0_words = lane_words_.front();
  transfer.crossings = std::move(flow_.crossings);
}

Transfer TransferBuilder::fill(int bits) {
  Transfer transfer;
  sum(transfer);
  transfer.child_bits = mul(most(lane_words_), bits);
  transfer.parent_bits = mul(most(port_words_), bits);
  if (!tables_) return transfer;
  list_moved(transfer.child);
  list_parent(transfer.parent);
  if (geometry_.clipped) list_padding(transfer.padding);
  list_kept(transfer);
  return transfer;
}

Transfer TransferBuilder::drain(int one, int psum) {
  Transfer transfer;
  sum(transfer);
  transfer.child_bits = mul(most(lane_words_), one);
  for (std::size_t i = 0; i < port_words_.size(); ++i)
    transfer.parent_bits =
        std::max(transfer.parent_bits,
                 add(mul(first_words_[i], one), mul(port_words_[i] - first_words_[i], psum)));
  if (!tables_) return transfer;
  list_moved(transfer.child);
  list_parent(transfer.parent);
  transfer.first_of_element = alone_ ? std::vector<bool>(at(transfer.parent_words), true)
                                     : std::move(flow_.first_of_element);
  return transfer;
}

Transfer TransferBuilder::read_back(bool without_first, bool preload, int psum) {
  Transfer transfer;
  receive(without_first, psum, transfer);
  if (!preload) transfer.child_bits = transfer.lane_words = transfer.lane0_words = 0;
  for (const Between& array : geometry_.between)
    transfer.crossings.push_back(
        {array.level, array.network, transfer.parent_words, transfer.parent_words, {}});
  if (!tables_) return transfer;
  list_moved(transfer.all);
  if (!transfer.exists()) return transfer;
  if (alone_)
    list_read_back_alone(preload, transfer);
  else
    list_read_back(without_first, preload, transfer);
  return transfer;
}

// Every word goes to the first lane of those that share it.
void TransferBuilder::receive(bool without_first, int psum, Transfer& transfer) const {
  std::vector<std::int64_t> read = port_words_;
  if (without_first)
    for (std::size_t i = 0; i < read.size(); ++i) read[i] -= first_words_[i];
  std::vector<std::int64_t> received(lane_words_.size());
  if (alone_) received = read;
  for (std::size_t k = 0; k < flow_.port.size(); ++k) {
    if (without_first && flow_.first_of_element[k]) continue;
    std::int64_t& words = received[at(flow_.lane_of[at(flow_.port[k].first)])];
    words = add(words, flow_.weight);
  }
  transfer.parent_words = transfer.lane_words = total(read);
  transfer.distinct_words = without_first ? flow_.repeated : total(first_words_);
  transfer.lane0_words = received.front();
  transfer.child_bits = mul(most(received), psum);
  transfer.parent_bits = mul(most(read), psum);
}

void TransferBuilder::list_moved(AddressList& child) const {
  for (const LaneTile& tile : tiles_)
    list_rows(tile.moved, geometry_.layout, geometry_.child_origin(tile), child);
  child.shrink();
}

void TransferBuilder::list_parent(AddressList& parent) const {
  if (alone_)
    for (const LaneTile& tile : tiles_)
      list_rows(tile.moved, geometry_.parent_layout, geometry_.parent_origin(tile.lane), parent);
  for (const Word& word : flow_.port) parent.append(flow_.addresses[at(word.first)]);
  parent.shrink();
}

// What lies outside the tensor: whole rows, or their ends.
void TransferBuilder::list_padding(AddressList& padding) const {
  const Coordinates &low = class_.low, &high = class_.high;
  for (const LaneTile& tile : tiles_) {
    const std::int64_t origin = geometry_.child_origin(tile);
    for_each_row(tile.whole, [&](const Coordinates& row, std::int64_t count) {
      const std::int64_t address = origin + geometry_.layout.address(row);
      const bool outside = row[3] < low[3] || row[3] >= high[3];
      const std::int64_t before =
          outside ? count : std::clamp<std::int64_t>(low[4] - row[4], 0, count);
      const std::int64_t end = std::clamp<std::int64_t>(high[4] - row[4], before, count);
      padding.append(address, before);
      padding.append(address + end, count - end);
    });
  }
  padding.shrink();
}

void TransferBuilder::list_kept(Transfer& transfer) const {
  for (const LaneTile& tile : tiles_) {
    const std::int64_t origin = geometry_.child_origin(tile);
    list_rows(tile.kept, geometry_.layout, origin, transfer.kept_to);
    list_rows(tile.kept, geometry_.layout, origin + geometry_.slide_distance(), transfer.kept_from);
  }
  transfer.kept_to.shrink();
  transfer.kept_from.shrink();
}

void TransferBuilder::list_read_back_alone(bool preload, Transfer& transfer) const {
  list_parent(transfer.parent);
  if (preload) transfer.child = transfer.all;
  transfer.joined.append(0, transfer.parent_words);
  transfer.first_of_element.assign(at(transfer.parent_words), true);
}

void TransferBuilder::list_read_back(bool without_first, bool preload, Transfer& transfer) const {
  std::vector<std::int64_t> places;  // of the lanes' words
  places.reserve(flow_.lane_of.size());
  transfer.all.for_each([&](std::int64_t, std::int64_t address) { places.push_back(address); });
  for (std::size_t k = 0; k < flow_.port.size(); ++k) {
    if (without_first && flow_.first_of_element[k]) continue;
    const std::size_t first = at(flow_.port[k].first);
    transfer.parent.append(flow_.addresses[first]);
    transfer.joined.append(static_cast<std::int64_t>(k));
    transfer.first_of_element.push_back(flow_.first_of_element[k]);
    if (preload) transfer.child.append(places[first]);
  }
  transfer.parent.shrink();
  transfer.joined.shrink();
  transfer.child.shrink();
}

}  // namespace assay::simulator
