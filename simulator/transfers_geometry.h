// SPDX-License-Identifier: Apache-2.0
// Private to transfers.*: what a hold's transfers have in common, and the few capped numbers of a
// tile's start that decide which words move. Coordinates are relative to the start of lane 0's
// tile, so that tiles with equal numbers have equal boxes.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "simulator/layout.h"
#include "simulator/nest.h"

namespace assay::simulator {

struct Box {  // half open; empty unless begin < end on every axis
  Coordinates begin{};
  Coordinates end{};
  std::int64_t words() const;
};

// Calls visit(coordinates of the row's first element, elements) in row-major order.
template <class Visitor>
void for_each_row(const Box& box, Visitor visit) {
  if (box.words() == 0) return;
  Coordinates at = box.begin;
  const std::int64_t count = box.end[4] - box.begin[4];
  for (at[0] = box.begin[0]; at[0] < box.end[0]; ++at[0])
    for (at[1] = box.begin[1]; at[1] < box.end[1]; ++at[1])
      for (at[2] = box.begin[2]; at[2] < box.end[2]; ++at[2])
        for (at[3] = box.begin[3]; at[3] < box.end[3]; ++at[3]) visit(at, count);
}

// An active lane of a tile.
struct LaneTile {
  std::int64_t lane = 0;
  Box whole;  // not clipped
  Box moved;  // what a transfer moves: without what a slide keeps, clipped
  Box kept;   // slides: what stays from the tile before
};

// An array between parent and hold.
struct Between {
  int level = 0;
  Network network = Network::absent;
  std::int64_t positions = 1;
  std::int64_t stride = 1;  // lane / stride % positions is the position
  std::int64_t hop_latency = 0;
  bool unites() const {
    return network == Network::multicast || network == Network::forward ||
           network == Network::tree || network == Network::chain;
  }
};

// All that the words of a transfer depend on besides its hold. Everything is capped at what the
// lanes and their tiles span, so that tiles in the middle of the layer are alike.
struct TileClass {
  Point rest{};               // elements from the tile's start to the end of the layer
  Coordinates low{}, high{};  // the part of each axis that lies inside the tensor
  bool slide = false;
};

inline constexpr std::size_t kKeyWords = 4;
using ClassKey = std::array<std::uint64_t, kKeyWords>;

class HoldGeometry {
 public:
  HoldGeometry(const Layer& layer, const Accelerator& accelerator, const Nest& nest, int hold);

  // Equal exactly when the classes are; `flags` (two bits) is the caller's part.
  ClassKey key(const Point& start, unsigned flags) const {
    ClassKey key{flags};
    for (const Field& f : fields_)
      key[f.word] |= static_cast<std::uint64_t>(f.value(start)) << f.shift;
    return key;
  }
  TileClass classify(const Point& start, bool slide) const;
  std::vector<LaneTile> lane_tiles(const TileClass& tile) const;

  // Relative to the tile's slot, and to the parent tile's slot plus parent_base: the address of
  // the coordinates 0 (which may lie before the lane's tile); add layout.address(coordinates).
  std::int64_t child_origin(const LaneTile& tile) const;
  std::int64_t parent_origin(std::int64_t lane) const;
  // From an element's place in a tile to its place in the tile before, of a slide.
  std::int64_t slide_distance() const;

  Hold hold;
  Layout layout;
  Layout parent_layout;
  int parent_slots = 1;
  std::int64_t instances = 1;         // lanes outside the hold
  std::int64_t lanes_per_parent = 1;  // product of the positions of `between`
  std::vector<Between> between;       // innermost first
  Coordinates span{};                 // coordinates of every lane's tile lie in [0, span)
  bool clipped = false;

 private:
  // One number of a TileClass, if it varies: what is left between the start and a limit, capped.
  struct Field {
    enum class Kind { rest, low, high } kind = Kind::rest;
    std::size_t which = 0;  // dimension or axis
    std::int64_t limit = 0;
    std::int64_t cap = 0;
    Dim dims[2] = {Dim::N, Dim::N};
    std::int64_t scales[2] = {0, 0};
    std::size_t word = 0;  // of the key
    unsigned shift = 0;

    std::int64_t value(const Point& start) const {
      const std::int64_t left = limit - start[dims[0]] * scales[0] - start[dims[1]] * scales[1];
      return left < 0 ? 0 : left > cap ? cap : left;
    }
  };

  void set_between(const Accelerator& accelerator, const Lanes& lanes);
  void set_spans(const Layer& layer);
  void set_rest_fields(const Layer& layer, const Nest& nest);
  void set_border_fields(const Layer& layer, const Nest& nest);
  void add_border(std::size_t axis, Field field, std::int64_t begin, std::int64_t size,
                  std::int64_t touched, bool moves);
  void place_fields();
  bool tile_of_lane(const TileClass& tile, std::int64_t lane, LaneTile& result) const;
  void cut_slide(LaneTile& tile, std::int64_t old_length) const;

  Point tile_{};      // size of a tile
  Point furthest_{};  // largest offset of a lane
  PerDim<AxisOf> axis_{};
  std::vector<Point> offset_;         // per lane
  std::vector<Point> parent_offset_;  // per lane of the parent
  bool slides_ = false;               // there is a loop to slide along
  Dim moved_dim_ = Dim::N;            // of the innermost relevant temporal loop outside the hold
  std::int64_t moved_by_ = 0;         // elements of moved_dim_ per iteration of it
  TileClass constant_;                // what no field changes
  std::vector<Field> fields_;
};

}  // namespace assay::simulator
