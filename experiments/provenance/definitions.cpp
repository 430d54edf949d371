// SPDX-License-Identifier: Apache-2.0
#include "experiments/provenance/definitions.h"

#include <regex>
#include <sstream>
#include <vector>

#include "core/text.h"

namespace assay::provenance {

extern const char* const kMetricsPage;  // docs/metrics.md, by embed.cmake

namespace {

std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells;
  std::istringstream in(line);
  std::string cell;
  std::getline(in, cell, '|');  // before the first bar
  while (std::getline(in, cell, '|')) cells.emplace_back(trimmed(cell));
  return cells;
}

// Names in backquotes, or the whole cell where it has none.
std::vector<std::string> names_of(const std::string& cell) {
  std::vector<std::string> names;
  for (std::size_t at = cell.find('`'); at != std::string::npos; at = cell.find('`', at + 1)) {
    const std::size_t end = cell.find('`', at + 1);
    if (end == std::string::npos) break;
    names.push_back(cell.substr(at + 1, end - at - 1));
    at = end;
  }
  if (names.empty()) names.push_back(cell);
  return names;
}

// "traffic_<level>_mb", "port_busy_pct.*" and "energy_uj.LEVEL.OPERAND" stand for many.
bool stands_for(const std::string& pattern, const std::string& name) {
  if (pattern == name) return true;
  if (pattern.find_first_of("<*") == std::string::npos &&
      pattern.find("LEVEL") == std::string::npos)
    return false;
  static const std::regex kSpecial(R"([.])"), kOpen(R"(<[a-z]+>|LEVEL|OPERAND|\*)");
  const std::string escaped = std::regex_replace(pattern, kSpecial, R"(\.)");
  return std::regex_match(name, std::regex(std::regex_replace(escaped, kOpen, ".+")));
}

// "[fits](formats/fit.md)" is "fits".
std::string without_links(const std::string& text) {
  static const std::regex kLink(R"(\[([^\]]*)\]\([^)]*\))");
  return std::regex_replace(text, kLink, "$1");
}

}  // namespace

std::optional<std::string> definition_of(const std::string& name) {
  // One row is of three shares: `share_within_5_pct`, `_10_`, `_20_`.
  static const std::regex kShare("share_within_[0-9]+_pct");
  const std::string wanted = std::regex_match(name, kShare) ? "share_within_5_pct" : name;
  std::istringstream page(kMetricsPage);
  for (std::string line; std::getline(page, line);) {
    if (line.rfind("| ", 0) != 0) continue;
    const std::vector<std::string> cells = cells_of(line);
    if (cells.size() < 2) continue;
    for (const std::string& candidate : names_of(cells[0]))
      if (stands_for(candidate, wanted)) return without_links(cells[1]);
  }
  return std::nullopt;
}

}  // namespace assay::provenance
