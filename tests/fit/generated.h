// SPDX-License-Identifier: Apache-2.0
// A made-up measured chip as files: Eyeriss's accelerator and prices, records with seeded counts,
// and energies measured at hidden prices with errors of networks and of records.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "tests/files.h"

namespace assay::test {

// The standard normal distribution by Box and Muller, the same on every system.
class Normal {
 public:
  explicit Normal(std::uint64_t seed) : random_(seed) {}
  double uniform();  // above 0, below 1
  double operator()();

 private:
  std::mt19937_64 random_;
};

struct GeneratedOptions {
  int networks = 4, layers = 8;
  std::uint64_t seed = 1;
  double prior_error_ln = 0.4;  // of every price
  double network_ln = 0.05, noise_ln = 0.03;
  std::string more;  // lines of the fit file
};

struct Generated {
  explicit Generated(const GeneratedOptions& options);

  TemporaryFolder folder;
  std::filesystem::path fit;
  std::map<std::string, double> truth;  // by the name of the unknown
};

// The twelve unknowns of the fit file: name and price.
const std::vector<std::string>& generated_prices();

}  // namespace assay::test
