// SPDX-License-Identifier: Apache-2.0
// Unit energies, powers, areas and data activity (docs/formats/parameters.md). Every value carries its source; nothing of the kind stands in
// code. A fit writes the same format.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/units.h"

namespace assay {

// Energy of one action on one word of `per_bits` bits; longer and shorter elements scale linearly.
struct UnitEnergy {
  std::string component;  // level name
  std::string operand;    // "I", "W", "P", "O", "-" for mac, or "any"
  std::string action;     // as in CountKey
  Picojoules energy;
  std::optional<Picojoules> gated_energy;  // when the accelerator gates the action on a zero input
  int per_bits = 0;                        // 0: per event, whatever its width
  std::string source;
  std::string confidence;
};

struct ConstantPower {
  std::string name;  // "clock", "leakage"
  Milliwatts power;
  std::string source;
  std::string confidence;
};

struct UnitArea {
  std::string component;
  SquareMillimetres area;  // of all instances together
  std::string source;
  std::string confidence;
};

// Share of zero elements in a layer's input, for gated actions.
struct Activity {
  std::string workload, layer;
  double input_zero_fraction = 0;
  std::string source;
  std::string confidence;
};

// A value of the accelerator itself that is replaced or scaled; exactly one of the two is stated
// (core/machine.h).
struct MachineValue {
  std::string key;  // dotted, as in the accelerator file: "dram.link.bandwidth_bits_per_cycle"
  std::optional<double> value, scale;
  std::string source;
  std::string confidence;
  int line = 0;
};

struct Parameters {
  std::string name;
  std::string chip;
  std::string description;
  std::filesystem::path file;
  std::vector<UnitEnergy> energies;
  std::vector<ConstantPower> powers;
  std::vector<UnitArea> areas;
  std::vector<Activity> activities;
  std::vector<MachineValue> machine;

  // The entry for this count: an exact operand wins over "any"; nullptr if the count has no price.
  const UnitEnergy* find(const std::string& component, const std::string& operand,
                         const std::string& action) const;
  double zero_fraction(const std::string& workload, const std::string& layer) const;  // 0 if not stated
};

// Throws InputError with every error of the file.
Parameters read_parameters(const std::filesystem::path& file);

}  // namespace assay
