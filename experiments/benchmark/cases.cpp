// SPDX-License-Identifier: Apache-2.0
#include "experiments/benchmark/cases.h"

#include <ctime>

#include "core/diagnostics.h"

namespace assay::benchmark {
namespace {

namespace fs = std::filesystem;

constexpr int kRounds = 5;
constexpr double kSecondsPerRound = 0.1;

}  // namespace

double thread_seconds() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

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

std::optional<analytical::Prices> prices_of(const Case& c) {
  if (!c.parameters) return std::nullopt;
  return analytical::price_list(*c.parameters, c.accelerator,
                                effective_precision(c.accelerator, c.layer));
}

}  // namespace assay::benchmark
