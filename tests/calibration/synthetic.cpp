// SPDX-License-Identifier: Apache-2.0
#include "tests/calibration/synthetic.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace assay::calibration::synthetic {
namespace {

struct Shape {
  const char* id;
  const char* kind;
  double in, out;  // channels
  double side;     // of the output
  double kernel, stride;
};

// Layers of equal shape stand once.
const std::map<std::string, std::vector<Shape>>& shapes() {
  static const std::map<std::string, std::vector<Shape>> kShapes{
      {"alexnet",
       {{"conv1", "conv", 3, 96, 55, 11, 4},
        {"conv2", "conv", 48, 256, 27, 5, 1},
        {"conv3", "conv", 256, 384, 13, 3, 1},
        {"conv4", "conv", 192, 384, 13, 3, 1},
        {"conv5", "conv", 192, 256, 13, 3, 1},
        {"fc6", "fc", 9216, 4096, 1, 1, 1},
        {"fc7", "fc", 4096, 4096, 1, 1, 1},
        {"fc8", "fc", 4096, 1000, 1, 1, 1}}},
      {"vgg16",
       {{"conv1_1", "conv", 3, 64, 224, 3, 1},
        {"conv1_2", "conv", 64, 64, 224, 3, 1},
        {"conv2_1", "conv", 64, 128, 112, 3, 1},
        {"conv2_2", "conv", 128, 128, 112, 3, 1},
        {"conv3_1", "conv", 128, 256, 56, 3, 1},
        {"conv3_2", "conv", 256, 256, 56, 3, 1},
        {"conv4_1", "conv", 256, 512, 28, 3, 1},
        {"conv4_2", "conv", 512, 512, 28, 3, 1},
        {"conv5_1", "conv", 512, 512, 14, 3, 1},
        {"fc6", "fc", 25088, 4096, 1, 1, 1},
        {"fc7", "fc", 4096, 4096, 1, 1, 1},
        {"fc8", "fc", 4096, 1000, 1, 1, 1}}},
      {"resnet18",
       {{"conv1", "conv", 3, 64, 112, 7, 2},
        {"conv2", "conv", 64, 64, 56, 3, 1},
        {"conv3_1", "conv", 64, 128, 28, 3, 2},
        {"conv3_2", "conv", 128, 128, 28, 3, 1},
        {"short3", "pointwise", 64, 128, 28, 1, 2},
        {"conv4_1", "conv", 128, 256, 14, 3, 2},
        {"conv4_2", "conv", 256, 256, 14, 3, 1},
        {"short4", "pointwise", 128, 256, 14, 1, 2},
        {"conv5_1", "conv", 256, 512, 7, 3, 2},
        {"conv5_2", "conv", 512, 512, 7, 3, 1},
        {"short5", "pointwise", 256, 512, 7, 1, 2},
        {"fc", "fc", 512, 1000, 1, 1, 1}}},
      {"mobilenet",
       {{"conv1", "conv", 3, 32, 112, 3, 2},
        {"dw2", "depthwise", 32, 32, 112, 3, 1},
        {"pw2", "pointwise", 32, 64, 112, 1, 1},
        {"dw3", "depthwise", 64, 64, 56, 3, 2},
        {"pw3", "pointwise", 64, 128, 56, 1, 1},
        {"dw4", "depthwise", 128, 128, 56, 3, 1},
        {"pw4", "pointwise", 128, 128, 56, 1, 1},
        {"dw8", "depthwise", 512, 512, 14, 3, 1},
        {"pw8", "pointwise", 512, 512, 14, 1, 1},
        {"fc", "fc", 1024, 1000, 1, 1, 1}}}};
  return kShapes;
}

// Rows of filters stand in columns of 12, outputs in rows of 14.
double lanes_used(const Shape& s) {
  const double rows = std::floor(12 / s.kernel) * s.kernel / 12;
  const double columns = s.side / (14 * std::ceil(s.side / 14));
  return 168 * rows * (s.side > 1 ? columns : 0.75);
}

Eigen::VectorXd counts(const Shape& s) {
  const bool depthwise = std::string(s.kind) == "depthwise";
  const double depth = depthwise ? 1 : s.in;
  const double field = (s.side - 1) * s.stride + s.kernel;
  const double inputs = s.in * field * field;
  const double weights = s.out * depth * s.kernel * s.kernel;
  const double outputs = s.out * s.side * s.side;
  const double macs = weights * s.side * s.side;
  const double glb =
      inputs * (depthwise ? 1 : std::ceil(s.out / 64)) + 2 * outputs * std::ceil(depth / 16);
  const double noc = glb + weights * std::ceil(s.side / 14) + outputs * std::min(depth, 8.0);
  Eigen::VectorXd a(kUnknowns);
  a << macs, 3 * macs + outputs, noc, glb, inputs + weights + outputs, macs / lanes_used(s), 1;
  return a;
}

Layer microbenchmark(const std::string& name, std::vector<double> activity) {
  Layer l{name, "microbenchmark", "microbenchmark", Eigen::VectorXd(kUnknowns)};
  std::copy(activity.begin(), activity.end(), l.activity.begin());
  return l;
}

}  // namespace

double Random::normal() {  // Marsaglia's polar method
  while (true) {
    const double a = 2 * uniform() - 1, b = 2 * uniform() - 1, s = a * a + b * b;
    if (s > 0 && s < 1) return a * std::sqrt(-2 * std::log(s) / s);
  }
}

const std::vector<std::string>& names() {
  static const std::vector<std::string> kNames{"mac", "rf", "noc", "glb", "dram", "cycle", "layer"};
  return kNames;
}

Eigen::VectorXd truth() {
  Eigen::VectorXd t(kUnknowns);
  t << 1.6, 0.5, 2.2, 7, 160, 120, 3e7;
  return t;
}

const std::vector<Layer>& layers() {
  static const std::vector<Layer> kLayers = [] {
    std::vector<Layer> all;
    for (const char* network : {"alexnet", "vgg16", "resnet18", "mobilenet"})
      for (const Shape& s : shapes().at(network))
        all.push_back({std::string(network) + "/" + s.id, network, s.kind, counts(s)});
    return all;
  }();
  return kLayers;
}

// A second of clock each, and what the pattern moves in it.
const std::vector<Layer>& microbenchmarks() {
  static const std::vector<Layer> kAll{microbenchmark("idle", {0, 0, 0, 0, 0, 1e7, 1}),
                                       microbenchmark("mac", {1.6e9, 1e8, 0, 0, 0, 1e7, 1}),
                                       microbenchmark("rf", {0, 5e9, 0, 0, 0, 1e7, 1}),
                                       microbenchmark("glb", {0, 0, 1e8, 8e8, 0, 1e7, 1}),
                                       microbenchmark("noc", {0, 1e8, 2e9, 5e7, 0, 1e7, 1}),
                                       microbenchmark("dram", {0, 0, 2e7, 4e7, 4e7, 1e7, 1})};
  return kAll;
}

Problem problem(const std::vector<Layer>& of, const Options& options, std::uint64_t seed) {
  Random random(seed);
  std::vector<Layer> all;
  if (options.with_microbenchmarks) all = microbenchmarks();
  all.insert(all.end(), of.begin(), of.end());
  Problem p;
  const Eigen::VectorXd theta = truth();
  for (int j = 0; j < kUnknowns; ++j) {
    Unknown u;
    u.name = names()[static_cast<std::size_t>(j)];
    u.unit = "pJ";
    u.prior = theta[j] * std::exp(options.prior_error_ln * random.normal());
    u.prior_sd_ln = options.prior_sd_ln;
    p.unknowns.push_back(u);
  }
  std::map<std::string, double> shared;
  Eigen::MatrixXd activity(static_cast<Eigen::Index>(all.size()), kUnknowns);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Layer& l = all[i];
    activity.row(static_cast<Eigen::Index>(i)) = l.activity.transpose();
    if (shared.count(l.network) == 0) shared[l.network] = options.network_ln * random.normal();
    double ln = std::log(l.activity.dot(theta)) + options.noise_ln * random.normal();
    if (l.network != "microbenchmark") ln += shared[l.network];
    if (options.kind_effects && l.kind == "depthwise") ln += std::log(1.2);
    if (options.kind_effects && l.kind == "fc") ln += std::log(0.9);
    p.observations.push_back({l.id, l.network, "made up", l.kind, "chip", std::exp(ln), 0});
  }
  p.model = std::make_shared<LinearModel>(activity);
  return p;
}

std::vector<Layer> some_layers(std::size_t n, std::uint64_t seed) {
  Random random(seed);
  std::vector<std::size_t> order(layers().size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  for (std::size_t i = 0; i < n; ++i)
    std::swap(order[i], order[i + random.below(order.size() - i)]);
  std::sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(n));
  std::vector<Layer> some;
  for (std::size_t i = 0; i < n; ++i) some.push_back(layers()[order[i]]);
  return some;
}

double parameter_factor(const Eigen::VectorXd& theta) {
  const Eigen::ArrayXd ln = (theta.array() / truth().array()).log();
  return std::exp(std::sqrt(ln.square().mean()));
}

}  // namespace assay::calibration::synthetic
