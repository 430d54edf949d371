// SPDX-License-Identifier: Apache-2.0
// Made-up calibration problems with a known answer: 42 layers of four networks on an array of 168
// lanes, seven counts a layer from closed forms, and six microbenchmarks. Only for tests: the
// percentages that come out say nothing about a real chip.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "calibration/problem.h"

namespace assay::calibration::synthetic {

// Numbers that are the same on every machine, unlike those of std::normal_distribution.
class Random {
 public:
  explicit Random(std::uint64_t seed) : bits_(seed) {}
  double uniform() { return static_cast<double>(bits_() >> 11) * 0x1p-53; }  // [0, 1)
  double normal();
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(bits_() % n); }

 private:
  std::mt19937_64 bits_;
};

inline constexpr int kUnknowns = 7;  // mac, rf, noc, glb, dram, cycle, layer
const std::vector<std::string>& names();
Eigen::VectorXd truth();  // pJ

struct Layer {
  std::string id, network, kind;  // conv, depthwise, pointwise, fc
  Eigen::VectorXd activity;
};
const std::vector<Layer>& layers();           // 42
const std::vector<Layer>& microbenchmarks();  // idle, mac, rf, glb, noc, dram

struct Options {
  double noise_ln = 0.03;
  double network_ln = 0;        // an error that the layers of a network share
  bool kind_effects = false;    // +20 % depthwise, -10 % fully connected, unknown to the model
  double prior_error_ln = 0.5;  // of the priors' centres
  double prior_sd_ln = 0.693147180559945;
  bool with_microbenchmarks = false;
};
// Of the given layers; the microbenchmarks come first.
Problem problem(const std::vector<Layer>& of, const Options& options, std::uint64_t seed);
std::vector<Layer> some_layers(std::size_t n, std::uint64_t seed);  // any, in their order

// exp of the root of the mean squared ln(theta / truth).
double parameter_factor(const Eigen::VectorXd& theta);

}  // namespace assay::calibration::synthetic
