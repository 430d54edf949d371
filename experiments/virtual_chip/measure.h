// SPDX-License-Identifier: Apache-2.0
// A chip that does not exist, measured: hidden unit energies, and measurements of the records that
// a level gives with them, with the errors of a bench (docs/formats/virtual_chip.md).
//
// ln(measured replicate) = ln(record) + effect of the network + effect of the layer's kind + noise.
// Effects of networks are of energy alone; time has noise of its own. Normal in ln throughout.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/layer.h"
#include "core/parameters.h"
#include "core/record.h"

namespace assay::virtual_chip {

struct Truth {
  Parameters parameters;                  // the prior's entries, each times its factor
  std::map<std::string, double> factors;  // "glb any read", "power clock"
};
// Factors are log-normal around 1. Gated energies have the factor of their entry.
Truth draw_truth(const Parameters& prior, std::uint64_t seed, double sd_ln);
// Energies and powers of `given`, activity of the prior; factors where both state an entry.
Truth given_truth(const Parameters& prior, Parameters given);

struct Bench {
  std::uint64_t seed = 1;
  double energy_noise_ln = 0.03;  // of one replicate
  double time_noise_ln = 0.002;
  double network_ln = 0.05;                // sd over networks
  std::map<std::string, double> kind_pct;  // unmodelled, per kind of layer (kind_of)
  int replicates = 5;
  double window_ms = 1000;  // at least; whole runs
};

inline constexpr double kInstrumentFloorPct = 0.1;  // stated, not added: what a good meter has

// Common to all layers of a network, in ln of energy.
double network_effect_ln(const Bench& bench, const std::string& workload);

// "depthwise" for convolutions of one channel per group, else the kind's name.
std::string kind_of(const Layer& layer);
inline constexpr const char* kMicrobenchmark = "microbenchmark";  // kind of those, and of idle
std::vector<std::string> known_kinds();

struct Measurement {
  std::string layer, kind;
  std::int64_t batch = 1, repeat = 1;
  std::vector<double> energy_uj, ms;  // replicates
  double median_uj = 0, median_ms = 0;
  double energy_spread_pct = 0, time_spread_pct = 0;  // 1.4826 MAD / median of single replicates
  double window_ms = 0;
  std::int64_t runs = 1;  // in the window
  double before_c = 0, after_c = 0;
  double idle_before_mw = 0, idle_after_mw = 0;  // 0: the truth has no constant power
};

// What the bench says of a network. records: with energy_chip_uj of the truth and total_ms; kinds:
// one per record. Throws std::invalid_argument for a record without energy.
std::vector<Measurement> measure(const std::vector<Record>& records,
                                 const std::vector<std::string>& kinds, double idle_mw,
                                 const Bench& bench);

double median(std::vector<double> values);  // not empty
double spread_pct(const std::vector<double>& values);

}  // namespace assay::virtual_chip
