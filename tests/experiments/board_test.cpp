// SPDX-License-Identifier: Apache-2.0
// Boards of one array: configurations become the accelerators that the chip's files describe, the
// latency of a convolution is what the hardware's loops say, and its CSV is read strictly. Expected
// cycles are counted by hand in the comments.
#include "experiments/board/board.h"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <filesystem>

#include "analytical/predictor.h"
#include "core/layer.h"
#include "experiments/board/board_score.h"
#include "tests/experiments/board_fixture.h"

namespace {

using namespace assay;
using namespace assay::board;
using namespace assay::test;

void same_machine(const Accelerator& a, const Accelerator& b) {
  BOOST_TEST(a.clock.value == b.clock.value);
  BOOST_REQUIRE(a.levels.size() == b.levels.size());
  for (std::size_t i = 0; i < a.levels.size(); ++i)
    BOOST_TEST(a.levels[i].size == b.levels[i].size);
  const auto slots = machine_slots(a);
  BOOST_REQUIRE(slots.size() == machine_slots(b).size());
  for (const auto& [name, slot] : slots) {
    const double x = value_of(a, slot), y = value_of(b, slot);
    BOOST_TEST((x == y || std::abs(x / y - 1) < 1e-6), name);
  }
}

// Unscaled by a clock: cycles of the array and of the memories are the same.
Accelerator at_main_clock(const Board& b, const BoardRow& r) {
  return accelerator_of(b, {r.config, r.m, r.p}, b.main_clock_mhz);
}

double cycles(const Board& b, const BoardRow& r) {
  const Accelerator a = at_main_clock(b, r);
  return fit::latency_of(case_of(b, a, r, 0), a).cycles;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(boards)

BOOST_AUTO_TEST_CASE(configurations_are_the_accelerators_of_the_chip_s_files) {
  const Board b = ghp();
  for (const char* config : {"M32P32", "M32P64", "M32P96", "M64P64"}) {
    BOOST_TEST_CONTEXT(config) {
      const std::string name = config;
      const std::string file =
          name == "M32P32" ? "accelerator.yaml" : "accelerator-" + name + ".yaml";
      same_machine(
          accelerator_of(b, {name, std::stoi(name.substr(1, 2)), std::stoi(name.substr(4))},
                         b.clocks_mhz.at(name)),
          read_accelerator(kGhp / file));
    }
  }
}

BOOST_AUTO_TEST_CASE(without_streams_a_row_is_the_layer_of_the_workload_under_the_chip_s_mapping) {
  const Board b = ghp();
  const Accelerator a = read_accelerator(kGhp / "accelerator.yaml");
  const MappingFile mappings = read_mappings(kGhp / "any.yaml", a);
  const Workload w =
      read_workload(kGhp.parent_path().parent_path() / "workloads/ghp_fpga_convolutions.yaml");
  std::size_t compared = 0;
  for (const BoardRow& r : read_board_rows(kGhp / "measured/convolutions.csv")) {
    if (r.config != "M32P32" || r.dynamic) continue;
    fit::LatencyCase c = case_of(b, a, r, 0);
    c.streams.clear();
    const std::string name = r.id.substr(7, r.id.size() - 11);  // between configuration and mode
    const Layer* layer = w.find(name);
    BOOST_REQUIRE_MESSAGE(layer != nullptr, name);
    const auto mapping = resolve(mappings, *layer);
    const Record predicted = analytical::predict_record({layer, &a, &*mapping, nullptr, "", ""});
    BOOST_TEST(fit::latency_of(c, a).cycles == predicted.values.at("total_cycles"), name);
    ++compared;
  }
  BOOST_TEST(compared == w.layers.size());
}

// 1x1, 64 channels of 8 x 8 pixels to 128, M 32, P 32: 2 sets of pixels, 2 tiles of 64 channels,
// 64 products of 9/8 cycles: 4 x 72 steps. The last tile leaves in 32 cycles;
// an input passes 32 pixels, and the first output appears 45 cycles after the last product.
BOOST_AUTO_TEST_CASE(a_convolution_that_computes) {
  BOOST_TEST(cycles(ghp(), row()) == 4 * 72 + 32 + 77);
}

// With 8 channels a tile computes for 9 cycles and leaves in 32: four tiles leave one after
// another. The fast latency is a bound: it leaves out the 9 cycles before the first.
BOOST_AUTO_TEST_CASE(a_convolution_that_waits_for_its_outputs) {
  BoardRow r = row();
  r.in_channels = 8;
  BOOST_TEST(cycles(ghp(), r) == 4 * 32 + 77);
}

// 32 x 96: 64 x 96 outputs are 48 words of 128.
BOOST_AUTO_TEST_CASE(wide_arrays_wait_for_the_words_of_the_write_back) {
  BoardRow r = row();
  r.p = 96;
  r.height = r.width = r.out_height = r.out_width = 24;  // 6 sets, 12 tiles
  r.in_channels = 8;
  BOOST_TEST(cycles(ghp(), r) == 12 * 48 + 205);
}

// 64 x 128 weights of 8 bits are 128 cycles of 512 bits; the first of two sets of pixels computes
// for 144 of 288: hidden. With 96 channels of input and 256 of output over one set of pixels, 384
// cycles of weights against 4 x 108 of steps; at a tenth of the bandwidth 3840.
BOOST_AUTO_TEST_CASE(dynamic_weights_delay_the_first_set_of_pixels_only) {
  const Board b = ghp();
  BoardRow r = row();
  r.dynamic = true;
  BOOST_TEST(cycles(b, r) == 4 * 72 + 32 + 77);
  const Accelerator whole = at_main_clock(b, r);
  Accelerator a = whole;
  set_value(b.dram, 51.2, &a);
  // 1280 cycles of weights, 32 of them before the first input has passed the array's pixels; then
  // the second set and the way out
  const fit::CaseLatency slow = fit::latency_of(case_of(b, a, r, 0), a);
  BOOST_TEST(slow.cycles == 1280 - 32 + 144 + 32 + 77);
  BOOST_TEST(fit::bound_name(case_of(b, a, r, 0), a, slow) == "weights");
}

// A set of 32 pixels of 1x1 with stride 2 over 16 x 16: outputs 0..31 are rows 0, 2, 4, 6 of 8
// columns each. From pixel 0 to pixel 6 * 16 + 14 = 110: words 0 to 6. The second set from 128 to
// 238: 7 words. 8 groups of channels and a header each.
BOOST_AUTO_TEST_CASE(inputs_are_sent_in_whole_words_between_the_first_and_the_last_pixel) {
  BoardRow r = row();
  r.height = r.width = 16;
  r.stride_h = r.stride_w = 2;
  BOOST_TEST(input_words(ghp(), r) == 2 * (1 + 8 * 7));
  r = row();  // 8 x 8 without stride: 32 pixels are 2 words
  BOOST_TEST(input_words(ghp(), r) == 2 * (1 + 8 * 2));
  r.kernel_h = r.kernel_w = 3;  // with a row above and below: 0 to 40, then 23 to 63
  r.pad_left = r.pad_right = r.pad_top = r.pad_bottom = 1;
  BOOST_TEST(input_words(ghp(), r) == 2 * (1 + 8 * 3));
}

// Two sets of 801 words each. With 4 tiles of 72 steps a set, the last three wait for the last
// word; with 16, all but the first tile of all wait for the first set.
BOOST_AUTO_TEST_CASE(tiles_of_channels_wait_for_the_first_or_for_the_last_set_of_inputs) {
  BoardRow r = row();
  r.height = r.width = 64;
  r.stride_h = r.stride_w = 8;
  r.out_channels = 4 * 64;
  BOOST_TEST(cycles(ghp(), r) == 2 * 801 + 3 * 72 + 32 + 77);
  r.out_channels = 16 * 64;
  BOOST_TEST(cycles(ghp(), r) == 801 + 31 * 72 + 32 + 77);
}

BOOST_AUTO_TEST_CASE(what_bounds_a_row_has_a_name) {
  const Board b = ghp();
  BoardRow r = row();
  const auto bound = [&] {
    const Accelerator a = at_main_clock(b, r);
    const fit::LatencyCase c = case_of(b, a, r, 0);
    return fit::bound_name(c, a, fit::latency_of(c, a));
  };
  BOOST_TEST(bound() == "compute");
  r.in_channels = 8;
  BOOST_TEST(bound() == "psum.shift");
  r = row();
  r.out_channels = 64;
  r.height = r.width = 64;
  r.stride_h = r.stride_w = 8;  // 2 sets of 72 steps; 8 x 100 words each
  BOOST_TEST(bound() == "inputs");
}

// Bound by steps, time falls as the clock rises; the overhead adds itself.
BOOST_AUTO_TEST_CASE(derivatives_of_the_latency_model) {
  const Board b = ghp();
  const Accelerator a = at_main_clock(b, row());
  BoardRow waits = row();
  waits.dynamic = true;
  waits.out_channels = 1024;
  const auto model = fit::latency_model({a}, {case_of(b, a, row(), 0), case_of(b, a, waits, 0)},
                                        {{"clock_mhz", true},
                                         {"layer_overhead_us", false},
                                         {"memories.dram.bandwidth_bits_per_cycle", true}});
  Eigen::VectorXd theta(3), ms;
  theta << 1, 0.5, 0.1;
  Eigen::MatrixXd d;
  model->predict(theta, &ms, &d);
  BOOST_TEST(ms[0] == (397 / 250e3) + 0.5e-3, boost::test_tools::tolerance(1e-12));
  BOOST_TEST(d(0, 0) == -397 / 250e3, boost::test_tools::tolerance(1e-6));
  BOOST_TEST(d(0, 1) == 1e-3, boost::test_tools::tolerance(1e-6));
  BOOST_TEST(d(0, 2) == 0);
  // 64 x 1024 bytes at 51.2 bits per cycle: 10,240 cycles, inversely proportional.
  BOOST_TEST(d(1, 2) == -10240 / 250e3 / 0.1, boost::test_tools::tolerance(1e-4));
  BOOST_TEST(model->binding(theta)[0] == "compute");
  BOOST_TEST(model->binding(theta)[1] == "weights");
  BOOST_CHECK_THROW(fit::latency_model({a}, {}, {{"clok_mhz", true}}), InputError);
}

BOOST_AUTO_TEST_CASE(scores_know_their_parts) {
  const Board b = ghp();
  std::vector<BoardRow> rows{row(), row()};
  rows[1].id = "another";
  rows[1].config = "M32P96";
  rows[1].p = 96;
  rows[1].dynamic = true;
  rows[1].out_channels = 1024;
  rows[1].networks = {"b"};
  const auto scored = score(b, rows, board_cases(b, "x.csv", rows, {}), nullptr);
  const std::vector<Section> parts = sections(scored);
  std::string names;
  for (const Section& s : parts) names += s.name + ":" + std::to_string(s.errors.n) + " ";
  BOOST_TEST(
      names ==
      "all:2 M32P32:1 M32P96:1 weights sta:1 weights dyn:1 bound compute:1 bound weights:1 ");
  BOOST_TEST(scored[0].measured_ms == 500 / 250e3);
}

BOOST_AUTO_TEST_CASE(a_configuration_needs_a_clock) {
  const Board b = ghp();
  std::vector<BoardRow> rows{row()};
  rows[0].config = "M32P128";
  rows[0].p = 128;
  BOOST_CHECK_EXCEPTION(board_cases(b, "x.csv", rows, {}), InputError, [](const InputError& e) {
    return e.diagnostics()[0].line == 2 && e.diagnostics()[0].value == "M32P128" &&
           e.diagnostics()[0].expected.find("M32P32, M32P64, M32P96, M64P64") != std::string::npos;
  });
  BOOST_TEST(board_cases(b, "x.csv", rows, {false, 400.0}).machines[0].clock.value == 400);
  BOOST_TEST(board_cases(b, "x.csv", rows, {true, {}}).machines[0].clock.value == 398.4);
}

BOOST_AUTO_TEST_SUITE_END()
