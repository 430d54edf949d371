// SPDX-License-Identifier: Apache-2.0
// Pruning leaves nothing out that matters, and the heuristic finds the optimum where it is known.
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>

#include "analytical/explore/heuristic.h"
#include "analytical/explore/moves.h"
#include "experiments/explore/design_text.h"
#include "experiments/explore/layer_search.h"
#include "tests/explore/random_space.h"

namespace {

using namespace assay;
using namespace assay::analytical;

constexpr double kMost = 20'000;

std::string text(const MappingFront& front) {
  std::string t;
  for (const auto& m : front.members())
    t += std::to_string(m.objectives[0]) + " " + std::to_string(m.objectives[1]) + " " +
         design_text(m.key, kMaxSlots) + "\n";
  return t;
}

template <class Use>
int small_spaces(std::uint64_t seeds, const Use& use) {
  int used = 0;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed)
    for (const Factors factors : {Factors::perfect, Factors::ceil}) {
      const test::RandomSpace s = test::random_space(seed, factors);
      double size = 0;
      for (int k = 0; k < static_cast<int>(s.space.skeletons.size()); ++k)
        size += LayerSpace(s.layer, s.accelerator, s.space, k).size();
      if (size > kMost || size < 2) continue;
      BOOST_TEST_CONTEXT("seed " << seed << (factors == Factors::ceil ? " ceil" : " perfect")) {
        use(s, seed);
        ++used;
      }
    }
  return used;
}

Found brute_force(const test::RandomSpace& s) {
  Found found(Objective::edp, 8, 0);
  Scorer scorer(s.input());
  for (int k = 0; k < static_cast<int>(s.space.skeletons.size()); ++k) {
    const LayerSpace space(s.layer, s.accelerator, s.space, k);
    if (space.size() == 0) continue;
    const Exhaustive all(space, s.input(), false);
    all.search(0, all.patterns(), &scorer, &found);
  }
  return found;
}

// Figure that a better design has more or less of, computed here and not by the library's scalar().
double less_is_better(Objective objective, const Layer& layer, const Costs& c) {
  switch (objective) {
    case Objective::energy:
      return c[1];
    case Objective::edp:
      return c[0] * c[1];
    case Objective::throughput: {  // points per cycle
      double points = 1;
      for (Dim d : kAllDims) points *= static_cast<double>(layer.size[d]);
      return -points / c[0];
    }
    case Objective::latency:
      break;
  }
  return c[0];
}

// The least figure of all designs, one by one.
double optimum(const test::RandomSpace& s, Objective objective) {
  double least = std::numeric_limits<double>::infinity();
  const Found all = brute_force(s);
  for (const auto& m : all.front.members())
    least = std::min(least, less_is_better(objective, s.layer, m.objectives));
  return least;
}

// By the heuristic alone and by the pruned search, in spaces of seeds 1 to `seeds`.
void optimum_is_found(Objective objective, std::uint64_t seeds) {
  int missed = 0, empty = 0;
  const int used = small_spaces(seeds, [&](const test::RandomSpace& s, std::uint64_t seed) {
    const double best = optimum(s, objective);
    if (std::isinf(best)) {
      ++empty;
      return;
    }
    const auto find = [&](double limit) {
      LayerSearchOptions options;
      options.objective = objective;
      options.exhaustive_limit = limit;
      options.budget = 12'000;
      options.seed = seed;
      const LayerFound found = search_layer(s.input(), s.space, "layer", options, {}, nullptr);
      BOOST_TEST(found.exhaustive == (limit > 0));
      BOOST_REQUIRE(!found.found.front.empty());
      return less_is_better(objective, s.layer, found.found.best()->objectives);
    };
    BOOST_TEST(find(kMost) == best);
    const double heuristic = find(0);
    BOOST_TEST(heuristic >= best - 1e-12 * std::abs(best));
    missed += heuristic > best + 1e-9 * std::abs(best) ? 1 : 0;
  });
  BOOST_TEST_MESSAGE(kObjectiveNames[static_cast<std::size_t>(objective)]
                     << ", seeds 1 to " << seeds << ": optimum missed in " << missed << " of "
                     << used - empty << " spaces");
  BOOST_TEST(used - empty > static_cast<int>(seeds) / 2);
  BOOST_TEST(missed == 0);
}

BOOST_AUTO_TEST_SUITE(exhaustive)

BOOST_AUTO_TEST_CASE(pruned_search_has_the_front_of_brute_force_and_counts_every_design) {
  std::int64_t pruned = 0, evaluated = 0, all = 0;
  const int used = small_spaces(300, [&](const test::RandomSpace& s, std::uint64_t) {
    const Found brute = brute_force(s);
    LayerSearchOptions options;
    const LayerFound found = search_layer(s.input(), s.space, "layer", options, {}, nullptr);
    BOOST_TEST(found.exhaustive);
    BOOST_TEST(text(found.found.front) == text(brute.front));
    const SearchCounts& c = found.found.counts;
    BOOST_TEST(static_cast<double>(c.evaluated + c.pruned + c.invalid) == found.size);
    BOOST_TEST(static_cast<double>(brute.counts.evaluated + brute.counts.invalid) == found.size);
    pruned += c.pruned;
    evaluated += c.evaluated;
    all += brute.counts.evaluated;
  });
  BOOST_TEST_MESSAGE("spaces " << used << "; legal designs " << all << ", evaluated " << evaluated
                               << ", pruned " << pruned);
  BOOST_TEST(used > 200);
  BOOST_TEST(evaluated < all);
  BOOST_TEST(pruned > 0);
}

BOOST_AUTO_TEST_CASE(bounds_are_below_the_costs_of_every_design) {
  long compared = 0;
  for (std::uint64_t seed = 1; seed <= 2000; ++seed)
    for (const Factors factors : {Factors::perfect, Factors::ceil}) {
      const test::RandomSpace s = test::random_space(seed, factors);
      Scorer scorer(s.input());
      const LayerSpace space(s.layer, s.accelerator, s.space, 0);
      const BoundModel model(space, s.input());
      Moves moves(space, scorer);
      Random random(seed);
      Mapping mapping;
      for (int i = 0; i < 5; ++i) {
        Design design;
        if (!moves.random(&random, &design)) continue;
        space.write(design, &mapping);
        const auto costs = scorer.costs(mapping);
        if (!costs) continue;
        const auto t = model.make_template(design.order);
        BoundModel::Partial p = model.none();
        for (Dim d : kAllDims) {
          if ((space.dims() & bit(d)) == 0) continue;
          Factorisation f;
          for (std::size_t k = 0; k < kMaxSlots; ++k) f.bound[k] = design.bound[k][d];
          model.multiply(&p, d, model.share(d, f, t));
        }
        BOOST_TEST_CONTEXT("seed " << seed << " " << design_text(design, space.slots().size())) {
          BOOST_TEST(model.may_fit(p));
          BOOST_TEST(model.bound(p)[0] <= (*costs)[0]);
          BOOST_TEST(model.bound(p)[1] <= (*costs)[1]);
        }
        ++compared;
      }
    }
  BOOST_TEST_MESSAGE("bounds compared: " << compared);
  BOOST_TEST(compared > 3000);
}

BOOST_AUTO_TEST_CASE(heuristic_finds_the_optimum_of_small_spaces) {
  optimum_is_found(Objective::edp, 150);
}

BOOST_AUTO_TEST_CASE(heuristic_finds_the_least_energy_of_small_spaces) {
  optimum_is_found(Objective::energy, 60);
}

BOOST_AUTO_TEST_CASE(heuristic_finds_the_least_latency_of_small_spaces) {
  optimum_is_found(Objective::latency, 60);
}

BOOST_AUTO_TEST_CASE(heuristic_finds_the_most_throughput_of_small_spaces) {
  optimum_is_found(Objective::throughput, 60);
}

BOOST_AUTO_TEST_CASE(finds_the_same_with_one_thread_and_with_two) {
  const int used = small_spaces(40, [&](const test::RandomSpace& s, std::uint64_t seed) {
    for (const double limit : {0.0, 1e6}) {
      std::string found[2];
      for (const int jobs : {1, 2}) {
        LayerSearchOptions options;
        options.jobs = jobs;
        options.exhaustive_limit = limit;
        options.budget = 3000;
        options.seed = seed;
        const LayerFound f = search_layer(s.input(), s.space, "layer", options, {}, nullptr);
        std::string& t = found[jobs - 1];
        t = text(f.found.front) + std::to_string(f.found.counts.evaluated) + " " +
            std::to_string(f.found.counts.pruned) + " " + std::to_string(f.found.counts.invalid);
        for (const auto& d : f.found.top.designs()) t += "\n" + design_text(d.design, kMaxSlots);
        for (const auto& d : f.found.sample.designs()) t += "\n" + design_text(d.design, kMaxSlots);
      }
      BOOST_TEST(found[0] == found[1]);
    }
  });
  BOOST_TEST(used > 20);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
