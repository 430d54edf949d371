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

PanelCell equal_cycles_cell(const std::optional<double>& difference) {
  if (!difference) return {kUndefined, ""};
  if (*difference == 0) return {"equal", ""};
  return {with_sign(*difference, decimals_of(difference)) + " (!)", "fail"};
}

PanelCell outputs_cell(const std::optional<bool>& equal) {
  if (!equal) return {kUndefined, ""};
  return *equal ? PanelCell{"equal", ""} : PanelCell{"DIFFERENT", "fail"};
}

// The sum over the layers, repeats included; nothing in a column that a layer lacks.
class NetworkCycles {
 public:
  void add(const HardwareRow& r) {
    const auto times = static_cast<double>(r.hardware->repeat);
    add(&chip_, r.measured_cycles, times);
    add(&analytical_, total_cycles(r.analytical), times);
    add(&simulated_, total_cycles(r.simulated), times);
    add(&hardware_, total_cycles(r.hardware), times);
    counts_.compared += r.counts.compared;
    counts_.differences.insert(counts_.differences.end(), r.counts.differences.begin(),
                               r.counts.differences.end());
    if (outputs_)
      outputs_ = r.outputs_equal ? std::optional(*outputs_ && *r.outputs_equal) : std::nullopt;
  }
  PanelRow row() const {
    return {true,
            {{kNetworkLayer, ""},
             {number(chip_, 0), ""},
             cycles_cell(analytical_),
             cycles_cell(simulated_),
             cycles_cell(hardware_),
             equal_cycles_cell(difference(simulated_, hardware_)),
             counts_cell(counts_),
             outputs_cell(outputs_)}};
  }

 private:
  static void add(std::optional<double>* sum, const std::optional<double>& part, double times) {
    if (*sum) *sum = part ? std::optional<double>(**sum + times * *part) : std::nullopt;
  }
  std::optional<double> chip_ = 0.0, analytical_ = 0.0, simulated_ = 0.0, hardware_ = 0.0;
  CountCheck counts_;
  std::optional<bool> outputs_ = true;
};

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

const std::string* note_of(const Record& r, const char* name) {
  const auto note = r.notes.find(name);
  return note == r.notes.end() ? nullptr : &note->second;
}

std::optional<bool> outputs_equal(const Record* simulated, const Record& hardware) {
  if (simulated == nullptr) return std::nullopt;
  const auto *sd = note_of(*simulated, "data"), *hd = note_of(hardware, "data");
  const auto *so = note_of(*simulated, "output"), *ho = note_of(hardware, "output");
  if (sd == nullptr || hd == nullptr || *sd != *hd || so == nullptr || ho == nullptr)
    return std::nullopt;
  return *so == *ho;
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

bool same_cycles(const HardwareRow& row) {
  const auto s = total_cycles(row.simulated), h = total_cycles(row.hardware);
  return s && h && *s == *h;
}

std::string HardwareTable::name() const {
  return plain((variant.empty() ? "" : variant + ", ") + workload + " on " + chip) +
         (batch == 1 ? "" : ", batch " + std::to_string(batch));
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
    row.outputs_equal = outputs_equal(row.simulated, r);
    row.measured_cycles = measured_cycles(input, r, "total");
    table_of(r, &tables).rows.push_back(std::move(row));
  }
  for (HardwareTable& t : tables) add_layers_not_run(input, &t);
  return tables;
}

Panel hardware_panel(const HardwareTable& t) {
  Panel panel;
  panel.title = "On hardware: total cycles, " + t.name();
  panel.note =
      "simulator and rtl must be equal: in cycles, in every count, in every word of the outputs. "
      "Counts: keys that are equal, of those that either has.";
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
                   {"must be equal: simulator, rtl", "cycles"},
                   {"must be equal: simulator, rtl", "counts"},
                   {"must be equal: simulator, rtl", "outputs"}};
  NetworkCycles sum;
  for (const HardwareRow& r : t.rows) {
    sum.add(r);
    const auto a = total_cycles(r.analytical), s = total_cycles(r.simulated),
               h = total_cycles(r.hardware);
    panel.rows.push_back({false,
                          {{plain(r.hardware->layer), ""},
                           {number(r.measured_cycles, 0), ""},
                           cycles_cell(a),
                           cycles_cell(s),
                           cycles_cell(h),
                           equal_cycles_cell(difference(s, h)),
                           counts_cell(r.counts),
                           outputs_cell(r.outputs_equal)}});
  }
  if (t.not_run.empty() && t.rows.size() > 1) panel.rows.push_back(sum.row());
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
      if (!r.outputs_equal.value_or(true))
        all.push_back(plain(where + "outputs: simulator " + *note_of(*r.simulated, "output") +
                            ", rtl " + *note_of(*r.hardware, "output")));
    }
  return all;
}

}  // namespace assay::report
