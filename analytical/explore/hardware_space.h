// SPDX-License-Identifier: Apache-2.0
// A space of designs: one accelerator with some of its sizes left open, dataflows with some of
// their tile sizes left open, and a model of what the sizes cost (docs/formats/design_space.md).
//
// A design is one value of everything open. Designs are numbered: the dataflow is the most
// significant digit, then the precision, then the axes by kind (arrays, tiles, bandwidths,
// capacities), in the order of the file within a kind. Of designs with equal objectives the front
// keeps the smallest number, so smaller hardware wins a tie.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/accelerator.h"
#include "core/layer.h"
#include "core/mapping.h"
#include "core/parameters.h"

namespace assay::analytical {

enum class AxisKind : std::uint8_t { array, tile, bandwidth, capacity };

struct SpaceAxis {
  std::string name;
  AxisKind kind = AxisKind::tile;
  int level = -1;                    // all but tile
  int port = -1;                     // bandwidth
  std::optional<Operand> operand;    // capacity of one operand alone
  std::vector<std::int64_t> values;  // strictly ascending
};

struct Dataflow {
  std::string name;
  std::vector<EntrySpec> nest;  // BoundSpec::variable: number of an axis
};

// y(bytes) = at_reference * (bytes / reference_bytes)^exponent, exponent >= 0: never falls.
struct SizeLaw {
  double at_reference = 0;
  double reference_bytes = 1;
  double exponent = 0;
  double at(std::int64_t bytes) const;
};

struct Origin {
  std::string source, confidence;
};

// Every access of a memory costs the same energy per bit; one instance has this area.
struct MemoryCost {
  SizeLaw energy_pj;
  int per_bits = 0;
  SizeLaw area_mm2;
  double area_mm2_per_bit_per_cycle = 0;  // of its ports
  Origin origin;
};

struct ArrayCost {
  double hop_pj = 0, add_pj = 0;
  int per_bits = 0;
  Origin origin;
};

struct CostModel {
  std::string name, description;
  std::filesystem::path file;
  std::vector<std::optional<MemoryCost>> memory;  // per level of the accelerator
  std::vector<std::optional<ArrayCost>> array;
  double mac_pj = 0;
  int mac_per_bits = 0;
  double lane_area_mm2 = 0;
  double constant_mw = 0, constant_mw_per_mm2 = 0;
  double other_area_mm2 = 0;
  Origin mac_origin, power_origin, area_origin;
};

enum class DesignObjective : std::uint8_t { latency, energy, area, power, edp };
inline constexpr std::array<const char*, 5> kDesignObjectives{"latency", "energy", "area", "power",
                                                              "edp"};
inline constexpr std::size_t kMaxDesignObjectives = 3;

struct DesignLimits {
  std::optional<double> area_mm2, power_mw;
  std::optional<std::int64_t> dsp, bram18;  // of the accelerator's FPGA section
};

struct DesignSpace {
  std::string name, description;
  std::filesystem::path file;
  std::string workload;
  std::int64_t batch = 1;
  Accelerator base;
  std::vector<Layer> layers;          // with the batch
  std::vector<Dataflow> dataflows;    // at least one
  std::vector<Precision> precisions;  // at least one
  std::vector<SpaceAxis> axes;        // by kind, in the order of AxisKind
  CostModel costs;
  DesignLimits limits;
  std::vector<DesignObjective> objectives;  // one to three

  std::int64_t size() const;  // throws OverflowError
  // Designs per combination of dataflow, precision, array sizes and tiles: those that share counts.
  std::int64_t hardware() const;
};

// Positions of the values of a design.
struct HardwareDesign {
  std::size_t dataflow = 0, precision = 0;
  std::vector<std::size_t> at;  // per axis
};
HardwareDesign design_of(const DesignSpace& space, std::int64_t number);
std::int64_t number_of(const DesignSpace& space, const HardwareDesign& design);

// The design as the files of the program describe one; what assay predict would be given.
Accelerator accelerator_of(const DesignSpace& space, const HardwareDesign& design);
Parameters parameters_of(const DesignSpace& space, const HardwareDesign& design,
                         const Accelerator& accelerator);
Mapping mapping_of(const DesignSpace& space, const HardwareDesign& design, const Layer& layer);
double area_mm2(const DesignSpace& space, const Accelerator& accelerator);
// The same with the area of one memory's cells given, per level.
double area_mm2(const DesignSpace& space, const Accelerator& accelerator,
                const std::vector<double>& cells_mm2);
std::vector<double> cells_mm2(const DesignSpace& space, const Accelerator& accelerator);
double constant_mw(const DesignSpace& space, double area_mm2);

struct DesignFigures {
  double latency_cycles = 0, energy_pj = 0, area_mm2 = 0, power_mw = 0;
  double value(DesignObjective objective) const;
};
// Mean power: energy over the time of the total latency.
double mean_power_mw(double energy_pj, double cycles, Megahertz clock);
bool within(const DesignLimits& limits, const DesignFigures& figures);

// One design by check() and predict(), as one would do by hand; nullopt if some layer's mapping is
// illegal on it. Slow; the reference for sweeps.
std::optional<DesignFigures> evaluate(const DesignSpace& space, std::int64_t number);
// FPGA resources within the limits; a property of the accelerator alone.
bool resources_within(const DesignSpace& space, const Accelerator& accelerator);

}  // namespace assay::analytical
