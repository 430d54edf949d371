// SPDX-License-Identifier: Apache-2.0
// What the re-simulations of both designs share.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <stdexcept>
#include <string>

#include "core/layer.h"

namespace assay::netlist {

// Arguments LAYERS NAME=VALUE...
struct Arguments {
  long layers = 0;
  std::map<std::string, std::int64_t> parameters;

  std::int64_t operator[](const char* name) const { return parameters.at(name); }
};

inline Arguments read_arguments(int argc, char** argv) {
  if (argc < 2) throw std::invalid_argument("expected: LAYERS NAME=VALUE...");
  Arguments found;
  found.layers = std::strtol(argv[1], nullptr, 10);
  if (found.layers < 1) throw std::invalid_argument("expected at least one layer");
  for (int i = 2; i < argc; ++i) {
    const std::string text = argv[i];
    const auto equals = text.find('=');
    if (equals == std::string::npos) throw std::invalid_argument(text + ": expected NAME=VALUE");
    found.parameters[text.substr(0, equals)] = std::stoll(text.substr(equals + 1));
  }
  return found;
}

// Throws when a value of the two differs.
template <class Value>
void same(const char* port, const Value& rtl, const Value& netlist) {
  if (rtl == netlist) return;
  throw std::runtime_error(std::string("the netlist differs from the RTL: ") + port + ": rtl " +
                           std::to_string(rtl) + ", netlist " + std::to_string(netlist));
}

// Runs `layer(seed, &cycles)`, which is false for a seed without a layer that the hardware takes,
// until so many layers have run.
template <class Layers>
int resimulate(const Arguments& arguments, const Layers& layer) {
  long done = 0;
  std::int64_t cycles = 0;
  for (std::uint64_t seed = 1; done < arguments.layers; ++seed) {
    if (seed > 1000000) throw std::runtime_error("no layer fits the hardware");
    if (layer(seed, &cycles)) ++done;
  }
  std::printf("layers %ld\ncycles %lld\n", done, static_cast<long long>(cycles));
  return 0;
}

}  // namespace assay::netlist
