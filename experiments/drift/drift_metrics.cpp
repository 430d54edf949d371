// SPDX-License-Identifier: Apache-2.0
// What the experiments and fits say now.
#include <algorithm>

#include "core/diagnostics.h"
#include "core/json_reader.h"
#include "core/text.h"
#include "experiments/drift/drift.h"
#include "experiments/experiment.h"
#include "experiments/fit/fit_run.h"
#include "experiments/report/metric_names.h"

namespace assay::drift {
namespace {

namespace fs = std::filesystem;

bool wanted(const Source& source, const report::MetricName& m) {
  const std::vector<std::string>& s = source.statistics;
  return (m.scope == report::kOverLayers || m.scope == kNetworkLayer) &&
         std::find(s.begin(), s.end(), m.statistic) != s.end();
}

std::vector<Found> of_experiment(const Source& source, const Catalog& catalog) {
  const Experiment e = read_experiment(catalog.experiment_file(source.name));
  std::vector<Found> found;
  for (const report::Metric& m : report::metrics_of(run_experiment(e, catalog)))
    if (wanted(source, m.name)) found.push_back({report::metric_name(m.name), m.value, m.n});
  return found;
}

std::vector<Found> of_report(const Source& source, const fs::path& reports) {
  const fs::path file = reports / source.name / "metrics.json";
  Diagnostics d;
  const auto text = read_text(file, &d);
  const auto json = text ? parse_json(file.string(), *text, &d) : std::nullopt;
  throw_if_any(d);
  const JsonValue* metrics = json ? json->find("metrics") : nullptr;
  if (metrics == nullptr || metrics->kind != JsonValue::Kind::map)
    throw InputError({{file.string(), 0, "metrics", "", "expected the metrics of a report"}});
  std::vector<Found> found;
  for (const auto& [name, entry] : metrics->members) {
    const auto parts = report::parse_metric_name(name);
    const JsonValue *value = entry.find("value"), *n = entry.find("n");
    if (!parts || value == nullptr || n == nullptr)
      d.push_back({file.string(), entry.line, name, "", "expected {\"value\": ..., \"n\": ...}"});
    else if (wanted(source, *parts))
      found.push_back(
          {name,
           value->kind == JsonValue::Kind::null ? std::nullopt : std::optional<double>(value->real),
           static_cast<int>(n->integer)});
  }
  throw_if_any(d);
  return found;
}

std::string part(std::string text) {
  std::replace(text.begin(), text.end(), ' ', '_');
  return text;
}

// Errors of every estimator on every set of records, what was learned, and the advice.
std::vector<Found> of_fit(const Source& source, const Catalog& catalog) {
  const fit::FitFile file = fit::read_fit(catalog.data / source.name);
  const fit::FitResult r = fit::run_fit(file, catalog);
  const std::string start = "fit__" + file.name + "__" + file.quantity + "__";
  std::vector<Found> found;
  for (const fit::Evaluation& e : r.analysis.evaluations)
    for (std::size_t k = 0; k < e.errors.size(); ++k) {
      const calibration::ErrorReport& errors = e.errors[k];
      const std::string name = start + part(e.name) + "__" + part(r.analysis.rungs[k].name) + "__";
      found.push_back({name + "mape_pct", errors.mape_pct.value, errors.n});
      found.push_back({name + "max_abs_pct", errors.max_abs_pct, errors.n});
    }
  const int n = static_cast<int>(r.analysis.fitted.size());
  for (const calibration::UnknownResult& u : r.analysis.unknowns.unknowns)
    found.push_back({start + "unknown__" + part(u.name) + "__value", u.value, n});
  std::optional<double> advice;
  if (r.analysis.verdict.recalibrate) advice = *r.analysis.verdict.recalibrate ? 1 : 0;
  found.push_back({start + "verdict__recalibrate", advice, n});
  return found;
}

}  // namespace

std::vector<std::string> statistic_names() {
  std::vector<std::string> names;
  for (const report::Metric& m : report::statistics_metrics(ErrorStatistics{}))
    names.push_back(m.name.statistic);
  // Of networks, and against the noise of measurements (metrics_of).
  for (const char* name : {"predicted", "measured", "noise_floor_rms_ln", "excess_rms_ln"})
    names.emplace_back(name);
  return names;
}

std::vector<Found> find_metrics(const Source& source, const Catalog& catalog,
                                const std::optional<fs::path>& reports) {
  if (source.kind == Kind::fit) return of_fit(source, catalog);
  std::vector<Found> found = reports ? of_report(source, *reports) : of_experiment(source, catalog);
  // A gate that compares nothing would pass.
  if (found.empty())
    throw InputError({{"", 0, "experiment", source.name,
                       "found 0 metrics with its statistics; expected at least one"}});
  return found;
}

}  // namespace assay::drift
