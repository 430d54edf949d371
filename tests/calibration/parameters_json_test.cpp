// SPDX-License-Identifier: Apache-2.0
// parameters.json reads back bit for bit, as a fit and as a plain parameter file.
#include "calibration/parameters_json.h"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <cstring>
#include <random>

#include "core/diagnostics.h"
#include "tests/malformed.h"

namespace assay::calibration {
namespace {

// Numbers that six digits would not bring back.
class Awkward {
 public:
  explicit Awkward(std::uint64_t seed) : random_(seed) {}
  double operator()() {
    const double mantissa = 1 + static_cast<double>(random_() >> 11U) * 0x1p-53;
    return std::ldexp(mantissa, static_cast<int>(random_() % 58) - 30);
  }

 private:
  std::mt19937_64 random_;
};

FittedParameters example(std::uint64_t seed) {
  Awkward x(seed);
  FittedParameters f;
  f.parameters.name = "example";
  f.parameters.chip = "tiny";
  f.parameters.energies = {
      {"glb", "any", "read", Picojoules(x()), std::nullopt, 64, "fit: \"quoted\", a \\", "learned"},
      {"pe", "-", "mac", Picojoules(x()), Picojoules(x()), 0, "caf\xC3\xA9", "weak"}};
  f.parameters.powers = {{"clock", Milliwatts(x()), "fit", "learned"}};
  f.parameters.areas = {{"glb", SquareMillimetres(x()), "s", "c"}};
  f.parameters.activities = {{"net", "conv1", 0.1 + 0.2, "s", "c"}};
  f.parameters.machine = {{"dram.link.bandwidth_bits_per_cycle", std::nullopt, 0.95, "s", "c", 0},
                          {"layer_overhead_us", x() / 1e9, std::nullopt, "s", "c", 0}};
  f.fit.name = "example";
  f.fit.quantity = "energy_chip_uj";
  f.fit.level = "analytical";
  f.fit.estimator = "MAP";
  f.fit.n = 12;
  f.fit.groups = {"a", "b"};
  for (const char* name : {"read", "mac"})
    f.fit.unknowns.push_back({name,
                              "pJ",
                              {"glb.any.read", "pe.-.mac"},
                              x(),
                              x(),
                              "somewhere",
                              -x(),
                              x(),
                              x(),
                              x(),
                              x() / 1e9,
                              "learned",
                              7,
                              x(),
                              std::nullopt});
  f.fit.covariance.resize(2, 2);
  f.fit.covariance << x(), -x(), -x(), x();
  f.fit.discrepancy_ln = x();
  f.fit.split_file = "split.json";
  f.fit.split_hash = "sha256:00";
  f.fit.data = {{"data a.csv", "sha256:11"}};
  f.fit.version = "assay 0";
  f.fit.options = {{"seed", "1"}};
  f.fit.held_out = {{"mape_pct", x(), x(), std::nullopt, 12, 2, "range", "left out"}};
  f.fit.verdict = "Recalibrate: because.";
  return f;
}

using Written = test::TemporaryFile;

bool same_bits(double a, double b) { return std::memcmp(&a, &b, sizeof a) == 0; }

BOOST_AUTO_TEST_SUITE(parameters_json)

BOOST_AUTO_TEST_CASE(every_number_comes_back_bit_for_bit) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    const FittedParameters before = example(seed);
    const Written file(parameters_to_json(before));
    const FittedParameters after = read_fitted(file.path(), "tiny");
    BOOST_TEST_CONTEXT("seed " << seed) {
      BOOST_TEST(parameters_to_json(after) == parameters_to_json(before));
      for (std::size_t i = 0; i < 2; ++i) {
        const FittedUnknown &a = after.fit.unknowns[i], &b = before.fit.unknowns[i];
        BOOST_TEST(same_bits(a.value_ln, b.value_ln));
        BOOST_TEST(same_bits(a.prior_ln, b.prior_ln));
        BOOST_TEST(same_bits(a.sd_ln, b.sd_ln));
        BOOST_TEST(same_bits(a.share_low.value_or(0), b.share_low.value_or(1)));
        BOOST_TEST(!a.share_high.has_value());
        BOOST_TEST(same_bits(after.parameters.energies[i].energy.value,
                             before.parameters.energies[i].energy.value));
      }
      BOOST_TEST(same_bits(after.parameters.energies[1].gated_energy->value,
                           before.parameters.energies[1].gated_energy->value));
      BOOST_TEST(same_bits(after.parameters.powers[0].power.value,
                           before.parameters.powers[0].power.value));
      for (Eigen::Index r = 0; r < 2; ++r)
        for (Eigen::Index c = 0; c < 2; ++c)
          BOOST_TEST(same_bits(after.fit.covariance(r, c), before.fit.covariance(r, c)));
      BOOST_TEST(!after.fit.held_out[0].high.has_value());
    }
  }
}

BOOST_AUTO_TEST_CASE(it_is_a_parameter_file_as_any_other) {
  const Written file(parameters_to_json(example(1)));
  const Parameters p = read_parameters(file.path());
  BOOST_TEST(p.energies.size() == 2U);
  BOOST_TEST(p.energies[0].source == "fit: \"quoted\", a \\");
  BOOST_TEST(p.energies[1].source == "caf\xC3\xA9");
  BOOST_TEST(p.energies[0].per_bits == 64);
  BOOST_TEST(p.zero_fraction("net", "conv1") == 0.1 + 0.2);
}

std::string refused(const std::string& text, const std::string& chip) {
  const Written file(text);
  try {
    read_fitted(file.path(), chip);
  } catch (const InputError& e) {
    std::string said;
    for (const Diagnostic& d : e.diagnostics()) said += to_string(d) + "\n";
    return said;
  }
  return "";
}

using test::edited;

BOOST_AUTO_TEST_CASE(another_schema_chip_or_a_file_without_a_fit_is_refused) {
  const std::string text = parameters_to_json(example(1));
  BOOST_TEST(refused(text, "").empty());
  BOOST_TEST(refused(text, "eyeriss").find("expected 'eyeriss'") != std::string::npos);
  BOOST_TEST(refused(edited(text, "assay.parameters/1", "assay.parameters/2"), "tiny")
                 .find("expected 'assay.parameters/1'") != std::string::npos);
  BOOST_TEST(refused(edited(text, "\"discrepancy_ln\"", "\"discrepency_ln\""), "tiny")
                 .find("did you mean 'discrepancy_ln'?") != std::string::npos);
  const std::string plain = text.substr(0, text.find(",\n \"fit\"")) + "\n}\n";
  BOOST_TEST(refused(plain, "tiny").find("that a fit wrote") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_covariance_of_another_size_is_refused) {
  FittedParameters f = example(1);
  f.fit.covariance.resize(1, 1);
  f.fit.covariance << 1.0;
  BOOST_TEST(refused(parameters_to_json(f), "tiny").find("expected 4") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace assay::calibration
