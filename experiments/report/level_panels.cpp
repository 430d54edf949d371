// SPDX-License-Identifier: Apache-2.0
#include "experiments/report/level_panels.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

#include "experiments/report/format.h"

namespace assay::report {
namespace {

constexpr const char* kDifference = "analytical - simulator";

using Member = double CycleSplit::*;
struct Part {
  const char* name;
  Member member;
};

bool any_split(const LevelTable& table, const std::function<bool(const CycleSplit&)>& is) {
  return std::any_of(table.rows.begin(), table.rows.end(), [&](const LevelRow& r) {
    return (r.analytical && is(*r.analytical)) || (r.simulator && is(*r.simulator));
  });
}

// The columns of a split; some only where there is something to say.
std::vector<Part> parts_of(const LevelTable& table) {
  std::vector<Part> parts{{"steps", &CycleSplit::steps}, {"stalls", &CycleSplit::stalls}};
  const auto add_if_any = [&](const char* name, Member member) {
    if (any_split(table, [&](const CycleSplit& s) { return s.*member != 0; }))
      parts.push_back({name, member});
  };
  add_if_any("overlap", &CycleSplit::overlap);
  add_if_any("latency", &CycleSplit::latency);
  parts.push_back({"ramps", &CycleSplit::ramps});
  if (any_split(table, is_unattributed)) parts.push_back({"no cause", &CycleSplit::unattributed});
  return parts;
}

constexpr const char* kPartsNote =
    "stalls: waiting for ports, tiles and slots; overlap: steps beside a longer wait, taken off "
    "because both are counted; ramps: before the first step and after the last.";

// Cycles of the fast mode may be fractions; whole ones are printed as such.
int decimals_of(const LevelTable& table, const std::vector<Part>& parts) {
  const bool fractions = any_split(table, [&](const CycleSplit& s) {
    return std::any_of(parts.begin(), parts.end(),
                       [&](const Part& p) { return s.*p.member != std::floor(s.*p.member); });
  });
  return fractions ? 1 : 0;
}

void add_part_columns(const std::string& group, const std::vector<Part>& parts,
                      std::vector<PanelColumn>* columns) {
  for (const Part& p : parts) columns->push_back({group, p.name});
}

PanelRow row_named(const LevelRow& r) { return {r.network, {{plain(r.layer), ""}}}; }

std::optional<double> cycles_of(const std::optional<CycleSplit>& s) {
  return s ? std::optional<double>(s->cycles) : std::nullopt;
}

void add_errors(const std::optional<CycleSplit>& split, const std::optional<double>& measured,
                const std::vector<Part>& parts, PanelRow* row) {
  const auto pct = error_parts_pct(split, measured);
  if (!pct) {
    row->cells.resize(row->cells.size() + parts.size() + 1, {kUndefined, ""});
    return;
  }
  for (const Part& p : parts) row->cells.push_back({signed_pct((*pct).*p.member), ""});
  row->cells.push_back({signed_pct(pct->cycles), band(pct->cycles)});
}

std::string counts_summary(const LevelTable& table) {
  int equal = 0, compared = 0;
  for (const LevelRow& r : table.rows) {
    if (r.network || r.counts.compared == 0) continue;
    ++compared;
    equal += r.counts.differences.empty() ? 1 : 0;
  }
  if (compared == 0) return "No counts are stated";
  return fmt::format("Counts equal in {} of {} layer{}", equal, compared, compared == 1 ? "" : "s");
}

std::string share_text(double cycles, double whole) {
  if (cycles == 0) return "0";
  const double pct = 100 * cycles / whole;
  return pct < 0.05 ? "<0.1" : fmt::format("{:.1f}", pct);
}

}  // namespace

std::string with_sign(double value, int decimals) {
  if (value == 0) return "0";
  if (decimals >= 0 && std::fabs(value) < 0.5 * std::pow(10, -decimals))
    return fmt::format("{:+.1g}", value);
  return (value > 0 ? "+" : "") + number(std::optional<double>(value), decimals);
}

std::optional<double> ratio_pct(const std::optional<double>& part,
                                const std::optional<double>& whole) {
  if (!part || !whole || *whole == 0) return std::nullopt;
  return 100 * *part / *whole;
}

PanelCell counts_cell(const CountCheck& c) {
  if (c.compared == 0) return {kUndefined, ""};
  const std::string text = fmt::format("{} of {}", c.equal(), c.compared);
  return c.differences.empty() ? PanelCell{text, ""} : PanelCell{text + " (!)", "fail"};
}

Panel side_by_side(const QuantityTable& table, const std::string& variant) {
  Panel panel;
  const auto place = [&](const char* level) {
    const auto found = std::find_if(table.series.begin(), table.series.end(), [&](const Series& s) {
      return s.level == level && s.variant == variant;
    });
    return static_cast<std::size_t>(found - table.series.begin());
  };
  const std::size_t a = place(kAnalytical), s = place(kSimulator);
  if (a == table.series.size() || s == table.series.size()) return panel;
  // Hardware, where it has this quantity.
  const std::size_t h = place(kRtl);
  const bool hardware = h < table.series.size() &&
                        std::any_of(table.rows.begin(), table.rows.end(), [&](const LayerRow& r) {
                          return r.cells[h].predicted.has_value();
                        });
  panel.title = "Side by side: " + table.label;
  panel.note = "Error: " + std::string(kSignConvention) +
               ". Difference: analytical - simulator, and in per cent of the simulator.";
  panel.columns = {{"", "layer"},
                   {"chip", "measured"},
                   {kAnalytical, "predicted"},
                   {kAnalytical, "error %"},
                   {kSimulator, "predicted"},
                   {kSimulator, "error %"}};
  if (hardware) {
    panel.columns.push_back({kRtl, "predicted"});
    panel.columns.push_back({kRtl, "error %"});
  }
  panel.columns.push_back({"difference", "value"});
  panel.columns.push_back({"difference", "%"});
  for (const LayerRow& r : table.rows) {
    const Cell &x = r.cells[a], &y = r.cells[s];
    std::optional<double> difference;
    if (x.predicted && y.predicted) difference = *x.predicted - *y.predicted;
    PanelRow row{r.network,
                 {{plain(r.layer), ""}, {number(r.measured, table.measured_decimals), ""}}};
    const auto add = [&](const Cell& cell) {
      row.cells.push_back({number(cell.predicted, table.predicted_decimals), ""});
      row.cells.push_back({signed_pct(cell.error_pct), band(cell.error_pct)});
    };
    add(x);
    add(y);
    if (hardware) add(r.cells[h]);
    row.cells.push_back(
        {difference ? with_sign(*difference, table.predicted_decimals) : kUndefined, ""});
    row.cells.push_back({signed_pct(ratio_pct(difference, y.predicted)), ""});
    panel.rows.push_back(std::move(row));
  }
  return panel;
}

Panel parting_panel(const LevelTable& table) {
  Panel panel;
  const std::vector<Part> parts = parts_of(table);
  const int decimals = decimals_of(table, parts);
  panel.title = "Where the two models part: counts, and processing cycles";
  panel.note = "The parts add up to the difference. Steps: all that the lanes do; " +
               std::string(kPartsNote);
  panel.columns = {{"", "layer"},
                   {"counts", "equal"},
                   {"processing cycles", kAnalytical},
                   {"processing cycles", kSimulator},
                   {kDifference, "cycles"},
                   {kDifference, "%"}};
  add_part_columns("of which", parts, &panel.columns);
  for (const LevelRow& r : table.rows) {
    PanelRow row = row_named(r);
    row.cells.push_back(counts_cell(r.counts));
    row.cells.push_back({number(cycles_of(r.analytical), decimals), ""});
    row.cells.push_back({number(cycles_of(r.simulator), decimals), ""});
    if (r.analytical && r.simulator) {
      const CycleSplit d = *r.analytical - *r.simulator;
      row.cells.push_back({with_sign(d.cycles, decimals), ""});
      row.cells.push_back({signed_pct(ratio_pct(d.cycles, r.simulator->cycles)), ""});
      for (const Part& p : parts) row.cells.push_back({with_sign(d.*p.member, decimals), ""});
    }
    row.cells.resize(panel.columns.size(), {kUndefined, ""});
    panel.rows.push_back(std::move(row));
  }
  return panel;
}

Panel error_panel(const LevelTable& table) {
  Panel panel;
  const std::vector<Part> parts = parts_of(table);
  const auto measured = [](const LevelRow& r) { return r.measured_cycles.has_value(); };
  if (std::none_of(table.rows.begin(), table.rows.end(), measured)) return panel;
  panel.title = "Where the errors come from: processing latency, in per cent of the measured one";
  panel.note = "The parts add up to the error, " + std::string(kSignConvention) +
               ". Steps: the error if nothing had to wait; " + kPartsNote;
  panel.columns = {{"", "layer"}};
  for (const char* level : {kAnalytical, kSimulator}) {
    add_part_columns(level, parts, &panel.columns);
    panel.columns.push_back({level, "error %"});
  }
  for (const LevelRow& r : table.rows) {
    PanelRow row = row_named(r);
    add_errors(r.analytical, r.measured_cycles, parts, &row);
    add_errors(r.simulator, r.measured_cycles, parts, &row);
    panel.rows.push_back(std::move(row));
  }
  return panel;
}

Panel stall_panel(const LevelTable& table, const Causes& causes) {
  Panel panel;
  panel.title = "Where the simulator's cycles go, in per cent of its processing cycles";
  panel.note =
      "LEVEL.PORT X: waiting for that port with inputs I, weights W or outputs and partial "
      "sums O.";
  panel.columns = {{"", "layer"}};
  for (const std::string& cause : causes.shown) panel.columns.push_back({"", plain(cause)});
  if (!causes.joined.empty()) panel.columns.push_back({"", other_name(causes)});
  panel.columns.push_back({"", "cycles"});
  for (const LevelRow& r : table.rows) {
    if (r.network || !r.simulator || !(r.simulator->cycles > 0)) continue;
    PanelRow row = row_named(r);
    const auto& all = r.simulated->cycles_by_cause;
    for (const std::string& cause : causes.shown) {
      const auto n = all.find(cause);
      row.cells.push_back({share_text(n == all.end() ? 0 : n->second, r.simulator->cycles), ""});
    }
    if (!causes.joined.empty())
      row.cells.push_back(
          {share_text(joined_cycles(*r.simulated, causes), r.simulator->cycles), ""});
    row.cells.push_back({number(r.simulator->cycles), ""});
    panel.rows.push_back(std::move(row));
  }
  if (!causes.joined.empty()) {
    panel.note += " Other:";
    for (std::size_t i = 0; i < causes.joined.size(); ++i)
      panel.note += (i == 0 ? " " : ", ") + plain(causes.joined[i]);
    panel.note += ".";
  }
  return panel;
}

std::vector<Panel> panels_of(const ReportInput& input, const LevelTable& table,
                             const Causes& causes) {
  std::vector<Panel> panels;
  for (const QuantityTable& t : tables_of(input))
    if (t.quantity == input.headline_quantity && t.chip == table.chip &&
        t.workload == table.workload && t.batch == table.batch)
      panels.push_back(side_by_side(t, table.variant));
  panels.push_back(parting_panel(table));
  panels.push_back(error_panel(table));
  panels.push_back(stall_panel(table, causes));
  panels.erase(
      std::remove_if(panels.begin(), panels.end(), [](const Panel& p) { return p.rows.empty(); }),
      panels.end());
  return panels;
}

std::string summary_of(const LevelTable& table) {
  std::string text = counts_summary(table);
  const LevelRow& last = table.rows.back();
  if (last.analytical && last.simulator && last.simulator->cycles > 0) {
    const double difference = last.analytical->cycles - last.simulator->cycles;
    text += "; " + std::string(kDifference) + " = " +
            (difference == 0 ? "0 cycles"
                             : with_sign(difference, decimals_of(table, parts_of(table))) +
                                   " processing cycles (" +
                                   signed_pct(100 * difference / last.simulator->cycles) + " %)");
  }
  if (!table.exact.empty()) text += "; " + table.exact;
  if (table.unpaired > 0)
    text += fmt::format("; {} record{} of one level only", table.unpaired,
                        table.unpaired == 1 ? "" : "s");
  return text;
}

}  // namespace assay::report
