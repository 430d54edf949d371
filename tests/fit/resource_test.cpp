// SPDX-License-Identifier: Apache-2.0
// Resources fitted to a table of configurations that were made of prices which only the test knows.
#include <boost/test/unit_test.hpp>
#include <cmath>

#include "core/hash.h"
#include "core/text.h"
#include "experiments/fit/fit_report.h"
#include "experiments/fit/resource_problem.h"
#include "tests/fit/generated.h"

namespace {

namespace fs = std::filesystem;
using namespace assay;

const std::string kFit = R"(schema: assay.fit/1
name: test
chip: fpga15
quantity: lut
configurations: {data: table.csv, name: config, source: made up, confidence: none}
unknowns:
  - {name: control, columns: [], prior: 2000, source: guessed, confidence: low}
  - {name: lanes, columns: [tm, tn, bits], prior: 1, source: guessed, confidence: low}
  - {name: sums, columns: [tm, bits], prior: 1, source: guessed, confidence: low, prior_sd_ln: 2}
priors: {sd_ln: 1}
)";

Catalog catalog() { return {fs::path(ASSAY_SOURCE_DIR) / "experiments"}; }

std::string table() {
  test::Normal normal(1);
  BOOST_TEST_MESSAGE("seed 1");
  std::string csv = "config,tm,tn,bits,lut,remark\n";
  const int sizes[][3] = {{2, 2, 16},  {4, 3, 8},   {8, 2, 8},  {16, 16, 8},
                          {12, 5, 12}, {64, 7, 16}, {32, 4, 8}, {16, 4, 32},
                          {8, 8, 24},  {64, 1, 32}, {1, 1, 8}};
  for (const auto& s : sizes) {
    const double lut = 3000 + 2 * s[0] * s[1] * s[2] + 9 * s[0] * s[2];
    const std::string m = std::to_string(s[0]), n = std::to_string(s[1]), b = std::to_string(s[2]);
    csv += m + "x" + n + "x" + b + "," + m + "," + n + "," + b + "," +
           number_text(lut * std::exp(0.01 * normal())) + ",none\n";
  }
  return csv + "unknown,1,1,8,,not synthesised\n";
}

struct Files {
  test::TemporaryFolder folder;
  fs::path fit;
  explicit Files(const std::string& csv = table(), const std::string& text = kFit) {
    folder.write("table.csv", csv);
    fit = folder.write("fit.yaml", text);
  }
};

fit::FitResult run(const Files& f) { return fit::run_fit(fit::read_fit(f.fit), catalog()); }

std::string errors_of(const Files& f) {
  try {
    run(f);
  } catch (const InputError& e) {
    std::string text;
    for (const Diagnostic& d : e.diagnostics()) text += to_string(d) + "\n";
    return text;
  }
  return "";
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

BOOST_AUTO_TEST_SUITE(fit_resources)

BOOST_AUTO_TEST_CASE(hidden_prices_of_columns_are_recovered_from_configurations) {
  const fit::FitResult r = run(Files());
  const double truth[] = {3000, 2, 9};
  for (std::size_t j = 0; j < 3; ++j) {
    const calibration::UnknownResult& u = r.analysis.unknowns.unknowns[j];
    BOOST_TEST(std::fabs(std::log(u.value / truth[j])) < 0.1, u.name << ": " << u.value);
    BOOST_TEST((u.learned == calibration::Learned::learned), u.name);
  }
  const fit::Evaluation* e = r.analysis.unseen();
  BOOST_REQUIRE(e != nullptr);
  BOOST_TEST(e->name == "one group left out at a time");
  BOOST_TEST(e->errors[fit::rung(r.analysis, "MAP")].n == 11);
  BOOST_TEST(e->errors[fit::rung(r.analysis, "MAP")].groups == 11);
  BOOST_TEST(e->errors[fit::rung(r.analysis, "MAP")].mape_pct.value < 3);
  BOOST_REQUIRE(r.analysis.verdict.recalibrate.has_value());
  BOOST_TEST(*r.analysis.verdict.recalibrate, r.analysis.verdict.text);
}

BOOST_AUTO_TEST_CASE(a_configuration_without_the_quantity_is_left_out_and_named) {
  const std::string text = fit::fit_tables(run(Files()), false);
  BOOST_TEST(contains(text, "left out unknown: the quantity was not measured"), text);
  BOOST_TEST(contains(text, "lut of fpga15: n = 11 of 11 records fitted"), text);
  BOOST_TEST(contains(text, "NNLS"), text);
}

BOOST_AUTO_TEST_CASE(what_is_left_reads_back_with_products_of_columns_as_terms) {
  const Files f;
  const fs::path file = f.folder / "fitted.json";
  write_text(file, calibration::parameters_to_json(fit::fitted_parameters(run(f))));
  const calibration::FittedParameters back = calibration::read_fitted(file, "fpga15");
  BOOST_REQUIRE(back.fit.unknowns.size() == 3U);
  BOOST_TEST(back.fit.unknowns[0].terms.front() == "1");
  BOOST_TEST(back.fit.unknowns[1].terms.front() == "tm * tn * bits");
  BOOST_TEST(back.fit.level == "table.csv");
}

BOOST_AUTO_TEST_CASE(wrong_tables_and_files_are_refused_with_line_and_column) {
  const std::string csv = table();
  const auto of = [&](const char* from, const char* to) {
    return errors_of(Files(test::edited(csv, from, to)));
  };
  BOOST_TEST(contains(of("tn,bits,lut", "tn,bitss,lut"), "did you mean 'bitss'?"));
  BOOST_TEST(contains(of("2x2x16,2,2,16", "2x2x16,2,two,16"), "table.csv:2"));
  BOOST_TEST(contains(of("2x2x16,2,2,16", "2x2x16,2,-2,16"), "expected a number from 0"));
  BOOST_TEST(contains(of("4x3x8", "2x2x16"), "no other configuration has"));
  BOOST_TEST(contains(of(",none\n", "\n"), "expected 6"));
  const auto file = [&](const char* from, const char* to) {
    return errors_of(Files(csv, test::edited(kFit, from, to)));
  };
  BOOST_TEST(contains(file("prior: 2000, ", ""), "unknowns[0].prior"));
  BOOST_TEST(contains(file("columns: [tm, bits]", "machine: clock_mhz"), "unknowns[2].columns"));
  BOOST_TEST(contains(file("priors:", "measured: []\npriors:"), "expected 'configurations'"));
  BOOST_TEST(contains(file("quantity: lut", "quantity: luts"), "did you mean 'lut'?"));
}

BOOST_AUTO_TEST_CASE(the_shipped_parameters_are_what_their_fit_files_give) {
  const fs::path chip = fs::path(ASSAY_SOURCE_DIR) / "experiments/chips/fpga15";
  for (const std::string quantity : {"lut", "ff"}) {
    const calibration::FitBlock now =
        fit::fitted_parameters(
            fit::run_fit(fit::read_fit(chip / ("fit-" + quantity + ".yaml")), catalog()))
            .fit;
    const calibration::FitBlock shipped =
        calibration::read_fitted(chip / ("parameters-" + quantity + ".json"), "fpga15").fit;
    BOOST_REQUIRE(shipped.unknowns.size() == now.unknowns.size());
    for (std::size_t j = 0; j < now.unknowns.size(); ++j)
      BOOST_TEST(std::fabs(shipped.unknowns[j].value_ln - now.unknowns[j].value_ln) < 1e-6);
    BOOST_TEST(shipped.data.at("data synthesis/tiled.csv") ==
               now.data.at("data synthesis/tiled.csv"));
    BOOST_TEST(shipped.held_out.front().n == 14);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
