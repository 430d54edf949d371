// SPDX-License-Identifier: Apache-2.0
#include "experiments/program/record_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace assay {
namespace {

struct Column {
  const char* quantity;
  const char* title;
  double scale;
  int decimals;
  bool sums;
};

constexpr Column kColumns[] = {
    {"operations", "Mops", 1e-6, 1, true},
    {"processing_cycles", "proc. cycles", 1, 0, true},
    {"processing_ms", "proc. ms", 1, 3, true},
    {"total_ms", "total ms", 1, 3, true},
    {"utilisation_pct", "util. %", 1, 1, false},
    {"total_utilisation_pct", "total util. %", 1, 1, false},
    {"active_pes", "active PEs", 1, 1, false},
    {"off_chip_traffic_mb", "off-chip MB", 1, 3, true},
    {"energy_uj", "energy uJ", 1, 1, true},
    {"energy_chip_uj", "chip uJ", 1, 1, true},
    {"power_chip_mw", "chip mW", 1, 1, false},
};

using Cells = std::vector<std::string>;

std::optional<double> value(const Record& r, const char* quantity) {
  const auto v = r.values.find(quantity);
  return v == r.values.end() ? std::nullopt : std::optional<double>(v->second);
}

std::vector<const Column*> present(const std::vector<Record>& records) {
  std::vector<const Column*> out;
  for (const Column& c : kColumns)
    if (std::any_of(records.begin(), records.end(),
                    [&](const Record& r) { return value(r, c.quantity).has_value(); }))
      out.push_back(&c);
  return out;
}

// What binds, where the level says so; else the two causes that take most of the cycles.
std::string causes(const Record& r) {
  if (const auto binding = r.notes.find("binding_processing"); binding != r.notes.end())
    return binding->second;
  std::vector<std::pair<double, std::string>> sorted;
  double all = 0;
  for (const auto& [cause, cycles] : r.cycles_by_cause) {
    sorted.emplace_back(-cycles, cause);
    all += cycles;
  }
  std::sort(sorted.begin(), sorted.end());
  if (sorted.size() > 2) sorted.resize(2);
  std::string text;
  for (const auto& [cycles, cause] : sorted)
    text += fmt::format("{}{} {:.0f} %", text.empty() ? "" : ", ", cause, -100 * cycles / all);
  return text;
}

Cells layer_cells(const Record& r, const std::vector<const Column*>& columns) {
  Cells cells{r.layer + (r.repeat > 1 ? fmt::format(" x{}", r.repeat) : "")};
  for (const Column* c : columns) {
    const auto v = value(r, c->quantity);
    cells.push_back(v ? fmt::format("{:.{}f}", *v * c->scale, c->decimals) : "-");
  }
  cells.push_back(causes(r));
  return cells;
}

Cells network_cells(const std::vector<Record>& records, const std::vector<const Column*>& columns) {
  Cells cells{"network"};
  for (const Column* c : columns) {
    double sum = 0;
    bool complete = c->sums;
    for (const Record& r : records) {
      const auto v = value(r, c->quantity);
      complete = complete && v.has_value();
      if (v) sum += *v * static_cast<double>(r.repeat);
    }
    cells.push_back(complete ? fmt::format("{:.{}f}", sum * c->scale, c->decimals) : "");
  }
  cells.emplace_back();
  return cells;
}

}  // namespace

std::string record_table(const std::vector<Record>& records, bool colour) {
  const std::vector<const Column*> columns = present(records);
  std::vector<Cells> rows{{"layer"}};
  for (const Column* c : columns) rows[0].emplace_back(c->title);
  rows[0].emplace_back("bound by");
  for (const Record& r : records) rows.push_back(layer_cells(r, columns));
  if (records.size() > 1) rows.push_back(network_cells(records, columns));
  std::vector<std::size_t> width(rows[0].size(), 0);
  for (const Cells& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) width[i] = std::max(width[i], row[i].size());
  std::string text;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    std::string line;
    for (std::size_t i = 0; i < rows[r].size(); ++i) {
      const bool left = i == 0 || i + 1 == rows[r].size();
      line += left ? fmt::format("{:<{}}", rows[r][i], width[i])
                   : fmt::format("{:>{}}", rows[r][i], width[i]);
      if (i + 1 < rows[r].size()) line += "  ";
    }
    line.erase(line.find_last_not_of(' ') + 1);
    const bool bold = colour && (r == 0 || (records.size() > 1 && r + 1 == rows.size()));
    text += bold ? "\x1b[1m" + line + "\x1b[0m\n" : line + "\n";
  }
  return text;
}

}  // namespace assay
