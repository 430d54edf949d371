// SPDX-License-Identifier: Apache-2.0
#include "core/statistics.h"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <cstdint>

using namespace assay;
using boost::test_tools::tolerance;

namespace {
constexpr double kClose = 1e-12;
}

BOOST_AUTO_TEST_SUITE(statistics)

BOOST_AUTO_TEST_CASE(median_is_the_middle_or_between_the_two_in_the_middle) {
  BOOST_TEST(median({3}) == 3);
  BOOST_TEST(median({9, 1, 5}) == 5);
  BOOST_TEST(median({9, 1, 5, 2}) == 3.5);
  BOOST_TEST(mean({9, 1, 5, 2}) == 4.25);
}

BOOST_AUTO_TEST_CASE(p90_is_the_nearest_rank) {
  BOOST_TEST(p90({4}) == 4);
  BOOST_TEST(p90({2, 3, 1}) == 3);
  BOOST_TEST(p90({10, 9, 8, 7, 6, 5, 4, 3, 2, 1}) == 9);
  BOOST_TEST(p90({11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1}) == 10);
}

BOOST_AUTO_TEST_CASE(kendall_tau_b_with_ties) {
  BOOST_TEST(kendall_tau_b({1, 2, 3}, {1, 2, 3}).value() == 1.0, tolerance(kClose));
  BOOST_TEST(kendall_tau_b({1, 2, 3}, {3, 2, 1}).value() == -1.0, tolerance(kClose));
  // Pairs: 4 concordant, 1 tied in x, 1 tied in y: 4 / sqrt(5 * 5).
  BOOST_TEST(kendall_tau_b({1, 2, 2, 3}, {1, 2, 3, 3}).value() == 0.8, tolerance(kClose));
  BOOST_TEST(kendall_tau_b({12, 2, 1, 12, 2}, {1, 4, 7, 1, 0}).value() == -0.47140452079103168,
             tolerance(kClose));
  BOOST_TEST(kendall_tau_b({1, 2, 3, 4}, {5, 6, 7, 8}).value() == 1.0);  // not nearly
  BOOST_TEST(!kendall_tau_b({1}, {1}).has_value());
  BOOST_TEST(!kendall_tau_b({}, {}).has_value());
  BOOST_TEST(!kendall_tau_b({2, 2, 2}, {1, 2, 3}).has_value());
  BOOST_TEST(!kendall_tau_b({1, 2, 3}, {2, 2, 2}).has_value());
}

BOOST_AUTO_TEST_CASE(kendall_tau_b_equals_a_count_over_all_pairs) {
  std::uint64_t state = 1;
  const auto next = [&state](std::uint64_t below) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    return static_cast<double>((state >> 33U) % below);
  };
  for (std::size_t n = 2; n < 60; ++n) {
    std::vector<double> x;
    std::vector<double> y;
    for (std::size_t i = 0; i < n; ++i) {
      x.push_back(next(n));
      y.push_back(next(n / 2 + 1));
    }
    double difference = 0, untied_x = 0, untied_y = 0;
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = i + 1; j < n; ++j) {
        const int sx = (x[i] < x[j]) - (x[i] > x[j]);
        const int sy = (y[i] < y[j]) - (y[i] > y[j]);
        difference += sx * sy;
        untied_x += sx * sx;
        untied_y += sy * sy;
      }
    const std::optional<double> tau = kendall_tau_b(x, y);
    BOOST_TEST(tau.has_value() == (untied_x > 0 && untied_y > 0));
    if (tau) BOOST_TEST(std::abs(*tau - difference / std::sqrt(untied_x * untied_y)) < kClose);
  }
}

BOOST_AUTO_TEST_SUITE_END()
