// SPDX-License-Identifier: Apache-2.0
#include "experiments/run.h"

#include <algorithm>

#include "analytical/predictor.h"
#include "core/checked.h"
#include "core/diagnostics.h"
#include "core/hash.h"
#include "core/machine.h"
#include "experiments/baselines.h"

namespace assay {
namespace {

std::vector<const Layer*> chosen_layers(const RunInput& input, const Plan& plan,
                                        Diagnostics& diagnostics) {
  std::vector<const Layer*> out;
  std::vector<std::string> known;
  for (const Layer& l : plan.workload.layers) known.push_back(l.name);
  for (const std::string& name : input.layers)
    if (plan.workload.find(name) == nullptr) {
      const std::string hint = nearest(name, known);
      diagnostics.push_back({input.workload.string(), 0, "layers", name,
                             "the workload has no such layer" +
                                 (hint.empty() ? "" : "; did you mean '" + hint + "'?")});
    }
  for (const auto& [name, nest] : plan.mappings.layers)
    if (plan.workload.find(name) == nullptr)
      diagnostics.push_back({input.mapping.string(), plan.mappings.layer_lines.at(name),
                             "layers." + name, "",
                             "workload '" + plan.workload.name + "' has no such layer"});
  for (const Layer& l : plan.workload.layers)
    if (input.layers.empty() ||
        std::find(input.layers.begin(), input.layers.end(), l.name) != input.layers.end())
      out.push_back(&l);
  return out;
}

// Each operand once, apart by whether an off-chip port takes time for it: a weight memory, for
// example, has no port for inputs that stay on the chip from layer to layer.
void add_off_chip_bits(const Layer& layer, const Accelerator& a, BaselineInput* in) {
  const Precision p = effective_precision(a, layer);
  const auto add_operand = [&](Operand o, Transfer t, int bits) {
    const bool free = a.levels.front().unlimited[o][static_cast<std::size_t>(t)];
    std::int64_t& sum = free ? in->off_chip_free_bits : in->off_chip_bits;
    sum = add(sum, mul(tensor_elements(layer, o), bits));
  };
  add_operand(Operand::I, Transfer::read, p.input_bits);
  if (layer.has_weights()) add_operand(Operand::W, Transfer::read, p.weight_bits);
  add_operand(Operand::O, Transfer::write, p.output_bits);
}

// A price for a level that does not exist would be left out in silence.
void check_components(const Parameters& parameters, const Accelerator& accelerator,
                      Diagnostics& diagnostics) {
  std::vector<std::string> known;
  for (const Level& level : accelerator.levels) known.push_back(level.name);
  for (const UnitEnergy& e : parameters.energies) {
    if (accelerator.find(e.component) >= 0) continue;
    const std::string hint = nearest(e.component, known);
    diagnostics.push_back({parameters.file.string(), 0, "energy.component", e.component,
                           "accelerator '" + accelerator.name + "' has no such level" +
                               (hint.empty() ? "" : "; did you mean '" + hint + "'?")});
  }
}

Plan read_files(const RunInput& input) {
  Plan plan;
  plan.accelerator = read_accelerator(input.accelerator);
  plan.workload = read_workload(input.workload);
  plan.mappings = read_mappings(input.mapping, plan.accelerator);
  if (input.parameters) plan.parameters = read_parameters(*input.parameters);
  plan.variant = input.variant;
  plan.inputs = {{"accelerator", name_and_hash(input.accelerator)},
                 {"workload", name_and_hash(input.workload)},
                 {"mapping", name_and_hash(input.mapping)}};
  if (input.parameters) plan.inputs["parameters"] = name_and_hash(*input.parameters);
  return plan;
}

// Files that do not belong together.
void check_files(const RunInput& input, const Plan& plan, Diagnostics& diagnostics) {
  if (!plan.mappings.workload.empty() && plan.mappings.workload != plan.workload.name)
    diagnostics.push_back({input.mapping.string(), 0, "workload", plan.mappings.workload,
                           "the mappings are used with workload '" + plan.workload.name + "'"});
  if (!plan.parameters) return;
  if (plan.parameters->chip != plan.accelerator.name)
    diagnostics.push_back(
        {input.parameters->string(), 0, "chip", plan.parameters->chip,
         "the parameters are used with accelerator '" + plan.accelerator.name + "'"});
  check_components(*plan.parameters, plan.accelerator, diagnostics);
}

void add_layer(const Layer& base, const RunInput& input, Plan& plan, Diagnostics& diagnostics) {
  try {
    Layer layer = with_batch(base, plan.mappings.batch);
    auto mapping = resolve(plan.mappings, layer);
    if (!mapping) {
      plan.unmapped.push_back(layer.name);
      return;
    }
    const Diagnostics why = check(layer, plan.accelerator, *mapping);
    diagnostics.insert(diagnostics.end(), why.begin(), why.end());
    if (why.empty()) plan.layers.push_back({std::move(layer), std::move(*mapping)});
  } catch (const OverflowError& e) {
    diagnostics.push_back({input.mapping.string(), 0, base.name, "", e.what()});
  }
}

double off_chip_bandwidth(const Accelerator& a) {
  double sum = 0;
  for (const Port& p : a.levels.front().ports) sum += p.bandwidth_bits_per_cycle.value();
  return sum;
}

}  // namespace

std::filesystem::path find_mapping(const std::filesystem::path& chip_folder,
                                   const std::string& workload_name,
                                   const std::optional<std::filesystem::path>& chosen,
                                   const std::string& suffix) {
  if (chosen) return *chosen;
  for (const std::string& name :
       {workload_name + suffix + ".yaml", workload_name + ".yaml", std::string("any.yaml")})
    if (std::filesystem::is_regular_file(chip_folder / name)) return chip_folder / name;
  throw InputError({{chip_folder.string(), 0, "mapping", "",
                     "no mapping for workload '" + workload_name + "': expected " + workload_name +
                         ".yaml or any.yaml in the chip's folder, or --mapping FILE"}});
}

Plan prepare(const RunInput& input) {
  Plan plan = read_files(input);
  Diagnostics diagnostics;
  check_files(input, plan, diagnostics);
  if (plan.parameters) apply_machine_values(*plan.parameters, &plan.accelerator, &diagnostics);
  const std::vector<const Layer*> layers = chosen_layers(input, plan, diagnostics);
  throw_if_any(diagnostics);
  for (const Layer* layer : layers) add_layer(*layer, input, plan, diagnostics);
  for (const std::string& name : input.layers)
    if (std::find(plan.unmapped.begin(), plan.unmapped.end(), name) != plan.unmapped.end())
      diagnostics.push_back({input.mapping.string(), 0, "layers", name,
                             "the mapping file has no mapping for this layer"});
  if (plan.layers.empty() && diagnostics.empty())
    diagnostics.push_back({input.mapping.string(), 0, "layers", "",
                           "the mapping file maps no layer of the workload"});
  throw_if_any(diagnostics);
  return plan;
}

Run run_analytical(const RunInput& input) {
  Run run{prepare(input), {}};
  Diagnostics diagnostics;
  for (const PlannedLayer& l : run.layers) {
    try {
      Record r = analytical::predict_record(
          {&l.layer, &run.accelerator, &l.mapping, run.parameters ? &*run.parameters : nullptr,
           run.workload.name, run.variant, run.mappings.batch, input.exact});
      put_execution(run.accelerator, &r);
      r.provenance.inputs = run.inputs;
      run.records.push_back(std::move(r));
    } catch (const OverflowError& e) {
      diagnostics.push_back({input.mapping.string(), 0, l.layer.name, "", e.what()});
    }
  }
  throw_if_any(diagnostics);
  return run;
}

std::vector<Record> baselines(const Run& run) {
  std::vector<Record> out;
  // Prices have no say in a naive latency.
  std::map<std::string, std::string> inputs = run.inputs;
  inputs.erase("parameters");
  for (const Record& r : run.records) {
    const Layer layer = with_batch(*run.workload.find(r.layer), run.mappings.batch);
    BaselineInput in;
    in.chip = r.chip;
    in.workload = r.workload;
    in.layer = r.layer;
    in.batch = r.batch;
    in.repeat = r.repeat;
    in.macs = points(layer);
    in.lanes = run.accelerator.lanes();
    add_off_chip_bits(layer, run.accelerator, &in);
    in.off_chip_bits_per_cycle = off_chip_bandwidth(run.accelerator);
    in.clock = run.accelerator.clock;
    out.push_back(macs_over_pes(in));
    if (in.off_chip_bits_per_cycle > 0 && in.off_chip_bits > 0) out.push_back(roofline(in));
  }
  for (Record& r : out) r.provenance.inputs = inputs;
  return out;
}

}  // namespace assay
