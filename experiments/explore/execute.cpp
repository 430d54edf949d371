// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <memory>
#include <stdexcept>

#include "analytical/exact.h"
#include "core/checked.h"
#include "core/text.h"
#include "experiments/explore/trust.h"
#include "experiments/explore/workers.h"
#include "experiments/pool.h"
#include "simulator/program.h"
#include "simulator/simulator.h"

namespace assay {
namespace {

using analytical::Costs;

struct Job {
  std::size_t layer;
  const ExploredDesign* design;
  bool top;     // of the best by the prediction
  bool judged;  // in the statistics; the others are executed for the choice alone
  std::int64_t steps;
  bool simulated;
};

class Execution {
 public:
  Execution(const Explored& explored, const TrustOptions& options)
      : explored_(explored), options_(options), out_(explored.layers.size()) {
    for (std::size_t i = 0; i < explored.layers.size(); ++i) {
      const ExploredLayer& l = explored.layers[i];
      if (l.searched != l.layer.name) continue;  // of another layer's shape
      add(i, l.front[l.best], true, true);
      add_new(i, l.top, options.top, true);
      add_new(i, l.sample, options.spread, false);
      if (options.by != ExecuteBy::exact) continue;
      add_new(i, l.top, l.top.size(), true, false);
      add_new(i, l.front, l.front.size(), true, false);
      if (l.reference) add(i, *l.reference, true, false);
    }
    // The longest first, so that no worker is left with it at the end.
    for (std::size_t j = 0; j < jobs_.size(); ++j)
      if (jobs_[j].simulated) order_.push_back(j);
    std::stable_sort(order_.begin(), order_.end(),
                     [&](std::size_t a, std::size_t b) { return jobs_[a].steps > jobs_[b].steps; });
    cycles_.resize(jobs_.size());
  }

  std::vector<LayerTrust> run(bool* stopped) {
    *stopped = false;
    evaluate_exactly();
    PoolInput in;
    in.jobs = order_.size();
    in.workers = options_.jobs;
    in.make_work = [this]() -> Work {
      const auto machine = std::make_shared<simulator::Machine>(explored_.accelerator);
      return [this, machine](std::size_t job, const ReportProgress&) {
        const Job& j = jobs_[order_[job]];
        simulator::RunOptions o;
        o.off_chip_timed = timed();
        return std::to_string(
            machine->run(explored_.layers[j.layer].layer, j.design->mapping, o).finish);
      };
    };
    std::size_t done = 0;
    in.done = [&](std::size_t job, const std::string& result) {
      take(order_[job], static_cast<double>(parse_integer(result).value_or(0)));
      ++done;
    };
    in.failed = [&](std::size_t, const std::string&) { ++done; };  // counted as left out
    in.tick = [&] {
      if (options_.progress) options_.progress(done, order_.size());
    };
    in.stop = options_.stop;
    const PoolResult result = run_pool(in);
    *stopped = result.stopped;
    for (std::size_t i = 0; i < out_.size(); ++i) conclude(i);
    return std::move(out_);
  }

 private:
  void add(std::size_t layer, const ExploredDesign& d, bool top, bool judged) {
    const Layer& l = explored_.layers[layer].layer;
    const auto nest = simulator::read_nest(l, explored_.accelerator, d.mapping);
    const std::int64_t steps = simulator::count_steps(l, nest);
    const bool chosen = &d == &explored_.layers[layer].front[explored_.layers[layer].best];
    const bool exact = options_.by == ExecuteBy::exact;
    const bool simulated = judged && steps <= options_.most_steps && (chosen || !exact);
    if (!simulated && !exact)
      ++out_[layer].left_out;
    else
      jobs_.push_back({layer, &d, top, judged, steps, simulated});
  }

  bool timed() const { return explored_.latency == analytical::LatencyKind::total; }

  void evaluate_exactly() {
    if (options_.by != ExecuteBy::exact) return;
    WorkersInput w;
    w.jobs = jobs_.size();
    w.threads = options_.jobs;
    w.work = [&](std::size_t j) {
      const Layer& l = explored_.layers[jobs_[j].layer].layer;
      const auto nest = analytical::compile(l, explored_.accelerator, jobs_[j].design->mapping);
      try {
        cycles_[j] = static_cast<double>(
            analytical::exact_latency(l, explored_.accelerator, nest, timed()).finish);
      } catch (const OverflowError&) {  // left out
      }
    };
    w.done = [](std::size_t) {};
    run_workers(w);
  }

  // What the simulator says of a design.
  void take(std::size_t job, double cycles) {
    if (cycles_[job] && *cycles_[job] != cycles)
      throw std::logic_error(
          "exact mode and simulator differ: " + explored_.layers[jobs_[job].layer].layer.name +
          ", " + number_text(*cycles_[job]) + " and " + number_text(cycles));
    cycles_[job] = cycles;
    if (options_.by == ExecuteBy::exact) out_[jobs_[job].layer].simulated_cycles = cycles;
  }

  // Those that are not there yet, from the first on.
  void add_new(std::size_t layer, const std::vector<ExploredDesign>& designs, std::size_t most,
               bool top, bool judged = true) {
    for (std::size_t k = 0; k < std::min(most, designs.size()); ++k)
      if (std::none_of(jobs_.begin(), jobs_.end(), [&](const Job& j) {
            return j.layer == layer && j.design->design == designs[k].design;
          }))
        add(layer, designs[k], top, judged);
  }

  Costs executed(const Costs& predicted, double cycles) const {
    if (!explored_.energy_known) return {cycles, 0};
    double constant_mw = 0;
    for (const ConstantPower& p : explored_.parameters->powers) constant_mw += p.power.value;
    // The predicted energy has constant power over the predicted total time, which is the first
    // cost only for the total latency.
    if (!timed()) constant_mw = 0;
    const double more = energy(Milliwatts(constant_mw),
                               duration(Cycles(cycles - predicted[0]), explored_.accelerator.clock))
                            .value;
    return {cycles, predicted[1] + more};
  }

  void conclude(std::size_t i) {
    const ExploredLayer& l = explored_.layers[i];
    if (l.searched != l.layer.name) {
      for (std::size_t j = 0; j < i; ++j)
        if (explored_.layers[j].layer.name == l.searched) out_[i] = out_[j];
      return;
    }
    LayerTrust& t = out_[i];
    std::vector<Judged> all, top;
    std::size_t chosen = jobs_.size();
    double least = 0;
    for (std::size_t k = 0; k < jobs_.size(); ++k) {
      const Job& job = jobs_[k];
      if (job.layer != i) continue;
      if (!cycles_[k]) {
        t.left_out += job.judged ? 1 : 0;
        continue;
      }
      const Costs predicted = job.design->costs;
      const Costs e = executed(predicted, *cycles_[k]);
      const Judged judged{scalar(explored_.objective, predicted), scalar(explored_.objective, e)};
      if (job.top && (t.reranked == nullptr || judged.executed < least)) {
        t.reranked = job.design;
        least = judged.executed;
      }
      if (l.reference && job.design == &*l.reference) t.reference_executed = judged.executed;
      if (!job.judged) continue;
      if (job.design == &l.front[l.best]) {
        chosen = all.size();
        t.chosen_cycles = e[0];
      }
      all.push_back(judged);
      if (job.top) top.push_back(judged);
      if (!t.best_cycles || e[0] < *t.best_cycles) t.best_cycles = e[0];
      t.points.push_back({predicted, e, job.top});
    }
    t.trust = judge(all, chosen);
    t.top = judge(top, chosen);
    if (chosen < all.size()) t.chosen_executed = all[chosen].executed;
    if (t.reranked != nullptr) t.reranked_executed = least;
  }

  const Explored& explored_;
  const TrustOptions& options_;
  std::vector<LayerTrust> out_;
  std::vector<Job> jobs_;
  std::vector<std::size_t> order_;
  std::vector<std::optional<double>> cycles_;
};

}  // namespace

std::vector<LayerTrust> execute_designs(const Explored& explored, const TrustOptions& options,
                                        bool* stopped) {
  return Execution(explored, options).run(stopped);
}

}  // namespace assay
