// SPDX-License-Identifier: Apache-2.0
#include "analytical/exact.h"

#include "analytical/exact_edges.h"
#include "analytical/exact_loads.h"
#include "analytical/exact_loops.h"
#include "analytical/exact_machine.h"
#include "analytical/exact_runner.h"

namespace assay::analytical {
namespace {

using exact::Edges;
using exact::Loads;
using exact::Loops;
using exact::Machine;
using exact::Ports;
using exact::Runner;

// Tiles of outputs that are remembered beyond the slots, in one attempt after another.
constexpr int kMoreOfThePast[] = {0, 4, 16, 64, 256};

struct Problem {
  const Layer& layer;
  const Accelerator& accelerator;
  Loops loops;
  Loads loads;
  Ports ports;
};

ExactLatency evaluate(const Problem& p, bool compress, int extra_cap) {
  Edges edges(p.layer, p.accelerator, p.loops, p.loads, p.ports, extra_cap);
  Machine machine(p.accelerator, p.loops, edges, p.ports, !compress);
  Runner runner(p.loops, p.loads, edges, machine, compress);
  runner.run();
  ExactLatency result;
  const std::int64_t* moment = machine.moments.values(machine.finish());
  result.finish = moment[0];
  const std::vector<std::string> labels = p.ports.labels();
  for (std::size_t i = 0; i < labels.size(); ++i)
    if (moment[i + 1] != 0) result.by_cause[labels[i]] = moment[i + 1];
  result.steps = machine.counters[0];
  result.step_time = machine.counters[1];
  result.transfers = machine.counters[2];
  for (std::size_t i = 0; i < p.ports.timed.size(); ++i)
    result.busy[p.ports.timed[i].name] = machine.counters[3 + i];
  result.evaluated = runner.evaluated();
  result.walked = !compress;
  return result;
}

}  // namespace

ExactLatency exact_latency(const Layer& layer, const Accelerator& accelerator, const Nest& nest,
                           bool off_chip_timed, ExactMode mode) {
  const Loops loops(layer, accelerator, nest);
  const Problem problem{layer, accelerator, loops, Loads(layer, accelerator, loops),
                        Ports(accelerator, off_chip_timed)};
  int retries = 0;
  if (mode == ExactMode::compressed)
    for (const int extra_cap : kMoreOfThePast) {
      try {
        ExactLatency result = evaluate(problem, true, extra_cap);
        result.retries = retries;
        return result;
      } catch (const exact::Undecided&) {
        ++retries;
      }
    }
  ExactLatency result = evaluate(problem, false, 0);
  result.retries = retries;
  return result;
}

}  // namespace assay::analytical
