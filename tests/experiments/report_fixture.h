// SPDX-License-Identifier: Apache-2.0
// A made-up experiment in the shape of Eyeriss on AlexNet: five layers, two variants, two
// baselines. The measured latencies are the published ones; everything predicted is invented for
// the test.
#pragma once

#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "experiments/compare.h"
#include "experiments/report.h"

namespace assay::test {

inline constexpr std::array<const char*, 5> kLayers = {"conv1", "conv2", "conv3", "conv4", "conv5"};
inline constexpr std::array<double, 5> kMeasuredMs = {16.5, 39.2, 21.8, 16.0, 10.0};
inline constexpr std::array<double, 5> kMeasuredMacs = {421.661e6, 895.795e6, 598.082e6, 448.561e6,
                                                        299.041e6};

inline Record record(const std::string& level, const std::string& variant, std::size_t i) {
  Record r;
  r.level = level;
  r.variant = variant;
  r.chip = "eyeriss";
  r.workload = "alexnet";
  r.layer = kLayers[i];
  r.batch = 4;
  r.provenance.tool = level == "chip" ? "chip" : "assay " + level + " 0.1.0";
  return r;
}

inline Record measured(std::size_t i) {
  constexpr std::array<double, 5> kPowerMw = {332, 288, 266, 235, 236};
  Record r = record("chip", "", i);
  r.values["processing_ms"] = kMeasuredMs[i];
  r.values["energy_chip_uj"] = kPowerMw[i] * kMeasuredMs[i];
  r.provenance.source = "JSSC 2017, vol. 52, no. 1, Table V";
  r.provenance.confidence = "two-sources";
  return r;
}

inline Record predicted(const std::string& variant, std::size_t i, double ratio) {
  Record r = record("analytical", variant, i);
  const double ms = kMeasuredMs[i] * ratio;
  r.values["processing_ms"] = ms;
  r.values["processing_cycles"] = std::round(ms * 2e5);
  const double cycles = r.values["processing_cycles"];
  r.cycles_by_cause = {{"compute", cycles * 0.78},         {"wait glb read I", cycles * 0.09},
                       {"wait glb read W", cycles * 0.05}, {"ramp-up", cycles * 0.02},
                       {"drain", cycles * 0.025},          {"wait glb write P", cycles * 0.035}};
  const double pj = measured(i).values["energy_chip_uj"] * 1e6 * ratio * 1.05;
  r.energy_pj_by_component = {{"pe", pj * 0.34},
                              {"spad", pj * 0.31},
                              {"glb", pj * 0.14},
                              {"noc", pj * 0.11},
                              {"clock_and_leakage", pj * 0.10},
                              {"dram", pj * 0.45}};
  r.values["energy_chip_uj"] = pj * 1e-6;
  r.notes["binding_resource"] = i == 0 ? "glb" : "pe";
  return r;
}

inline Record baseline(const std::string& variant, std::size_t i, double macs_per_cycle) {
  Record r = record("baseline", variant, i);
  r.values["processing_ms"] = kMeasuredMacs[i] * 4 / macs_per_cycle / 2e5 / 4;
  return r;
}

// Peak, headline variant, then the other variant: the report has to find the order by itself.
inline ReportInput eyeriss() {
  ReportInput in;
  in.experiment = "eyeriss_alexnet";
  in.title = "Eyeriss on AlexNet: processing latency and chip energy";
  in.question =
      "Does the analytical predictor reproduce the five convolutional layers measured on the chip?";
  in.headline_variant = "published_mapping";
  in.headline_quantity = "processing_ms";
  constexpr std::array<double, 5> kRatio = {1.031, 0.962, 1.018, 1.047, 0.984};
  constexpr std::array<double, 5> kOther = {1.084, 0.955, 0.871, 0.902, 0.941};
  for (std::size_t i = 0; i < 5; ++i) {
    in.predicted.push_back(baseline("peak", i, 168));
    in.predicted.push_back(baseline("active_pes", i, 148));
    in.predicted.push_back(predicted("published_mapping", i, kRatio[i]));
    in.predicted.push_back(predicted("fitted_mapping", i, kOther[i]));
    in.measured.push_back(measured(i));
  }
  JoinOptions options;
  options.quantities = {"processing_ms", "energy_chip_uj"};
  in.comparison = compare(in.predicted, in.measured, options);
  in.comparison.excluded.push_back(
      {"eyeriss/alexnet/fc6 processing_ms", "not published for the chip", "", ""});
  in.bounds = {{"processing_ms", "published_mapping", "max_abs_pct", 10, 4.7},
               {"processing_ms", "published_mapping", "network_pct", 5, 0.0061}};
  in.agreements = {
      {"processing_ms", "published_mapping", "prediction", "the mapping is the published one"},
      {"processing_ms", "fitted_mapping", "description",
       "q, r, t of conv3 were chosen on the traffic column"},
      {"energy_chip_uj", "", "description", "unit energies were fitted to this chip"}};
  Roof roof;
  roof.peak_macs_per_cycle = 168;
  roof.off_chip_bytes_per_cycle = 2.4;
  for (std::size_t i = 0; i < 5; ++i) {
    constexpr std::array<double, 5> kDramMb = {6.04, 5.42, 5.05, 3.92, 2.60};
    roof.layers.emplace_back(kLayers[i]);
    roof.macs_per_byte.push_back(kMeasuredMacs[i] / (kDramMb[i] * 1e6));
    roof.measured_macs_per_cycle.emplace_back(kMeasuredMacs[i] / (kMeasuredMs[i] * 2e5));
    roof.predicted_macs_per_cycle.push_back(*roof.measured_macs_per_cycle.back() / kRatio[i]);
  }
  in.roof = roof;
  in.notes = {
      "conv3: four sources agree on q 4, r 1, t 4, but the published traffic fits q 3, r 2, t 2.",
      "Power excludes DRAM; the bars of the energy plot include it."};
  in.variant_descriptions = {
      {"published_mapping", "mapping parameters as printed in the paper"},
      {"fitted_mapping", "conv3 with the parameters that fit the published traffic"},
      {"peak", "MACs / (168 PEs), no stalls"},
      {"active_pes", "MACs / published active PEs, no stalls"}};
  in.units = {{"processing_ms", "processing latency [ms]"}, {"energy_chip_uj", "chip energy [µJ]"}};
  in.command = "assay run experiments/eyeriss_alexnet.yaml --out report";
  in.inputs = {{"measured", "eyeriss_alexnet.csv sha256:4c1d6a0f9be5"},
               {"workload", "alexnet.yaml sha256:77ab01c2d3e4"}};
  return in;
}

}  // namespace assay::test
