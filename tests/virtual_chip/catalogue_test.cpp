// SPDX-License-Identifier: Apache-2.0
// Microbenchmarks of every shipped chip: legal, the same in predictor and simulator, and each the
// one that spends most on what it is for.
#include <algorithm>
#include <cmath>

#include "experiments/rtl_run.h"
#include "experiments/simulate.h"
#include "fixture.h"
#include "rtl/rtl.h"

namespace assay::test {
namespace {

using microbenchmarks::Catalogue;
using microbenchmarks::Columns;
using microbenchmarks::Family;
using microbenchmarks::Microbenchmark;

const std::vector<std::string> kNames{"dataflows", "eyeriss",    "fpga15",
                                      "ghp_fpga",  "shidiannao", "tpu_v1"};

RunInput input_of(const fs::path& folder, const Chip& c) {
  RunInput in;
  in.accelerator = c.accelerator.file;
  in.workload = folder / "workload.yaml";
  in.mapping = folder / "mapping.yaml";
  if (fs::exists(folder / "parameters.yaml")) in.parameters = folder / "parameters.yaml";
  return in;
}

const Microbenchmark* find(const Catalogue& c, const std::string& name) {
  const auto at = std::find_if(c.all.begin(), c.all.end(),
                               [&](const Microbenchmark& m) { return m.name == name; });
  return at == c.all.end() ? nullptr : &*at;
}

// Share of some columns in what a layer spends, on the chip or altogether.
double share(const std::vector<microbenchmarks::Column>& columns, const Eigen::VectorXd& spent,
             const std::vector<std::string>& targets, bool off_chip) {
  double sum = 0, of_target = 0;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].off_chip && !off_chip) continue;
    sum += spent[static_cast<Eigen::Index>(i)];
    if (std::find(targets.begin(), targets.end(), columns[i].name) != targets.end())
      of_target += spent[static_cast<Eigen::Index>(i)];
  }
  return 100 * of_target / sum;
}

void is_best_of_all(const Catalogue& c, const Microbenchmark& m) {
  for (const Microbenchmark& other : c.all) {
    if (other.zero_inputs != m.zero_inputs) continue;  // of the same data
    BOOST_TEST(share(c.columns, other.spent, m.targets, m.off_chip) <= m.share_pct * (1 + 1e-9),
               other.name << " spends more on the target of " << m.name);
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(catalogue)

BOOST_AUTO_TEST_CASE(every_chip_has_files_that_predictor_and_simulator_run_with_equal_counts) {
  for (const std::string& name : kNames) BOOST_TEST_CONTEXT(name) {
      const Folder box;
      const Chip c = chip(name);
      const Catalogue& made = catalogue_of(c);
      fs::create_directories(box / "out");
      microbenchmarks::write_files(box / "out", made, c.accelerator, c.prices());
      SimulateOptions o;
      o.input = input_of(box / "out", c);
      o.timing_only = true;
      o.jobs = 2;
      const Run predicted = run_analytical(o.input);  // throws for a mapping that is not legal
      const Run simulated = run_simulator(o);
      BOOST_TEST(predicted.unmapped.empty());
      BOOST_REQUIRE(predicted.records.size() == made.all.size());
      BOOST_REQUIRE(simulated.records.size() == made.all.size());
      for (std::size_t i = 0; i < made.all.size(); ++i) {
        BOOST_TEST(predicted.records[i].layer == made.all[i].name);
        BOOST_TEST((predicted.records[i].counts == simulated.records[i].counts), made.all[i].name);
      }
    }
}

BOOST_AUTO_TEST_CASE(each_spends_most_on_its_target_as_the_simulator_counts_it) {
  for (const std::string& name : kNames) BOOST_TEST_CONTEXT(name) {
      const Folder box;
      const Chip c = chip(name);
      const Catalogue& made = catalogue_of(c);
      fs::create_directories(box / "out");
      microbenchmarks::write_files(box / "out", made, c.accelerator, c.prices());
      SimulateOptions o;
      o.input = input_of(box / "out", c);
      o.timing_only = true;
      const Run simulated = run_simulator(o);
      const Columns columns(c.accelerator, c.prices());
      for (std::size_t i = 0; i < made.all.size(); ++i) {
        const Microbenchmark& m = made.all[i];
        const Record& r = simulated.records[i];
        const Eigen::VectorXd spent = columns.spent(r, m.zero_inputs ? 1 : 0);
        if (made.priced)  // what the program says of the same layer, from the same files
          BOOST_TEST(std::abs(spent.sum() * 1e-6 / r.values.at("energy_uj") - 1) < 1e-12, m.name);
        if (m.family == Family::contrast) continue;
        BOOST_TEST(share(made.columns, spent, m.targets, m.off_chip) == m.share_pct,
                   boost::test_tools::tolerance(1e-9));
        is_best_of_all(made, m);
      }
    }
}

// Zeros gate some of what AlexNet's layers spend.
BOOST_AUTO_TEST_CASE(columns_add_up_to_the_energy_of_layers_with_zeros) {
  const Chip c = chip("eyeriss");
  RunInput in;
  in.accelerator = c.accelerator.file;
  in.workload = kExperiments / "workloads" / "alexnet.yaml";
  in.mapping = c.folder / "alexnet.yaml";
  in.parameters = c.folder / "parameters.yaml";
  const Columns columns(c.accelerator, c.prices());
  for (const Record& r : run_analytical(in).records)
    BOOST_TEST(columns.spent(r, c.parameters->zero_fraction("alexnet", r.layer)).sum() * 1e-6 ==
                   r.values.at("energy_uj"),
               boost::test_tools::tolerance(1e-12));
}

// What a level cannot isolate is said, and only then.
BOOST_AUTO_TEST_CASE(families_are_there_or_said_to_be_absent) {
  for (const std::string& name : kNames) {
    const Catalogue& c = catalogue_of(chip(name));
    BOOST_TEST(find(c, "mac") != nullptr, name);
    for (Family f : {Family::mac, Family::dram, Family::register_file, Family::broadcast,
                     Family::network, Family::buffer}) {
      const bool there = c.covered.count(f) != 0 ||
                         std::any_of(c.all.begin(), c.all.end(),
                                     [&](const Microbenchmark& m) { return m.family == f; });
      const bool said = std::any_of(c.absent.begin(), c.absent.end(), [&](const std::string& a) {
        return a.rfind(microbenchmarks::name(f), 0) == 0;
      });
      BOOST_TEST(there != said, name << " " << microbenchmarks::name(f));
    }
  }
}

BOOST_AUTO_TEST_CASE(eyeriss_concentrates_as_its_page_says) {
  const Catalogue& c = catalogue_of(chip("eyeriss"));
  const std::map<std::string, double> least{{"mac", 80},
                                            {"stream_dram_read", 90},
                                            {"stream_dram_write", 85},
                                            {"ping_spad_P_read", 50},
                                            {"broadcast_spad_W_fill", 50},
                                            {"network_y_P_hop", 45},
                                            {"stream_wbuf_read", 70},
                                            {"stream_glb_fill", 50},
                                            {"stream_glb_read", 45}};
  for (const auto& [name, share_pct] : least) {
    const Microbenchmark* m = find(c, name);
    BOOST_REQUIRE_MESSAGE(m != nullptr, name);
    BOOST_TEST(m->share_pct >= share_pct, name << " " << m->share_pct);
  }
  // The multiplier's accesses stay when zeros gate the multiplier.
  BOOST_TEST(find(c, "ping_spad_P_read")->zero_inputs);
  BOOST_TEST(!find(c, "mac")->zero_inputs);
}

BOOST_AUTO_TEST_CASE(idle_is_power_times_time) {
  const Folder box;
  Chip c = chip("eyeriss");
  const Catalogue& none = catalogue_of(c);
  BOOST_TEST(!none.idle_mw.has_value());
  BOOST_TEST(microbenchmarks::idle_record(none, c.accelerator).values.count("energy_uj") == 0U);
  c.parameters = read_parameters(prior_with_clock(box));
  const Record r = microbenchmarks::idle_record(catalogue_of(c), c.accelerator);
  BOOST_TEST(r.values.at("energy_chip_uj") == 60e3);  // 60 mW for 1000 ms
  BOOST_TEST(r.values.at("total_cycles") == 2e8);
  BOOST_TEST(r.counts.empty());
}

BOOST_AUTO_TEST_CASE(the_same_chip_gives_the_same_files) {
  const Chip c = chip("fpga15");
  const Catalogue a = make_catalogue_of(c), b = make_catalogue_of(c);
  BOOST_TEST(microbenchmarks::table_csv(a, c.accelerator) ==
             microbenchmarks::table_csv(b, c.accelerator));
  BOOST_TEST(microbenchmarks::mapping_file(a, c.accelerator) ==
             microbenchmarks::mapping_file(b, c.accelerator));
}

// Orders made from the levels alone, where no mapping of the chip is known.
BOOST_AUTO_TEST_CASE(an_accelerator_without_mappings_has_microbenchmarks_too) {
  for (const std::string& name : kNames) {
    const Chip c = chip(name);
    const Catalogue made = microbenchmarks::make_catalogue(
        c.accelerator, c.prices(), microbenchmarks::built_orders(c.accelerator), {}, {});
    BOOST_TEST(find(made, "mac") != nullptr, name);
    for (const Microbenchmark& m : made.all)
      BOOST_TEST(check(m.layer, c.accelerator, m.mapping).empty(), name << " " << m.name);
  }
}

// Counts, cycles and outputs of the hardware equal the simulator's, on the files as they are.
BOOST_AUTO_TEST_CASE(hardware_runs_them_where_it_is_built) {
  for (const char* name : {"eyeriss", "fpga15"}) BOOST_TEST_CONTEXT(name) {
      const Chip c = chip(name, "accelerator-rtl.yaml");
      if (!has_rtl()) {
        BOOST_CHECK_THROW(catalogue_of(c), InputError);
        continue;
      }
      const Folder box;
      const Catalogue& made = catalogue_of(c);
      fs::create_directories(box / "out");
      microbenchmarks::write_files(box / "out", made, c.accelerator, c.prices());
      RtlOptions o;
      o.input = input_of(box / "out", c);
      o.jobs = 2;
      o.check = true;
      const Run ran = all_or_none(run_rtl(o));
      BOOST_TEST(ran.records.size() == made.all.size());
      for (const Record& r : ran.records) BOOST_TEST(!differs_from_simulator(r), r.layer);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::test
