// SPDX-License-Identifier: Apache-2.0
#include "analytical/explore/heuristic.h"

#include <cmath>
#include <memory>
#include <pagmo/algorithm.hpp>
#include <pagmo/algorithms/sga.hpp>
#include <pagmo/population.hpp>
#include <pagmo/problem.hpp>

#include "analytical/explore/moves.h"

namespace assay::analytical {
namespace {

constexpr double kIllegal = 1e9;  // above every logarithm of costs
constexpr std::int64_t kPopulation = 64;
constexpr double kTieWeight = 1e-7;
constexpr int kKicks = 2;  // random changes before a new descent

class Island {
 public:
  Island(const std::vector<const LayerSpace*>& skeletons, const IslandInput& input, Scorer* scorer,
         Found* found)
      : input_(input), scorer_(*scorer), found_(*found), random_(input.seed) {
    for (const LayerSpace* s : skeletons) {
      number_[static_cast<std::size_t>(s->skeleton())] = spaces_.size();
      spaces_.push_back(s);
      moves_.push_back(std::make_unique<Moves>(*s, *scorer));
    }
  }

  void run() {
    if (input_.starts != nullptr)
      for (const Design& d : *input_.starts) evaluate(d);
    evolve(input_.budget / 3);
    if (best_fitness_ >= kIllegal) return;
    Design here = best_;
    double fitness = best_fitness_;
    descend(&here, &fitness);
    while (looked_ < input_.budget) {
      Design there = here;
      kick(&there);
      double value = evaluate(there);
      descend(&there, &value);
      if (value <= fitness) {
        here = there;
        fitness = value;
      }
    }
  }

  std::size_t genes() const {
    std::size_t most = 0;
    for (const auto& m : moves_) most = std::max(most, m->genes());
    return most + 1;  // the skeleton
  }

  double fitness(const std::vector<double>& genes) {
    const std::size_t s =
        std::min(spaces_.size() - 1,
                 static_cast<std::size_t>(genes[0] * static_cast<double>(spaces_.size())));
    Design design;
    if (!moves_[s]->decode(genes.data() + 1, &design)) {
      ++looked_;
      ++found_.counts.invalid;
      return kIllegal;
    }
    return evaluate(design);
  }

 private:
  void evolve(std::int64_t budget);

  double value(const Costs& c) const {
    const double l = std::log(std::max(c[0], 1e-300)), e = std::log(std::max(c[1], 1e-300));
    const double w = input_.latency_weight;
    if (w == 1) return l + kTieWeight * e;
    if (w == 0) return e + kTieWeight * l;
    return w * l + (1 - w) * e;
  }

  double evaluate(const Design& design) {
    ++looked_;
    spaces_[number(design)]->write(design, &mapping_);
    const auto costs = scorer_.costs(mapping_);
    if (!costs) {
      ++found_.counts.invalid;
      return kIllegal;
    }
    found_.add(*costs, design);
    const double v = value(*costs);
    if (v < best_fitness_) {
      best_fitness_ = v;
      best_ = design;
    }
    return v;
  }

  std::size_t number(const Design& d) const {
    return number_[static_cast<std::size_t>(d.skeleton)];
  }
  Moves& moves(const Design& d) { return *moves_[number(d)]; }

  // First improvement, beginning where the last one was found; ends where a whole round brings
  // none.
  void descend(Design* here, double* fitness) {
    Moves& m = moves(*here);
    const std::size_t n = m.count();
    std::size_t at = below(&random_, n), without = 0;
    Design next;
    while (without < n && looked_ < input_.budget) {
      if (m.neighbour(*here, at, &next)) {
        const double v = evaluate(next);
        if (v < *fitness) {
          *here = next;
          *fitness = v;
          without = 0;
          continue;
        }
      }
      at = at + 1 == n ? 0 : at + 1;
      ++without;
    }
  }

  void kick(Design* design) {
    Moves& m = moves(*design);
    Design next;
    int done = 0;
    for (int tries = 0; done < kKicks && tries < 300; ++tries)
      if (m.neighbour(*design, below(&random_, m.count()), &next)) {
        *design = next;
        ++done;
      }
    if (done < kKicks) ++looked_;  // a space with hardly a neighbour must end too
  }

  const IslandInput& input_;
  Scorer& scorer_;
  Found& found_;
  Random random_;
  std::vector<const LayerSpace*> spaces_;
  std::array<std::size_t, kMaxSkeletons> number_{};  // of a skeleton in spaces_
  std::vector<std::unique_ptr<Moves>> moves_;
  Mapping mapping_;
  std::int64_t looked_ = 0;
  Design best_;
  double best_fitness_ = kIllegal;
};

// The island as pagmo sees it; copies refer to the same.
struct Problem {
  Island* island = nullptr;

  pagmo::vector_double fitness(const pagmo::vector_double& genes) const {
    return {island->fitness(genes)};
  }
  std::pair<pagmo::vector_double, pagmo::vector_double> get_bounds() const {
    const std::size_t n = island == nullptr ? 1 : island->genes();
    return {pagmo::vector_double(n, 0.0), pagmo::vector_double(n, 1.0)};
  }
};

void Island::evolve(std::int64_t budget) {
  const auto size = static_cast<std::size_t>(
      std::max<std::int64_t>(8, std::min(kPopulation, budget / 8) / 2 * 2));
  const auto seed = static_cast<unsigned>(random_());
  pagmo::population population{pagmo::problem{Problem{this}}, size, seed};
  const auto generations = static_cast<unsigned>(
      std::max<std::int64_t>(1, budget / static_cast<std::int64_t>(size) - 1));
  const double mutation = 1.5 / static_cast<double>(genes());
  pagmo::algorithm algorithm{pagmo::sga(generations, 0.9, 1.0, mutation, 1.0, 2, "exponential",
                                        "uniform", "tournament", static_cast<unsigned>(random_()))};
  algorithm.evolve(population);
}

}  // namespace

void search_island(const std::vector<const LayerSpace*>& skeletons, const IslandInput& island,
                   Scorer* scorer, Found* found) {
  Island(skeletons, island, scorer, found).run();
}

}  // namespace assay::analytical
