// SPDX-License-Identifier: Apache-2.0
#include "experiments/program/commands.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <memory>
#include <optional>
#include <set>

#include "core/diagnostics.h"
#include "core/hash.h"
#include "experiments/catalog.h"
#include "experiments/compare.h"
#include "experiments/experiment.h"
#include "experiments/program/record_table.h"
#include "experiments/program/shared.h"
#include "experiments/report.h"
#include "experiments/run.h"

namespace assay {
namespace {

namespace fs = std::filesystem;

struct PredictOptions {
  RunArguments run;
  bool json = false, exact = false;
};

int predict(const PredictOptions& o) {
  RunInput in = run_input(o.run);
  in.exact = o.exact;
  const Run run = run_analytical(in);
  if (o.json) {
    print(records_to_json(run.records));
    return kPass;
  }
  print(record_table(run.records, colour()));
  print_unmapped(in, run.unmapped);
  return kPass;
}

void add_predict(CLI::App& app, const Guard& guard) {
  auto o = std::make_shared<PredictOptions>();
  CLI::App* c =
      app.add_subcommand("predict", "Predict counts, latency and energy of a workload on a chip");
  add_run_arguments(c, &o->run);
  c->add_flag("--json", o->json, "print {\"schema\": ..., \"records\": [...]}");
  c->add_flag("--exact", o->exact,
              "latency to the cycle, as the simulator's, instead of the fast lower bound");
  c->footer("Example: assay predict eyeriss alexnet --layers conv1,conv2");
  c->callback([o, guard] { guard([o] { return predict(*o); }); });
}

int list(bool json) {
  const Catalog catalog = find_catalog();
  if (json) {
    const auto quoted = [](const std::vector<std::string>& names) {
      std::string text;
      for (const std::string& n : names) text += (text.empty() ? "\"" : ", \"") + n + "\"";
      return text;
    };
    fmt::print(
        "{{\"schema\": \"assay.list/1\", \"chips\": [{}], \"workloads\": [{}], \"experiments\": "
        "[{}], \"map_spaces\": [{}], \"design_spaces\": [{}]}}\n",
        quoted(catalog.chips()), quoted(catalog.workloads()), quoted(catalog.experiments()),
        quoted(catalog.map_spaces()), quoted(catalog.design_spaces()));
    return kPass;
  }
  fmt::print("Chips\n");
  for (const std::string& name : catalog.chips())
    fmt::print("  {:<16} {}\n", name,
               read_accelerator(catalog.chip_folder(name) / "accelerator.yaml").description);
  fmt::print("\nExperiments\n");
  for (const std::string& name : catalog.experiments())
    fmt::print("  {:<20} {}\n", name, read_experiment(catalog.experiment_file(name)).title);
  fmt::print("\nWorkloads (multiply-accumulates at batch 1)\n");
  for (const std::string& name : catalog.workloads()) {
    const Workload w = read_workload(catalog.workload_file(name));
    fmt::print("  {:<16} {:>10.1f} M  {}\n", name, static_cast<double>(total_macs(w)) / 1e6,
               w.description);
  }
  fmt::print("\nSpaces of mappings, for assay explore --constraints\n");
  for (const std::string& name : catalog.map_spaces()) fmt::print("  {}\n", name);
  fmt::print("\nSpaces of designs, for assay explore-hardware\n");
  for (const std::string& name : catalog.design_spaces()) fmt::print("  {}\n", name);
  return kPass;
}

void add_list(CLI::App& app, const Guard& guard) {
  auto json = std::make_shared<bool>(false);
  CLI::App* c = app.add_subcommand("list", "List known chips, experiments, workloads and spaces");
  c->add_flag("--json", *json, "machine-readable");
  c->footer("Example: assay list");
  c->callback([json, guard] { guard([json] { return list(*json); }); });
}

struct CompareOptions {
  std::string predicted, measured, allow_clock_difference;
  std::vector<std::string> quantities, levels;
  bool partial = false, json = false, pdf = false;
};

// Those of the levels asked for, each of which must be there.
std::vector<Record> of_levels(const std::vector<Record>& all, const CompareOptions& o) {
  std::set<std::string> found;
  for (const Record& r : all) found.insert(r.level);
  Diagnostics diagnostics;
  for (const std::string& level : o.levels)
    if (found.count(level) == 0)
      diagnostics.push_back({o.predicted, 0, "level", level,
                             fmt::format("asked for: {}; the records' levels are: {}",
                                         fmt::join(o.levels, ", "), fmt::join(found, ", "))});
  throw_if_any(diagnostics);
  std::vector<Record> chosen;
  std::copy_if(all.begin(), all.end(), std::back_inserter(chosen), [&](const Record& r) {
    return std::find(o.levels.begin(), o.levels.end(), r.level) != o.levels.end();
  });
  return chosen;
}

ReportInput compare_input(const CompareOptions& o) {
  ReportInput in;
  in.predicted = read_records(o.predicted);
  in.measured = read_records(o.measured);
  if (!o.levels.empty()) in.predicted = of_levels(in.predicted, o);
  JoinOptions join;
  if (!o.allow_clock_difference.empty()) join.allow_clock_difference = o.allow_clock_difference;
  join.quantities = o.quantities;
  join.allow_unmatched_predictions = join.allow_unmatched_measurements = o.partial;
  in.comparison = compare(in.predicted, in.measured, join);
  in.experiment = "comparison";
  in.headline_stated = false;
  in.title = fs::path(o.predicted).filename().string() + " against " +
             fs::path(o.measured).filename().string();
  in.question = "How far are these predictions from these measurements?";
  for (const Record& r : in.predicted) {
    if (in.headline_variant.empty() && r.level != "baseline") in.headline_variant = r.variant;
  }
  if (!in.comparison.statistics.empty())
    in.headline_quantity = in.comparison.statistics.front().quantity;
  in.inputs["predicted"] = name_and_hash(o.predicted);
  in.inputs["measured"] = name_and_hash(o.measured);
  return in;
}

void compare_options(CLI::App* c, const std::shared_ptr<CompareOptions>& o) {
  c->add_option("predicted", o->predicted, "records (.json or .csv)")->required();
  c->add_option("measured", o->measured, "records (.json or .csv)")->required();
  c->add_option("--quantities", o->quantities, "only these, separated by commas")->delimiter(',');
  c->add_option("--levels", o->levels,
                "only predictions of these levels, each of which must be there")
      ->delimiter(',');
  c->add_option("--allow-clock-difference", o->allow_clock_difference,
                "why times of different clocks are compared, which are refused otherwise");
  c->add_flag("--partial", o->partial, "allow records that only one side has");
}

void add_compare(CLI::App& app, const Guard& guard) {
  auto o = std::make_shared<CompareOptions>();
  CLI::App* c =
      app.add_subcommand("compare", "Compare two files of records: signed errors, statistics");
  compare_options(c, o);
  c->add_flag("--json", o->json, "print metrics as JSON");
  c->footer("Example: assay compare predicted.json measured.json --quantities processing_ms");
  c->callback([o, guard] {
    guard([o] {
      const ReportInput in = compare_input(*o);
      print(o->json ? metrics_to_json(in) : terminal_table(in, colour()));
      return kPass;
    });
  });
}

void add_report(CLI::App& app, const Guard& guard) {
  auto o = std::make_shared<CompareOptions>();
  auto out = std::make_shared<std::string>("out/report");
  CLI::App* c =
      app.add_subcommand("report", "Write the HTML report of a comparison of two files of records");
  compare_options(c, o);
  c->add_option("--out", *out, "new folder for the report")->capture_default_str();
  c->add_flag("--pdf", o->pdf, "also print the report as PDF (needs chromium)");
  c->footer("Example: assay report predicted.json measured.json --out out/mine");
  c->callback([o, out, guard] {
    guard([o, out] {
      ReportInput in = compare_input(*o);
      in.command = "assay report " + o->predicted + " " + o->measured;
      in.pdf = o->pdf;
      in.data_folder = find_catalog().data;
      in.input_files = {o->predicted, o->measured};
      const ReportFiles files = write_report(*out, in);
      fmt::print("{}\n", files.html.string());
      if (!files.no_pdf.empty()) fmt::print("No report.pdf: {}\n", files.no_pdf);
      return kPass;
    });
  });
}

}  // namespace

void add_commands(CLI::App& app, const Guard& guard) {
  add_list(app, guard);
  add_new(app, guard);
  add_drift(app, guard);
  add_predict(app, guard);
  add_simulate(app, guard);
  add_rtl(app, guard);
  add_explore(app, guard);
  add_explore_hardware(app, guard);
  add_split(app, guard);
  add_fit(app, guard);
  add_microbenchmarks(app, guard);
  add_virtual_chip(app, guard);
  add_import(app, guard);
  add_import_network(app, guard);
  add_compare(app, guard);
  add_report(app, guard);
  add_score(app, guard);
  add_score_energy(app, guard);
  add_validate(app, guard);
  add_verify(app, guard);
  add_check(app, guard);
  add_roofline(app, guard);
  add_explain(app, guard);
  add_overview(app, guard);
}

}  // namespace assay
