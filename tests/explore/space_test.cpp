// SPDX-License-Identifier: Apache-2.0
// The space of a layer: what is counted is what there is, every design covers the layer, and orders
// that are left out have equal counts and latency.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>

#include "analytical/explore/moves.h"
#include "core/legality.h"
#include "experiments/explore/design_text.h"
#include "tests/explore/random_space.h"

namespace {

using namespace assay;
using namespace assay::analytical;

constexpr double kMost = 20'000;

Accelerator unbounded(Accelerator a) {
  for (Level& level : a.levels) {
    level.capacity_bytes.reset();
    for (Keep& keep : level.keeps) keep.capacity_bytes.reset();
  }
  return a;
}

BOOST_AUTO_TEST_SUITE(space)

BOOST_AUTO_TEST_CASE(size_is_the_number_of_designs) {
  int compared = 0;
  for (std::uint64_t seed = 1; seed <= 400; ++seed)
    for (const Factors factors : {Factors::perfect, Factors::ceil}) {
      const test::RandomSpace s = test::random_space(seed, factors);
      for (int k = 0; k < static_cast<int>(s.space.skeletons.size()); ++k) {
        const LayerSpace space(s.layer, s.accelerator, s.space, k);
        if (space.size() > kMost / 4) continue;
        BOOST_TEST_CONTEXT("seed " << seed << " skeleton " << k) {
          Scorer scorer(s.input());
          Found found(Objective::edp, 0, 0);
          const Exhaustive all(space, s.input(), false);
          all.search(0, all.patterns(), &scorer, &found);
          BOOST_TEST(static_cast<double>(found.counts.evaluated + found.counts.invalid) ==
                     space.size());
          ++compared;
        }
      }
    }
  BOOST_TEST_MESSAGE("spaces counted: " << compared);
  BOOST_TEST(compared > 200);
}

BOOST_AUTO_TEST_CASE(every_random_design_is_legal_where_capacities_are_unbounded) {
  int legal = 0;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    test::RandomSpace s =
        test::random_space(seed, seed % 2 == 0 ? Factors::perfect : Factors::ceil);
    s.accelerator = unbounded(s.accelerator);
    Scorer scorer(s.input());
    const LayerSpace space(s.layer, s.accelerator, s.space, 0);
    Moves moves(space, scorer);
    Random random(seed);
    Mapping mapping;
    for (int i = 0; i < 10; ++i) {
      Design design;
      if (!moves.random(&random, &design)) continue;
      BOOST_TEST_CONTEXT("seed " << seed << " " << design_text(design, space.slots().size())) {
        BOOST_TEST((parse_design(design_text(design, space.slots().size())) == design));
        space.write(design, &mapping);
        const Diagnostics why = check(s.layer, s.accelerator, mapping);
        const bool structure = scorer.structure_is_legal(mapping);
        BOOST_TEST(why.empty() == structure);
        BOOST_TEST(scorer.costs(mapping).has_value() == structure);
        legal += why.empty() ? 1 : 0;
      }
    }
  }
  BOOST_TEST(legal > 500);
}

BOOST_AUTO_TEST_CASE(validity_is_that_of_check) {
  int legal = 0, illegal = 0;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    const test::RandomSpace s = test::random_space(seed, Factors::ceil);
    Scorer scorer(s.input());
    const LayerSpace space(s.layer, s.accelerator, s.space, 0);
    // Moves of an accelerator without capacities, judged with them.
    test::RandomSpace free = s;
    free.accelerator = unbounded(s.accelerator);
    const Scorer any(free.input());
    Moves moves(space, any);
    Random random(seed);
    Mapping mapping;
    for (int i = 0; i < 20; ++i) {
      Design design;
      if (!moves.random(&random, &design)) continue;
      space.write(design, &mapping);
      const bool expected = check(s.layer, s.accelerator, mapping).empty();
      BOOST_TEST_CONTEXT("seed " << seed << " " << design_text(design, space.slots().size()))
      BOOST_TEST(scorer.costs(mapping).has_value() == expected);
      ++(expected ? legal : illegal);
    }
  }
  BOOST_TEST(legal > 300);
  BOOST_TEST(illegal > 300);
}

// Every permutation of the loops of every block of a random design without remainders.
BOOST_AUTO_TEST_CASE(orders_of_one_class_have_equal_counts) {
  long compared = 0, different = 0;
  for (std::uint64_t seed = 1; seed <= 4000; ++seed) {
    test::RandomSpace s = test::random_space(seed, Factors::perfect);
    s.accelerator = unbounded(s.accelerator);
    Scorer scorer(s.input());
    const LayerSpace space(s.layer, s.accelerator, s.space, 0);
    Moves moves(space, scorer);
    Random random(seed);
    Design design;
    Mapping mapping;
    if (!moves.random(&random, &design)) continue;
    const bool slides = s.accelerator.halo == Halo::slide;
    for (std::size_t slot = 0; slot < space.slots().size(); ++slot) {
      if (!space.slots()[slot].ordered) continue;
      const Order from = design.order[slot];
      const auto loops =
          static_cast<std::size_t>(std::find(from.begin(), from.end(), kNoDim) - from.begin());
      if (loops < 2 || loops > 4) continue;
      space.write(design, &mapping);
      const auto costs = scorer.costs(mapping);
      if (!costs) continue;
      const Nest nest = compile(s.layer, s.accelerator, mapping);
      const Counts counts = count(Evaluation(s.layer, s.accelerator, nest));
      const Mapping before = mapping;
      Design other = design;
      Order order = from;
      std::sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(loops));
      do {
        if (reuse_signature(order, 7, slides) != reuse_signature(from, 7, slides)) continue;
        other.order[slot] = order;
        space.write(other, &mapping);
        const Nest with = compile(s.layer, s.accelerator, mapping);
        const Counts same = count(Evaluation(s.layer, s.accelerator, with));
        BOOST_TEST_CONTEXT("seed " << seed << " " << design_text(design, space.slots().size())
                                   << " and " << design_text(other, space.slots().size())) {
          BOOST_TEST((same.n == counts.n));
          const auto again = scorer.costs(mapping);
          BOOST_REQUIRE(again.has_value());
          // Latency is an estimate from more than the counts: told, not claimed.
          different += std::abs((*again)[0] - (*costs)[0]) > 1e-9 * (*costs)[0] ? 1 : 0;
        }
        ++compared;
      } while (
          std::next_permutation(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(loops)));
    }
  }
  BOOST_TEST_MESSAGE("orders compared: " << compared << ", other latency: " << different);
  BOOST_TEST(different == 0);
  BOOST_TEST(compared > 1000);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
