// SPDX-License-Identifier: Apache-2.0
// Driver of the tiled accelerator (rtl/tiled/tiled.sv, docs/formats/rtl-tiled.md): lays the tensors
// out in memory tile by tile, programs the registers, answers the ports, and reads the counters.
//
// Accepts convolutions, fully connected layers and matrix products mapped as
//   for N, G, (M, P, Q | P, Q, M); hold buf: O; for C; hold buf: I, W; for R, S, P, Q;
//   par x M; par y C
// in the precision of the configuration, with tiles that fit its banks.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rtl/rtl.h"

namespace assay::rtl {

// Parameters of tiled.sv, and the latency of the memory that the driver is: cycles from a request
// to its first beat.
struct TiledShape {
  std::int64_t tm = 0, tn = 0;
  std::int64_t data_bits = 16, acc_bits = 32;
  std::int64_t read_words = 1, write_words = 1;
  std::int64_t i_depth = 0, w_depth = 0, o_depth = 0;
  std::int64_t memory_latency = 1;

  std::int64_t step_overhead()
      const;  // stages from the issue of an iteration to its write, less one
};

// One beat of the read port; words of at most 64 bits in all.
struct TiledRead {
  bool valid = false;
  bool weights = false;
  std::uint64_t data = 0;
};

// What the ports say in a cycle.
struct TiledPorts {
  bool done = false;
  bool request = false, request_weights = false;
  std::uint32_t request_addr = 0, request_words = 0;
  bool write = false;
  std::uint32_t write_addr = 0, write_words = 0;
  std::uint64_t write_data = 0;
};

// Pins of one Verilated configuration.
class TiledPins {
 public:
  virtual ~TiledPins() = default;
  // Waveforms into a file from now on, or none if empty.
  virtual void trace(const std::string& /*fst*/) {}
  virtual void reset() = 0;
  virtual void configure(std::uint32_t addr, std::uint32_t data) = 0;
  virtual void start() = 0;
  virtual TiledPorts ports() const = 0;           // of the current cycle
  virtual void clock(const TiledRead& read) = 0;  // ends it; throws when an assertion fails
  virtual std::int64_t count(std::uint32_t event) = 0;
};

class TiledModel : public Design {
 public:
  TiledModel(std::string name, const TiledShape& shape, std::unique_ptr<TiledPins> pins);

  Diagnostics check(const Layer& layer, const Mapping& mapping) const override;
  RunResult run(const Layer& layer, const Mapping& mapping, const LayerData& data,
                const RunOptions& options) override;
  Accelerator description() const override;
  bool has_waveforms() const override;

  const TiledShape& shape() const { return shape_; }

 private:
  std::string name_;
  TiledShape shape_;
  std::unique_ptr<TiledPins> pins_;
};

// Defects by number (RunOptions::seeded_bug).
enum TiledBug : int {
  kBugOrderByNeed = 1,         // fills by the step that needs them, not by where they stand
  kBugSlotFreedEarly = 2,      // a fill starts a step before its slot is free
  kBugIdleLanesNotMasked = 3,  // channels beyond the tile add what their bank holds
  kBugLastColumnTileFull = 4,  // the remainder of columns is ignored
  kBugOutputSlotNotAwaited = 5,
  kBugOverheadTooShort = 6,
  kBugNoForwarding = 7,  // a partial sum read back the cycle after it was added is stale
  kBugPartialSumsNotZeroed = 8,
  kBugCountsIdleLanes = 9,
};

std::vector<std::string> tiled_configurations();
std::unique_ptr<Design> make_tiled(const std::string& configuration);  // null: no such name

}  // namespace assay::rtl
