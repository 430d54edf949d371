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
  // After an intended edit of the data.
  void state_hash() {
    stated_ = digits_of(csv());
    write_experiment("");
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

BOOST_AUTO_TEST_SUITE_END()
