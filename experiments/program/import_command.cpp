// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "core/accelerator.h"
#include "core/diagnostics.h"
#include "experiments/catalog.h"
#include "experiments/foreign/foreign.h"
#include "experiments/import.h"
#include "experiments/program/commands.h"
#include "experiments/program/record_table.h"
#include "experiments/program/shared.h"

namespace assay {
namespace {

struct ImportOptions {
  std::string file, kind, out;
  bool json = false;
  // Of --from:
  std::string tool, chip, workload, layer, layers, variant;
  std::optional<double> clock_mhz;
  std::int64_t batch = 1;
};

// The clock of a known chip; another chip needs its clock stated, or its cycles have no time.
void set_chip(const ImportOptions& o, const Catalog& catalog, ForeignRequest* request) {
  request->chip = o.chip;
  request->clock_mhz = o.clock_mhz;
  const std::vector<std::string> known = catalog.chips();
  if (o.clock_mhz && std::find(known.begin(), known.end(), o.chip) == known.end()) return;
  try {
    const Accelerator chip = read_accelerator(catalog.chip_folder(o.chip) / "accelerator.yaml");
    request->chip = chip.name;
    if (!o.clock_mhz) request->clock_mhz = chip.clock.value;
  } catch (const InputError& e) {
    Diagnostics all = e.diagnostics();
    if (all.size() == 1 && all[0].key == "chip")
      all[0].expected += "; of a chip that is not known, state --clock-mhz";
    throw InputError(all);
  }
}

std::vector<Record> foreign_records(const ImportOptions& o) {
  if (o.chip.empty() || o.workload.empty())
    throw InputError({{"command line", 0, o.chip.empty() ? "--chip" : "--workload", "",
                       "--from needs --chip and --workload"}});
  const Catalog catalog = find_catalog();
  ForeignRequest request;
  request.tool = o.tool;
  request.from = o.file;
  set_chip(o, catalog, &request);
  request.variant = o.variant;
  request.batch = o.batch;
  request.layer = o.layer;
  if (!o.layers.empty()) request.layers = o.layers;
  const ForeignImport in =
      import_foreign(request, read_workload(catalog.workload_file(o.workload)));
  for (const ForeignSkip& s : in.skipped)
    fmt::print(stderr, "left out: {} ({})\n", s.layer, s.reason);
  for (const std::string& name : in.unread) fmt::print(stderr, "not read: {}\n", name);
  return in.records;
}

int import_file(const ImportOptions& o) {
  const std::vector<Record> records =
      o.tool.empty() ? import_csv(o.file, find_catalog().import_file(o.kind)) : foreign_records(o);
  if (!o.out.empty()) {
    check_new_output(o.out);
    write_records(o.out, records);
    fmt::print("{} records written to {}\n", records.size(), o.out);
  } else {
    print(o.json ? records_to_json(records) : record_table(records, colour()));
  }
  return kPass;
}

void add_foreign_options(CLI::App* c, CLI::Option* from, ImportOptions* o) {
  for (const auto& [name, value, help] :
       {std::tuple{"--chip", &o->chip, "the chip that the tool described: a known one, or any"},
        std::tuple{"--workload", &o->workload, "the workload whose layers they are"},
        std::tuple{"--layer", &o->layer, "the layer, where the output is of a single one"},
        std::tuple{"--layers", &o->layers, "a file with the tool's name of each layer"},
        std::tuple{"--variant", &o->variant, "a name, where there are several predictions"}})
    c->add_option(name, *value, help)->needs(from);
  c->add_option("--clock-mhz", o->clock_mhz, "of the chip, instead of its own")->needs(from);
  c->add_option("--batch", o->batch, "that the tool was run with")->needs(from);
}

}  // namespace

void add_import(CLI::App& app, const Guard& guard) {
  auto o = std::make_shared<ImportOptions>();
  CLI::App* c = app.add_subcommand(
      "import", "Read measured or foreign figures into records: any CSV, or a known tool's output");
  c->add_option("file", o->file, "the file; with --from also a folder of the tool's files")
      ->required();
  CLI::Option* as = c->add_option(
      "--as", o->kind,
      "which column is what: a known kind (cycles) or an import file (docs/formats/import.md)");
  CLI::Option* from =
      c->add_option("--from", o->tool,
                    "whose native output it is: dnn-chip-predictor, maestro, scale-sim or timeloop "
                    "(docs/formats/foreign.md)");
  as->excludes(from);
  add_foreign_options(c, from, o.get());
  c->add_option("--out", o->out, "write records here (.json or .csv) instead of showing them");
  c->add_flag("--json", o->json, "print records as JSON");
  c->footer(
      "Example: assay import experiments/chips/eyeriss/measured/alexnet.csv --as "
      "experiments/chips/eyeriss/measured/alexnet.import.yaml");
  c->callback([o, guard] {
    guard([o] {
      if (o->kind.empty() && o->tool.empty())
        throw InputError({{"command line", 0, "", "", "expected --as or --from"}});
      return import_file(*o);
    });
  });
}

}  // namespace assay
