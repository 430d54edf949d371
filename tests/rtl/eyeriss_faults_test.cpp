// SPDX-License-Identifier: Apache-2.0
// Tests of the tests: defects seeded into the hardware, each of which the comparison must see, and
// mappings that the hardware must refuse.
#include <boost/test/unit_test.hpp>
#include <functional>
#include <memory>
#include <utility>

#include "tests/rtl/eyeriss_compare.h"

using namespace assay;
using namespace assay::eyeriss_test;

namespace {

// Several passes over the input channels, two strips of which the last is smaller, two images in a
// pass, chains above each other; drains longer than steps.
rtl::EyerissPlan usual_plan() {
  rtl::EyerissPlan p;
  p.strips = 2;
  p.c_passes = 3;
  p.y_m = 2;
  p.r = 3;
  p.x_p = 5;
  p.images = 2;
  p.q = 6;
  p.c = 2;
  p.s = 3;
  p.m = 8;
  return p;
}

struct Bench {
  Bench() : design(rtl::make_eyeriss("eyeriss-6x6")) {}
  rtl::EyerissModel& model() { return dynamic_cast<rtl::EyerissModel&>(*design); }
  Outcome run(const rtl::EyerissPlan& plan, int bug) {
    const Case c = case_of(plan, {0, 0, 0, 2}, 1, 1, 5);
    for (const Diagnostic& d : design->check(c.layer, c.mapping)) BOOST_ERROR(to_string(d));
    return compare(model(), design->description(), c, bug);
  }
  std::unique_ptr<rtl::Design> design;
};

// The reasons for which a plan is refused, as one text.
std::string refusals(const rtl::EyerissPlan& plan, std::int64_t stride = 1,
                     const std::function<void(Case*)>& edit = {}) {
  const auto design = rtl::make_eyeriss("eyeriss-6x6");
  Case c = case_of(plan, {}, stride, 0, 1);
  if (edit) edit(&c);
  std::string all;
  for (const Diagnostic& d : design->check(c.layer, c.mapping)) all += to_string(d) + '\n';
  return all;
}

bool has(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

}  // namespace

BOOST_AUTO_TEST_SUITE(rtl_eyeriss)

BOOST_AUTO_TEST_CASE(without_a_defect_nothing_differs) {
  BOOST_TEST(Bench().run(usual_plan(), 0).differences == "");
}
BOOST_AUTO_TEST_CASE(a_wrong_identifier_on_the_ifmap_bus_is_seen) {
  const Outcome o = Bench().run(usual_plan(), rtl::kWrongIdentifier);
  BOOST_TEST(o.output);
  BOOST_TEST(o.counts);
  BOOST_TEST(!o.cycles);
}
BOOST_AUTO_TEST_CASE(an_ifmap_slot_given_away_too_early_is_seen) {
  rtl::EyerissPlan plan = usual_plan();
  plan.c = 4;
  plan.m = 12;
  plan.y_m = 1;
  plan.x_p = 3;
  BOOST_TEST(Bench().run(plan, 0).differences == "");
  const Outcome o = Bench().run(plan, rtl::kIfmapSlot);
  BOOST_TEST((o.cycles || o.output));
}
BOOST_AUTO_TEST_CASE(a_forgotten_last_strip_is_seen) {
  const Outcome o = Bench().run(usual_plan(), rtl::kLastStrip);
  BOOST_TEST(o.output);
  BOOST_TEST(o.counts);
  BOOST_TEST(o.cycles);
}
BOOST_AUTO_TEST_CASE(a_cut_link_of_the_chain_is_seen) {
  const Outcome o = Bench().run(usual_plan(), rtl::kLinkCut);
  BOOST_TEST(o.output);
  BOOST_TEST(!o.counts);
}
BOOST_AUTO_TEST_CASE(partial_sums_that_do_not_start_at_zero_are_seen) {
  BOOST_TEST(Bench().run(usual_plan(), rtl::kFirstVisit).output);
}
BOOST_AUTO_TEST_CASE(a_window_one_column_off_is_seen) {
  BOOST_TEST(Bench().run(usual_plan(), rtl::kColumn).output);
}
BOOST_AUTO_TEST_CASE(a_read_back_that_is_not_added_is_seen) {
  const Outcome o = Bench().run(usual_plan(), rtl::kReadBack);
  BOOST_TEST(o.output);
  BOOST_TEST(o.counts);
}
BOOST_AUTO_TEST_CASE(a_tile_of_partial_sums_overwritten_before_its_drain_is_seen) {
  rtl::EyerissPlan plan = usual_plan();
  plan.c = 1;
  plan.s = 1;  // steps are shorter than drains
  BOOST_TEST(Bench().run(plan, 0).differences == "");
  const Outcome o = Bench().run(plan, rtl::kPsumSlot);
  BOOST_TEST(o.output);
  BOOST_TEST(o.cycles);
}

BOOST_AUTO_TEST_CASE(runs_layer_after_layer_without_a_new_build) {
  Bench bench;
  for (const int bug : {0, static_cast<int>(rtl::kColumn), 0})
    BOOST_TEST(bench.run(usual_plan(), bug).output == (bug != 0));
  rtl::EyerissPlan other = usual_plan();
  other.g = 2;
  other.x_p = 3;
  other.x_m = 2;
  BOOST_TEST(bench.run(other, 0).differences == "");
}
BOOST_AUTO_TEST_CASE(a_run_that_is_cut_short_says_so_and_leaves_nothing_behind) {
  Bench bench;
  const Case c = case_of(usual_plan(), {0, 0, 0, 2}, 1, 1, 5);
  rtl::RunOptions options;
  options.max_cycles = 1000;
  const rtl::RunResult cut = bench.model().run(c.layer, c.mapping, c.data, options);
  BOOST_TEST(!cut.finished);
  BOOST_TEST(cut.cycles == 1000);
  BOOST_TEST(bench.run(usual_plan(), 0).differences == "");
}
BOOST_AUTO_TEST_CASE(refuses_what_the_sequencer_does_not_execute) {
  const rtl::EyerissPlan usual = usual_plan();
  BOOST_TEST(refusals(usual) == "");
  rtl::EyerissPlan plan = usual;
  plan.y_p = 2;
  plan.y_m = 2;
  plan.r = 1;
  BOOST_TEST(has(refusals(plan), "not both"));
  plan = usual;
  plan.c_passes = 1;
  BOOST_TEST(has(refusals(plan), "strips that overlap"));
  BOOST_TEST(refusals(plan, 3) == "");  // these do not
  plan = usual;
  plan.images = 1;
  plan.q = 1;
  BOOST_TEST(has(refusals(plan), "at least two"));
  plan = usual;
  plan.c = 5;
  BOOST_TEST(has(refusals(plan), "window"));
  plan = usual;
  plan.m = 17;
  plan.c = 1;
  BOOST_TEST(!refusals(plan).empty());
  plan = usual;
  plan.q = 4000;
  BOOST_TEST(!refusals(plan).empty());
  BOOST_TEST(has(refusals(usual, 1, [](Case* c) { c->layer.stride_w = 2; }), "both directions"));
  BOOST_TEST(has(refusals(usual, 1, [](Case* c) { c->layer.dilation_h = 2; }), "dilation"));
  BOOST_TEST(has(refusals(usual, 1, [](Case* c) { c->layer.precision.psum_bits = 32; }),
                 "16 bits throughout"));
  // Another order of loops: input channels outside the strips.
  BOOST_TEST(
      has(refusals(usual, 1, [](Case* c) { std::swap(c->mapping.nest[0], c->mapping.nest[2]); }),
          "hold glb: O"));
}

BOOST_AUTO_TEST_SUITE_END()
