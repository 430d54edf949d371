// SPDX-License-Identifier: Apache-2.0
// Do models of published networks import to the same layers as our workload files, which were typed
// in from the papers?
#include "networks.h"

#include <algorithm>

namespace {

using namespace assay;
using namespace assay::test;

Workload shipped(const std::string& name) {
  return read_workload(std::filesystem::path(ASSAY_SOURCE_DIR) / "experiments/workloads" /
                       (name + ".yaml"));
}

// Everything but the name and the line.
void same_layer(const Layer& found, const Layer& expected) {
  BOOST_TEST_CONTEXT(found.name << " against " << expected.name) {
    BOOST_TEST((found.kind == expected.kind));
    for (const Dim d : kAllDims)
      BOOST_TEST(found.size[d] == expected.size[d],
                 std::string(name(d)) << " " << found.size[d] << " != " << expected.size[d]);
    BOOST_TEST(found.input_h == expected.input_h);
    BOOST_TEST(found.input_w == expected.input_w);
    BOOST_TEST(found.stride_h == expected.stride_h);
    BOOST_TEST(found.stride_w == expected.stride_w);
    BOOST_TEST(found.dilation_h == expected.dilation_h);
    BOOST_TEST(found.dilation_w == expected.dilation_w);
    BOOST_TEST(found.pad_top == expected.pad_top);
    BOOST_TEST(found.pad_bottom == expected.pad_bottom);
    BOOST_TEST(found.pad_left == expected.pad_left);
    BOOST_TEST(found.pad_right == expected.pad_right);
    BOOST_TEST(found.weights_per_batch == expected.weights_per_batch);
    BOOST_TEST(points(found) == points(expected));
  }
}

// Layer by layer, in order, by name.
void same_network(const Builder& model, const std::string& workload,
                  const network::OnnxOptions& options = {}) {
  const Workload expected = shipped(workload);
  const network::NetworkImport imported = import_made(model, options);
  const Workload found = written_and_read(imported);
  BOOST_REQUIRE(found.layers.size() == expected.layers.size());
  for (std::size_t i = 0; i < found.layers.size(); ++i) {
    BOOST_TEST(found.layers[i].name == expected.layers[i].name);
    same_layer(found.layers[i], expected.layers[i]);
  }
  BOOST_TEST(total_macs(found) == total_macs(expected));
  BOOST_TEST(imported.macs() == total_macs(expected));
  BOOST_TEST_MESSAGE(workload << ": " << found.layers.size() << " layers, " << total_macs(found)
                              << " multiply-accumulates, " << imported.not_mapped.size()
                              << " nodes listed");
  BOOST_TEST(imported.not_mapped_macs() == 0);
  BOOST_TEST(imported.nodes_of_unknown_macs() == 0U);
  BOOST_TEST(static_cast<int>(imported.layers.size() + imported.not_mapped.size()) ==
             Builder(model).graph().node_size());
}

network::OnnxOptions with_batch_of(std::int64_t batch) {
  network::OnnxOptions o;
  o.batch = batch;
  return o;
}

network::OnnxOptions bert_options(std::int64_t batch, std::int64_t sequence) {
  network::OnnxOptions o;
  o.batch = batch;
  o.dims["sequence"] = sequence;
  return o;
}

// The stack of our file repeats each layer twelve times; the model has them one after another.
void same_encoder(const Builder& model, const network::OnnxOptions& options,
                  const std::string& workload, std::size_t encoders) {
  const Workload expected = shipped(workload);
  const network::NetworkImport imported = import_made(model, options);
  const Workload found = written_and_read(imported);
  const std::size_t each = expected.layers.size();
  BOOST_REQUIRE(found.layers.size() == encoders * each);
  for (std::size_t i = 0; i < found.layers.size(); ++i) {
    BOOST_TEST(found.layers[i].name ==
               "layer" + std::to_string(i / each) + "." + expected.layers[i % each].name);
    same_layer(found.layers[i], expected.layers[i % each]);
  }
  BOOST_TEST(total_macs(found) == total_macs(expected) / 12 * static_cast<std::int64_t>(encoders));
  BOOST_TEST(imported.not_mapped_macs() == 0);
  BOOST_TEST(imported.nodes_of_unknown_macs() == 0U);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(onnx_networks)

BOOST_AUTO_TEST_CASE(alexnet_is_the_shipped_workload) {
  same_network(alexnet(std::int64_t{1}), "alexnet");
  same_network(alexnet(std::string("N")), "alexnet");
}

BOOST_AUTO_TEST_CASE(vgg16_is_the_shipped_workload) {
  same_network(vgg16(std::string("N")), "vgg16");
}

BOOST_AUTO_TEST_CASE(resnet50_is_the_shipped_workload) {
  same_network(resnet50(std::string("N")), "resnet50");
}

BOOST_AUTO_TEST_CASE(mobilenet_v2_is_the_shipped_workload) {
  same_network(mobilenet_v2(std::string()), "mobilenet_v2");
}

BOOST_AUTO_TEST_CASE(bert_base_is_the_shipped_workload) {
  const Builder stack = bert_base(std::string("batch"), std::string("sequence"), 12);
  same_encoder(stack, bert_options(1, 128), "bert_base_128", 12);
  same_encoder(stack, bert_options(1, 384), "bert_base_384", 12);
  same_encoder(bert_base(std::int64_t{1}, std::int64_t{128}, 1), {}, "bert_base_128", 1);
}

// Shapes are computed by other operators, and passed on in other ways, in each of them.
BOOST_AUTO_TEST_CASE(every_operator_set_gives_the_same_layers) {
  for (const std::int64_t opset : {11, 12, 13, 14, 17}) BOOST_TEST_CONTEXT("operator set " << opset)
  same_encoder(bert_base(std::string("batch"), std::string("sequence"), 2, opset),
               bert_options(2, 128), "bert_base_128", 2);
}

// A workload is of one item, whatever the batch that the model was exported with.
BOOST_AUTO_TEST_CASE(layers_do_not_depend_on_the_batch) {
  same_network(alexnet(std::int64_t{4}), "alexnet", with_batch_of(4));
  same_network(resnet50(std::string("N")), "resnet50", with_batch_of(16));
  same_network(mobilenet_v2(std::string("N")), "mobilenet_v2", with_batch_of(3));
  same_encoder(bert_base(std::string("batch"), std::string("sequence"), 2), bert_options(8, 128),
               "bert_base_128", 2);
}

BOOST_AUTO_TEST_CASE(repeats_are_merged_on_request) {
  network::OnnxOptions o = bert_options(1, 128);
  o.merge_repeats = true;
  const Workload found =
      written_and_read(import_made(bert_base(std::string("b"), std::string("sequence"), 12), o));
  // query, key, value and attention_output have one shape; so have the two additions.
  BOOST_REQUIRE(found.layers.size() == 6U);
  BOOST_TEST(found.layers[0].repeat == 48);
  BOOST_TEST(found.layers[1].repeat == 12);
  BOOST_TEST(total_macs(found) == total_macs(shipped("bert_base_128")));
}

// What our workload files name as not represented stands in the list of what is not mapped.
BOOST_AUTO_TEST_CASE(what_is_left_out_is_listed) {
  const auto count = [](const network::NetworkImport& n, const std::string& op) {
    return std::count_if(n.not_mapped.begin(), n.not_mapped.end(),
                         [&](const network::NotMapped& m) { return m.op == op; });
  };
  const network::NetworkImport a = import_made(alexnet(std::int64_t{1}));
  BOOST_TEST(count(a, "LRN") == 2);
  BOOST_TEST(count(a, "Relu") == 7);
  BOOST_TEST(count(a, "Softmax") == 1);
  BOOST_TEST(count(a, "Conv") == 0);
  const auto norm = std::find_if(a.not_mapped.begin(), a.not_mapped.end(),
                                 [](const auto& m) { return m.node == "norm1"; });
  BOOST_REQUIRE((norm != a.not_mapped.end()));
  BOOST_TEST((norm->outputs == 96 * 55 * 55));
  network::OnnxOptions options;
  options.dims["s"] = 128;
  const network::NetworkImport bert =
      import_made(bert_base(std::string("b"), std::string("s"), 12), options);
  BOOST_TEST(count(bert, "Softmax") == 12);
  BOOST_TEST(count(bert, "Erf") == 12);
  BOOST_TEST(count(bert, "Gather") == 1 + 12 * 6);
  BOOST_TEST(count(bert, "Mul") == 12 * 4);
  BOOST_TEST((bert.workload.source.find("Softmax x12") != std::string::npos));
  BOOST_TEST((bert.workload.source.find("sha256:") != std::string::npos));
  BOOST_TEST((bert.workload.source.find("assay tests") != std::string::npos));
  BOOST_TEST((bert.workload.source.find("operator set 13") != std::string::npos));
}

BOOST_AUTO_TEST_SUITE_END()
