// SPDX-License-Identifier: Apache-2.0
#include "tests/netlist/yosys_stat.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>
#include <vector>

namespace assay::netlist {

namespace {

constexpr const char* kTotal = "Number of cells:";
constexpr const char* kArea = "Chip area for ";

std::vector<std::string> words(const std::string& line) {
  std::istringstream in(line);
  std::vector<std::string> found;
  for (std::string word; in >> word;) found.push_back(word);
  return found;
}

bool has(const std::string& line, const char* part) { return line.find(part) != std::string::npos; }

std::optional<std::int64_t> count(const std::string& text) {
  const auto digit = [](unsigned char c) { return std::isdigit(c) != 0; };
  if (text.empty() || text.size() > 15 || !std::all_of(text.begin(), text.end(), digit))
    return std::nullopt;
  return std::strtoll(text.c_str(), nullptr, 10);
}

std::optional<double> area(const std::string& text) {
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  if (text.empty() || *end != '\0' || !(value >= 0)) return std::nullopt;
  return value;
}

// One heading's list while it is read.
struct Section {
  int total_line = 0;
  std::int64_t total = 0;
  bool in_cells = false;
  YosysStat stat;
};

}  // namespace

std::int64_t YosysStat::all() const {
  std::int64_t n = 0;
  for (const auto& [type, instances] : cells) n += instances;
  return n;
}

YosysStat read_yosys_stat(std::istream& in, const std::string& file) {
  Diagnostics wrong;
  Section s;
  int number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    const auto bad = [&](const std::string& expected) {
      wrong.push_back({file, number, "", line, expected});
    };
    const std::vector<std::string> w = words(line);
    if (line.rfind("===", 0) == 0) {
      s = {};
    } else if (has(line, kTotal)) {
      if (s.total_line != 0) bad("one number of cells below a heading");
      const auto n = count(w.back());
      if (!n) bad("a number of cells");
      s.total_line = number;
      s.total = n.value_or(0);
      s.in_cells = true;
    } else if (has(line, kArea)) {
      s.stat.area = area(w.back());
      if (!s.stat.area) bad("an area");
      if (s.total_line == 0) bad("an area after a list of cells");
    } else if (s.in_cells && w.empty()) {
      s.in_cells = false;
    } else if (s.in_cells) {
      const auto n = w.size() == 2 ? count(w[1]) : std::nullopt;
      if (!n)
        bad("a type of cell and how many there are");
      else if (!s.stat.cells.emplace(w[0], *n).second)
        bad("each type of cell once");
    }
  }
  if (s.total_line == 0)
    wrong.push_back(
        {file, number, "", "", std::string("\"") + kTotal + "\" below the last heading"});
  else if (wrong.empty() && s.stat.all() != s.total)
    wrong.push_back({file, s.total_line, "number of cells", std::to_string(s.total),
                     "the sum of the types below, " + std::to_string(s.stat.all())});
  throw_if_any(wrong);
  s.stat.file = file;
  return s.stat;
}

YosysStat read_yosys_stat(const std::filesystem::path& file) {
  std::ifstream in(file);
  if (!in) throw InputError({{file.string(), 0, "", "", "a report that can be read"}});
  return read_yosys_stat(in, file.string());
}

Xc7 xc7(const YosysStat& stat) {
  // LUTs per cell (UG474).
  static const std::map<std::string, std::int64_t> kLuts{
      {"LUT1", 1},     {"LUT2", 1},     {"LUT3", 1},   {"LUT4", 1},    {"LUT5", 1},
      {"LUT6", 1},     {"INV", 1},      {"SRL16E", 1}, {"SRLC16E", 1}, {"SRLC32E", 1},
      {"RAM32X1D", 2}, {"RAM64X1D", 2}, {"RAM32M", 4}, {"RAM64M", 4},  {"RAM128X1D", 4}};
  static const std::set<std::string> kFlipFlops{"FDRE",   "FDSE",   "FDCE",   "FDPE",
                                                "FDRE_1", "FDSE_1", "FDCE_1", "FDPE_1"};
  static const std::set<std::string> kUncounted{"MUXF7", "MUXF8", "BUFG", "IBUF", "OBUF"};
  Xc7 r;
  Diagnostics wrong;
  for (const auto& [type, n] : stat.cells) {
    if (const auto lut = kLuts.find(type); lut != kLuts.end())
      r.lut += n * lut->second;
    else if (kFlipFlops.count(type) != 0)
      r.ff += n;
    else if (type == "DSP48E1")
      r.dsp += n;
    else if (type == "RAMB18E1")
      r.ramb18 += n;
    else if (type == "RAMB36E1")
      r.ramb36 += n;
    else if (type == "CARRY4")
      r.carry4 += n;
    else if (kUncounted.count(type) == 0)
      wrong.push_back({stat.file, 0, type, std::to_string(n), "a known cell of 7 series"});
  }
  throw_if_any(wrong);
  return r;
}

StandardCells standard_cells(const YosysStat& stat, const std::string& memory) {
  StandardCells r;
  Diagnostics wrong;
  for (const auto& [type, n] : stat.cells) {
    if (type == memory) {
      r.memories += n;
      continue;
    }
    if (std::isupper(static_cast<unsigned char>(type.front())) == 0)
      wrong.push_back({stat.file, 0, type, std::to_string(n), "a cell of the library"});
    r.cells += n;
    if (type.rfind("DFF", 0) == 0) r.ff += n;
  }
  if (!stat.area) wrong.push_back({stat.file, 0, "", "", "\"Chip area\" of stat -liberty"});
  throw_if_any(wrong);
  r.area_um2 = *stat.area;
  return r;
}

}  // namespace assay::netlist
