// SPDX-License-Identifier: Apache-2.0
#include "experiments/report/levels.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>
#include <tuple>

#include "experiments/report/exact_levels.h"
#include "experiments/report/format.h"
#include "experiments/report/hardware_levels.h"
#include "experiments/report/view.h"

namespace assay::report {
namespace {

constexpr std::array<double CycleSplit::*, 7> kMembers{
    &CycleSplit::steps, &CycleSplit::stalls,       &CycleSplit::overlap, &CycleSplit::latency,
    &CycleSplit::ramps, &CycleSplit::unattributed, &CycleSplit::cycles};

constexpr std::size_t kMostDifferences = 20;
constexpr std::size_t kMostCauses = 7;  // and the rest as one

bool begins(const std::string& text, const std::string& start) { return text.rfind(start, 0) == 0; }

// Steps are "compute" or, analytically, "pe: MACs", "pe: partial sums", ...; everything that is not
// one of the others is a wait: "glb.gin_psum O", "wait: W at spad".
double CycleSplit::*kind_of(const std::string& cause) {
  if (cause == "ramp-up" || cause == "drain") return &CycleSplit::ramps;
  if (cause == "latency") return &CycleSplit::latency;
  if (begins(cause, "wait: ")) return &CycleSplit::stalls;
  const bool steps = cause == "compute" || cause.find(": ") != std::string::npos;
  return steps ? &CycleSplit::steps : &CycleSplit::stalls;
}

void add(std::optional<CycleSplit>* sum, const std::optional<CycleSplit>& part, double times) {
  if (!*sum || !part) {
    sum->reset();
    return;
  }
  **sum = **sum - scaled(*part, -times);
}

using Key = std::tuple<std::string, std::string, std::string, std::int64_t>;

Key key_of(const Record& r) { return {r.variant, r.chip, r.workload, r.batch}; }

const Record* partner_of(const ReportInput& input, const Record& simulated) {
  for (const Record& r : input.predicted)
    if (r.level == kAnalytical && key_of(r) == key_of(simulated) && r.layer == simulated.layer)
      return &r;
  return nullptr;
}

LevelRow row_of(const ReportInput& input, const Record& predicted, const Record& simulated) {
  LevelRow row;
  row.layer = simulated.layer;
  row.counts = check_counts(predicted, simulated);
  row.analytical = split_of(predicted);
  row.simulator = split_of(simulated);
  row.measured_cycles = measured_cycles(input, simulated, "processing");
  row.predicted = &predicted;
  row.simulated = &simulated;
  return row;
}

LevelRow network_of(const LevelTable& table) {
  LevelRow sum;
  sum.layer = kNetworkLayer;
  sum.network = true;
  sum.analytical = sum.simulator = CycleSplit{};
  sum.measured_cycles = 0;
  for (const LevelRow& row : table.rows) {
    const auto times = static_cast<double>(row.simulated->repeat);
    sum.counts.compared += row.counts.compared;
    sum.counts.differences.insert(sum.counts.differences.end(), row.counts.differences.begin(),
                                  row.counts.differences.end());
    add(&sum.analytical, row.analytical, times);
    add(&sum.simulator, row.simulator, times);
    if (sum.measured_cycles && row.measured_cycles)
      *sum.measured_cycles += times * *row.measured_cycles;
    else
      sum.measured_cycles.reset();
  }
  return sum;
}

LevelTable& table_of(const ReportInput& input, const Record& r, std::vector<LevelTable>* tables) {
  for (LevelTable& t : *tables)
    if (Key(t.variant, t.chip, t.workload, t.batch) == key_of(r)) return t;
  LevelTable table;
  std::tie(table.variant, table.chip, table.workload, table.batch) = key_of(r);
  table.headline = r.variant == input.headline_variant;
  tables->push_back(std::move(table));
  return tables->back();
}

std::size_t unpaired_predictions(const ReportInput& input, const LevelTable& table) {
  std::size_t n = 0;
  for (const Record& r : input.predicted) {
    if (r.level != kAnalytical ||
        key_of(r) != Key(table.variant, table.chip, table.workload, table.batch))
      continue;
    const bool met = std::any_of(table.rows.begin(), table.rows.end(),
                                 [&](const LevelRow& row) { return row.predicted == &r; });
    n += met ? 0 : 1;
  }
  return n;
}

std::string exact_summary_of(const ReportInput& input, const LevelTable& table) {
  std::vector<const Record*> simulated;
  for (const LevelRow& row : table.rows) simulated.push_back(row.simulated);
  return exact_summary(input, simulated);
}

int rank_of(const std::string& cause) {
  const auto kind = kind_of(cause);
  if (kind == &CycleSplit::steps) return 0;
  if (kind == &CycleSplit::stalls) return 1;
  if (kind == &CycleSplit::latency) return 2;
  return cause == "ramp-up" ? 3 : 4;
}

}  // namespace

CountCheck check_counts(const Record& analytical, const Record& simulator) {
  std::map<CountKey, CountDifference> all;
  for (const auto& [key, n] : analytical.counts) all[key].analytical = n;
  for (const auto& [key, n] : simulator.counts) all[key].simulator = n;
  CountCheck check;
  for (auto& [key, d] : all) {
    ++check.compared;
    d.key = key;
    if (d.analytical != d.simulator) check.differences.push_back(d);
  }
  return check;
}

std::optional<double> measured_cycles(const ReportInput& input, const Record& r,
                                      const std::string& latency) {
  if (const auto cycles = measured_value(input, r, latency + "_cycles"))
    return *cycles > 0 ? cycles : std::nullopt;
  const auto ms = measured_value(input, r, latency + "_ms");
  const auto cycles = r.values.find(latency + "_cycles");
  const auto own = r.values.find(latency + "_ms");
  if (!ms || !(*ms > 0) || cycles == r.values.end() || own == r.values.end()) return std::nullopt;
  if (!(own->second > 0)) return std::nullopt;
  return *ms * cycles->second / own->second;
}

std::optional<CycleSplit> split_of(const Record& record) {
  const auto cycles = record.values.find("processing_cycles");
  if (cycles == record.values.end()) return std::nullopt;
  CycleSplit split;
  split.cycles = split.unattributed = cycles->second;
  for (const auto& [cause, n] : record.cycles_by_cause) {
    split.*kind_of(cause) += n;
    split.unattributed -= n;
  }
  const auto steps = record.values.find("step_cycles");
  if (steps != record.values.end() && !record.cycles_by_cause.empty()) {
    split.overlap = split.steps - steps->second;
    split.steps = steps->second;
  }
  return split;
}

CycleSplit operator-(const CycleSplit& a, const CycleSplit& b) {
  CycleSplit out;
  for (const auto member : kMembers) out.*member = a.*member - b.*member;
  return out;
}

CycleSplit scaled(const CycleSplit& split, double factor) {
  CycleSplit out;
  for (const auto member : kMembers) out.*member = split.*member * factor;
  return out;
}

std::string LevelTable::name() const {
  return plain((variant.empty() ? "" : variant + ", ") + workload + " on " + chip) +
         (batch == 1 ? "" : ", batch " + std::to_string(batch));
}

std::vector<LevelTable> level_tables(const ReportInput& input) {
  std::vector<LevelTable> tables;
  std::map<Key, std::size_t> alone;
  for (const Record& r : input.predicted) {
    if (r.level != kSimulator) continue;
    const Record* partner = partner_of(input, r);
    if (partner == nullptr)
      ++alone[key_of(r)];
    else
      table_of(input, r, &tables).rows.push_back(row_of(input, *partner, r));
  }
  for (LevelTable& t : tables) {
    t.layers = t.rows.size();
    t.unpaired = unpaired_predictions(input, t) + alone[{t.variant, t.chip, t.workload, t.batch}];
    t.exact = exact_summary_of(input, t);
    if (t.layers > 1) t.rows.push_back(network_of(t));
  }
  std::stable_partition(tables.begin(), tables.end(),
                        [](const LevelTable& t) { return t.headline; });
  return tables;
}

std::optional<CycleSplit> error_parts_pct(const std::optional<CycleSplit>& split,
                                          const std::optional<double>& measured) {
  if (!split || !measured || !(*measured > 0)) return std::nullopt;
  CycleSplit parts = *split;
  parts.steps -= *measured;
  parts.cycles -= *measured;
  return scaled(parts, 100 / *measured);
}

bool is_unattributed(const CycleSplit& split) {
  return std::fabs(split.unattributed) > 1e-9 * std::fabs(split.cycles);
}

std::vector<std::string> count_differences(const ReportInput& input) {
  std::vector<std::string> all;
  for (const LevelTable& t : level_tables(input))
    for (const LevelRow& row : t.rows) {
      if (row.network) continue;
      for (const CountDifference& d : row.counts.differences)
        all.push_back(plain((t.variant.empty() ? "" : t.variant + " ") + row.layer + " " +
                            d.key.component + "." + d.key.operand + "." + d.key.action) +
                      ": analytical " + std::to_string(d.analytical) + ", simulator " +
                      std::to_string(d.simulator));
    }
  for (const std::string& d : hardware_differences(input)) all.push_back(d);
  for (const std::string& d : exact_differences(input)) all.push_back(d);
  if (all.size() > kMostDifferences) {
    const std::size_t more = all.size() - kMostDifferences;
    all.resize(kMostDifferences);
    all.push_back("and " + std::to_string(more) + " more; see the counts of the records");
  }
  return all;
}

bool counts_agree(const ReportInput& input) { return count_differences(input).empty(); }

Causes causes_of(const std::vector<LevelTable>& tables) {
  std::map<std::string, double> share;  // the largest of any layer
  for (const LevelTable& t : tables)
    for (const LevelRow& row : t.rows) {
      if (row.network || !row.simulator || !(row.simulator->cycles > 0)) continue;
      for (const auto& [cause, n] : row.simulated->cycles_by_cause)
        if (n > 0) share[cause] = std::max(share[cause], n / row.simulator->cycles);
    }
  std::vector<std::string> order;
  for (const auto& [cause, largest] : share) order.push_back(cause);
  std::stable_sort(order.begin(), order.end(), [&](const std::string& a, const std::string& b) {
    const bool first = rank_of(a) == 0, second = rank_of(b) == 0;
    return first != second ? first : share[a] > share[b];
  });
  Causes causes;
  // One that would be joined alone has room for itself.
  const std::size_t kept = order.size() <= kMostCauses + 1 ? order.size() : kMostCauses;
  causes.shown.assign(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(kept));
  causes.joined.assign(order.begin() + static_cast<std::ptrdiff_t>(kept), order.end());
  std::stable_sort(
      causes.shown.begin(), causes.shown.end(),
      [](const std::string& a, const std::string& b) { return rank_of(a) < rank_of(b); });
  return causes;
}

double joined_cycles(const Record& record, const Causes& causes) {
  double sum = 0;
  for (const std::string& cause : causes.joined)
    if (const auto n = record.cycles_by_cause.find(cause); n != record.cycles_by_cause.end())
      sum += n->second;
  return sum;
}

std::string other_name(const Causes& causes) {
  return "other (" + std::to_string(causes.joined.size()) + ")";
}

}  // namespace assay::report
