// SPDX-License-Identifier: Apache-2.0
#include "experiments/report/hardware_levels.h"

#include <algorithm>

#include "experiments/report/format.h"

namespace assay::report {
namespace {

bool same_run(const Record& a, const Record& b) {
  return a.variant == b.variant && a.chip == b.chip && a.workload == b.workload &&
         a.batch == b.batch;
}

const Record* at_level(const ReportInput& input, const Record& hardware, const char* level) {
  for (const Record& r : input.predicted)
    if (r.level == level && same_run(r, hardware) && r.layer == hardware.layer) return &r;
  return nullptr;
}

std::optional<double> difference(const std::optional<double>& a, const std::optional<double>& b) {
  return a && b ? std::optional<double>(*a - *b) : std::nullopt;
}

// Cycles of the analytical level may be fractions.
int decimals_of(const std::optional<double>& value) {
  return value && *value != static_cast<double>(static_cast<std::int64_t>(*value)) ? 1 : 0;
}

PanelCell cycles_cell(const std::optional<double>& value) {
  return {number(value, decimals_of(value)), ""};
}

PanelCell difference_cell(const std::optional<double>& value, const char* bad) {
  if (!value) return {kUndefined, ""};
  return {with_sign(*value, decimals_of(value)), *value == 0 ? "" : bad};
}

HardwareTable& table_of(const Record& r, std::vector<HardwareTable>* tables) {
  for (HardwareTable& t : *tables)
    if (same_run(*t.rows.front().hardware, r)) return t;
  HardwareTable table;
  table.variant = r.variant;
  table.chip = r.chip;
  table.workload = r.workload;
  table.batch = r.batch;
  tables->push_back(std::move(table));
  return tables->back();
}

void add_layers_not_run(const ReportInput& input, HardwareTable* t) {
  const auto add = [&](const std::string& layer, std::vector<std::string>* names) {
    if (std::find(names->begin(), names->end(), layer) == names->end()) names->push_back(layer);
  };
  for (const Record& r : input.predicted) {
    if ((r.level != kAnalytical && r.level != kSimulator) ||
        !same_run(r, *t->rows.front().hardware))
      continue;
    const bool ran = std::any_of(t->rows.begin(), t->rows.end(), [&](const HardwareRow& row) {
      return row.hardware->layer == r.layer;
    });
    if (!ran) add(r.layer, &t->not_run);
  }
}

}  // namespace

std::optional<double> total_cycles(const Record* r) {
  if (r == nullptr) return std::nullopt;
  const auto n = r->values.find("total_cycles");
  return n == r->values.end() ? std::nullopt : std::optional<double>(n->second);
}

std::vector<HardwareTable> hardware_tables(const ReportInput& input) {
  std::vector<HardwareTable> tables;
  for (const Record& r : input.predicted) {
    if (r.level != kRtl) continue;
    HardwareRow row;
    row.hardware = &r;
    row.analytical = at_level(input, r, kAnalytical);
    row.simulated = at_level(input, r, kSimulator);
    const Record* other = row.simulated != nullptr ? row.simulated : row.analytical;
    if (other != nullptr) row.counts = check_counts(*other, r);
    row.measured_cycles = measured_cycles(input, r, "total");
    table_of(r, &tables).rows.push_back(std::move(row));
  }
  for (HardwareTable& t : tables) add_layers_not_run(input, &t);
  return tables;
}

Panel hardware_panel(const HardwareTable& t) {
  Panel panel;
  panel.title = "On hardware: total cycles, " +
                plain((t.variant.empty() ? "" : t.variant + ", ") + t.workload + " on " + t.chip) +
                (t.batch == 1 ? "" : ", batch " + std::to_string(t.batch));
  panel.note =
      "analytical - simulator: modelling error. simulator - rtl: must be 0, as must the "
      "differences of the counts. rtl - chip: silicon that we do not know, in per cent of the "
      "chip.";
  if (!t.not_run.empty()) {
    panel.note += " Not run on hardware:";
    for (std::size_t i = 0; i < t.not_run.size(); ++i)
      panel.note += (i == 0 ? " " : ", ") + plain(t.not_run[i]);
    panel.note += ".";
  }
  panel.columns = {{"", "layer"},
                   {"total cycles", "chip"},
                   {"total cycles", kAnalytical},
                   {"total cycles", kSimulator},
                   {"total cycles", kRtl},
                   {"analytical - simulator", "cycles"},
                   {"analytical - simulator", "%"},
                   {"simulator - rtl", "cycles"},
                   {"simulator - rtl", "counts equal"},
                   {"rtl - chip", "%"}};
  for (const HardwareRow& r : t.rows) {
    const auto a = total_cycles(r.analytical), s = total_cycles(r.simulated),
               h = total_cycles(r.hardware);
    const auto error = ratio_pct(difference(h, r.measured_cycles), r.measured_cycles);
    panel.rows.push_back({false,
                          {{plain(r.hardware->layer), ""},
                           {number(r.measured_cycles, 0), ""},
                           cycles_cell(a),
                           cycles_cell(s),
                           cycles_cell(h),
                           difference_cell(difference(a, s), ""),
                           {signed_pct(ratio_pct(difference(a, s), s)), ""},
                           difference_cell(difference(s, h), "fail"),
                           counts_cell(r.counts),
                           {signed_pct(error), band(error)}}});
  }
  return panel;
}

std::vector<std::string> hardware_differences(const ReportInput& input) {
  std::vector<std::string> all;
  for (const HardwareTable& t : hardware_tables(input))
    for (const HardwareRow& r : t.rows) {
      const std::string where =
          (t.variant.empty() ? "" : t.variant + " ") + r.hardware->layer + " ";
      const char* other = r.simulated != nullptr ? kSimulator : kAnalytical;
      const auto say = [&](const std::string& what, std::int64_t one, std::int64_t two) {
        all.push_back(plain(where + what) + ": " + other + " " + std::to_string(one) + ", rtl " +
                      std::to_string(two));
      };
      const auto s = total_cycles(r.simulated), h = total_cycles(r.hardware);
      if (s && h && *s != *h)
        say("total_cycles", static_cast<std::int64_t>(*s), static_cast<std::int64_t>(*h));
      for (const CountDifference& d : r.counts.differences)
        say(d.key.component + "." + d.key.operand + "." + d.key.action, d.analytical, d.simulator);
    }
  return all;
}

}  // namespace assay::report
