// SPDX-License-Identifier: Apache-2.0
#include "simulator/program.h"

#include <algorithm>
#include <stdexcept>

#include "core/checked.h"

namespace assay::simulator {
namespace {

// Marks of loops.
constexpr unsigned kRelevant = 1;
constexpr unsigned kReduction = 2;

const Hold& hold_of(const Nest& nest, int hold) {
  return nest.holds[static_cast<std::size_t>(hold)];
}

const Loop& loop_of(const Nest& nest, int loop) {
  return nest.loops[static_cast<std::size_t>(loop)];
}

// The innermost temporal loop outside the hold that indexes its operand, or -1.
int innermost_relevant(const Nest& nest, const Hold& hold) {
  for (int j = hold.outside - 1; j >= 0; --j)
    if (!loop_of(nest, j).spatial() && is_relevant(hold.operand, loop_of(nest, j).dim)) return j;
  return -1;
}

// What is left of the dimension for the loops from `to` on, when all loops before it are at their
// last iteration. Every other combination of these leaves a full tile.
std::int64_t left_at_last(const Layer& layer, const Nest& nest, Dim dim, int to) {
  std::int64_t left = layer.size[dim];
  for (int j = 0; j < to; ++j) {
    const Loop& loop = loop_of(nest, j);
    if (loop.dim != dim) continue;
    left = loop.spatial() ? std::min(left, loop.tile) : (left - 1) % loop.tile + 1;
  }
  return left;
}

// How many times the irrelevant loop `k` goes up by one while every relevant loop between it and
// `end` makes a single iteration before and after: two visits become one there.
std::int64_t count_merged(const Layer& layer, const Nest& nest, Operand operand, int k, int end) {
  std::int64_t merged = 1;
  for (Dim d : kAllDims) {
    const std::int64_t outer = DigitCounter(nest, d, 0, k).count(layer.size[d]);
    std::int64_t contexts = outer;
    if (d == loop_of(nest, k).dim) {
      contexts = DigitCounter(nest, d, 0, k + 1).count(layer.size[d]) - outer;
    } else if (is_relevant(operand, d)) {
      const DigitCounter inner(nest, d, k + 1, end);
      const bool single_at_last = inner.count(left_at_last(layer, nest, d, k)) == 1;
      if (inner.full() > 1) contexts = single_at_last ? 1 : 0;
    }
    merged = mul(merged, contexts);
  }
  return merged;
}

std::int64_t count_combinations(const Layer& layer, const Nest& nest, int end) {
  std::int64_t combinations = 1;
  for (Dim d : kAllDims)
    combinations = mul(combinations, DigitCounter(nest, d, 0, end).count(layer.size[d]));
  return combinations;
}

}  // namespace

std::int64_t SlotWindow::add_tile(std::int64_t first_step) {
  if (first_steps_.size() < slots_) {
    first_steps_.push_back(first_step);
  } else {
    first_steps_[oldest_] = first_step;
    oldest_ = oldest_ + 1 == slots_ ? 0 : oldest_ + 1;
  }
  return first_steps_[oldest_];
}

// ---- TileStream -----------------------------------------------------------------------------

// The temporal loops inside the innermost relevant one belong to one visit like those inside the
// hold, so the odometer stops there.
TileStream::TileStream(const Layer& layer, const Accelerator& accelerator, const Nest& nest,
                       int hold, TileStream* parent, std::function<bool(const Tile&)> reads_back)
    : hold_(hold_of(nest, hold)),
      number_of_hold_(hold),
      on_drain_(output() && accelerator.accumulate == Accumulate::on_drain),
      slides_(!output() && accelerator.halo == Halo::slide),
      order_slots_(on_drain_ ? 2 : hold_.slots),
      innermost_relevant_(innermost_relevant(nest, hold_)),
      parent_(parent),
      reads_back_(std::move(reads_back)),
      odometer_(layer, nest, innermost_relevant_ + 1),
      size_(layer.size),
      window_(order_slots_),
      needs_(std::make_shared<std::int64_t>(0)) {
  for (int j = 0; j <= innermost_relevant_; ++j)
    odometer_.mark(j, is_relevant(hold_.operand, loop_of(nest, j).dim) ? kRelevant : kReduction);
  for (Dim d : kAllDims) {
    const DigitCounter steps(nest, d, innermost_relevant_ + 1, nest.step_outside);
    if (steps.ragged(size_[d]))
      ragged_steps_.emplace_back(d, steps);
    else
      even_steps_ = mul(even_steps_, steps.full());
  }
  note_reduction();
  if (output()) prepare_outputs(nest);
  if (parent_ != nullptr) parent_->children_need_.push_back(needs_);
}

// Outputs are visited again only when a reduction loop goes up with relevant loops inside it; the
// relevant loops outside all of them need no place in the table.
void TileStream::prepare_outputs(const Nest& nest) {
  std::int64_t weight = 1;
  for (int j = innermost_relevant_; j >= 0; --j) {
    const Loop& loop = loop_of(nest, j);
    if (loop.spatial()) continue;
    if (!is_relevant(Operand::O, loop.dim)) outermost_reduction_ = j;
    if (is_relevant(Operand::O, loop.dim)) places_.push_back({j, weight});
    if (is_relevant(Operand::O, loop.dim)) weight = mul(weight, loop.bound);
  }
  while (!places_.empty() && places_.back().loop < outermost_reduction_) places_.pop_back();
  if (outermost_reduction_ < 0) places_.clear();
}

std::size_t TileStream::place_of_outputs() const {
  std::int64_t place = 0;
  for (const Place& p : places_) place += odometer_.index(p.loop) * p.weight;
  return static_cast<std::size_t>(place);
}

TileStream::Written TileStream::latest_visit(std::size_t place) const {
  if (place >= written_.size() || written_[place].tile < round_) return {};
  return written_[place];
}

std::int64_t TileStream::steps_here() const {
  std::int64_t steps = even_steps_;
  for (const auto& [dim, counter] : ragged_steps_)
    steps = mul(steps, counter.count(size_[dim] - odometer_.start()[dim]));
  return steps;
}

void TileStream::note_reduction() {
  all_first_ = odometer_.all_first(kReduction);
  all_last_ = odometer_.all_last(kReduction);
}

// From the tile's first combination of loops to the first one of the next tile.
void TileStream::walk_visit(Tile& tile) {
  bool more = true;
  do {
    next_step_ = add(next_step_, steps_here());
    tile.final_visit = output() && all_last_;
    more = odometer_.advance();
    if ((odometer_.changed() & kReduction) != 0) note_reduction();
  } while (more && (odometer_.changed() & kRelevant) == 0);
  tile.last_step = next_step_ - 1;
  done_ = !more;
  next_slides_ = slides_ && odometer_.changed_from() == innermost_relevant_;
}

// The fill stands not before that of the parent's tile. An output tile without one has its first
// step instead, as has one whose read-back joins at the drain: the tile itself is there earlier.
void TileStream::link_parent(Tile& tile) {
  if (parent_ == nullptr) return;
  if (parent_tile_ == nullptr) parent_tile_ = parent_->at(0);
  while (parent_tile_->last_step < tile.first_step)
    parent_tile_ = parent_->at(parent_tile_->number + 1);
  *needs_ = parent_tile_->number;
  tile.parent = parent_tile_->number;
  const bool filled = !output() || (parent_tile_->read_back && !on_drain_);
  tile.fill_before =
      std::max(tile.fill_before, filled ? parent_tile_->fill_before : parent_tile_->first_step);
}

void TileStream::generate() {
  if (tiles_.begin() < forgotten_) trim();
  Tile& tile = tiles_.add();
  tile.first_step = next_step_;
  tile.start = odometer_.start();
  tile.slide = next_slides_;
  tile.first_visit = output() && all_first_;
  tile.fill_before = window_.add_tile(tile.first_step);
  link_parent(tile);
  const bool revisits = outermost_reduction_ >= 0;
  const std::size_t place = revisits ? place_of_outputs() : 0;
  const Written latest = revisits ? latest_visit(place) : Written{};
  walk_visit(tile);
  if (!output()) return;
  tile.written_by = latest.tile;
  tile.fill_before = std::max(tile.fill_before, latest.before);
  tile.read_backs = read_backs_;
  tile.read_back = reads_back_ && reads_back_(tile);
  if (tile.read_back) ++read_backs_;
  if (!revisits) return;
  if (place >= written_.size()) written_.resize(place + 1);
  written_[place] = {tile.number, next_step_};
  if (odometer_.changed_from() < outermost_reduction_) round_ = tiles_.end();
}

void TileStream::trim() {
  std::int64_t keep = forgotten_;
  for (const auto& child_needs : children_need_)
    if (child_needs.use_count() > 1) keep = std::min(keep, *child_needs);  // else the child is gone
  tiles_.drop_before(keep);
}

const Tile* TileStream::at(std::int64_t number) {
  if (number < tiles_.begin()) throw std::logic_error("a tile is asked for that is gone");
  while (tiles_.end() <= number) {
    if (done_) return nullptr;
    generate();
  }
  return &tiles_[number];
}

const Tile* TileStream::find(std::int64_t number) {
  if (number < forgotten_) throw std::logic_error("a tile is asked for that was forgotten");
  return at(number);
}

void TileStream::forget_before(std::int64_t number) {
  forgotten_ = std::max(forgotten_, number);
  trim();
}

OrderKey TileStream::fill_key(const Tile& tile) const {
  const std::int64_t needed = on_drain_ ? tile.last_step + 1 : tile.first_step;
  return {tile.fill_before, 1, needed, hold_.level, index(hold_.operand)};
}

OrderKey TileStream::drain_key(const Tile& tile) const {
  return {tile.last_step + 1, 0, 0, -hold_.level, index(hold_.operand)};
}

// ---- FillOrder ------------------------------------------------------------------------------

FillOrder::FillOrder(TileStream& tiles) : tiles_(&tiles), window_(tiles.order_slots_) {}

// A fill stands not before the first step of the tile that holds its slot before it, which grows
// with the number of the tile. Of fills before one step the earlier tile's stands first.
void FillOrder::look_ahead(std::int64_t up_to) {
  while (true) {
    if (peeked_) {
      if (earliest_ > up_to) return;
      if (!candidates_.empty() && candidates_.top().before <= earliest_) return;
    }
    const Tile* tile = tiles_->find(next_);
    if (tile == nullptr) return;
    if (!peeked_) {
      earliest_ = window_.add_tile(tile->first_step);
      peeked_ = true;
      continue;
    }
    if (tile->read_back) candidates_.push({tile->fill_before, tile->number});
    ++next_;
    peeked_ = false;
  }
}

const Tile* FillOrder::front(std::int64_t up_to) {
  std::int64_t number = next_;
  if (tiles_->output()) {
    if (!tiles_->reads_back_) return nullptr;
    look_ahead(up_to);
    if (candidates_.empty() || candidates_.top().before > up_to) return nullptr;
    number = candidates_.top().number;
  }
  const Tile* tile = tiles_->find(number);
  return tile != nullptr && tile->fill_before <= up_to ? tile : nullptr;
}

void FillOrder::pop() {
  if (tiles_->output())
    candidates_.pop();
  else
    ++next_;
}

// ---- Counts ---------------------------------------------------------------------------------

std::int64_t count_steps(const Layer& layer, const Nest& nest) {
  return count_combinations(layer, nest, nest.step_outside);
}

std::int64_t count_tiles(const Layer& layer, const Nest& nest, int hold) {
  const Operand operand = hold_of(nest, hold).operand;
  const int end = innermost_relevant(nest, hold_of(nest, hold)) + 1;
  std::int64_t tiles = count_combinations(layer, nest, end);
  for (int k = 0; k < end; ++k)
    if (!loop_of(nest, k).spatial() && !is_relevant(operand, loop_of(nest, k).dim))
      tiles -= count_merged(layer, nest, operand, k, end);
  return tiles;
}

}  // namespace assay::simulator
