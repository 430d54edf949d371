// SPDX-License-Identifier: Apache-2.0
// The tables about levels as text, which the terminal and the page print alike.
#pragma once

#include <string>
#include <vector>

#include "experiments/report/levels.h"
#include "experiments/report/view.h"

namespace assay::report {

struct PanelCell {
  std::string text;
  std::string band;  // "", "mid", "far" (of errors), "fail"
};

struct PanelColumn {
  std::string group;  // heading shared by neighbours; "" for none
  std::string name;
};

struct PanelRow {
  bool network = false;
  std::vector<PanelCell> cells;  // the first is the layer's name
};

struct Panel {
  std::string title;
  std::string note;  // how to read it
  std::vector<PanelColumn> columns;
  std::vector<PanelRow> rows;
};

// Measured, both levels with their errors (hardware too, where it has the quantity), and their
// difference; one for each chip and workload.
// Empty rows where the table lacks one of the two levels of the variant.
Panel side_by_side(const QuantityTable& table, const std::string& variant);
// Equal counts, and the difference of the cycles by kind of cause.
Panel parting_panel(const LevelTable& table);
// Errors by kind of cause, in per cent of the measurement; no rows where nothing was measured.
Panel error_panel(const LevelTable& table);
// The simulator's cycles by cause, in per cent.
Panel stall_panel(const LevelTable& table, const Causes& causes);

// 0, "+12", "-1,200"
std::string with_sign(double value, int decimals);
std::optional<double> ratio_pct(const std::optional<double>& part,
                                const std::optional<double>& whole);
PanelCell counts_cell(const CountCheck& counts);

// All of a variant that have rows, in this order.
std::vector<Panel> panels_of(const ReportInput& input, const LevelTable& table,
                             const Causes& causes);

// All panels of the headline variant for the terminal, one line for each other variant; empty
// without two levels.
std::string levels_text(const ReportInput& input, bool color);

// "Counts equal in 5 of 5 layers; analytical - simulator = -195,000
// processing cycles (-0.9 %)".
std::string summary_of(const LevelTable& table);

}  // namespace assay::report
