// SPDX-License-Identifier: Apache-2.0
#include "networks.h"

namespace assay::test {
namespace {

std::string relu(Builder* b, const std::string& x) { return b->node("Relu", x + ".relu", {x}); }

std::string classifier(Builder* b, std::string x, std::int64_t inputs) {
  x = b->node("Flatten", "flatten", {x}, {{"axis", 1}});
  x = b->node("Dropout", "drop6", {relu(b, b->gemm("fc6", x, inputs, 4096))});
  x = b->node("Dropout", "drop7", {relu(b, b->gemm("fc7", x, 4096, 4096))});
  return b->node("Softmax", "prob", {b->gemm("fc8", x, 4096, 1000)}, {{"axis", -1}});
}

std::string normalized(Builder* b, const std::string& x, std::int64_t channels) {
  std::vector<std::string> in{x};
  for (const char* what : {".scale", ".bias", ".mean", ".var"})
    in.push_back(b->weights(x + what, {channels}));
  return b->node("BatchNormalization", x + ".bn", in);
}

std::string head(Builder* b, std::string x, std::int64_t channels, const std::string& pool) {
  x = b->node("GlobalAveragePool", pool, {x});
  // -1 after the batch: as PyTorch writes torch.flatten for a symbolic batch.
  x = b->node("Reshape", "flatten", {x, b->integers("flat", {0, -1})});
  return b->gemm("fc", x, channels, 1000);
}

}  // namespace

Builder alexnet(const AnyDim& batch) {
  Builder b;
  std::string x = b.input("data", {batch, std::int64_t{3}, std::int64_t{227}, std::int64_t{227}});
  const auto pool = [&](const char* name) {
    x = b.node("MaxPool", name, {x}, {kernel(3), strides(2)});
  };
  x = relu(&b, b.conv("conv1", x, 96, 3, 11, {strides(4)}));
  x = b.node("LRN", "norm1", {x}, {{"size", 5}});
  pool("pool1");
  x = relu(&b, b.conv("conv2", x, 256, 48, 5, {pads(2), groups(2)}));
  x = b.node("LRN", "norm2", {x}, {{"size", 5}});
  pool("pool2");
  x = relu(&b, b.conv("conv3", x, 384, 256, 3, {pads(1)}));
  x = relu(&b, b.conv("conv4", x, 384, 192, 3, {pads(1), groups(2)}));
  x = relu(&b, b.conv("conv5", x, 256, 192, 3, {pads(1), groups(2)}));
  pool("pool5");
  b.output(classifier(&b, x, 256 * 6 * 6));
  return b;
}

Builder vgg16(const AnyDim& batch) {
  Builder b;
  std::string x = b.input("data", {batch, std::int64_t{3}, std::int64_t{224}, std::int64_t{224}});
  const std::vector<std::pair<int, std::int64_t>> stages{
      {2, 64}, {2, 128}, {3, 256}, {3, 512}, {3, 512}};
  std::int64_t channels = 3;
  for (std::size_t s = 0; s < stages.size(); ++s) {
    const std::string stage = std::to_string(s + 1);
    for (int i = 1; i <= stages[s].first; ++i) {
      const std::string name = "conv" + stage + "_" + std::to_string(i);
      x = relu(&b, b.conv(name, x, stages[s].second, channels, 3, {pads(1)}));
      channels = stages[s].second;
    }
    x = b.node("MaxPool", "pool" + stage, {x}, {kernel(2), strides(2)});
  }
  b.output(classifier(&b, x, 512 * 7 * 7));
  return b;
}

Builder resnet50(const AnyDim& batch) {
  Builder b;
  std::string x = b.input("data", {batch, std::int64_t{3}, std::int64_t{224}, std::int64_t{224}});
  x = relu(&b, normalized(&b, b.conv("conv1", x, 64, 3, 7, {strides(2), pads(3)}), 64));
  x = b.node("MaxPool", "pool1", {x}, {kernel(3), strides(2), pads(1)});
  std::int64_t channels = 64, width = 64;
  int stage = 2;
  for (const int blocks : {3, 4, 6, 3}) {
    for (int i = 1; i <= blocks; ++i) {
      const std::string name = "conv" + std::to_string(stage) + "_" + std::to_string(i);
      const Attribute step = strides(i == 1 && stage > 2 ? 2 : 1);
      std::string y = relu(&b, normalized(&b, b.conv(name + "a", x, width, channels, 1), width));
      y = relu(&b, normalized(&b, b.conv(name + "b", y, width, width, 3, {step, pads(1)}), width));
      y = normalized(&b, b.conv(name + "c", y, 4 * width, width, 1), 4 * width);
      if (i == 1)
        x = normalized(&b, b.conv(name + "_shortcut", x, 4 * width, channels, 1, {step}),
                       4 * width);
      x = relu(&b, b.node("Add", name + "_add", {y, x}));
      channels = 4 * width;
    }
    width *= 2;
    ++stage;
  }
  b.output(head(&b, x, 2048, "pool5"));
  return b;
}

Builder mobilenet_v2(const AnyDim& batch) {
  Builder b;
  std::string x = b.input("data", {batch, std::int64_t{3}, std::int64_t{224}, std::int64_t{224}});
  const Attribute same{"auto_pad", "SAME_UPPER"};
  const auto relu6 = [&](const std::string& y) {
    return b.node("Clip", y + ".relu6", {y, b.weights(y + ".min", {}), b.weights(y + ".max", {})});
  };
  x = relu6(b.conv("conv1", x, 32, 3, 3, {strides(2), same}));
  struct Stage {
    std::int64_t expansion, channels;
    int blocks;
    std::int64_t stride;
  };
  std::int64_t channels = 32;
  int block = 0;
  for (const Stage& s :
       {Stage{1, 16, 1, 1}, Stage{6, 24, 2, 2}, Stage{6, 32, 3, 2}, Stage{6, 64, 4, 2},
        Stage{6, 96, 3, 1}, Stage{6, 160, 3, 2}, Stage{6, 320, 1, 1}}) {
    for (int i = 0; i < s.blocks; ++i) {
      const std::string name = "block" + std::to_string(++block);
      const std::int64_t inner = channels * s.expansion;
      std::string y = x;
      if (s.expansion != 1) y = relu6(b.conv(name + "_expand", y, inner, channels, 1));
      y = relu6(b.conv(name + "_dw", y, inner, 1, 3,
                       {strides(i == 0 ? s.stride : 1), same, groups(inner)}));
      y = b.conv(name + "_project", y, s.channels, inner, 1);
      const bool residual = i > 0;
      x = residual ? b.node("Add", name + "_add", {x, y}) : y;
      channels = s.channels;
    }
  }
  x = relu6(b.conv("conv_last", x, 1280, 320, 1));
  b.output(head(&b, x, 1280, "pool"));
  return b;
}

}  // namespace assay::test
