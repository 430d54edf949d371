// SPDX-License-Identifier: Apache-2.0
// The golden values: each rule of "Values" (docs/contract.md, section 4) against an example
// computed by hand, and the three implementations against each other over random triples.
// ASSAY_GOLDEN_TRIPLES=n and ASSAY_SEED=s in the environment choose another campaign (default 2,000
// from seed 1).
#include "tests/golden/golden.h"

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "tests/oracle/random_triple.h"

using namespace assay;
using golden::Values;
using oracle::Triple;

namespace {

constexpr unsigned kO = 4;

Entry loop(Dim d, std::int64_t bound) {
  Entry entry;
  entry.dim = d;
  entry.bound = bound;
  return entry;
}

Entry par(Dim d, std::int64_t bound, char axis = 'x') {
  Entry entry = loop(d, bound);
  entry.kind = EntryKind::spatial;
  entry.axis = axis;
  return entry;
}

Entry hold(int level) {
  Entry entry;
  entry.kind = EntryKind::hold;
  entry.level = level;
  entry.operands = kO;
  return entry;
}

Level storage(const std::string& name) {
  Level level;
  level.name = name;
  for (Operand o : kAllOperands) level.keeps[o].kept = true;
  return level;
}

Level array(Network outputs, char axis = 'x') {
  Level level;
  level.kind = LevelKind::array;
  level.name = std::string(1, axis);
  level.axis = axis;
  level.size = 4;
  level.network[Operand::I] = level.network[Operand::W] = Network::unicast;
  level.network[Operand::O] = outputs;
  return level;
}

// The last level, compute, is added.
Accelerator chip(std::vector<Level> levels, int psum_bits = 8, int output_bits = 8) {
  Accelerator a;
  a.precision = {16, 16, psum_bits, output_bits};
  a.overflow = Overflow::saturate;
  a.levels = std::move(levels);
  Level mac;
  mac.kind = LevelKind::compute;
  mac.name = "mac";
  a.levels.push_back(mac);
  return a;
}

// `m` output channels of `c` inputs each.
Layer fc(std::int64_t m, std::int64_t c) {
  Layer layer;
  layer.kind = LayerKind::fc;
  layer.size.fill(1);
  layer.size[Dim::M] = m;
  layer.size[Dim::C] = c;
  return layer;
}

// Outputs when all weights are 1.
Values sums(const Layer& layer, const Accelerator& accelerator, const std::vector<Entry>& nest,
            const Values& input) {
  Mapping mapping;
  mapping.nest = nest;
  const Diagnostics why = check(layer, accelerator, mapping);
  BOOST_REQUIRE_MESSAGE(why.empty(), (why.empty() ? "" : to_string(why.front())));
  const Values ones(static_cast<std::size_t>(tensor_elements(layer, Operand::W)), 1);
  return golden::ordered(layer, accelerator, mapping, input, ones);
}

void expect(const Values& actual, const Values& expected) {
  BOOST_TEST(actual == expected, boost::test_tools::per_element());
}

Accelerator with(Accelerator a, Accumulate accumulate) {
  a.accumulate = accumulate;
  return a;
}

// ---- Random triples -------------------------------------------------------------------------

std::uint64_t setting(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

Values random_values(std::mt19937_64& random, std::int64_t count, int bits) {
  Values values;
  for (std::int64_t i = 0; i < count; ++i)
    values.push_back(static_cast<std::int32_t>(random() >> 32U) >> (32 - bits));
  return values;
}

struct Data {
  Values input, weights;
};

Data data_of(const Triple& t) {
  std::mt19937_64 random(7);
  const Precision bits = effective_precision(t.accelerator, t.layer);
  Data data;
  data.input = random_values(random, tensor_elements(t.layer, Operand::I), bits.input_bits);
  data.weights = random_values(random, tensor_elements(t.layer, Operand::W), bits.weight_bits);
  return data;
}

Values ordered(const Triple& t) {
  const Data data = data_of(t);
  return golden::ordered(t.layer, t.accelerator, t.mapping, data.input, data.weights);
}

bool direct_loops_differ(const Triple& t) {
  const Data data = data_of(t);
  return golden::convolution(t.layer, t.accelerator, data.input, data.weights) != ordered(t);
}

bool matrix_product_differs(const Triple& t) {
  const Data data = data_of(t);
  return golden::im2col(t.layer, t.accelerator, data.input, data.weights) !=
         golden::convolution(t.layer, t.accelerator, data.input, data.weights);
}

// Visits the points in the order of a nest without holds and lanes, from entry `at` on.
template <class Visitor>
void plain_loops(const Triple& t, std::size_t at, PerDim<std::int64_t> start, Visitor& visitor) {
  if (at == t.mapping.nest.size()) {
    visitor(start);
    return;
  }
  const Entry& entry = t.mapping.nest[at];
  std::int64_t tile = 1;
  for (std::size_t inner = at + 1; inner < t.mapping.nest.size(); ++inner)
    if (t.mapping.nest[inner].dim == entry.dim) tile *= t.mapping.nest[inner].bound;
  for (std::int64_t i = 0; i < entry.bound && start[entry.dim] < t.layer.size[entry.dim]; ++i) {
    plain_loops(t, at + 1, start, visitor);
    start[entry.dim] += tile;
  }
}

// What one lane without holds computes.
Values plain_saturating(const Triple& t) {
  const Data data = data_of(t);
  const Layer& l = t.layer;
  const auto clamp = [](std::int64_t x, int bits) {
    const std::int64_t half = std::int64_t{1} << (bits - 1);
    return x < -half ? -half : x >= half ? half - 1 : x;
  };
  std::vector<std::int64_t> sum(static_cast<std::size_t>(tensor_elements(l, Operand::O)), 0);
  auto visit = [&](const PerDim<std::int64_t>& i) {
    const std::int64_t h = i[Dim::P] * l.stride_h + i[Dim::R] * l.dilation_h - l.pad_top;
    const std::int64_t w = i[Dim::Q] * l.stride_w + i[Dim::S] * l.dilation_w - l.pad_left;
    const std::int64_t ng = i[Dim::N] * l.size[Dim::G] + i[Dim::G];
    std::int64_t product = 0;
    if (h >= 0 && h < l.input_h && w >= 0 && w < l.input_w)
      product = data.input[static_cast<std::size_t>(
          ((ng * l.size[Dim::C] + i[Dim::C]) * l.input_h + h) * l.input_w + w)];
    const std::int64_t gm = i[Dim::G] * l.size[Dim::M] + i[Dim::M];
    if (l.has_weights())
      product *= data.weights[static_cast<std::size_t>(
          ((gm * l.size[Dim::C] + i[Dim::C]) * l.size[Dim::R] + i[Dim::R]) * l.size[Dim::S] +
          i[Dim::S])];
    auto& y = sum[static_cast<std::size_t>(
        ((ng * l.size[Dim::M] + i[Dim::M]) * l.size[Dim::P] + i[Dim::P]) * l.size[Dim::Q] +
        i[Dim::Q])];
    y = clamp(y + product, t.accelerator.precision.psum_bits);
  };
  plain_loops(t, 0, {}, visit);
  Values output;
  for (const std::int64_t y : sum)
    output.push_back(static_cast<std::int32_t>(clamp(y, t.accelerator.precision.output_bits)));
  return output;
}

// The first legal triples, each changed by `change`, for which `differs` must never hold.
template <class Change, class Differs>
void over_triples(Change change, Differs differs) {
  const std::uint64_t first = setting("ASSAY_SEED", 1), n = setting("ASSAY_GOLDEN_TRIPLES", 2000);
  std::uint64_t legal = 0, wrong = 0;
  for (std::uint64_t seed = first; legal < n && seed < first + 4 * n; ++seed) {
    Triple t = oracle::random_timed_triple(seed);
    change(t);
    if (!check(t.layer, t.accelerator, t.mapping).empty()) continue;
    ++legal;
    if (!differs(t) || ++wrong > 3) continue;
    BOOST_ERROR("seed " << seed << ", shrunk:\n" << oracle::describe(oracle::shrink(t, differs)));
  }
  BOOST_TEST(legal >= n);
  BOOST_TEST(wrong == 0U);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(golden)

BOOST_AUTO_TEST_CASE(each_sum_is_fitted_in_the_order_of_the_nest) {
  Layer layer = fc(1, 2);
  layer.kind = LayerKind::conv;
  layer.size[Dim::R] = layer.input_h = 2;
  const Values input{100, -100, 100, -100};  // C, h
  Accelerator a = chip({storage("dram")});
  expect(sums(layer, a, {loop(Dim::C, 2), loop(Dim::R, 2)}, input), {0});    // 100 0 100 0
  expect(sums(layer, a, {loop(Dim::R, 2), loop(Dim::C, 2)}, input), {-73});  // 100 127 27 -73
  a.overflow = Overflow::wrap;
  expect(sums(layer, a, {loop(Dim::R, 2), loop(Dim::C, 2)}, input), {0});
  expect(sums(fc(1, 2), a, {loop(Dim::C, 2)}, {100, 100}), {-56});
}

BOOST_AUTO_TEST_CASE(networks_add_products_exactly_and_fit_once) {
  const std::vector<Entry> nest{par(Dim::C, 3)};
  for (const Network n : {Network::tree, Network::chain})
    expect(sums(fc(1, 3), chip({storage("dram"), array(n)}), nest, {100, 100, -100}), {100});
  expect(sums(fc(1, 3), chip({storage("dram"), array(Network::none)}), nest, {100, 100, -100}),
         {27});  // 100 127 27
  // Fitted once per array, from the inside out: (100 + 100 -> 127) + (-100 - 100 -> -128).
  const Accelerator two = chip({storage("dram"), array(Network::tree, 'y'), array(Network::tree)});
  expect(sums(fc(1, 4), two, {par(Dim::C, 2, 'y'), par(Dim::C, 2)}, {100, 100, -100, -90}), {-1});
  expect(sums(fc(1, 4), two, {par(Dim::C, 2), par(Dim::C, 2, 'y')}, {100, 100, -100, -90}), {10});
}

BOOST_AUTO_TEST_CASE(products_are_fitted_before_an_array_even_an_unused_one) {
  const std::vector<Entry> nest{loop(Dim::C, 2)};
  expect(sums(fc(1, 2), chip({storage("dram"), array(Network::tree)}), nest, {-100, 200}), {27});
  expect(sums(fc(1, 2), chip({storage("dram")}), nest, {-100, 200}), {100});
  // The array is above the partial sums.
  expect(sums(fc(1, 2), chip({storage("dram"), array(Network::tree), storage("reg")}),
              {hold(2), loop(Dim::C, 2)}, {-100, 200}),
         {100});
}

BOOST_AUTO_TEST_CASE(a_drain_adds_the_sums_of_the_lanes) {
  const std::vector<Entry> nest{par(Dim::C, 3), hold(2), loop(Dim::C, 2)};
  const Values input{100, 100, 100, 100, -100, -100};  // lanes: 127, 127, -128
  const auto drained = [&](Network n) {
    return sums(fc(1, 6), chip({storage("dram"), array(n), storage("reg")}), nest, input);
  };
  expect(drained(Network::tree), {126});
  expect(drained(Network::chain), {126});
  expect(drained(Network::none), {-1});  // 127 127 -1
}

// Two visits per output channel, two lanes: 50 + 50, then the value and 100 - 100.
BOOST_AUTO_TEST_CASE(the_first_lane_carries_what_is_read_back) {
  const std::vector<Entry> nest{loop(Dim::C, 2), loop(Dim::M, 2), par(Dim::C, 2), hold(2)};
  const Values input{50, 50, 100, -100};
  for (const Network n : {Network::none, Network::tree})
    for (const Accumulate accumulate : {Accumulate::preload, Accumulate::on_drain}) {
      Accelerator a = with(chip({storage("dram"), array(n), storage("reg")}), accumulate);
      const std::int32_t y = n == Network::tree && accumulate == Accumulate::on_drain ? 100 : 27;
      expect(sums(fc(2, 4), a, nest, input), {y, y});
      a.first_visit = FirstVisit::read;  // of zeros
      expect(sums(fc(2, 4), a, nest, input), {y, y});
    }
}

BOOST_AUTO_TEST_CASE(a_word_read_back_is_added_before_or_after_the_lane_has_added) {
  const std::vector<Entry> nest{loop(Dim::C, 2), loop(Dim::M, 2), hold(1), loop(Dim::C, 2)};
  const Accelerator a = chip({storage("dram"), storage("reg")});
  const Values input{50, 50, 100, -100};
  expect(sums(fc(2, 4), with(a, Accumulate::preload), nest, input), {27, 27});     // 100 127 27
  expect(sums(fc(2, 4), with(a, Accumulate::on_drain), nest, input), {100, 100});  // 100 + 0
}

BOOST_AUTO_TEST_CASE(inner_tiles_drain_into_outer_ones) {
  Layer layer = fc(2, 4);
  layer.size[Dim::N] = 2;
  const std::vector<Entry> nest{loop(Dim::C, 2), loop(Dim::M, 2), hold(1),
                                loop(Dim::C, 2), loop(Dim::N, 2), hold(2)};
  const Accelerator a = chip({storage("dram"), storage("buffer"), storage("reg")});
  const Values input{100, 100, -100, -100, 1, 2, 3, 4};
  // on_drain: the buffer's tile starts at 0 and meets 127 only when it drains at -128.
  expect(sums(layer, with(a, Accumulate::on_drain), nest, input), {-1, -1, 10, 10});
  expect(sums(layer, with(a, Accumulate::preload), nest, input), {-73, -73, 10, 10});
}

BOOST_AUTO_TEST_CASE(only_words_of_a_final_visit_are_fitted_to_the_output) {
  const std::vector<Entry> nest{loop(Dim::C, 2), loop(Dim::M, 2), hold(1)};
  Accelerator a = chip({storage("dram"), storage("reg")}, 16, 8);
  expect(sums(fc(2, 2), a, nest, {200, -100}), {100, 100});
  expect(sums(fc(2, 2), a, nest, {200, 100}), {127, 127});
  expect(sums(fc(2, 2), chip({storage("dram")}, 16, 8), {loop(Dim::C, 2), loop(Dim::M, 2)},
              {200, 100}),
         {127, 127});
  a.overflow = Overflow::wrap;
  expect(sums(fc(2, 2), a, nest, {200, 100}), {44, 44});
  // Once, after the words of all lanes.
  const Accelerator lanes = chip({storage("dram"), array(Network::none), storage("reg")}, 16, 8);
  expect(sums(fc(1, 2), lanes, {par(Dim::C, 2), hold(2)}, {200, -100}), {100});
}

BOOST_AUTO_TEST_CASE(a_final_visit_of_an_inner_hold_is_fitted_in_its_parent) {
  const Accelerator a =
      chip({storage("dram"), array(Network::tree), storage("buffer"), storage("reg")}, 16, 8);
  expect(sums(fc(1, 2), a, {par(Dim::C, 2), hold(2), hold(3)}, {200, -100}), {27});  // 127 - 100
  expect(sums(fc(1, 2), a, {par(Dim::C, 2), hold(2)}, {200, -100}), {100});
}

BOOST_AUTO_TEST_CASE(windows_are_summed_with_stride_dilation_and_padding) {
  Layer layer = fc(1, 1);
  layer.kind = LayerKind::pool;
  layer.size[Dim::G] = 2;
  layer.size[Dim::Q] = layer.size[Dim::S] = 2;
  layer.input_w = 4;
  layer.pad_left = 1;
  layer.stride_w = 3;
  layer.dilation_w = 2;  // outputs of columns -1 and 1, 2 and 4
  layer.pad_right = 1;
  const Values input{1, 2, 3, 4, 50, 60, 70, 80}, output{2, 3, 60, 70};
  const Accelerator a = chip({storage("dram")});
  expect(assay::golden::convolution(layer, a, input, {}), output);
  expect(assay::golden::im2col(layer, a, input, {}), output);
  expect(sums(layer, a, {loop(Dim::G, 2), loop(Dim::Q, 2), loop(Dim::S, 2)}, input), output);
}

BOOST_AUTO_TEST_CASE(a_mapping_that_wraps_equals_direct_loops) {
  over_triples([](Triple& t) { t.accelerator.overflow = Overflow::wrap; }, direct_loops_differ);
}

BOOST_AUTO_TEST_CASE(direct_loops_equal_a_matrix_product) {
  over_triples([](Triple&) {}, matrix_product_differs);
}

BOOST_AUTO_TEST_CASE(saturation_changes_nothing_where_every_sum_fits) {
  over_triples([](Triple& t) { t.accelerator.precision = {4, 4, 24, 24}; }, direct_loops_differ);
}

BOOST_AUTO_TEST_CASE(one_lane_without_holds_is_a_plain_loop) {
  const auto plain = [](Triple& t) {
    std::vector<Entry> nest;
    for (Entry entry : t.mapping.nest) {
      if (entry.kind == EntryKind::hold) continue;
      entry.kind = EntryKind::loop;
      nest.push_back(entry);
    }
    t.mapping.nest = nest;
    t.accelerator.overflow = Overflow::saturate;
    // Half of the sums reach a bound; no array fits the products before they are added.
    t.accelerator.precision = {8, 8, 14, t.layer.size[Dim::M] % 2 == 0 ? 8 : 14};
    for (Level& level : t.accelerator.levels)
      if (level.kind == LevelKind::array) level = storage("none");
  };
  over_triples(plain, [](const Triple& t) { return plain_saturating(t) != ordered(t); });
}

BOOST_AUTO_TEST_SUITE_END()
