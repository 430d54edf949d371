// SPDX-License-Identifier: Apache-2.0
#include "experiments/fit/latency_problem.h"

#include <algorithm>

#include "core/machine.h"
#include "core/text.h"
#include "experiments/fit/fit_priors.h"
#include "experiments/fit/latency_model.h"
#include "experiments/run.h"

namespace assay::fit {
namespace {

using Kind = MachineSlot::Kind;

constexpr int kStarts = 5;  // a maximum over ports and steps has several branches
// Transfers take whole cycles, so that latency is a staircase in a bandwidth: wider than its steps
// where transfers take some fifty cycles.
constexpr double kStep = 0.02;
constexpr const char* kExecution = "execution_ms";

const char* unit_of(Kind kind) {
  switch (kind) {
    case Kind::clock:
      return "MHz";
    case Kind::layer_overhead:
      return "us";
    case Kind::bandwidth:
      return "bits per cycle";
    default:
      return "cycles";
  }
}

// The last of a value's statements counts: parameter file, then the longest key of the
// accelerator's notes that the value lies under, then the accelerator as a whole.
void put_source(const FitData& data, const std::string& key, calibration::Unknown* u) {
  for (const MachineValue& m : data.parameters.machine)
    if (m.key == key) {
      u->source = m.source;
      u->confidence = m.confidence;
      return;
    }
  u->source = data.accelerator.source;
  std::size_t longest = 0;
  for (const SourceNote& note : data.accelerator.sources) {
    const bool over = key == note.key || key.compare(0, note.key.size() + 1, note.key + ".") == 0;
    if (!over || note.key.size() < longest) continue;
    longest = note.key.size();
    u->source = note.source;
    u->confidence = note.confidence;
  }
}

class Builder {
 public:
  Builder(const FitFile& fit, const FitData& data, FitProblem* out)
      : fit_(fit), data_(data), out_(out), machine_(data.accelerator) {}

  void run() {
    out_->parameters = data_.parameters;
    out_->starts = kStarts;
    apply_machine_values(data_.parameters, &machine_, &diagnostics_);
    throw_if_any(diagnostics_);
    for (const auto& [name, slot] : machine_slots(machine_)) names_.push_back(name);
    for (const UnknownEntry& u : fit_.unknowns) add(u);
    check_overhead();
    throw_if_any(diagnostics_);
    add_model();
  }

 private:
  void wrong(int line, const std::string& key, const std::string& value,
             const std::string& expected) {
    diagnostics_.push_back({fit_.file.string(), line, key, value, expected});
  }

  void add(const UnknownEntry& u) {
    const auto slots = machine_slots(machine_);
    const auto at = std::find(names_.begin(), names_.end(), u.machine);
    if (at == names_.end()) {
      const std::string hint = nearest(u.machine, names_);
      return wrong(u.line, "machine", u.machine,
                   "the accelerator has no such value" +
                       (hint.empty() ? "; expected one of " + listed(names_, 30)
                                     : "; did you mean '" + hint + "'?"));
    }
    const MachineSlot& slot = slots[static_cast<std::size_t>(at - names_.begin())].second;
    if (!check_kind(u, slot.kind)) return;
    add(u, slot);
  }

  bool check_kind(const UnknownEntry& u, Kind kind) {
    if (kind == Kind::latency || kind == Kind::step_overhead)
      wrong(u.line, "machine", u.machine,
            "a whole number of cycles, in which a fit has no slope; expected a clock, an interval, "
            "a bandwidth or layer_overhead_us");
    else if (kind == Kind::layer_overhead && fit_.quantity != kExecution)
      wrong(u.line, "machine", u.machine,
            "is no part of " + fit_.quantity + "; expected quantity " + kExecution);
    else
      return true;
    return false;
  }

  void add(const UnknownEntry& entry, const MachineSlot& slot) {
    calibration::Unknown u;
    u.name = entry.name;
    u.unit = unit_of(slot.kind);
    u.prior = entry.prior.value_or(value_of(machine_, slot));
    u.prior_sd_ln = entry.prior_sd_ln.value_or(fit_.prior_sd_ln);
    u.source = entry.source;
    u.confidence = entry.confidence;
    if (!entry.prior) put_source(data_, entry.machine, &u);
    if (!(u.prior > 0))
      wrong(entry.line, "prior", entry.name,
            "the accelerator states no " + entry.machine +
                " above 0; expected prior with source and confidence");
    Priced p;
    p.machine = entry.machine;
    p.terms = {"machine " + entry.machine};
    out_->priced.push_back(std::move(p));
    out_->problem.unknowns.push_back(std::move(u));
    machine_unknowns_.push_back({entry.machine, false});
  }

  void check_overhead() {
    if (fit_.quantity != kExecution) {
      machine_.layer_overhead_us.reset();
      return;
    }
    const bool asked =
        std::any_of(fit_.unknowns.begin(), fit_.unknowns.end(),
                    [](const UnknownEntry& u) { return u.machine == "layer_overhead_us"; });
    if (!asked && !machine_.layer_overhead_us)
      wrong(0, "quantity", fit_.quantity,
            "no layer_overhead_us is known; expected it among the unknowns or in the parameters");
  }

  void add_model() {
    std::vector<LatencyCase> cases;
    for (const FitRecord& r : data_.records) {
      const PlannedLayer& planned = *r.activity.planned;
      cases.emplace_back(planned.layer, machine_, planned.mapping, std::vector<Stream>{}, 0);
      out_->problem.observations.push_back({r.id, r.group, data_.accelerator.name, r.activity.kind,
                                            "chip", r.measured, r.spread_ln});
    }
    const auto off_chip =
        fit_.quantity == "processing_ms" ? analytical::OffChip::free : analytical::OffChip::timed;
    out_->problem.model =
        latency_model({machine_}, std::move(cases), machine_unknowns_, off_chip, kStep);
  }

  const FitFile& fit_;
  const FitData& data_;
  FitProblem* out_;
  Accelerator machine_;  // at the prior
  std::vector<std::string> names_;
  std::vector<MachineUnknown> machine_unknowns_;
  Diagnostics diagnostics_;
};

}  // namespace

FitProblem latency_problem(const FitFile& fit, const Catalog& catalog, const FitData& data) {
  FitProblem out;
  Builder(fit, data, &out).run();
  put_priors(fit, catalog, &out.problem);
  return out;
}

}  // namespace assay::fit
