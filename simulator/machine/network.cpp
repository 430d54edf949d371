// SPDX-License-Identifier: Apache-2.0
#include "simulator/machine/network.h"

namespace assay::simulator {

ArrayNetwork::ArrayNetwork(const sc_core::sc_module_name& name, const Level& level, int number)
    : sc_module(name), level_(level), number_(number) {
  inside.register_b_transport(this, &ArrayNetwork::b_transport);
}

void ArrayNetwork::begin(RunContext* run) {
  run_ = run;
  positions_ = 1;
  for (const Loop& loop : run->nest.loops)
    if (loop.array == number_) positions_ *= loop.bound;
}

const Crossing* ArrayNetwork::crossing(const TileExtension& tile) const {
  for (const Crossing& c : tile.transfer->crossings)
    if (c.level == number_) return &c;
  return nullptr;  // no loop of the layer runs on this array
}

void ArrayNetwork::b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  auto& tile = *payload.get_extension<TileExtension>();
  const Crossing* c = crossing(tile);
  const Network network = level_.network[tile.operand];
  const bool up = payload.is_write();
  if (c != nullptr) count(*c, tile);
  if (c != nullptr && up && run_->moves_data()) reduce(*c, tile);
  outside->b_transport(payload, delay);
  if (c != nullptr && tile.kind == TransferEvent::Kind::fill && run_->moves_data())
    hand_out(*c, tile);
  const bool hops = (tile.kind == TransferEvent::Kind::fill && network == Network::forward) ||
                    (up && network == Network::chain);
  if (hops)
    delay += RunContext::cycles(mul(level_.hop_latency_cycles[tile.operand], positions_ - 1));
}

// Every lane that wants a word takes its copy.
void ArrayNetwork::hand_out(const Crossing& crossing, TileExtension& tile) {
  if (crossing.outer.empty()) return;
  buffer_.resize(crossing.outer.size());
  for (std::size_t k = 0; k < buffer_.size(); ++k)
    buffer_[k] = tile.words[static_cast<std::size_t>(crossing.outer[k])];
  tile.words.swap(buffer_);
}

// Adds the lanes' words of one element exactly and fits the sum once.
void ArrayNetwork::reduce(const Crossing& crossing, TileExtension& tile) {
  if (crossing.outer.empty()) return;
  sums_.assign(static_cast<std::size_t>(crossing.outside_words), 0);
  std::size_t words = crossing.outer.size();
  if (run_->fault(FaultKind::unreduced_word)) --words;
  for (std::size_t k = 0; k < words; ++k)
    sums_[static_cast<std::size_t>(crossing.outer[k])] += tile.words[k];
  tile.words.resize(sums_.size());
  for (std::size_t k = 0; k < sums_.size(); ++k)
    tile.words[k] = fit(sums_[k], run_->precision.psum_bits, run_->overflow);
}

void ArrayNetwork::count(const Crossing& crossing, const TileExtension& tile) {
  const std::int64_t saved = crossing.inside_words - crossing.outside_words;
  Counters& counters = run_->counter(number_);
  const Network network = level_.network[tile.operand];
  if (tile.kind == TransferEvent::Kind::fill && network == Network::forward)
    counters.count(moved(tile.operand), Action::hop, saved);
  if (tile.kind != TransferEvent::Kind::drain) return;
  if (network == Network::tree || network == Network::chain)
    counters.count(Moved::P, Action::add, saved);
  if (network == Network::chain) counters.count(Moved::P, Action::hop, saved);
}

}  // namespace assay::simulator
