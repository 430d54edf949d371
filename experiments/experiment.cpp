// SPDX-License-Identifier: Apache-2.0
#include "experiments/experiment.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <thread>
#include <utility>

#include "core/diagnostics.h"
#include "core/hash.h"
#include "core/yaml_reader.h"
#include "experiments/clock.h"
#include "experiments/experiment_data.h"
#include "experiments/fitted_use.h"
#include "experiments/report/exact_levels.h"
#include "experiments/report/hardware_levels.h"
#include "experiments/report/levels.h"
#include "experiments/report/view.h"
#include "experiments/rtl_run.h"
#include "experiments/run.h"
#include "experiments/simulate.h"
#include "rtl/registry.h"

namespace assay {
namespace {

namespace fs = std::filesystem;

double bits_of(const Precision& p, const std::string& operand) {
  return operand == "I"   ? p.input_bits
         : operand == "W" ? p.weight_bits
         : operand == "P" ? p.psum_bits
                          : p.output_bits;
}

void derive(const Experiment& e, const Run& run, std::vector<Record>& records,
            Diagnostics& diagnostics) {
  for (const DerivedQuantity& d : e.derived) {
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
void check_bounds(const Experiment& e, const Workload& workload, Diagnostics& diagnostics) {
  for (const ExperimentBound& b : e.bounds)
    for (const std::string& layer : b.except_layers)
      if (workload.find(layer) == nullptr)
        diagnostics.push_back({e.file.string(), 0, "bounds.except_layers", layer,
                               "workload '" + workload.name + "' has no such layer"});
}

// Statistic over the rows of one quantity and variant, some layers left out.
std::optional<double> bound_statistic(const Comparison& c, const ExperimentBound& b) {
  double sum = 0, worst = 0;
  int n = 0;
  for (const ComparedRow& r : c.rows) {
    if (r.level != b.level || r.variant != b.variant || r.quantity != b.quantity) continue;
    if (r.layer == kNetworkLayer) {
      if (b.statistic == "network_pct") return pct(r.ln_ratio);
      continue;
    }
    if (std::find(b.except_layers.begin(), b.except_layers.end(), r.layer) != b.except_layers.end())
      continue;
    const double error = std::abs(pct(r.ln_ratio));
    sum += error;
    worst = std::max(worst, error);
    ++n;
  }
  if (n == 0 || b.statistic == "network_pct") return std::nullopt;
  return b.statistic == "max_abs_pct" ? worst : sum / n;
}

std::optional<double> with_every_layer(const Comparison& c, ExperimentBound b) {
  if (b.except_layers.empty()) return std::nullopt;
  b.except_layers.clear();
  return bound_statistic(c, b);
}

std::string bound_text(const ExperimentBound& b) {
  std::string text = b.quantity;
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
      if (m.layer == r.layer && ms != m.values.end())
        roof.measured_macs_per_cycle.back() =
            macs / (ms->second * run.accelerator.clock.value * 1e3);
    }
  }
  return roof;
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
  out.units = e.units;
  out.inputs["experiment"] = name_and_hash(e.file);
  for (const ExperimentVariant& v : e.variants) {
    out.variant_descriptions[v.name] = v.description;
    if (v.headline) out.headline_variant = v.name;
  }
  return out;
}

RunInput run_input(const Experiment& e, const ExperimentVariant& v, const Catalog& catalog) {
  const fs::path chip = catalog.chip_folder(e.chip, e.file.parent_path());
  RunInput in;
  in.accelerator = chip / v.accelerator;
  in.workload = catalog.workload_file(e.workload, e.file.parent_path());
  in.mapping = chip / v.mapping;
  if (e.parameters) in.parameters = chip / *e.parameters;
  in.layers = e.layers;
  in.variant = v.name;
  return in;
}

// Options that levels with worker processes share.
void set_level_options(const RunInput& in, const ExperimentOptions& options, LevelOptions* level) {
  const unsigned processors = std::max(1U, std::thread::hardware_concurrency());
  level->input = in;
  level->jobs = options.jobs > 0 ? options.jobs : static_cast<int>(processors);
  if (options.progress)
    level->progress = [&options, variant = in.variant](const std::vector<LayerProgress>& layers) {
      options.progress(variant, layers);
    };
  level->stop = options.stop;
}

// with_data: so that outputs can be compared with those of hardware.
Run run_level(const std::string& level, const RunInput& in, bool with_data,
              const ExperimentOptions& options) {
  if (level == report::kSimulator) {
    SimulateOptions simulate;
    set_level_options(in, options, &simulate);
    simulate.timing_only = !with_data;
    return run_simulator(simulate);
  }
  if (level == report::kRtl) {
    RtlOptions hardware;
    set_level_options(in, options, &hardware);
    if (options.make_design) hardware.make_design = options.make_design;
    if (!options.journals.empty()) {
      hardware.journal = hardware_journal(options.journals, in.variant);
      hardware.restart = options.restart;
    }
    return all_or_none(run_rtl(hardware));
  }
  RunInput analytical = in;
  analytical.exact = level == report::kExact;
  return run_analytical(analytical);
}

// Why a level cannot run a variant; empty when it can.
std::string why_skipped(const std::string& level, const RunInput& in,
                        const ExperimentOptions& options) {
  if (level != report::kRtl) return {};
  if (read_accelerator(in.accelerator).rtl.empty())
    return "rtl: not run for variant " + in.variant + ", whose accelerator file names no hardware";
  return options.make_design || has_rtl() ? "" : rtl::kSkipped;
}

std::vector<std::string> runnable(const ExperimentVariant& v, const RunInput& in,
                                  const ExperimentOptions& options) {
  std::vector<std::string> levels;
  for (const std::string& level : v.levels)
    if (why_skipped(level, in, options).empty()) levels.push_back(level);
  return levels;
}

void add_once(const std::string& text, std::vector<std::string>* all) {
  if (std::find(all->begin(), all->end(), text) == all->end()) all->push_back(text);
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

// Hardware may run some layers only and has no processing latency; what is left is compared. A sum
// over some layers is no network.
void compare_hardware(const Experiment& e, const std::vector<Record>& records, ReportInput* out) {
  for (const ExperimentVariant& v : e.variants) {
    std::vector<Record> own, measured;
    for (const Record& r : records)
      if (r.variant == v.name) own.push_back(r);
    for (const Record& m : out->measured)
      if (std::any_of(own.begin(), own.end(), [&](const Record& r) { return r.layer == m.layer; }))
        measured.push_back(m);
    out->predicted.insert(out->predicted.end(), own.begin(), own.end());
    JoinOptions join;
    join.allow_clock_difference = e.allow_clock_difference;
    join.quantities = hardware_quantities(e, own, measured);
    join.allow_unmatched_predictions = true;
    if (join.quantities.empty()) continue;
    Comparison c = compare(own, measured, join);
    const bool whole = v.rtl_layers.empty();
    for (ComparedRow& row : c.rows)
      if (whole || row.layer != kNetworkLayer) out->comparison.rows.push_back(std::move(row));
    for (ErrorStatistics& s : c.statistics) {
      if (!whole) s.network_pct.reset();
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
  out->roof = make_roof(run, out->measured);
  const std::vector<Record> naive = baselines(run);
  out->variant_descriptions["macs_over_pes"] = "naive baseline: multiply-accumulates / PEs";
  out->variant_descriptions["roofline"] =
      "naive baseline: the larger of multiply-accumulates / PEs and compulsory off-chip bytes "
      "/ bandwidth";
  out->predicted.insert(out->predicted.end(), naive.begin(), naive.end());
}

}  // namespace

fs::path hardware_journal(const fs::path& journals, const std::string& variant) {
  return journals.string() + "." + variant + ".partial";
}

ReportInput run_experiment(const Experiment& e, const Catalog& catalog,
                           const ExperimentOptions& options) {
  ReportInput out = stated_input(e);
  JoinOptions join;
  join.quantities = e.quantities;
  join.allow_clock_difference = e.allow_clock_difference;
  check_pins(e, catalog);
  add_measured(e, catalog, &out);
  Diagnostics diagnostics;
  std::vector<Record> on_hardware;
  std::set<std::pair<std::string, std::string>> skipped;  // variant, level
  check_bounds(e, read_workload(catalog.workload_file(e.workload, e.file.parent_path())),
               diagnostics);
  for (const ExperimentVariant& v : e.variants)
    for (const std::string& level : v.levels) {
      // Simulating takes its time: not after an error.
      if (level != kExperimentLevels.front() && !diagnostics.empty()) continue;
      RunInput in = run_input(e, v, catalog);
      const bool hardware = level == report::kRtl;
      if (hardware && !v.rtl_layers.empty()) in.layers = v.rtl_layers;
      if (const std::string why = why_skipped(level, in, options); !why.empty()) {
        if (options.require_all_levels)
          throw InputError({{e.file.string(), 0, "levels", level,
                             why + "; asked for: " + one_of(v.levels) + " of variant " + v.name +
                                 "; found: " + one_of(runnable(v, in, options))}});
        add_once(why, &out.skipped);
        skipped.insert({v.name, level});
        continue;
      }
      const bool with_data =
          std::find(v.levels.begin(), v.levels.end(), report::kRtl) != v.levels.end() &&
          why_skipped(report::kRtl, in, options).empty();
      Run run = run_level(level, in, with_data, options);
      derive(e, run, run.records, diagnostics);
      describe_run(run, in.parameters, &out);
      for (const auto& [role, hash] : run.records.front().provenance.inputs)
        out.inputs[v.name + " " + role] = hash;
      if (v.headline && level == out.headline_level) add_headline(run, &out);
      auto& records = hardware ? on_hardware : out.predicted;
      records.insert(records.end(), run.records.begin(), run.records.end());
    }
  throw_if_any(diagnostics);
  add_predictions(e, catalog, &out, &join);
  out.comparison = compare(out.predicted, out.measured, join);
  // A baseline says nothing of most quantities; that is no exclusion.
  auto& excluded = out.comparison.excluded;
  excluded.erase(std::remove_if(excluded.begin(), excluded.end(),
                                [](const Excluded& x) { return x.level == "baseline"; }),
                 excluded.end());
  compare_hardware(e, on_hardware, &out);
  check_clock_reason(e, out.comparison);
  for (const ExperimentBound& b : e.bounds)
    if (skipped.count({b.variant, b.level}) == 0)
      out.bounds.push_back({bound_text(b), b.variant, b.statistic, b.limit,
                            bound_statistic(out.comparison, b), b.level, b.except_layers,
                            with_every_layer(out.comparison, b)});
  return out;
}

bool passed(const ReportInput& input) {
  return report::all_bounds_hold(input) && report::counts_agree(input);
}

}  // namespace assay
