// SPDX-License-Identifier: Apache-2.0
#include "experiments/provenance/explain.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "core/diagnostics.h"
#include "core/text.h"
#include "experiments/provenance/definitions.h"
#include "experiments/provenance/explain_files.h"
#include "experiments/provenance/recompute.h"
#include "experiments/report/format.h"

namespace assay::provenance {
namespace {

namespace fs = std::filesystem;
using report::Metric;
using report::MetricName;

constexpr std::size_t kShownNames = 25;
constexpr std::size_t kFormulaTerms = 12;

[[noreturn]] void refuse(const std::string& name, const std::string& expected) {
  throw InputError({{"", 0, "metric", name, expected}});
}

const Metric& choose(const std::vector<Metric>& all, const std::string& wanted) {
  std::vector<std::string> names;
  std::vector<const Metric*> holding;
  for (const Metric& m : all) {
    names.push_back(report::metric_name(m.name));
    if (names.back() == wanted) return m;
    if (names.back().find(wanted) != std::string::npos) holding.push_back(&m);
  }
  if (holding.size() == 1) return *holding.front();
  if (holding.empty()) {
    const std::string hint = nearest(wanted, names);
    refuse(wanted, "the report has no such metric" +
                       (hint.empty() ? "; its names are the keys of \"metrics\" in metrics.json"
                                     : "; did you mean '" + hint + "'?"));
  }
  std::string text =
      fmt::format("{} metrics have this in their names; expected one of", holding.size());
  for (std::size_t i = 0; i < std::min(kShownNames, holding.size()); ++i)
    text += "\n  " + report::metric_name(holding[i]->name);
  if (holding.size() > kShownNames)
    text += fmt::format("\n  and {} more", holding.size() - kShownNames);
  refuse(wanted, text);
}

bool of_metric(const ComparedRow& r, const MetricName& m) {
  const bool everywhere = m.chip.empty() && m.workload.empty();  // over all networks
  return r.level == m.level && r.variant == m.variant && r.quantity == m.quantity &&
         (everywhere || (r.chip == m.chip && r.workload == m.workload && r.batch == m.batch));
}

// The rows that a metric is made of: the layers, the one layer, or the sum and its layers.
std::vector<ComparedRow> rows_of(const Comparison& comparison, const MetricName& m) {
  std::vector<ComparedRow> rows;
  for (const ComparedRow& r : comparison.rows) {
    if (!of_metric(r, m)) continue;
    const bool sum = r.layer == kNetworkLayer;
    if (m.scope == report::kOverLayers ? !sum : m.scope == kNetworkLayer || r.layer == m.scope)
      rows.push_back(r);
  }
  return rows;
}

std::string percent(double v) { return fmt::format("{:+.4g}", v); }

double error_pct(const ComparedRow& r) { return 100.0 * ((r.predicted - r.measured) / r.measured); }

// "(2.63 + 1.76 + ...) / 5"
std::string mean_text(const std::vector<ComparedRow>& rows, bool absolute) {
  std::string sum;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (i == kFormulaTerms) return sum.insert(0, "(") + " + ...) / " + std::to_string(rows.size());
    const double e = error_pct(rows[i]);
    sum += (i == 0 ? "" : " + ") +
           (absolute ? fmt::format("|{}|", percent(e)) : fmt::format("({})", percent(e)));
  }
  return "(" + sum + ") / " + std::to_string(rows.size());
}

std::string formula_of(const MetricName& m, const std::vector<ComparedRow>& rows) {
  if (rows.empty()) return {};
  if (m.scope != report::kOverLayers) {
    const ComparedRow& r = rows.back();
    if (m.statistic == "error_pct")
      return fmt::format("100 ({} - {}) / {}", number_text(r.predicted), number_text(r.measured),
                         number_text(r.measured));
    return {};
  }
  if (m.statistic == "mape_pct") return mean_text(rows, true) + " per cent";
  if (m.statistic == "mean_signed_pct") return mean_text(rows, false) + " per cent";
  return fmt::format("over the {} layers below", rows.size());
}

bool has_row(const std::vector<ComparedRow>& rows, const Record& r) {
  return std::any_of(rows.begin(), rows.end(), [&](const ComparedRow& row) {
    return row.chip == r.chip && row.workload == r.workload && row.batch == r.batch &&
           row.layer == r.layer;
  });
}

std::vector<ExplainedRecord> records_of(const std::vector<Record>& records,
                                        const std::vector<ComparedRow>& rows,
                                        const MetricName* series) {
  std::vector<ExplainedRecord> out;
  for (const Record& r : records) {
    if (series != nullptr && (r.level != series->level || r.variant != series->variant)) continue;
    if (has_row(rows, r)) out.push_back({record_name(r), r.provenance.tool, r.provenance.inputs});
  }
  return out;
}

}  // namespace

Explanation explain(const fs::path& folder, const std::string& name,
                    const std::vector<fs::path>& folders) {
  Explanation e;
  e.chain = read_chain(folder);
  const ReportInput input = input_of(folder, e.chain);
  const std::vector<Metric> all = report::metrics_of(input);
  const Metric& metric = choose(all, name);
  e.name = metric.name;
  e.value = metric.value;
  e.n = metric.n;
  if (metric.interval)
    e.interval = fmt::format("{} to {}, {}", number_text(metric.interval->low),
                             number_text(metric.interval->high), metric.interval_kind);
  const bool figure = e.name.statistic == "predicted" || e.name.statistic == "measured";
  const std::string statistic = e.name.statistic != "error_pct" ? e.name.statistic
                                : e.name.scope == kNetworkLayer ? "network_pct"
                                                                : "signed error";
  e.definition = figure ? "the " + e.name.statistic + " value"
                        : definition_of(statistic).value_or("not defined in docs/metrics.md");
  e.quantity = definition_of(e.name.quantity).value_or("not defined in docs/metrics.md");
  const std::vector<ComparedRow> rows = rows_of(input.comparison, e.name);
  e.formula = formula_of(e.name, rows);
  for (const ComparedRow& r : rows)
    e.layers.push_back(
        {r.layer, r.predicted, r.measured, error_pct(r), r.measured_source, r.measured_confidence});
  e.predicted = records_of(input.predicted, rows, &e.name);
  e.measured = records_of(input.measured, rows, nullptr);
  e.files = explained_files(e, folders);
  return e;
}

}  // namespace assay::provenance
