// SPDX-License-Identifier: Apache-2.0
// Whether a prediction has seen what it is compared with: by the groups and the data hashes of a
// fit, and by the split that was made beforehand.
#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "calibration/parameters_json.h"
#include "calibration/split.h"
#include "core/diagnostics.h"
#include "core/hash.h"
#include "experiments/experiment_data.h"
#include "experiments/fitted_use.h"

namespace assay {
namespace {

namespace fs = std::filesystem;

// "alexnet@bench-2" is a session of alexnet.
std::string network_of(const std::string& group) { return group.substr(0, group.find('@')); }

bool fitted_to(const calibration::FitBlock& fit, const std::string& workload) {
  return std::any_of(fit.groups.begin(), fit.groups.end(),
                     [&](const std::string& g) { return network_of(g) == workload; });
}

// The measured file of the case that the fit has read; empty: none.
std::string shared_data(const calibration::FitBlock& fit, const ExperimentCase& c,
                        const fs::path& chip) {
  for (const ExperimentData& m : c.measured) {
    const std::string hash = sha256_of_file(chip / m.data);
    for (const auto& [role, value] : fit.data)
      if (value.find(hash) != std::string::npos) return m.data;
  }
  return {};
}

// What the split says of the network: fitted, held out, or nothing.
std::optional<bool> is_held_out(const calibration::Split& split, const std::string& workload) {
  for (const calibration::SplitGroup& g : split.groups)
    if (network_of(g.group) == workload) return g.role != calibration::Role::calibration;
  return std::nullopt;
}

Evidence evidence_of(const calibration::FitBlock& fit, const std::string& file,
                     const std::string& workload, const std::string& data) {
  Evidence e;
  const bool seen = fitted_to(fit, workload);
  e.kind = seen ? kInSample : kHeldOut;
  e.why = file + ": " + fit.quantity + " was fitted to ";
  for (std::size_t i = 0; i < fit.groups.size(); ++i) e.why += (i > 0 ? ", " : "") + fit.groups[i];
  if (seen && !data.empty()) e.why += ", of " + data + " as compared here";
  if (!seen) e.why += ", not to " + workload;
  return e;
}

// Without a fit something may still have been chosen on the headline's figures.
void note_description(const Experiment& e, Evidence* found) {
  for (const Agreement& a : e.agreements)
    if (a.quantity == e.headline_quantity && a.kind != "prediction" &&
        (a.variant.empty() || a.variant == found->variant)) {
      found->kind = kDescribed;
      found->why = a.why;
    }
}

}  // namespace

void add_evidence(const Experiment& e, const ExperimentCase& c, const Catalog& catalog,
                  ReportInput* out) {
  const fs::path chip = chip_of(e, c, catalog);
  const std::string workload = read_workload(workload_of(e, c, catalog)).name;
  std::optional<calibration::Split> split;
  if (c.split) split = calibration::read_split(chip / *c.split);
  Diagnostics diagnostics;
  for (const ExperimentVariant& v : c.variants) {
    const std::optional<std::string>& parameters = v.parameters ? v.parameters : c.parameters;
    const std::string name = read_accelerator(chip / v.accelerator).name;
    Evidence found{name, workload, v.name, kNothingFitted, "literature and stated values alone"};
    if (parameters && is_fitted(chip / *parameters)) {
      const calibration::FitBlock fit = calibration::read_fitted(chip / *parameters, name).fit;
      const std::string data = shared_data(fit, c, chip);
      const Evidence of = evidence_of(fit, *parameters, workload, data);
      found.kind = of.kind;
      found.why = of.why;
      const std::optional<bool> held_out =
          split ? is_held_out(*split, workload) : std::optional<bool>();
      // Names alone prove nothing where the fit has read this very file.
      if (of.kind == kHeldOut && !data.empty() && !held_out) {
        found.kind = kInSample;
        found.why += ", but of " + data + " as compared here, and no split holds it out";
      }
      if (held_out && *held_out && of.kind == kInSample)
        diagnostics.push_back({e.file.string(), 0, "split", *c.split,
                               "the split holds " + workload + " out, and " + found.why});
      if (held_out && !*held_out) found.kind = kInSample;  // it could be chosen by its errors
    }
    if (found.kind == kNothingFitted) note_description(e, &found);
    out->evidence.push_back(std::move(found));
  }
  throw_if_any(diagnostics);
}

}  // namespace assay
