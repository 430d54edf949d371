// SPDX-License-Identifier: Apache-2.0
// assay microbenchmarks and assay virtual-chip: files that the other commands read, and what is
// refused.
#include "sandbox.h"

namespace assay::test {

BOOST_AUTO_TEST_SUITE(virtual_chip_cli)

BOOST_AUTO_TEST_CASE(microbenchmarks_are_files_that_predict_and_simulate_read) {
  const Sandbox box;
  const Result made = box.run("microbenchmarks fpga15 --out micro");
  BOOST_TEST(made.code == 0);
  BOOST_TEST(contains(made.out, "mac "));
  BOOST_TEST(contains(made.out, "register-file ping: no storage below the arrays"));
  const std::vector<std::string> expected{
      "micro",           "micro/README.md",    "micro/mapping.yaml", "micro/records.json",
      "micro/table.csv", "micro/workload.yaml"};
  BOOST_TEST(box.files() == expected, boost::test_tools::per_element());
  const std::string files = "fpga15 micro/workload.yaml --mapping micro/mapping.yaml";
  BOOST_TEST(box.run("predict " + files).code == 0);
  BOOST_TEST(box.run("simulate --timing " + files).code == 0);
  refuses(box, "microbenchmarks fpga15 --out micro", {"nothing is overwritten"});
}

BOOST_AUTO_TEST_CASE(microbenchmarks_refuse_what_does_not_belong_together) {
  const Sandbox box;
  refuses(box, "microbenchmarks eyeris --out micro", {"did you mean 'eyeriss'?"});
  refuses(box,
          "microbenchmarks fpga15 --parameters '" +
              (kSource / "experiments/chips/eyeriss/parameters.yaml").string() + "' --out micro",
          {"used with accelerator 'fpga15'"});
#ifndef ASSAY_WITH_RTL
  refuses(box, "microbenchmarks eyeriss --accelerator accelerator-rtl.yaml --out micro",
          {"eyeriss-12x14", "expected hardware that is built"});
#endif
}

BOOST_AUTO_TEST_CASE(a_virtual_chip_is_a_folder_that_import_and_predict_read) {
  const Sandbox box;
  const Result made = box.run(
      "virtual-chip eyeriss alexnet --level analytical --truth 7 --kind-effect conv=5 --out chip");
  BOOST_TEST(made.code == 0, made.err);
  BOOST_TEST(contains(made.out, "alexnet: 5 measurements, 5 replicates each"));
  BOOST_TEST(contains(made.out, "not mapped, so not measured: pool1"));
  const Result imported = box.run(
      "import chip/measured/alexnet.csv --as chip/measured/alexnet.import.yaml --out "
      "measured.json");
  BOOST_TEST(imported.code == 0, imported.err);
  BOOST_TEST(contains(imported.out, "5 records"));
  BOOST_TEST(box.run("predict chip chip/workloads/alexnet.yaml").code == 0);
  BOOST_TEST(contains(content(box.folder() / "chip/truth/truth.json"), "\"conv\": 5.0"));
  refuses(box, "virtual-chip eyeriss alexnet --level analytical --out chip",
          {"nothing is overwritten"});
}

BOOST_AUTO_TEST_CASE(a_virtual_chip_refuses_with_every_reason_at_once) {
  const Sandbox box;
  refuses(box,
          "virtual-chip tpu_v1 --truth maybe --kind-effect depthwis=20 --kind-effect conv=-100 "
          "--mapping alexnet=x.yaml --out chip",
          {"expected a parameter file to hide", "expected a seed, 0 or larger, or a parameter file",
           "did you mean 'depthwise'?", "conv=-100", "WORKLOAD one that is given",
           "expected a workload, or --microbenchmarks", "6 errors"});
  refuses(box, "virtual-chip eyeriss alexnet --noise -1 --out chip", {"--noise"});
  refuses(box, "virtual-chip eyeriss alexnet --level silicon --out chip", {"--level"});
  refuses(box, "virtual-chip eyeriss vgg16 --out chip", {"no mapping for workload 'vgg16'"});
  refuses(box, "virtual-chip eyeriss alexnet", {"--out"});
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::test
