// SPDX-License-Identifier: Apache-2.0
#include "experiments/explore/explore.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>
#include <tuple>

#include "core/hash.h"
#include "core/text.h"
#include "experiments/explore/design_text.h"

namespace assay {
namespace {

namespace fs = std::filesystem;
using analytical::Objective;

void make_folder(const fs::path& folder) {
  std::error_code error;
  if (!folder.empty()) fs::create_directories(folder, error);
  if (error)
    throw InputError({{folder.string(), 0, "--out", "", "cannot be made: " + error.message()}});
}

// Equal in everything that decides which mappings there are and what they cost.
bool same_shape(const Layer& a, const Layer& b) {
  const auto shape = [](const Layer& l) {
    return std::make_tuple(l.kind, l.size, l.input_h, l.input_w, l.stride_h, l.stride_w,
                           l.dilation_h, l.dilation_w, l.pad_top, l.pad_bottom, l.pad_left,
                           l.pad_right, l.precision.input_bits, l.precision.weight_bits,
                           l.precision.psum_bits, l.precision.output_bits);
  };
  return shape(a) == shape(b);
}

class Explorer {
 public:
  explicit Explorer(const ExploreOptions& options) : options_(options) {
    read_files();
    choose_layers();
    const Precision p = effective_precision(out_.accelerator, layers_.front());
    out_.energy_known =
        out_.parameters && analytical::price_list(*out_.parameters, out_.accelerator, p).any;
    choose_objective();
    search_ = options.search;
    search_.objective = out_.objective;
    if (!options.store) return;
    make_folder(options.store->parent_path());
    store_ = std::make_unique<Store>(*options.store, identity(),
                                     std::vector<std::string>{"latency_cycles", "energy_pj"},
                                     options.open);
  }

  Explored run() {
    for (const Layer& l : layers_) {
      LayerProgress p;
      p.layer = l.name;
      p.unit = "designs";
      p.steps = search_.budget;
      p.work = 1;
      progress_.push_back(p);
    }
    try {
      for (std::size_t i = 0; i < layers_.size(); ++i) layer(i);
    } catch (const analytical::SearchStopped&) {
      out_.stopped = true;
    }
    return std::move(out_);
  }

 private:
  void read_files() {
    out_.accelerator = read_accelerator(options_.accelerator);
    out_.workload = read_workload(options_.workload);
    if (options_.parameters) {
      out_.parameters = read_parameters(*options_.parameters);
      if (out_.parameters->chip != out_.accelerator.name)
        throw InputError(
            {{options_.parameters->string(), 0, "chip", out_.parameters->chip,
              "the parameters are used with accelerator '" + out_.accelerator.name + "'"}});
    }
    out_.space = options_.constraints
                     ? analytical::read_map_space(*options_.constraints, out_.accelerator)
                     : analytical::default_map_space(out_.accelerator, options_.factors);
    if (options_.reference) reference_ = read_mappings(*options_.reference, out_.accelerator);
    const bool of_other =
        reference_ && !reference_->workload.empty() && reference_->workload != out_.workload.name;
    if (of_other)
      throw InputError({{options_.reference->string(), 0, "workload", reference_->workload,
                         "the mappings are used with workload '" + out_.workload.name + "'"}});
    out_.batch = options_.batch.value_or(reference_ ? reference_->batch : 1);
  }

  void choose_layers() {
    Diagnostics diagnostics;
    std::vector<std::string> known;
    for (const Layer& l : out_.workload.layers) known.push_back(l.name);
    for (const std::string& name : options_.layers)
      if (out_.workload.find(name) == nullptr) {
        const std::string hint = nearest(name, known);
        diagnostics.push_back({options_.workload.string(), 0, "layers", name,
                               "the workload has no such layer" +
                                   (hint.empty() ? "" : "; did you mean '" + hint + "'?")});
      }
    throw_if_any(diagnostics);
    for (const Layer& l : out_.workload.layers) {
      const bool named = std::find(options_.layers.begin(), options_.layers.end(), l.name) !=
                         options_.layers.end();
      if (!options_.layers.empty() && !named) continue;
      if (!named && !l.has_weights())
        out_.unmapped.push_back(l.name);
      else
        layers_.push_back(with_batch(l, out_.batch));
    }
    if (layers_.empty())
      throw InputError({{options_.workload.string(), 0, "layers", "",
                         "no layer with weights; expected some, or --layers"}});
  }

  void choose_objective() {
    out_.objective =
        options_.objective.value_or(out_.energy_known ? Objective::edp : Objective::latency);
    out_.latency = options_.latency;
    const bool needs_energy =
        out_.objective == Objective::energy || out_.objective == Objective::edp;
    if (needs_energy && !out_.energy_known)
      throw InputError(
          {{options_.accelerator.string(), 0, "--objective",
            std::string(analytical::kObjectiveNames[static_cast<std::size_t>(out_.objective)]),
            "energy needs unit energies (a parameters file); expected latency or "
            "throughput"}});
  }

  // Everything that decides what is found.
  std::map<std::string, std::string> identity() const {
    std::map<std::string, std::string> run{
        {"exploration", "mappings"},
        {"version", ASSAY_VERSION},
        {"accelerator", name_and_hash(options_.accelerator)},
        {"workload", name_and_hash(options_.workload)},
        {"batch", std::to_string(out_.batch)},
        {"objective",
         std::string(analytical::kObjectiveNames[static_cast<std::size_t>(out_.objective)])},
        {"latency", out_.latency == analytical::LatencyKind::total ? "total" : "processing"},
        {"seed", std::to_string(search_.seed)},
        {"budget", std::to_string(search_.budget)},
        {"exhaustive_limit", number_text(search_.exhaustive_limit)},
        {"top", std::to_string(search_.top)},
        {"spread", std::to_string(search_.spread)},
        {"space", options_.constraints ? name_and_hash(*options_.constraints) : out_.space.name}};
    if (options_.reference && !options_.blind) run["starts"] = name_and_hash(*options_.reference);
    if (options_.parameters) run["parameters"] = name_and_hash(*options_.parameters);
    return run;
  }

  void show() {
    if (options_.progress) options_.progress(progress_);
  }

  double zero_fraction(const Layer& l) const {
    return out_.parameters ? out_.parameters->zero_fraction(out_.workload.name, l.name) : 0;
  }

  void layer(std::size_t i) {
    const Layer& l = layers_[i];
    for (std::size_t j = 0; j < i; ++j) {
      if (!same_search(j, i)) continue;
      copy(i, j);
      return;
    }
    LayerProgress& p = progress_[i];
    p.state = LayerProgress::State::running;
    SearchHooks hooks;
    hooks.stop = options_.stop;
    hooks.progress = [&](std::int64_t looked, std::int64_t all) {
      p.steps_done = looked;
      p.steps = std::max<std::int64_t>(1, all);
      show();
    };
    const auto begin = std::chrono::steady_clock::now();
    const analytical::Prices prices = prices_of(l);
    const LayerFound found = search_layer(score_input(l, prices), out_.space, l.name,
                                          with_starts(i), hooks, store_.get());
    ExploredLayer e = explored(l, found);
    e.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    p.state = LayerProgress::State::finished;
    compare(&e, prices);
    if (e.front.empty()) {
      out_.without.push_back(l.name);
    } else {
      store_front(e);
      out_.layers.push_back(std::move(e));
    }
    show();
  }

  // With the reference of every layer that this search is for.
  LayerSearchOptions with_starts(std::size_t first) const {
    LayerSearchOptions o = search_;
    if (!reference_ || options_.blind) return o;
    for (std::size_t i = first; i < layers_.size(); ++i) {
      if (!same_search(i, first)) continue;
      const auto mapping = resolve(*reference_, layers_[i]);
      if (mapping && check(layers_[i], out_.accelerator, *mapping).empty())
        o.starts.push_back(*mapping);
    }
    return o;
  }

  bool same_search(std::size_t i, std::size_t j) const {
    const Layer &a = layers_[i], &b = layers_[j];
    return same_shape(a, b) && zero_fraction(a) == zero_fraction(b);
  }

  void copy(std::size_t i, std::size_t from) {
    progress_[i].state = LayerProgress::State::finished;
    const auto at =
        std::find_if(out_.layers.begin(), out_.layers.end(),
                     [&](const ExploredLayer& e) { return e.layer.name == layers_[from].name; });
    if (at == out_.layers.end()) {
      out_.without.push_back(layers_[i].name);
      return;
    }
    ExploredLayer e = *at;
    e.layer = layers_[i];
    e.seconds = 0;
    compare(&e, prices_of(e.layer));
    store_front(e);
    out_.layers.push_back(std::move(e));
  }

  analytical::Prices prices_of(const Layer& l) const {
    return out_.energy_known ? analytical::price_list(*out_.parameters, out_.accelerator,
                                                      effective_precision(out_.accelerator, l))
                             : analytical::Prices{};
  }

  analytical::ScoreInput score_input(const Layer& l, const analytical::Prices& prices) const {
    analytical::ScoreInput in;
    in.layer = &l;
    in.accelerator = &out_.accelerator;
    in.prices = out_.energy_known ? &prices : nullptr;
    in.zero_fraction = zero_fraction(l);
    in.latency = out_.latency;
    return in;
  }

  ExploredLayer explored(const Layer& l, const LayerFound& found) const {
    ExploredLayer e;
    e.layer = l;
    e.searched = l.name;
    e.size = found.size;
    e.exhaustive = found.exhaustive;
    e.counts = found.found.counts;
    e.objective = out_.objective;
    const auto design = [&](const analytical::Costs& costs, const analytical::Design& d) {
      ExploredDesign out{costs, d, {}};
      analytical::LayerSpace(l, out_.accelerator, out_.space, d.skeleton).write(d, &out.mapping);
      out.mapping.name = "explored#" + l.name;
      return out;
    };
    for (const auto& m : found.found.front.members())
      e.front.push_back(design(m.objectives, m.key));
    for (const auto& d : found.found.top.designs()) e.top.push_back(design(d.costs, d.design));
    for (const auto& d : found.found.sample.designs())
      e.sample.push_back(design(d.costs, d.design));
    if (const auto* best = found.found.best())
      e.best = static_cast<std::size_t>(best - found.found.front.members().data());
    return e;
  }

  void compare(ExploredLayer* e, const analytical::Prices& prices) const {
    e->reference.reset();
    if (!reference_) return;
    const auto mapping = resolve(*reference_, e->layer);
    if (!mapping) {
      e->reference_why = "not mapped";
      return;
    }
    const Diagnostics why = check(e->layer, out_.accelerator, *mapping);
    if (!why.empty()) {
      e->reference_why = to_string(why.front());
      return;
    }
    analytical::Scorer scorer(score_input(e->layer, prices));
    if (const auto costs = scorer.costs(*mapping))
      e->reference = ExploredDesign{*costs, {}, *mapping};
  }

  // For people and other programs: the layer's front with its nests.
  void store_front(const ExploredLayer& e) {
    if (!store_) return;
    store_->clear(e.layer.name, "front");
    for (const ExploredDesign& d : e.front) {
      std::string nest;
      for (const std::string& line : nest_lines(d.mapping, out_.accelerator))
        nest += (nest.empty() ? "" : "; ") + line;
      store_->put(e.layer.name, "front",
                  {design_text(d.design, analytical::kMaxSlots), {d.costs[0], d.costs[1]}, nest});
    }
    store_->commit(e.layer.name, "finished");
  }

  const ExploreOptions& options_;
  LayerSearchOptions search_;
  Explored out_;
  std::optional<MappingFile> reference_;
  std::vector<Layer> layers_;
  std::vector<LayerProgress> progress_;
  std::unique_ptr<Store> store_;
};

}  // namespace

bool ExploredLayer::beats_or_ties() const {
  return reference && !front.empty() &&
         scalar(objective, front[best].costs) <= scalar(objective, reference->costs);
}

Explored explore(const ExploreOptions& options) { return Explorer(options).run(); }

}  // namespace assay
