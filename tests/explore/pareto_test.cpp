// SPDX-License-Identifier: Apache-2.0
#include "analytical/explore/pareto.h"

#include <boost/test/unit_test.hpp>
#include <random>

namespace {

using namespace assay::analytical;

template <std::size_t K>
struct Item {
  std::array<double, K> objectives;
  int key;
};

// By definition: no other design dominates it, and of equals it has the smallest key.
template <std::size_t K>
std::vector<std::pair<std::array<double, K>, int>> by_definition(const std::vector<Item<K>>& all) {
  std::vector<std::pair<std::array<double, K>, int>> front;
  for (const auto& a : all) {
    bool stays = true;
    for (const auto& b : all)
      stays = stays && !dominates(b.objectives, a.objectives) &&
              !(b.objectives == a.objectives && b.key < a.key);
    if (stays) front.emplace_back(a.objectives, a.key);
  }
  std::sort(front.begin(), front.end());
  front.erase(std::unique(front.begin(), front.end()), front.end());
  return front;
}

template <std::size_t K>
void compare(unsigned seed) {
  BOOST_TEST_CONTEXT("K " << K << ", seed " << seed) {
    std::mt19937 random(seed);
    std::vector<Item<K>> all;
    const auto n = 1 + random() % 60, values = 1 + random() % 8;
    for (auto i = 0 * n; i < n; ++i) {
      Item<K> item{{}, static_cast<int>(random() % 1000)};
      for (double& o : item.objectives) o = static_cast<double>(random() % values);
      all.push_back(item);
    }
    Front<K, int> one, left, right;
    for (std::size_t i = 0; i < all.size(); ++i) {
      one.add(all[i].objectives, all[i].key);
      (i % 3 == 0 ? left : right).add(all[i].objectives, all[i].key);
    }
    right.merge(left);
    const auto expected = by_definition(all);
    for (const auto* front : {&one, &right}) {
      std::vector<std::pair<std::array<double, K>, int>> got;
      for (const auto& m : front->members()) got.emplace_back(m.objectives, m.key);
      BOOST_TEST((got == expected));
    }
    for (const auto& a : all) {
      bool dominated = false;
      for (const auto& b : all) dominated = dominated || dominates(b.objectives, a.objectives);
      BOOST_TEST(one.excludes(a.objectives) == dominated);
    }
  }
}

BOOST_AUTO_TEST_SUITE(pareto)

BOOST_AUTO_TEST_CASE(is_the_front_by_definition_in_any_order_and_from_parts) {
  for (unsigned seed = 1; seed <= 300; ++seed) {
    compare<1>(seed);
    compare<2>(seed);
    compare<3>(seed);
    compare<4>(seed);
  }
}

BOOST_AUTO_TEST_CASE(of_equal_designs_the_smallest_key_stays) {
  Front<2, int> front;
  front.add({1, 2}, 5);
  BOOST_TEST(!front.add({1, 2}, 7));
  BOOST_TEST(front.add({1, 2}, 3));
  BOOST_REQUIRE(front.members().size() == 1U);
  BOOST_TEST(front.members()[0].key == 3);
}

BOOST_AUTO_TEST_CASE(equality_excludes_nothing) {
  Front<2, int> front;
  front.add({1, 2}, 5);
  BOOST_TEST(!front.excludes({1, 2}));
  BOOST_TEST(front.excludes({1, 2.5}));
  BOOST_TEST(front.excludes({1.5, 2}));
  BOOST_TEST(!front.excludes({0.5, 9}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
