// SPDX-License-Identifier: Apache-2.0
// `assay import-network`: what it prints, writes and refuses.
#include "networks.h"
#include "tests/program/sandbox.h"

namespace {

using namespace assay;
using namespace assay::test;

}  // namespace

BOOST_AUTO_TEST_SUITE(import_network_cli)

BOOST_AUTO_TEST_CASE(writes_a_workload_that_can_be_predicted) {
  const Sandbox box;
  box.write("alexnet.onnx", alexnet(std::string("N")).bytes());
  const Result r = box.run("import-network alexnet.onnx --name mine --out mine.yaml");
  BOOST_TEST(r.code == 0, r.err);
  for (const char* word : {"conv2", "256x48x5x5", "724,406,816", "LRN", "Softmax", "11 of 24 nodes",
                           "'N' (0 of 'data') = 1", "Workload written to mine.yaml"})
    BOOST_TEST(contains(r.out, word), word << " in " << r.out);
  const Workload w = read_workload(box.folder() / "mine.yaml");
  BOOST_TEST(total_macs(w) == 724406816);
  BOOST_TEST(box.run("predict eyeriss mine.yaml --layers conv1").code == 2);  // no mapping of it
  // The same bytes again.
  const std::string first = content(box.folder() / "mine.yaml");
  BOOST_TEST(box.run("import-network alexnet.onnx --name mine --out again.yaml").code == 0);
  BOOST_TEST(content(box.folder() / "again.yaml") == first);
}

BOOST_AUTO_TEST_CASE(asks_for_sizes_that_the_model_leaves_open) {
  const Sandbox box;
  box.write("bert.onnx", bert_base(std::string("batch"), std::string("sequence"), 2).bytes());
  refuses(box, "import-network bert.onnx --name b --out b.yaml",
          {"bert.onnx", "'input_ids'", "--dim sequence=SIZE"});
  refuses(box, "import-network bert.onnx --name b --dim sequence", {"--dim", "NAME=SIZE"});
  refuses(box, "import-network bert.onnx --name b --dim sequence=1 --dim sequence=2", {"once"});
  const Result r = box.run("import-network bert.onnx --name b --dim sequence=128 --merge-repeats");
  BOOST_TEST(r.code == 0, r.err);
  BOOST_TEST(contains(r.out, "matmul (activations)"));
  BOOST_TEST(contains(r.out, "20 of "), r.out);
  BOOST_TEST(contains(r.out, "(6 in the file)"), r.out);
}

BOOST_AUTO_TEST_CASE(refuses_what_it_cannot_read_or_write) {
  const Sandbox box;
  box.write("garbage.onnx", "this is text");
  box.write("taken.yaml", "");
  box.write("alexnet.onnx", alexnet(std::string("N")).bytes());
  refuses(box, "import-network garbage.onnx --name b --out b.yaml", {"not an ONNX model"});
  refuses(box, "import-network nowhere.onnx --name b", {"nowhere.onnx", "no such file"});
  refuses(box, "import-network alexnet.onnx --name b --out taken.yaml", {"the file exists"});
  refuses(box, "import-network alexnet.onnx", {"--name"});
}

BOOST_AUTO_TEST_SUITE_END()
