// SPDX-License-Identifier: Apache-2.0
// Fills of inputs and weights, and read-backs of partial sums.
#include <utility>

#include "simulator/machine/hold_unit.h"
#include "simulator/machine/storage.h"

namespace assay::simulator {

void HoldUnit::fill_thread() {
  while (true) {
    wait(go_);
    const bool ports = fill_parent_.port != nullptr || fill_child_.port != nullptr;
    run_->guarded([&] {
      if (output() && !ports)
        run_fills_without_ports();
      else
        run_fills();
    });
    fills_done_ = true;
    run_->finished_something.notify();
  }
}

void HoldUnit::run_fills() {
  while (true) {
    pass_empty_tiles();
    if (!next_) return;
    fill_tile_.tile = *next_;
    await_fill(fill_tile_.tile, fill_tile_.ready);
    move_in();
  }
}

// Without a port there is no order: a read-back starts when nothing it waits for is missing. Tiles
// further ahead than this window have no slot yet.
void HoldUnit::run_fills_without_ports() {
  const std::size_t window = static_cast<std::size_t>(4 * slots_ + 8);
  std::deque<Tile> waiting;
  while (true) {
    for (; next_ && waiting.size() < window; next_fill()) waiting.push_back(*next_);
    if (waiting.empty()) return;
    bool moved = false;
    for (std::size_t i = 0; i < waiting.size() && !moved; ++i) {
      if (!fill_ready(waiting[i])) continue;
      fill_tile_.tile = waiting[i];
      waiting.erase(waiting.begin() + static_cast<std::ptrdiff_t>(i));
      await_fill(fill_tile_.tile, fill_tile_.ready);
      move_in();
      moved = true;
    }
    if (!moved) await_any_change();
  }
}

// Goes on to the next tile with words and tells the ports; parent tiles before its own are done
// with.
void HoldUnit::next_fill() {
  next_.reset();
  std::int64_t last_parent = -1;
  while (!never_reads_back_ && !next_ && order_->front() != nullptr) {
    const Tile& tile = *order_->front();
    last_parent = tile.parent;
    if (output() || run_->transfers.fill(hold_, tile).exists())
      next_ = tile;
    else
      empty_.push_back(tile);
    order_->pop();
  }
  if (!output() && parent_ != nullptr) {
    const std::int64_t end = next_ ? next_->parent : std::max(last_parent, parents_begun_) + 1;
    parents_begun_ = next_ ? next_->parent : parents_begun_;
    for (; parents_done_ < end; ++parents_done_)
      parent_->child_filled(parents_done_, nullptr, true);
  }
  std::optional<OrderKey> key;
  if (next_) key = tiles_->fill_key(*next_);
  for (const PortUse& use : {fill_parent_, fill_child_})
    if (use.port != nullptr) use.port->announce(use.client, key);
}

// A tile without words moves nothing and costs no time; its slot must be there all the same before
// its zeros and what it shares with the tile before it are put in place.
void HoldUnit::pass_empty_tiles() {
  while (!empty_.empty()) {
    Arrival arrival;
    arrival.tile = empty_.front();
    arrival.empty = true;
    arrival.transfer = &run_->transfers.fill(hold_, arrival.tile);
    empty_.pop_front();
    Moment unused;
    await_slot(arrival.tile.number, unused);
    send_fill(arrival);
  }
}

// Outer inputs and weights: every tile up to the one that had the slot must be released.
void HoldUnit::await_slot(std::int64_t number, Moment& ready) {
  std::int64_t before = number - slots_;
  if (run_->fault(FaultKind::early_release, operand_, number)) --before;
  if (output()) {
    await_drained(before, ready);
    return;
  }
  if (innermost_) {
    if (before < 0 || states_.forgotten(before)) return;
    while (!states_.forgotten(before) && !states_.at(before).steps_done) wait(steps_changed_);
    if (!states_.forgotten(before)) ready.raise(states_.at(before).steps_end);
    return;
  }
  for (; released_end_ <= before; ++released_end_) {
    while (!states_.at(released_end_).usable_known || !states_.at(released_end_).fills_done)
      wait(children_changed_ | usable_changed_);
    released_upto_.raise(states_.at(released_end_).released);
  }
  if (before >= 0) ready.raise(released_upto_);
  forget();
}

// Its own conditions; what the parent and the ports ask for is waited for on the way.
void HoldUnit::await_fill(const Tile& tile, Moment& ready) {
  ready.reset();
  if (joins()) {
    // The FIFO of the join has two entries, each taken until the drain it belongs to has ended.
    const std::int64_t before = tile.read_backs - 2;
    while (before >= read_back_number_ + static_cast<std::int64_t>(read_back_tiles_.size()))
      wait(drained_changed_);
    if (before >= 0)
      await_drained(read_back_tiles_[static_cast<std::size_t>(before - read_back_number_)], ready);
  } else {
    await_slot(tile.number, ready);
  }
  if (tile.written_by < 0) return;
  while (!states_.forgotten(tile.written_by) && !states_.at(tile.written_by).arrived_known)
    wait(drained_changed_);
  if (!states_.forgotten(tile.written_by)) ready.raise(states_.at(tile.written_by).arrived);
}

bool HoldUnit::fill_ready(const Tile& tile) {
  if (parent_ != nullptr && !parent_->usable_now(tile.parent)) return false;
  const std::int64_t writer = tile.written_by;
  if (writer >= 0 && !states_.forgotten(writer) && !states_.at(writer).arrived_known) return false;
  if (!joins()) return drained_now(tile.number - slots_);
  const std::int64_t before = tile.read_backs - 2;
  if (before < 0) return true;
  if (before >= read_back_number_ + static_cast<std::int64_t>(read_back_tiles_.size()))
    return false;
  return drained_now(read_back_tiles_[static_cast<std::size_t>(before - read_back_number_)]);
}

void HoldUnit::move_in() {
  TileExtension& x = fill_tile_;
  const Tile& tile = x.tile;
  const Transfer& transfer =
      output() ? run_->transfers.read_back(hold_, tile) : run_->transfers.fill(hold_, tile);
  describe(transfer, output() ? TransferEvent::Kind::read_back : TransferEvent::Kind::fill, x);
  x.parent_port = fill_parent_;
  x.child_port = fill_child_;
  x.has_cause = tile.number == 0 && !joins();
  x.cause = run_->ramp_up_cause;
  x.words.clear();
  const std::int64_t latency = transport(fill_payload_, x);
  count_fill(transfer);
  if (!output() && parent_ != nullptr) parent_->child_filled(tile.parent, &x.end, false);
  const bool ports = fill_parent_.port != nullptr || fill_child_.port != nullptr;
  if (!output() || ports) next_fill();  // before any other transfer can start
  Arrival& arrival = fill_arrival_;
  arrival.tile = tile;
  arrival.transfer = &transfer;
  arrival.words.swap(x.words);
  arrive(x, latency, arrival.moment);
  send_fill(arrival);
}

void HoldUnit::count_fill(const Transfer& transfer) {
  Counters& counters = run_->counter(storage_.number());
  if (!output())
    counters.count(moved(operand_), Action::fill, transfer.lane_words);
  else
    counters.count(Moved::P, joins() ? Action::join : Action::fill, transfer.parent_words);
}

void HoldUnit::send_fill(Arrival& arrival) {
  if (fills_under_way_.empty() && (arrival.empty || arrival.moment.at() == run_->now())) {
    filled(arrival);
    return;
  }
  fills_under_way_.push_back(std::move(arrival));
  fill_sent_.notify();
}

void HoldUnit::fill_arrival_thread() {
  while (true) {
    while (fills_under_way_.empty()) wait(fill_sent_);
    const Arrival& next = fills_under_way_.front();
    if (!next.empty && next.moment.at() > run_->now())
      wait(RunContext::cycles(next.moment.at() - run_->now()));
    run_->guarded([this] { filled(fills_under_way_.front()); });
    fills_under_way_.pop_front();
    if (fills_done_ && fills_under_way_.empty()) run_->finished_something.notify();
  }
}

void HoldUnit::filled(Arrival& arrival) {
  const std::int64_t number = arrival.tile.number;
  filled_tile_ = number;
  if (joins()) {
    keep_read_back(arrival);
    return;
  }
  if (run_->moves_data()) {
    if (output())
      place_preload(arrival);
    else
      place(arrival);
  }
  TileState& state = states_.at(number);
  state.usable = arrival.moment;
  if (arrival.tile.slide) state.usable.raise(last_usable_);
  state.usable_known = true;
  if (!output()) {
    state.released.raise(state.usable);
    last_usable_ = state.usable;
    delivered_ = number + 1;
  }
  usable_changed_.notify();
}

void HoldUnit::place(const Arrival& arrival) {
  const Tile& tile = arrival.tile;
  const Transfer& t = *arrival.transfer;
  const bool swapped = run_->fault(FaultKind::swapped_slots, operand_, tile.number);
  std::int32_t* const slot = memory_.data() + slot_base(tile.number + (swapped ? 1 : 0));
  if (tile.slide && !run_->fault(FaultKind::stale_halo))
    t.kept_to.copy_from(t.kept_from, memory_.data() + slot_base(tile.number - 1), slot);
  if (run_->fault(FaultKind::missed_lane)) {
    const std::int64_t lane = run_->options.fault.lane;
    t.child.for_each([&](std::int64_t k, std::int64_t address) {
      if (operand_ != run_->options.fault.operand || address / (slots_ * layout_->words) != lane)
        slot[address] = arrival.words[static_cast<std::size_t>(k)];
    });
  } else if (!arrival.empty && !run_->fault(FaultKind::dropped_fill, operand_, tile.number)) {
    t.child.scatter(arrival.words.data(), slot);
  }
  if (!run_->fault(FaultKind::stale_padding)) t.padding.fill(slot, 0);
}

namespace {

// Of the words read back for one element the first carries the value.
void keep_first_of_element(const Transfer& transfer, const RunContext& run, std::int64_t tile,
                           std::vector<std::int32_t>& words) {
  for (std::size_t k = 0; k < words.size(); ++k) {
    if (!transfer.first_of_element[k]) words[k] = 0;
    if (run.fault(FaultKind::lost_read_back, Operand::O, tile)) words[k] = 0;
    if (run.fault(FaultKind::read_back_twice, Operand::O, tile))
      words[k] = fit(std::int64_t{2} * words[k], run.precision.psum_bits, run.overflow);
  }
}

}  // namespace

void HoldUnit::place_preload(Arrival& arrival) {
  const Transfer& t = *arrival.transfer;
  std::int32_t* const slot = memory_.data() + slot_base(arrival.tile.number);
  states_.at(arrival.tile.number).open = true;
  t.all.fill(slot, 0);
  keep_first_of_element(t, *run_, arrival.tile.number, arrival.words);
  t.child.scatter(arrival.words.data(), slot);
}

void HoldUnit::keep_read_back(Arrival& arrival) {
  TileState& state = states_.at(arrival.tile.number);
  keep_first_of_element(*arrival.transfer, *run_, arrival.tile.number, arrival.words);
  state.read_back.swap(arrival.words);
  state.read_back_arrival = arrival.moment;
  state.read_back_arrived = true;
  usable_changed_.notify();
}

}  // namespace assay::simulator
