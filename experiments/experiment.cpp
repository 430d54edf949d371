// SPDX-License-Identifier: Apache-2.0
#include "experiments/experiment.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>
#include <utility>

#include "core/diagnostics.h"
#include "core/hash.h"
#include "core/text.h"
#include "core/yaml_reader.h"
#include "experiments/clock.h"
#include "experiments/experiment_data.h"
#include "experiments/experiment_levels.h"
#include "experiments/fitted_use.h"
#include "experiments/report/exact_levels.h"
#include "experiments/report/hardware_levels.h"
#include "experiments/report/levels.h"
#include "experiments/report/view.h"
#include "experiments/run.h"

namespace assay {
namespace {

namespace fs = std::filesystem;

double bits_of(const Precision& p, const std::string& operand) {
  return operand == "I"   ? p.input_bits
         : operand == "W" ? p.weight_bits
         : operand == "P" ? p.psum_bits
                          : p.output_bits;
}

void derive(const Experiment& e, const ExperimentCase& c, Run& run, Diagnostics& diagnostics) {
  std::vector<Record>& records = run.records;
  for (const DerivedQuantity& d : c.derived) {
    for (const CountKey& term : d.terms)
      if (run.accelerator.find(term.component) < 0)
        diagnostics.push_back({e.file.string(), 0, "derived." + d.quantity, term.component,
                               "accelerator '" + run.accelerator.name + "' has no such level"});
    if (records.front().values.count(d.quantity) != 0) {
      diagnostics.push_back({e.file.string(), 0, "derived.quantity", d.quantity,
                             "the prediction has this quantity; expected another name"});
      continue;
    }
    for (Record& r : records) {
      const Precision p = effective_precision(run.accelerator, *run.workload.find(r.layer));
      double bits = 0;
      for (const CountKey& term : d.terms)
        if (const auto n = r.counts.find(term); n != r.counts.end())
          bits += static_cast<double>(n->second) * bits_of(p, term.operand);
      r.values[d.quantity] = bits / 8e6;
    }
  }
}

// A bound that leaves out a layer must name one that there is.
void check_bounds(const Experiment& e, const Catalog& catalog, Diagnostics& diagnostics) {
  for (const ExperimentBound& b : e.bounds) {
    if (b.except_layers.empty()) continue;
    const Workload workload = read_workload(workload_of(e, e.cases[b.of_case], catalog));
    for (const std::string& layer : b.except_layers)
      if (workload.find(layer) == nullptr)
        diagnostics.push_back({e.file.string(), 0, "bounds.except_layers", layer,
                               "workload '" + workload.name + "' has no such layer"});
  }
}

// Names of a case's chip and workload as its records bear them.
struct Place {
  std::string chip, workload;
};

std::string bound_text(const Experiment& e, const ExperimentBound& b, const Place& place) {
  std::string text = b.quantity;
  if (e.cases.size() > 1) text += " of " + place.workload + " on " + place.chip;
  for (std::size_t i = 0; i < b.except_layers.size(); ++i)
    text += (i == 0 ? " without " : ", ") + b.except_layers[i];
  return text;
}

Roof make_roof(const Run& run, const std::vector<Record>& measured) {
  Roof roof;
  roof.peak_macs_per_cycle = static_cast<double>(run.accelerator.lanes()) /
                             run.accelerator.compute().initiation_interval_cycles.value();
  for (const Port& p : run.accelerator.levels.front().ports)
    roof.off_chip_bytes_per_cycle += p.bandwidth_bits_per_cycle.value() / 8;
  for (const Record& r : run.records) {
    const double macs = r.values.at("operations"), mb = r.values.at("off_chip_traffic_mb");
    roof.layers.push_back(r.layer);
    roof.macs_per_byte.push_back(mb > 0 ? macs / (mb * 1e6) : std::nan(""));
    roof.predicted_macs_per_cycle.push_back(macs / r.values.at("total_cycles"));
    roof.measured_macs_per_cycle.emplace_back();
    for (const Record& m : measured) {
      const auto ms = m.values.find("total_ms");
      const bool same = m.chip == r.chip && m.workload == r.workload && m.layer == r.layer;
      if (same && ms != m.values.end())
        roof.measured_macs_per_cycle.back() =
            macs / (ms->second * run.accelerator.clock.value * 1e3);
    }
  }
  return roof;
}

constexpr std::size_t kMaxShown = 20;

bool shows_less(const std::vector<std::string>& chosen, const std::vector<std::string>& all) {
  return !chosen.empty() && chosen.size() < all.size();
}

// What the file itself states.
ReportInput stated_input(const Experiment& e) {
  ReportInput out;
  out.experiment = e.name;
  out.title = e.title;
  out.question = e.question;
  out.headline_quantity = e.headline_quantity;
  out.headline_level = kExperimentLevels.front();
  out.agreements = e.agreements;
  out.notes = e.notes;
  out.statistics = e.statistics;
  out.plots = e.plots;
  if (shows_less(e.statistics, kShownStatistics) || shows_less(e.plots, kPlotKinds))
    out.notes.push_back("The experiment chooses what this page shows: statistics " +
                        (e.statistics.empty() ? "all" : listed(e.statistics, kMaxShown)) +
                        "; plots " + (e.plots.empty() ? "all" : listed(e.plots, kMaxShown)) +
                        ". metrics.json has every statistic.");
  out.units = e.units;
  out.inputs["experiment"] = name_and_hash(e.file);
  for (const ExperimentCase& c : e.cases)
    for (const ExperimentVariant& v : c.variants) {
      std::string& text = out.variant_descriptions[v.name];  // may be another in each case
      const std::string own =
          (e.cases.size() > 1 ? c.workload + " on " + c.chip + ": " : "") + v.description;
      text += (text.empty() ? "" : "; ") + own;
      if (v.headline) out.headline_variant = v.name;
    }
  return out;
}

// Quantities of the experiment that the records state and that were measured of their layers.
std::vector<std::string> hardware_quantities(const Experiment& e,
                                             const std::vector<Record>& records,
                                             const std::vector<Record>& measured) {
  const auto states = [](const std::vector<Record>& all, const std::string& quantity) {
    return std::any_of(all.begin(), all.end(),
                       [&](const Record& r) { return r.values.count(quantity) != 0; });
  };
  std::vector<std::string> quantities;
  for (const std::string& q : e.quantities)
    if (states(records, q) && states(measured, q)) quantities.push_back(q);
  return quantities;
}

// What one variant of one case did on hardware.
struct HardwareRun {
  std::vector<Record> records;
  bool whole = true;  // every layer of the case
};

// Hardware may run some layers only and has no processing latency; what is left is compared. A sum
// over some layers is no network.
void compare_hardware(const Experiment& e, const std::vector<HardwareRun>& runs, ReportInput* out) {
  for (const HardwareRun& run : runs) {
    const std::vector<Record>& own = run.records;
    std::vector<Record> measured;
    for (const Record& m : out->measured)
      if (std::any_of(own.begin(), own.end(), [&](const Record& r) {
            return r.chip == m.chip && r.workload == m.workload && r.layer == m.layer;
          }))
        measured.push_back(m);
    out->predicted.insert(out->predicted.end(), own.begin(), own.end());
    JoinOptions join;
    join.allow_clock_difference = e.allow_clock_difference;
    join.quantities = hardware_quantities(e, own, measured);
    join.allow_unmatched_predictions = true;
    if (join.quantities.empty()) continue;
    Comparison c = compare(own, measured, join);
    for (ComparedRow& row : c.rows)
      if (run.whole || row.layer != kNetworkLayer) out->comparison.rows.push_back(std::move(row));
    for (ErrorStatistics& s : c.statistics) {
      if (!run.whole) s.network_pct.reset();
      out->comparison.statistics.push_back(std::move(s));
    }
    auto& excluded = out->comparison.excluded;
    excluded.insert(excluded.end(), c.excluded.begin(), c.excluded.end());
  }
}

// A reason that excuses nothing is one that nobody needs.
void check_clock_reason(const Experiment& e, const Comparison& c) {
  if (!e.allow_clock_difference) return;
  if (std::none_of(c.excluded.begin(), c.excluded.end(),
                   [](const Excluded& x) { return x.key == kClockKey; }))
    throw InputError({{e.file.string(), 0, "allow_clock_difference", *e.allow_clock_difference,
                       "no two clocks are known to differ; expected no such key"}});
}

void add_headline(const Run& run, ReportInput* out) {
  if (!out->roof) out->roof = make_roof(run, out->measured);
  const std::vector<Record> naive = baselines(run);
  out->variant_descriptions["macs_over_pes"] = "naive baseline: multiply-accumulates / PEs";
  out->variant_descriptions["roofline"] =
      "naive baseline: the larger of multiply-accumulates / PEs and compulsory off-chip bytes "
      "/ bandwidth";
  out->predicted.insert(out->predicted.end(), naive.begin(), naive.end());
}

// One run of an experiment, case by case.
class Cases {
 public:
  Cases(const Experiment& e, const Catalog& catalog, const ExperimentOptions& options)
      : e_(e),
        catalog_(catalog),
        options_(options),
        cache_(options.cache, options.program, options.warn),
        out_(stated_input(e)) {}

  ReportInput run() {
    check_pins(e_, catalog_);
    for (const ExperimentCase& c : e_.cases) add_measured(e_, c, catalog_, &out_);
    check_bounds(e_, catalog_, diagnostics_);
    for (std::size_t i = 0; i < e_.cases.size(); ++i) run_case(i);
    throw_if_any(diagnostics_);
    compare_all();
    compare_hardware(e_, on_hardware_, &out_);
    check_clock_reason(e_, out_.comparison);
    for (const ExperimentBound& b : e_.bounds) judge(b);
    return std::move(out_);
  }

 private:
  void run_case(std::size_t number) {
    const ExperimentCase& c = e_.cases[number];
    places_.emplace_back();
    for (const ExperimentVariant& v : c.variants)
      for (const std::string& level : v.levels) {
        // Simulating takes its time: not after an error.
        if (level != kExperimentLevels.front() && !diagnostics_.empty()) continue;
        LevelRun run{level, run_input(e_, c, v, catalog_), false, number};
        if (level == report::kRtl && !v.rtl_layers.empty()) run.input.layers = v.rtl_layers;
        if (!skips(run, v)) run_variant(c, v, std::move(run));
      }
  }

  bool skips(const LevelRun& run, const ExperimentVariant& v) {
    const std::string why = why_skipped(run.level, run.input, options_);
    if (why.empty()) return false;
    if (options_.require_all_levels) refuse(run, v, why);
    if (std::find(out_.skipped.begin(), out_.skipped.end(), why) == out_.skipped.end())
      out_.skipped.push_back(why);
    skipped_.insert({run.of_case, v.name, run.level});
    return true;
  }

  [[noreturn]] void refuse(const LevelRun& run, const ExperimentVariant& v,
                           const std::string& why) const {
    std::vector<std::string> found;
    for (const std::string& level : v.levels)
      if (why_skipped(level, run.input, options_).empty()) found.push_back(level);
    throw InputError({{e_.file.string(), 0, "levels", run.level,
                       why + "; asked for: " + one_of(v.levels) + " of variant " + v.name +
                           "; found: " + one_of(found)}});
  }

  void run_variant(const ExperimentCase& c, const ExperimentVariant& v, LevelRun what) {
    const auto& levels = v.levels;
    what.with_data = std::find(levels.begin(), levels.end(), report::kRtl) != levels.end() &&
                     why_skipped(report::kRtl, what.input, options_).empty();
    Run run = run_level(what, cache_, options_);
    places_.back() = {run.accelerator.name, run.workload.name};
    derive(e_, c, run, diagnostics_);
    describe_run(run, what.input.parameters, &out_);
    for (const auto& [role, hash] : run.records.front().provenance.inputs)
      out_.inputs[input_role(e_, c, v.name + " " + role)] = hash;
    if (v.headline && what.level == out_.headline_level) add_headline(run, &out_);
    if (what.level == report::kRtl)
      on_hardware_.push_back({run.records, v.rtl_layers.empty()});
    else
      out_.predicted.insert(out_.predicted.end(), run.records.begin(), run.records.end());
  }

  void compare_all() {
    JoinOptions join;
    join.quantities = e_.quantities;
    join.allow_clock_difference = e_.allow_clock_difference;
    for (const ExperimentCase& c : e_.cases) {
      add_predictions(e_, c, catalog_, &out_, &join);
      add_evidence(e_, c, catalog_, &out_);
    }
    out_.comparison = compare(out_.predicted, out_.measured, join);
    // A baseline says nothing of most quantities; that is no exclusion.
    auto& excluded = out_.comparison.excluded;
    excluded.erase(std::remove_if(excluded.begin(), excluded.end(),
                                  [](const Excluded& x) { return x.level == "baseline"; }),
                   excluded.end());
  }

  void judge(const ExperimentBound& b) {
    if (skipped_.count({b.of_case, b.variant, b.level}) != 0) return;
    const Place& place = places_[b.of_case];
    BoundCheck check;
    check.quantity = bound_text(e_, b, place);
    check.of_quantity = b.quantity;
    check.chip = place.chip;
    check.workload = place.workload;
    check.variant = b.variant;
    check.statistic = b.statistic;
    check.limit = b.limit;
    check.level = b.level;
    if (!b.except_layers.empty()) check.with_all = report::bound_statistic(out_.comparison, check);
    check.except_layers = b.except_layers;
    check.found = report::bound_statistic(out_.comparison, check);
    out_.bounds.push_back(std::move(check));
  }

  const Experiment& e_;
  const Catalog& catalog_;
  const ExperimentOptions& options_;
  RecordCache cache_;
  ReportInput out_;
  Diagnostics diagnostics_;
  std::vector<Place> places_;  // of the cases
  std::vector<HardwareRun> on_hardware_;
  std::set<std::tuple<std::size_t, std::string, std::string>> skipped_;  // case, variant, level
};

}  // namespace

fs::path chip_of(const Experiment& e, const ExperimentCase& c, const Catalog& catalog) {
  return catalog.chip_folder(c.chip, e.file.parent_path());
}

fs::path workload_of(const Experiment& e, const ExperimentCase& c, const Catalog& catalog) {
  return catalog.workload_file(c.workload, e.file.parent_path());
}

ReportInput run_experiment(const Experiment& e, const Catalog& catalog,
                           const ExperimentOptions& options) {
  return Cases(e, catalog, options).run();
}

bool passed(const ReportInput& input) {
  return report::all_bounds_hold(input) && report::counts_agree(input);
}

}  // namespace assay
