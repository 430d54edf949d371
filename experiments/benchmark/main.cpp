// SPDX-License-Identifier: Apache-2.0
// assay-bench: layer evaluations per second and thread, parsing and evaluation apart, and what they
// cost when a loop bound grows 1000-fold (the worst of N, M, C, P, Q); the same of exact latencies,
// and what those take over whole networks; many mappings at once against one at a time. Rates are
// the best of several rounds; ratios are taken within one run.
#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "analytical/exact.h"
#include "core/diagnostics.h"
#include "experiments/benchmark/cases.h"

namespace {

using namespace assay;
using namespace assay::benchmark;
namespace fs = std::filesystem;

double evaluations(const Case& c) {
  const std::optional<analytical::Prices> prices = prices_of(c);
  double sink = 0;
  const double per_second = rate([&] {
    const analytical::Nest nest = analytical::compile(c.layer, c.accelerator, c.mapping);
    sink += analytical::predict(c.layer, c.accelerator, nest, prices ? &*prices : nullptr, 0.5)
                .total.cycles;
  });
  if (sink < 0) fmt::print("{}", sink);
  return per_second;
}

// The same mapping with the outermost temporal loop of one dimension k times as long, on a layer k
// times as large there. One dimension at a time: all at once would overflow 64-bit counts.
Case scaled(Case c, Dim d, std::int64_t k) {
  for (Entry& e : c.mapping.nest) {
    if (e.kind != EntryKind::loop || e.dim != d) continue;
    std::int64_t inside = 1;
    for (const Entry* i = &e + 1; i != c.mapping.nest.data() + c.mapping.nest.size(); ++i)
      if (i->kind != EntryKind::hold && i->dim == d) inside *= i->bound;
    c.layer.size[d] += (k - 1) * e.bound * inside;
    e.bound *= k;
    break;
  }
  c.layer.input_h = (c.layer.size[Dim::P] - 1) * c.layer.stride_h +
                    (c.layer.size[Dim::R] - 1) * c.layer.dilation_h + 1;
  c.layer.input_w = (c.layer.size[Dim::Q] - 1) * c.layer.stride_w +
                    (c.layer.size[Dim::S] - 1) * c.layer.dilation_w + 1;
  return c;
}

// Everything in the first level: no holds at all.
Case one_level(const Case& from) {
  Case c = from;
  c.name = "one level, " + from.layer.name;
  std::vector<Level> levels{from.accelerator.levels.front(), from.accelerator.levels.back()};
  c.accelerator.levels = levels;
  c.accelerator.zero_gating.clear();
  c.parameters.reset();
  c.mapping.nest.clear();
  for (Dim d : kAllDims)
    if (c.layer.size[d] > 1) {
      Entry e;
      e.dim = d;
      e.bound = c.layer.size[d];
      c.mapping.nest.push_back(e);
    }
  throw_if_any(check(c.layer, c.accelerator, c.mapping));
  return c;
}

// ---- Exact latencies ------------------------------------------------------------------------

double exact_evaluations(const Case& c) {
  return rate([&] {
    const analytical::Nest nest = analytical::compile(c.layer, c.accelerator, c.mapping);
    analytical::exact_latency(c.layer, c.accelerator, nest, true);
  });
}

void run_exact(const std::vector<Case>& cases) {
  fmt::print("\n{:<28} {:>16} {:>18} {:>8}\n", "exact total latency", "us", "worst 1000x, us",
             "ratio");
  for (const Case& c : cases) {
    const double once = 1e6 / exact_evaluations(c);
    double grown = 0;
    for (Dim d : {Dim::N, Dim::M, Dim::C, Dim::P, Dim::Q})
      grown = std::max(grown, 1e6 / exact_evaluations(scaled(c, d, 1000)));
    fmt::print("{:<28} {:>16.1f} {:>18.1f} {:>8.2f}\n", c.name, once, grown, grown / once);
  }
}

struct Costs {
  std::vector<double> us;  // best of three
  int walked = 0;
  std::int64_t steps = 0, evaluated = 0;
};

void cost_of(const Accelerator& accelerator, const Layer& layer, const Mapping& mapping,
             Costs& costs) {
  for (const bool off_chip : {false, true}) {
    double best = 1e300;
    analytical::ExactLatency exact;
    for (int i = 0; i < 3; ++i) {
      const double start = thread_seconds();
      const analytical::Nest nest = analytical::compile(layer, accelerator, mapping);
      exact = analytical::exact_latency(layer, accelerator, nest, off_chip);
      best = std::min(best, thread_seconds() - start);
    }
    costs.us.push_back(1e6 * best);
    costs.walked += exact.walked ? 1 : 0;
    costs.steps += exact.steps;
    costs.evaluated += exact.evaluated;
  }
}

// Processing and total latency of every layer that the chip's mappings have a template for.
Costs cost_of_networks(const fs::path& data, const char* chip, const char* file,
                       const char* products_file) {
  const fs::path folder = data / "chips" / chip;
  const Accelerator accelerator = read_accelerator(folder / "accelerator.yaml");
  const MappingFile mappings = read_mappings(folder / file, accelerator);
  const MappingFile products = read_mappings(folder / products_file, accelerator);
  Costs costs;
  for (const char* network : {"alexnet", "vgg16", "resnet50", "mobilenet_v2", "bert_base_128"}) {
    const Workload workload = read_workload(data / "workloads" / (std::string(network) + ".yaml"));
    for (const Layer& layer : workload.layers) {
      const bool product = layer.kind == LayerKind::fc || layer.kind == LayerKind::matmul;
      const auto mapping = resolve(product ? products : mappings, layer);
      if (mapping) cost_of(accelerator, layer, *mapping, costs);
    }
  }
  std::sort(costs.us.begin(), costs.us.end());
  return costs;
}

void run_networks(const fs::path& data) {
  fmt::print("\n{:<28} {:>11} {:>8} {:>8} {:>8} {:>7} {:>24}\n", "exact latency, five networks",
             "evaluations", "median", "90 %", "max, us", "walked", "steps gone through");
  struct Chip {
    const char *name, *mappings, *products;
  };
  for (const Chip& chip : {Chip{"dataflows", "rs.yaml", "ws.yaml"},
                           {"shidiannao", "any.yaml", "fc.yaml"},
                           {"tpu_v1", "any.yaml", "any.yaml"}}) {
    const Costs c = cost_of_networks(data, chip.name, chip.mappings, chip.products);
    const std::size_t last = c.us.size() - 1;
    fmt::print("{:<28} {:>11} {:>8.1f} {:>8.1f} {:>8.1f} {:>7} {:>11} of {:>9}\n", chip.name,
               c.us.size(), c.us[last / 2], c.us[last * 9 / 10], c.us[last], c.walked, c.evaluated,
               c.steps);
  }
}

void run(const fs::path& data) {
  std::vector<Case> cases;
  for (const char* layer : {"conv1", "conv2", "conv3", "conv4", "conv5"})
    cases.push_back(load(data, "eyeriss", "alexnet", "alexnet.yaml", layer));
  if (fs::exists(data / "chips/tpu_v1/any.yaml")) {
    cases.push_back(load(data, "tpu_v1", "tpu_mlp0", "any.yaml",
                         read_workload(data / "workloads/tpu_mlp0.yaml").layers.front().name));
  }
  cases.push_back(one_level(cases[1]));
  fmt::print("{:<28} {:>16} {:>18} {:>8}\n", "evaluation (one thread)", "evaluations/s",
             "worst 1000x, /s", "ratio");
  for (const Case& c : cases) {
    const double once = evaluations(c);
    double grown = 1e300;
    for (Dim d : {Dim::N, Dim::M, Dim::C, Dim::P, Dim::Q})
      grown = std::min(grown, evaluations(scaled(c, d, 1000)));
    fmt::print("{:<28} {:>16.0f} {:>18.0f} {:>8.2f}\n", c.name, once, grown, once / grown);
  }
  run_exact(cases);
  run_networks(data);
  cases.pop_back();
  if (fs::exists(data / "chips/tpu_v1/any.yaml"))
    cases.push_back(load(data, "tpu_v1", "vgg16", "any.yaml", "conv4_2"));
  batched(cases);
  const fs::path chip = data / "chips" / "eyeriss";
  const double parsed = rate([&] {
    const Accelerator a = read_accelerator(chip / "accelerator.yaml");
    const Workload w = read_workload(data / "workloads" / "alexnet.yaml");
    const MappingFile m = read_mappings(chip / "alexnet.yaml", a);
  });
  fmt::print("\n{:<28} {:>16.0f} (accelerator, workload and mapping file: five layers)\n",
             "parsing, sets of files/s", parsed);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    run(argc > 1 ? fs::path(argv[1]) : fs::path("experiments"));
  } catch (const std::exception& e) {
    fmt::print(stderr, "error: {}\n", e.what());
    return 2;
  }
  return 0;
}
