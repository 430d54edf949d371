// SPDX-License-Identifier: Apache-2.0
// Defects seeded in the tiled accelerator: the comparison that the other tests make must see each.
#include <boost/test/unit_test.hpp>
#include <stdexcept>

#include "tests/rtl/tiled_fixture.h"

using namespace assay;
using namespace assay::tiled_test;

namespace {

// What the comparison says of the case with the defect; checks that it says nothing without.
std::string seen(rtl::TiledBug bug, const Layer& layer, const Tiles& tiles) {
  const auto design = rtl::make_tiled("tiled-4x3");
  const Accelerator accelerator = design->description();
  const Case c = make_case(layer, tiles, accelerator, 7);
  const Expected e = expected(c, accelerator);
  BOOST_TEST(difference(design->run(c.layer, c.mapping, c.data, {}), e) == "");
  rtl::RunOptions options;
  options.seeded_bug = bug;
  options.max_cycles = 4 * e.cycles;
  std::string text = "  assertion\n";
  try {
    text = difference(design->run(c.layer, c.mapping, c.data, options), e);
  } catch (const std::logic_error&) {  // one of the hardware's own checks was first
  }
  BOOST_TEST_MESSAGE(text);
  return text;
}

bool mentions(const std::string& text, const std::string& what) {
  return text.find(what) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(rtl_tiled_faults)

// Weights stay for four steps; their next tile is fetched too late when later inputs go first.
BOOST_AUTO_TEST_CASE(fills_ordered_by_need_are_late) {
  const std::string text =
      seen(rtl::kBugOrderByNeed, convolution({{1, 1, 12, 3, 4, 4, 3, 3}}), {4, 3, 2, 2, false});
  BOOST_TEST(mentions(text, "cycles"));
  BOOST_TEST(!mentions(text, "outputs"));
}

// A step takes longer than the fills of the next one.
BOOST_AUTO_TEST_CASE(a_slot_freed_early_corrupts_the_tile_in_use) {
  BOOST_TEST(mentions(
      seen(rtl::kBugSlotFreedEarly, convolution({{1, 1, 4, 15, 6, 6, 3, 3}}), {4, 3, 6, 6, false}),
      "outputs"));
}

BOOST_AUTO_TEST_CASE(an_idle_lane_that_is_not_masked_adds_what_its_bank_holds) {
  BOOST_TEST(mentions(seen(rtl::kBugIdleLanesNotMasked, convolution({{1, 1, 4, 8, 3, 3, 2, 2}}),
                           {4, 3, 3, 3, false}),
                      "outputs"));
}

BOOST_AUTO_TEST_CASE(a_remainder_of_columns_that_is_ignored_takes_cycles_and_accesses) {
  const std::string text = seen(rtl::kBugLastColumnTileFull,
                                convolution({{1, 1, 4, 3, 4, 5, 2, 2}}), {4, 3, 2, 3, false});
  BOOST_TEST(mentions(text, "cycles"));
  BOOST_TEST(mentions(text, "mac - mac"));
}

// One step per output tile and a drain that is longer: two slots are full. The hardware asserts
// that a slot is not drained and accumulated at once.
BOOST_AUTO_TEST_CASE(an_output_slot_that_is_not_awaited_is_overwritten) {
  BOOST_TEST(seen(rtl::kBugOutputSlotNotAwaited, convolution({{1, 1, 4, 1, 8, 8, 1, 1}}),
                  {4, 1, 2, 8, false}) == "  assertion\n");
}

BOOST_AUTO_TEST_CASE(a_pipeline_a_stage_shorter_takes_fewer_cycles) {
  BOOST_TEST(mentions(
      seen(rtl::kBugOverheadTooShort, convolution({{1, 1, 8, 6, 3, 3, 2, 2}}), {4, 3, 3, 3, false}),
      "cycles"));
}

// One output position: every iteration needs the partial sum of the one before.
BOOST_AUTO_TEST_CASE(a_partial_sum_that_is_not_forwarded_is_stale) {
  const std::string text =
      seen(rtl::kBugNoForwarding, convolution({{1, 1, 4, 6, 1, 1, 3, 3}}), {4, 3, 1, 1, false});
  BOOST_TEST(mentions(text, "outputs"));
  BOOST_TEST(!mentions(text, "cycles"));
}

BOOST_AUTO_TEST_CASE(partial_sums_that_are_not_zeroed_start_from_the_tile_before) {
  BOOST_TEST(mentions(seen(rtl::kBugPartialSumsNotZeroed, convolution({{1, 1, 12, 3, 3, 3, 2, 2}}),
                           {4, 3, 3, 3, false}),
                      "outputs"));
}

BOOST_AUTO_TEST_CASE(a_counter_of_idle_lanes_differs_in_its_count_only) {
  BOOST_TEST(seen(rtl::kBugCountsIdleLanes, convolution({{1, 1, 5, 3, 3, 3, 2, 2}}),
                  {4, 3, 3, 3, false}) == "  buf P read: rtl 288, simulator 180\n");
}

BOOST_AUTO_TEST_SUITE_END()
