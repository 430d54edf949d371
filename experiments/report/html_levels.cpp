// SPDX-License-Identifier: Apache-2.0
// "Levels": the panels of each variant that two levels ran.
#include <utility>

#include "experiments/report/format.h"
#include "experiments/report/hardware_gaps.h"
#include "experiments/report/html_data.h"
#include "experiments/report/level_panels.h"

namespace assay::report {
namespace {

bool starts_group(const Panel& panel, std::size_t i) {
  return i > 0 && panel.columns[i].group != panel.columns[i - 1].group;
}

// Headings over several columns; those without a group take both rows.
data groups_of(const Panel& panel) {
  data all = list();
  for (std::size_t i = 0; i < panel.columns.size();) {
    const std::string& group = panel.columns[i].group;
    std::size_t end = i + 1;
    while (!group.empty() && end < panel.columns.size() && panel.columns[end].group == group) ++end;
    data g;
    g.set("text", group.empty() ? panel.columns[i].name : group);
    g.set("grouped", !group.empty());
    g.set("span", std::to_string(end - i));
    g.set("class", i == 0 ? "" : group.empty() ? "n" : "group first");
    all << g;
    i = end;
  }
  return all;
}

data columns_of(const Panel& panel) {
  data all = list();
  for (std::size_t i = 0; i < panel.columns.size(); ++i) {
    if (panel.columns[i].group.empty()) continue;
    data c;
    c.set("text", panel.columns[i].name);
    c.set("class", starts_group(panel, i) ? "n first" : "n");
    all << c;
  }
  return all;
}

data rows_of(const Panel& panel) {
  data all = list();
  for (const PanelRow& r : panel.rows) {
    data row;
    row.set("kind", r.network ? "network" : "layer");
    row.set("layer", r.cells.front().text);
    data cells = list();
    for (std::size_t i = 1; i < r.cells.size(); ++i) {
      data c;
      c.set("text", r.cells[i].text);
      c.set("class", (starts_group(panel, i) ? "n first " : "n ") + r.cells[i].band);
      cells << c;
    }
    row.set("cells", cells);
    all << row;
  }
  return all;
}

data panel_data(const Panel& panel) {
  data p;
  p.set("title", panel.title);
  p.set("note", panel.note);
  p.set("groups", groups_of(panel));
  const data columns = columns_of(panel);
  p.set("has_columns", columns.is_non_empty_list());
  p.set("columns", columns);
  p.set("rows", rows_of(panel));
  return p;
}

void add_hardware(const ReportInput& input, data* page) {
  data variants = list();
  for (const HardwareTable& t : hardware_tables(input)) {
    data v;
    v.set("name", t.name());
    data findings = list();
    for (const std::string& sentence : hardware_findings(input, t)) findings << data(sentence);
    v.set("findings", findings);
    data panels = list();
    panels << panel_data(hardware_panel(t));
    if (const Panel gaps = gap_panel(input, t); !gaps.rows.empty()) panels << panel_data(gaps);
    v.set("hardware_panels", panels);
    variants << v;
  }
  page->set("has_hardware", variants.is_non_empty_list());
  page->set("hardware_variants", variants);
}

}  // namespace

void add_levels(const ReportInput& input, data* page) {
  const std::vector<LevelTable> tables = level_tables(input);
  const Causes causes = causes_of(tables);
  data variants = list();
  for (const LevelTable& t : tables) {
    data v;
    v.set("name", t.name());
    v.set("headline", t.headline && input.headline_stated);
    v.set("summary", summary_of(t));
    data panels = list();
    for (const Panel& p : panels_of(input, t, causes)) panels << panel_data(p);
    v.set("panels", panels);
    variants << v;
  }
  page->set("has_levels", !tables.empty());
  page->set("level_variants", variants);
  add_hardware(input, page);
  data skipped = list();
  for (const std::string& s : input.skipped) skipped << data(plain(s));
  page->set("skipped", skipped);
  data differences = list();
  for (const std::string& d : count_differences(input)) differences << data(d);
  page->set("counts_differ", !counts_agree(input));
  page->set("count_differences", differences);
}

}  // namespace assay::report
