// SPDX-License-Identifier: Apache-2.0
#include "experiments/provenance/explain_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "calibration/parameters_json.h"
#include "core/accelerator.h"
#include "core/diagnostics.h"
#include "core/parameters.h"
#include "core/text.h"

namespace assay::provenance {
namespace {

namespace fs = std::filesystem;

std::string price(const UnitEnergy& e) {
  std::string text = number_text(e.energy.value) + " pJ";
  if (e.per_bits > 0) text += fmt::format(" per {} bits", e.per_bits);
  if (e.gated_energy) text += ", gated " + number_text(e.gated_energy->value) + " pJ";
  return text;
}

// Fitted values carry intervals; the entries that an unknown prices are named by its terms.
void add_intervals(const fs::path& file, std::vector<ExplainedParameter>* all) {
  calibration::FittedParameters fitted;
  try {
    fitted = calibration::read_fitted(file, "");
  } catch (const InputError&) {
    return;  // stated by hand
  }
  for (const calibration::FittedUnknown& u : fitted.fit.unknowns) {
    ExplainedParameter p;
    p.name = "fitted " + u.name;
    p.value = fmt::format("{:.4g} {}", std::exp(u.value_ln), u.unit);
    p.interval = fmt::format("95 %: {:.4g} to {:.4g}, {}", u.low, u.high, u.learned);
    p.source = fmt::format("{} of {} to {} records; prior {:.4g}: {}", fitted.fit.estimator,
                           fitted.fit.name, fitted.fit.n, std::exp(u.prior_ln), u.prior_source);
    p.confidence = "learned from data";
    all->push_back(std::move(p));
  }
  for (const auto& [role, name] : fitted.fit.data)
    all->push_back({"fitted to " + role, name, "", "", ""});
}

std::vector<ExplainedParameter> prices_of(const fs::path& file, const Explanation& e) {
  std::vector<ExplainedParameter> all;
  const Parameters p = read_parameters(file);
  all.push_back({p.name, "", p.description, "", ""});
  const bool energy = e.name.quantity.find("energy") != std::string::npos ||
                      e.name.quantity.find("power") != std::string::npos;
  for (const MachineValue& m : p.machine)
    all.push_back(
        {m.key, m.value ? number_text(*m.value) : "scaled by " + number_text(m.scale.value_or(1)),
         m.source, m.confidence, ""});
  if (!energy) return all;  // prices have no say in it
  for (const UnitEnergy& u : p.energies)
    all.push_back(
        {u.component + "." + u.operand + "." + u.action, price(u), u.source, u.confidence, ""});
  for (const ConstantPower& c : p.powers)
    all.push_back(
        {"power " + c.name, number_text(c.power.value) + " mW", c.source, c.confidence, ""});
  for (const Activity& a : p.activities)
    if (std::any_of(e.layers.begin(), e.layers.end(),
                    [&](const ExplainedLayer& l) { return l.layer == a.layer; }) &&
        (e.name.workload.empty() || a.workload == e.name.workload))
      all.push_back({"zero inputs of " + a.layer, number_text(a.input_zero_fraction), a.source,
                     a.confidence, ""});
  add_intervals(file, &all);
  return all;
}

std::vector<ExplainedParameter> accelerator_of(const fs::path& file) {
  const Accelerator a = read_accelerator(file);
  std::vector<ExplainedParameter> all{{a.name, "", a.source, "", ""}};
  for (const SourceNote& note : a.sources)
    all.push_back({note.key, "", note.source, note.confidence, ""});
  return all;
}

std::vector<ExplainedParameter> parameters_of(const std::string& role, const fs::path& file,
                                              const Explanation& e) {
  if (role == "parameters") return prices_of(file, e);
  if (role == "accelerator") return accelerator_of(file);
  return {};
}

}  // namespace

std::vector<ExplainedFile> explained_files(const Explanation& e,
                                           const std::vector<fs::path>& folders) {
  std::vector<ExplainedFile> files;
  const auto add = [&](const std::string& role, const std::string& text, bool measured) {
    const auto wanted = split_name_and_hash(text);
    for (const InputFile& input : e.chain.inputs) {
      if (!wanted || input.name != wanted->name || input.hash != wanted->hash) continue;
      const std::string shown = (measured ? "measured " : "") + role;
      const auto known = [&](const ExplainedFile& f) {
        return f.role == shown && f.input.hash == input.hash;
      };
      if (std::any_of(files.begin(), files.end(), known)) return;
      ExplainedFile file{shown, input, false, {}};
      const auto now = find_now(input, folders);
      file.unchanged = now && now->hash == input.hash;
      if (file.unchanged && !measured) file.parameters = parameters_of(role, now->file, e);
      files.push_back(std::move(file));
      return;
    }
  };
  for (const ExplainedRecord& r : e.predicted)
    for (const auto& [role, text] : r.inputs) add(role, text, false);
  for (const ExplainedRecord& r : e.measured)
    for (const auto& [role, text] : r.inputs) add(role, text, true);
  return files;
}

}  // namespace assay::provenance
