// SPDX-License-Identifier: Apache-2.0
// metrics.json, written by hand because its numbers are the shortest that read back as the same
// double and its order is that of the comparison (docs/formats/report.md).
#include <nlohmann/json.hpp>
#include <utility>

#include "experiments/report/format.h"
#include "experiments/report/hardware_gaps.h"
#include "experiments/report/levels.h"
#include "experiments/report/metric_names.h"
#include "experiments/report/view.h"

namespace assay {
namespace {

using report::shortest;

std::string quoted(const std::string& text) { return nlohmann::json(report::plain(text)).dump(); }

std::string value(const std::optional<double>& v) { return shortest(v, "null"); }

// {"value": 3.0, "n": 5}, a maximum with its layer, an estimate with its interval.
std::string metric_object(const report::Metric& m) {
  std::string text = "{\"value\": " + value(m.value) + ", \"n\": " + std::to_string(m.n);
  if (!m.layer.empty()) text += ", \"layer\": " + quoted(m.layer);
  if (m.interval)
    text += ", \"interval\": [" + value(m.interval->low) + ", " + value(m.interval->high) +
            "], \"interval_kind\": " + quoted(m.interval_kind);
  return text + "}";
}

// Of one group: names without what the group says of itself.
std::string metrics_object(const ErrorStatistics& s) {
  std::string text;
  for (const report::Metric& m : report::statistics_metrics(s)) {
    text += text.empty() ? "\n" : ",\n";
    text += "        " + quoted(s.quantity + "__" + m.name.scope + "__" + m.name.statistic) + ": " +
            metric_object(m);
  }
  return "{" + text + "\n      }";
}

// Of the whole report, by full names.
std::string flat_metrics(const ReportInput& input) {
  std::string text;
  for (const report::Metric& m : report::metrics_of(input)) {
    text += text.empty() ? "\n" : ",\n";
    text += "    " + quoted(report::metric_name(m.name)) + ": " + metric_object(m);
  }
  return "{" + text + "\n  }";
}

std::string group_object(const ErrorStatistics& s, bool headline) {
  return "    {\n      \"level\": " + quoted(s.level) +
         ",\n      \"variant\": " + quoted(s.variant) + ",\n      \"chip\": " + quoted(s.chip) +
         ",\n      \"workload\": " + quoted(s.workload) +
         ",\n      \"batch\": " + std::to_string(s.batch) +
         ",\n      \"quantity\": " + quoted(s.quantity) +
         ",\n      \"headline\": " + (headline ? "true" : "false") +
         ",\n      \"metrics\": " + metrics_object(s) + "\n    }";
}

// The list of a table's metrics, each with the number of its layers.
class LevelMetrics {
 public:
  void add(const std::string& name, const std::string& value, std::size_t n) {
    text_ += (text_.empty() ? "\n" : ",\n") + ("        " + quoted(name)) +
             ": {\"value\": " + value + ", \"n\": " + std::to_string(n) + "}";
  }

  // The sum under `prefix`, its parts under "<prefix>__stalls", ...
  void add(const std::string& prefix, const std::optional<report::CycleSplit>& split,
           std::size_t n) {
    using Split = report::CycleSplit;
    const std::vector<std::pair<const char*, double Split::*>> parts{
        {"", &Split::cycles},
        {"__steps", &Split::steps},
        {"__stalls", &Split::stalls},
        {"__overlap", &Split::overlap},
        {"__latency", &Split::latency},
        {"__ramps", &Split::ramps},
        {"__unattributed", &Split::unattributed}};
    for (const auto& [name, part] : parts)
      add(prefix + name, value(split ? std::optional<double>((*split).*part) : std::nullopt), n);
  }

  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

std::string table_object(const std::string& variant, const std::string& chip,
                         const std::string& workload, std::int64_t batch,
                         const LevelMetrics& metrics) {
  return "    {\n      \"variant\": " + quoted(variant) + ",\n      \"chip\": " + quoted(chip) +
         ",\n      \"workload\": " + quoted(workload) +
         ",\n      \"batch\": " + std::to_string(batch) + ",\n      \"metrics\": {" +
         metrics.text() + "\n      }\n    }";
}

std::string level_object(const report::LevelTable& table) {
  LevelMetrics metrics;
  for (const report::LevelRow& row : table.rows) {
    const std::size_t n = row.network ? table.layers : 1;
    const auto &a = row.analytical, &s = row.simulator;
    const std::string scope = "__" + row.layer + "__";
    metrics.add("counts" + scope + "equal", std::to_string(row.counts.equal()), n);
    metrics.add("counts" + scope + "compared", std::to_string(row.counts.compared), n);
    metrics.add("processing_cycles" + scope + "analytical", a, n);
    metrics.add("processing_cycles" + scope + "simulator", s, n);
    metrics.add("processing_cycles" + scope + "difference",
                a && s ? std::optional(*a - *s) : std::nullopt, n);
    metrics.add("error_pct" + scope + "analytical", report::error_parts_pct(a, row.measured_cycles),
                n);
    metrics.add("error_pct" + scope + "simulator", report::error_parts_pct(s, row.measured_cycles),
                n);
  }
  return table_object(table.variant, table.chip, table.workload, table.batch, metrics);
}

void add_gap(const std::string& prefix, const std::optional<report::Gap>& gap, std::size_t n,
             LevelMetrics* metrics) {
  const auto part = [&](double report::Gap::*member) {
    return gap ? std::optional<double>((*gap).*member) : std::nullopt;
  };
  metrics->add(prefix + "modelling", value(part(&report::Gap::modelling)), n);
  metrics->add(prefix + "silicon", value(part(&report::Gap::silicon)), n);
}

std::string hardware_object(const ReportInput& input, const report::HardwareTable& table) {
  LevelMetrics metrics;
  for (const report::HardwareRow& row : table.rows) {
    const std::string scope = "__" + row.hardware->layer + "__";
    const auto add_cycles = [&](const char* level, const Record* r) {
      metrics.add("total_cycles" + scope + level, value(report::total_cycles(r)), 1);
    };
    metrics.add("counts" + scope + "equal", std::to_string(row.counts.equal()), 1);
    metrics.add("counts" + scope + "compared", std::to_string(row.counts.compared), 1);
    add_cycles("analytical", row.analytical);
    add_cycles("simulator", row.simulated);
    add_cycles("rtl", row.hardware);
    metrics.add("total_cycles" + scope + "chip", value(row.measured_cycles), 1);
    const auto outputs = row.outputs_equal;
    metrics.add("outputs" + scope + "equal", outputs ? (*outputs ? "1" : "0") : "null", 1);
  }
  for (const report::GapRow& row : report::gap_rows(input, table)) {
    const std::size_t n = row.network ? table.rows.size() : 1;
    add_gap("total_error_pct__" + row.layer + "__", row.total, n, &metrics);
    add_gap("processing_error_pct__" + row.layer + "__", row.processing, n, &metrics);
  }
  return table_object(table.variant, table.chip, table.workload, table.batch, metrics);
}

std::string bound_object(const BoundCheck& b) {
  std::string except;
  for (const std::string& layer : b.except_layers)
    except += (except.empty() ? "" : ", ") + quoted(layer);
  return "    {\"quantity\": " + quoted(b.quantity) +
         ", \"of\": {\"quantity\": " + quoted(b.compared()) + ", \"chip\": " + quoted(b.chip) +
         ", \"workload\": " + quoted(b.workload) + ", \"except_layers\": [" + except +
         "]}, \"variant\": " + quoted(b.variant) +
         (b.level == report::kAnalytical ? "" : ", \"level\": " + quoted(b.level)) +
         ", \"statistic\": " + quoted(b.statistic) + ", \"limit\": " + value(b.limit) +
         ", \"found\": " + value(b.found) + ", \"passed\": " + (b.passed() ? "true" : "false") +
         "}";
}

std::string evidence_object(const Evidence& e) {
  return "    {\"chip\": " + quoted(e.chip) + ", \"workload\": " + quoted(e.workload) +
         ", \"variant\": " + quoted(e.variant) + ", \"kind\": " + quoted(e.kind) +
         ", \"why\": " + quoted(e.why) + "}";
}

std::string excluded_object(const Excluded& e) {
  return "    {\"key\": " + quoted(e.key) + ", \"level\": " + quoted(e.level) +
         ", \"variant\": " + quoted(e.variant) + ", \"reason\": " + quoted(e.reason) + "}";
}

std::string list(const std::vector<std::string>& items) {
  std::string text;
  for (const std::string& item : items) text += (text.empty() ? "\n" : ",\n") + item;
  return text.empty() ? "[]" : "[" + text + "\n  ]";
}

}  // namespace

std::string metrics_to_json(const ReportInput& input) {
  std::vector<std::string> groups;
  std::vector<std::string> bounds;
  std::vector<std::string> excluded;
  const auto headline = report::headline_statistics(input);
  for (const ErrorStatistics& s : input.comparison.statistics) {
    bool is_headline = false;
    for (const ErrorStatistics* h : headline) is_headline = is_headline || h == &s;
    groups.push_back(group_object(s, is_headline));
  }
  for (const BoundCheck& b : input.bounds) bounds.push_back(bound_object(b));
  for (const Excluded& e : input.comparison.excluded) excluded.push_back(excluded_object(e));
  std::vector<std::string> evidence;
  for (const Evidence& e : input.evidence) evidence.push_back(evidence_object(e));
  std::vector<std::string> levels;
  for (const report::LevelTable& t : report::level_tables(input)) levels.push_back(level_object(t));
  std::vector<std::string> hardware, skipped;
  for (const report::HardwareTable& t : report::hardware_tables(input))
    hardware.push_back(hardware_object(input, t));
  for (const std::string& text : input.skipped) skipped.push_back("    " + quoted(text));
  // Each only where several levels ran, or should have.
  std::string level_list;
  if (!levels.empty() || !hardware.empty())
    level_list +=
        ",\n  \"counts_agree\": " + std::string(report::counts_agree(input) ? "true" : "false");
  if (!levels.empty()) level_list += ",\n  \"levels\": " + list(levels);
  if (!hardware.empty()) level_list += ",\n  \"hardware\": " + list(hardware);
  if (!skipped.empty()) level_list += ",\n  \"skipped\": " + list(skipped);
  const char* passed = input.bounds.empty()             ? "null"
                       : report::all_bounds_hold(input) ? "true"
                                                        : "false";
  return "{\n  \"schema\": \"assay.metrics/1\",\n  \"experiment\": " + quoted(input.experiment) +
         ",\n  \"headline_variant\": " + quoted(input.headline_variant) +
         ",\n  \"headline_quantity\": " + quoted(input.headline_quantity) +
         ",\n  \"bounds_hold\": " + passed + ",\n  \"bounds\": " + list(bounds) +
         ",\n  \"evidence\": " + list(evidence) + ",\n  \"metrics\": " + flat_metrics(input) +
         ",\n  \"groups\": " + list(groups) + level_list + ",\n  \"excluded\": " + list(excluded) +
         "\n}\n";
}

}  // namespace assay
