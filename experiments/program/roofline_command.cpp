// SPDX-License-Identifier: Apache-2.0
// assay roofline: the naive baselines of a workload on a chip: what its lanes and its off-chip
// bandwidth allow at most, whatever the mapping.
#include <fmt/format.h>

#include <memory>

#include "experiments/program/commands.h"
#include "experiments/program/record_table.h"
#include "experiments/program/shared.h"
#include "experiments/report/format.h"
#include "experiments/report/grid.h"
#include "experiments/run.h"

namespace assay {
namespace {

struct RooflineOptions {
  RunArguments run;
  bool json = false;
};

struct Sums {
  double operations = 0, traffic_mb = 0, cycles = 0;
};

void add_row(const std::string& name, const Sums& s, const std::string& bound, double clock_mhz,
             report::Grid* grid) {
  // Two operations per multiply-accumulate, as published rooflines count.
  const double tops = clock_mhz > 0 ? 2e-6 * s.operations / (s.cycles / clock_mhz) : 0;
  grid->add({{name, ""},
             {report::number(s.operations), ""},
             {report::number(s.traffic_mb), ""},
             {report::number(s.operations / (s.traffic_mb * 1e6)), ""},
             {report::number(s.cycles), ""},
             {bound, ""},
             {clock_mhz > 0 ? report::number(tops) : std::string(report::kUndefined), ""}});
}

std::string roofline_table(const std::vector<Record>& records, double clock_mhz) {
  report::Grid grid(colour());
  grid.add({{"layer", ""},
            {"MACs", ""},
            {"off-chip MB", ""},
            {"MACs/byte", ""},
            {"cycles at least", ""},
            {"bound by", ""},
            {"TOP/s at most", ""}});
  grid.rule();
  Sums all;
  for (const Record& r : records) {
    const Sums s{r.values.at("operations"), r.values.at("off_chip_traffic_mb"),
                 r.values.at("total_cycles")};
    add_row(r.layer + (r.repeat > 1 ? fmt::format(" x {}", r.repeat) : ""), s,
            r.notes.at("binding_total") == "compute" ? "lanes" : "memory", clock_mhz, &grid);
    const auto times = static_cast<double>(r.repeat);
    all.operations += times * s.operations;
    all.traffic_mb += times * s.traffic_mb;
    all.cycles += times * s.cycles;
  }
  grid.rule();
  add_row("network", all, "", clock_mhz, &grid);
  return grid.text();
}

int roofline_of(const RooflineOptions& o) {
  const RunInput in = run_input(o.run);
  const Run run = run_analytical(in);
  const std::vector<Record> all = baselines(run);
  if (o.json) {
    print(records_to_json(all));
    return kPass;
  }
  std::vector<Record> roofs;
  for (const Record& r : all)
    if (r.variant == "roofline") roofs.push_back(r);
  fmt::print(
      "{} on {}, batch {}: {} lanes at {} MHz; inputs, weights and outputs cross the chip's border "
      "once; operands that no off-chip port limits take no time\n\n",
      run.workload.name, run.accelerator.name, run.mappings.batch, run.accelerator.lanes(),
      report::number(run.accelerator.clock.value));
  if (roofs.empty())
    fmt::print("No roofline: no off-chip port limits anything on this chip.\n");
  else
    print(roofline_table(roofs, run.accelerator.clock.value));
  print_unmapped(in, run.unmapped);
  return kPass;
}

}  // namespace

void add_roofline(CLI::App& app, const Guard& guard) {
  auto o = std::make_shared<RooflineOptions>();
  CLI::App* c = app.add_subcommand(
      "roofline", "What lanes and off-chip bandwidth allow at most, whatever the mapping");
  add_run_arguments(c, &o->run);
  c->add_flag("--json", o->json, "print the records of the naive baselines");
  c->footer("Example: assay roofline tpu_v1 tpu_mlp0");
  c->callback([o, guard] { guard([o] { return roofline_of(*o); }); });
}

}  // namespace assay
