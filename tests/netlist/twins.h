// SPDX-License-Identifier: Apache-2.0
// What the re-simulations of both designs share.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "rtl/rtl.h"
#include "tests/golden/golden.h"

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

// RTL and netlist behind one set of pins, clocked together; Input: of a cycle. A subclass compares
// their ports.
template <class Pins, class Input>
class TwinPins : public Pins {
 public:
  TwinPins(std::unique_ptr<Pins> rtl, std::unique_ptr<Pins> netlist)
      : rtl_(std::move(rtl)), netlist_(std::move(netlist)) {}

  void trace(const std::string& /*fst*/) override {}
  void reset() override {
    rtl_->reset();
    netlist_->reset();
  }
  void configure(std::uint32_t addr, std::uint32_t data) override {
    rtl_->configure(addr, data);
    netlist_->configure(addr, data);
  }
  void start() override {
    rtl_->start();
    netlist_->start();
  }
  void clock(const Input& input) override {
    rtl_->clock(input);
    netlist_->clock(input);
  }
  std::int64_t count(std::uint32_t event) override { return rtl_->count(event); }

 protected:
  const Pins& rtl() const { return *rtl_; }
  const Pins& netlist() const { return *netlist_; }

 private:
  std::unique_ptr<Pins> rtl_, netlist_;
};

// Runs a layer and adds its cycles; false if the hardware does not take it.
template <class Model, class Case>
bool run_case(Model& model, const Case& c, std::uint64_t seed, std::int64_t* cycles) {
  if (!model.check(c.layer, c.mapping).empty()) return false;
  const rtl::RunResult result = model.run(c.layer, c.mapping, c.data, {});
  if (result.output !=
      golden::convolution(c.layer, model.description(), c.data.input, c.data.weights))
    throw std::runtime_error("outputs differ from the golden convolution: seed " +
                             std::to_string(seed));
  *cycles += result.cycles;
  return true;
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

// The program around run(arguments).
template <class Run>
int program(int argc, char** argv, const Run& run) {
  try {
    return run(read_arguments(argc, argv));
  } catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
  }
}

}  // namespace assay::netlist
