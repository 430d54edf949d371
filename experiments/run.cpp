// SPDX-License-Identifier: Apache-2.0
#include "experiments/run.h"

#include <algorithm>

#include "analytical/predictor.h"
#include "core/checked.h"
#include "core/diagnostics.h"
#include "core/hash.h"
#include "experiments/baselines.h"

namespace assay {
namespace {

std::string hashed(const std::filesystem::path& file) {
  return file.filename().string() + " " + sha256_of_file(file);
}

std::vector<const Layer*> chosen_layers(const RunInput& input, Run& run, Diagnostics& diagnostics) {
  std::vector<const Layer*> out;
  std::vector<std::string> known;
  for (const Layer& l : run.workload.layers) known.push_back(l.name);
  for (const std::string& name : input.layers)
    if (run.workload.find(name) == nullptr) {
      const std::string hint = nearest(name, known);
      diagnostics.push_back({input.workload.string(), 0, "layers", name,
                             "the workload has no such layer" +
                                 (hint.empty() ? "" : "; did you mean '" + hint + "'?")});
    }
  for (const auto& [name, nest] : run.mappings.layers)
    if (run.workload.find(name) == nullptr)
      diagnostics.push_back({input.mapping.string(), run.mappings.layer_lines.at(name),
                             "layers." + name, "",
                             "workload '" + run.workload.name + "' has no such layer"});
  for (const Layer& l : run.workload.layers)
    if (input.layers.empty() ||
        std::find(input.layers.begin(), input.layers.end(), l.name) != input.layers.end())
      out.push_back(&l);
  return out;
}

std::int64_t off_chip_bits(const Layer& layer, const Precision& p) {
  std::int64_t bits = mul(tensor_elements(layer, Operand::I), p.input_bits);
  if (layer.has_weights()) bits = add(bits, mul(tensor_elements(layer, Operand::W), p.weight_bits));
  return add(bits, mul(tensor_elements(layer, Operand::O), p.output_bits));
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

double off_chip_bandwidth(const Accelerator& a) {
  double sum = 0;
  for (const Port& p : a.levels.front().ports) sum += p.bandwidth_bits_per_cycle.value();
  return sum;
}

}  // namespace

std::filesystem::path find_mapping(const std::filesystem::path& chip_folder,
                                   const std::string& workload_name,
                                   const std::optional<std::filesystem::path>& chosen) {
  if (chosen) return *chosen;
  for (const std::string& name : {workload_name + ".yaml", std::string("any.yaml")})
    if (std::filesystem::is_regular_file(chip_folder / name)) return chip_folder / name;
  throw InputError({{chip_folder.string(), 0, "mapping", "",
                     "no mapping for workload '" + workload_name + "': expected " + workload_name +
                         ".yaml or any.yaml in the chip's folder, or --mapping FILE"}});
}

Run run_analytical(const RunInput& input) {
  Run run;
  run.accelerator = read_accelerator(input.accelerator);
  run.workload = read_workload(input.workload);
  run.mappings = read_mappings(input.mapping, run.accelerator);
  if (input.parameters) run.parameters = read_parameters(*input.parameters);
  Diagnostics diagnostics;
  if (!run.mappings.workload.empty() && run.mappings.workload != run.workload.name)
    diagnostics.push_back({input.mapping.string(), 0, "workload", run.mappings.workload,
                           "the mappings are used with workload '" + run.workload.name + "'"});
  if (run.parameters && run.parameters->chip != run.accelerator.name)
    diagnostics.push_back(
        {input.parameters->string(), 0, "chip", run.parameters->chip,
         "the parameters are used with accelerator '" + run.accelerator.name + "'"});
  if (run.parameters) check_components(*run.parameters, run.accelerator, diagnostics);
  const std::vector<const Layer*> layers = chosen_layers(input, run, diagnostics);
  throw_if_any(diagnostics);
  std::map<std::string, std::string> inputs{{"accelerator", hashed(input.accelerator)},
                                            {"workload", hashed(input.workload)},
                                            {"mapping", hashed(input.mapping)}};
  if (input.parameters) inputs["parameters"] = hashed(*input.parameters);
  for (const Layer* base : layers) {
    try {
      const Layer layer = with_batch(*base, run.mappings.batch);
      const auto mapping = resolve(run.mappings, layer);
      if (!mapping) {
        run.unmapped.push_back(layer.name);
        continue;
      }
      const Diagnostics why = check(layer, run.accelerator, *mapping);
      diagnostics.insert(diagnostics.end(), why.begin(), why.end());
      if (!why.empty()) continue;
      Record r = analytical::predict_record({&layer, &run.accelerator, &*mapping,
                                             run.parameters ? &*run.parameters : nullptr,
                                             run.workload.name, input.variant, run.mappings.batch});
      r.provenance.inputs = inputs;
      run.records.push_back(std::move(r));
    } catch (const OverflowError& e) {
      diagnostics.push_back({input.mapping.string(), 0, base->name, "", e.what()});
    }
  }
  for (const std::string& name : input.layers)
    if (std::find(run.unmapped.begin(), run.unmapped.end(), name) != run.unmapped.end())
      diagnostics.push_back({input.mapping.string(), 0, "layers", name,
                             "the mapping file has no mapping for this layer"});
  if (run.records.empty() && diagnostics.empty())
    diagnostics.push_back({input.mapping.string(), 0, "layers", "",
                           "the mapping file maps no layer of the workload"});
  throw_if_any(diagnostics);
  return run;
}

std::vector<Record> baselines(const Run& run) {
  std::vector<Record> out;
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
    in.off_chip_bits = off_chip_bits(layer, effective_precision(run.accelerator, layer));
    in.off_chip_bits_per_cycle = off_chip_bandwidth(run.accelerator);
    in.clock = run.accelerator.clock;
    out.push_back(macs_over_pes(in));
    if (in.off_chip_bits_per_cycle > 0) out.push_back(roofline(in));
  }
  return out;
}

}  // namespace assay
