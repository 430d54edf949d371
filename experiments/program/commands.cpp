// SPDX-License-Identifier: Apache-2.0
#include "experiments/program/commands.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>

#include "core/diagnostics.h"
#include "core/hash.h"
#include "experiments/catalog.h"
#include "experiments/compare.h"
#include "experiments/experiment.h"
#include "experiments/import.h"
#include "experiments/program/record_table.h"
#include "experiments/report.h"
#include "experiments/run.h"

namespace assay {
namespace {

namespace fs = std::filesystem;

// ASSAY_DATA, or the installed share folder beside the program, or the source tree it was built
// from.
Catalog find_catalog() {
  if (const char* data = std::getenv("ASSAY_DATA"); data != nullptr && *data != '\0') return {data};
  std::error_code ec;
  const fs::path self = fs::read_symlink("/proc/self/exe", ec);
  for (const fs::path& candidate :
       {self.parent_path() / "../share/assay", self.parent_path() / "../../experiments"})
    if (!ec && fs::is_directory(candidate / "chips")) return {fs::weakly_canonical(candidate)};
  return {"experiments"};
}

bool colour() { return isatty(STDOUT_FILENO) != 0; }

void print(const std::string& text) {
  fmt::print("{}{}", text, text.empty() || text.back() == '\n' ? "" : "\n");
}

struct PredictOptions {
  std::string chip, workload;
  std::vector<std::string> layers;
  std::string mapping, parameters, accelerator = "accelerator.yaml";
  bool json = false;
};

int predict(const PredictOptions& o) {
  const Catalog catalog = find_catalog();
  const fs::path chip = catalog.chip_folder(o.chip);
  RunInput in;
  in.accelerator =
      fs::exists(chip / o.accelerator) ? chip / o.accelerator : fs::path(o.accelerator);
  in.workload = catalog.workload_file(o.workload);
  const Workload workload = read_workload(in.workload);
  in.mapping = find_mapping(
      chip, workload.name,
      o.mapping.empty() ? std::nullopt
                        : std::optional<fs::path>(fs::exists(o.mapping) ? fs::path(o.mapping)
                                                                        : chip / o.mapping));
  if (!o.parameters.empty())
    in.parameters = o.parameters;
  else if (fs::exists(chip / "parameters.yaml"))
    in.parameters = chip / "parameters.yaml";
  in.layers = o.layers;
  const Run run = run_analytical(in);
  if (o.json) {
    print(records_to_json(run.records));
    return kPass;
  }
  print(record_table(run.records, colour()));
  if (!run.unmapped.empty())
    fmt::print("not mapped by {}: {}\n", in.mapping.filename().string(),
               fmt::join(run.unmapped, ", "));
  return kPass;
}

void add_predict(CLI::App& app, const Guard& guard) {
  auto o = std::make_shared<PredictOptions>();
  CLI::App* c =
      app.add_subcommand("predict", "Predict counts, latency and energy of a workload on a chip");
  c->add_option("chip", o->chip, "a known chip (assay list) or a chip folder")->required();
  c->add_option("workload", o->workload, "a known workload or a workload file")->required();
  c->add_option("--layers", o->layers, "only these layers, separated by commas")->delimiter(',');
  c->add_option("--mapping", o->mapping,
                "mapping file (default: CHIP/<workload>.yaml, else CHIP/any.yaml)");
  c->add_option("--parameters", o->parameters,
                "unit energies (default: CHIP/parameters.yaml, if there)");
  c->add_option("--accelerator", o->accelerator, "another accelerator file of the chip's folder");
  c->add_flag("--json", o->json, "print {\"schema\": ..., \"records\": [...]}");
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
        "[{}]}}\n",
        quoted(catalog.chips()), quoted(catalog.workloads()), quoted(catalog.experiments()));
    return kPass;
  }
  fmt::print("Chips\n");
  for (const std::string& name : catalog.chips())
    fmt::print("  {:<16} {}\n", name,
               read_accelerator(catalog.chip_folder(name) / "accelerator.yaml").description);
  fmt::print("\nExperiments\n");
  for (const std::string& name : catalog.experiments())
    fmt::print("  {:<16} {}\n", name, read_experiment(catalog.experiment_file(name)).title);
  fmt::print("\nWorkloads (multiply-accumulates at batch 1)\n");
  for (const std::string& name : catalog.workloads()) {
    const Workload w = read_workload(catalog.workload_file(name));
    fmt::print("  {:<16} {:>10.1f} M  {}\n", name, static_cast<double>(total_macs(w)) / 1e6,
               w.description);
  }
  return kPass;
}

void add_list(CLI::App& app, const Guard& guard) {
  auto json = std::make_shared<bool>(false);
  CLI::App* c = app.add_subcommand("list", "List known chips and workloads");
  c->add_flag("--json", *json, "machine-readable");
  c->footer("Example: assay list");
  c->callback([json, guard] { guard([json] { return list(*json); }); });
}

struct ImportOptions {
  std::string file, kind, out;
  bool json = false;
};

int import_file(const ImportOptions& o) {
  const std::vector<Record> records = import_csv(o.file, find_catalog().import_file(o.kind));
  if (!o.out.empty()) {
    if (fs::exists(o.out))
      throw InputError({{o.out, 0, "--out", "",
                         "the file exists; expected a new name (nothing is overwritten)"}});
    if (fs::path(o.out).extension() == ".csv")
      write_records_csv(o.out, records);
    else
      write_records_json(o.out, records);
    fmt::print("{} records written to {}\n", records.size(), o.out);
  } else {
    print(o.json ? records_to_json(records) : record_table(records, colour()));
  }
  return kPass;
}

void add_import(CLI::App& app, const Guard& guard) {
  auto o = std::make_shared<ImportOptions>();
  CLI::App* c =
      app.add_subcommand("import", "Read measured or foreign figures from a CSV file into records");
  c->add_option("file", o->file, "the CSV file")->required();
  c->add_option(
       "--as", o->kind,
       "which column is what: a known kind (cycles) or an import file (docs/formats/import.md)")
      ->required();
  c->add_option("--out", o->out, "write records here (.json or .csv) instead of showing them");
  c->add_flag("--json", o->json, "print records as JSON");
  c->footer(
      "Example: assay import experiments/chips/eyeriss/measured/alexnet.csv --as "
      "experiments/chips/eyeriss/measured/alexnet.import.yaml");
  c->callback([o, guard] { guard([o] { return import_file(*o); }); });
}

struct CompareOptions {
  std::string predicted, measured;
  std::vector<std::string> quantities;
  bool partial = false, json = false;
};

ReportInput compare_input(const CompareOptions& o) {
  ReportInput in;
  in.predicted = read_records(o.predicted);
  in.measured = read_records(o.measured);
  JoinOptions join;
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
  in.inputs["predicted"] =
      fs::path(o.predicted).filename().string() + " " + sha256_of_file(o.predicted);
  in.inputs["measured"] =
      fs::path(o.measured).filename().string() + " " + sha256_of_file(o.measured);
  return in;
}

void compare_options(CLI::App* c, const std::shared_ptr<CompareOptions>& o) {
  c->add_option("predicted", o->predicted, "records (.json or .csv)")->required();
  c->add_option("measured", o->measured, "records (.json or .csv)")->required();
  c->add_option("--quantities", o->quantities, "only these, separated by commas")->delimiter(',');
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
  c->footer("Example: assay report predicted.json measured.json --out out/mine");
  c->callback([o, out, guard] {
    guard([o, out] {
      ReportInput in = compare_input(*o);
      in.command = "assay report " + o->predicted + " " + o->measured;
      fmt::print("{}\n", write_report(*out, in).html.string());
      return kPass;
    });
  });
}

struct ValidateOptions {
  std::string experiment, out;
  bool json = false, full = false;
};

// The headline quantity in full, one line for each other one.
std::string short_table(const ReportInput& in) {
  ReportInput headline = in;
  const auto other = [&](const auto& row) { return row.quantity != in.headline_quantity; };
  auto& rows = headline.comparison.rows;
  auto& statistics = headline.comparison.statistics;
  rows.erase(std::remove_if(rows.begin(), rows.end(), other), rows.end());
  statistics.erase(std::remove_if(statistics.begin(), statistics.end(), other), statistics.end());
  std::string text =
      "Other quantities (variant, network error, mean absolute error, worst layer; all in the "
      "report)\n";
  for (const ErrorStatistics& s : in.comparison.statistics) {
    if (s.quantity == in.headline_quantity || s.level == "baseline") continue;
    text += fmt::format("  {:<22} {:<14} {:>8}  {:>7.1f} %  {:>7.1f} % ({})\n", s.quantity,
                        s.variant, s.network_pct ? fmt::format("{:+.1f} %", *s.network_pct) : "-",
                        s.mape_pct, s.max_abs_pct, s.worst_layer);
  }
  return text + "\n" + terminal_table(headline, colour());
}

int validate(const ValidateOptions& o) {
  const std::string& file = o.experiment;
  const std::string& out = o.out;
  const Catalog catalog = find_catalog();
  const Experiment experiment = read_experiment(catalog.experiment_file(file));
  ReportInput in = run_experiment(experiment, catalog);
  in.command = "assay validate " + fs::path(file).filename().string();
  const fs::path folder = out.empty() ? fs::path("out") / experiment.name : fs::path(out);
  const ReportFiles files = write_report(folder, in);
  if (o.json) {
    print(records_to_json(in.predicted));
  } else {
    print(o.full ? terminal_table(in, colour()) : short_table(in));
    fmt::print("Report: {}\n", fs::absolute(files.html).string());
  }
  return passed(in) ? kPass : kOutsideBounds;
}

void add_validate(CLI::App& app, const Guard& guard) {
  auto o = std::make_shared<ValidateOptions>();
  CLI::App* c = app.add_subcommand(
      "validate", "Run an experiment file: predict, compare with measured data, report");
  c->add_option("experiment", o->experiment, "a known experiment or an experiment file")
      ->required();
  c->add_option("--out", o->out, "new folder for the report (default: out/<name>)");
  c->add_flag("--json", o->json, "print the predicted records as JSON");
  c->add_flag("--full", o->full, "print the tables of every quantity");
  c->footer("Example: assay validate experiments/eyeriss-alexnet.yaml");
  c->callback([o, guard] { guard([o] { return validate(*o); }); });
}

}  // namespace

void add_commands(CLI::App& app, const Guard& guard) {
  add_list(app, guard);
  add_predict(app, guard);
  add_import(app, guard);
  add_compare(app, guard);
  add_report(app, guard);
  add_validate(app, guard);
}

}  // namespace assay
