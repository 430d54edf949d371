// SPDX-License-Identifier: Apache-2.0
// Every reason for which a mapping is refused (docs/contract.md, sections 3 and 6), and that what
// just fits is not.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cctype>
#include <string>
#include <vector>

#include "core/checked.h"
#include "core/mapping.h"
#include "tests/malformed.h"

namespace {

using assay::Diagnostic;
using assay::Diagnostics;
using assay::test::Edit;
using assay::test::edited;
using assay::test::TemporaryFile;

// 8 bits, partial sums of 32; ideal ports; nothing has a capacity until a test gives it one.
const std::string kChip = R"(schema: assay.accelerator/1
name: chip
description: for legality
source: made up
clock_mhz: 100
technology: {node_nm: 65, supply_v: 1.0}
precision: {input_bits: 8, weight_bits: 8, psum_bits: 32, output_bits: 8}
padding: clipped
halo: slide
outputs: {first_visit: zero, accumulate: preload}
levels:
  - storage: dram
    keeps: {I: {}, W: {}, O: {}}
  - storage: buffer
    keeps: {I: {slots: 1}, W: {slots: 1}, O: {slots: 1}}
  - storage: cache
    keeps: {I: {}, W: {}}
  - array: x
    size: 4
    networks: {I: multicast, W: unicast, O: tree}
  - storage: pad
    keeps: {I: {slots: 1}, W: {slots: 1}, O: {slots: 1}}
  - compute: mac
    reads_per_mac: {I: 1, W: 1, O: 1}
    psum_writes_per_mac: 1
)";

// 4 channels of 8x8, 4 filters of 3x3: 6x6 outputs.
const std::string kNet = R"(schema: assay.workload/1
name: net
description: for legality
source: made up
layers:
  - {name: conv, kind: conv, input: {channels: 4, height: 8, width: 8}, filters: 4, kernel: 3}
  - {name: padded, kind: conv, input: {channels: 4, height: 8, width: 8}, filters: 4,
     kernel: 3, padding: 1}
  - {name: small, kind: conv, input: {channels: 1, height: 2, width: 2}, filters: 1,
     kernel: 3, padding: 1}
  - {name: apart, kind: conv, input: {channels: 1, height: 9, width: 9}, filters: 1,
     kernel: 3, stride: 3}
  - {name: pool, kind: pool, input: {channels: 4, height: 8, width: 8}, kernel: 2, stride: 2}
)";

// A case: edits to the chip, the layer, and its nest as one line.
struct Case {
  std::vector<Edit> chip;
  std::string nest;
  std::string layer = "conv";
};

// A mapping file of one nest, its entries separated by ", ".
std::string mapping_text(const std::string& nest) {
  std::string text =
      "schema: assay.mapping/1\nname: m\naccelerator: chip\nsource: made up\nany_layer:\n";
  for (std::size_t at = 0; at < nest.size();) {
    const std::size_t end = std::min(nest.find(", ", at), nest.size());
    text += "  - " + nest.substr(at, end - at) + "\n";
    at = end + 2;
  }
  return text;
}

// The nest with the loops inside it that cover the rest of the layer.
std::string finished(const std::string& nest, const assay::Layer& layer) {
  std::string text = nest;
  for (const assay::Dim d : assay::kAllDims) {
    std::int64_t covered = 1;
    const std::string loop = std::string(name(d)) + ": ";
    for (std::size_t at = nest.find(loop); at != std::string::npos; at = nest.find(loop, at + 1))
      if (at > 0 && nest[at - 1] == ' ' && std::isdigit(nest[at + 3]) != 0)
        covered *= std::stoll(nest.substr(at + 3));
    text += (text.empty() ? "for " : ", for ") + loop +
            std::to_string(assay::ceil_div(layer.size[d], covered));
  }
  return text;
}

Diagnostics reasons(const Case& c) {
  const TemporaryFile chip_file(edited(kChip, c.chip)), net_file(kNet);
  const assay::Accelerator chip = assay::read_accelerator(chip_file.path());
  const assay::Workload net = assay::read_workload(net_file.path());
  const assay::Layer& layer = *net.find(c.layer);
  const TemporaryFile mapping_file(mapping_text(finished(c.nest, layer)));
  const auto mapping = assay::resolve(assay::read_mappings(mapping_file.path(), chip), layer);
  const Diagnostics found = assay::check(layer, chip, mapping.value());
  for (const Diagnostic& d : found) {
    BOOST_TEST(d.file == mapping_file.path().string());
    BOOST_TEST(d.line > 0);
    BOOST_TEST(d.key == "m#" + c.layer);
  }
  return found;
}

void legal(const Case& c) {
  BOOST_TEST_CONTEXT(c.layer << ": " << c.nest) {
    const Diagnostics found = reasons(c);
    BOOST_TEST(found.empty(), assay::test::listing(found));
  }
}

void refused(const Case& c, const std::vector<std::string>& why) {
  BOOST_TEST_CONTEXT(c.layer << ": " << c.nest) {
    const Diagnostics found = reasons(c);
    BOOST_TEST_CONTEXT("reasons:" << assay::test::listing(found)) {
      BOOST_TEST(found.size() == why.size());
      for (const std::string& w : why)
        BOOST_TEST(std::any_of(found.begin(), found.end(),
                               [&](const Diagnostic& d) {
                                 return to_string(d).find(w) != std::string::npos;
                               }),
                   "expected: " << w);
    }
  }
}

// Fits in exactly `bytes`: legal there, refused one byte below. `capacity` makes the edits for a
// capacity.
template <class Capacity>
void needs(std::int64_t bytes, Case c, const Capacity& capacity) {
  const std::vector<Edit> edits = c.chip;
  const auto with = [&](std::int64_t b) {
    Case sized = c;
    for (const Edit& e : capacity(std::to_string(b))) sized.chip.push_back(e);
    return sized;
  };
  legal(with(bytes));
  BOOST_TEST_CONTEXT(c.nest << " in " << bytes - 1 << " bytes") {
    const Diagnostics found = reasons(with(bytes - 1));
    BOOST_TEST(found.size() == 1U);
    for (const Diagnostic& d : found)
      BOOST_TEST(d.expected.find(std::to_string(bytes)) != std::string::npos, to_string(d));
  }
}

std::vector<Edit> shared_buffer(const std::string& bytes) {
  return {{"  - storage: buffer\n", "  - storage: buffer\n    capacity_bytes: " + bytes + "\n"}};
}

std::vector<Edit> own_input_pad(const std::string& bytes) {
  return {{"  - storage: pad\n    keeps: {I: {",
           "  - storage: pad\n    keeps: {I: {capacity_bytes: " + bytes + ", "}};
}

Edit buffer_input_slots(int n) {
  return {"  - storage: buffer\n    keeps: {I: {slots: 1}",
          "  - storage: buffer\n    keeps: {I: {slots: " + std::to_string(n) + "}"};
}

const std::string kPorts =
    "    ports:\n      - {name: a, bandwidth_bits_per_cycle: 8, serves: [I.fill, I.read, W.fill, "
    "W.read, O.write, O.drain]}\n";

Case with_ports(const std::string& nest, const std::vector<Edit>& more = {}) {
  Case c{
      {{"O: {slots: 1}}\n  - storage: cache", "O: {slots: 1}}\n" + kPorts + "  - storage: cache"}},
      nest};
  c.chip.insert(c.chip.end(), more.begin(), more.end());
  return c;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(legality)

BOOST_AUTO_TEST_CASE(a_mapping_without_holds_or_with_one_of_everything_is_legal) {
  legal({{}, ""});
  legal({{}, "hold buffer: I W O, hold cache: I W, par x M: 4, hold pad: I W O"});
  legal({{}, "", "pool"});
}

BOOST_AUTO_TEST_CASE(
    tiles_that_fill_a_shared_capacity_to_the_byte_are_legal_and_one_byte_less_is_refused) {
  // I 4*8*8, W 2*4*3*3, O 2*6*6*4 bytes
  needs(256 + 72 + 288, {{}, "for M: 2, hold buffer: I W O"}, shared_buffer);
  needs(256, {{}, "hold buffer: I"}, shared_buffer);
  needs(72, {{}, "for M: 2, hold buffer: W"}, shared_buffer);
  needs(2 * 2 * 4, {{}, "for M: 4, for P: 3, for Q: 3, hold buffer: O"}, shared_buffer);
}

BOOST_AUTO_TEST_CASE(
    outputs_are_resident_at_the_precision_of_partial_sums_and_bytes_are_rounded_up) {
  needs(144 * 2, {{{"psum_bits: 32", "psum_bits: 16"}}, "hold buffer: O"}, shared_buffer);
  needs(2, {{{"weight_bits: 8", "weight_bits: 1"}}, "for M: 4, for C: 4, hold buffer: W"},
        shared_buffer);  // 9 bits
  needs(9, {{{"psum_bits: 32", "psum_bits: 17"}}, "for M: 4, for P: 3, for Q: 3, hold buffer: O"},
        shared_buffer);  // 68 bits
}

BOOST_AUTO_TEST_CASE(every_slot_takes_a_whole_tile_where_no_change_is_a_slide) {
  needs(3 * 64, {{buffer_input_slots(3)}, "for C: 4, hold buffer: I"}, shared_buffer);
  needs(2 * 256, {{buffer_input_slots(2)}, "for M: 4, hold buffer: I"}, shared_buffer);
  needs(3 * 9, {{buffer_input_slots(3)}, "for P: 3, for Q: 3, hold buffer: I", "apart"},
        shared_buffer);
}

BOOST_AUTO_TEST_CASE(slots_of_a_sliding_window_take_one_increment_each) {
  needs(4 * (3 + 2) * 8, {{buffer_input_slots(3)}, "for P: 6, hold buffer: I"}, shared_buffer);
  needs(4 * (4 + 2 + 2) * 8, {{buffer_input_slots(3)}, "for P: 3, hold buffer: I"}, shared_buffer);
  needs(4 * 3 * (3 + 1), {{buffer_input_slots(2)}, "for P: 6, for Q: 6, hold buffer: I"},
        shared_buffer);
  needs(4 * 3 * 3 * 8,
        {{buffer_input_slots(3), {"halo: slide", "halo: reload"}}, "for P: 6, hold buffer: I"},
        shared_buffer);
  needs(4 * (6 + 1) * 8, {{buffer_input_slots(2)}, "for R: 3, hold buffer: I"}, shared_buffer);
}

BOOST_AUTO_TEST_CASE(a_window_whose_slides_bring_nothing_new_needs_its_box_alone) {
  needs(4, {{buffer_input_slots(2)}, "for P: 2, hold buffer: I", "small"}, shared_buffer);
}

BOOST_AUTO_TEST_CASE(boxes_are_clipped_to_the_tensor_unless_padding_is_stored) {
  needs(4 * 8 * 8, {{}, "hold buffer: I", "padded"}, shared_buffer);
  needs(4 * 10 * 10, {{{"padding: clipped", "padding: stored"}}, "hold buffer: I", "padded"},
        shared_buffer);
  needs(4 * 3 * 8, {{}, "for P: 8, hold buffer: I", "padded"}, shared_buffer);
  needs(4 * (3 + 1) * 8, {{buffer_input_slots(2)}, "for P: 8, hold buffer: I", "padded"},
        shared_buffer);
}

BOOST_AUTO_TEST_CASE(a_lane_slides_by_what_all_lanes_advance) {
  // Six rows in three steps of two lanes: each lane's window advances by two rows of three.
  const std::vector<Edit> two_slots{{"  - storage: pad\n    keeps: {I: {slots: 1}",
                                     "  - storage: pad\n    keeps: {I: {slots: 2}"}};
  needs(4 * (3 + 2) * 8, {two_slots, "for P: 3, par x P: 2, hold pad: I"}, own_input_pad);
  needs(4 * 2 * 3 * 8, {two_slots, "for P: 2, par x P: 3, hold pad: I"},
        own_input_pad);  // three rows on: no overlap
}

BOOST_AUTO_TEST_CASE(an_operands_own_capacity_is_apart_from_the_shared_one) {
  needs(256, {{}, "hold pad: I"}, own_input_pad);
  const auto both = [](const std::string& bytes) {
    std::vector<Edit> edits = own_input_pad("256");
    edits.push_back(
        {"  - storage: pad\n", "  - storage: pad\n    capacity_bytes: " + bytes + "\n"});
    return edits;
  };
  needs(144 + 576, {{}, "hold pad: I W O"}, both);
}

BOOST_AUTO_TEST_CASE(fifos_add_to_an_own_and_to_a_shared_capacity) {
  const auto own = [](const std::string& bytes) {
    return std::vector<Edit>{
        {"  - storage: pad\n    keeps: {I: {",
         "  - storage: pad\n    keeps: {I: {fifo_bytes: 56, capacity_bytes: " + bytes + ", "}};
  };
  legal({own("200"), "hold pad: I"});
  refused({own("199"), "hold pad: I"},
          {"I needs 256 bytes with 1 slot(s); level 'pad' has 199 and a FIFO of 56 for it"});
  std::vector<Edit> shared = shared_buffer("200");
  shared.push_back(
      {"  - storage: buffer\n    capacity_bytes: 200\n    keeps: {I: {",
       "  - storage: buffer\n    capacity_bytes: 200\n    keeps: {I: {fifo_bytes: 56, "});
  legal({shared, "hold buffer: I"});
  shared.back().to.replace(shared.back().to.find("56"), 2, "55");
  refused({shared, "hold buffer: I"}, {"tiles need I 256 = 256 bytes; the level has 255"});
}

BOOST_AUTO_TEST_CASE(loops_on_an_axis_need_as_many_lanes) {
  legal({{}, "par x M: 4"});
  legal({{}, "par x M: 2, par x C: 2"});
  refused({{{"size: 4", "size: 3"}}, "par x M: 4"},
          {"'par x M: 4': the loops on axis x need 4 lanes; the array has 3"});
  refused({{}, "par x M: 4, par x C: 2"}, {"need 8 lanes; the array has 4"});
  refused({{}, "par y M: 2"}, {"'par y M: 2': the accelerator has no array 'y'"});
}

// The layer is finished by hand here: a nest that need not cover it.
Diagnostics check_loops(const std::vector<std::pair<assay::Dim, std::int64_t>>& loops) {
  const TemporaryFile chip_file(kChip), net_file(kNet);
  const assay::Accelerator chip = assay::read_accelerator(chip_file.path());
  const assay::Workload net = assay::read_workload(net_file.path());
  assay::Mapping mapping;
  mapping.name = "by hand";
  mapping.line = 1;
  for (const auto& [dim, bound] : loops) {
    assay::Entry e;
    e.dim = dim;
    e.bound = bound;
    mapping.nest.push_back(e);
  }
  return assay::check(*net.find("conv"), chip, mapping);
}

bool says(const Diagnostics& found, const std::string& text) {
  return std::any_of(found.begin(), found.end(), [&](const Diagnostic& d) {
    return to_string(d).find(text) != std::string::npos;
  });
}

BOOST_AUTO_TEST_CASE(loops_must_cover_every_dimension_and_all_gaps_are_reported) {
  const Diagnostics found = check_loops({{assay::Dim::M, 4},
                                         {assay::Dim::C, 3},
                                         {assay::Dim::P, 6},
                                         {assay::Dim::Q, 5},
                                         {assay::Dim::R, 3}});
  BOOST_TEST(found.size() == 3U, assay::test::listing(found));
  BOOST_TEST(says(found, "'C': the loops over C cover 3 of 4"));
  BOOST_TEST(says(found, "'Q': the loops over Q cover 5 of 6"));
  BOOST_TEST(says(found, "'S': the loops over S cover 1 of 3"));
}

BOOST_AUTO_TEST_CASE(an_outermost_loop_with_iterations_without_work_is_refused) {
  refused({{}, "for M: 3, for M: 2"}, {"'for M: 3': iterations without work: expected bound 2, as "
                                       "M is 4 and the loops inside cover 2"});
  refused({{}, "for M: 2, for M: 4"}, {"'for M: 2': iterations without work: expected bound 1"});
  refused({{}, "par x P: 4, for P: 3"},
          {"'par x P: 4': iterations without work: expected bound 2"});
  legal({{}, "for P: 2, for P: 4"});  // 4 and 2
  legal({{}, "for P: 2, for P: 2, for P: 2"});
}

BOOST_AUTO_TEST_CASE(bounds_whose_product_leaves_64_bits_do_not_hide_other_reasons) {
  const Diagnostics found =
      check_loops({{assay::Dim::M, std::int64_t{1} << 40}, {assay::Dim::M, std::int64_t{1} << 40}});
  BOOST_TEST(says(
      found, "expected a bound of at least 2 whose product with the inner bounds fits 64 bits"));
  BOOST_TEST(says(found, "the loops over C cover 1 of 4"));
  BOOST_TEST(says(found, "the loops over S cover 1 of 3"));
}

BOOST_AUTO_TEST_CASE(holds_follow_the_order_of_levels) {
  refused({{}, "hold cache: W, for M: 2, hold buffer: W"},
          {"'hold buffer: W': holds of W must follow the order of the levels; 'buffer' is outside "
           "'cache'"});
  legal({{}, "hold cache: I, for M: 2, hold buffer: W, hold cache: W"});
}

BOOST_AUTO_TEST_CASE(an_operand_has_one_hold_per_level) {
  refused({{}, "hold buffer: W, for M: 2, hold buffer: W I"},
          {"'hold buffer: I W': a second hold of W in the same level"});
}

BOOST_AUTO_TEST_CASE(the_first_level_needs_no_hold_and_takes_none) {
  refused({{}, "hold dram: W"},
          {"'hold dram: W': a hold must name a storage level other than the first"});
}

BOOST_AUTO_TEST_CASE(a_level_holds_only_what_it_keeps) {
  refused({{}, "hold cache: O"}, {"'hold cache: O': level 'cache' does not keep O"});
}

BOOST_AUTO_TEST_CASE(holds_stand_on_their_own_side_of_spatial_loops) {
  refused({{}, "par x M: 4, hold buffer: W"},
          {"'hold buffer: W': a level above array 'x' must hold outside its loop 'par x M: 4'"});
  refused({{}, "hold pad: W, par x M: 4"},
          {"'hold pad: W': a level below array 'x' must hold inside its loop 'par x M: 4'"});
  refused({{}, "par x M: 2, hold pad: W, par x C: 2"},
          {"'hold pad: W': a level below array 'x' must hold inside its loop 'par x C: 2'"});
}

BOOST_AUTO_TEST_CASE(an_operand_whose_network_an_array_does_not_name_cannot_cross_it) {
  refused({{{"networks: {I: multicast, ", "networks: {"}}, ""},
          {"'I': cannot travel from 'dram' to 'mac': array 'x' names no network for it"});
  refused({{{"networks: {I: multicast, W: unicast, O: tree}", "networks: {I: multicast}"}},
           "hold buffer: W, hold pad: W"},
          {"'W': cannot travel from 'buffer' to 'pad'", "'O': cannot travel from 'dram' to 'mac'"});
  legal({{{"networks: {I: multicast, W: unicast, O: tree}", "networks: {I: multicast, O: tree}"}},
         "",
         "pool"});
}

BOOST_AUTO_TEST_CASE(a_level_with_ports_must_serve_every_transfer_or_name_it_unlimited) {
  legal(with_ports("hold buffer: I W O, hold pad: I W O"));
  const Edit no_weights{"W.fill, W.read, ", ""};
  refused(with_ports("hold buffer: W", {no_weights}),
          {"'hold buffer: W': no port of level 'buffer' serves (nor lists as unlimited) W.fill"});
  refused(with_ports("hold buffer: W, hold pad: W", {no_weights}),
          {"W.fill",
           "'hold pad: W': no port of level 'buffer' serves (nor lists as unlimited) W.read"});
  legal(with_ports(
      "hold buffer: W, hold pad: W",
      {no_weights, {kPorts.substr(0, 10), "    unlimited: [W.fill, W.read]\n    ports:"}}));
  legal(with_ports("hold pad: W", {no_weights}));  // the buffer is passed by
}

BOOST_AUTO_TEST_CASE(partial_sums_that_come_back_need_a_way_back) {
  const std::string back = "for C: 4, for P: 6, hold buffer: O",
                    once = "for P: 6, for C: 4, hold buffer: O";
  const Edit on_drain{"accumulate: preload", "accumulate: on_drain"},
      read{"first_visit: zero", "first_visit: read"};
  refused(with_ports(back),
          {"'hold buffer: O': no port of level 'buffer' serves (nor lists as unlimited) O.fill"});
  legal(with_ports(once));
  legal(with_ports(back, {on_drain}));
  refused(with_ports(once, {read}), {"O.fill"});
  refused(with_ports("hold buffer: O, for C: 4, for P: 6, hold pad: O"),
          {"level 'buffer' serves (nor lists as unlimited) O.read"});
  // Lanes of one partial sum without an adder between them.
  refused(with_ports("hold buffer: O, par x C: 4, hold pad: O", {{"O: tree", "O: none"}}),
          {"O.read"});
  legal(with_ports("hold buffer: O, par x C: 4, hold pad: O"));
}

BOOST_AUTO_TEST_CASE(a_layer_without_weights_has_none_to_hold) {
  legal({{}, "hold buffer: I W O, hold cache: W", "pool"});  // templates leave them out
  const TemporaryFile chip_file(kChip), net_file(kNet),
      mapping_file(mapping_text("hold buffer: I W"));
  const assay::Accelerator chip = assay::read_accelerator(chip_file.path());
  const assay::Workload net = assay::read_workload(net_file.path());
  auto mapping =
      assay::resolve(assay::read_mappings(mapping_file.path(), chip), *net.find("pool")).value();
  mapping.nest.front().operands = 3;  // as a program might
  const Diagnostics found = assay::check(*net.find("pool"), chip, mapping);
  BOOST_TEST(says(found, "'hold buffer: I W': the layer has no operand W"),
             assay::test::listing(found));
}

BOOST_AUTO_TEST_CASE(all_reasons_are_reported_at_once) {
  refused(
      {{},
       "hold dram: I, hold cache: O, par x M: 4, for C: 5, hold buffer: W, par y P: 6, par x C: 2"},
      {"a hold must name a storage level other than the first", "level 'cache' does not keep O",
       "a level above array 'x' must hold outside its loop 'par x M: 4'",
       "'for C: 5': iterations without work: expected bound 2", "need 8 lanes; the array has 4",
       "the accelerator has no array 'y'"});
  std::vector<Edit> chip = shared_buffer("255");
  chip.push_back({"networks: {I: multicast, ", "networks: {"});
  chip.push_back(own_input_pad("63").front());
  refused({chip, "hold buffer: I, for C: 4, hold pad: I"},
          {"cannot travel from 'buffer' to 'pad'",
           "I needs 64 bytes with 1 slot(s); level 'pad' has 63",
           "tiles need I 256 = 256 bytes; the level has 255"});
}

BOOST_AUTO_TEST_CASE(sizes_at_the_limits_of_the_readers_are_checked_in_no_time) {
  const TemporaryFile chip_file(edited(kChip, shared_buffer("1000"))),
      mapping_file(
          mapping_text("for M: rest, for R: rest, for P: rest, hold buffer: I, for Q: rest"));
  const TemporaryFile net_file(
      edited(kNet, {{"channels: 4, height: 8, width: 8}, filters: 4, kernel: 3}",
                     "channels: 1, height: 1000, width: 1}, filters: 1, kernel: [549755813888, 1], "
                     "dilation: [2, 1], "
                     "padding: [1099511627776, 0, 0, 0]}"}}));
  const assay::Accelerator chip = assay::read_accelerator(chip_file.path());
  const assay::Workload net = assay::read_workload(net_file.path());
  const auto mapping =
      assay::resolve(assay::read_mappings(mapping_file.path(), chip), *net.find("conv"));
  BOOST_TEST(assay::check(*net.find("conv"), chip, mapping.value()).empty());
}

BOOST_AUTO_TEST_SUITE_END()
