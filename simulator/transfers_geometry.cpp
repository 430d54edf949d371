// SPDX-License-Identifier: Apache-2.0
#include "simulator/transfers_geometry.h"

#include <algorithm>

#include "core/checked.h"

namespace assay::simulator {
namespace {

std::size_t at(int i) { return static_cast<std::size_t>(i); }

// Start of a dimension's tiles at the most: what the temporal loops outside can add.
struct Reach {
  std::int64_t furthest = 0;
  bool moves() const { return furthest > 0; }
};

Reach reach_of(const Layer& layer, const Nest& nest, int outside, Dim dim) {
  Reach reach;
  std::int64_t grain = 1;  // every start is a multiple of the innermost loop's tile
  for (int j = 0; j < outside; ++j) {
    const Loop& loop = nest.loops[at(j)];
    if (loop.spatial() || loop.dim != dim) continue;
    reach.furthest = add(reach.furthest, mul(loop.bound - 1, loop.tile));
    grain = loop.tile;
  }
  reach.furthest = std::min(reach.furthest, (layer.size[dim] - 1) / grain * grain);
  return reach;
}

unsigned bits_for(std::int64_t value) {
  unsigned bits = 0;
  for (; value > 0; value >>= 1) ++bits;
  return bits;
}

}  // namespace

std::int64_t Box::words() const {
  std::int64_t product = 1;
  for (std::size_t a = 0; a < kAxes; ++a) {
    if (end[a] <= begin[a]) return 0;
    product = mul(product, end[a] - begin[a]);
  }
  return product;
}

HoldGeometry::HoldGeometry(const Layer& layer, const Accelerator& accelerator, const Nest& nest,
                           int number)
    : hold(nest.holds[at(number)]),
      layout(layout_of(layer, nest, number, hold.operand)),
      parent_layout(layout_of(layer, nest, hold.parent, hold.operand)),
      clipped(hold.operand == Operand::I && accelerator.padding == Padding::clipped),
      tile_(tile_size(layer, nest, hold.outside)) {
  if (hold.parent != kFirstLevel) parent_slots = nest.holds[at(hold.parent)].slots;
  const Lanes lanes = make_lanes(accelerator, nest, hold.outside);
  offset_ = lanes.offset;
  instances = lanes.count();
  parent_offset_ = make_lanes(accelerator, nest, nest.outside_of(hold.parent)).offset;
  for (int j = 0; j < hold.outside; ++j) {
    const Loop& loop = nest.loops[at(j)];
    if (loop.spatial() || !is_relevant(hold.operand, loop.dim)) continue;
    slides_ = hold.operand != Operand::O;
    moved_dim_ = loop.dim;
    moved_by_ = loop.tile;
  }
  set_between(accelerator, lanes);
  set_spans(layer);
  set_rest_fields(layer, nest);
  set_border_fields(layer, nest);
  place_fields();
}

void HoldGeometry::set_between(const Accelerator& accelerator, const Lanes& lanes) {
  for (auto array = lanes.arrays.rbegin(); array != lanes.arrays.rend(); ++array) {
    if (array->level <= hold.parent_level || array->level >= hold.level) continue;
    const Level& level = accelerator.levels[at(array->level)];
    between.push_back({array->level, level.network[hold.operand], array->positions, array->stride,
                       level.hop_latency_cycles[hold.operand]});
    lanes_per_parent = mul(lanes_per_parent, array->positions);
  }
}

void HoldGeometry::set_spans(const Layer& layer) {
  span.fill(1);
  for (const Point& offset : offset_)
    for (Dim d : kAllDims) furthest_[d] = std::max(furthest_[d], offset[d]);
  for (Dim d : kAllDims) {
    axis_[d] = axis_of(layer, hold.operand, d);
    if (axis_[d].axis < 0) continue;
    std::int64_t& extent = span[at(axis_[d].axis)];
    extent = add(extent, mul(add(furthest_[d], tile_[d] - 1), axis_[d].scale));
  }
}

void HoldGeometry::set_rest_fields(const Layer& layer, const Nest& nest) {
  for (Dim d : kAllDims) {
    // An irrelevant dimension only decides which lanes are active.
    const std::int64_t cap = add(furthest_[d], axis_[d].axis < 0 ? 1 : tile_[d]);
    constant_.rest[d] = std::min(layer.size[d], cap);
    const Reach reach = reach_of(layer, nest, hold.outside, d);
    if (layer.size[d] - reach.furthest >= cap || !reach.moves()) continue;
    Field field;
    field.which = static_cast<std::size_t>(d);
    field.limit = layer.size[d];
    field.cap = cap;
    field.dims[0] = d;
    field.scales[0] = 1;
    fields_.push_back(field);
  }
}

void HoldGeometry::set_border_fields(const Layer& layer, const Nest& nest) {
  constant_.high = span;
  if (!clipped) return;
  const auto add_axis = [&](std::size_t axis, Dim out, Dim filter, std::int64_t begin,
                            std::int64_t size) {
    Field field;
    field.which = axis;
    field.dims[0] = out;
    field.dims[1] = filter;
    field.scales[0] = axis_[out].scale;
    field.scales[1] = axis_[filter].scale;
    const std::int64_t touched = add(add(mul(layer.size[out] - 1, axis_[out].scale), 1),
                                     mul(layer.size[filter] - 1, axis_[filter].scale));
    const bool moves = reach_of(layer, nest, hold.outside, out).moves() ||
                       reach_of(layer, nest, hold.outside, filter).moves();
    add_border(axis, field, begin, size, touched, moves);
  };
  add_axis(3, Dim::P, Dim::R, layer.pad_top, layer.input_h);
  add_axis(4, Dim::Q, Dim::S, layer.pad_left, layer.input_w);
}

void HoldGeometry::add_border(std::size_t axis, Field field, std::int64_t begin, std::int64_t size,
                              std::int64_t touched, bool moves) {
  field.cap = span[axis];
  field.kind = Field::Kind::low;
  field.limit = begin;
  constant_.low[axis] = field.value(Point{});
  if (begin > 0 && moves) fields_.push_back(field);
  if (touched <= add(begin, size)) return;  // nothing lies behind the tensor
  field.kind = Field::Kind::high;
  field.limit = begin + size;
  constant_.high[axis] = field.value(Point{});
  if (moves) fields_.push_back(field);
}

void HoldGeometry::place_fields() {
  std::size_t word = 0;
  unsigned shift = 2;  // the flags
  for (Field& field : fields_) {
    const unsigned bits = bits_for(field.cap);
    if (shift + bits > 64) {
      ++word;
      shift = 0;
    }
    if (word == kKeyWords) throw OverflowError();
    field.word = word;
    field.shift = shift;
    shift += bits;
  }
}

TileClass HoldGeometry::classify(const Point& start, bool slide) const {
  TileClass tile = constant_;
  tile.slide = slide && slides_;
  for (const Field& field : fields_) {
    const std::int64_t value = field.value(start);
    if (field.kind == Field::Kind::rest) tile.rest[field.dims[0]] = value;
    if (field.kind == Field::Kind::low) tile.low[field.which] = value;
    if (field.kind == Field::Kind::high) tile.high[field.which] = value;
  }
  return tile;
}

std::vector<LaneTile> HoldGeometry::lane_tiles(const TileClass& tile) const {
  std::vector<LaneTile> tiles;
  LaneTile one;
  for (std::int64_t lane = 0; lane < instances; ++lane)
    if (tile_of_lane(tile, lane, one)) tiles.push_back(one);
  return tiles;
}

bool HoldGeometry::tile_of_lane(const TileClass& tile, std::int64_t lane, LaneTile& result) const {
  const Point& offset = offset_[static_cast<std::size_t>(lane)];
  for (Dim d : kAllDims)
    if (offset[d] >= tile.rest[d]) return false;  // its tile does not exist
  result = {};
  result.lane = lane;
  result.whole.end.fill(1);
  std::int64_t old_length = 1;  // of the tile before, along the axis of a slide
  const int moved_axis = axis_[moved_dim_].axis;
  for (Dim d : kAllDims) {
    if (axis_[d].axis < 0) continue;
    const std::size_t a = at(axis_[d].axis);
    const std::int64_t scale = axis_[d].scale;
    const std::int64_t elements = std::min(tile_[d], tile.rest[d] - offset[d]);
    result.whole.begin[a] += offset[d] * scale;
    result.whole.end[a] += (offset[d] + elements - 1) * scale;
    // The tile before was not the last: full along the loop that moved.
    if (axis_[d].axis == moved_axis)
      old_length += ((d == moved_dim_ ? tile_[d] : elements) - 1) * scale;
  }
  result.moved = result.whole;
  if (tile.slide) cut_slide(result, old_length);
  for (std::size_t a = 0; a < kAxes && clipped; ++a) {
    result.moved.begin[a] = std::max(result.moved.begin[a], tile.low[a]);
    result.moved.end[a] = std::min(result.moved.end[a], tile.high[a]);
  }
  return true;
}

// A slide moves along one axis and forwards: what is new lies behind the end of the old box.
void HoldGeometry::cut_slide(LaneTile& tile, std::int64_t old_length) const {
  const std::size_t a = at(axis_[moved_dim_].axis);
  const std::int64_t old_end =
      tile.whole.begin[a] - moved_by_ * axis_[moved_dim_].scale + old_length;
  tile.kept = tile.whole;
  tile.kept.end[a] = std::min(tile.whole.end[a], old_end);
  tile.moved.begin[a] = std::max(tile.whole.begin[a], old_end);
}

std::int64_t HoldGeometry::child_origin(const LaneTile& tile) const {
  return mul(mul(tile.lane, hold.slots), layout.words) - layout.address(tile.whole.begin);
}

std::int64_t HoldGeometry::parent_origin(std::int64_t lane) const {
  const std::int64_t parent = lane / lanes_per_parent;
  return mul(mul(parent, parent_slots), parent_layout.words) -
         parent_layout.address(parent_offset_[static_cast<std::size_t>(parent)]);
}

std::int64_t HoldGeometry::slide_distance() const {
  const AxisOf on = axis_[moved_dim_];
  return on.axis < 0 ? 0 : moved_by_ * on.scale * layout.stride[at(on.axis)];
}

}  // namespace assay::simulator
