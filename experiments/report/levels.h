// SPDX-License-Identifier: Apache-2.0
// Two levels that run the same mapping, beside each other and beside the chip: whether they count
// the same, and where their cycles part. Records of one (variant, chip, workload, batch) that both
// levels have. Everything adds up to the cycle, by construction.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "experiments/report.h"

namespace assay::report {

inline constexpr const char* kAnalytical = "analytical";
inline constexpr const char* kSimulator = "simulator";
inline constexpr const char* kRtl = "rtl";

// Processing cycles by kind of cause. An attribution follows the critical path, on which a step
// that runs beside a longer wait does not appear; steps are all steps here, so that levels compare,
// and the overlap takes those off again.
struct CycleSplit {
  double steps = 0;
  double stalls = 0;        // waiting for ports, tiles and slots
  double overlap = 0;       // steps beside a wait, negative
  double latency = 0;       // of ports and hops
  double ramps = 0;         // ramp-up and drain
  double unattributed = 0;  // what no cause of the record claims
  double cycles = 0;        // their sum
};
// Absent where the record does not state its processing cycles.
std::optional<CycleSplit> split_of(const Record& record);
CycleSplit operator-(const CycleSplit& a, const CycleSplit& b);
CycleSplit scaled(const CycleSplit& split, double factor);

struct CountDifference {
  CountKey key;
  std::int64_t analytical = 0;
  std::int64_t simulator = 0;
};

// Over the keys that either record has; a key that one of them lacks counts 0.
struct CountCheck {
  std::int64_t compared = 0;
  std::vector<CountDifference> differences;
  std::int64_t equal() const { return compared - static_cast<std::int64_t>(differences.size()); }
};

CountCheck check_counts(const Record& analytical, const Record& simulator);

// The chip's cycles of a latency, "processing" or "total", on the clock that the prediction has.
std::optional<double> measured_cycles(const ReportInput& input, const Record& prediction,
                                      const std::string& latency);

struct LevelRow {
  std::string layer;
  bool network = false;  // the sum over the rows, repeats included
  CountCheck counts;
  std::optional<CycleSplit> analytical;
  std::optional<CycleSplit> simulator;
  std::optional<double> measured_cycles;  // what was measured in ms: at the clock of the simulator
  const Record* simulated = nullptr;      // null for the network
  const Record* predicted = nullptr;
};

struct LevelTable {
  std::string variant, chip, workload;
  std::int64_t batch = 1;
  bool headline = false;
  std::vector<LevelRow> rows;  // in the order of the simulator's records; the network last
  std::size_t layers = 0;      // rows without the network
  std::size_t unpaired = 0;    // records of one of the two levels only
  std::string exact;           // exact_summary() of the rows
  std::string name() const;    // "D, alexnet on eyeriss, batch 4"
};

// The headline variant first; empty without records of both levels.
std::vector<LevelTable> level_tables(const ReportInput& input);

// Errors of a level against the measurement: 100 times the parts over the measured cycles, where
// `steps` is the error that the steps alone would have, and all add up to `cycles`.
std::optional<CycleSplit> error_parts_pct(const std::optional<CycleSplit>& split,
                                          const std::optional<double>& measured_cycles);

// Rounding of sums of fractions is no cause.
bool is_unattributed(const CycleSplit& split);

// "D conv3 glb.I.read: analytical 69, simulator 70", one for each count that differs, and for each
// total latency of hardware that differs from the simulator's; then exact_differences(). Beyond the
// twentieth, the last one says how many more.
std::vector<std::string> count_differences(const ReportInput& input);
bool counts_agree(const ReportInput& input);

// Causes of the simulator's cycles to be shown in their own right, in this order, the same for
// every table and picture of a report: steps, ports by their share, latency, ramps. The smallest
// are joined where there are too many.
struct Causes {
  std::vector<std::string> shown;
  std::vector<std::string> joined;
};
Causes causes_of(const std::vector<LevelTable>& tables);
double joined_cycles(const Record& record, const Causes& causes);
std::string other_name(const Causes& causes);  // "other (3)"

}  // namespace assay::report
