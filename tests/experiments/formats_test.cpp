// SPDX-License-Identifier: Apache-2.0
// The examples of docs/formats are files: they read, fit together as the chip folder that
// docs/formats/chip.md describes, and run as the experiment that docs/formats/experiment.md states;
// the spaces of mappings and designs are searched.
#include <unistd.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "core/accelerator.h"
#include "core/layer.h"
#include "core/machine.h"
#include "core/mapping.h"
#include "core/parameters.h"
#include "experiments/drift/drift.h"
#include "experiments/experiment.h"
#include "experiments/explore/explore.h"
#include "experiments/explore/hardware_run.h"
#include "experiments/fit/fit_file.h"
#include "experiments/import.h"
#include "experiments/run.h"

namespace {

namespace fs = std::filesystem;

// What stands between "```kind" and "```" on a page, in order.
std::vector<std::string> blocks(const std::string& page, const std::string& kind) {
  const fs::path file = fs::path(ASSAY_SOURCE_DIR) / "docs/formats" / page;
  std::ifstream in(file);
  BOOST_REQUIRE_MESSAGE(in, file);
  std::vector<std::string> found;
  bool inside = false;
  for (std::string line; std::getline(in, line);) {
    if (!inside && line == "```" + kind) {
      inside = true;
      found.emplace_back();
    } else if (inside && line == "```") {
      inside = false;
    } else if (inside) {
      found.back() += line + "\n";
    }
  }
  BOOST_REQUIRE_MESSAGE(!inside, page << ": a block without its end");
  return found;
}

std::string only_block(const std::string& page, const std::string& kind) {
  const std::vector<std::string> found = blocks(page, kind);
  BOOST_REQUIRE_MESSAGE(found.size() == 1,
                        page << ": expected one " << kind << " block, found " << found.size());
  return found.front();
}

// The pages' examples, laid out as a data folder with one chip; gone at the end of the test.
class Examples {
 public:
  Examples() {
    std::string pattern = (fs::temp_directory_path() / "assay_formats_XXXXXX").string();
    BOOST_REQUIRE(mkdtemp(pattern.data()) != nullptr);
    root_ = pattern;
    write("chips/tiny/accelerator.yaml", only_block("accelerator.md", "yaml"));
    write("chips/tiny/example.yaml", only_block("mapping.md", "yaml"));
    write("chips/tiny/parameters.yaml", only_block("parameters.md", "yaml"));
    write("chips/tiny/measured/example.csv", only_block("chip.md", "csv"));
    write("chips/tiny/measured/example.import.yaml", only_block("chip.md", "yaml"));
    write("workloads/example.yaml", only_block("workload.md", "yaml"));
    write("tiny-example.yaml", only_block("experiment.md", "yaml"));
    write("drift.yaml", only_block("drift.md", "yaml"));
    write("spaces/tiny-space.yaml", only_block("mapspace.md", "yaml"));
    const std::vector<std::string> design_space = blocks("design_space.md", "yaml");
    BOOST_REQUIRE(design_space.size() == 2U);
    write("chips/tiny/page.yaml", design_space[0]);
    write("chips/tiny/costs.yaml", design_space[1]);
    const std::vector<std::string> fits = blocks("fit.md", "yaml");
    BOOST_REQUIRE(fits.size() == 3U);
    write("chips/tiny/fit.yaml", fits[0]);
    write("chips/tiny/fit-latency.yaml", fits[1]);
    write("chips/tiny/fit-lut.yaml", fits[2]);
  }
  ~Examples() {
    std::error_code ignored;
    fs::remove_all(root_, ignored);
  }
  Examples(const Examples&) = delete;
  Examples& operator=(const Examples&) = delete;

  fs::path at(const std::string& file) const { return root_ / file; }
  fs::path chip(const std::string& file) const { return root_ / "chips/tiny" / file; }
  assay::Catalog catalog() const { return {root_}; }

 private:
  void write(const std::string& file, const std::string& text) {
    fs::create_directories((root_ / file).parent_path());
    std::ofstream(root_ / file, std::ios::binary) << text;
  }
  fs::path root_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(formats)

BOOST_AUTO_TEST_CASE(examples_of_the_pages_read) {
  const Examples examples;
  const assay::Accelerator accelerator = assay::read_accelerator(examples.chip("accelerator.yaml"));
  BOOST_TEST(accelerator.name == "tiny");
  BOOST_TEST(accelerator.lanes() == 16);
  const assay::MappingFile mappings =
      assay::read_mappings(examples.chip("example.yaml"), accelerator);
  BOOST_TEST(mappings.layers.count("conv1") == 1U);
  BOOST_TEST(mappings.any_layer.has_value());
  BOOST_TEST(assay::read_parameters(examples.chip("parameters.yaml")).energies.size() == 6U);
  BOOST_TEST(assay::read_workload(examples.at("workloads/example.yaml")).layers.size() == 2U);
  BOOST_TEST(assay::import_csv(examples.chip("measured/example.csv"),
                               examples.chip("measured/example.import.yaml"))
                 .size() == 2U);
  BOOST_TEST(assay::read_experiment(examples.at("tiny-example.yaml")).cases.at(0).variants.size() == 1U);
  BOOST_TEST(assay::fit::read_fit(examples.chip("fit.yaml")).unknowns.size() == 3U);
  BOOST_TEST(assay::drift::read_drift(examples.at("drift.yaml")).sources.size() == 2U);
  const assay::fit::FitFile latency = assay::fit::read_fit(examples.chip("fit-latency.yaml"));
  BOOST_TEST(latency.latency());
  BOOST_TEST(assay::fit::read_fit(examples.chip("fit-lut.yaml")).resources());
  const auto slots = assay::machine_slots(accelerator);
  for (const assay::fit::UnknownEntry& u : latency.unknowns)
    BOOST_TEST(std::any_of(slots.begin(), slots.end(),
                           [&](const auto& slot) { return slot.first == u.machine; }),
               u.machine);
}

BOOST_AUTO_TEST_CASE(the_map_space_of_the_page_has_its_nests_and_can_be_searched) {
  using namespace assay;
  const Examples examples;
  const Accelerator accelerator = read_accelerator(examples.chip("accelerator.yaml"));
  const analytical::MapSpace space =
      analytical::read_map_space(examples.at("spaces/tiny-space.yaml"), accelerator);
  BOOST_TEST(space.name == "tiny-space");
  BOOST_TEST(space.skeletons.size() == 2U);  // with and without inputs in the buffer
  ExploreOptions options;
  options.accelerator = examples.chip("accelerator.yaml");
  options.workload = examples.at("workloads/example.yaml");
  options.parameters = examples.chip("parameters.yaml");
  options.constraints = examples.at("spaces/tiny-space.yaml");
  options.search.budget = 2000;
  const Explored explored = explore(options);
  BOOST_TEST(explored.without.empty());
  for (const ExploredLayer& l : explored.layers) BOOST_TEST(!l.front.empty(), l.layer.name);
  BOOST_TEST(!explored.layers.empty());
}

BOOST_AUTO_TEST_CASE(the_design_space_of_the_page_is_swept_and_every_design_agrees) {
  const Examples examples;
  const assay::SpaceFile file =
      assay::read_design_space(examples.chip("page.yaml"), examples.catalog());
  BOOST_TEST(file.space.name == "page");
  // arrays x tiles x bandwidths x capacities, as the page lists them
  BOOST_TEST(file.space.size() == 3 * 3 * 3 * 8);
  const assay::SweepOutcome found = assay::sweep(file, {});
  BOOST_TEST(!found.result.front.empty());
  const assay::SampleCheck checked = assay::check_sample(file, found.result.front, 1, {});
  BOOST_TEST(checked.valid > 0);
  BOOST_TEST(checked.different + checked.beyond_front == 0);
}

BOOST_AUTO_TEST_CASE(example_mappings_are_legal) {
  const Examples examples;
  const assay::Accelerator accelerator = assay::read_accelerator(examples.chip("accelerator.yaml"));
  const assay::MappingFile mappings =
      assay::read_mappings(examples.chip("example.yaml"), accelerator);
  for (const assay::Layer& layer :
       assay::read_workload(examples.at("workloads/example.yaml")).layers) {
    const auto mapping = assay::resolve(mappings, layer);
    BOOST_REQUIRE(mapping.has_value());
    for (const assay::Diagnostic& d : assay::check(layer, accelerator, *mapping))
      BOOST_ERROR(assay::to_string(d));
  }
}

BOOST_AUTO_TEST_CASE(examples_run_as_one_experiment_within_its_bounds) {
  const Examples examples;
  const assay::Experiment experiment = assay::read_experiment(examples.at("tiny-example.yaml"));
  const assay::ReportInput result = assay::run_experiment(experiment, examples.catalog());
  BOOST_TEST(result.measured.size() == 2U);
  BOOST_TEST(result.bounds.size() == 2U);
  for (const assay::BoundCheck& bound : result.bounds)
    BOOST_TEST(bound.passed(), bound.quantity << " " << bound.statistic << ": found "
                                              << bound.found.value_or(-1e9));
  for (const assay::Record& r : result.predicted)
    if (r.level != "baseline")
      BOOST_TEST(r.values.count("energy_chip_uj") == 1U, r.layer << " has no energy");
}

BOOST_AUTO_TEST_CASE(a_new_chip_is_found_by_its_folder) {
  const Examples examples;
  BOOST_TEST(examples.catalog().chips() == std::vector<std::string>{"tiny"},
             boost::test_tools::per_element());
  BOOST_TEST(assay::find_mapping(examples.chip(""), "example", std::nullopt) ==
             examples.chip("example.yaml"));
}

BOOST_AUTO_TEST_SUITE_END()
