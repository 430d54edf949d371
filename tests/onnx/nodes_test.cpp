// SPDX-License-Identifier: Apache-2.0
// One node at a time: shapes counted by hand.
#include "builder.h"
#include "core/diagnostics.h"

namespace {

using namespace assay;
using namespace assay::test;
using network::Group;
using network::NetworkImport;
using network::OnnxOptions;

std::vector<AnyDim> dims(const Dims& sizes) { return {sizes.begin(), sizes.end()}; }

// A convolution of 3x3 on 8 channels of 10x13 to 16, behind whose name stands all that matters.
Layer conv(const std::vector<Attribute>& attributes, std::int64_t per_group = 8) {
  Builder b;
  b.output(b.conv("c", b.input("x", dims({1, 8, 10, 13})), 16, per_group, 3, attributes));
  const Workload w = written_and_read(import_made(b));
  BOOST_REQUIRE(w.layers.size() == 1U);
  return w.layers[0];
}

void check_padding(const Layer& l, const Dims& expected) {
  const Dims found{l.pad_top, l.pad_bottom, l.pad_left, l.pad_right};
  BOOST_TEST(found == expected, boost::test_tools::per_element());
}

// The only node that is not mapped.
network::NotMapped only_listed(const Builder& b, const OnnxOptions& o = {}) {
  const NetworkImport n = import_made(b, o);
  BOOST_REQUIRE(n.not_mapped.size() == 1U);
  return n.not_mapped[0];
}

Layer product(const Dims& a, const Dims& b, bool weights, std::int64_t batch = 1) {
  Builder m;
  const std::string left = m.input("a", dims(a));
  const std::string right = weights ? m.weights("b", b) : m.input("b", dims(b));
  m.output(m.node("MatMul", "product", {left, right}));
  OnnxOptions o;
  o.batch = batch;
  const Workload w = written_and_read(import_made(m, o));
  BOOST_REQUIRE(w.layers.size() == 1U);
  return w.layers[0];
}

void check_product(const Layer& l, const Dims& expected, bool activations) {
  BOOST_TEST((l.kind == LayerKind::matmul));
  const Dims found{l.size[Dim::G], l.size[Dim::N], l.size[Dim::C], l.size[Dim::M]};
  BOOST_TEST(found == expected, boost::test_tools::per_element());
  BOOST_TEST(l.weights_per_batch == activations);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(onnx_nodes)

BOOST_AUTO_TEST_CASE(paddings_strides_and_dilations_are_kept) {
  // ONNX: all beginnings, then all ends.
  const Layer l = conv({{"pads", Dims{2, 0, 1, 3}}, {"strides", Dims{2, 1}}});
  check_padding(l, {2, 1, 0, 3});
  BOOST_TEST(l.stride_h == 2);
  BOOST_TEST(l.stride_w == 1);
  BOOST_TEST(l.size[Dim::P] == (10 + 3 - 3) / 2 + 1);
  BOOST_TEST(l.size[Dim::Q] == 13 + 3 - 3 + 1);
  const Layer dilated = conv({{"dilations", Dims{2, 3}}});
  BOOST_TEST(dilated.dilation_h == 2);
  BOOST_TEST(dilated.dilation_w == 3);
  BOOST_TEST(dilated.size[Dim::P] == 10 - 5 + 1);
  BOOST_TEST(dilated.size[Dim::Q] == 13 - 7 + 1);
}

BOOST_AUTO_TEST_CASE(automatic_padding_is_resolved) {
  // 10 rows in steps of 2: 5 positions reach over 11 rows; 13 columns: 7 positions over 15.
  check_padding(conv({{"auto_pad", "SAME_UPPER"}, strides(2)}), {0, 1, 1, 1});
  check_padding(conv({{"auto_pad", "SAME_LOWER"}, strides(2)}), {1, 0, 1, 1});
  check_padding(conv({{"auto_pad", "VALID"}, strides(2)}), {0, 0, 0, 0});
  check_padding(conv({{"auto_pad", "SAME_UPPER"}}), {1, 1, 1, 1});
}

BOOST_AUTO_TEST_CASE(groups_are_kept) {
  const Layer l = conv({groups(4)}, 2);
  BOOST_TEST(l.size[Dim::G] == 4);
  BOOST_TEST(l.size[Dim::M] == 4);
  BOOST_TEST(l.size[Dim::C] == 2);
  BOOST_TEST(points(l) == 16 * 2 * 9 * 8 * 11);
}

BOOST_AUTO_TEST_CASE(quantized_convolutions_are_convolutions) {
  Builder b;
  const auto u8 = onnx::TensorProto::UINT8;
  const std::string x = b.input("x", dims({1, 3, 8, 8}), u8);
  const std::string s = b.weights("scale", {}), z = b.weights("zero", {}, u8);
  b.output(b.node("QLinearConv", "q", {x, s, z, b.weights("w", {4, 3, 3, 3}, u8), s, z, s, z}));
  BOOST_TEST(import_made(b).macs() == 4 * 27 * 36);
}

BOOST_AUTO_TEST_CASE(pools_round_as_the_model_says) {
  for (const std::int64_t ceil : {0, 1}) {
    Builder b;
    b.output(b.node("MaxPool", "p", {b.input("x", dims({1, 8, 10, 13}))},
                    {kernel(3), strides(2), {"ceil_mode", ceil}}));
    const Layer l = written_and_read(import_made(b)).layers.at(0);
    BOOST_TEST((l.kind == LayerKind::pool));
    BOOST_TEST(l.size[Dim::G] == 8);
    BOOST_TEST(l.size[Dim::P] == 4 + ceil);
    BOOST_TEST(l.size[Dim::Q] == 6);
  }
}

BOOST_AUTO_TEST_CASE(a_mean_over_rows_and_columns_is_a_global_pool) {
  Builder b;
  b.output(b.node("ReduceMean", "m", {b.input("x", dims({1, 8, 7, 5}))}, {{"axes", Dims{-1, 2}}}));
  const Layer l = written_and_read(import_made(b)).layers.at(0);
  BOOST_TEST(l.size[Dim::R] == 7);
  BOOST_TEST(l.size[Dim::S] == 5);
  BOOST_TEST(l.size[Dim::P] == 1);
}

BOOST_AUTO_TEST_CASE(products_fold_their_leading_dimensions) {
  check_product(product({1, 128, 768}, {768, 3072}, true), {1, 128, 768, 3072}, false);
  check_product(product({4, 128, 768}, {768, 3072}, true, 4), {1, 128, 768, 3072}, false);
  check_product(product({512, 768}, {768, 3072}, true, 4), {1, 128, 768, 3072}, false);
  check_product(product({1, 12, 128, 64}, {1, 12, 64, 128}, false), {12, 128, 64, 128}, true);
  check_product(product({4, 12, 128, 64}, {4, 12, 64, 128}, false, 4), {12, 128, 64, 128}, true);
  check_product(product({48, 128, 64}, {48, 64, 128}, false, 4), {12, 128, 64, 128}, true);
  // Keys shared by all heads: their rows stand below each other.
  check_product(product({1, 12, 128, 64}, {1, 1, 64, 128}, false), {1, 12 * 128, 64, 128}, true);
  // Weights per expert.
  check_product(product({1, 8, 32, 64}, {8, 64, 16}, true), {8, 32, 64, 16}, false);
  const Layer row = product({1, 768}, {768, 2}, true);
  BOOST_TEST((row.kind == LayerKind::fc));
  BOOST_TEST(points(row) == 768 * 2);
}

BOOST_AUTO_TEST_CASE(additions_of_two_tensors_are_layers_and_biases_are_not) {
  Builder b;
  const std::string x = b.input("x", dims({1, 128, 64})), y = b.input("y", dims({1, 128, 64}));
  const std::string z = b.input("z", dims({1, 1, 64}));
  b.node("Add", "residual", {x, y});
  b.node("Add", "bias", {x, b.weights("b", {64})});
  b.node("Add", "broadcast", {x, z});
  b.node("Mul", "swish", {x, b.node("Sigmoid", "s", {x})});
  b.output(b.node("Mul", "gate", {x, b.node("Sigmoid", "t", {y})}));
  const NetworkImport n = import_made(b);
  BOOST_REQUIRE(n.layers.size() == 2U);
  BOOST_TEST(n.layers[0].node == "residual");
  BOOST_TEST(n.layers[1].node == "gate");
  BOOST_TEST(n.layers[0].layer.size[Dim::G] == 64);
  BOOST_TEST(n.layers[0].layer.size[Dim::P] == 128);
  for (const network::NotMapped& m : n.not_mapped)
    BOOST_TEST((m.group == (m.node == "broadcast" ? Group::elementwise : Group::folded)));
}

BOOST_AUTO_TEST_CASE(what_the_format_cannot_hold_is_listed_with_its_work) {
  const auto with_layer = [](Builder* b) { b->gemm("fc", b->input("row", dims({1, 4})), 4, 4); };
  Builder one;
  with_layer(&one);
  one.output(
      one.node("Conv", "c", {one.input("x", dims({1, 8, 100})), one.weights("w", {16, 8, 5})}));
  BOOST_TEST((only_listed(one).macs == 16 * 96 * 8 * 5));
  BOOST_TEST((only_listed(one).group == Group::product));
  Builder up;
  with_layer(&up);
  up.output(up.node("ConvTranspose", "c",
                    {up.input("x", dims({1, 8, 4, 4})), up.weights("w", {8, 3, 2, 2})},
                    {strides(2)}));
  BOOST_TEST((only_listed(up).macs == 8 * 16 * 3 * 4));
  BOOST_TEST((only_listed(up).outputs == 3 * 64));
  Builder lstm;
  with_layer(&lstm);
  lstm.output(lstm.node("LSTM", "l",
                        {lstm.input("x", dims({10, 1, 6})), lstm.weights("w", {1, 20, 6}),
                         lstm.weights("r", {1, 20, 5})},
                        {{"hidden_size", 5}}));
  BOOST_TEST((only_listed(lstm).macs == 10 * (20 * 6 + 20 * 5)));
  Builder foreign;
  with_layer(&foreign);
  foreign.output(foreign.node("Attention", "a", {"row"}, {}, 1, "com.example"));
  const network::NotMapped a = only_listed(foreign);
  BOOST_TEST(!a.macs.has_value());
  BOOST_TEST(!a.outputs.has_value());
  BOOST_TEST(a.op == "com.example.Attention");
  const std::string text = network::import_text(import_made(foreign), false);
  BOOST_TEST((text.find("not known: 1 node") != std::string::npos), text);
  OnnxOptions complete;
  complete.complete = true;
  BOOST_CHECK_THROW(import_made(foreign, complete), InputError);
  BOOST_CHECK_THROW(import_made(lstm, complete), InputError);
}

BOOST_AUTO_TEST_CASE(names_become_names_of_layers_and_unique) {
  Builder b;
  const std::string x = b.input("x", dims({1, 4}));
  for (const char* name : {"/layer1/0/fc", "layer1_0_fc", "network", "true", "7"})
    b.gemm(name, x, 4, 4);
  b.gemm("last", x, 4, 4);
  b.graph().mutable_node(5)->clear_name();
  b.output("last:0");
  std::vector<std::string> names;
  for (const Layer& l : written_and_read(import_made(b)).layers) names.push_back(l.name);
  const std::vector<std::string> expected{"layer1_0_fc", "layer1_0_fc_2", "network_2", "true",
                                          "7",           "Gemm_5"};
  BOOST_TEST(names == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
