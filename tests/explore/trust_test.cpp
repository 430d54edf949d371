// SPDX-License-Identifier: Apache-2.0
// Rank correlation, regret and resolution on examples computed by hand; fronts of networks.
#include "experiments/explore/trust.h"

#include <boost/test/unit_test.hpp>
#include <random>

#include "analytical/exact.h"

namespace {

using namespace assay;
namespace tools = boost::test_tools;

BOOST_AUTO_TEST_SUITE(trust)

BOOST_AUTO_TEST_CASE(tau_b_counts_ties) {
  // Pairs: 12 +, 13 +, 14 tie of executed, 23 -, 24 -, 34 -: (2 - 3) / sqrt(6 * 5)
  const Trust t = judge({{1, 10}, {2, 30}, {3, 20}, {4, 10}}, 0);
  BOOST_REQUIRE(t.tau_b.has_value());
  BOOST_TEST(*t.tau_b == -1 / std::sqrt(30.0), tools::tolerance(1e-12));
  BOOST_TEST(t.pairs == 6U);
}

BOOST_AUTO_TEST_CASE(tau_b_is_one_for_equal_orders_and_absent_where_undefined) {
  BOOST_TEST(judge({{1, 3}, {2, 4}, {5, 9}}, 0).tau_b.value_or(0) == 1);
  BOOST_TEST(judge({{1, 9}, {2, 4}, {5, 3}}, 0).tau_b.value_or(0) == -1);
  BOOST_TEST(!judge({{1, 3}, {1, 4}}, 0).tau_b);
  BOOST_TEST(!judge({}, 0).tau_b);
  BOOST_TEST(!judge({{1, 1}}, 0).tau_b);
}

BOOST_AUTO_TEST_CASE(regret_is_of_the_chosen_design) {
  BOOST_TEST(judge({{1, 110}, {2, 100}, {3, 150}}, 0).regret_pct.value_or(-1) == 10,
             tools::tolerance(1e-9));
  BOOST_TEST(judge({{1, 100}, {2, 120}}, 0).regret_pct.value_or(-1) == 0);
  BOOST_TEST(!judge({{1, 100}}, 9).regret_pct);
}

BOOST_AUTO_TEST_CASE(resolution_is_where_95_per_cent_keep_their_order) {
  // 100, 101, 110, 121, ...: neighbours of the first two change places, all others keep theirs.
  std::vector<Judged> designs{{100, 2}, {101, 1}};
  for (int i = 0; i < 8; ++i) designs.push_back({110 + 11.0 * i, 10.0 + i});
  const Trust all = judge(designs, 0);  // 44 of 45 pairs: 97.8 %
  BOOST_TEST(all.resolution_pct.value_or(-1) == 1, tools::tolerance(1e-9));
  designs[2].executed = 0.5;  // another two pairs: 42 of 45 are 93 %
  const double without = 100 * (110.0 / 101 - 1);
  BOOST_TEST(judge(designs, 0).resolution_pct.value_or(-1) < without);
  BOOST_TEST(judge(designs, 0).resolution_pct.value_or(-1) > 1);
}

BOOST_AUTO_TEST_CASE(resolution_needs_pairs_and_order) {
  BOOST_TEST(!judge({{1, 1}, {2, 2}, {3, 3}}, 0).resolution_pct);
  std::vector<Judged> reversed;
  for (int i = 1; i < 20; ++i) reversed.push_back({1.0 * i, 100.0 - i});
  BOOST_TEST(!judge(reversed, 0).resolution_pct);
}

BOOST_AUTO_TEST_CASE(execution_has_the_last_word_among_the_best) {
  namespace fs = std::filesystem;
  const fs::path data = fs::path(ASSAY_SOURCE_DIR) / "experiments";
  ExploreOptions options;
  options.accelerator = data / "chips/eyeriss/accelerator.yaml";
  options.workload = data / "workloads/lenet5.yaml";
  options.layers = {"c1", "c3"};
  options.objective = analytical::Objective::latency;
  options.search.budget = 6000;
  const Explored explored = explore(options);
  TrustOptions trust;
  trust.most_steps = 0;  // exact mode alone
  bool stopped = false;
  const auto judged = execute_designs(explored, trust, &stopped);
  int others = 0;
  for (std::size_t i = 0; i < explored.layers.size(); ++i) {
    const ExploredLayer& l = explored.layers[i];
    const auto executed = [&](const Mapping& m) {
      const auto nest = analytical::compile(l.layer, explored.accelerator, m);
      return analytical::exact_latency(l.layer, explored.accelerator, nest, true).finish;
    };
    std::int64_t least = executed(l.front[l.best].mapping);
    const std::int64_t chosen = least;
    for (const ExploredDesign& d : l.top) least = std::min(least, executed(d.mapping));
    BOOST_REQUIRE(judged[i].reranked != nullptr);
    BOOST_TEST(executed(judged[i].reranked->mapping) == least);
    BOOST_TEST(judged[i].reranked_executed.value_or(0) == static_cast<double>(least));
    BOOST_TEST(judged[i].chosen_executed.value_or(0) == static_cast<double>(chosen));
    BOOST_TEST(judged[i].trust.designs <= 64U);
    others += least < chosen ? 1 : 0;
  }
  BOOST_TEST_MESSAGE("another than the predicted best in " << others << " of "
                                                           << explored.layers.size());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(network)

BOOST_AUTO_TEST_CASE(front_of_the_sums_is_that_of_all_choices) {
  for (unsigned seed = 1; seed <= 100; ++seed) {
    std::mt19937 random(seed);
    std::vector<ExploredLayer> layers(2 + random() % 3);
    for (ExploredLayer& l : layers) {
      l.layer.repeat = 1 + static_cast<std::int64_t>(random() % 3);
      double energy = 100;
      for (unsigned i = 0; i < 1 + random() % 4; ++i) {
        energy -= 1 + static_cast<double>(random() % 9);
        const double latency =
            (l.front.empty() ? 0 : l.front.back().costs[0]) + 1 + static_cast<double>(random() % 9);
        l.front.push_back({{latency, energy}, {}, {}});
      }
    }
    std::vector<analytical::Costs> sums{{0, 0}};
    for (const ExploredLayer& l : layers) {
      std::vector<analytical::Costs> next;
      for (const auto& s : sums)
        for (const auto& d : l.front)
          next.push_back({s[0] + static_cast<double>(l.layer.repeat) * d.costs[0],
                          s[1] + static_cast<double>(l.layer.repeat) * d.costs[1]});
      sums = next;
    }
    analytical::Front<2, int> expected;
    for (const auto& s : sums) expected.add(s, 0);
    const NetworkFront got = network_front(layers);
    BOOST_TEST_CONTEXT("seed " << seed) {
      BOOST_TEST(got.exact);
      BOOST_REQUIRE(got.points.size() == expected.members().size());
      for (std::size_t i = 0; i < got.points.size(); ++i) {
        BOOST_TEST((got.points[i].costs == expected.members()[i].objectives));
        analytical::Costs sum{0, 0};
        for (std::size_t k = 0; k < layers.size(); ++k)
          for (std::size_t o = 0; o < 2; ++o)
            sum[o] += static_cast<double>(layers[k].layer.repeat) *
                      layers[k].front[got.points[i].chosen[k]].costs[o];
        BOOST_TEST((sum == got.points[i].costs));
      }
      const NetworkFront few = network_front(layers, 3);
      BOOST_TEST(few.points.size() <= 3U);
      BOOST_TEST((few.points.front().costs == got.points.front().costs));
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
