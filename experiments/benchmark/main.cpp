// SPDX-License-Identifier: Apache-2.0
// assay-bench: layer evaluations per second and thread, parsing and evaluation apart, and what they
// cost when a loop bound grows 1000-fold (the worst of N, M, C, P, Q). Rates are the best of
// several rounds; ratios are taken within one run.
#include <fmt/format.h>

#include <ctime>
#include <functional>
#include <vector>

#include "analytical/predictor.h"
#include "core/diagnostics.h"
#include "core/mapping.h"
#include "core/parameters.h"

namespace {

using namespace assay;
namespace fs = std::filesystem;

constexpr int kRounds = 5;
constexpr double kSecondsPerRound = 0.1;

// CPU time of this thread: what other programs do on the machine counts little.
double thread_seconds() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

// Calls per second of CPU time, best round.
double rate(const std::function<void()>& call) {
  double best = 0;
  for (int round = 0; round < kRounds; ++round) {
    long calls = 0;
    const double start = thread_seconds();
    double seconds = 0;
    while (seconds < kSecondsPerRound) {
      for (int i = 0; i < 16; ++i) call();
      calls += 16;
      seconds = thread_seconds() - start;
    }
    best = std::max(best, static_cast<double>(calls) / seconds);
  }
  return best;
}

struct Case {
  std::string name;
  Accelerator accelerator;
  Layer layer;
  Mapping mapping;
  std::optional<Parameters> parameters;
};

double evaluations(const Case& c) {
  const Precision precision = effective_precision(c.accelerator, c.layer);
  analytical::Prices prices;
  if (c.parameters) prices = analytical::price_list(*c.parameters, c.accelerator, precision);
  double sink = 0;
  const double per_second = rate([&] {
    const analytical::Nest nest = analytical::compile(c.layer, c.accelerator, c.mapping);
    sink += analytical::predict(c.layer, c.accelerator, nest, c.parameters ? &prices : nullptr, 0.5)
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

Case load(const fs::path& data, const std::string& chip, const std::string& workload,
          const std::string& mapping, const std::string& layer) {
  const fs::path folder = data / "chips" / chip;
  Case c;
  c.name = chip + " " + workload + " " + layer;
  c.accelerator = read_accelerator(folder / "accelerator.yaml");
  const Workload w = read_workload(data / "workloads" / (workload + ".yaml"));
  const MappingFile mappings = read_mappings(folder / mapping, c.accelerator);
  c.layer = with_batch(*w.find(layer), mappings.batch);
  c.mapping = *resolve(mappings, c.layer);
  throw_if_any(check(c.layer, c.accelerator, c.mapping));
  if (fs::exists(folder / "parameters.yaml"))
    c.parameters = read_parameters(folder / "parameters.yaml");
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
