// SPDX-License-Identifier: Apache-2.0
#include "experiments/explore/layer_search.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "analytical/explore/exhaustive.h"
#include "analytical/explore/heuristic.h"
#include "analytical/explore/project.h"
#include "core/text.h"
#include "experiments/explore/design_text.h"
#include "experiments/explore/workers.h"

namespace assay {
namespace {

using analytical::Exhaustive;
using analytical::Found;
using analytical::LayerSpace;
using analytical::Scorer;

// Neither depends on the number of threads.
constexpr double kDesignsPerPart = 20'000;
constexpr std::size_t kPartsPerRound = 16;
constexpr std::int64_t kFirstLook =
    4'000;  // heuristic designs before an exhaustive search, for a front to prune with

std::uint64_t seed_of(const std::string& unit, std::uint64_t seed) {
  std::uint64_t h = 0xcbf29ce484222325U ^ seed * 0x9e3779b97f4a7c15U;
  for (const char c : unit) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return h;
}

// Islands differ in what they minimise: most the objective, the others the ends of the front.
std::vector<double> island_weights(analytical::Objective objective, bool energy_known) {
  if (!energy_known) return std::vector<double>(6, 1.0);
  switch (objective) {
    case analytical::Objective::energy:
      return {0, 0, 0, 0, 0.5, 1};
    case analytical::Objective::edp:
      return {0.5, 0.5, 0.5, 0.5, 1, 0};
    case analytical::Objective::latency:
    case analytical::Objective::throughput:
      break;
  }
  return {1, 1, 1, 1, 0.5, 0};
}

class Search {
 public:
  Search(const analytical::ScoreInput& input, const analytical::MapSpace& space, std::string unit,
         const LayerSearchOptions& options, const SearchHooks& hooks, Store* store)
      : input_(input),
        unit_(std::move(unit)),
        options_(options),
        hooks_(hooks),
        store_(store),
        out_(options) {
    input_.stop = &stop_;
    input_.looked = &looked_;
    bool listable = true;
    for (int i = 0; i < static_cast<int>(space.skeletons.size()); ++i) {
      auto s = std::make_unique<LayerSpace>(*input.layer, *input.accelerator, space, i);
      const double size = s->size();
      if (size == 0) continue;
      out_.size += size;
      for (Dim d : kAllDims) listable = listable && s->factorisations(d) <= Exhaustive::kMaxListed;
      use_.push_back(s.get());
      spaces_.push_back(std::move(s));
    }
    out_.exhaustive = listable && out_.size <= options.exhaustive_limit;
    all_ = out_.exhaustive ? static_cast<std::int64_t>(out_.size) : options.budget;
    find_starts();
  }

  LayerFound run() {
    if (!use_.empty()) out_.exhaustive ? exhaust() : evolve();
    return std::move(out_);
  }

 private:
  void find_starts() {
    const Scorer scorer(input_);
    for (const Mapping& m : options_.starts)
      for (const LayerSpace* s : use_)
        if (const auto d = analytical::project(*s, m, scorer)) starts_.push_back(*d);
    std::sort(starts_.begin(), starts_.end());
    starts_.erase(std::unique(starts_.begin(), starts_.end()), starts_.end());
  }

  Found empty() const { return Found(options_.objective, options_.top, options_.spread); }

  void tick() {
    if (hooks_.stop && hooks_.stop()) stop_ = true;
    if (hooks_.progress) hooks_.progress(std::min<std::int64_t>(looked_, all_), all_);
  }

  // Parts [0, n) on threads; each result goes to `take` in the calling thread.
  void parts(std::size_t n, const std::function<void(std::size_t, Scorer*, Found*)>& work,
             const std::function<void(std::size_t, Found&&)>& take,
             const std::function<Found()>& begin) {
    std::vector<std::unique_ptr<Found>> results(n);
    WorkersInput w;
    w.jobs = n;
    w.threads = options_.jobs;
    w.work = [&](std::size_t i) {
      Scorer scorer(input_);
      auto found = std::make_unique<Found>(begin());
      work(i, &scorer, found.get());
      results[i] = std::move(found);
    };
    w.done = [&](std::size_t i) {
      take(i, std::move(*results[i]));
      results[i].reset();
    };
    w.tick = [&] { tick(); };
    run_workers(w);
    if (stop_) throw analytical::SearchStopped();
  }

  // Islands, each a part of its own in the store.
  void evolve() {
    const auto weights = island_weights(options_.objective, input_.prices != nullptr);
    std::vector<std::size_t> left;
    for (std::size_t i = 0; i < weights.size(); ++i) {
      Found found = empty();
      if (!load(part_name(i), &found)) {
        left.push_back(i);
        continue;
      }
      looked_ += found.counts.evaluated + found.counts.invalid;
      out_.found.merge(found);
      out_.resumed = true;
    }
    const auto share =
        std::max<std::int64_t>(1, options_.budget / static_cast<std::int64_t>(weights.size()));
    parts(
        left.size(),
        [&](std::size_t i, Scorer* scorer, Found* found) {
          // One island knows the starts: the others must not end where it does.
          search_island(use_,
                        {seed_of(unit_, options_.seed) + left[i], share, weights[left[i]],
                         left[i] == 0 ? &starts_ : nullptr},
                        scorer, found);
        },
        [&](std::size_t i, Found&& found) {
          save(part_name(left[i]), "done", found);
          out_.found.merge(found);
        },
        [&] { return empty(); });
  }

  // Rounds of parts; those of a round prune with the front of its beginning, so that what is pruned
  // does not depend on the threads.
  void exhaust() {
    Found first = empty();
    Scorer scorer(input_);
    search_island(use_,
                  {seed_of(unit_, options_.seed), std::min(kFirstLook, all_ / 4 + 1),
                   island_weights(options_.objective, input_.prices != nullptr)[0], &starts_},
                  &scorer, &first);
    looked_ = 0;
    out_.found.front.merge(first.front);
    for (std::size_t s = 0; s < use_.size(); ++s) exhaust(s);
  }

  void exhaust(std::size_t s) {
    const Exhaustive all(*use_[s], input_);
    std::int64_t from = 0;
    Found so_far = empty();
    if (const auto state = load(part_name(s), &so_far)) {
      from = *state;
      out_.resumed = true;
    }
    so_far.front.merge(out_.found.front);
    while (from < all.patterns()) {
      std::vector<std::int64_t> cuts{from};
      while (cuts.size() <= kPartsPerRound && cuts.back() < all.patterns())
        cuts.push_back(all.next(cuts.back(), kDesignsPerPart));
      const analytical::MappingFront front = so_far.front;
      parts(
          cuts.size() - 1,
          [&](std::size_t i, Scorer* scorer, Found* found) {
            all.search(cuts[i], cuts[i + 1], scorer, found);
          },
          [&](std::size_t, Found&& found) { so_far.merge(found); },
          [&] {
            Found f = empty();
            f.front = front;
            return f;
          });
      from = cuts.back();
      save(part_name(s), std::to_string(from), so_far);
    }
    out_.found.merge(so_far);
  }

  std::string part_name(std::size_t part) const { return fmt::format("{}/{}", unit_, part); }

  void save(const std::string& part, const std::string& state, const Found& found) {
    if (store_ == nullptr) return;
    const auto put = [&](const char* kind, const analytical::Costs& c,
                         const analytical::Design& d) {
      store_->put(part, kind, {design_text(d, slots(d)), {c[0], c[1]}, ""});
    };
    for (const char* kind : {"front", "top", "sample"}) store_->clear(part, kind);
    for (const auto& m : found.front.members()) put("front", m.objectives, m.key);
    for (const auto& d : found.top.designs()) put("top", d.costs, d.design);
    for (const auto& d : found.sample.designs()) put("sample", d.costs, d.design);
    store_->commit(part, fmt::format("{} {} {} {}", state, found.counts.evaluated,
                                     found.counts.pruned, found.counts.invalid));
  }

  std::size_t slots(const analytical::Design& d) const {
    for (const LayerSpace* s : use_)
      if (s->skeleton() == d.skeleton) return s->slots().size();
    return 0;
  }

  // The pattern to go on with, or 0 for islands; nullopt: the store has nothing.
  std::optional<std::int64_t> load(const std::string& part, Found* found) const {
    const auto state = store_ == nullptr ? std::nullopt : store_->state(part);
    if (!state) return std::nullopt;
    for (const StoredDesign& d : store_->designs(part, "front"))
      found->front.add({d.objectives[0], d.objectives[1]}, parse_design(d.key));
    for (const char* kind : {"top", "sample"})
      for (const StoredDesign& d : store_->designs(part, kind)) {
        const analytical::Costs costs{d.objectives[0], d.objectives[1]};
        if (kind[0] == 't')
          found->top.add({scalar(options_.objective, costs), costs, parse_design(d.key)});
        else
          found->sample.add(analytical::sampled(costs, parse_design(d.key)));
      }
    std::vector<std::string> words;
    for (std::size_t at = 0; at <= state->size();) {
      const std::size_t end = std::min(state->find(' ', at), state->size());
      words.push_back(state->substr(at, end - at));
      at = end + 1;
    }
    words.resize(4);
    const auto number = [&](std::size_t i) { return parse_integer(words[i]).value_or(0); };
    found->counts = {number(1), number(2), number(3)};
    return number(0);
  }

  analytical::ScoreInput input_;
  std::string unit_;
  const LayerSearchOptions& options_;
  const SearchHooks& hooks_;
  Store* store_;
  LayerFound out_;
  std::vector<std::unique_ptr<LayerSpace>> spaces_;
  std::vector<const LayerSpace*> use_;
  std::vector<analytical::Design> starts_;
  std::atomic<bool> stop_{false};
  std::atomic<std::int64_t> looked_{0};
  std::int64_t all_ = 0;
};

}  // namespace

LayerFound search_layer(const analytical::ScoreInput& input, const analytical::MapSpace& space,
                        const std::string& unit, const LayerSearchOptions& options,
                        const SearchHooks& hooks, Store* store) {
  return Search(input, space, unit, options, hooks, store).run();
}

}  // namespace assay
