// SPDX-License-Identifier: Apache-2.0
// The data that simulations run on, and what a simulation with data refuses.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "simulator/simulator.h"

using namespace assay;
using simulator::check_data;
using simulator::random_data;

namespace {

Layer matrix_product(std::int64_t n, std::int64_t m, std::int64_t c) {
  Layer layer;
  layer.name = "product";
  layer.kind = LayerKind::fc;
  layer.size.fill(1);
  layer.size[Dim::N] = n;
  layer.size[Dim::M] = m;
  layer.size[Dim::C] = c;
  return layer;
}

Accelerator chip() {
  Accelerator a;
  a.file = "chips/small/accelerator.yaml";
  a.precision = {8, 8, 32, 8};
  a.overflow = Overflow::wrap;
  return a;
}

void expect(const Diagnostics& actual, const std::vector<std::string>& expected) {
  std::vector<std::string> texts;
  for (const Diagnostic& d : actual) texts.push_back(to_string(d));
  BOOST_TEST(texts == expected, boost::test_tools::per_element());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(simulator_data)

// The draws are the first three of the standard generator with its default seed.
BOOST_AUTO_TEST_CASE(values_are_the_highest_bits_of_the_halves_of_each_draw) {
  const std::uint64_t draws[] = {14514284786278117030U, 4620546740167642908U,
                                 13109570281517897720U};
  for (const int bits : {1, 8, 31, 32}) {
    std::vector<std::int32_t> expected;
    for (const std::uint64_t draw : draws)
      for (const std::uint64_t half : {draw >> 32U, draw & 0xffffffffU}) {
        const auto top = static_cast<std::int64_t>(half >> static_cast<unsigned>(32 - bits));
        const std::int64_t modulus = std::int64_t{1} << bits;
        expected.push_back(static_cast<std::int32_t>(top < modulus / 2 ? top : top - modulus));
      }
    const auto data = random_data(matrix_product(1, 1, 6), {bits, 1, 32, 8}, 5489);
    BOOST_TEST(data.input == expected, boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(every_value_of_the_precision_is_equally_likely) {
  for (const int bits : {1, 2, 5, 8}) {
    const std::int64_t count = 1 << 18;
    const auto data = random_data(matrix_product(1, 3, count), {bits, bits, 32, 8}, 1);
    const auto half = std::int32_t{1} << (bits - 1);
    for (const auto* values : {&data.input, &data.weights}) {
      std::vector<std::int64_t> times(static_cast<std::size_t>(2 * half));
      for (const std::int32_t v : *values) ++times.at(static_cast<std::size_t>(v + half));
      const double expected = static_cast<double>(values->size()) / static_cast<double>(2 * half);
      for (const std::int64_t n : times)  // five standard deviations and more
        BOOST_TEST(static_cast<double>(n) == expected, boost::test_tools::tolerance(0.16));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_seed_gives_the_same_data_and_another_one_other_data) {
  const Layer layer = matrix_product(3, 5, 7);
  const Precision bits{16, 16, 32, 16};
  const auto data = random_data(layer, bits, 1);
  BOOST_TEST(data.input.size() == 21U);
  BOOST_TEST(data.weights.size() == 35U);
  BOOST_TEST((random_data(layer, bits, 1).input == data.input));
  BOOST_TEST((random_data(layer, bits, 1).weights == data.weights));
  BOOST_TEST((random_data(layer, bits, 2).input != data.input));
  BOOST_TEST((random_data(layer, bits, 2).weights != data.weights));
}

BOOST_AUTO_TEST_CASE(a_layer_without_weights_has_none_whatever_their_bits) {
  Layer pool = matrix_product(1, 1, 1);
  pool.kind = LayerKind::pool;
  pool.size[Dim::G] = 4;
  const auto data = random_data(pool, {8, 64, 32, 8}, 1);
  BOOST_TEST(data.input.size() == 4U);
  BOOST_TEST(data.weights.empty());
  Accelerator a = chip();
  a.precision.weight_bits = 64;
  expect(check_data(a, pool), {});
}

BOOST_AUTO_TEST_CASE(refuses_what_it_cannot_simulate_with_its_place) {
  const Layer layer = matrix_product(1, 1, 1);
  expect(check_data(chip(), layer), {});
  Accelerator a = chip();
  a.overflow.reset();
  a.precision = {33, 8, 64, 8};
  const std::string file = "chips/small/accelerator.yaml: ";
  const std::string bits = "expected a whole number from 1 to 32 to simulate with data";
  expect(
      check_data(a, layer),
      {file + "overflow: the key is missing; expected 'wrap' or 'saturate' to simulate with data",
       file + "precision.input_bits = '33': " + bits,
       file + "precision.psum_bits = '64': " + bits});
  Layer wide = layer;  // the layer's own bits win
  wide.precision = {8, 40, 32, 0};
  a = chip();
  a.precision = {33, 8, 64, 48};
  expect(check_data(a, wide), {"layers.product.precision.weight_bits = '40': " + bits,
                               file + "precision.output_bits = '48': " + bits});
}

BOOST_AUTO_TEST_CASE(more_than_32_bits_are_no_data) {
  BOOST_CHECK_THROW(random_data(matrix_product(1, 1, 1), {33, 8, 32, 8}, 1), std::invalid_argument);
  BOOST_CHECK_THROW(random_data(matrix_product(1, 1, 1), {8, 0, 32, 8}, 1), std::invalid_argument);
}

BOOST_AUTO_TEST_SUITE_END()
