// SPDX-License-Identifier: Apache-2.0
// assay verify: one byte of each kind of file, and exit codes.
#include "sandbox.h"

namespace {

using namespace assay::test;

void flip_last_byte(const fs::path& file) {
  std::string text = content(file);
  BOOST_REQUIRE(!text.empty());
  text.back() = static_cast<char>(text.back() ^ 1);
  std::ofstream(file, std::ios::binary) << text;
}

// A report of the shipped experiment on a data folder of its own.
struct Reported {
  Sandbox box;
  fs::path data = box.folder() / "data", report = box.folder() / "report";

  Reported() {
    fs::create_directories(data / "chips");
    for (const char* part : {"chips/eyeriss", "workloads"})
      fs::copy(kSource / "experiments" / part, data / part, fs::copy_options::recursive);
    fs::copy(kSource / "experiments/eyeriss-alexnet.yaml", data / "eyeriss-alexnet.yaml");
    const Result r =
        box.run("validate " + (data / "eyeriss-alexnet.yaml").string() + " --out report --json");
    BOOST_REQUIRE_MESSAGE(r.code == 0, r.err);
  }
  Result verify() const { return box.run("verify report --data data"); }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(verify_cli)

BOOST_AUTO_TEST_CASE(a_changed_byte_of_each_kind_of_file_is_named_with_both_hashes) {
  const Reported r;
  const Result good = r.verify();
  BOOST_TEST(good.code == 0, good.out << good.err);
  BOOST_TEST(contains(good.out, "report: verified\n"));
  for (const char* file :
       {"report/report.html", "report/plots/parity_processing_ms.svg",
        "report/plots/parity_processing_ms.png", "report/plots/parity_processing_ms.csv",
        "data/chips/eyeriss/accelerator.yaml", "data/chips/eyeriss/alexnet.yaml",
        "data/chips/eyeriss/parameters.yaml", "data/chips/eyeriss/measured/alexnet.csv",
        "data/chips/eyeriss/measured/alexnet.import.yaml", "data/workloads/alexnet.yaml"}) {
    const fs::path path = r.box.folder() / file;
    flip_last_byte(path);
    const Result found = r.verify();
    BOOST_TEST(found.code == 1, file << found.out << found.err);
    BOOST_TEST(contains(found.out, "changed"), file);
    const std::string shown = std::string(file).substr(std::string(file).find('/') + 1);
    BOOST_TEST(contains(found.out, shown), file << found.out);
    BOOST_TEST(contains(found.out, "stated             sha256:"), file);
    BOOST_TEST(contains(found.out, "found              sha256:"), file);
    flip_last_byte(path);
  }
  BOOST_TEST(r.verify().code == 0);
}

BOOST_AUTO_TEST_CASE(what_is_no_report_is_broken_and_the_others_are_still_judged) {
  const Reported r;
  r.box.write("note.txt", "x");
  const Result found = r.box.run("verify nowhere report --data data");
  BOOST_TEST(found.code == 2);
  BOOST_TEST(contains(found.err, "nowhere: no such folder"));
  BOOST_TEST(contains(found.out, "report: verified"));
  fs::remove(r.report / "provenance.json");
  const Result none = r.verify();
  BOOST_TEST(none.code == 2);
  BOOST_TEST(contains(none.err, "provenance.json: no such file"));
  BOOST_TEST(r.box.run("verify report --data missing").code == 2);
  BOOST_TEST(r.box.run("verify").code == 2);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(explain_cli)

BOOST_AUTO_TEST_CASE(a_metric_is_explained_down_to_hashes_sources_and_tools) {
  const Reported r;
  const std::string name = "eyeriss__alexnet__b4__analytical.D__processing_ms__layers__mape_pct";
  const Result found = r.box.run("explain " + name + " --report report --data data");
  BOOST_TEST(found.code == 0, found.err);
  for (const char* part :
       {" = 5.665617714762304  (n = 5)\n", "mean of the absolute errors",
        "(|+2.591| + |-1.764| + |+2.452| + |+7.187| + |+14.33|) / 5",
        "analytical/eyeriss/alexnet/conv5 D batch 4", "chip/eyeriss/alexnet/conv5 batch 4",
        "JSSC 2017", "accelerator: chips/eyeriss/accelerator.yaml  sha256:",
        "measured data: chips/eyeriss/measured/alexnet.csv  sha256:", "systemc: ", "compiler: "})
    BOOST_TEST(contains(found.out, part), part << "\n" << found.out);
  const Result energy = r.box.run(
      "explain analytical.D__energy_chip_uj__conv3__error_pct --report report --data data");
  BOOST_TEST(contains(energy.out, "pe.-.mac: 3.47 pJ per 16 bits, gated 0.104 pJ <- "), energy.out);
  BOOST_TEST(contains(energy.out, "zero inputs of conv3: 0.725 <- JSSC 2017 Table V"));
}

BOOST_AUTO_TEST_CASE(an_input_that_changed_is_not_read_for_sources) {
  const Reported r;
  flip_last_byte(r.data / "chips/eyeriss/parameters.yaml");
  const Result found = r.box.run(
      "explain analytical.D__energy_chip_uj__conv3__error_pct --report report --data data");
  BOOST_TEST(found.code == 0, found.err);
  BOOST_TEST(contains(found.out, "CHANGED OR GONE"));
  BOOST_TEST(!contains(found.out, "pe.-.mac"));
}

BOOST_AUTO_TEST_CASE(a_name_of_several_or_of_none_is_refused_with_names) {
  const Reported r;
  refuses(r.box, "explain mape_pct --report report",
          {"metrics have this in their names", "analytical.D__processing_ms__layers__mape_pct"});
  refuses(r.box, "explain analytical.D__processing_ms__layers__mapepct --report report",
          {"the report has no such metric"});
  refuses(r.box,
          "explain eyeriss__alexnet__b4__analytical.D__processing_ms__layers__mapepct "
          "--report report",
          {"did you mean 'eyeriss__alexnet__b4__analytical.D__processing_ms__layers__mape_pct'?"});
  refuses(r.box, "explain mape_pct", {"there is none under out/"});
}

BOOST_AUTO_TEST_CASE(json_has_the_same_chain) {
  const Reported r;
  const Result found =
      r.box.run("explain analytical.D__processing_ms__network__error --report report --json");
  BOOST_TEST(found.code == 0, found.err);
  for (const char* part : {"\"schema\": \"assay.explanation/1\"", "\"value\": 2.75745893719",
                           "\"sha256\": \"sha256:", "\"executable\": \"sha256:"})
    BOOST_TEST(contains(found.out, part), part);
}

BOOST_AUTO_TEST_SUITE_END()
