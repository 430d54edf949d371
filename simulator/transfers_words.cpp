// SPDX-License-Identifier: Apache-2.0
#include "simulator/transfers_words.h"

#include <algorithm>
#include <limits>

#include "core/checked.h"

namespace assay::simulator {
namespace {

constexpr std::size_t kMostWords = std::numeric_limits<std::int32_t>::max();

// Numbers keys in the order in which they first come: open addressing, never more than half full.
class Numbering {
 public:
  explicit Numbering(std::size_t keys) {
    std::size_t capacity = 16;
    while (capacity < 2 * keys) capacity *= 2;
    slots_.resize(capacity);
    mask_ = capacity - 1;
  }

  // The key's number; `next` if it is new.
  std::int32_t find(std::int64_t key, std::int32_t next) {
    for (std::size_t i = home(key);; i = (i + 1) & mask_) {
      Slot& slot = slots_[i];
      if (slot.key == key) return slot.number;
      if (slot.key >= 0) continue;
      slot = {key, next};
      return next;
    }
  }

 private:
  struct Slot {
    std::int64_t key = -1;
    std::int32_t number = 0;
  };
  // Neighbouring elements stay neighbours, eight by eight: they are asked for one after another.
  std::size_t home(std::int64_t key) const {
    const auto k = static_cast<std::uint64_t>(key);
    std::uint64_t group = (k >> 3) * 0x9e3779b97f4a7c15U;
    group ^= group >> 32;
    return static_cast<std::size_t>(group << 3 | (k & 7)) & mask_;
  }

  std::vector<Slot> slots_;
  std::size_t mask_ = 0;
};

// Where all lanes move the same part of an axis, one element of it stands for all of them.
std::vector<Box> boxes_of(const std::vector<LaneTile>& tiles, bool tables, std::int64_t& weight) {
  std::vector<Box> boxes;
  boxes.reserve(tiles.size());
  for (const LaneTile& tile : tiles) boxes.push_back(tile.moved);
  for (std::size_t a = 0; a < kAxes && !tables && !boxes.empty(); ++a) {
    const std::int64_t begin = boxes[0].begin[a], end = boxes[0].end[a];
    const bool same = std::all_of(boxes.begin(), boxes.end(), [&](const Box& box) {
      return box.begin[a] == begin && box.end[a] == end;
    });
    if (!same || end <= begin) continue;
    weight = mul(weight, end - begin);
    for (Box& box : boxes) box.end[a] = begin + 1;
  }
  return boxes;
}

class Carrier {
 public:
  Carrier(const HoldGeometry& geometry, bool tables)
      : geometry_(geometry), tables_(tables), elements_(1) {
    for (const std::int64_t extent : geometry.span) elements_ = mul(elements_, extent);
    mul(elements_, geometry.instances);  // keys fit
  }

  Flow run(const std::vector<LaneTile>& tiles) {
    const std::vector<Box> boxes = boxes_of(tiles, tables_, flow_.weight);
    reserve(boxes);
    for (std::size_t i = 0; i < tiles.size(); ++i) list(tiles[i].lane, boxes[i]);
    for (const Between& array : geometry_.between) cross(array);
    mark_first();
    return std::move(flow_);
  }

 private:
  void reserve(const std::vector<Box>& boxes) {
    std::int64_t words = 0;
    for (const Box& box : boxes) words = add(words, box.words());
    const auto n = static_cast<std::size_t>(words);
    if (n > kMostWords) throw OverflowError();
    flow_.port.reserve(n);
    flow_.lane_of.reserve(n);
    if (tables_) flow_.addresses.reserve(n);
  }

  std::int64_t element(const Coordinates& at) const {
    std::int64_t number = 0;
    for (std::size_t a = 0; a < kAxes; ++a) number = number * geometry_.span[a] + at[a];
    return number;
  }

  void list(std::int64_t lane, const Box& box) {
    const std::int64_t origin = tables_ ? geometry_.parent_origin(lane) : 0;
    for_each_row(box, [&](const Coordinates& at, std::int64_t count) {
      const std::int64_t first = element(at);
      const std::int64_t address = origin + geometry_.parent_layout.address(at);
      for (std::int64_t i = 0; i < count; ++i) {
        flow_.port.push_back({first + i, static_cast<std::int32_t>(lane),
                              static_cast<std::int32_t>(flow_.port.size())});
        flow_.lane_of.push_back(static_cast<std::int32_t>(lane));
        if (tables_) flow_.addresses.push_back(address + i);
      }
    });
  }

  void cross(const Between& array) {
    Crossing crossing;
    crossing.level = array.level;
    crossing.network = array.network;
    crossing.inside_words = weighted(flow_.port.size());
    if (array.unites()) unite(array, crossing.outer);
    crossing.outside_words = weighted(flow_.port.size());
    flow_.crossings.push_back(std::move(crossing));
  }

  // Words of one element that differ only in the position in this array become one, where the
  // first of them stood.
  void unite(const Between& array, std::vector<std::int32_t>& outer) {
    std::vector<Word>& words = flow_.port;
    Numbering numbers(words.size());
    if (tables_) outer.reserve(words.size());
    std::int32_t kept = 0;
    for (Word word : words) {
      const std::int64_t lane = word.lane;
      word.lane -= static_cast<std::int32_t>(lane / array.stride % array.positions * array.stride);
      const std::int32_t number = numbers.find(word.lane * elements_ + word.element, kept);
      if (number == kept) words[static_cast<std::size_t>(kept++)] = word;
      if (tables_) outer.push_back(number);
    }
    words.resize(static_cast<std::size_t>(kept));
  }

  void mark_first() {
    const bool all_united = std::all_of(geometry_.between.begin(), geometry_.between.end(),
                                        [](const Between& array) { return array.unites(); });
    flow_.first_of_element.assign(flow_.port.size(), true);
    if (all_united) return;
    Numbering numbers(flow_.port.size());
    std::vector<bool> repeated(flow_.port.size());  // per first word
    std::size_t elements = 0;
    for (std::size_t k = 0; k < flow_.port.size(); ++k) {
      const Word& word = flow_.port[k];
      const std::int64_t key = word.lane / geometry_.lanes_per_parent * elements_ + word.element;
      const auto first = static_cast<std::size_t>(numbers.find(key, static_cast<std::int32_t>(k)));
      if (first == k) continue;
      flow_.first_of_element[k] = false;
      if (!repeated[first]) ++elements;
      repeated[first] = true;
    }
    flow_.repeated = weighted(elements);
  }

  std::int64_t weighted(std::size_t words) const {
    return mul(static_cast<std::int64_t>(words), flow_.weight);
  }

  const HoldGeometry& geometry_;
  bool tables_;
  std::int64_t elements_;
  Flow flow_;
};

}  // namespace

Flow carry(const HoldGeometry& geometry, const std::vector<LaneTile>& tiles, bool tables) {
  return Carrier(geometry, tables).run(tiles);
}

}  // namespace assay::simulator
