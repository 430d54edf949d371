// SPDX-License-Identifier: Apache-2.0
#include "experiments/simulate.h"

#include <memory>
#include <system_error>
#include <utility>

#include "core/diagnostics.h"
#include "core/energy.h"
#include "core/machine.h"
#include "simulator/chrome_trace.h"
#include "simulator/simulator.h"

namespace assay {
namespace {

namespace fs = std::filesystem;

// Progress of a layer is told in so many parts; more would only fill the pipe.
constexpr std::int64_t kProgressParts = 1000;

void check_options(const SimulateOptions& options, const Plan& plan) {
  Diagnostics diagnostics;
  check_layer_file(options.trace, "trace", options, plan, &diagnostics);
  check_layer_file(options.vcd, "vcd", options, plan, &diagnostics);
  if (!options.timing_only) check_simulated_data(plan, &diagnostics);
  throw_if_any(diagnostics);
}

// What a worker has: a machine, and a copy of the plan.
class SimulatedLayer {
 public:
  SimulatedLayer(const Plan& plan, const SimulateOptions& options)
      : plan_(plan), options_(options), machine_(plan.accelerator) {}

  Record run(const PlannedLayer& planned, std::int64_t steps, const ReportProgress& report) {
    const Layer& layer = planned.layer;
    const Precision precision = effective_precision(plan_.accelerator, layer);
    simulator::SimulateInput in;
    in.layer = &layer;
    in.accelerator = &plan_.accelerator;
    in.mapping = &planned.mapping;
    in.workload = plan_.workload.name;
    in.variant = plan_.variant;
    in.batch = plan_.mappings.batch;
    in.vcd = options_.vcd.string();
    simulator::LayerData data;
    if (!options_.timing_only) {
      data = simulator::random_data(layer, precision, options_.seed);
      in.data = &data;
      in.seed = options_.seed;
    }
    in.progress = [&, told = std::int64_t{0}](std::int64_t done) mutable {
      if (done > steps || done - told < steps / kProgressParts) return;
      report(done);
      told = done;
    };
    Record r = traced(layer, in);
    put_execution(plan_.accelerator, &r);
    r.provenance.inputs = plan_.inputs;
    if (plan_.parameters)
      put_energy(plan_.accelerator, precision, *plan_.parameters,
                 plan_.parameters->zero_fraction(plan_.workload.name, layer.name), &r);
    return r;
  }

 private:
  Record traced(const Layer& layer, simulator::SimulateInput& in) {
    if (options_.trace.empty()) return simulate_record(machine_, in);
    simulator::ChromeTrace trace(
        plan_.accelerator, options_.trace,
        plan_.accelerator.name + " " + plan_.workload.name + " " + layer.name);
    in.observer = &trace;
    Record r = simulate_record(machine_, in);
    trace.finish();
    return r;
  }

  const Plan& plan_;
  const SimulateOptions& options_;
  simulator::Machine machine_;
};

// A worker that is killed cannot, and the next run would take a trace for that of another one.
void remove_unfinished(const SimulateOptions& options) {
  const auto remove = [](fs::path file, const char* ending) {
    std::error_code ignored;
    if (!file.empty()) fs::remove(file += ending, ignored);
  };
  remove(options.trace, ".tmp");
  remove(options.vcd, ".partial.vcd");
}

}  // namespace

LayerRuns simulate(const SimulateOptions& options) {
  LayerRunsInput in;
  in.plan = prepare(options.input);
  check_options(options, in.plan);
  in.layers = waiting_layers(in.plan, options.timing_only ? 2 : 1);
  if (options.timing_only)
    for (LayerProgress& l : in.layers) l.work = static_cast<double>(l.steps);
  in.mode["level"] = "simulator";
  in.mode["mode"] = options.timing_only ? "timing" : "data, seed " + std::to_string(options.seed);
  in.make_work = [&options, layers = in.layers](const Plan& plan) -> LayerWork {
    const auto machine = std::make_shared<SimulatedLayer>(plan, options);
    return [&plan, machine, layers](std::size_t i, const ReportProgress& report) {
      return machine->run(plan.layers[i], layers[i].steps, report);
    };
  };
  LayerRuns runs = run_layers(std::move(in), options);
  if (runs.stopped) remove_unfinished(options);
  return runs;
}

Run run_simulator(const SimulateOptions& options) { return all_or_none(simulate(options)); }

}  // namespace assay
