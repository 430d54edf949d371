// SPDX-License-Identifier: Apache-2.0
#include "experiments/rtl_run.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <stdexcept>
#include <system_error>
#include <utility>
#include <vector>

#include "core/diagnostics.h"
#include "core/energy.h"
#include "core/machine.h"
#include "core/text.h"
#include "core/yaml_reader.h"
#include "rtl/description.h"
#include "rtl/record.h"
#include "rtl/registry.h"
#include "simulator/simulator.h"

namespace assay {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostDifferences = 8;

std::unique_ptr<rtl::Design> hardware_of(const RtlOptions& options, const Accelerator& a) {
  const std::vector<std::string> known = rtl::configurations();
  const std::string expected = known.empty() ? "" : ": " + one_of(known);
  if (a.rtl.empty())
    throw InputError({{a.file.string(), 0, "rtl", "",
                       "the key is missing; expected hardware that is built" + expected}});
  auto design = options.make_design(a.rtl);
  if (design != nullptr) return design;
  const std::string hint = nearest(a.rtl, known);
  throw InputError({{a.file.string(), 0, "rtl", a.rtl,
                     "expected hardware that is built" + expected +
                         (hint.empty() ? "" : "; did you mean '" + hint + "'?")}});
}

void check_options(const RtlOptions& options, const Plan& plan) {
  const auto design = hardware_of(options, plan.accelerator);
  Diagnostics diagnostics =
      rtl::compare_description(plan.accelerator, design->description(), plan.accelerator.rtl);
  check_layer_file(options.fst, "fst", options, plan, &diagnostics);
  if (!options.fst.empty() && !design->has_waveforms())
    diagnostics.push_back({"", 0, "fst", options.fst.string(),
                           "hardware '" + plan.accelerator.rtl +
                               "' is built without waveforms; expected a program built with "
                               "-DASSAY_RTL_TRACE=ON"});
  check_simulated_data(plan, &diagnostics);
  throw_if_any(diagnostics);  // the hardware need not understand the mappings of another one
  for (const PlannedLayer& l : plan.layers)
    for (Diagnostic why : design->check(l.layer, l.mapping)) {
      why.file = plan.mappings.file.string();
      why.key = l.layer.name + (why.key.empty() ? "" : "." + why.key);
      diagnostics.push_back(std::move(why));
    }
  throw_if_any(diagnostics);
}

std::string pair_text(std::int64_t hardware, std::int64_t simulated) {
  return " " + std::to_string(hardware) + " (simulator " + std::to_string(simulated) + ")";
}

void compare_outputs(const std::vector<std::int32_t>& hardware,
                     const std::vector<std::int32_t>& simulated, std::vector<std::string>* all) {
  if (hardware.size() != simulated.size()) {
    all->push_back("outputs" + pair_text(static_cast<std::int64_t>(hardware.size()),
                                         static_cast<std::int64_t>(simulated.size())));
    return;
  }
  std::int64_t wrong = 0;
  std::size_t first = 0;
  for (std::size_t i = hardware.size(); i-- > 0;)
    if (hardware[i] != simulated[i]) {
      ++wrong;
      first = i;
    }
  if (wrong > 0)
    all->push_back(std::to_string(wrong) + " of " + std::to_string(hardware.size()) +
                   " outputs, the first at " + std::to_string(first) +
                   pair_text(hardware[first], simulated[first]));
}

// What the note says.
std::string comparison_of(const rtl::RunResult& hardware, const simulator::RunResult& simulated) {
  std::vector<std::string> all;
  if (hardware.cycles != simulated.finish)
    all.push_back("total_cycles" + pair_text(hardware.cycles, simulated.finish));
  std::set<CountKey> keys;
  for (const auto& [key, n] : hardware.counts) keys.insert(key);
  for (const auto& [key, n] : simulated.counts) keys.insert(key);
  const auto count_in = [](const auto& counts, const CountKey& key) {
    const auto n = counts.find(key);
    return n == counts.end() ? std::int64_t{0} : n->second;
  };
  for (const CountKey& key : keys) {
    const std::int64_t h = count_in(hardware.counts, key), s = count_in(simulated.counts, key);
    if (h != s)
      all.push_back(key.component + "." + key.operand + "." + key.action + pair_text(h, s));
  }
  compare_outputs(hardware.output, simulated.output, &all);
  return all.empty() ? kCheckEqual : "different: " + listed(all, kMostDifferences);
}

// What a worker has: the hardware, a simulator where one is asked for, and a copy of the plan.
class RtlLayer {
 public:
  RtlLayer(const Plan& plan, const RtlOptions& options)
      : plan_(plan), options_(options), design_(hardware_of(options, plan.accelerator)) {
    if (options.check) machine_ = std::make_unique<simulator::Machine>(plan.accelerator);
  }

  Record run(const PlannedLayer& planned, const ReportProgress& report) {
    const Layer& layer = planned.layer;
    const Precision precision = effective_precision(plan_.accelerator, layer);
    const auto random = simulator::random_data(layer, precision, options_.seed);
    const rtl::LayerData data{random.input, random.weights};
    const rtl::RunResult result = run_hardware(planned, data, report);
    rtl::RecordInput in;
    in.layer = &layer;
    in.accelerator = &plan_.accelerator;
    in.configuration = plan_.accelerator.rtl;
    in.workload = plan_.workload.name;
    in.variant = plan_.variant;
    in.batch = plan_.mappings.batch;
    in.data = &data;
    in.seed = options_.seed;
    Record r = rtl::make_record(in, result);
    r.provenance.inputs = plan_.inputs;
    put_execution(plan_.accelerator, &r);
    if (plan_.parameters)
      put_energy(plan_.accelerator, precision, *plan_.parameters,
                 plan_.parameters->zero_fraction(plan_.workload.name, layer.name), &r);
    if (machine_ == nullptr) return r;
    simulator::RunOptions simulate;
    simulate.off_chip_timed = true;
    simulate.data = &random;
    r.notes[kCheckNote] = comparison_of(result, machine_->run(layer, planned.mapping, simulate));
    return r;
  }

 private:
  // A waveform has its name when it is whole.
  rtl::RunResult run_hardware(const PlannedLayer& planned, const rtl::LayerData& data,
                              const ReportProgress& report) {
    rtl::RunOptions run;
    run.progress = report;
    const fs::path unfinished = options_.fst.string() + ".tmp";
    if (!options_.fst.empty()) run.fst = unfinished.string();
    rtl::RunResult result = design_->run(planned.layer, planned.mapping, data, run);
    if (options_.fst.empty()) return result;
    fs::rename(unfinished, options_.fst);
    return result;
  }

  const Plan& plan_;
  const RtlOptions& options_;
  std::unique_ptr<rtl::Design> design_;
  std::unique_ptr<simulator::Machine> machine_;
};

// A worker that is killed cannot; the second file is the writer's own.
void remove_unfinished(const fs::path& fst) {
  std::error_code ignored;
  for (const char* ending : {".tmp", ".tmp.hier"}) fs::remove(fst.string() + ending, ignored);
}

// How many cycles a layer will take is not known before: so many that the analytical level says.
std::vector<LayerProgress> expected_cycles(const Run& predicted) {
  std::vector<LayerProgress> layers;
  for (const Record& r : predicted.records) {
    LayerProgress p;
    p.layer = r.layer;
    p.work = r.values.at("total_cycles");
    p.steps = static_cast<std::int64_t>(std::ceil(p.work));
    p.unit = "cycles";
    layers.push_back(std::move(p));
  }
  return layers;
}

}  // namespace

bool has_rtl() { return !rtl::configurations().empty(); }

LayerRuns run_rtl(const RtlOptions& options) {
  LayerRunsInput in;
  Run predicted = run_analytical(options.input);
  in.layers = expected_cycles(predicted);
  in.plan = std::move(static_cast<Plan&>(predicted));
  check_options(options, in.plan);
  in.mode["level"] = "rtl";
  in.mode["verilator"] = rtl::verilator_version();
  in.mode["mode"] = "data, seed " + std::to_string(options.seed) +
                    (options.check ? ", beside the simulator" : "");
  in.make_work = [&options](const Plan& plan) -> LayerWork {
    const auto hardware = std::make_shared<RtlLayer>(plan, options);
    return [&plan, hardware](std::size_t i, const ReportProgress& report) {
      return hardware->run(plan.layers[i], report);
    };
  };
  LayerRuns runs = run_layers(std::move(in), options);
  if (runs.stopped && !options.fst.empty()) remove_unfinished(options.fst);
  return runs;
}

bool differs_from_simulator(const Record& record) {
  const auto note = record.notes.find(kCheckNote);
  return note != record.notes.end() && note->second != kCheckEqual;
}

}  // namespace assay
