// SPDX-License-Identifier: Apache-2.0
// Level A: the analytical predictor of one layer on one accelerator under one mapping. Counts are
// exact; latency is the fast mode; energy is counts times unit energies plus constant power times
// total time.
//
// Assumes: a legal mapping (core/mapping.h, check), dense execution, a static schedule. Ignores:
// bank conflicts, DRAM row state and refresh, configuration between layers, temperature. Undefined
// outside: nothing; a count that does not fit 64 bits throws OverflowError.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "analytical/counts.h"
#include "analytical/latency.h"
#include "core/parameters.h"
#include "core/record.h"

namespace assay::analytical {

// Unit energies looked up once per (parameters, accelerator, precision): pJ per element.
struct Prices {
  struct Price {
    double pj = 0;
    double gated_pj = 0;  // equal to pj where the action is not gated
    bool known = false;

    // Of one element when so many inputs are zero.
    double mean_pj(double zero_fraction) const {
      return pj * (1 - zero_fraction) + gated_pj * zero_fraction;
    }
  };
  std::array<std::array<std::array<Price, kActions>, kMoved>, kMaxLevels> of{};
  Price mac;
  double constant_mw = 0;
  bool any = false;  // some price is known
};

Prices price_list(const Parameters& parameters, const Accelerator& accelerator,
                  const Precision& precision);

struct Energy {
  std::array<double, kMaxLevels> level_pj{};  // the compute level holds the MACs
  double constant_pj = 0;
  double total_pj = 0;
};

Energy energy_of(const Counts& counts, const Accelerator& accelerator, const Prices& prices,
                 double zero_fraction, double total_cycles);

struct Prediction {
  Counts counts;
  FastLatency processing, total;
  Energy energy;            // zeros when no parameters were given
  double active_lanes = 0;  // mean over the time of the MACs
};

// The evaluation itself: no allocation, no text. zero_fraction: share of zero inputs, for gated
// actions.
Prediction predict(const Layer& layer, const Accelerator& accelerator, const Nest& nest,
                   const Prices* prices, double zero_fraction);

struct FpgaResources {
  std::int64_t dsp = 0;
  std::int64_t bram18 = 0;
};
// From the accelerator alone: DSP per MAC times lanes; block RAMs of every bank at its best aspect
// ratio, per slot. nullopt for a design without an `fpga` section.
std::optional<FpgaResources> fpga_resources(const Accelerator& accelerator);
// 18 Kb block RAMs (7 series: 16Kx1 8Kx2 4Kx4 2Kx9 1Kx18 512x36) for one bank.
std::int64_t bram18_blocks(std::int64_t depth_words, std::int64_t width_bits);

// A record with every quantity of docs/metrics.md that is defined; layer as of with_batch.
struct RecordInput {
  const Layer* layer;
  const Accelerator* accelerator;
  const Mapping* mapping;
  const Parameters* parameters;  // may be null
  std::string workload;
  std::string variant;
  std::int64_t batch = 1;
  // Latency of the exact mode (exact.h), to the cycle, instead of the fast one; level "exact"
  // instead of "analytical".
  bool exact = false;
};
Record predict_record(const RecordInput& input);

}  // namespace assay::analytical
