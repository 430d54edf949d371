// SPDX-License-Identifier: Apache-2.0
// One operand at one storage level: the buffers of all instances and slots, and the engines that
// fill and drain them. While a mapping holds the operand here, the engines run its program; the
// unit is the TLM initiator of every transfer between the level and its parent.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <systemc>
#include <vector>

#include "simulator/machine/payload.h"
#include "simulator/machine/run_context.h"
#include "simulator/machine/tile_states.h"

namespace assay::simulator {

class StorageLevel;

class HoldUnit : public sc_core::sc_module {
 public:
  SC_HAS_PROCESS(HoldUnit);
  HoldUnit(const sc_core::sc_module_name& name, StorageLevel& storage, Operand operand);
  ~HoldUnit() override;

  // The layer's hold, its stream of tiles and its parent's unit; the buffers are empty.
  void load(RunContext* run, int hold, HoldUnit* parent);
  void enroll(StorageLevel& parent_storage);  // with the ports, before any engine starts
  void unload();
  void start() { go_.notify(); }
  bool done() const {
    return fills_done_ && drains_done_ && fills_under_way_.empty() && drains_under_way_.empty();
  }
  bool loaded() const { return run_ != nullptr; }

  TileStream& tiles() { return *tiles_; }
  const Layout& layout() const { return *layout_; }
  int hold() const { return hold_; }
  Operand operand() const { return operand_; }
  std::int64_t slot_base(std::int64_t tile) const { return tile % slots_ * layout_->words; }
  std::int32_t* memory() { return memory_.data(); }

  // For children, and for the processor: blocks until the tile can be read and written.
  void await_usable(std::int64_t number, Moment& ready);
  bool usable_now(std::int64_t number);
  // Sets the words of an O tile to 0 at its first use unless it was preloaded.
  void open(std::int64_t number);
  // A child fill that reads the tile has ended; `last`: none will follow.
  void child_filled(std::int64_t number, const Moment* end, bool last);
  // A child drain into the tile has arrived; `last`: the child's tile is the last in this one.
  void child_drained(std::int64_t number, std::int64_t child, bool last, const Moment& arrival);
  // The processor has done the last step of the tile.
  void steps_done(std::int64_t number, const Moment& end);

  // Numbers of the tiles that were filled, and drained, last; -1: none.
  const sc_dt::int64& filled_tile() const { return filled_tile_; }
  const sc_dt::int64& drained_tile() const { return drained_tile_; }
  // What the unit waits for, for messages.
  std::string status();

 private:
  struct Arrival {  // words on their way
    Tile tile;
    const Transfer* transfer = nullptr;
    std::vector<std::int32_t> words;
    std::int64_t address = 0;  // drains: in the parent's memory
    Moment moment;             // when they are there
    bool empty = false;        // a tile without words
  };

  void fill_thread();
  void fill_arrival_thread();
  void drain_thread();
  void drain_arrival_thread();

  // Fills of I and W, read-backs of O (hold_unit_fill.cpp).
  void run_fills();
  void run_fills_without_ports();
  void next_fill();
  void pass_empty_tiles();
  void await_fill(const Tile& tile, Moment& ready);
  bool fill_ready(const Tile& tile);
  void move_in();
  void count_fill(const Transfer& transfer);
  void send_fill(Arrival& arrival);
  void filled(Arrival& arrival);
  void place(const Arrival& arrival);
  void place_preload(Arrival& arrival);
  void keep_read_back(Arrival& arrival);
  void await_slot(std::int64_t number, Moment& ready);

  // Drains (hold_unit_drain.cpp).
  void run_drains();
  void run_drains_without_ports();
  void next_drain();
  void await_drain(const Tile& tile, Moment& ready);
  bool drain_ready(const Tile& tile);
  void move_out();
  void drained(Arrival& arrival);
  void write_to_parent(Arrival& arrival);
  void join(Arrival& arrival);

  // Both.
  std::int64_t parent_address(const Tile& tile) const;
  void describe(const Transfer& transfer, TransferEvent::Kind kind, TileExtension& x) const;
  std::int64_t transport(tlm::tlm_generic_payload& payload, TileExtension& x);
  void arrive(const TileExtension& x, std::int64_t latency, Moment& arrival) const;
  void observe(const TileExtension& x, std::int64_t latency);
  void await_any_change();
  void await_drained(std::int64_t number, Moment& ready);
  bool drained_now(std::int64_t number);
  bool finished(std::int64_t number, std::int64_t now);
  void forget();
  bool output() const { return operand_ == Operand::O; }
  bool joins() const { return output() && run_->on_drain; }
  bool preloaded(const Tile& tile) const { return tile.read_back && !run_->on_drain; }

  StorageLevel& storage_;
  Operand operand_;
  // Of the layer.
  RunContext* run_ = nullptr;
  int hold_ = 0;
  bool innermost_ = true;
  std::int64_t slots_ = 1;
  HoldUnit* parent_ = nullptr;
  const Layout* layout_ = nullptr;
  std::unique_ptr<TileStream> tiles_;
  std::unique_ptr<FillOrder> order_;
  std::vector<std::int32_t> memory_;  // instance, slot, word
  TileStates states_;
  PortUse fill_parent_, fill_child_, drain_parent_, drain_child_;
  bool fills_done_ = true, drains_done_ = true;
  // Fills.
  bool never_reads_back_ = false;      // O: all tiles are first visits without a read-back
  std::optional<Tile> next_;           // the next with words
  std::deque<Tile> empty_;             // those without, before it
  std::int64_t parents_done_ = 0;      // parent tiles below need no further fill
  std::int64_t parents_begun_ = -1;    // parent of the latest tile with words
  std::int64_t delivered_ = 0;         // I, W: tiles below are usable
  Moment last_usable_;                 // of the tile delivered last
  std::int64_t released_end_ = 0;      // outer I, W: tiles below are released
  Moment released_upto_;               // the latest of their releases
  std::int64_t read_back_number_ = 0;  // on the drain: of the first in read_back_tiles_
  std::deque<std::int64_t> read_back_tiles_;
  // Drains.
  std::int64_t next_drain_ = 0;    // tiles below have been drained
  std::int64_t drain_listed_ = 0;  // tiles below are known to next_drain()
  std::int64_t steps_done_ = 0;    // tiles below have had their last step

  sc_dt::int64 filled_tile_ = -1, drained_tile_ = -1;  // for waveforms
  tlm::tlm_generic_payload fill_payload_, drain_payload_;
  TileExtension fill_tile_, drain_tile_;
  Arrival fill_arrival_, drain_arrival_;  // of the latest transfer
  std::deque<Arrival> fills_under_way_, drains_under_way_;
  sc_core::sc_event go_, fill_sent_, drain_sent_;
  // Apart, so that nobody is woken for what it does not wait for.
  sc_core::sc_event usable_changed_, steps_changed_, children_changed_, drained_changed_;
};

}  // namespace assay::simulator
