// SPDX-License-Identifier: Apache-2.0
// Board files and their CSVs that must be refused, each with its place and what was expected.
#include <boost/test/unit_test.hpp>

#include "core/text.h"
#include "experiments/board/board.h"
#include "tests/experiments/board_fixture.h"
#include "tests/malformed.h"

namespace {

using assay::test::check_malformed;
using assay::test::kGhp;
using assay::test::Malformed;

const std::string kCsv =
    "config,M,P,OC_padded,IC_padded,H,W,KH,KW,strideH,strideW,padL,padR,padU,padD,weight_mode,OH,"
    "OW,"
    "fpga_mean_main_cycles_250MHz,networks\n"
    "M32P32,32,32,64,8,54,54,1,1,1,1,0,0,0,0,sta,54,54,3137,a b\n"
    "M32P32,32,32,64,16,54,54,3,3,2,2,1,1,1,1,dyn,27,27,3233.5,b\n";

const std::vector<Malformed> kCases{
    {"a column misspelt",
     {{"OC_padded", "OC_paded"}},
     {{"config,M", "OC_padded", "the column is missing; is it 'OC_paded'?"}}},
    {"two columns missing",
     {{",OH,OW,", ",oh,ow,"}},
     {{"config,M", "OH", "is missing"}, {"config,M", "OW", "is missing"}}},
    {"a column twice",
     {{"padD", "padU"}},
     {{"config,M", "padU", "twice"}, {"config,M", "padD", "is missing"}}},
    {"a short line", {{",3137,a b", ",3137"}}, {{",3137", "", "has 19 fields; expected 20"}}},
    {"sizes that are none",
     {{"32,32,64,8,", "0,32,64,many,"}},
     {{",many,", "M", "'0': expected a whole number from 1"},
      {",many,", "IC_padded", "'many': expected a whole number from 1 to 1048576"}}},
    {"a size beyond all", {{"sta,54,54", "sta,54,99999999"}}, {{"99999999", "OW", "to 1048576"}}},
    {"an output that is not of this convolution",
     {{"dyn,27,27", "dyn,27,28"}},
     {{"dyn,27,28", "OW", "'28': expected 27, from size, padding, kernel and stride"}}},
    {"a weight mode", {{",sta,", ",static,"}}, {{",static,", "weight_mode", "'dyn' or 'sta'"}}},
    {"no time",
     {{",3137,", ",0,"}},
     {{",0,a b", "fpga_mean_main_cycles_250MHz", "expected a number above 0"}}},
    {"no network", {{",a b", ", "}}, {{",3137, ", "networks", "one or more networks"}}},
    {"no configuration",
     {{"M32P32,32,32,64,16", ",32,32,64,16"}},
     {{",32,32,64,16", "config", "the name of the configuration"}}},
};

void read_csv(const std::filesystem::path& file) { assay::board::read_board_rows(file); }

std::string shipped_board() {
  assay::Diagnostics none;
  std::string text = *assay::read_text(kGhp / "board.yaml", &none);
  const std::string name = "accelerator: accelerator.yaml";
  return text.replace(text.find(name), name.size(),
                      "accelerator: " + (kGhp / "accelerator.yaml").string());
}

const std::vector<Malformed> kBoards{
    {"a port that does not exist",
     {{"xbus: memories.xbus", "xbus: memories.ybus"}},
     {{"xbus:", "xbus", "did you mean 'memories.xbus.bandwidth_bits_per_cycle'?"}}},
    {"a level that is no array",
     {{"pixels: y,", "pixels: psum,"}},
     {{"array:", "array.pixels", "expected an array of the accelerator"}}},
    {"an unknown that the machine does not have",
     {{"key: layer_overhead_us", "key: layer_overhead_ms"}},
     {{"layer_overhead_ms", "unknowns[1].key", "did you mean 'layer_overhead_us'?"}}},
    {"an unknown without a prior",
     {{"value: 0.4, ", ""}},
     {{"layer_overhead_us", "unknowns[1]", "expected either 'value' or 'scale'"},
      {"layer_overhead_us", "unknowns[1].value", "the key is missing"}}},
    {"a clock of 0",
     {{"M32P32: 366.7", "M32P32: 0"}},
     {{"clocks_mhz", "clocks_mhz.M32P32", "expected a number"}}},
    {"another schema",
     {{"assay.board/1", "assay.board/2"}},
     {{"schema:", "schema", "assay.board/1"}}},
};

void read_board_file(const std::filesystem::path& file) { assay::board::read_board(file); }

}  // namespace

BOOST_AUTO_TEST_SUITE(malformed_boards)

BOOST_AUTO_TEST_CASE(the_unedited_files_are_accepted) {
  BOOST_TEST(assay::test::errors_of(kCsv, read_csv).empty());
  BOOST_TEST(assay::test::errors_of(shipped_board(), read_board_file).empty());
}

BOOST_AUTO_TEST_CASE(every_error_of_a_csv_is_reported_with_its_place) {
  for (const Malformed& c : kCases) check_malformed(kCsv, c, read_csv);
}

BOOST_AUTO_TEST_CASE(the_same_convolution_twice) {
  const std::string again = "M32P32,32,32,64,8,54,54,1,1,1,1,0,0,0,0,sta,54,54,3140,c\n";
  const auto errors = assay::test::errors_of(kCsv + again, read_csv);
  BOOST_REQUIRE(errors.size() == 1U);
  BOOST_TEST(errors[0].line == 4);
  BOOST_TEST(errors[0].expected.find("stands twice") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(every_error_of_a_board_is_reported_with_its_place) {
  for (const Malformed& c : kBoards) check_malformed(shipped_board(), c, read_board_file);
}

BOOST_AUTO_TEST_SUITE_END()
