// SPDX-License-Identifier: Apache-2.0
// An accelerator as an ordered list of levels (docs/contract.md, section 2; file format in
// docs/formats/accelerator.md). Outermost level first; the last one computes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/dims.h"
#include "core/layer.h"
#include "core/rational.h"
#include "core/units.h"

namespace assay {

inline constexpr int kMaxLevels = 16;
inline constexpr int kMaxPorts = 8;  // of one level

enum class Padding : std::uint8_t { clipped, stored };
enum class FirstVisit : std::uint8_t { zero, read };
enum class Accumulate : std::uint8_t { preload, on_drain };
enum class Halo : std::uint8_t { slide, reload };
// What becomes of a value that does not fit its bits.
enum class Overflow : std::uint8_t { wrap, saturate };

// What moves at a storage level. The same words name ports and counts.
enum class Transfer : std::uint8_t { fill, read, write, drain };
inline constexpr int kTransfers = 4;
std::string_view name(Transfer t);

// How an array carries an operand to or from its children.
enum class Network : std::uint8_t { absent, multicast, unicast, forward, tree, chain, none };
std::string_view name(Network n);

struct Port {
  std::string name;
  Rational bandwidth_bits_per_cycle;
  std::int64_t latency_cycles = 0;
  // serves[operand][transfer]
  PerOperand<std::array<bool, kTransfers>> serves{};
};

// How a level keeps one operand.
struct Keep {
  bool kept = false;
  int slots = 1;
  std::optional<std::int64_t> capacity_bytes;  // absent: shares the level's capacity
  std::int64_t fifo_bytes = 0;
};

// Block-RAM organisation of one operand's buffer on an FPGA: so many independently addressed banks (partitions), each
// depth x width; one set per slot.
struct BankGeometry {
  std::int64_t banks = 0;
  std::int64_t depth_words = 0;
  std::int64_t width_bits = 0;
};

enum class LevelKind : std::uint8_t { storage, array, compute };

struct Compute {
  Rational initiation_interval_cycles{1, 1};
  std::int64_t step_overhead_cycles = 0;
  std::int64_t per_psum_cycles = 0;
  std::int64_t per_new_input_cycles = 0;
  // Accesses per MAC at the innermost level that holds the operand (O: partial sums).
  PerOperand<std::int64_t> reads_per_mac{};
  std::int64_t psum_writes_per_mac = 1;
  std::optional<std::int64_t> dsp_per_mac;  // FPGA designs
};

struct Level {
  LevelKind kind = LevelKind::storage;
  std::string name;
  int line = 0;
  // storage
  bool off_chip = false;
  std::optional<std::int64_t> capacity_bytes;  // shared by operands without their own; absent: unbounded
  PerOperand<Keep> keeps{};
  PerOperand<std::optional<BankGeometry>> banks{};
  std::vector<Port> ports;
  // Transfers that no port of this level limits (the other side does). Stated in the file, so that a forgotten port is an error.
  PerOperand<std::array<bool, kTransfers>> unlimited{};
  // array
  char axis = 'x';
  std::int64_t size = 1;
  PerOperand<Network> network{};
  PerOperand<std::int64_t> hop_latency_cycles{};
  // compute
  Compute compute;
};

// Actions suppressed when the input element is zero: (component, operand) pairs named in the file.
struct ZeroGate {
  std::string component;
  std::optional<Operand> operand;  // absent: the MAC itself
};

struct FpgaDevice {
  std::string part;
  std::int64_t dsp = 0;
  std::int64_t bram18 = 0;
};

// Where a constant of the file comes from.
struct SourceNote {
  std::string key;  // dotted, as in the file: "glb.capacity_bytes"
  std::string source;
  std::string confidence;
};

struct Accelerator {
  std::string name;
  std::string description;
  std::string source;
  std::filesystem::path file;
  Megahertz clock{0};
  int node_nm = 0;
  double supply_v = 0;
  Precision precision;
  Padding padding = Padding::clipped;
  Halo halo = Halo::slide;
  FirstVisit first_visit = FirstVisit::zero;
  Accumulate accumulate = Accumulate::preload;
  std::optional<Overflow> overflow;  // needed only where data move
  std::string rtl;                   // configuration of the hardware that this is; empty: none
  std::vector<ZeroGate> zero_gating;
  std::vector<SourceNote> sources;
  std::optional<FpgaDevice> fpga;
  std::optional<double> layer_overhead_us;  // from a parameter file (core/machine.h)
  std::vector<Level> levels;  // front(): first storage; back(): compute

  // Index of the level with this name, or -1.
  int find(std::string_view level_name) const;
  const Compute& compute() const { return levels.back().compute; }
  std::int64_t lanes() const;  // product of all array sizes
};

// Precision of a layer on this accelerator: what the workload states wins, else the accelerator's.
Precision effective_precision(const Accelerator& accelerator, const Layer& layer);

// Reads docs/formats/accelerator.md; throws InputError with every error of the file.
Accelerator read_accelerator(const std::filesystem::path& file);

}  // namespace assay
