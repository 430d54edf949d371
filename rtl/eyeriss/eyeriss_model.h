// SPDX-License-Identifier: Apache-2.0
// Driver of the row-stationary accelerator (rtl/eyeriss/eyeriss.sv, docs/formats/rtl-eyeriss.md):
// turns the nest into registers and identifiers, is the memory behind the link, reads outputs and
// counters.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "rtl/eyeriss/eyeriss_plan.h"
#include "rtl/rtl.h"

namespace assay::rtl {

// What the memory tells the hardware in a cycle.
struct EyerissResponse {
  bool valid = false;    // a word that was asked for
  bool written = false;  // a write is accepted
  std::uint32_t tag = 0;
  std::uint16_t data = 0;
};

// What the hardware says in a cycle.
struct EyerissPorts {
  bool done = false, request = false, write = false;
  std::uint32_t addr = 0, tag = 0;
  std::uint16_t data = 0;
};

// Pins of one Verilated configuration.
class EyerissPins {
 public:
  virtual ~EyerissPins() = default;
  // Waveforms into a file from now on, or none if empty; throws in builds without tracing.
  virtual void trace(const std::string& fst) = 0;
  virtual void reset() = 0;
  virtual void configure(std::uint32_t addr, std::uint32_t data) = 0;
  virtual void start() = 0;
  virtual EyerissPorts ports() const = 0;
  virtual void clock(const EyerissResponse& response) = 0;  // throws when an assertion fails
  virtual std::int64_t count(std::uint32_t event) = 0;
};

class EyerissModel : public Design {
 public:
  EyerissModel(std::string name, const EyerissShape& shape, std::unique_ptr<EyerissPins> pins);

  Diagnostics check(const Layer& layer, const Mapping& mapping) const override;
  RunResult run(const Layer& layer, const Mapping& mapping, const LayerData& data,
                const RunOptions& options) override;
  Accelerator description() const override;
  bool has_waveforms() const override;

  // Multiply-accumulates of the last run whose input was zero: no filter read, no multiplication.
  std::int64_t gated_macs() const { return gated_macs_; }
  const EyerissShape& shape() const { return shape_; }

 private:
  std::string name_;
  EyerissShape shape_;
  std::unique_ptr<EyerissPins> pins_;
  std::int64_t gated_macs_ = 0;
};

// Defects by number (RunOptions::seeded_bug).
enum EyerissBug : int {
  kWrongIdentifier = 1,  // the ifmap bus carries the wrong identifier for one row
  kIfmapSlot = 2,        // one slot more than the ifmap scratchpads have
  kLastStrip = 3,        // a last strip that is smaller is forgotten
  kLinkCut = 4,          // the second row of PEs does not get the first one's sums
  kFirstVisit = 5,       // partial sums do not start at 0
  kColumn = 6,           // windows slide to a column too far
  kReadBack = 7,         // earlier partial sums are not added
  kPsumSlot = 8,         // one tile of partial sums more than the scratchpads have
};

std::vector<std::string> eyeriss_configurations();
// Null for other names.
std::unique_ptr<Design> make_eyeriss(const std::string& configuration);

}  // namespace assay::rtl
