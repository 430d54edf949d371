// SPDX-License-Identifier: Apache-2.0
// Energy and traffic from a record's counts: the same bits as the predictor's own evaluation, and
// figures worked out by hand.
#include "core/energy.h"

#include <boost/test/unit_test.hpp>

#include "analytical/predictor.h"
#include "experiments/run.h"

using namespace assay;
namespace fs = std::filesystem;

namespace {

const fs::path kData = fs::path(ASSAY_SOURCE_DIR) / "experiments";

Plan plan_of(const std::string& chip, const std::string& mapping, const std::string& workload) {
  RunInput in;
  in.accelerator = kData / "chips" / chip / "accelerator.yaml";
  in.mapping = kData / "chips" / chip / mapping;
  in.workload = kData / "workloads" / (workload + ".yaml");
  in.parameters = kData / "chips" / chip / "parameters.yaml";
  return prepare(in);
}

// `==` on doubles: the additions are the same, in the same order.
void compare_energy(const Plan& plan, const PlannedLayer& l) {
  const Accelerator& a = plan.accelerator;
  const Precision precision = effective_precision(a, l.layer);
  const auto prices = analytical::price_list(*plan.parameters, a, precision);
  const double zeros = plan.parameters->zero_fraction(plan.workload.name, l.layer.name);
  const auto predicted =
      analytical::predict(l.layer, a, analytical::compile(l.layer, a, l.mapping), &prices, zeros);
  Record r;
  r.counts = analytical::named(predicted.counts, a);
  r.values["total_cycles"] = predicted.total.cycles;
  r.values["total_ms"] = duration(Cycles(predicted.total.cycles), a.clock).value;
  put_energy(a, precision, *plan.parameters, zeros, &r);
  BOOST_TEST(r.values.at("energy_uj") > 0);
  BOOST_TEST((r.values.at("energy_uj") == predicted.energy.total_pj * 1e-6));
  for (std::size_t level = 0; level < a.levels.size(); ++level) {
    const auto found = r.energy_pj_by_component.find(a.levels[level].name);
    const double pj = found == r.energy_pj_by_component.end() ? 0 : found->second;
    BOOST_TEST((pj == predicted.energy.level_pj[level]), a.levels[level].name);
  }
}

// dram -> mac, 100 MHz; inputs of 8, weights of 4, sums of 16, outputs of 12 bits.
Accelerator small_accelerator() {
  Accelerator a;
  a.name = "small";
  a.clock = Megahertz(100);
  a.precision = {8, 4, 16, 12};
  a.levels.resize(2);
  a.levels[0].name = "dram";
  a.levels[0].off_chip = true;
  a.levels[1].kind = LevelKind::compute;
  a.levels[1].name = "mac";
  return a;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(energy_of_counts)

BOOST_AUTO_TEST_CASE(equals_that_of_the_predictor_on_every_layer) {
  for (const Plan& plan :
       {plan_of("eyeriss", "alexnet.yaml", "alexnet"), plan_of("dataflows", "rs.yaml", "resnet18")})
    for (const PlannedLayer& l : plan.layers)
      BOOST_TEST_CONTEXT(plan.accelerator.name << " " << l.layer.name) compare_energy(plan, l);
}

BOOST_AUTO_TEST_CASE(traffic_is_the_bits_read_and_written_off_chip) {
  const Accelerator a = small_accelerator();
  const std::map<CountKey, std::int64_t> counts{
      {{"dram", "I", "read"}, 1000000},  {{"dram", "W", "read"}, 2000000},
      {{"dram", "P", "read"}, 3000000},  {{"dram", "P", "write"}, 4000000},
      {{"dram", "O", "write"}, 5000000}, {{"dram", "I", "fill"}, 7},
      {{"mac", "I", "read"}, 9}};
  // 1 * 8 + 2 * 4 + 7 * 16 + 5 * 12 = 188 Mbit
  BOOST_TEST(off_chip_traffic_mb(a, a.precision, counts) == 23.5);
}

BOOST_AUTO_TEST_CASE(is_counts_times_unit_energies_plus_power_times_time) {
  Accelerator a = small_accelerator();
  a.zero_gating.push_back({"mac", std::nullopt});
  Parameters p;
  p.energies = {{"dram", "any", "read", Picojoules(2), std::nullopt, 16, "", ""},
                {"dram", "W", "read", Picojoules(3), std::nullopt, 0, "", ""},
                {"mac", "-", "mac", Picojoules(4), Picojoules(1), 0, "", ""}};
  p.powers = {{"clock", Milliwatts(5), "", ""}};
  Record r;
  r.counts = {{{"dram", "I", "read"}, 100},
              {{"dram", "W", "read"}, 10},
              {{"dram", "O", "write"}, 3},
              {{"mac", "-", "mac"}, 1000}};
  r.values["total_cycles"] = 400;
  r.values["total_ms"] = 0.004;
  put_energy(a, a.precision, p, 0.25, &r);
  // dram: 100 * 2 * 8/16 + 10 * 3; mac: 1000 * (4 * 0.75 + 1 * 0.25); 5 mW for 4 us
  BOOST_TEST(r.energy_pj_by_component.at("dram") == 130);
  BOOST_TEST(r.energy_pj_by_component.at("mac") == 3250);
  BOOST_TEST(r.energy_pj_by_component.at("clock and leakage") == 20000);
  BOOST_TEST(r.values.at("energy_uj") == 23380e-6, boost::test_tools::tolerance(1e-12));
  BOOST_TEST(r.values.at("energy_chip_uj") == 23250e-6, boost::test_tools::tolerance(1e-12));
  BOOST_TEST(r.values.at("energy_uj.dram.I") == 100e-6, boost::test_tools::tolerance(1e-12));
  BOOST_TEST(r.notes.at("unpriced") == "dram.O.write");
}

BOOST_AUTO_TEST_CASE(without_any_price_there_is_no_energy) {
  const Accelerator a = small_accelerator();
  Record r;
  r.counts = {{{"mac", "-", "mac"}, 1000}};
  r.values["total_cycles"] = r.values["total_ms"] = 1;
  put_energy(a, a.precision, {}, 0, &r);
  BOOST_TEST(r.values.size() == 2U);
  BOOST_TEST(r.notes.empty());
}

BOOST_AUTO_TEST_SUITE_END()
