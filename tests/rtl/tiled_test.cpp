// SPDX-License-Identifier: Apache-2.0
// The tiled accelerator against the simulator (counts and cycles) and the golden convolution.
// ASSAY_RTL_LAYERS=n and ASSAY_SEED=s in the environment choose another campaign.
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <ctime>

#include "tests/rtl/tiled_fixture.h"

using namespace assay;
using namespace assay::tiled_test;

namespace {

std::uint64_t setting(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

rtl::TiledModel& model(rtl::Design& design) { return dynamic_cast<rtl::TiledModel&>(design); }

void run_random_layers(const std::string& configuration, std::uint64_t layers) {
  const auto design = rtl::make_tiled(configuration);
  const Accelerator accelerator = design->description();
  const std::uint64_t first = setting("ASSAY_SEED", 1) * 1000000;
  std::uint64_t accepted = 0;
  std::int64_t cycles = 0;
  double seconds = 0;
  for (std::uint64_t seed = first; accepted < layers; ++seed) {
    BOOST_REQUIRE(seed < first + 10 * layers + 100);  // most layers fit
    const Case c = random_case(model(*design).shape(), accelerator, seed);
    if (!design->check(c.layer, c.mapping).empty()) continue;
    ++accepted;
    const std::clock_t before = std::clock();
    const rtl::RunResult run = design->run(c.layer, c.mapping, c.data, {});
    seconds += static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC;
    cycles += run.cycles;
    const std::string wrong = difference(run, expected(c, accelerator));
    BOOST_CHECK_MESSAGE(wrong.empty(), "seed " << seed << ": " << describe(c) << '\n' << wrong);
    if (!wrong.empty()) break;
  }
  BOOST_TEST_MESSAGE(configuration
                     << ": " << accepted << " layers, " << cycles << " cycles, "
                     << static_cast<std::int64_t>(static_cast<double>(cycles) / seconds / 1000)
                     << " kcycles per CPU second");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(rtl_tiled)

BOOST_AUTO_TEST_CASE(one_small_layer_equals_simulator_and_golden) {
  const auto design = rtl::make_tiled("tiled-4x3");
  const Accelerator accelerator = design->description();
  const Layer layer = convolution({{1, 1, 6, 5, 5, 4, 3, 2}}, 1, 1);
  const Case c = make_case(layer, {4, 3, 3, 2, false}, accelerator, 1);
  for (const Diagnostic& d : design->check(c.layer, c.mapping)) BOOST_ERROR(to_string(d));
  BOOST_TEST(difference(design->run(c.layer, c.mapping, c.data, {}), expected(c, accelerator)) ==
             "");
}

BOOST_AUTO_TEST_CASE(random_layers_are_equal_on_4x3) {
  run_random_layers("tiled-4x3", setting("ASSAY_RTL_LAYERS", 150));
}
BOOST_AUTO_TEST_CASE(random_layers_are_equal_on_64x7) {
  run_random_layers("tiled-64x7", setting("ASSAY_RTL_LAYERS", 150) / 20);
}
BOOST_AUTO_TEST_CASE(random_layers_are_equal_on_8x2) {
  run_random_layers("tiled-8x2", setting("ASSAY_RTL_LAYERS", 150));
}

BOOST_AUTO_TEST_CASE(layers_of_all_shapes_run_one_after_another_without_reset_of_buffers) {
  const auto design = rtl::make_tiled("tiled-4x3");
  const Accelerator accelerator = design->description();
  const Case small =
      make_case(convolution({{1, 1, 2, 2, 2, 2, 2, 2}}), {2, 2, 2, 2, false}, accelerator, 1);
  const Case large =
      make_case(convolution({{2, 2, 9, 7, 6, 5, 3, 3}}, 2, 1), {4, 3, 3, 4, true}, accelerator, 2);
  const auto first = design->run(small.layer, small.mapping, small.data, {});
  BOOST_TEST(difference(design->run(large.layer, large.mapping, large.data, {}),
                        expected(large, accelerator)) == "");
  // stopped in the middle, then run again from reset
  rtl::RunOptions cut;
  cut.max_cycles = 500;
  BOOST_TEST(!design->run(large.layer, large.mapping, large.data, cut).finished);
  const auto again = design->run(small.layer, small.mapping, small.data, {});
  BOOST_TEST(again.cycles == first.cycles);
  BOOST_TEST((again.counts == first.counts));
  BOOST_TEST((again.output == first.output));
  BOOST_TEST(difference(again, expected(small, accelerator)) == "");
}

// A tile that is not reloaded, by where its loops stand: two slots of the other operand move on.
BOOST_AUTO_TEST_CASE(tiles_that_do_not_change_are_kept) {
  const auto design = rtl::make_tiled("tiled-4x3");
  const Accelerator accelerator = design->description();
  const Layer layer = convolution({{1, 1, 12, 3, 6, 6, 2, 2}});
  for (const bool m_innermost : {false, true}) {
    const Case c = make_case(layer, {4, 3, 3, 3, m_innermost}, accelerator, 3);
    const auto run = design->run(c.layer, c.mapping, c.data, {});
    BOOST_TEST(difference(run, expected(c, accelerator)) == "");
    const std::int64_t inputs = 4 * 3 * 4 * 4;
    const std::int64_t weights = 12 * 3 * 4;
    BOOST_TEST(run.counts.at({"dram", "I", "read"}) == (m_innermost ? inputs : 3 * inputs));
    BOOST_TEST(run.counts.at({"dram", "W", "read"}) == (m_innermost ? 4 * weights : weights));
  }
}

BOOST_AUTO_TEST_CASE(refuses_what_the_sequencer_does_not_execute) {
  const auto design = rtl::make_tiled("tiled-4x3");
  const Layer layer = convolution({{1, 1, 6, 5, 6, 6, 3, 3}});
  const auto refused = [&](const Layer& l, const Mapping& mapping) {
    return !design->check(l, mapping).empty();
  };
  const Mapping good = mapping_of(layer, {4, 3, 3, 3, false});
  BOOST_TEST(!refused(layer, good));
  // the area of a tile and a filter beyond the banks
  BOOST_TEST(refused(convolution({{1, 1, 4, 3, 7, 6, 3, 3}}),
                     mapping_of(convolution({{1, 1, 4, 3, 7, 6, 3, 3}}), {4, 3, 7, 6, false})));
  BOOST_TEST(refused(convolution({{1, 1, 4, 3, 2, 2, 6, 5}}),
                     mapping_of(convolution({{1, 1, 4, 3, 2, 2, 6, 5}}), {4, 3, 1, 1, false})));
  Layer other_bits = layer;
  other_bits.precision = {8, 8, 32, 32};
  BOOST_TEST(refused(other_bits, good));
  // loops in another order, inside and outside the holds
  std::size_t swapped = 0;
  for (std::size_t i = 0; i + 1 < good.nest.size(); ++i) {
    Mapping m = good;
    if (m.nest[i + 1].kind == EntryKind::spatial) break;  // their place inside does not matter
    std::swap(m.nest[i], m.nest[i + 1]);
    BOOST_TEST(refused(layer, m), "entries " << i << " and " << i + 1 << " swapped");
    ++swapped;
  }
  BOOST_TEST(swapped >= 8);
  // one pair of channels in a tile, four words in a beat
  const auto wide = rtl::make_tiled("tiled-8x2");
  const Layer thin = convolution({{1, 1, 8, 3, 2, 2, 2, 2}});
  BOOST_TEST(wide->check(thin, mapping_of(thin, {8, 2, 2, 2, false})).empty());
  const Layer thinner = convolution({{1, 1, 3, 1, 2, 2, 2, 2}});
  BOOST_TEST(!wide->check(thinner, mapping_of(thinner, {8, 2, 2, 2, false})).empty());
}

BOOST_AUTO_TEST_SUITE_END()
