// SPDX-License-Identifier: Apache-2.0
// What is committed for Eyeriss is what the committed files give, to the last digit that is
// printed.
#include <fmt/format.h>

#include <boost/test/unit_test.hpp>
#include <cmath>

#include "calibration/parameters_json.h"
#include "experiments/fit/energy_model.h"
#include "experiments/fit/energy_score.h"
#include "experiments/fit/fit_run.h"
#include "experiments/run.h"
#include "experiments/simulate.h"
#include "tests/files.h"

namespace {

namespace fs = std::filesystem;
using namespace assay;

const fs::path kChip = fs::path(ASSAY_SOURCE_DIR) / "experiments/chips/eyeriss";

Catalog catalog() { return {fs::path(ASSAY_SOURCE_DIR) / "experiments"}; }

fit::FitResult fitted(const std::string& file) {
  return fit::run_fit(fit::read_fit(kChip / file), catalog());
}

// Errors in per cent, each layer predicted by the fit of the other four.
std::vector<double> left_out_pct(const fit::FitResult& r, const std::string& rung = "MAP") {
  const fit::Evaluation& e = r.analysis.evaluations.front();
  std::vector<double> out;
  for (std::size_t k = 0; k < e.rows.size(); ++k)
    out.push_back(100 * (e.predicted[fit::rung(r.analysis, rung)][k] /
                             r.model.problem.observations[e.rows[k]].measured -
                         1));
  return out;
}

void check_close(const std::vector<double>& values, const std::vector<double>& expected) {
  std::string text;
  for (const double v : values) text += fmt::format(" {:.9f},", v);
  BOOST_TEST_MESSAGE("got" << text);
  BOOST_REQUIRE_EQUAL(values.size(), expected.size());
  for (std::size_t i = 0; i < values.size(); ++i)
    BOOST_TEST(std::fabs(values[i] - expected[i]) < 1e-6, values[i] << " for " << expected[i]);
}

std::vector<double> ladder_mape(const fit::FitResult& r) {
  std::vector<double> out;
  for (const calibration::ErrorReport& e : r.analysis.evaluations.front().errors)
    out.push_back(e.mape_pct.value);
  return out;
}

// The same fits, but with the predicted total latency: times are wrong too.
std::vector<double> left_out_at_predicted_time_pct(const fit::FitResult& r) {
  calibration::MapOptions options;
  options.seed = r.file.seed;
  std::vector<double> out;
  for (std::size_t k = 0; k < r.data.records.size(); ++k) {
    calibration::Rows others;
    for (std::size_t i = 0; i < r.data.records.size(); ++i)
      if (i != k) others.push_back(i);
    const fit::FitRecord& record = r.data.records[k];
    const Eigen::VectorXd row =
        fit::activity_row(r.file, r.data.accelerator, r.model, record.activity,
                          record.activity.record.values.at("total_ms"));
    const double predicted = row.dot(calibration::fit_map(r.model.problem, others, options).theta);
    out.push_back(100 * (predicted / record.measured - 1));
  }
  return out;
}

struct Frozen {
  const char* fit;
  const char* parameters;
};
constexpr Frozen kFrozen[] = {{"fit.yaml", "parameters.json"},
                              {"fit-components.yaml", "parameters-components.json"}};

BOOST_AUTO_TEST_SUITE(eyeriss)

BOOST_AUTO_TEST_CASE(frozen_parameters_are_those_of_the_fit) {
  for (const Frozen& f : kFrozen) {
    const calibration::FittedParameters committed =
        calibration::read_fitted(kChip / f.parameters, "eyeriss");
    const calibration::FittedParameters now = fit::fitted_parameters(fitted(f.fit));
    BOOST_TEST((committed.fit.covariance - now.fit.covariance).norm() < 1e-6);
    BOOST_TEST(committed.fit.split_hash == now.fit.split_hash);
    BOOST_TEST(committed.fit.data.at("fit") == now.fit.data.at("fit"));
    BOOST_REQUIRE_EQUAL(committed.parameters.energies.size(), now.parameters.energies.size());
    for (std::size_t i = 0; i < now.parameters.energies.size(); ++i)
      BOOST_TEST(std::fabs(committed.parameters.energies[i].energy.value /
                               now.parameters.energies[i].energy.value -
                           1) < 1e-6);
    BOOST_REQUIRE_EQUAL(committed.parameters.powers.size(), 1U);
    BOOST_TEST(std::fabs(committed.parameters.powers[0].power.value /
                             now.parameters.powers[0].power.value -
                         1) < 1e-6);
  }
}

BOOST_AUTO_TEST_CASE(errors_of_left_out_layers_are_those_that_the_page_states) {
  const fit::FitResult two = fitted("fit.yaml"), components = fitted("fit-components.yaml");
  check_close(left_out_pct(two),
              {0.768695528, 0.213428584, -8.054809819, 2.063210684, 6.232323796});
  check_close(left_out_pct(components),
              {-1.669108160, -0.973376004, -9.593253218, 1.913420898, 10.693312132});
  for (const char* rung : {"prior", "prior x scale", "NNLS", "MAP + Huber"})
    BOOST_TEST_MESSAGE(rung << fmt::format(": {:.2f}; {:.2f}",
                                           fmt::join(left_out_pct(two, rung), " "),
                                           fmt::join(left_out_pct(components, rung), " ")));
  check_close(ladder_mape(two), {24.451752701, 3.794152174, 3.519383780, 3.466493682, 3.425619007});
  check_close(ladder_mape(components),
              {9.779567122, 5.971711467, 3.513166430, 4.968494082, 5.102574481});
  check_close(left_out_at_predicted_time_pct(two),
              {10.087074623, 3.049839785, 3.397318716, 18.521827953, 40.944685785});
  check_close(left_out_at_predicted_time_pct(components),
              {5.763247338, 1.247614062, -0.965324962, 14.844286653, 37.751770031});
  // One network: no error of an unseen one exists, and no interval is validated.
  for (const fit::FitResult* r : {&two, &components}) {
    BOOST_TEST(r->analysis.unseen() == nullptr);
    BOOST_TEST(!r->analysis.verdict.recalibrate.has_value());
    const fit::Evaluation& e = r->analysis.evaluations.front();
    BOOST_TEST(!e.unseen);
    BOOST_REQUIRE(e.intervals.has_value());
    BOOST_TEST(!e.intervals->validated);
    BOOST_TEST(e.intervals->n == 5);
    BOOST_TEST(e.intervals->covered == 5);
    BOOST_TEST(e.intervals->method.find("assumed, not validated") != std::string::npos,
               e.intervals->method);
  }
}

// Five layers allow CV+ up to 80 %; leaving out single layers of one network is not validated
// either, and says less than it seems to.
BOOST_AUTO_TEST_CASE(intervals_from_left_out_layers_for_completeness) {
  const fit::FitResult two = fitted("fit.yaml");
  calibration::IntervalOptions options;
  options.fold_by = calibration::FoldBy::observation;
  options.fit.seed = two.file.seed;
  const calibration::HeldOutReport at90 =
      calibration::held_out(two.model.problem, two.analysis.fitted, options);
  BOOST_TEST(!at90.validated, at90.method);
  options.nominal = 0.8;
  const calibration::HeldOutReport at80 =
      calibration::held_out(two.model.problem, two.analysis.fitted, options);
  BOOST_TEST(at80.validated, at80.method);
  BOOST_TEST(at80.n == 5);
  BOOST_TEST(at80.covered == 4);
}

BOOST_AUTO_TEST_CASE(what_five_layers_teach) {
  const auto share = [](const fit::FitResult& r, std::size_t unknown) {
    return r.analysis.unknowns.unknowns[unknown].learned_share;
  };
  const fit::FitResult two = fitted("fit.yaml"), components = fitted("fit-components.yaml");
  check_close({share(two, 0), share(two, 1)}, {0.927980080, 0.992735390});
  check_close({share(components, 0), share(components, 1), share(components, 2)},
              {0.932531685, 0.622724193, 0.971548179});
  // The rule by which columns were merged: below 30.
  BOOST_TEST(components.analysis.identifiability.condition_indices.back() < 30);
  const auto& nnls = components.analysis.rungs[fit::rung(components.analysis, "NNLS")];
  BOOST_REQUIRE_EQUAL(nnls.at_bound.size(), 3U);
  BOOST_TEST(nnls.at_bound[1]);
}

BOOST_AUTO_TEST_CASE(the_baseline_on_the_same_layers) {
  fit::FitFile file = fit::read_fit(kChip / "fit.yaml");
  file.parameters = "energy-baseline.yaml";
  const fit::EnergyScore score = fit::score_energy(file, catalog());
  BOOST_REQUIRE(score.at_measured_time.has_value());
  check_close({score.at_measured_time->mape_pct.value}, {3.216265329});
  BOOST_TEST(score.with_interval == 0);
  BOOST_TEST(score.seen.empty());
  file.parameters = "parameters.json";
  const fit::EnergyScore own = fit::score_energy(file, catalog());
  BOOST_REQUIRE_EQUAL(own.seen.size(), 1U);
  BOOST_TEST(own.with_interval == 5);
  BOOST_TEST(fit::energy_score_text(own, false).find("in sample") != std::string::npos);
  BOOST_TEST(!score.records.front().low.has_value());
}

BOOST_AUTO_TEST_CASE(predictor_and_simulator_take_the_frozen_parameters_and_spend_the_same) {
  for (const Frozen& f : kFrozen) {
    RunInput in;
    in.accelerator = kChip / "accelerator.yaml";
    in.workload = catalog().workload_file("alexnet");
    in.mapping = kChip / "alexnet.yaml";
    in.parameters = kChip / f.parameters;
    in.exact = true;
    SimulateOptions options;
    options.input = in;
    options.timing_only = true;
    options.jobs = 1;
    const std::vector<Record> predicted = run_analytical(in).records,
                              simulated = run_simulator(options).records;
    BOOST_REQUIRE_EQUAL(predicted.size(), 5U);
    BOOST_REQUIRE_EQUAL(simulated.size(), 5U);
    for (std::size_t i = 0; i < 5; ++i)
      for (const char* quantity : {"energy_uj", "energy_chip_uj"})
        BOOST_TEST(predicted[i].values.at(quantity) == simulated[i].values.at(quantity));
  }
}

// A table of another network, made up: 230 mW throughout.
struct Table {
  test::TemporaryFolder folder;
  fit::FitFile file = fit::read_fit(kChip / "score-vgg16.yaml");
  explicit Table(const std::string& zeros) {
    file.measured.front().data = folder
                                     .write("vgg16.csv",
                                            "layer,batch_N,chip_power_mW,total_latency_ms,"
                                            "ifmap_zeros_pct,source,confidence\n"
                                            "CONV1-2,3,230,600," +
                                                zeros + ",made up,none\n")
                                     .string();
  }
};

BOOST_AUTO_TEST_CASE(another_network_is_scored_by_its_own_zeros_and_times) {
  const Table table("40");
  const fit::EnergyScore score = fit::score_energy(table.file, catalog());
  const Parameters p = read_parameters(kChip / "parameters.json");
  BOOST_REQUIRE_EQUAL(score.records.size(), 1U);
  const fit::ScoredEnergy& s = score.records.front();
  const double macs = 3.0 * 224 * 224 * 64 * 64 * 9;
  const UnitEnergy* mac = p.find("pe", "-", "mac");
  BOOST_REQUIRE(mac != nullptr);
  const double expected = macs * 0.6 * mac->energy.value * 1e-6 + p.powers[0].power.value * 600;
  BOOST_REQUIRE(s.at_measured_time.has_value());
  BOOST_TEST(std::fabs(*s.at_measured_time / expected - 1) < 1e-9);
  BOOST_TEST(s.at_predicted_time < *s.at_measured_time);  // 272 ms
  BOOST_TEST(s.measured == 230.0 * 600);
  BOOST_TEST(s.zeros_stated);
  BOOST_REQUIRE(s.low.has_value());
  BOOST_TEST((*s.low < expected && expected < *s.high));
  BOOST_TEST(s.outside == "");
  BOOST_TEST(score.seen.empty());
}

BOOST_AUTO_TEST_CASE(what_the_fit_has_not_seen_and_what_was_not_stated_is_said) {
  const fit::EnergyScore far = fit::score_energy(Table("95").file, catalog());
  BOOST_TEST(far.records.front().outside.find("share of clock and leakage") != std::string::npos,
             far.records.front().outside);
  const fit::EnergyScore unstated = fit::score_energy(Table("").file, catalog());
  BOOST_TEST(!unstated.records.front().zeros_stated);
  BOOST_TEST(fit::energy_score_text(unstated, false).find("no zero fraction is stated") !=
             std::string::npos);
  BOOST_CHECK_THROW(fit::score_energy(Table("140").file, catalog()), InputError);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
