// SPDX-License-Identifier: Apache-2.0
// Workload files: the networks in experiments/workloads against published figures, and the reader
// against malformed files (docs/formats/workload.md).
#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "core/checked.h"
#include "core/diagnostics.h"
#include "core/layer.h"
#include "tests/malformed.h"

namespace {

using assay::Diagnostic;
using assay::Diagnostics;
using assay::Dim;
using assay::InputError;
using assay::Layer;
using assay::LayerKind;
using assay::Operand;
using assay::Workload;
using assay::test::TemporaryFile;

Workload shipped(const std::string& name) {
  return assay::read_workload(std::filesystem::path(ASSAY_SOURCE_DIR) / "experiments/workloads" /
                              (name + ".yaml"));
}

Diagnostics errors_of(const std::string& text) {
  const TemporaryFile file(text);
  try {
    assay::read_workload(file.path());
  } catch (const InputError& e) {
    for (const Diagnostic& d : e.diagnostics()) BOOST_TEST(d.file == file.path().string());
    return e.diagnostics();
  }
  return {};
}

// Five lines, so that the first layer written after it is on line 6.
const std::string kHead =
    "schema: assay.workload/1\nname: net\ndescription: d\nsource: s\nlayers:\n";

Workload from_layers(const std::string& layers) {
  const TemporaryFile file(kHead + layers);
  return assay::read_workload(file.path());
}

Layer only_layer(const std::string& text) { return from_layers("  - " + text + "\n").layers.at(0); }

void check_error(const Diagnostics& errors, int line, const std::string& key,
                 const std::string& expectation) {
  for (const Diagnostic& d : errors)
    if (d.line == line && d.key == key && d.expected.find(expectation) != std::string::npos) return;
  std::string found;
  for (const Diagnostic& d : errors) found += "\n  " + to_string(d);
  BOOST_ERROR("no error on line " << line << " for '" << key << "' that says '" << expectation
                                  << "'; found:" << found);
}

// The file has exactly one error, this one.
void check_only_error(const std::string& text, int line, const std::string& key,
                      const std::string& expectation) {
  const Diagnostics errors = errors_of(text);
  BOOST_TEST(errors.size() == 1U);
  check_error(errors, line, key, expectation);
}
void check_layer_error(const std::string& layer, const std::string& key,
                       const std::string& expectation) {
  check_only_error(kHead + "  - " + layer + "\n", 6, key, expectation);
}

// Weights of the network: second operands of products of activations are none.
std::int64_t weights(const Workload& w, bool convolutions_only = false) {
  std::int64_t sum = 0;
  for (const Layer& l : w.layers)
    if (!l.weights_per_batch && (!convolutions_only || l.kind == LayerKind::conv))
      sum += l.repeat * tensor_elements(l, Operand::W);
  return sum;
}

std::int64_t macs(const Workload& w, LayerKind kind) {
  std::int64_t sum = 0;
  for (const Layer& l : w.layers)
    if (l.kind == kind) sum += l.repeat * points(l);
  return sum;
}

std::int64_t output_channels(const Layer& l) { return l.size[Dim::G] * l.size[Dim::M]; }

// Output channels over the layers of a kind: biases, or scales of batch normalization.
std::int64_t channels(const Workload& w, LayerKind kind) {
  std::int64_t sum = 0;
  for (const Layer& l : w.layers)
    if (l.kind == kind) sum += l.repeat * output_channels(l);
  return sum;
}

std::int64_t layers_of(const Workload& w, LayerKind kind) {
  std::int64_t n = 0;
  for (const Layer& l : w.layers)
    if (l.kind == kind) n += l.repeat;
  return n;
}

// The output of one layer has the shape of the next one's input; a dense layer may flatten it.
void check_follows(const Layer& from, const Layer& to) {
  BOOST_TEST_CONTEXT(from.name << " -> " << to.name) {
    if (to.kind == LayerKind::fc && to.input_h == 1) {
      BOOST_TEST(tensor_elements(from, Operand::O) == tensor_elements(to, Operand::I));
      return;
    }
    const bool elementwise = to.kind == LayerKind::elementwise;
    BOOST_TEST(output_channels(from) == to.size[Dim::G] * (elementwise ? 1 : to.size[Dim::C]));
    BOOST_TEST(from.size[Dim::P] == to.input_h);
    BOOST_TEST(from.size[Dim::Q] == to.input_w);
  }
}

bool ends_with(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

// A chain with residual blocks: "..._shortcut" starts again from the input of its block, "..._add"
// joins the main branch with the shortcut or, without one, the input of the block. begins_block
// tells the first layer of a block from its name.
template <class F>
void check_residual_chain(const Workload& w, F begins_block) {
  const Layer* previous = nullptr;
  const Layer* block_input = nullptr;
  const Layer* shortcut = nullptr;
  for (const Layer& l : w.layers) {
    if (begins_block(l.name)) {
      block_input = previous;
      shortcut = nullptr;
    }
    if (ends_with(l.name, "_shortcut")) {
      BOOST_REQUIRE(block_input != nullptr);
      check_follows(*block_input, l);
      shortcut = &l;
      continue;
    }
    if (previous != nullptr) check_follows(*previous, l);
    if (ends_with(l.name, "_add")) {
      BOOST_REQUIRE(block_input != nullptr);
      check_follows(shortcut != nullptr ? *shortcut : *block_input, l);
    }
    previous = &l;
  }
}
void check_chain(const Workload& w) {
  check_residual_chain(w, [](const std::string&) { return false; });
}

void check_macs_of_layers(const Workload& w, const std::map<std::string, std::int64_t>& expected) {
  for (const auto& [name, value] : expected) {
    const Layer* layer = w.find(name);
    BOOST_REQUIRE_MESSAGE(layer != nullptr, name);
    BOOST_TEST_CONTEXT(name) BOOST_TEST(points(*layer) == value);
  }
}

// The value agrees with a published figure to the given part, e.g. because that is rounded.
void check_near(std::int64_t value, double published, double tolerance) {
  BOOST_TEST(static_cast<double>(value) == published, boost::test_tools::tolerance(tolerance));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(workload)

BOOST_AUTO_TEST_SUITE(published_networks)

BOOST_AUTO_TEST_CASE(every_shipped_file_is_read_and_named_after_its_file) {
  int files = 0;
  const auto folder = std::filesystem::path(ASSAY_SOURCE_DIR) / "experiments/workloads";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".yaml") continue;
    const Workload w = assay::read_workload(entry.path());
    BOOST_TEST(w.name == entry.path().stem().string());
    BOOST_TEST(!w.source.empty());
    BOOST_TEST(total_macs(w) > 0);
    ++files;
  }
  BOOST_TEST(files >= 16);
}

// Chen et al., JSSC 2017: 666 M multiply-accumulates in the five convolutions. Caffe's bvlc_alexnet
// has 60 965 224 parameters. Both exact.
BOOST_AUTO_TEST_CASE(alexnet) {
  const Workload w = shipped("alexnet");
  check_macs_of_layers(w, {{"conv1", 105415200},
                           {"conv2", 223948800},
                           {"conv3", 149520384},
                           {"conv4", 112140288},
                           {"conv5", 74760192},
                           {"fc6", 37748736},
                           {"fc7", 16777216},
                           {"fc8", 4096000}});
  BOOST_TEST(macs(w, LayerKind::conv) == 665784864);
  BOOST_TEST(total_macs(w) == 724406816);
  BOOST_TEST(weights(w) + channels(w, LayerKind::conv) + channels(w, LayerKind::fc) == 60965224);
  BOOST_TEST(layers_of(w, LayerKind::pool) == 3);
  check_chain(w);
}

// torchvision: 15.47 G multiply-accumulates, 138 357 544 parameters. Convolutions alone: 15.3 G
// (Chen et al., JSSC 2017).
BOOST_AUTO_TEST_CASE(vgg16) {
  const Workload w = shipped("vgg16");
  check_macs_of_layers(w, {{"conv1_1", 86704128}, {"conv1_2", 1849688064}, {"fc6", 102760448}});
  BOOST_TEST(macs(w, LayerKind::conv) == 15346630656);
  BOOST_TEST(total_macs(w) == 15470264320);
  check_near(total_macs(w), 15.47e9, 0.001);
  BOOST_TEST(weights(w) + channels(w, LayerKind::conv) + channels(w, LayerKind::fc) == 138357544);
  BOOST_TEST(layers_of(w, LayerKind::conv) == 13);
  BOOST_TEST(layers_of(w, LayerKind::pool) == 5);
  check_chain(w);
}

// torchvision: 1.814 G multiply-accumulates, 11 689 512 parameters, of which a scale and a shift
// per channel of each convolution and the biases of the last layer.
BOOST_AUTO_TEST_CASE(resnet18) {
  const Workload w = shipped("resnet18");
  BOOST_TEST(total_macs(w) == 1814073344);
  check_near(total_macs(w), 1.814e9, 0.001);
  BOOST_TEST(weights(w) + 2 * channels(w, LayerKind::conv) + 1000 == 11689512);
  BOOST_TEST(layers_of(w, LayerKind::conv) == 20);
  BOOST_TEST(layers_of(w, LayerKind::elementwise) == 8);
  BOOST_TEST(layers_of(w, LayerKind::pool) == 2);
  check_residual_chain(w, [](const std::string& n) { return n != "conv1" && n.back() == 'a'; });
}

// torchvision (v1.5, stride in the 3x3): 4.089 G multiply-accumulates, 25 557 032 parameters. v1
// would have 3.86 G.
BOOST_AUTO_TEST_CASE(resnet50) {
  const Workload w = shipped("resnet50");
  BOOST_TEST(total_macs(w) == 4089184256);
  check_near(total_macs(w), 4.089e9, 0.001);
  BOOST_TEST(weights(w) + 2 * channels(w, LayerKind::conv) + 1000 == 25557032);
  BOOST_TEST(layers_of(w, LayerKind::conv) == 53);
  BOOST_TEST(layers_of(w, LayerKind::elementwise) == 16);
  check_residual_chain(w, [](const std::string& n) { return n.back() == 'a'; });
  BOOST_TEST(w.find("conv3_1b")->stride_h == 2);
  BOOST_TEST(w.find("conv3_1a")->stride_h == 1);
}

// Howard et al., arXiv 1704.04861, table 4: 569 M multiply-accumulates, 4.2 M parameters (4 231 976
// in the reference implementations, scales and shifts of batch normalization included).
BOOST_AUTO_TEST_CASE(mobilenet_v1) {
  const Workload w = shipped("mobilenet_v1");
  BOOST_TEST(total_macs(w) == 568740352);
  check_near(total_macs(w), 569e6, 0.001);
  BOOST_TEST(weights(w) + 2 * channels(w, LayerKind::conv) + 1000 == 4231976);
  BOOST_TEST(layers_of(w, LayerKind::conv) == 27);
  check_chain(w);
}

// Sandler et al., CVPR 2018, table 4: 300 M multiply-accumulates. torchvision: 3 504 872
// parameters.
BOOST_AUTO_TEST_CASE(mobilenet_v2) {
  const Workload w = shipped("mobilenet_v2");
  BOOST_TEST(total_macs(w) == 300774272);
  check_near(total_macs(w), 300e6, 0.005);
  BOOST_TEST(weights(w) + 2 * channels(w, LayerKind::conv) + 1000 == 3504872);
  BOOST_TEST(layers_of(w, LayerKind::conv) == 52);
  BOOST_TEST(layers_of(w, LayerKind::elementwise) == 10);
  check_residual_chain(w, [](const std::string& n) { return ends_with(n, "_expand"); });
}

// Zhang et al., arXiv 1906.10327: 1.82 MB of parameters in 32 bits (here with the four numbers per
// channel that batch normalization stores), 12 convolutions and the 1x1 that makes the output. The
// sum of multiply-accumulates is by hand: none is published.
BOOST_AUTO_TEST_CASE(skynet) {
  const Workload w = shipped("skynet");
  BOOST_TEST(total_macs(w) == 463718400);
  BOOST_TEST(weights(w) == 435387);
  const std::int64_t normalized = channels(w, LayerKind::conv) - 10;
  check_near(4 * (weights(w) + 4 * normalized), 1.82e6, 0.02);
  BOOST_TEST(layers_of(w, LayerKind::conv) == 12 + 1);
  for (std::size_t i = 1; i < w.layers.size(); ++i)
    if (w.layers[i].name != "dw6") check_follows(w.layers[i - 1], w.layers[i]);
  const Layer& bypassed = *w.find("pw3");
  const Layer& joined = *w.find("dw6");
  const std::int64_t concatenated = 4 * output_channels(bypassed) + output_channels(*w.find("pw5"));
  BOOST_TEST(concatenated == joined.size[Dim::G]);
  BOOST_TEST(bypassed.size[Dim::P] == 2 * joined.input_h);
  BOOST_TEST(bypassed.size[Dim::Q] == 2 * joined.input_w);
}

// By hand, per layer of the stack: 4 s d^2 + 2 s^2 d + 2 s d f.
std::int64_t encoder_macs(std::int64_t layers, std::int64_t s, std::int64_t d, std::int64_t f) {
  return layers * (4 * s * d * d + 2 * s * s * d + 2 * s * d * f);
}

// Sun et al. (MobileBERT, ACL 2020): BERT-base at sequence 128 needs 22.5 G operations, i.e.
// 11.25 G multiply-accumulates with what is not represented here. 85 M of its parameters are the
// weights of the encoder.
BOOST_AUTO_TEST_CASE(bert_base) {
  const Workload w = shipped("bert_base_128");
  BOOST_TEST(total_macs(w) == 11173625856);
  BOOST_TEST(total_macs(w) == encoder_macs(12, 128, 768, 3072));
  check_near(total_macs(w), 11.25e9, 0.01);
  BOOST_TEST(weights(w) == 12 * 12 * 768 * 768);
  check_near(weights(w), 85e6, 0.005);
  BOOST_TEST(total_macs(shipped("bert_base_384")) == encoder_macs(12, 384, 768, 3072));
  BOOST_TEST(total_macs(shipped("bert_base_384")) == 35332816896);
}

BOOST_AUTO_TEST_CASE(bert_large) {
  BOOST_TEST(total_macs(shipped("bert_large_128")) == encoder_macs(24, 128, 1024, 4096));
  BOOST_TEST(total_macs(shipped("bert_large_128")) == 39460012032);
  BOOST_TEST(total_macs(shipped("bert_large_384")) == encoder_macs(24, 384, 1024, 4096));
  BOOST_TEST(total_macs(shipped("bert_large_384")) == 123211874304);
  BOOST_TEST(weights(shipped("bert_large_384")) == 24 * 12 * 1024 * 1024);
}

BOOST_AUTO_TEST_CASE(attention_products_chain_through_the_heads) {
  for (const char* name :
       {"bert_base_128", "bert_base_384", "bert_large_128", "bert_large_384", "gpt2_small"}) {
    const Workload w = shipped(name);
    const Layer& scores = *w.find("attention_scores");
    const Layer& context = *w.find("attention_context");
    BOOST_TEST_CONTEXT(name) {
      BOOST_TEST(scores.weights_per_batch);
      BOOST_TEST(context.weights_per_batch);
      BOOST_TEST(scores.size[Dim::M] == context.size[Dim::C]);
      BOOST_TEST(scores.size[Dim::G] == context.size[Dim::G]);
      BOOST_TEST(output_channels(context) == w.find("attention_output")->size[Dim::C]);
      BOOST_TEST(tensor_elements(*w.find("attention_output"), Operand::O) ==
                 tensor_elements(*w.find("attention_add"), Operand::O));
      BOOST_TEST(w.find("ffn_up")->size[Dim::M] == w.find("ffn_down")->size[Dim::C]);
    }
  }
}

// By hand: the stack, and 1024 x 768 x 50257 of the head. 124 439 808 parameters are published by
// the usual implementations; without embedding of positions (1024 x 768), biases and normalization
// (121 344) these are the weights.
BOOST_AUTO_TEST_CASE(gpt2_small) {
  const Workload w = shipped("gpt2_small");
  BOOST_TEST(total_macs(w) == encoder_macs(12, 1024, 768, 3072) + 1024LL * 768 * 50257);
  BOOST_TEST(total_macs(w) == 145824153600);
  BOOST_TEST(weights(w) + 1024 * 768 + 121344 == 124439808);
}

// Jouppi et al., ISCA 2017, table 1: layers and weights; 2 % for shapes that are not published.
BOOST_AUTO_TEST_CASE(tpu_stand_ins_match_published_totals) {
  struct Row {
    const char* name;
    double weights;
    std::int64_t dense, vector;
  };
  for (const Row& row : {Row{"tpu_mlp0", 20e6, 5, 0}, Row{"tpu_mlp1", 5e6, 4, 0},
                         Row{"tpu_lstm0", 52e6, 24, 34}, Row{"tpu_lstm1", 34e6, 37, 19}}) {
    const Workload w = shipped(row.name);
    BOOST_TEST_CONTEXT(row.name) {
      check_near(weights(w), row.weights, 0.02);
      BOOST_TEST(layers_of(w, LayerKind::fc) == row.dense);
      BOOST_TEST(layers_of(w, LayerKind::elementwise) == row.vector);
      BOOST_TEST(total_macs(w) == weights(w));
      BOOST_TEST(w.source.find("NOT published") != std::string::npos);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(layers)

const std::string kConv = "{name: c, kind: conv, input: {channels: 8, height: 10, width: 12}, ";

BOOST_AUTO_TEST_CASE(a_grouped_convolution_has_channels_and_filters_per_group) {
  const Layer l = only_layer(kConv + "filters: 6, kernel: [3, 5], groups: 2}");
  BOOST_TEST(l.size[Dim::G] == 2);
  BOOST_TEST(l.size[Dim::M] == 3);
  BOOST_TEST(l.size[Dim::C] == 4);
  BOOST_TEST(l.size[Dim::P] == 8);
  BOOST_TEST(l.size[Dim::Q] == 8);
  BOOST_TEST(l.size[Dim::R] == 3);
  BOOST_TEST(l.size[Dim::S] == 5);
  BOOST_TEST(points(l) == 2 * 3 * 4 * 8 * 8 * 3 * 5);
  BOOST_TEST(tensor_elements(l, Operand::I) == 8 * 10 * 12);
  BOOST_TEST(tensor_elements(l, Operand::W) == 6 * 4 * 3 * 5);
  BOOST_TEST(tensor_elements(l, Operand::O) == 6 * 8 * 8);
  BOOST_TEST(l.line == 6);
}

BOOST_AUTO_TEST_CASE(stride_dilation_and_four_sided_padding_give_the_output) {
  const Layer l = only_layer(
      kConv + "filters: 1, kernel: 3, stride: [2, 3], dilation: [2, 1], padding: [1, 2, 3, 0]}");
  BOOST_TEST(l.pad_top == 1);
  BOOST_TEST(l.pad_bottom == 2);
  BOOST_TEST(l.pad_left == 3);
  BOOST_TEST(l.pad_right == 0);
  BOOST_TEST(l.stride_h == 2);
  BOOST_TEST(l.stride_w == 3);
  BOOST_TEST(l.dilation_h == 2);
  BOOST_TEST(l.dilation_w == 1);
  BOOST_TEST(l.size[Dim::P] == (10 + 3 - 5) / 2 + 1);
  BOOST_TEST(l.size[Dim::Q] == (12 + 3 - 3) / 3 + 1);
}

BOOST_AUTO_TEST_CASE(two_paddings_are_rows_and_columns) {
  const Layer l = only_layer(kConv + "filters: 1, kernel: 3, padding: [0, 1]}");
  BOOST_TEST(l.pad_top + l.pad_bottom == 0);
  BOOST_TEST(l.pad_left == 1);
  BOOST_TEST(l.pad_right == 1);
  BOOST_TEST(l.size[Dim::Q] == 12);
}

BOOST_AUTO_TEST_CASE(a_stated_output_that_is_right_is_accepted) {
  only_layer(kConv + "filters: 6, kernel: 3, output: {channels: 6, height: 8, width: 10}}");
}

BOOST_AUTO_TEST_CASE(a_dense_layer_is_a_vector_product_or_a_convolution_over_its_input) {
  const Layer flat = only_layer("{name: f, kind: fc, inputs: 48, outputs: 5}");
  const Layer full =
      only_layer("{name: f, kind: fc, input: {channels: 3, height: 4, width: 4}, outputs: 5}");
  for (const Operand o : assay::kAllOperands)
    BOOST_TEST(tensor_elements(flat, o) == tensor_elements(full, o));
  BOOST_TEST(points(flat) == points(full));
  BOOST_TEST(full.size[Dim::R] == 4);
  BOOST_TEST(full.size[Dim::C] == 3);
  BOOST_TEST(full.size[Dim::P] == 1);
}

BOOST_AUTO_TEST_CASE(pools_round_down_unless_told_to_round_up) {
  const std::string pool =
      "{name: p, kind: pool, input: {channels: 2, height: 6, width: 7}, "
      "kernel: 3, stride: 2";
  const Layer down = only_layer(pool + "}");
  const Layer up = only_layer(pool + ", rounding: ceil}");
  BOOST_TEST(down.size[Dim::P] == 2);
  BOOST_TEST(up.size[Dim::P] == 3);
  BOOST_TEST(up.size[Dim::Q] == 3);
  BOOST_TEST(up.pad_bottom == 1);  // the overhang of the last window
  BOOST_TEST(up.pad_right == 0);
  BOOST_TEST(down.size[Dim::G] == 2);
  BOOST_TEST(down.size[Dim::C] * down.size[Dim::M] == 1);
  BOOST_TEST(tensor_elements(down, Operand::W) == 0);
  BOOST_TEST(points(down) == 2 * 2 * 3 * 9);
}

BOOST_AUTO_TEST_CASE(rounding_up_leaves_out_a_window_that_would_begin_beyond_the_input) {
  const Layer l = only_layer(
      "{name: p, kind: pool, input: {channels: 1, height: 5, width: 5}, "
      "kernel: 2, stride: 3, padding: 1, rounding: ceil}");
  BOOST_TEST(l.size[Dim::P] == 2);  // 3 by the formula, the third would begin at row 5
  BOOST_TEST(l.pad_bottom == 1);
}

BOOST_AUTO_TEST_CASE(elementwise_layers_have_their_inputs_on_c_and_channels_on_g) {
  const Layer l = only_layer("{name: e, kind: elementwise, channels: 7, height: 3, width: 4}");
  BOOST_TEST(l.size[Dim::C] == 2);
  BOOST_TEST(l.size[Dim::G] == 7);
  BOOST_TEST(tensor_elements(l, Operand::I) == 2 * 7 * 12);
  BOOST_TEST(tensor_elements(l, Operand::O) == 7 * 12);
  BOOST_TEST(tensor_elements(l, Operand::W) == 0);
}

BOOST_AUTO_TEST_CASE(batch_multiplies_rows_or_the_groups_of_products_of_activations) {
  const std::string product = "{name: m, kind: matmul, rows: 5, inner: 3, columns: 2, groups: 4, ";
  const Layer linear = with_batch(only_layer(product + "operands: weights}"), 8);
  BOOST_TEST(linear.size[Dim::N] == 40);
  BOOST_TEST(linear.size[Dim::G] == 4);
  const Layer attention = with_batch(only_layer(product + "operands: activations}"), 8);
  BOOST_TEST(attention.size[Dim::N] == 5);
  BOOST_TEST(attention.size[Dim::G] == 32);
  BOOST_TEST(points(linear) == points(attention));
  BOOST_TEST(tensor_elements(linear, Operand::I) == tensor_elements(attention, Operand::I));
  BOOST_TEST(8 * tensor_elements(linear, Operand::W) == tensor_elements(attention, Operand::W));
  BOOST_CHECK_THROW(with_batch(linear, 0), std::invalid_argument);
  BOOST_CHECK_THROW(with_batch(linear, INT64_MAX), assay::OverflowError);
}

BOOST_AUTO_TEST_CASE(repeats_count_in_totals_and_pools_do_not) {
  const Workload w = from_layers(
      "  - {name: f, kind: fc, inputs: 10, outputs: 3, repeat: 4}\n"
      "  - {name: e, kind: elementwise, channels: 3, height: 1, width: 1}\n");
  BOOST_TEST(total_macs(w) == 120);
  BOOST_TEST(w.find("f") == &w.layers[0]);
  BOOST_TEST(w.find("g") == nullptr);
}

BOOST_AUTO_TEST_CASE(precision_is_zero_where_it_is_not_stated) {
  const Layer l = only_layer(
      "{name: f, kind: fc, inputs: 1, outputs: 1, precision: "
      "{input_bits: 8, psum_bits: 24}}");
  BOOST_TEST(l.precision.input_bits == 8);
  BOOST_TEST(l.precision.weight_bits == 0);
  BOOST_TEST(l.precision.psum_bits == 24);
  BOOST_TEST(l.precision.output_bits == 0);
}

BOOST_AUTO_TEST_CASE(kinds_have_the_names_of_the_format) {
  BOOST_TEST(name(LayerKind::conv) == "conv");
  BOOST_TEST(name(LayerKind::fc) == "fc");
  BOOST_TEST(name(LayerKind::matmul) == "matmul");
  BOOST_TEST(name(LayerKind::pool) == "pool");
  BOOST_TEST(name(LayerKind::elementwise) == "elementwise");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(malformed)

const std::string kFc = "  - {name: f, kind: fc, inputs: 1, outputs: 1}\n";
const std::string kInput = "input: {channels: 4, height: 8, width: 8}";
std::string conv(const std::string& rest) {
  return "{name: c, kind: conv, " + kInput + ", filters: 4, " + rest + "}";
}
std::string pool(const std::string& rest) {
  return "{name: p, kind: pool, " + kInput + ", " + rest + "}";
}

BOOST_AUTO_TEST_CASE(the_file_does_not_exist) {
  try {
    assay::read_workload("/nonexistent/net.yaml");
    BOOST_ERROR("no error");
  } catch (const InputError& e) {
    BOOST_TEST(e.diagnostics().size() == 1U);
    check_error(e.diagnostics(), 0, "", "no such file");
  }
}

BOOST_AUTO_TEST_CASE(the_file_is_empty) {
  const Diagnostics errors = errors_of("");
  BOOST_TEST(errors.size() == 1U);
  check_error(errors, 0, "", "a mapping");
}

BOOST_AUTO_TEST_CASE(the_file_is_not_yaml) {
  check_only_error(kHead + "  - {name: f\n", 7, "", "not valid YAML");
}

BOOST_AUTO_TEST_CASE(the_top_is_a_list) { check_only_error("- a\n- b\n", 0, "", "a mapping"); }

BOOST_AUTO_TEST_CASE(the_schema_is_missing) {
  check_only_error("name: n\ndescription: d\nsource: s\nlayers:\n" + kFc, 1, "schema",
                   "'assay.workload/1'");
}

BOOST_AUTO_TEST_CASE(the_schema_is_of_another_version) {
  check_only_error("schema: assay.workload/2\nname: n\ndescription: d\nsource: s\nlayers:\n" + kFc,
                   1, "schema", "'assay.workload/1'");
}

BOOST_AUTO_TEST_CASE(name_description_source_and_layers_are_missing) {
  const Diagnostics errors = errors_of("schema: assay.workload/1\n");
  BOOST_TEST(errors.size() == 4U);
  for (const char* key : {"name", "description", "source", "layers"})
    check_error(errors, 1, key, "missing");
}

BOOST_AUTO_TEST_CASE(an_unknown_key_at_the_top_gets_a_hint) {
  check_only_error(
      "schema: assay.workload/1\nname: n\ndescription: d\nsource: s\nlayer: 1\nlayers:\n" + kFc, 5,
      "layer", "did you mean 'layers'");
}

BOOST_AUTO_TEST_CASE(a_key_stands_twice) {
  check_only_error(
      "schema: assay.workload/1\nname: n\nname: n\ndescription: d\nsource: s\nlayers:\n" + kFc, 3,
      "name", "twice");
}

BOOST_AUTO_TEST_CASE(the_workload_name_has_a_space) {
  check_only_error(
      "schema: assay.workload/1\nname: my net\ndescription: d\nsource: s\nlayers:\n" + kFc, 2,
      "name", "letters, digits");
}

BOOST_AUTO_TEST_CASE(the_list_of_layers_is_empty) {
  check_only_error("schema: assay.workload/1\nname: n\ndescription: d\nsource: s\nlayers: []\n", 5,
                   "layers", "at least one layer");
}

BOOST_AUTO_TEST_CASE(layers_are_not_a_list) {
  check_only_error("schema: assay.workload/1\nname: n\ndescription: d\nsource: s\nlayers: 3\n", 5,
                   "layers", "a list of mappings");
}

BOOST_AUTO_TEST_CASE(a_layer_is_a_word) { check_layer_error("conv1", "layers[0]", "a mapping"); }

BOOST_AUTO_TEST_CASE(a_layer_has_no_name) {
  check_layer_error("{kind: fc, inputs: 1, outputs: 1}", "layers[0].name", "missing");
}

BOOST_AUTO_TEST_CASE(two_layers_have_one_name) {
  check_only_error(kHead + kFc + kFc, 7, "layers[1].name", "line 6 has it");
}

BOOST_AUTO_TEST_CASE(a_layer_has_the_name_kept_for_the_sum) {
  check_layer_error("{name: network, kind: fc, inputs: 1, outputs: 1}", "layers[0].name",
                    "reserved");
}

BOOST_AUTO_TEST_CASE(a_layer_name_has_a_comma) {
  check_layer_error("{name: 'a,b', kind: fc, inputs: 1, outputs: 1}", "layers[0].name",
                    "letters, digits");
}

BOOST_AUTO_TEST_CASE(the_kind_is_missing) {
  check_layer_error("{name: c, kernel: 3}", "layers[0].kind", "missing");
}

BOOST_AUTO_TEST_CASE(the_kind_is_unknown) {
  check_layer_error("{name: c, kind: depthwise, kernel: 3}", "layers[0].kind",
                    "'conv', 'fc', 'matmul', 'pool' or 'elementwise'");
}

BOOST_AUTO_TEST_CASE(an_unknown_key_of_a_layer_gets_a_hint) {
  check_layer_error(conv("kernel: 3, strides: 2"), "layers[0].strides", "did you mean 'stride'");
}

BOOST_AUTO_TEST_CASE(a_key_of_another_kind_is_unknown) {
  check_layer_error(conv("kernel: 3, rounding: ceil"), "layers[0].rounding", "unknown key");
}

BOOST_AUTO_TEST_CASE(the_input_is_missing) {
  check_layer_error("{name: c, kind: conv, filters: 4, kernel: 3}", "layers[0].input", "missing");
}

BOOST_AUTO_TEST_CASE(the_input_lacks_its_width_and_has_an_unknown_key) {
  const Diagnostics errors = errors_of(
      kHead + "  - {name: c, kind: conv, input: {channels: 4, height: 8, depth: 8}, filters: 4,\n" +
      "     kernel: 3}\n");
  BOOST_TEST(errors.size() == 2U);
  check_error(errors, 6, "layers[0].input.width", "missing");
  check_error(errors, 6, "layers[0].input.depth", "unknown key");
}

BOOST_AUTO_TEST_CASE(filters_are_zero) {
  check_layer_error("{name: c, kind: conv, " + kInput + ", filters: 0, kernel: 3}",
                    "layers[0].filters", "at least 1");
}

BOOST_AUTO_TEST_CASE(the_kernel_is_missing) {
  check_layer_error("{name: c, kind: conv, " + kInput + ", filters: 4}", "layers[0].kernel",
                    "missing");
}

BOOST_AUTO_TEST_CASE(the_kernel_is_not_a_whole_number) {
  check_layer_error(conv("kernel: 2.5"), "layers[0].kernel", "a whole number");
}

BOOST_AUTO_TEST_CASE(the_kernel_has_three_sizes) {
  check_layer_error(conv("kernel: [3, 3, 3]"), "layers[0].kernel", "[rows, columns]");
}

BOOST_AUTO_TEST_CASE(the_kernel_is_larger_than_the_padded_input) {
  check_layer_error(conv("kernel: [3, 11], padding: 1"), "layers[0].kernel",
                    "at most the padded input, 10x10");
}

BOOST_AUTO_TEST_CASE(the_dilated_kernel_is_larger_than_the_padded_input) {
  check_layer_error(conv("kernel: 3, dilation: 4"), "layers[0].kernel", "with its dilation is 9x9");
}

BOOST_AUTO_TEST_CASE(the_stride_is_zero) {
  check_layer_error(conv("kernel: 3, stride: 0"), "layers[0].stride", "at least 1");
}

BOOST_AUTO_TEST_CASE(the_dilation_is_beyond_the_largest_bound) {
  check_layer_error(conv("kernel: 3, dilation: 9999999999999"), "layers[0].dilation",
                    "at most 2^40");
}

BOOST_AUTO_TEST_CASE(the_padding_is_negative) {
  check_layer_error(conv("kernel: 3, padding: -1"), "layers[0].padding", "at least 0");
}

BOOST_AUTO_TEST_CASE(the_padding_has_three_sides) {
  check_layer_error(conv("kernel: 3, padding: [1, 1, 1]"), "layers[0].padding",
                    "[top, bottom, left, right]");
}

BOOST_AUTO_TEST_CASE(channels_are_not_divisible_by_groups) {
  check_layer_error("{name: c, kind: conv, " + kInput + ", filters: 6, kernel: 3, groups: 3}",
                    "layers[0].groups", "a divisor of the input's channels, 4");
}

BOOST_AUTO_TEST_CASE(filters_are_not_divisible_by_groups) {
  check_layer_error("{name: c, kind: conv, " + kInput + ", filters: 6, kernel: 3, groups: 4}",
                    "layers[0].groups", "a divisor of the filters, 6");
}

BOOST_AUTO_TEST_CASE(the_stated_output_differs_from_the_computed_one) {
  const Diagnostics errors = errors_of(kHead + "  - " +
                                       conv("kernel: 3,\n     output: {channels: 5, height: 8,\n" +
                                            std::string("              width: 6}")) +
                                       "\n");
  BOOST_TEST(errors.size() == 2U);
  check_error(errors, 7, "layers[0].output.channels", "expected 4");
  check_error(errors, 7, "layers[0].output.height", "expected 6");
}

BOOST_AUTO_TEST_CASE(the_padding_of_a_pool_is_as_large_as_its_kernel) {
  check_layer_error(pool("kernel: 2, padding: 2"), "layers[0].padding",
                    "less than the kernel, 2x2");
}

BOOST_AUTO_TEST_CASE(the_rounding_is_misspelt) {
  check_layer_error(pool("kernel: 2, rounding: ceiling"), "layers[0].rounding",
                    "did you mean 'ceil'");
}

BOOST_AUTO_TEST_CASE(a_dense_layer_has_neither_inputs_nor_input) {
  check_layer_error("{name: f, kind: fc, outputs: 4}", "layers[0].inputs", "missing");
}

BOOST_AUTO_TEST_CASE(a_dense_layer_has_both_inputs_and_input) {
  check_layer_error("{name: f, kind: fc, " + kInput + ", inputs: 256, outputs: 4}",
                    "layers[0].inputs", "not both");
}

BOOST_AUTO_TEST_CASE(a_product_does_not_say_what_its_operands_are) {
  check_layer_error("{name: m, kind: matmul, rows: 1, inner: 2, columns: 3}", "layers[0].operands",
                    "missing");
}

BOOST_AUTO_TEST_CASE(a_product_lacks_its_inner_size) {
  check_layer_error("{name: m, kind: matmul, rows: 1, columns: 3, operands: weights}",
                    "layers[0].inner", "missing");
}

BOOST_AUTO_TEST_CASE(an_elementwise_layer_has_no_inputs) {
  check_layer_error("{name: e, kind: elementwise, channels: 1, height: 1, width: 1, inputs: 0}",
                    "layers[0].inputs", "at least 1");
}

BOOST_AUTO_TEST_CASE(the_repeat_is_zero) {
  check_layer_error("{name: f, kind: fc, inputs: 1, outputs: 1, repeat: 0}", "layers[0].repeat",
                    "at least 1");
}

BOOST_AUTO_TEST_CASE(a_precision_is_out_of_range) {
  check_layer_error("{name: f, kind: fc, inputs: 1, outputs: 1, precision: {input_bits: 65}}",
                    "layers[0].precision.input_bits", "from 1 to 64");
}

BOOST_AUTO_TEST_CASE(a_precision_has_an_unknown_key) {
  check_layer_error("{name: f, kind: fc, inputs: 1, outputs: 1, precision: {bits: 8}}",
                    "layers[0].precision.bits", "unknown key");
}

BOOST_AUTO_TEST_CASE(a_layer_without_weights_has_a_precision_of_weights) {
  check_layer_error(pool("kernel: 2, precision: {weight_bits: 8}"),
                    "layers[0].precision.weight_bits", "no weights");
}

BOOST_AUTO_TEST_CASE(the_points_of_a_layer_overflow) {
  check_layer_error(
      "{name: m, kind: matmul, rows: 16777216, inner: 16777216, columns: 16777216,"
      " operands: weights}",
      "layers[0]", "fit in 64 bits");
}

BOOST_AUTO_TEST_CASE(the_points_of_a_layer_overflow_through_its_repeat) {
  check_layer_error(
      "{name: m, kind: matmul, rows: 1048576, inner: 1048576, columns: 1048576,"
      " operands: weights, repeat: 8}",
      "layers[0]", "fit in 64 bits");
}

BOOST_AUTO_TEST_CASE(the_dilated_kernel_overflows) {
  check_layer_error(conv("kernel: 1099511627776, dilation: 1099511627776"), "layers[0]",
                    "fit in 64 bits");
}

BOOST_AUTO_TEST_CASE(the_sum_over_the_layers_overflows) {
  const std::string shape =
      "kind: matmul, rows: 1048576, inner: 1048576, columns: 1048576,"
      " operands: weights, repeat: 7}\n";
  check_only_error(kHead + "  - {name: a, " + shape + "  - {name: b, " + shape, 5, "layers",
                   "within 64 bits");
}

BOOST_AUTO_TEST_CASE(all_errors_of_a_file_are_reported_at_once_in_the_order_of_lines) {
  const Diagnostics errors = errors_of(
      "schema: assay.workload/9\nname: n\ndescription: d\nlayers:\n"
      "  - {name: a, kind: fc, inputs: 0, outputs: 1}\n"
      "  - {name: b, kind: cnv}\n"
      "  - {name: a, kind: pool, " +
      kInput +
      ", kernel: 9, colour: red}\n"
      "extra: 1\n");
  BOOST_TEST(errors.size() == 8U);
  check_error(errors, 1, "schema", "'assay.workload/1'");
  check_error(errors, 1, "source", "missing");
  check_error(errors, 5, "layers[0].inputs", "at least 1");
  check_error(errors, 6, "layers[1].kind", "did you mean 'conv'");
  check_error(errors, 7, "layers[2].name", "line 5 has it");
  check_error(errors, 7, "layers[2].kernel", "at most the padded input, 8x8");
  check_error(errors, 7, "layers[2].colour", "unknown key");
  check_error(errors, 8, "extra", "unknown key");
  for (std::size_t i = 1; i < errors.size(); ++i) BOOST_TEST(errors[i - 1].line <= errors[i].line);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE_END()
