// SPDX-License-Identifier: Apache-2.0
// Every template makes a folder that can be run as it is: on every known workload, by predictor and
// simulator, with every count priced and every constant with a source; and that says what to
// replace.
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <set>

#include "core/diagnostics.h"
#include "experiments/experiment.h"
#include "experiments/fit/fit_file.h"
#include "experiments/import_mapping.h"
#include "experiments/run.h"
#include "experiments/scaffold/scaffold.h"
#include "experiments/simulate.h"
#include "tests/files.h"

namespace assay::test {
namespace {

namespace fs = std::filesystem;

const Catalog kCatalog{fs::path(ASSAY_SOURCE_DIR) / "experiments"};
const std::vector<std::string> kStyles{"fpga-tiled", "output-stationary", "row-stationary",
                                       "weight-stationary"};

class Fresh {
 public:
  explicit Fresh(const std::string& style, const std::vector<std::string>& workloads = {"lenet5"}) {
    files = write_chip({"mychip", style, workloads, folder()}, kCatalog);
  }
  fs::path folder() const { return box_ / "mychip"; }
  RunInput input(const std::string& workload) const {
    RunInput in;
    in.accelerator = folder() / "accelerator.yaml";
    in.workload = kCatalog.workload_file(workload);
    in.mapping = find_mapping(folder(), workload, std::nullopt);
    in.parameters = folder() / "parameters.yaml";
    return in;
  }
  std::vector<WrittenFile> files;

 private:
  TemporaryFolder box_;
};

std::string error_of(const NewChip& chip) {
  try {
    write_chip(chip, kCatalog);
  } catch (const InputError& e) {
    return e.what();
  }
  return "";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(scaffold)

BOOST_AUTO_TEST_CASE(the_templates_are_those_of_the_folder) {
  BOOST_TEST(kCatalog.templates() == kStyles, boost::test_tools::per_element());
}

BOOST_DATA_TEST_CASE(every_layer_of_every_workload_runs_and_is_priced,
                     boost::unit_test::data::make(kStyles), style) {
  const Fresh chip(style);
  for (const std::string& workload : kCatalog.workloads()) {
    const Run run = run_analytical(chip.input(workload));
    BOOST_TEST(run.unmapped.empty(), workload);
    BOOST_TEST(run.records.size() == run.workload.layers.size());
    for (const Record& r : run.records) {
      BOOST_TEST(r.values.at("energy_chip_uj") > 0);
      BOOST_TEST(r.notes.count("unpriced") == 0U, workload << " " << r.layer);
    }
  }
}

BOOST_DATA_TEST_CASE(the_simulator_counts_the_same, boost::unit_test::data::make(kStyles), style) {
  const Fresh chip(style);
  SimulateOptions options;
  options.input = chip.input("lenet5");
  options.timing_only = true;
  const Run simulated = run_simulator(options), predicted = run_analytical(chip.input("lenet5"));
  BOOST_REQUIRE(simulated.records.size() == predicted.records.size());
  for (std::size_t i = 0; i < simulated.records.size(); ++i)
    BOOST_TEST(simulated.records[i].values.at("energy_chip_uj") > 0);
}

BOOST_DATA_TEST_CASE(every_file_reads_and_says_what_to_replace,
                     boost::unit_test::data::make(kStyles), style) {
  const Fresh chip(style, {"lenet5", "vgg16"});
  const Experiment experiment = read_experiment(chip.folder() / "experiment.yaml");
  BOOST_TEST(fs::equivalent(
      kCatalog.chip_folder(experiment.cases.front().chip, experiment.file.parent_path()),
      chip.folder()));
  BOOST_TEST(fit::read_fit(chip.folder() / "fit.yaml").measured.size() == 2U);
  Diagnostics wrong;
  BOOST_TEST(read_import_mapping(chip.folder() / "measured/vgg16.import.yaml", &wrong).name ==
             "mychip-vgg16");
  BOOST_TEST(wrong.empty());
  std::set<std::string> with_todo, names;
  for (const WrittenFile& f : chip.files) {
    names.insert(f.name);
    if (f.todos > 0) with_todo.insert(f.name);
    const std::string text = content(chip.folder() / f.name);
    BOOST_TEST(text.find("{{") == std::string::npos, f.name);
    BOOST_TEST(!text.empty(), f.name);
  }
  for (const char* f : {"README.md", "accelerator.yaml", "any.yaml", "parameters.yaml", "fit.yaml",
                        "experiment.yaml", "measured/vgg16.import.yaml"})
    BOOST_TEST(with_todo.count(f) == 1U, f);
  for (const char* f : {"measured/README.md", "measured/lenet5.csv", "measured/vgg16.csv",
                        "measured/microbenchmarks.csv"})
    BOOST_TEST(names.count(f) == 1U, f);
}

// A constant without a line of its own under sources would be one that nobody asks about.
BOOST_DATA_TEST_CASE(every_price_has_a_source, boost::unit_test::data::make(kStyles), style) {
  const Fresh chip(style);
  const Accelerator a = read_accelerator(chip.folder() / "accelerator.yaml");
  BOOST_TEST(a.sources.size() >= 12U);
  for (const UnitEnergy& e : read_parameters(chip.folder() / "parameters.yaml").energies)
    BOOST_TEST(e.source.size() > 5U);
}

BOOST_AUTO_TEST_CASE(nothing_is_overwritten_and_every_error_is_said_at_once) {
  const TemporaryFolder box;
  box.write("kept", "mine");
  BOOST_TEST(error_of({"mychip", "row-stationary", {"lenet5"}, box.path()})
                 .find("nothing is overwritten") != std::string::npos);
  BOOST_TEST(content(box / "kept") == "mine");
  const std::string text =
      error_of({"eyeriss", "row-stationery", {"alexnt", "vgg16", "vgg16"}, box / "new"});
  for (const char* part : {"a known chip has this name", "did you mean 'row-stationary'",
                           "did you mean 'alexnet'", "stated twice"})
    BOOST_TEST(text.find(part) != std::string::npos, part);
  for (const char* name : {"", "9th", "a b", "../x", "null", "a/b"})
    BOOST_TEST(!error_of({name, "row-stationary", {"lenet5"}, box / "new"}).empty(), name);
  BOOST_TEST(!fs::exists(box / "new"));
}

BOOST_AUTO_TEST_CASE(an_experiment_of_a_known_chip_and_of_a_folder_read) {
  const TemporaryFolder box;
  const Fresh chip("fpga-tiled");
  write_experiment({"mine", "eyeriss", "alexnet", box / "a.yaml"}, kCatalog);
  write_experiment({"mine", chip.folder().string(), "vgg16", box / "b.yaml"}, kCatalog);
  const Experiment a = read_experiment(box / "a.yaml"), b = read_experiment(box / "b.yaml");
  BOOST_TEST(a.cases.front().chip == "eyeriss");
  BOOST_TEST(a.cases.front().variants.front().mapping == "alexnet.yaml");
  BOOST_TEST(fs::equivalent(kCatalog.chip_folder(b.cases.front().chip, box.path()), chip.folder()));
  BOOST_CHECK_THROW(write_experiment({"mine", "eyeriss", "alexnet", box / "a.yaml"}, kCatalog),
                    InputError);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::test
