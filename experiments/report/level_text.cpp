// SPDX-License-Identifier: Apache-2.0
// The levels in the terminal.
#include <utility>

#include "experiments/report/format.h"
#include "experiments/report/grid.h"
#include "experiments/report/hardware_gaps.h"
#include "experiments/report/level_panels.h"

namespace assay::report {
namespace {

constexpr std::size_t kLayerWidth = 24;

GridRow heading(const Panel& panel, bool groups) {
  GridRow row;
  for (std::size_t i = 0; i < panel.columns.size(); ++i) {
    const PanelColumn& c = panel.columns[i];
    const bool first = i == 0 || panel.columns[i - 1].group != c.group;
    row.push_back({!groups ? c.name : first ? c.group : "", ""});
  }
  return row;
}

std::string panel_text(const Panel& panel, bool color) {
  Grid grid(color);
  bool grouped = false;
  for (const PanelColumn& c : panel.columns) grouped = grouped || !c.group.empty();
  if (grouped) grid.add(heading(panel, true));
  grid.add(heading(panel, false));
  grid.rule();
  for (const PanelRow& r : panel.rows) {
    if (r.network) grid.rule();
    GridRow line;
    for (const PanelCell& c : r.cells)
      line.push_back(line.empty() ? GridText{shortened(c.text, kLayerWidth), r.network ? "1" : ""}
                                  : GridText{c.text, color_of(c.band)});
    grid.add(std::move(line));
  }
  return panel.title + "\n" + panel.note + "\n\n" + grid.text() + "\n";
}

std::string hardware_text(const ReportInput& input, bool color) {
  std::string text;
  for (const std::string& s : input.skipped) text += s + "\n";
  if (!text.empty()) text += "\n";
  for (const HardwareTable& t : hardware_tables(input)) {
    text += "Hardware: " + t.name() + "\n";
    for (const std::string& sentence : hardware_findings(input, t)) text += "  " + sentence + "\n";
    text += "\n" + panel_text(hardware_panel(t), color);
    if (const Panel gaps = gap_panel(input, t); !gaps.rows.empty()) text += panel_text(gaps, color);
  }
  return text;
}

std::string warnings(const ReportInput& input, bool color) {
  const std::vector<std::string> all = count_differences(input);
  if (all.empty()) return {};
  const std::string mark = color ? "\x1b[31mFAIL\x1b[0m" : "FAIL";
  std::string text = mark + "  levels of one contract differ; one of them has a bug\n";
  for (const std::string& d : all) text += "      " + d + "\n";
  return text + "\n";
}

}  // namespace

std::string levels_text(const ReportInput& input, bool color) {
  const std::vector<LevelTable> tables = level_tables(input);
  if (tables.empty()) return hardware_text(input, color) + warnings(input, color);
  const Causes causes = causes_of(tables);
  std::string text = "Levels\n";
  for (const LevelTable& t : tables) text += "  " + t.name() + ": " + summary_of(t) + "\n";
  text += "\n";
  for (const LevelTable& t : tables) {
    if (!t.headline && &t != &tables.front()) continue;
    for (const Panel& p : panels_of(input, t, causes)) text += panel_text(p, color);
  }
  return text + hardware_text(input, color) + warnings(input, color);
}

}  // namespace assay::report
