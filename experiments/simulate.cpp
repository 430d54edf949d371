// SPDX-License-Identifier: Apache-2.0
#include "experiments/simulate.h"

#include <algorithm>
#include <memory>
#include <system_error>

#include "core/checked.h"
#include "core/diagnostics.h"
#include "core/energy.h"
#include "experiments/journal.h"
#include "experiments/pool.h"
#include "simulator/chrome_trace.h"
#include "simulator/program.h"
#include "simulator/simulator.h"

namespace assay {
namespace {

namespace fs = std::filesystem;

// Progress of a layer is told in so many parts; more would only fill the pipe.
constexpr std::int64_t kProgressParts = 1000;

void check_new_file(const fs::path& file, const char* option, Diagnostics* diagnostics) {
  if (file.empty()) return;
  std::error_code ec;
  const fs::path folder = file.has_parent_path() ? file.parent_path() : fs::path(".");
  if (fs::exists(file, ec))
    diagnostics->push_back({file.string(), 0, option, "",
                            "the file exists; expected a new name (nothing is overwritten)"});
  else if (!fs::is_directory(folder, ec))
    diagnostics->push_back({file.string(), 0, option, "", "expected a name in an existing folder"});
}

// What is wrong with the accelerator is wrong for every layer.
void add_once(const Diagnostic& d, Diagnostics* diagnostics) {
  if (std::none_of(diagnostics->begin(), diagnostics->end(),
                   [&](const Diagnostic& other) { return to_string(other) == to_string(d); }))
    diagnostics->push_back(d);
}

void check_options(const SimulateOptions& options, const Plan& plan) {
  Diagnostics diagnostics;
  check_new_file(options.trace, "trace", &diagnostics);
  check_new_file(options.vcd, "vcd", &diagnostics);
  if (!options.trace.empty() || !options.vcd.empty()) {
    const char* option = options.trace.empty() ? "vcd" : "trace";
    if (plan.layers.size() != 1)
      diagnostics.push_back({"", 0, option, "",
                             "needs a single layer, not " + std::to_string(plan.layers.size()) +
                                 "; choose one with --layers"});
    if (options.journal)
      diagnostics.push_back(
          {"", 0, option, "", "cannot go with a journal, whose layers do not run"});
  }
  if (!options.timing_only)
    for (const PlannedLayer& l : plan.layers) {
      for (const Diagnostic& why : simulator::check_data(plan.accelerator, l.layer))
        add_once(why, &diagnostics);
    }
  throw_if_any(diagnostics);
}

// Everything that decides the results.
std::map<std::string, std::string> identity_of(const SimulateOptions& options, const Plan& plan) {
  std::map<std::string, std::string> run = plan.inputs;
  run["level"] = "simulator";
  run["version"] = ASSAY_VERSION;
  run["variant"] = plan.variant;
  run["mode"] = options.timing_only ? "timing" : "data, seed " + std::to_string(options.seed);
  return run;
}

// What a worker has: a machine, and a copy of the plan.
class LayerWork {
 public:
  LayerWork(const Plan& plan, const SimulateOptions& options)
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

// The calling process's side of one run.
class Runner {
 public:
  explicit Runner(const SimulateOptions& options)
      : options_(options), plan_(prepare(options.input)) {
    check_options(options, plan_);
    count_steps();
    records_.resize(plan_.layers.size());
    if (!options.journal) return;
    journal_ =
        std::make_unique<Journal>(*options.journal, identity_of(options, plan_), options.restart);
    resume();
  }

  Simulation run() {
    choose_order();
    const PoolResult pool = run_pool(pool_input());
    outcome_.stopped = pool.stopped;
    outcome_.cpu_seconds = pool.cpu_seconds;
    if (pool.stopped) remove_unfinished();
    outcome_.run = Run{std::move(plan_), {}};
    for (std::optional<Record>& r : records_)
      if (r) outcome_.run.records.push_back(std::move(*r));
    return std::move(outcome_);
  }

 private:
  using State = LayerProgress::State;

  void count_steps() {
    Diagnostics diagnostics;
    for (const PlannedLayer& l : plan_.layers) {
      try {
        const auto nest = simulator::read_nest(l.layer, plan_.accelerator, l.mapping);
        const std::int64_t steps =
            mul(options_.timing_only ? 2 : 1, simulator::count_steps(l.layer, nest));
        const std::int64_t work = options_.timing_only ? steps : points(l.layer);
        progress_.push_back({l.layer.name, State::waiting, 0, steps, static_cast<double>(work)});
      } catch (const OverflowError& e) {
        diagnostics.push_back({plan_.mappings.file.string(), 0, l.layer.name, "", e.what()});
      }
    }
    throw_if_any(diagnostics);
  }

  void resume() {
    for (const Record& r : journal_->records()) {
      const auto at = std::find_if(progress_.begin(), progress_.end(),
                                   [&](const LayerProgress& p) { return p.layer == r.layer; });
      if (at == progress_.end()) {
        outcome_.whole_journal = false;
        continue;
      }
      const auto i = static_cast<std::size_t>(at - progress_.begin());
      if (!records_[i]) ++outcome_.resumed;
      records_[i] = r;
      set(i, State::resumed);
      at->steps_done = at->steps;
    }
  }

  // Largest first, so that no worker is left with the largest one at the end.
  void choose_order() {
    for (std::size_t i = 0; i < plan_.layers.size(); ++i)
      if (!records_[i]) order_.push_back(i);
    std::stable_sort(order_.begin(), order_.end(), [&](std::size_t a, std::size_t b) {
      return points(plan_.layers[a].layer) > points(plan_.layers[b].layer);
    });
  }

  PoolInput pool_input() {
    PoolInput in;
    in.jobs = order_.size();
    in.workers = options_.jobs;
    in.make_work = [this]() -> Work {
      auto work = std::make_shared<LayerWork>(plan_, options_);
      return [this, work](std::size_t job, const ReportProgress& report) {
        const std::size_t i = order_[job];
        return records_to_json({work->run(plan_.layers[i], progress_[i].steps, report)});
      };
    };
    in.started = [this](std::size_t job) { set(order_[job], State::running); };
    in.progress = [this](std::size_t job, std::int64_t done) {
      progress_[order_[job]].steps_done = done;
    };
    in.done = [this](std::size_t job, const std::string& text) { keep(order_[job], text); };
    in.failed = [this](std::size_t job, const std::string& why) {
      set(order_[job], State::failed);
      outcome_.failures.push_back({progress_[order_[job]].layer, why});
    };
    in.tick = [this] {
      if (options_.progress) options_.progress(progress_);
    };
    in.stop = options_.stop;
    return in;
  }

  // A worker that is killed cannot, and the next run would take a trace for that of another one.
  void remove_unfinished() {
    const auto remove = [](fs::path file, const char* ending) {
      std::error_code ignored;
      if (!file.empty()) fs::remove(file += ending, ignored);
    };
    remove(options_.trace, ".tmp");
    remove(options_.vcd, ".partial.vcd");
  }

  void keep(std::size_t i, const std::string& text) {
    Record r = records_from_json("layer " + progress_[i].layer, text).at(0);
    if (journal_) journal_->append(r);
    const double cycles = r.values.at("processing_cycles") + r.values.at("total_cycles");
    outcome_.cycles += cycles;
    outcome_.lane_cycles += cycles * static_cast<double>(plan_.accelerator.lanes());
    outcome_.macs += r.values.at("operations");
    records_[i] = std::move(r);
    set(i, State::finished);
    progress_[i].steps_done = progress_[i].steps;
  }

  void set(std::size_t i, State state) { progress_[i].state = state; }

  const SimulateOptions& options_;
  Plan plan_;
  std::vector<LayerProgress> progress_;
  std::vector<std::optional<Record>> records_;
  std::vector<std::size_t> order_;  // job -> layer
  std::unique_ptr<Journal> journal_;
  Simulation outcome_;
};

}  // namespace

Simulation simulate(const SimulateOptions& options) { return Runner(options).run(); }

Run run_simulator(const SimulateOptions& options) {
  Simulation s = simulate(options);
  std::string text;
  for (const LayerFailure& f : s.failures)
    text += (text.empty() ? "layer " : "; layer ") + f.layer + ": " + f.why;
  if (!text.empty()) throw std::runtime_error(text);
  if (s.stopped) throw std::runtime_error("the simulation was stopped");
  return std::move(s.run);
}

}  // namespace assay
