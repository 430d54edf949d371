// SPDX-License-Identifier: Apache-2.0
// What a calibration of a board may see, what it gives back, and what is claimed of the shipped
// one.
#include "experiments/board/board_study.h"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <fstream>

#include "core/hash.h"
#include "core/text.h"
#include "tests/experiments/board_fixture.h"
#include "tests/malformed.h"

namespace {

using namespace assay;
using namespace assay::board;
using namespace assay::test;

const std::filesystem::path kData = kGhp / "measured/convolutions.csv";

// Rows whose times are the model's own with other machine values.
std::vector<BoardRow> made_up_rows(const Board& b, const Parameters& truth) {
  std::vector<BoardRow> rows;
  const std::vector<std::string> networks[] = {{"a"}, {"a", "b"}, {"b"}, {"c"}};
  for (int i = 0; i < 24; ++i) {
    BoardRow r = row();
    r.config = i < 12 ? "M32P32" : "M32P96";
    r.p = i < 12 ? 32 : 96;
    r.in_channels = 64 << (i % 4);
    r.out_channels = 64 << (i % 3);
    r.dynamic = i % 2 == 0;
    r.networks = networks[i % 4];
    r.id = r.config + " " + std::to_string(i);
    rows.push_back(r);
  }
  const auto scored = score(b, rows, board_cases(b, "x.csv", rows, {}), &truth);
  for (std::size_t i = 0; i < rows.size(); ++i)
    rows[i].main_cycles = scored[i].predicted_ms * b.main_clock_mhz * 1e3;
  return rows;
}

Parameters true_values() {
  Parameters p;
  p.machine = {{"clock_mhz", {}, 0.97, "", "", 0},
               {"layer_overhead_us", 0.8, {}, "", "", 0},
               {"memories.dram.bandwidth_bits_per_cycle", {}, 0.7, "", "", 0}};
  return p;
}

double mape(const StudyTest& test, const std::string& rung) {
  for (const Rung& r : test.ladder)
    if (r.name == rung) return r.errors.mape_pct.value;
  BOOST_FAIL("no rung " + rung);
  return 0;
}

double mape_of(const std::string& parameters, const std::string& config, bool header) {
  const Board b = ghp();
  std::vector<BoardRow> rows;
  for (BoardRow& r : read_board_rows(kData))
    if (r.config == config) rows.push_back(std::move(r));
  const Parameters p = read_parameters(kGhp / parameters);
  const auto scored = score(b, rows, board_cases(b, kData, rows, {header, {}}), &p);
  return sections(scored)[0].errors.mape_pct.value;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(board_studies)

BOOST_AUTO_TEST_CASE(a_study_finds_what_rows_were_made_with_and_leaves_shared_rows_out) {
  const Board b = ghp();
  StudyInput in;
  in.board = &b;
  in.csv_file = kData;  // of the hash only
  in.rows = made_up_rows(b, true_values());
  in.structure_config = "M32P32";
  in.sealed_networks = {"a"};
  const Study s = study(in);
  BOOST_REQUIRE(s.tests.size() == 5U);
  // Of 12 rows of a configuration 3 name a alone, 3 a and b, 3 b alone, 3 c alone.
  BOOST_TEST(s.tests[0].fitted == 6);  // no row that names a
  BOOST_TEST(s.tests[0].ladder.back().errors.n == 6);
  BOOST_TEST(s.tests[1].fits == 3);
  BOOST_TEST(s.tests[1].fitted == 6);
  BOOST_TEST(s.tests[1].ladder.back().errors.n == 6 + 6 + 3);
  BOOST_TEST(s.tests[3].fitted == 12);
  BOOST_TEST(s.tests[3].ladder.back().errors.n == 12);
  for (const StudyTest& t : s.tests)
    BOOST_TEST(mape(t, "MAP") < 0.3 * mape(t, "prior"),
               t.name << ": " << mape(t, "MAP") << " " << mape(t, "prior"));
  BOOST_REQUIRE(s.fits.size() == 3U);
  BOOST_TEST(s.fits[2].name == "M32P32+M32P96");
  BOOST_TEST(s.fits[2].n == 24);
  BOOST_TEST(std::abs(s.fits[2].map.theta[0] - 0.97) < 0.01);
  BOOST_TEST(std::abs(s.fits[2].map.theta[2] - 0.7) < 0.02);

  // The file says what the fit says, and is one that every level takes.
  const TemporaryFile file(frozen_json(in, s, s.fits[2]));
  const Parameters frozen = read_parameters(file.path());
  BOOST_REQUIRE(frozen.machine.size() == 4U);
  BOOST_TEST(frozen.machine[0].scale.value() == s.fits[2].map.theta[0]);
  BOOST_TEST(frozen.machine[1].value.value() == s.fits[2].map.theta[1]);
}

// Loose, so that rounding elsewhere does not break them: README.md of the chip has the figures.
BOOST_AUTO_TEST_CASE(claims_of_the_shipped_parameters) {
  BOOST_TEST(mape_of("parameters.json", "M32P32", false) < 0.3);
  BOOST_TEST(mape_of("parameters.json", "M32P96", false) < 0.5);
  BOOST_TEST(mape_of("parameters-M32P32.json", "M32P96", false) < 1.0);
  BOOST_TEST(mape_of("parameters-M32P96.json", "M32P32", false) < 0.5);
  BOOST_TEST(mape_of("parameters-M32P32.json", "M32P96", true) < 1.0);
  BOOST_TEST(mape_of("parameters-M32P96.json", "M32P32", true) > 5.0);  // its clock is another one
}

BOOST_AUTO_TEST_CASE(the_shipped_parameters_and_the_split_name_the_shipped_data) {
  Diagnostics none;
  const std::string hash = sha256_of_file(kData);
  for (const char* file :
       {"split.json", "parameters.json", "parameters-M32P32.json", "parameters-M32P96.json"})
    BOOST_TEST(read_text(kGhp / file, &none)->find(hash) != std::string::npos, file);
}

BOOST_AUTO_TEST_SUITE_END()
