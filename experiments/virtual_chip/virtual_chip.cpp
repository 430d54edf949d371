// SPDX-License-Identifier: Apache-2.0
#include "experiments/virtual_chip/virtual_chip.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/diagnostics.h"
#include "core/machine.h"
#include "core/text.h"
#include "experiments/explore/design_files.h"
#include "experiments/microbenchmarks/files.h"
#include "experiments/new_folder.h"
#include "experiments/rtl_run.h"
#include "experiments/run.h"
#include "experiments/simulate.h"
#include "experiments/virtual_chip/files.h"

namespace assay::virtual_chip {
namespace {

namespace fs = std::filesystem;

const char* name_of(VirtualLevel level) {
  static constexpr const char* kNames[] = {"analytical", "simulator", "rtl"};
  return kNames[static_cast<int>(level)];
}

Run run(const RunInput& input, const Options& o) {
  if (o.level == VirtualLevel::analytical) return run_analytical(input);
  if (o.level == VirtualLevel::simulator) {
    SimulateOptions s;
    s.input = input;
    s.jobs = o.jobs;
    s.timing_only = true;
    return run_simulator(s);
  }
  RtlOptions r;
  r.input = input;
  r.jobs = o.jobs;
  return all_or_none(run_rtl(r));
}

void copy_text(const fs::path& from, const fs::path& to) {
  Diagnostics diagnostics;
  const auto text = read_text(from, &diagnostics);
  throw_if_any(diagnostics);
  write_text(to, *text);
}

class Maker {
 public:
  explicit Maker(const Options& options)
      : o_(options),
        accelerator_(read_accelerator(options.accelerator)),
        prior_(read_parameters(options.parameters)),
        truth_(options.truth_file ? given_truth(prior_, read_parameters(*options.truth_file))
                                  : draw_truth(prior_, options.truth_seed, options.truth_sd_ln)) {
    check_options();
  }

  Summary make() {
    NewFolder staging(o_.out);
    folder_ = staging.partial();
    for (const char* sub : {"workloads", "measured", "truth"}) fs::create_directory(folder_ / sub);
    copy_text(o_.accelerator, folder_ / "accelerator.yaml");
    if (o_.microbenchmarks_of) make_microbenchmarks();
    write_text(folder_ / "parameters.yaml", parameters_yaml(prior_));
    truth_.parameters.activities = prior_.activities;
    write_text(folder_ / "truth" / "parameters.yaml", parameters_yaml(truth_.parameters));
    for (const Options::Run& n : o_.networks) measure_network(n);
    if (catalogue_) measure_microbenchmarks();
    write_truth();
    write_text(folder_ / "fit.yaml",
               fit_yaml(networks_, prior_, catalogue_ ? &*catalogue_ : nullptr));
    write_text(folder_ / "README.md", readme());
    staging.commit();
    return std::move(summary_);
  }

 private:
  void check_options() {
    Diagnostics d;
    std::set<std::string> names;
    for (const Options::Run& n : o_.networks) {
      const std::string name = read_workload(n.workload).name;
      if (name == microbenchmarks::kWorkload || !names.insert(name).second)
        d.push_back({n.workload.string(), 0, "name", name, "expected each workload once"});
    }
    if (truth_.parameters.chip != accelerator_.name)
      d.push_back({o_.truth_file.value_or(o_.parameters).string(), 0, "chip",
                   truth_.parameters.chip, "the accelerator is '" + accelerator_.name + "'"});
    apply_machine_values(prior_, &accelerator_, &d);
    if (prior_.energies.empty())
      d.push_back({o_.parameters.string(), 0, "energy", "",
                   "expected unit energies; without any there is nothing to hide"});
    throw_if_any(d);
  }

  double idle_mw() const {
    double mw = 0;
    for (const ConstantPower& p : truth_.parameters.powers) mw += p.power.value;
    return mw;
  }

  void make_microbenchmarks() {
    auto orders = microbenchmarks::known_orders(*o_.microbenchmarks_of, accelerator_);
    if (orders.empty()) orders = microbenchmarks::built_orders(accelerator_);
    catalogue_ = microbenchmarks::make_catalogue(accelerator_, &prior_, orders, {},
                                                 microbenchmarks::hardware_accepts(accelerator_));
    prior_ = microbenchmarks::with_activity(std::move(prior_), *catalogue_);
    write_text(folder_ / "workloads" / "microbenchmarks.yaml",
               microbenchmarks::workload_yaml(*catalogue_, accelerator_));
    write_text(folder_ / "microbenchmarks.yaml",
               microbenchmarks::mapping_file(*catalogue_, accelerator_));
    write_text(folder_ / "microbenchmarks.md", microbenchmarks::readme(*catalogue_, accelerator_));
  }

  RunInput input(const std::string& workload) const {
    RunInput in;
    in.accelerator = folder_ / "accelerator.yaml";
    in.workload = folder_ / "workloads" / (workload + ".yaml");
    in.mapping = folder_ / (workload + ".yaml");
    in.parameters = folder_ / "truth" / "parameters.yaml";
    return in;
  }

  void measure_network(const Options::Run& n) {
    const std::string name = read_workload(n.workload).name;
    copy_text(n.workload, folder_ / "workloads" / (name + ".yaml"));
    copy_text(n.mapping, folder_ / (name + ".yaml"));
    const Run done = run(input(name), o_);
    std::vector<std::string> kinds;
    for (const Record& r : done.records) kinds.push_back(kind_of(*done.workload.find(r.layer)));
    write(name, measure(done.records, kinds, idle_mw(), o_.bench));
    if (!done.unmapped.empty())
      summary_.notes.push_back(name + ": not mapped, so not measured: " + listed(done.unmapped, 8));
  }

  void measure_microbenchmarks() {
    const std::string name = microbenchmarks::kWorkload;
    std::vector<Record> records = run(input(name), o_).records;
    catalogue_->idle_mw = std::nullopt;
    if (idle_mw() > 0)
      catalogue_->idle_mw = idle_mw();
    else
      summary_.notes.push_back(
          "idle: no constant power is stated, so there is no idle measurement");
    if (catalogue_->idle_mw)
      records.insert(records.begin(), microbenchmarks::idle_record(*catalogue_, accelerator_));
    const std::vector<std::string> kinds(records.size(), kMicrobenchmark);
    write(name, measure(records, kinds, idle_mw(), o_.bench));
    write_prior_records(name);
  }

  // What a fit takes counts from where a layer is not of a workload: idle.
  void write_prior_records(const std::string& name) {
    if (!catalogue_->idle_mw) return;
    double mw = 0;
    for (const ConstantPower& p : prior_.powers) mw += p.power.value;
    catalogue_->idle_mw = mw;
    RunInput in = input(name);
    in.parameters = folder_ / "parameters.yaml";
    std::vector<Record> records{microbenchmarks::idle_record(*catalogue_, accelerator_)};
    for (Record& r : run_analytical(in).records) records.push_back(std::move(r));
    write_records_json(folder_ / "microbenchmarks.records.json", records);
  }

  void write(const std::string& workload, std::vector<Measurement> measurements) {
    const Network n{workload, std::move(measurements)};
    const std::string source = fmt::format("virtual chip of assay {}, level {}, noise seed {}",
                                           ASSAY_VERSION, name_of(o_.level), o_.bench.seed);
    const fs::path measured = folder_ / "measured";
    write_text(measured / (workload + ".csv"), measured_csv(n, accelerator_, o_.bench, source));
    write_text(measured / (workload + ".replicates.csv"), replicates_csv(n));
    write_text(measured / (workload + ".import.yaml"), import_yaml(n, accelerator_));
    Summary::Line line{workload, n.measurements.size(), 0, 0};
    for (const Measurement& m : n.measurements) {
      line.energy_uj += m.median_uj * static_cast<double>(m.repeat);
      line.ms += m.median_ms * static_cast<double>(m.repeat);
    }
    summary_.lines.push_back(line);
    networks_.push_back(n);
  }

  void write_truth() const {
    std::vector<std::string> names;
    for (const Summary::Line& l : summary_.lines) names.push_back(l.workload);
    const std::string origin =
        o_.truth_file ? o_.truth_file->filename().string()
                      : fmt::format("seed {}, sd {} in ln", o_.truth_seed, o_.truth_sd_ln);
    write_text(folder_ / "truth" / "truth.json",
               truth_json({&truth_, origin, &o_.bench, names, name_of(o_.level)}));
  }

  std::string readme() const {
    return fmt::format(
        "<!-- SPDX-License-Identifier: Apache-2.0 -->\n# {}, virtual\n\nNo silicon: `measured/` "
        "was made by assay {} (level {}) with unit energies that stand in `truth/` and nowhere "
        "else. `parameters.yaml` is the prior, as for a real chip. Nothing that fits may read "
        "`truth/`; it can be deleted.\n",
        accelerator_.name, ASSAY_VERSION, name_of(o_.level));
  }

  const Options& o_;
  Accelerator accelerator_;
  Parameters prior_;
  Truth truth_;
  std::optional<microbenchmarks::Catalogue> catalogue_;
  fs::path folder_;
  std::vector<Network> networks_;
  Summary summary_;
};

}  // namespace

Summary make_virtual_chip(const Options& options) { return Maker(options).make(); }

}  // namespace assay::virtual_chip
