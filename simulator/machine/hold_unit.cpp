// SPDX-License-Identifier: Apache-2.0
#include "simulator/machine/hold_unit.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "simulator/machine/storage.h"

namespace assay::simulator {

HoldUnit::HoldUnit(const sc_core::sc_module_name& name, StorageLevel& storage, Operand operand)
    : sc_module(name), storage_(storage), operand_(operand) {
  fill_payload_.set_extension(&fill_tile_);
  SC_THREAD(fill_thread);
  SC_THREAD(fill_arrival_thread);
  if (!output()) return;
  drain_payload_.set_extension(&drain_tile_);
  SC_THREAD(drain_thread);
  SC_THREAD(drain_arrival_thread);
}

HoldUnit::~HoldUnit() {
  fill_payload_.clear_extension(&fill_tile_);
  drain_payload_.clear_extension(&drain_tile_);
}

namespace {

// Whether outputs come back to a hold for further partial sums.
bool revisits(const Nest& nest, int outside) {
  for (int j = 0; j < outside; ++j) {
    const Loop& loop = nest.loops[static_cast<std::size_t>(j)];
    if (!loop.spatial() && !is_relevant(Operand::O, loop.dim)) return true;
  }
  return false;
}

}  // namespace

void HoldUnit::load(RunContext* run, int hold, HoldUnit* parent) {
  run_ = run;
  hold_ = hold;
  parent_ = parent;
  const Hold& h = run->nest.holds[static_cast<std::size_t>(hold)];
  innermost_ = h.innermost;
  slots_ = h.slots;
  layout_ = &run->transfers.layout(hold);
  tiles_ = std::make_unique<TileStream>(
      run->layer, run->accelerator, run->nest, hold, parent == nullptr ? nullptr : &parent->tiles(),
      [run, hold](const Tile& tile) { return run->transfers.reads_back(hold, tile); });
  order_ = std::make_unique<FillOrder>(*tiles_);
  never_reads_back_ = output() && !tiles_->find(0)->read_back && !revisits(run->nest, h.outside);
  memory_.clear();
  if (run->moves_data())
    memory_.resize(
        static_cast<std::size_t>(mul(mul(run->transfers.instances(hold), slots_), layout_->words)));
  states_.clear();
  next_.reset();
  empty_.clear();
  last_usable_.reset();
  released_upto_.reset();
  read_back_tiles_.clear();
  read_back_number_ = parents_done_ = delivered_ = released_end_ = 0;
  next_drain_ = drain_listed_ = steps_done_ = 0;
  parents_begun_ = -1;
  filled_tile_ = drained_tile_ = -1;
  fills_done_ = false;
  drains_done_ = !output();
}

void HoldUnit::unload() {
  order_.reset();
  tiles_.reset();
  memory_ = {};
  run_ = nullptr;
  fills_done_ = drains_done_ = true;
}

void HoldUnit::enroll(StorageLevel& parent_storage) {
  using assay::Transfer;
  const auto use = [](TimedPort* port) {
    return PortUse{port, port == nullptr ? 0 : port->enroll()};
  };
  const bool joins = output() && run_->on_drain;  // a read-back meets its drain at the parent
  fill_parent_ = use(parent_storage.port(operand_, Transfer::read));
  fill_child_ = joins ? PortUse{} : use(storage_.port(operand_, Transfer::fill));
  if (output()) {
    drain_parent_ = use(parent_storage.port(operand_, Transfer::write));
    drain_child_ = use(storage_.port(operand_, Transfer::drain));
    next_drain();
  }
  next_fill();
}

// ---- What others ask and tell -----------------------------------------------------------------

void HoldUnit::await_usable(std::int64_t number, Moment& ready) {
  if (output() && !preloaded(*tiles_->find(number))) {
    await_drained(number - slots_, ready);
    return;
  }
  while (!states_.at(number).usable_known) wait(usable_changed_);
  ready.raise(states_.at(number).usable);
}

bool HoldUnit::usable_now(std::int64_t number) {
  if (output() && !preloaded(*tiles_->find(number))) return drained_now(number - slots_);
  return states_.at(number).usable_known;
}

// A tile whose drain is forgotten was drained before now: it delays nothing.
void HoldUnit::await_drained(std::int64_t number, Moment& ready) {
  if (number < 0 || states_.forgotten(number)) return;
  while (!states_.forgotten(number) && !states_.at(number).drained_known) wait(drained_changed_);
  if (!states_.forgotten(number)) ready.raise(states_.at(number).drained);
}

bool HoldUnit::drained_now(std::int64_t number) {
  return number < 0 || states_.forgotten(number) || states_.at(number).drained_known;
}

void HoldUnit::open(std::int64_t number) {
  TileState& state = states_.at(number);
  if (state.open || !run_->moves_data()) return;
  state.open = true;
  run_->transfers.drain(hold_, *tiles_->find(number))
      .child.fill(memory_.data() + slot_base(number), 0);
}

void HoldUnit::child_filled(std::int64_t number, const Moment* end, bool last) {
  TileState& state = states_.at(number);
  if (end != nullptr) state.released.raise(*end);
  if (!last) return;
  state.fills_done = true;
  children_changed_.notify();
}

void HoldUnit::child_drained(std::int64_t number, std::int64_t child, bool last,
                             const Moment& arrival) {
  TileState& state = states_.at(number);
  state.collected.raise(arrival);
  state.first_child = state.first_child < 0 ? child : std::min(state.first_child, child);
  ++state.drains_arrived;
  if (last) state.last_child = child;
  if (state.collected_all()) children_changed_.notify();
}

void HoldUnit::steps_done(std::int64_t number, const Moment& end) {
  TileState& state = states_.at(number);
  state.steps_done = true;
  state.steps_end = end;
  steps_done_ = number + 1;
  forget();
  steps_changed_.notify();
}

// Anything that a transfer without ports may wait for.
void HoldUnit::await_any_change() {
  sc_core::sc_event_or_list events =
      usable_changed_ | drained_changed_ | steps_changed_ | children_changed_;
  if (parent_ != nullptr) events |= parent_->usable_changed_ | parent_->drained_changed_;
  wait(events);
}

// ---- Common to both directions ----------------------------------------------------------------

// Where the tile lies in the parent's memory.
std::int64_t HoldUnit::parent_address(const Tile& tile) const {
  if (!run_->moves_data()) return 0;
  if (parent_ == nullptr) return run_->transfers.parent_base(hold_, tile.start, Point{});
  const Tile& parent = *parent_->tiles().find(tile.parent);
  return run_->transfers.parent_base(hold_, tile.start, parent.start) +
         parent_->slot_base(tile.parent);
}

void HoldUnit::describe(const Transfer& transfer, TransferEvent::Kind kind,
                        TileExtension& x) const {
  const Hold& hold = run_->nest.holds[static_cast<std::size_t>(hold_)];
  x.kind = kind;
  x.operand = operand_;
  x.transfer = &transfer;
  x.child_level = hold.level;
  x.parent_level = hold.parent_level;
  x.parent = parent_;
}

// Blocks until the transfer has ended; the latency of its words after that.
std::int64_t HoldUnit::transport(tlm::tlm_generic_payload& payload, TileExtension& x) {
  const bool write = x.kind == TransferEvent::Kind::drain;
  payload.set_command(write ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND);
  payload.set_address(static_cast<sc_dt::uint64>(parent_address(x.tile)));
  payload.set_data_ptr(reinterpret_cast<unsigned char*>(x.words.data()));
  const auto bytes = static_cast<unsigned>(x.words.size() * sizeof(std::int32_t));
  payload.set_data_length(bytes);
  payload.set_streaming_width(bytes);
  payload.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
  sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
  if (x.child_port.port != nullptr)
    x.child_port.port->acquire(x.child_port.client, !run_->fault(FaultKind::port_out_of_order));
  storage_.outside->b_transport(payload, delay);
  if (payload.is_response_error())
    throw std::logic_error("simulator: no level answers a transfer of " + std::string(name()));
  std::int64_t latency = RunContext::in_cycles(delay);
  if (x.child_port.port != nullptr) latency += x.child_port.port->latency();
  if (run_->fault(FaultKind::late_arrival)) ++latency;
  if (run_->fault(FaultKind::early_arrival) && latency > 0) --latency;
  ++run_->transfers_done;
  if (run_->options.observer != nullptr) observe(x, latency);
  return latency;
}

void HoldUnit::observe(const TileExtension& x, std::int64_t latency) {
  TransferEvent event;
  event.kind = x.kind;
  event.operand = operand_;
  event.level = x.child_level;
  event.parent_level = x.parent_level;
  if (x.parent_port.port != nullptr) event.parent_port = x.parent_port.port->index();
  if (x.child_port.port != nullptr) event.child_port = x.child_port.port->index();
  event.tile = x.tile.number;
  event.slot = x.tile.number % slots_;
  event.words = x.transfer->parent_words;
  event.ready = x.data_ready;
  event.start = x.start;
  event.end = x.end.at();
  event.arrival = x.end.at() + latency;
  run_->options.observer->transfer(event);
}

// The moment at which words that left at the transfer's end arrive.
void HoldUnit::arrive(const TileExtension& x, std::int64_t latency, Moment& arrival) const {
  arrival = x.end;
  if (latency > 0) arrival.pass(latency, x.has_cause ? x.cause : run_->latency_cause, run_->causes);
}

// What no engine, child or processor will ask for again. Times are kept until they are past: from
// then on they delay nothing.
bool HoldUnit::finished(std::int64_t number, std::int64_t now) {
  if (output()) {
    if (number >= next_drain_) return false;
    const TileState& state = states_.at(number);
    return state.arrived_known && state.arrived.at() < now;
  }
  if (number >= delivered_) return false;
  if (!innermost_) return number < released_end_;
  return number < steps_done_ && states_.at(number).steps_end.at() < now;
}

void HoldUnit::forget() {
  std::int64_t first = states_.first();
  const std::int64_t now = run_->now();
  while (finished(first, now)) ++first;
  if (first == states_.first()) return;
  states_.forget_before(first);
  tiles_->forget_before(first);
}

std::string HoldUnit::status() {
  std::string text = std::string(name()) + " waits:";
  if (!fills_done_ && next_) text += " fill of tile " + std::to_string(next_->number);
  if (!drains_done_) text += " drain of tile " + std::to_string(next_drain_);
  return text;
}

}  // namespace assay::simulator
