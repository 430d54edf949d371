// SPDX-License-Identifier: Apache-2.0
#include "simulator/machine/storage.h"

#include <algorithm>
#include <stdexcept>

namespace assay::simulator {

StorageLevel::StorageLevel(const sc_core::sc_module_name& name, const Accelerator& accelerator,
                           int number)
    : sc_module(name),
      level_(accelerator.levels[static_cast<std::size_t>(number)]),
      number_(number) {
  inside.register_b_transport(this, &StorageLevel::b_transport);
  for (std::size_t p = 0; p < level_.ports.size(); ++p)
    ports_.emplace_back(level_.ports[p], number, static_cast<int>(p),
                        level_.name + "." + level_.ports[p].name);
  if (number == 0) return;
  for (Operand o : kAllOperands)
    if (level_.keeps[o].kept)
      units_[o] = std::make_unique<HoldUnit>(std::string(assay::name(o)).c_str(), *this, o);
}

void StorageLevel::begin(RunContext* run) { run_ = run; }

TimedPort* StorageLevel::port(Operand operand, assay::Transfer transfer) {
  for (TimedPort& port : ports_)
    if (port.timed() && port.serves(operand, transfer)) return &port;
  return nullptr;
}

void StorageLevel::b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  auto& tile = *payload.get_extension<TileExtension>();
  if (tile.parent_level != number_) {
    if (number_ == 0) {
      payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
      return;
    }
    outside->b_transport(payload, delay);
    return;
  }
  serve(payload, tile);
  if (tile.parent_port.port != nullptr)
    delay += RunContext::cycles(tile.parent_port.port->latency());
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
}

void StorageLevel::serve(tlm::tlm_generic_payload& payload, TileExtension& tile) {
  if (tile.parent != nullptr) tile.parent->await_usable(tile.tile.parent, tile.ready);
  tile.data_ready = tile.ready.at();
  TimedPort* const mine = tile.parent_port.port;
  TimedPort* const theirs = tile.child_port.port;
  const bool in_order = !run_->fault(FaultKind::port_out_of_order);
  if (mine != nullptr) {
    mine->acquire(tile.parent_port.client, in_order);
    tile.ready.raise(mine->free());
  }
  if (theirs != nullptr) tile.ready.raise(theirs->free());
  tile.start = run_->now();
  if (tile.ready.at() != tile.start && run_->options.fault.kind == FaultKind::none)
    throw std::logic_error("simulator: a transfer of " + level_.name +
                           " starts later than what it waited for");
  if (payload.is_read() && run_->moves_data()) read(payload, tile);
  const std::int64_t at_parent = mine == nullptr ? 0 : mine->duration(tile.transfer->parent_bits);
  const std::int64_t at_child = theirs == nullptr ? 0 : theirs->duration(tile.transfer->child_bits);
  const std::int64_t longer = std::max(at_parent, at_child);
  if (longer > 0) sc_core::wait(RunContext::cycles(longer));
  const TimedPort* limiting = at_child > at_parent ? theirs : mine;
  tile.end = tile.ready;
  if (longer > 0)
    tile.end.pass(longer, tile.has_cause ? tile.cause : limiting->cause(tile.operand),
                  run_->causes);
  count(tile);
  if (mine != nullptr) mine->release(longer, tile.end);
  if (theirs != nullptr) theirs->release(longer, tile.end);
}

void StorageLevel::count(const TileExtension& tile) {
  Counters& counters = run_->counter(number_);
  const Transfer& t = *tile.transfer;
  switch (tile.kind) {
    case TransferEvent::Kind::fill:
      counters.count(moved(tile.operand), Action::read,
                     run_->fault(FaultKind::unmerged_read) ? t.lane_words : t.parent_words);
      return;
    case TransferEvent::Kind::read_back:
      counters.count(Moved::P, Action::read, t.parent_words);
      return;
    case TransferEvent::Kind::drain:
      break;
  }
  const std::int64_t final_words = tile.tile.final_visit ? t.distinct_words : 0;
  counters.count(Moved::O, Action::write, final_words);
  counters.count(Moved::P, Action::write, t.parent_words - final_words);
}

// The words leave the buffer when the transfer starts.
void StorageLevel::read(const tlm::tlm_generic_payload& payload, TileExtension& tile) {
  if (tile.parent != nullptr && tile.operand == Operand::O) tile.parent->open(tile.tile.parent);
  const std::int32_t* memory =
      tile.parent != nullptr ? tile.parent->memory() : run_->tensor[tile.operand].data();
  tile.words.resize(static_cast<std::size_t>(tile.transfer->parent.size()));
  tile.transfer->parent.gather(memory + static_cast<std::int64_t>(payload.get_address()),
                               tile.words.data());
}

}  // namespace assay::simulator
