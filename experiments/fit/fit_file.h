// SPDX-License-Identifier: Apache-2.0
// A fit file: which unit costs are unknown, what they are believed to be, and which measurements
// are to tell (docs/formats/fit.md).
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "calibration/exclusions.h"
#include "calibration/technology.h"
#include "core/record.h"

namespace assay::fit {

// Where the counts of some layers come from: a level that runs now, or a file of records.
struct Activities {
  std::string workload, mapping, level, records;
  std::vector<std::string> layers;  // empty: all that the mapping maps
  // Made to be fitted, never held out; absent: where the workload's name is "microbenchmarks".
  std::optional<bool> microbenchmarks;
  int line = 0;
};

struct Measured {
  std::string data, import;
  std::string session;  // of the chip; empty: the only one
};

// One price of the parameter file, or only what it says of gated events.
struct Term {
  CountKey key;  // operand as in the parameter file: "any" too
  bool gated = false;
  std::string text() const;  // "glb.any.read", "pe.-.mac.gated"
};

// One number to be found: prices, a power or a value of the machine. Several prices are one
// unknown: they keep their proportions.
struct UnknownEntry {
  std::string name;
  std::vector<Term> prices;
  std::string power;    // of the parameter file's list, or a new one
  std::string machine;  // key of core/machine.h
  // Of a table of configurations, multiplied; empty: the same in all.
  std::vector<std::string> columns;
  std::optional<double> prior;  // in pJ, mW or the key's unit, of what no file has
  int per_bits = 0;             // of a new price
  std::optional<double> prior_sd_ln;
  std::string source, confidence;
  int line = 0;
};

// A table of hardware configurations: what each is made of, and what it takes.
struct Configurations {
  std::string data, name;  // file, column of the configuration's name
  std::string source, confidence;
};

// ln(a / b) is normal around ln(ratio).
struct Ratio {
  std::string a, b;
  double ratio = 1, sd_ln = 0;
  int line = 0;
};

// Posterior of another fit as the prior of this one.
struct PriorsFrom {
  std::string file;
  std::optional<calibration::Operating> scale_from, scale_to;
  calibration::Transfer transfer;
};

struct FitFile {
  std::filesystem::path file;
  std::string name, title, chip;
  std::string quantity;  // energy_chip_uj, energy_uj, processing_ms, ..., lut, ...
  bool energy() const;
  bool latency() const;    // the unknowns are values of the machine
  bool resources() const;  // of hardware: lut, ff, ...; the unknowns are prices of columns
  std::string accelerator = "accelerator.yaml", parameters = "parameters.yaml";
  std::vector<Activities> predict;
  std::vector<Measured> measured;
  Configurations configurations;  // of resources, instead of both
  std::string time;  // of constant powers: "measured", "predicted", "measured_where_stated"
  std::vector<UnknownEntry> unknowns;  // empty: every price and power is one
  double prior_sd_ln = 0;              // of unknowns that state none
  double rest_sd_ln = 0;               // of the prices that no unknown names, which move together
  double common_sd_ln = 0;
  std::vector<Ratio> ratios;
  std::optional<PriorsFrom> priors;
  calibration::ExclusionRules exclusions;
  double instrument_floor_pct = 0;
  std::string split;                  // empty: none was made
  std::vector<Activities> catalogue;  // microbenchmarks that could be measured
  std::vector<Activities> finer;      // the same layers at a finer level, for attribution
  std::uint64_t seed = 1;
  double huber = 1.345;  // of the last rung, in standard deviations
  double nominal = 0.9;  // of prediction intervals
  std::vector<std::string> notes;
};

// Throws InputError with every error of the file.
FitFile read_fit(const std::filesystem::path& file);

// A file that the fit names: beside the fit file if it is there, else in the chip's folder.
std::filesystem::path resolve(const FitFile& fit, const std::filesystem::path& chip_folder,
                              const std::string& name);

}  // namespace assay::fit
