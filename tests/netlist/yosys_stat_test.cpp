// SPDX-License-Identifier: Apache-2.0
// The reader of yosys' reports, on stored ones.
#include "tests/netlist/yosys_stat.h"

#include <boost/test/unit_test.hpp>
#include <sstream>
#include <string>

using namespace assay;
using namespace assay::netlist;

namespace {

const std::string kStored = ASSAY_SOURCE_DIR "/tests/netlist/stat/";

// The message with which the text is refused; empty when it is not.
std::string refusal(const std::string& text) {
  std::istringstream in(text);
  try {
    read_yosys_stat(in, "netlist.stat");
    return "";
  } catch (const InputError& e) {
    return e.what();
  }
}

bool has(const std::string& text, const std::string& part) {
  const bool found = text.find(part) != std::string::npos;
  if (!found) BOOST_TEST_MESSAGE("not in: " << text);
  return found;
}

YosysStat stat_of(std::map<std::string, std::int64_t> cells) {
  return {"netlist.stat", std::move(cells), std::nullopt};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(yosys_stat)

BOOST_AUTO_TEST_CASE(reads_the_totals_of_a_hierarchy_for_7_series) {
  const YosysStat stat = read_yosys_stat(kStored + "xc7.stat");
  BOOST_TEST(stat.all() == 10124);
  BOOST_TEST(!stat.area.has_value());
  const Xc7 r = xc7(stat);
  BOOST_TEST(r.lut == 232 + 711 + 820 + 565 + 501 + 1996 + 282 + 17);
  BOOST_TEST(r.ff == 3316);
  BOOST_TEST(r.dsp == 4);
  BOOST_TEST(r.ramb18 == 16);
  BOOST_TEST(r.ramb36 == 0);
  BOOST_TEST(r.carry4 == 409);
}

BOOST_AUTO_TEST_CASE(reads_cells_and_area_of_a_liberty_library_without_memories) {
  const StandardCells r = standard_cells(read_yosys_stat(kStored + "cells.stat"), "eyeriss_sram");
  BOOST_TEST(r.cells == 875026 - 26);
  BOOST_TEST(r.ff == 100087);
  BOOST_TEST(r.area_um2 == 31717742.0);
  BOOST_TEST(r.memories == 26);
}

BOOST_AUTO_TEST_CASE(reads_a_single_module) {
  std::istringstream in("=== top ===\n\n   Number of cells:   3\n     LUT2   2\n     FDRE  1\n\n");
  const YosysStat stat = read_yosys_stat(in, "netlist.stat");
  BOOST_TEST(stat.cells.at("LUT2") == 2);
  BOOST_TEST(xc7(stat).ff == 1);
}

BOOST_AUTO_TEST_CASE(luts_used_as_memory_count_as_luts) {
  BOOST_TEST(xc7(stat_of({{"RAM64M", 2}, {"RAM32X1D", 1}, {"SRLC32E", 5}})).lut == 8 + 2 + 5);
}

BOOST_AUTO_TEST_CASE(refuses_a_report_without_totals) {
  BOOST_TEST(has(refusal("=== top ===\n"), "Number of cells"));
  BOOST_TEST(has(refusal("   Number of cells: 1\n   LUT1 1\n\n=== design hierarchy ===\n"),
                 "below the last heading"));
}

BOOST_AUTO_TEST_CASE(refuses_what_is_no_count_with_its_line) {
  const std::string message =
      refusal("=== top ===\n   Number of cells: 2\n     LUT2 two\n     LUT3 -1\n");
  BOOST_TEST(has(message, "netlist.stat:3"));
  BOOST_TEST(has(message, "netlist.stat:4"));
}

BOOST_AUTO_TEST_CASE(refuses_types_that_do_not_add_up) {
  BOOST_TEST(has(refusal("=== top ===\n   Number of cells: 3\n     LUT2 2\n"), "netlist.stat:2"));
}

BOOST_AUTO_TEST_CASE(refuses_an_area_that_is_none) {
  BOOST_TEST(has(refusal("   Number of cells: 0\n\n   Chip area for module '\\x': much\n"),
                 "netlist.stat:3"));
}

BOOST_AUTO_TEST_CASE(refuses_a_file_that_is_not_there) {
  BOOST_CHECK_THROW(read_yosys_stat(kStored + "absent.stat"), InputError);
}

BOOST_AUTO_TEST_CASE(refuses_cells_that_it_would_have_to_guess) {
  BOOST_CHECK_THROW(xc7(stat_of({{"LDCE", 1}})), InputError);
  BOOST_CHECK_THROW(xc7(stat_of({{"DFFPOSX1", 1}})), InputError);
  YosysStat stat = stat_of({{"eyeriss_sram", 1}});
  BOOST_CHECK_THROW(standard_cells(stat, "eyeriss_sram"), InputError);  // no area
  stat.area = 1;
  BOOST_CHECK_THROW(standard_cells(stat, "tiled_ram"), InputError);
}

BOOST_AUTO_TEST_SUITE_END()
