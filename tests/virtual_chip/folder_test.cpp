// SPDX-License-Identifier: Apache-2.0
// The folder of a virtual chip: what a real chip's has, the same every time, and exact where there
// is neither noise nor a hidden factor.
#include <algorithm>

#include "experiments/import.h"
#include "fixture.h"

namespace assay::test {
namespace {

using namespace virtual_chip;

bool says(const InputError& e, const std::string& text) {
  return std::any_of(e.diagnostics().begin(), e.diagnostics().end(), [&](const Diagnostic& d) {
    return to_string(d).find(text) != std::string::npos;
  });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(folder)

BOOST_AUTO_TEST_CASE(the_same_seeds_give_the_same_bytes_and_other_seeds_other_figures) {
  const Folder box;
  Options o = eyeriss_options(box, "a");
  make_virtual_chip(o);
  o.out = box / "b";
  make_virtual_chip(o);
  BOOST_TEST((files_of(box / "a") == files_of(box / "b")));
  o.out = box / "c";
  o.bench.seed = 2;
  make_virtual_chip(o);
  o.out = box / "d";
  o.bench.seed = 1;
  o.truth_seed = 2;
  make_virtual_chip(o);
  for (const char* other : {"c", "d"}) {
    auto x = files_of(box / "a"), y = files_of(box / other);
    BOOST_TEST(x["measured/alexnet.csv"] != y["measured/alexnet.csv"]);
    BOOST_TEST(x["parameters.yaml"] == y["parameters.yaml"]);  // the prior gives nothing away
  }
}

BOOST_AUTO_TEST_CASE(without_noise_and_factors_energy_and_time_are_those_of_the_level_exactly) {
  const Folder box;
  Options o = eyeriss_options(box, "out");
  o.truth_sd_ln = 0;
  o.bench.energy_noise_ln = o.bench.time_noise_ln = o.bench.network_ln = 0;
  o.microbenchmarks_of = kChips / "eyeriss";
  for (const VirtualLevel level : {VirtualLevel::analytical, VirtualLevel::simulator}) {
    o.level = level;
    o.out = box / (level == VirtualLevel::simulator ? "s" : "a");
    if (level == VirtualLevel::simulator) o.networks.clear();
    make_virtual_chip(o);
    for (const std::string name : {"alexnet", "microbenchmarks"}) {
      if (!fs::exists(o.out / "measured" / (name + ".csv"))) continue;
      RunInput in;
      in.accelerator = o.out / "accelerator.yaml";
      in.workload = o.out / "workloads" / (name + ".yaml");
      in.mapping = o.out / (name + ".yaml");
      in.parameters = o.out / "parameters.yaml";
      const auto predicted = run_analytical(in).records;
      const auto measured = import_csv(o.out / "measured" / (name + ".csv"),
                                       o.out / "measured" / (name + ".import.yaml"));
      BOOST_REQUIRE(predicted.size() == measured.size());
      for (std::size_t i = 0; i < predicted.size(); ++i) {
        BOOST_TEST(predicted[i].layer == measured[i].layer);
        BOOST_TEST(predicted[i].batch == measured[i].batch);
        BOOST_TEST(predicted[i].values.at("energy_chip_uj") ==
                   measured[i].values.at("energy_chip_uj"));
        if (level == VirtualLevel::analytical)
          BOOST_TEST(predicted[i].values.at("total_ms") == measured[i].values.at("total_ms"));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_measurement_carries_what_it_must) {
  const Folder box;
  Options o = eyeriss_options(box, "out");
  o.parameters = prior_with_clock(box);
  o.microbenchmarks_of = kChips / "eyeriss";
  const Summary s = make_virtual_chip(o);
  BOOST_TEST(s.lines.size() == 2U);
  const auto measured = import_csv(o.out / "measured" / "microbenchmarks.csv",
                                   o.out / "measured" / "microbenchmarks.import.yaml");
  BOOST_TEST(measured.front().layer == microbenchmarks::kIdle);
  for (const Record& r : measured) {
    for (const char* key :
         {"energy_chip_uj", "total_ms", "replicates", "replicate_spread_pct", "time_spread_pct",
          "instrument_floor_pct", "window_ms", "warm_up_ms", "clock_set_mhz", "clock_observed_mhz",
          "supply_v", "temperature_before_c", "temperature_after_c", "idle_before_mw",
          "idle_after_mw"})
      BOOST_TEST(r.values.count(key) == 1U, r.layer << " " << key);
    BOOST_TEST(r.level == "chip");
    BOOST_TEST(r.provenance.source.find("virtual") != std::string::npos);
    BOOST_TEST(!r.provenance.confidence.empty());
  }
  // Nothing outside truth/ knows a factor.
  const auto all = files_of(o.out);
  const Truth truth = draw_truth(read_parameters(o.parameters), o.truth_seed, o.truth_sd_ln);
  for (const auto& [name, text] : all) {
    if (name.rfind("truth/", 0) == 0) continue;
    for (const UnitEnergy& e : truth.parameters.energies) {
      const std::string secret = std::to_string(e.energy.value).substr(0, 6);
      if (e.energy.value > 1e-3)
        BOOST_TEST(text.find("energy_pj: " + secret) == std::string::npos, name);
    }
  }
  // Idle has counts for a fit: a record of constant power alone.
  const auto prior = read_records(o.out / "microbenchmarks.records.json");
  BOOST_TEST(prior.front().layer == microbenchmarks::kIdle);
  BOOST_TEST(prior.front().values.at("energy_chip_uj") == 60e3);
}

BOOST_AUTO_TEST_CASE(a_truth_that_is_given_is_used_as_it_stands) {
  const Folder box;
  Options o = eyeriss_options(box, "a");
  make_virtual_chip(o);
  Options again = eyeriss_options(box, "b");
  again.truth_file = o.out / "truth" / "parameters.yaml";
  make_virtual_chip(again);
  BOOST_TEST(files_of(o.out)["measured/alexnet.csv"] ==
             files_of(again.out)["measured/alexnet.csv"]);
}

BOOST_AUTO_TEST_CASE(refuses_what_it_cannot_measure) {
  const Folder box;
  Options o = eyeriss_options(box, "out");
  o.networks.push_back(o.networks.front());
  BOOST_CHECK_EXCEPTION(make_virtual_chip(o), InputError,
                        [](const InputError& e) { return says(e, "each workload once"); });
  BOOST_TEST(!fs::exists(o.out));
  o = eyeriss_options(box, "out");
  o.parameters = kChips / "dataflows" / "parameters.yaml";
  BOOST_CHECK_EXCEPTION(make_virtual_chip(o), InputError, [](const InputError& e) {
    return says(e, "the accelerator is 'eyeriss'");
  });
  o = eyeriss_options(box, "out");
  fs::create_directories(o.out / "something");
  BOOST_CHECK_EXCEPTION(make_virtual_chip(o), InputError,
                        [](const InputError& e) { return says(e, "nothing is overwritten"); });
  o = eyeriss_options(box, "none/out/deep");
  o.networks[0].mapping = kHere / "eyeriss-vgg16.yaml";
  BOOST_CHECK_EXCEPTION(make_virtual_chip(o), InputError,
                        [](const InputError& e) { return says(e, "vgg16"); });
  BOOST_TEST(!fs::exists(o.out));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::test
