// SPDX-License-Identifier: Apache-2.0
// What other harnesses let pass in silence is an error of the program that prints both sides, with
// exit code 2 and nothing written: data that changed, joins that meet nothing or a part, another
// chip, another clock, a level that is not there.
#include "core/hash.h"
#include "sandbox.h"

namespace {

using namespace assay;
using namespace assay::test;

std::string digits_of(const fs::path& file) {
  return sha256_of_file(file).substr(std::string("sha256:").size());
}

// An experiment on a chip folder of its own, a copy of the shipped one, so that it may be spoilt.
class Spoilt {
 public:
  Spoilt() {
    fs::copy(kSource / "experiments/chips/eyeriss", chip(), fs::copy_options::recursive);
    stated_ = digits_of(csv());
    write_experiment("");
  }

  fs::path chip() const { return box_.folder() / "spoilt"; }
  fs::path csv() const { return chip() / "measured/alexnet.csv"; }
  const std::string& stated() const { return stated_; }
  const Sandbox& box() const { return box_; }
  void edit(const fs::path& file, const std::string& from, const std::string& to) const {
    const std::string text = edited(content(file), from, to);
    std::ofstream(file, std::ios::binary) << text;
  }
  void write_experiment(const std::string& more) const {
    box_.write("mine.yaml",
               "schema: assay.experiment/1\nname: mine\ntitle: A test\n"
               "question: Is it refused?\nchip: spoilt\nworkload: alexnet\n"
               "layers: [conv1, conv2, conv3, conv4, conv5]\nvariants:\n"
               "  - {name: D, mapping: alexnet.yaml, headline: true, description: the chip}\n"
               "measured:\n  - {data: measured/alexnet.csv,\n"
               "     import: measured/alexnet.import.yaml, sha256: " +
                   stated_ + "}\nquantities: [processing_ms]\nheadline_quantity: processing_ms\n" +
                   more);
  }
  // Exported for `assay compare`.
  void write_records() const {
    const std::string as = (chip() / "measured/alexnet.import.yaml").string();
    BOOST_REQUIRE(box_.run("import " + csv().string() + " --as " + as + " --out m.json").code == 0);
    box_.write("p.json", box_.run("predict eyeriss alexnet --json").out);
  }
  void refused(const std::vector<std::string>& messages) const {
    refuses(box_, "validate mine.yaml", messages);
  }

 private:
  Sandbox box_;
  std::string stated_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(loud_errors)

BOOST_AUTO_TEST_CASE(the_unspoilt_experiment_runs) {
  const Spoilt s;
  const Result r = s.box().run("validate mine.yaml");
  BOOST_TEST(r.code == 0, r.err);
}

BOOST_AUTO_TEST_CASE(one_changed_byte_of_measured_data_prints_both_hashes) {
  const Spoilt s;
  s.edit(s.csv(), "20.9", "20.8");
  s.refused({"mine.yaml:", "measured[0].sha256", s.stated(), digits_of(s.csv()),
             "A changed file is a new data set"});
}

BOOST_AUTO_TEST_CASE(one_changed_byte_of_a_prediction_prints_both_hashes) {
  const Spoilt s;
  const std::string stated = digits_of(s.chip() / "predicted/maestro.csv");
  s.write_experiment(
      "predictions:\n  - {data: predicted/maestro.csv, from: maestro, batch: 4, description: d,\n"
      "     layers: predicted/maestro.layers.yaml, source: s, sha256: " +
      stated + "}\n");
  s.edit(s.chip() / "predicted/maestro.csv", "CONV1", "CONV9");
  s.refused({"predictions[0].sha256", stated, digits_of(s.chip() / "predicted/maestro.csv")});
}

BOOST_AUTO_TEST_CASE(measured_data_without_a_hash_print_the_one_found) {
  const Spoilt s;
  s.edit(s.box().folder() / "mine.yaml", ", sha256: " + s.stated(), "");
  s.refused({"measured[0].sha256", "the key is missing", "has sha256: " + s.stated()});
}

BOOST_AUTO_TEST_CASE(a_join_that_meets_nothing_prints_both_sides) {
  const Spoilt s;
  s.edit(s.chip() / "measured/alexnet.import.yaml", "batch: {column: batch_N}", "batch: 1");
  s.refused({"no prediction meets a measurement", "predicted: eyeriss/alexnet/conv1 batch 4",
             "measured: eyeriss/alexnet/conv1 batch 1"});
}

BOOST_AUTO_TEST_CASE(a_join_that_meets_a_part_prints_both_sides) {
  const Spoilt s;
  s.edit(s.chip() / "measured/alexnet.import.yaml", "  - {column: layer, equals: TOTAL",
         "  - {column: layer, equals: CONV3, reason: spoilt}\n  - {column: layer, equals: TOTAL");
  s.refused({"predicted but not measured: eyeriss/alexnet/conv3 batch 4",
             "predicted: eyeriss/alexnet/conv1 batch 4, eyeriss/alexnet/conv2 batch 4, "
             "eyeriss/alexnet/conv3",
             "measured: eyeriss/alexnet/conv1 batch 4, eyeriss/alexnet/conv2 batch 4, "
             "eyeriss/alexnet/conv4"});
}

BOOST_AUTO_TEST_CASE(another_chip_prints_both_names) {
  const Spoilt s;
  s.edit(s.chip() / "measured/alexnet.import.yaml", "chip: eyeriss\n", "chip: eyeriss2\n");
  s.refused({"predicted: eyeriss/alexnet/conv1", "measured: eyeriss2/alexnet/conv1"});
}

BOOST_AUTO_TEST_CASE(another_clock_prints_both_and_needs_a_reason) {
  const Spoilt s;
  s.edit(s.chip() / "measured/alexnet.import.yaml", "clock_set_mhz, value: 200",
         "clock_set_mhz, value: 250");
  const std::vector<std::string> both{"predicted and measured at 200 MHz (processing_cycles / ",
                                      "and 250 MHz (clock_set_mhz)",
                                      "of eyeriss/alexnet (5 layers)"};
  s.refused(both);
  s.write_records();
  refuses(s.box(), "compare p.json m.json --quantities total_ms", both);
  // Traffic is the same at any clock.
  BOOST_TEST(s.box().run("compare p.json m.json --quantities off_chip_traffic_mb").code == 0);
  s.write_experiment("allow_clock_difference: the table is of another chip\n");
  const Result r = s.box().run("validate mine.yaml");
  BOOST_TEST(r.code == 0, r.err);
  BOOST_TEST(contains(r.out, "and 250 MHz (clock_set_mhz)"), r.out);
  BOOST_TEST(contains(r.out, "compared because: the table is of another chip"), r.out);
}

BOOST_AUTO_TEST_CASE(a_reason_for_clocks_that_are_equal_is_refused) {
  const Spoilt s;
  s.write_experiment("allow_clock_difference: no need\n");
  s.refused({"allow_clock_difference = 'no need'", "no two clocks are known to differ"});
}

BOOST_AUTO_TEST_CASE(a_clock_of_another_tool_is_that_of_its_milliseconds) {
  const Spoilt s;
  s.write_experiment(
      "predictions:\n  - {data: predicted/maestro.csv, from: maestro, batch: 4, clock_mhz: 100,\n"
      "     layers: predicted/maestro.layers.yaml, description: d, source: s, sha256: " +
      digits_of(s.chip() / "predicted/maestro.csv") + "}\n");
  s.refused({"200 MHz (clock_set_mhz)", "100 MHz (processing_cycles / processing_ms)", "maestro"});
}

BOOST_AUTO_TEST_CASE(a_level_that_no_variant_runs_prints_both_lists) {
  const Spoilt s;
  s.write_experiment("levels: [analytical, simulator]\n");
  s.edit(s.box().folder() / "mine.yaml", "headline: true,",
         "headline: true, levels: [analytical],");
  s.refused(
      {"levels = 'simulator'", "asked for: 'analytical' or 'simulator'", "found: 'analytical'"});
}

BOOST_AUTO_TEST_CASE(a_level_that_no_record_has_prints_both_lists) {
  const Spoilt s;
  s.write_records();
  refuses(s.box(), "compare p.json m.json --quantities total_ms --levels analytical,simulator",
          {"level = 'simulator'", "asked for: analytical, simulator",
           "the records' levels are: analytical"});
  BOOST_TEST(s.box().run("compare p.json m.json --quantities total_ms --levels analytical").code ==
             0);
}

BOOST_AUTO_TEST_CASE(a_level_that_cannot_run_is_an_error_where_all_are_required) {
  const Spoilt s;
  // No hardware is named, so that a program with Verilator skips it as well.
  s.write_experiment("levels: [analytical, rtl]\n");
  BOOST_TEST(s.box().run("validate mine.yaml").code == 0);
  refuses(s.box(), "validate mine.yaml --require-all-levels --out other",
          {"levels = 'rtl'", "asked for: 'analytical' or 'rtl'", "found: 'analytical'"});
}

BOOST_AUTO_TEST_SUITE_END()
