// SPDX-License-Identifier: Apache-2.0
#include "analytical/exact.h"

#include "analytical/exact_edges.h"
#include "analytical/exact_loads.h"
#include "analytical/exact_loops.h"
#include "analytical/exact_machine.h"
#include "analytical/exact_runner.h"
#include "core/checked.h"

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

ExactLatency evaluate(const Problem& p, bool compress, int extra_cap, std::size_t most_bytes) {
  Edges edges(p.layer, p.accelerator, p.loops, p.loads, p.ports, extra_cap);
  Machine machine(p.accelerator, p.loops, edges, p.ports, {!compress, most_bytes});
  Runner runner(p.loops, p.loads, edges, machine, {compress, most_bytes});
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

ExactLatency walk(const Problem& p, const ExactLimits& limits) {
  if (p.loops.most_steps() > limits.walked_steps)
    throw OverflowError(
        "the exact mode would have to go through " + std::to_string(p.loops.most_steps()) +
        " steps one by one, which is more than " + std::to_string(limits.walked_steps));
  try {
    return evaluate(p, false, 0, limits.bytes);
  } catch (const exact::TooLarge&) {
    throw OverflowError("the exact mode would need more than " +
                        std::to_string(limits.bytes >> 20U) + " MiB of memory");
  }
}

}  // namespace

ExactLatency exact_latency(const Layer& layer, const Accelerator& accelerator, const Nest& nest,
                           bool off_chip_timed, ExactMode mode, const ExactLimits& limits) {
  const Loops loops(layer, accelerator, nest);
  const Problem problem{layer, accelerator, loops, Loads(layer, accelerator, loops),
                        Ports(accelerator, off_chip_timed)};
  int retries = 0;
  if (mode == ExactMode::compressed)
    for (const int extra_cap : kMoreOfThePast) {
      try {
        ExactLatency result = evaluate(problem, true, extra_cap, limits.bytes);
        result.retries = retries;
        return result;
      } catch (const exact::Undecided&) {
        ++retries;
      } catch (const exact::TooLarge&) {
        ++retries;
        break;  // more of the past would take still more
      }
    }
  ExactLatency result = walk(problem, limits);
  result.retries = retries;
  return result;
}

}  // namespace assay::analytical
