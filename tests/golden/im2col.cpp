// SPDX-License-Identifier: Apache-2.0
// The layer as matrix products, group by group and image by image: weights (M x CRS) times a matrix
// whose column is all that one output reads. So many columns at a time that they fit a cache.
#include <Eigen/Core>
#include <algorithm>

#include "tests/golden/golden.h"

namespace assay::golden {
namespace {

// Unsigned, because sums wrap.
using Matrix = Eigen::Matrix<std::uint32_t, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
constexpr std::int64_t kBlockWords = std::int64_t{1} << 18;

struct Unfolder {
  const Layer& layer;
  const std::int32_t* image = nullptr;  // C h w of one group of one image

  std::uint32_t at(std::int64_t c, std::int64_t y, std::int64_t x) const {
    if (y < 0 || y >= layer.input_h || x < 0 || x >= layer.input_w) return 0;
    return static_cast<std::uint32_t>(image[(c * layer.input_h + y) * layer.input_w + x]);
  }

  // Columns [first, first + columns.cols()) of the P x Q outputs.
  void unfold(std::int64_t first, Matrix& columns) const {
    Eigen::Index row = 0;
    for (std::int64_t c = 0; c < layer.size[Dim::C]; ++c)
      for (std::int64_t r = 0; r < layer.size[Dim::R]; ++r)
        for (std::int64_t s = 0; s < layer.size[Dim::S]; ++s, ++row) {
          const std::int64_t dy = r * layer.dilation_h - layer.pad_top;
          const std::int64_t dx = s * layer.dilation_w - layer.pad_left;
          std::int64_t p = first / layer.size[Dim::Q], q = first % layer.size[Dim::Q];
          for (Eigen::Index i = 0; i < columns.cols(); ++i) {
            columns(row, i) = at(c, p * layer.stride_h + dy, q * layer.stride_w + dx);
            if (++q < layer.size[Dim::Q]) continue;
            q = 0;
            ++p;
          }
        }
  }
};

// The value of the lowest `bits` bits.
std::int32_t lowest_bits(std::uint32_t value, int bits) {
  const std::int64_t modulus = std::int64_t{1} << bits;
  const std::int64_t rest = static_cast<std::int64_t>(value) % modulus;
  return static_cast<std::int32_t>(rest < modulus / 2 ? rest : rest - modulus);
}

// Weights of one group; all 1 for layers without.
Matrix weight_matrix(const Layer& layer, const Values& weights, std::int64_t g) {
  const std::int64_t m_size = layer.size[Dim::M];
  const std::int64_t k_size = layer.size[Dim::C] * layer.size[Dim::R] * layer.size[Dim::S];
  if (!layer.has_weights()) return Matrix::Ones(m_size, k_size);
  Matrix matrix(m_size, k_size);
  for (std::int64_t m = 0; m < m_size; ++m)
    for (std::int64_t k = 0; k < k_size; ++k)
      matrix(m, k) = static_cast<std::uint32_t>(
          weights[static_cast<std::size_t>((g * m_size + m) * k_size + k)]);
  return matrix;
}

void multiply(const Layer& layer, const Precision& bits, const Matrix& weights,
              const std::int32_t* image, std::int32_t* output) {
  const Unfolder unfolder{layer, image};
  const std::int64_t out = layer.size[Dim::P] * layer.size[Dim::Q];
  const std::int64_t block = std::clamp<std::int64_t>(kBlockWords / weights.cols(), 8, out + 8);
  Matrix columns, sums;
  for (std::int64_t first = 0; first < out; first += block) {
    columns.resize(weights.cols(), std::min(block, out - first));
    unfolder.unfold(first, columns);
    sums.noalias() = weights * columns;
    for (Eigen::Index m = 0; m < sums.rows(); ++m)
      for (Eigen::Index i = 0; i < sums.cols(); ++i) {
        const std::int32_t psum = lowest_bits(sums(m, i), bits.psum_bits);
        output[m * out + first + i] =
            lowest_bits(static_cast<std::uint32_t>(psum), bits.output_bits);
      }
  }
}

}  // namespace

Values im2col(const Layer& layer, const Accelerator& accelerator, const Values& input,
              const Values& weights) {
  const Precision bits = effective_precision(accelerator, layer);
  const std::int64_t groups = layer.size[Dim::G];
  const std::int64_t in = layer.size[Dim::C] * layer.input_h * layer.input_w;
  const std::int64_t out = layer.size[Dim::M] * layer.size[Dim::P] * layer.size[Dim::Q];
  Values output(static_cast<std::size_t>(layer.size[Dim::N] * groups * out));
  for (std::int64_t g = 0; g < groups; ++g) {
    const Matrix matrix = weight_matrix(layer, weights, g);
    for (std::int64_t n = 0; n < layer.size[Dim::N]; ++n)
      multiply(layer, bits, matrix, input.data() + (n * groups + g) * in,
               output.data() + (n * groups + g) * out);
  }
  return output;
}

}  // namespace assay::golden
