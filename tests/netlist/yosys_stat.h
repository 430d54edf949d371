// SPDX-License-Identifier: Apache-2.0
// What a netlist holds, from the text that yosys' `stat -top` prints (0.23; its `stat -json` is not
// JSON where there is more than one module). Reads the totals: the last heading's list.
#pragma once

#include <cstdint>
#include <filesystem>
#include <istream>
#include <map>
#include <optional>
#include <string>

#include "core/diagnostics.h"

namespace assay::netlist {

struct YosysStat {
  std::string file;
  std::map<std::string, std::int64_t> cells;  // instances by type
  std::optional<double> area;  // of a Liberty library's cells, in its unit; absent without library

  std::int64_t all() const;
};

// Throw InputError with every place: no totals, a count that is no number, types that do not add up
// to the number of cells, an area without netlist.
YosysStat read_yosys_stat(std::istream& in, const std::string& file);
YosysStat read_yosys_stat(const std::filesystem::path& file);

// Xilinx 7 series. Throws InputError for cells of which it does not know where they count.
struct Xc7 {
  std::int64_t lut = 0;  // LUT1 to LUT6, inverters, and LUTs used as memory or shift registers
  std::int64_t ff = 0;
  std::int64_t dsp = 0;
  std::int64_t ramb18 = 0, ramb36 = 0;
  std::int64_t carry4 = 0;
};
Xc7 xc7(const YosysStat& stat);

// Standard cells, without memories: modules named `memory`, which have no area. Throws InputError
// without area, and for cells that are neither the library's (capitals) nor memories.
struct StandardCells {
  std::int64_t cells = 0;
  std::int64_t ff = 0;  // among them
  double area_um2 = 0;  // yosys prints the Liberty file's, in OSU's libraries um2
  std::int64_t memories = 0;
};
StandardCells standard_cells(const YosysStat& stat, const std::string& memory);

}  // namespace assay::netlist
