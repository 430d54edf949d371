// SPDX-License-Identifier: Apache-2.0
// The bench of a virtual chip: draws by name, noise as stated, effects where they belong.
#include <algorithm>
#include <cmath>

#include "experiments/virtual_chip/draws.h"
#include "fixture.h"

namespace assay::test {
namespace {

using namespace virtual_chip;

constexpr std::uint64_t kSeed = 20;

std::vector<Record> records(std::size_t n, const std::string& workload = "made_up") {
  std::vector<Record> out;
  for (std::size_t i = 0; i < n; ++i) {
    Record r;
    r.workload = workload;
    r.layer = "layer" + std::to_string(i);
    r.values = {{"energy_chip_uj", 10.0 + static_cast<double>(i)}, {"total_ms", 2}};
    out.push_back(r);
  }
  return out;
}

// Sum of squares of n normal draws over the variance: within five of its own standard deviations.
bool like_chi_square(double sum_of_squares, double sd, double n) {
  return std::abs(sum_of_squares / (sd * sd) - n) < 5 * std::sqrt(2 * n);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(bench)

BOOST_AUTO_TEST_CASE(draws_are_normal_and_depend_on_their_name_alone) {
  double sum = 0, squares = 0, beyond = 0;
  constexpr int kDraws = 20000;
  Draws draws(kSeed, "a");
  for (int i = 0; i < kDraws; ++i) {
    const double x = draws.normal();
    sum += x;
    squares += x * x;
    beyond += std::abs(x) > 1.959964 ? 1 : 0;
  }
  BOOST_TEST_MESSAGE("seed " << kSeed << ": mean " << sum / kDraws << ", variance "
                             << squares / kDraws << ", beyond 1.96 " << beyond / kDraws);
  BOOST_TEST(std::abs(sum) < 5 * std::sqrt(kDraws));
  BOOST_TEST(like_chi_square(squares, 1, kDraws));
  BOOST_TEST(std::abs(beyond - 0.05 * kDraws) < 5 * std::sqrt(0.0475 * kDraws));
  BOOST_TEST(Draws(kSeed, "b").normal() == Draws(kSeed, "b").normal());
  BOOST_TEST(Draws(kSeed, "b").normal() != Draws(kSeed, "c").normal());
  BOOST_TEST(Draws(kSeed, "b").normal() != Draws(kSeed + 1, "b").normal());
}

BOOST_AUTO_TEST_CASE(noise_of_replicates_has_the_stated_size) {
  Bench bench;
  bench.seed = kSeed;
  bench.energy_noise_ln = 0.04;
  bench.time_noise_ln = 0.003;
  bench.network_ln = 0;
  bench.replicates = 9;
  const std::vector<Record> all = records(400);
  const auto measured = measure(all, std::vector<std::string>(all.size(), "conv"), 0, bench);
  double energy = 0, time = 0, n = 0, spread = 0;
  for (std::size_t i = 0; i < all.size(); ++i)
    for (std::size_t k = 0; k < measured[i].energy_uj.size(); ++k, ++n) {
      energy +=
          std::pow(std::log(measured[i].energy_uj[k] / all[i].values.at("energy_chip_uj")), 2);
      time += std::pow(std::log(measured[i].ms[k] / 2), 2);
    }
  for (const Measurement& m : measured) spread += m.energy_spread_pct / 400;
  BOOST_TEST_MESSAGE("seed " << kSeed << ": energy sd " << std::sqrt(energy / n) << ", time sd "
                             << std::sqrt(time / n) << ", mean spread " << spread << " %");
  BOOST_TEST(n == 3600);
  BOOST_TEST(like_chi_square(energy, 0.04, n));
  BOOST_TEST(like_chi_square(time, 0.003, n));
  // The deviation from the median of nine is a little small; a sixth is far beyond its own error.
  BOOST_TEST((spread > 4.0 * 5 / 6 && spread < 4.0 * 7 / 6));
}

BOOST_AUTO_TEST_CASE(a_network_shares_its_effect_and_time_has_none) {
  Bench bench;
  bench.seed = kSeed;
  bench.energy_noise_ln = bench.time_noise_ln = 0;
  bench.network_ln = 0.05;
  double squares = 0;
  constexpr int kNetworks = 400;
  for (int i = 0; i < kNetworks; ++i) {
    const std::vector<Record> all = records(3, "net" + std::to_string(i));
    const auto m = measure(all, {"conv", "conv", "fc"}, 0, bench);
    const double effect = std::log(m[0].median_uj / 10);
    BOOST_TEST(std::log(m[2].median_uj / 12) == effect, boost::test_tools::tolerance(1e-9));
    BOOST_TEST(m[0].median_ms == 2.0);
    squares += effect * effect;
  }
  BOOST_TEST_MESSAGE("seed " << kSeed << ": network sd " << std::sqrt(squares / kNetworks));
  BOOST_TEST(like_chi_square(squares, 0.05, kNetworks));
}

BOOST_AUTO_TEST_CASE(a_kind_has_its_effect_alone) {
  Bench bench;
  bench.energy_noise_ln = bench.time_noise_ln = bench.network_ln = 0;
  bench.kind_pct = {{"fc", -10}};
  const auto m = measure(records(2), {"conv", "fc"}, 0, bench);
  BOOST_TEST(m[0].median_uj == 10.0);
  BOOST_TEST(m[1].median_uj == 9.9, boost::test_tools::tolerance(1e-12));
}

BOOST_AUTO_TEST_CASE(windows_hold_whole_runs_and_idle_is_there_when_it_has_a_power) {
  Bench bench;
  bench.time_noise_ln = 0;
  bench.window_ms = 7;
  const Measurement m = measure(records(1), {"conv"}, 60, bench).front();
  BOOST_TEST(m.runs == 4);
  BOOST_TEST(m.window_ms == 8.0);
  BOOST_TEST(std::abs(m.idle_before_mw - 60) < 1);
  BOOST_TEST(m.after_c > m.before_c);
  BOOST_TEST(measure(records(1), {"conv"}, 0, bench).front().idle_before_mw == 0.0);
}

BOOST_AUTO_TEST_CASE(medians_and_spreads_by_hand) {
  BOOST_TEST(median({3, 1, 2}) == 2.0);
  BOOST_TEST(median({4, 1, 2, 3}) == 2.5);
  BOOST_TEST(spread_pct({10, 10, 10}) == 0.0);
  // Deviations from 10: 1, 0, 2, 1, 4; their median is 1.
  BOOST_TEST(spread_pct({9, 10, 12, 11, 6}) == 14.826, boost::test_tools::tolerance(1e-12));
}

BOOST_AUTO_TEST_CASE(refuses_a_record_without_energy) {
  std::vector<Record> all = records(1);
  all[0].values.erase("energy_chip_uj");
  BOOST_CHECK_THROW(measure(all, {"conv"}, 0, {}), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(factors_are_lognormal_and_gated_energies_follow_their_entry) {
  const Parameters prior = read_parameters(kChips / "eyeriss" / "parameters.yaml");
  double squares = 0, n = 0;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    const Truth t = draw_truth(prior, seed, 0.5);
    BOOST_REQUIRE(t.factors.size() == prior.energies.size());
    for (const auto& [name, f] : t.factors) {
      squares += std::log(f) * std::log(f);
      ++n;
    }
    for (std::size_t i = 0; i < prior.energies.size(); ++i)
      if (prior.energies[i].gated_energy)
        BOOST_TEST(
            t.parameters.energies[i].gated_energy->value / prior.energies[i].gated_energy->value ==
                t.parameters.energies[i].energy / prior.energies[i].energy,
            boost::test_tools::tolerance(1e-12));
  }
  BOOST_TEST_MESSAGE("seeds 1 to 100: sd of factors in ln " << std::sqrt(squares / n));
  BOOST_TEST(like_chi_square(squares, 0.5, n));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::test
