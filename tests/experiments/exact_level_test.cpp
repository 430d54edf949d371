// SPDX-License-Identifier: Apache-2.0
// Level "exact" in a report, on made-up records: it must say what the simulator and hardware say,
// and never less than the fast mode.
#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "experiments/experiment.h"
#include "experiments/report/exact_levels.h"
#include "experiments/report/levels.h"

namespace assay {
namespace {

Record made(const std::string& level, const std::string& layer) {
  Record r;
  r.level = level;
  r.variant = "D";
  r.chip = "tiny";
  r.workload = "net";
  r.layer = layer;
  r.provenance.tool = "test";
  r.values = {{"processing_cycles", 100}, {"total_cycles", 130}};
  r.counts = {{{"glb", "I", "read"}, 70}};
  return r;
}

// What the simulator says, and what the exact mode has beside it.
Record timed(const std::string& level, const std::string& layer) {
  Record r = made(level, layer);
  r.cycles_by_cause = {{"compute", 90}, {"glb.read I", 10}};
  r.values["total_cycles.compute"] = 90;
  r.values["total_cycles.dram.bus I"] = 40;
  r.values["steps"] = 9;
  r.values["step_cycles"] = 95;
  r.values["port_busy_pct.glb.read"] = 12.5;
  r.values["active_pes"] = level == "exact" ? 3.25 : 3.5;  // defined in another way
  if (level == "exact") r.values["energy_chip_uj"] = 7;
  return r;
}

ReportInput levels() {
  ReportInput in;
  in.experiment = "exact";
  in.headline_variant = "D";
  in.headline_level = "analytical";
  in.headline_quantity = "total_cycles";
  in.predicted = {made("analytical", "a"), timed("exact", "a"),     timed("exact", "b"),
                  timed("simulator", "a"), timed("simulator", "b"), made("rtl", "a")};
  return in;
}

constexpr std::size_t kExactA = 1, kSimulatorA = 3, kRtlA = 5;

std::vector<std::string> differences(const ReportInput& in) {
  BOOST_TEST(report::counts_agree(in) == report::exact_differences(in).empty());
  BOOST_TEST(passed(in) == report::exact_differences(in).empty());
  return report::exact_differences(in);
}

using Texts = std::vector<std::string>;

}  // namespace

BOOST_AUTO_TEST_SUITE(exact_level)

BOOST_AUTO_TEST_CASE(equal_levels_pass_and_the_summary_counts_them) {
  const ReportInput in = levels();
  BOOST_TEST(differences(in).empty());
  // 2 latencies, 2 causes of the total, steps, step_cycles, port, 2 causes; of 2 layers.
  BOOST_TEST(report::exact_summary(in, {&in.predicted[kSimulatorA], &in.predicted[4]}) ==
             "exact = simulator in 2 of 2 layers (18 figures)");
  BOOST_TEST(report::level_tables(in).at(0).exact ==
             "exact = simulator in 1 of 1 layer (9 figures)");  // of b there is no analytical one
}

BOOST_AUTO_TEST_CASE(every_figure_that_differs_from_the_simulator_is_named_and_fails) {
  for (const char* name : {"processing_cycles", "total_cycles", "total_cycles.compute", "steps",
                           "step_cycles", "port_busy_pct.glb.read"}) {
    ReportInput in = levels();
    in.predicted[kSimulatorA].values.at(name) += 1;
    in.predicted.erase(in.predicted.begin() + kRtlA);
    const Texts found = differences(in);
    BOOST_TEST(found.size() == 1U, name);
    BOOST_TEST(found.at(0).rfind("D a " + std::string(name) + ": exact ", 0) == 0, found.at(0));
  }
}

BOOST_AUTO_TEST_CASE(a_cause_that_only_one_of_them_has_is_a_difference) {
  ReportInput in = levels();
  in.predicted[kSimulatorA].cycles_by_cause.erase("glb.read I");
  in.predicted[kExactA].values.erase("total_cycles.dram.bus I");
  BOOST_TEST((differences(in) == Texts{"D a total_cycles.dram.bus I: exact 0, simulator 40",
                                       "D a processing: glb.read I: exact 10, simulator 0"}));
}

BOOST_AUTO_TEST_CASE(hardware_must_have_the_total_cycles_and_the_counts) {
  ReportInput in = levels();
  in.predicted[kRtlA].values.at("total_cycles") = 131;
  in.predicted[kRtlA].values.at("processing_cycles") = 7;  // is not compared
  in.predicted[kRtlA].counts[{"glb", "I", "read"}] = 69;
  BOOST_TEST((differences(in) ==
              Texts{"D a total_cycles: exact 130, rtl 131", "D a glb.I.read: exact 70, rtl 69"}));
}

BOOST_AUTO_TEST_CASE(the_fast_mode_must_not_be_above) {
  ReportInput in = levels();
  in.predicted[0].values.at("total_cycles") = 129.5;
  BOOST_TEST(differences(in).empty());
  in.predicted[0].values.at("total_cycles") = 130.5;
  BOOST_TEST((differences(in) ==
              Texts{"D a total_cycles below the fast bound: exact 130, analytical 130.5"}));
}

BOOST_AUTO_TEST_CASE(only_records_of_one_variant_and_layer_are_compared) {
  ReportInput in = levels();
  in.predicted[kSimulatorA].variant = "E";
  in.predicted[kSimulatorA].values.at("total_cycles") = 1;
  BOOST_TEST(differences(in).empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay
