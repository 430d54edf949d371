// SPDX-License-Identifier: Apache-2.0
// Drains of outputs and partial sums.
#include <utility>

#include "simulator/machine/hold_unit.h"
#include "simulator/machine/storage.h"

namespace assay::simulator {

void HoldUnit::drain_thread() {
  while (true) {
    wait(go_);
    run_->guarded([this] {
      if (drain_parent_.port != nullptr || drain_child_.port != nullptr)
        run_drains();
      else
        run_drains_without_ports();
    });
    drains_done_ = true;
    run_->finished_something.notify();
  }
}

void HoldUnit::run_drains() {
  while (const Tile* found = tiles_->find(next_drain_)) {
    drain_tile_.tile = *found;
    await_drain(drain_tile_.tile, drain_tile_.ready);
    move_out();
  }
}

// Without a port there is no order: each tile leaves when it can. The processor is at most one tile
// beyond the last that may.
void HoldUnit::run_drains_without_ports() {
  while (tiles_->find(next_drain_) != nullptr) {
    bool moved = false;
    for (std::int64_t number = next_drain_; !moved; ++number) {
      const Tile* found = tiles_->find(number);
      if (found == nullptr || found->first_step > run_->step) break;
      if (number == drain_listed_) next_drain();
      if (states_.at(number).drained_known || !drain_ready(*found)) continue;
      drain_tile_.tile = *found;
      await_drain(drain_tile_.tile, drain_tile_.ready);
      move_out();
      moved = true;
    }
    while (!states_.forgotten(next_drain_) && states_.at(next_drain_).drained_known) ++next_drain_;
    if (!moved && tiles_->find(next_drain_) != nullptr) await_any_change();
  }
}

// Lists the tile drain_listed_: its read-back, and its place in the order of the ports.
void HoldUnit::next_drain() {
  const Tile* tile = tiles_->find(drain_listed_);
  std::optional<OrderKey> key;
  if (tile != nullptr) {
    key = tiles_->drain_key(*tile);
    if (tile->read_back) read_back_tiles_.push_back(drain_listed_);
    for (; read_back_tiles_.size() > 64; ++read_back_number_) read_back_tiles_.pop_front();
    ++drain_listed_;
    drained_changed_.notify();
  }
  for (const PortUse& use : {drain_parent_, drain_child_})
    if (use.port != nullptr) use.port->announce(use.client, key);
}

void HoldUnit::await_drain(const Tile& tile, Moment& ready) {
  ready.reset();
  const auto state = [&]() -> TileState& { return states_.at(tile.number); };
  if (innermost_) {
    while (!state().steps_done) wait(steps_changed_);
    ready.raise(state().steps_end);
  } else {
    while (!state().collected_all()) wait(children_changed_);
    ready.raise(state().collected);
  }
  if (!joins() || !tile.read_back) return;
  while (!state().read_back_arrived) wait(usable_changed_);
  ready.raise(state().read_back_arrival);
}

bool HoldUnit::drain_ready(const Tile& tile) {
  if (parent_ != nullptr && !parent_->usable_now(tile.parent)) return false;
  const TileState& state = states_.at(tile.number);
  if (!(innermost_ ? state.steps_done : state.collected_all())) return false;
  return !joins() || !tile.read_back || state.read_back_arrived;
}

void HoldUnit::move_out() {
  TileExtension& x = drain_tile_;
  const Tile& tile = x.tile;
  const Transfer& transfer = run_->transfers.drain(hold_, tile);
  describe(transfer, TransferEvent::Kind::drain, x);
  x.parent_port = drain_parent_;
  x.child_port = drain_child_;
  const bool last = tiles_->find(tile.number + 1) == nullptr;
  x.has_cause = last;
  x.cause = run_->drain_cause;
  if (run_->moves_data()) {
    open(tile.number);
    x.words.resize(static_cast<std::size_t>(transfer.child.size()));
    transfer.child.gather(memory_.data() + slot_base(tile.number), x.words.data());
  }
  const std::int64_t latency = transport(drain_payload_, x);
  run_->counter(storage_.number())
      .count(moved(Operand::O, tile.final_visit), Action::drain, transfer.lane_words);
  TileState& state = states_.at(tile.number);
  state.drained = x.end;
  state.drained_known = true;
  if (drain_parent_.port != nullptr || drain_child_.port != nullptr) {
    ++next_drain_;
    next_drain();  // before any other transfer can start
  }
  drained_changed_.notify();
  Arrival& arrival = drain_arrival_;
  arrival.tile = tile;
  arrival.transfer = &transfer;
  arrival.words.swap(x.words);
  arrival.address = static_cast<std::int64_t>(drain_payload_.get_address());
  arrive(x, latency, arrival.moment);
  if (drains_under_way_.empty() && latency == 0) {
    drained(arrival);
    return;
  }
  drains_under_way_.push_back(std::move(arrival));
  drain_sent_.notify();
}

void HoldUnit::drain_arrival_thread() {
  while (true) {
    while (drains_under_way_.empty()) wait(drain_sent_);
    const std::int64_t at = drains_under_way_.front().moment.at();
    if (at > run_->now()) wait(RunContext::cycles(at - run_->now()));
    run_->guarded([this] { drained(drains_under_way_.front()); });
    drains_under_way_.pop_front();
    if (drains_done_ && drains_under_way_.empty()) run_->finished_something.notify();
  }
}

void HoldUnit::drained(Arrival& arrival) {
  const std::int64_t number = arrival.tile.number;
  drained_tile_ = number;
  if (run_->moves_data()) write_to_parent(arrival);
  if (parent_ != nullptr) {
    const Tile* next = tiles_->find(number + 1);
    const bool last = next == nullptr || next->parent != arrival.tile.parent;
    parent_->child_drained(arrival.tile.parent, number, last, arrival.moment);
  } else {
    run_->finish.raise(arrival.moment);
  }
  TileState& state = states_.at(number);
  state.arrived = arrival.moment;
  state.arrived_known = true;
  drained_changed_.notify();
  forget();
}

// A read-back on the drain is added where the words are written.
void HoldUnit::join(Arrival& arrival) {
  if (!joins() || !arrival.tile.read_back) return;
  const Transfer& read_back = run_->transfers.read_back(hold_, arrival.tile);
  const std::vector<std::int32_t>& values = states_.at(arrival.tile.number).read_back;
  read_back.joined.for_each([&](std::int64_t i, std::int64_t k) {
    std::int32_t& word = arrival.words[static_cast<std::size_t>(k)];
    word = fit(std::int64_t{word} + values[static_cast<std::size_t>(i)], run_->precision.psum_bits,
               run_->overflow);
  });
}

void HoldUnit::write_to_parent(Arrival& arrival) {
  join(arrival);
  if (run_->fault(FaultKind::lost_drain, Operand::O, arrival.tile.number)) return;
  if (parent_ != nullptr) parent_->open(arrival.tile.parent);
  const Transfer& t = *arrival.transfer;
  std::int32_t* const memory =
      (parent_ != nullptr ? parent_->memory() : run_->tensor[Operand::O].data()) + arrival.address;
  const Precision& bits = run_->precision;
  if (t.distinct_words == t.parent_words) {
    if (arrival.tile.final_visit)
      for (std::int32_t& word : arrival.words) word = fit(word, bits.output_bits, run_->overflow);
    t.parent.scatter(arrival.words.data(), memory);
    return;
  }
  t.parent.for_each([&](std::int64_t k, std::int64_t address) {
    const auto at = static_cast<std::size_t>(k);
    memory[address] = t.first_of_element[at]
                          ? arrival.words[at]
                          : fit(std::int64_t{memory[address]} + arrival.words[at], bits.psum_bits,
                                run_->overflow);
  });
  if (!arrival.tile.final_visit) return;
  t.parent.for_each([&](std::int64_t, std::int64_t address) {
    memory[address] = fit(memory[address], bits.output_bits, run_->overflow);
  });
}

}  // namespace assay::simulator
