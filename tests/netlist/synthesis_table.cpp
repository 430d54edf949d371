// SPDX-License-Identifier: Apache-2.0
// The figures of all netlists of a design as CSV (docs/formats/synthesis.md), written when all are
// there. Arguments: DESIGN LIST DIRECTORY OUTPUT.csv YOSYS-VERSION, where LIST is
// tools/synthesis/DESIGN.configurations and DIRECTORY holds DESIGN_CONFIG_FLOW.stat and
// .resimulated of each.
#include <cctype>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "tests/netlist/yosys_stat.h"

namespace assay::netlist {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> words(const std::string& line) {
  std::istringstream in(line);
  std::vector<std::string> found;
  for (std::string word; in >> word;) found.push_back(word);
  return found;
}

struct Configurations {
  std::vector<std::string> names;
  std::vector<std::map<std::string, std::string>> rows;
};

Configurations read_configurations(const fs::path& file) {
  std::ifstream in(file);
  if (!in) throw InputError({{file.string(), 0, "", "", "a list that can be read"}});
  Configurations found;
  Diagnostics wrong;
  int number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    const auto w = words(line);
    if (w.empty() || w[0][0] == '#') continue;
    if (found.names.empty()) {
      found.names = w;
    } else if (w.size() != found.names.size()) {
      wrong.push_back({file.string(), number, "", line,
                       std::to_string(found.names.size()) + " values, as in the first line"});
    } else {
      auto& row = found.rows.emplace_back();
      for (std::size_t i = 0; i < w.size(); ++i) row[found.names[i]] = w[i];
    }
  }
  throw_if_any(wrong);
  return found;
}

bool is_parameter(const std::string& name) {
  return name != "config" && name != "LAYERS" && name != "FLOWS";
}

std::string column(const std::string& parameter) {
  std::string text = parameter;
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return parameter == "DATA" || parameter == "ACC" ? text + "_bits" : text;
}

// Bits of the memories that standard cells leave out.
std::int64_t sram_bits(const std::string& design, const std::map<std::string, std::string>& row) {
  const auto p = [&row](const char* name) { return std::stoll(row.at(name)); };
  if (design == "eyeriss")
    return 64 * (p("GLB_BANKS") * p("BANK_ROWS") + p("FILTER_ROWS") + p("JOIN_ROWS"));
  return 2 * (p("TN") * p("I_DEPTH") * p("DATA") + p("TM") * p("TN") * p("W_DEPTH") * p("DATA") +
              p("TM") * p("O_DEPTH") * p("ACC"));
}

// "LAYERS,CYCLES" as the re-simulation says them; empty for a netlist that is not to be simulated.
std::string resimulated(const fs::path& file, const std::string& wanted) {
  if (wanted == "0") return ",";
  std::ifstream in(file);
  std::string layers, cycles;
  long long n = 0, m = 0;
  if (!(in >> layers >> n >> cycles >> m) || layers != "layers" || cycles != "cycles" || n < 1)
    throw InputError({{file.string(), 1, "", "", "\"layers N\", \"cycles M\""}});
  return std::to_string(n) + ',' + std::to_string(m);
}

std::string table(const std::string& design, const fs::path& list, const fs::path& directory,
                  const std::string& version) {
  const Configurations configurations = read_configurations(list);
  std::ostringstream csv;
  csv << "config";
  for (const std::string& name : configurations.names)
    if (is_parameter(name)) csv << ',' << column(name);
  csv << ",lut,ff,dsp,ramb18,ramb36,carry4,resimulated_layers,resimulated_cycles,cells,cells_ff,"
         "cells_area_um2,sram_macros,sram_bits,cells_resimulated_layers,"
         "cells_resimulated_cycles,yosys\n";
  for (const auto& row : configurations.rows) {
    const std::string& config = row.at("config");
    csv << config;
    for (const std::string& name : configurations.names)
      if (is_parameter(name)) csv << ',' << row.at(name);
    const auto file = [&](const std::string& flow, const char* extension) {
      return directory / (design + '_' + config + '_' + flow + extension);
    };
    const std::string flows = ',' + row.at("FLOWS") + ',';
    if (flows.find(",xc7,") != std::string::npos) {
      const Xc7 x = xc7(read_yosys_stat(file("xc7", ".stat")));
      csv << ',' << x.lut << ',' << x.ff << ',' << x.dsp << ',' << x.ramb18 << ',' << x.ramb36
          << ',' << x.carry4 << ',' << resimulated(file("xc7", ".resimulated"), row.at("LAYERS"));
    } else {
      csv << ",,,,,,,,";
    }
    if (flows.find(",cells,") != std::string::npos) {
      const std::string memory = design == "eyeriss" ? "eyeriss_sram" : "tiled_ram";
      const StandardCells c = standard_cells(read_yosys_stat(file("cells", ".stat")), memory);
      char area[32];
      std::snprintf(area, sizeof area, "%.0f", c.area_um2);
      csv << ',' << c.cells << ',' << c.ff << ',' << area << ',' << c.memories << ','
          << sram_bits(design, row) << ','
          << resimulated(file("cells", ".resimulated"), row.at("LAYERS"));
    } else {
      csv << ",,,,,,,";
    }
    csv << ',' << version << '\n';
  }
  return csv.str();
}

void write(const fs::path& file, const std::string& text) {
  fs::create_directories(file.parent_path());
  const fs::path whole = file.string() + ".new";
  std::ofstream out(whole, std::ios::binary);
  out << text;
  out.close();
  if (!out) throw std::runtime_error("cannot write " + whole.string());
  fs::rename(whole, file);
}

}  // namespace
}  // namespace assay::netlist

int main(int argc, char** argv) {
  try {
    if (argc != 6)
      throw std::invalid_argument("expected: DESIGN LIST DIRECTORY OUTPUT.csv YOSYS-VERSION");
    assay::netlist::write(argv[4], assay::netlist::table(argv[1], argv[2], argv[3], argv[5]));
    return 0;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 2;
  }
}
