// SPDX-License-Identifier: Apache-2.0
#include "experiments/layer_runs.h"

#include <algorithm>
#include <memory>
#include <system_error>
#include <utility>

#include "core/checked.h"
#include "experiments/journal.h"
#include "simulator/program.h"
#include "simulator/simulator.h"

namespace assay {
namespace {

namespace fs = std::filesystem;

// What is wrong with the accelerator is wrong for every layer.
void add_once(const Diagnostic& d, Diagnostics* diagnostics) {
  if (std::none_of(diagnostics->begin(), diagnostics->end(),
                   [&](const Diagnostic& other) { return to_string(other) == to_string(d); }))
    diagnostics->push_back(d);
}

// Everything that decides the results.
std::map<std::string, std::string> identity_of(const LayerRunsInput& input) {
  std::map<std::string, std::string> run = input.plan.inputs;
  run["version"] = ASSAY_VERSION;
  run["variant"] = input.plan.variant;
  run.insert(input.mode.begin(), input.mode.end());
  return run;
}

// The calling process's side of one run.
class Runner {
 public:
  Runner(LayerRunsInput input, const LevelOptions& options)
      : input_(std::move(input)), options_(options), progress_(input_.layers) {
    records_.resize(plan().layers.size());
    if (!options.journal) return;
    journal_ = std::make_unique<Journal>(*options.journal, identity_of(input_), options.restart);
    resume();
  }

  LayerRuns run() {
    choose_order();
    const PoolResult pool = run_pool(pool_input());
    outcome_.stopped = pool.stopped;
    outcome_.cpu_seconds = pool.cpu_seconds;
    outcome_.run = Run{std::move(input_.plan), {}};
    for (std::optional<Record>& r : records_)
      if (r) outcome_.run.records.push_back(std::move(*r));
    return std::move(outcome_);
  }

 private:
  using State = LayerProgress::State;

  const Plan& plan() const { return input_.plan; }

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
    for (std::size_t i = 0; i < plan().layers.size(); ++i)
      if (!records_[i]) order_.push_back(i);
    std::stable_sort(order_.begin(), order_.end(), [&](std::size_t a, std::size_t b) {
      return points(plan().layers[a].layer) > points(plan().layers[b].layer);
    });
  }

  PoolInput pool_input() {
    PoolInput in;
    in.jobs = order_.size();
    in.workers = options_.jobs;
    in.make_work = [this]() -> Work {
      return
          [this, work = input_.make_work(plan())](std::size_t job, const ReportProgress& report) {
            return records_to_json({work(order_[job], report)});
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

  void keep(std::size_t i, const std::string& text) {
    Record r = records_from_json("layer " + progress_[i].layer, text).at(0);
    if (journal_) journal_->append(r);
    double cycles = r.values.at("total_cycles");
    if (const auto processing = r.values.find("processing_cycles"); processing != r.values.end())
      cycles += processing->second;
    outcome_.cycles += cycles;
    outcome_.lane_cycles += cycles * static_cast<double>(plan().accelerator.lanes());
    outcome_.macs += r.values.at("operations");
    records_[i] = std::move(r);
    set(i, State::finished);
    progress_[i].steps_done = progress_[i].steps;
  }

  void set(std::size_t i, State state) { progress_[i].state = state; }

  LayerRunsInput input_;
  const LevelOptions& options_;
  std::vector<LayerProgress> progress_;
  std::vector<std::optional<Record>> records_;
  std::vector<std::size_t> order_;  // job -> layer
  std::unique_ptr<Journal> journal_;
  LayerRuns outcome_;
};

}  // namespace

LayerRuns run_layers(LayerRunsInput input, const LevelOptions& options) {
  return Runner(std::move(input), options).run();
}

Run all_or_none(LayerRuns runs) {
  std::string text;
  for (const LayerFailure& f : runs.failures)
    text += (text.empty() ? "layer " : "; layer ") + f.layer + ": " + f.why;
  if (!text.empty()) throw std::runtime_error(text);
  if (runs.stopped) throw Stopped();
  return std::move(runs.run);
}

std::vector<LayerProgress> waiting_layers(const Plan& plan, std::int64_t runs) {
  std::vector<LayerProgress> layers;
  Diagnostics diagnostics;
  for (const PlannedLayer& l : plan.layers) {
    try {
      const auto nest = simulator::read_nest(l.layer, plan.accelerator, l.mapping);
      LayerProgress p;
      p.layer = l.layer.name;
      p.steps = mul(runs, simulator::count_steps(l.layer, nest));
      p.work = static_cast<double>(points(l.layer));
      layers.push_back(std::move(p));
    } catch (const OverflowError& e) {
      diagnostics.push_back({plan.mappings.file.string(), 0, l.layer.name, "", e.what()});
    }
  }
  throw_if_any(diagnostics);
  return layers;
}

void check_layer_file(const fs::path& file, const std::string& option, const LevelOptions& options,
                      const Plan& plan, Diagnostics* diagnostics) {
  if (file.empty()) return;
  std::error_code ec;
  const fs::path folder = file.has_parent_path() ? file.parent_path() : fs::path(".");
  if (fs::exists(file, ec))
    diagnostics->push_back({file.string(), 0, option, "",
                            "the file exists; expected a new name (nothing is overwritten)"});
  else if (!fs::is_directory(folder, ec))
    diagnostics->push_back({file.string(), 0, option, "", "expected a name in an existing folder"});
  if (plan.layers.size() != 1)
    diagnostics->push_back({"", 0, option, "",
                            "needs a single layer, not " + std::to_string(plan.layers.size()) +
                                "; choose one with --layers"});
  if (options.journal)
    diagnostics->push_back(
        {"", 0, option, "", "cannot go with a journal, whose layers do not run"});
}

void check_simulated_data(const Plan& plan, Diagnostics* diagnostics) {
  for (const PlannedLayer& l : plan.layers)
    for (const Diagnostic& why : simulator::check_data(plan.accelerator, l.layer))
      add_once(why, diagnostics);
}

}  // namespace assay
