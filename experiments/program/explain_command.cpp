// SPDX-License-Identifier: Apache-2.0
// assay explain: where one metric of a report comes from.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <system_error>

#include "core/diagnostics.h"
#include "experiments/program/commands.h"
#include "experiments/program/shared.h"
#include "experiments/provenance/explain.h"

namespace assay {
namespace {

namespace fs = std::filesystem;

struct ExplainOptions {
  std::string metric, report;
  std::vector<std::string> data;
  bool json = false;
};

// The only report under out/.
fs::path only_report() {
  std::vector<std::string> reports;
  std::error_code ec;
  for (const auto& entry : fs::directory_iterator("out", ec))
    if (fs::is_regular_file(entry.path() / provenance::kFile))
      reports.push_back(entry.path().generic_string());
  std::sort(reports.begin(), reports.end());
  if (reports.size() == 1) return reports.front();
  throw InputError(
      {{"", 0, "--report", "",
        reports.empty() ? "expected the folder of a report: there is none under out/"
                        : fmt::format("expected one of {}", fmt::join(reports, ", "))}});
}

int explain(const ExplainOptions& o) {
  std::vector<fs::path> places(o.data.begin(), o.data.end());
  if (places.empty()) places.push_back(find_catalog().data);
  const auto e =
      provenance::explain(o.report.empty() ? only_report() : fs::path(o.report), o.metric, places);
  print(o.json ? provenance::explanation_json(e) : provenance::explanation_tree(e));
  return kPass;
}

}  // namespace

void add_explain(CLI::App& app, const Guard& guard) {
  auto o = std::make_shared<ExplainOptions>();
  CLI::App* c = app.add_subcommand(
      "explain", "Show where a metric comes from: numbers, records, inputs, parameters, tools");
  c->add_option("metric", o->metric, "a name in metrics.json, or a part that only one name has")
      ->required();
  c->add_option("--report", o->report, "the report's folder (default: the only one under out/)");
  c->add_option("--data", o->data, "where the inputs are now (default: the program's data folder)");
  c->add_flag("--json", o->json, "machine-readable");
  c->footer(
      "Example: assay explain eyeriss__alexnet__b4__analytical.D__processing_ms__layers__mape_pct");
  c->callback([o, guard] { guard([o] { return explain(*o); }); });
}

}  // namespace assay
