// SPDX-License-Identifier: Apache-2.0
// Direct loops. Sums are kept modulo 2^32, which is exact for every precision of up to 32 bits that
// wraps. Rows of the input are copied once per image and group: padded, and split by column modulo
// the stride, so that neighbouring outputs read neighbouring words.
#include <algorithm>
#include <cstddef>
#include <cstring>

#include "tests/golden/golden.h"

// Of clang or under a sanitizer, resolvers of clones are not safe to run.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define ASSAY_CLONES __attribute__((target_clones("avx2", "default")))
#else
#define ASSAY_CLONES
#endif

namespace assay::golden {
namespace {

using Word = std::uint32_t;
constexpr std::size_t kColumns = 8;   // of one vector
constexpr std::size_t kChannels = 4;  // output channels at a time
typedef Word Vector __attribute__((vector_size(kColumns * sizeof(Word))));

std::size_t index(std::int64_t i) { return static_cast<std::size_t>(i); }

std::int32_t wrapped(Word sum, int bits) {
  const int unused = 32 - bits;
  return static_cast<std::int32_t>(sum << unused) >> unused;
}

// One group of one image. Word (c, y, column x) stands at c, y, x % stride, x / stride.
struct Image {
  std::size_t rows = 0;   // padded
  std::size_t width = 0;  // words of one row and remainder
  std::size_t stride = 1;
  std::vector<Word> words;

  std::size_t row(std::size_t c, std::size_t y) const { return (c * rows + y) * stride * width; }
  std::size_t column(std::size_t x) const { return x % stride * width + x / stride; }
};

Image empty_image(const Layer& layer) {
  Image image;
  image.stride = index(layer.stride_w);
  image.rows = index((layer.size[Dim::P] - 1) * layer.stride_h +
                     (layer.size[Dim::R] - 1) * layer.dilation_h + 1);
  const std::size_t blocks = (index(layer.size[Dim::Q]) + kColumns - 1) / kColumns;
  const std::size_t last = index((layer.size[Dim::S] - 1) * layer.dilation_w);
  image.width = blocks * kColumns + last / image.stride;
  image.words.resize(index(layer.size[Dim::C]) * image.rows * image.stride * image.width);
  return image;
}

// The padding keeps its zeros; rows and columns that no output reads are left out.
void copy_image(const Layer& layer, const std::int32_t* input, Image& image) {
  const std::size_t h = index(layer.input_h), w = index(layer.input_w);
  const std::size_t top = index(layer.pad_top), left = index(layer.pad_left);
  const std::size_t columns = image.stride * image.width;
  for (std::size_t c = 0; c < index(layer.size[Dim::C]); ++c)
    for (std::size_t y = 0; y < h && y + top < image.rows; ++y) {
      const std::int32_t* from = input + (c * h + y) * w;
      Word* to = image.words.data() + image.row(c, y + top);
      for (std::size_t x = 0; x < w && x + left < columns; ++x)
        to[image.column(x + left)] = static_cast<Word>(from[x]);
    }
}

// Where the words of an output lie relative to its first one, in the order of its weights.
std::vector<std::size_t> taps(const Layer& layer, const Image& image) {
  std::vector<std::size_t> offsets;
  for (std::size_t c = 0; c < index(layer.size[Dim::C]); ++c)
    for (std::size_t r = 0; r < index(layer.size[Dim::R]); ++r)
      for (std::size_t s = 0; s < index(layer.size[Dim::S]); ++s)
        offsets.push_back(image.row(c, r * index(layer.dilation_h)) +
                          image.column(s * index(layer.dilation_w)));
  return offsets;
}

// Eight neighbouring outputs of four channels, whose weights stand `step` apart.
ASSAY_CLONES
void four_channels(const Word* first, const std::vector<std::size_t>& taps, const Word* weights,
                   std::size_t step, Word* sums) {
  Vector sum0{}, sum1{}, sum2{}, sum3{};
  const std::size_t count = taps.size();
  for (std::size_t k = 0; k < count; ++k) {
    Vector x;
    std::memcpy(&x, first + taps[k], sizeof x);
    sum0 += x * weights[k];
    sum1 += x * weights[step + k];
    sum2 += x * weights[2 * step + k];
    sum3 += x * weights[3 * step + k];
  }
  std::memcpy(sums, &sum0, sizeof sum0);
  std::memcpy(sums + kColumns, &sum1, sizeof sum1);
  std::memcpy(sums + 2 * kColumns, &sum2, sizeof sum2);
  std::memcpy(sums + 3 * kColumns, &sum3, sizeof sum3);
}

struct Plane {
  const Layer& layer;
  Precision bits;
  std::vector<std::size_t> taps;

  // Channels [m, m + channels) of one group of one image.
  void channels(const Image& image, const Word* weights, std::size_t channels,
                std::int32_t* output) const {
    const std::size_t p_size = index(layer.size[Dim::P]), q_size = index(layer.size[Dim::Q]);
    const std::size_t step = channels == kChannels ? taps.size() : 0;  // 0: four times the same
    for (std::size_t p = 0; p < p_size; ++p)
      for (std::size_t q = 0; q < q_size; q += kColumns) {
        Word sums[kChannels * kColumns];
        const Word* first = image.words.data() + image.row(0, p * index(layer.stride_h)) + q;
        four_channels(first, taps, weights, step, sums);
        for (std::size_t m = 0; m < channels; ++m)
          for (std::size_t i = 0; i < kColumns && q + i < q_size; ++i)
            output[(m * p_size + p) * q_size + q + i] =
                wrapped(static_cast<Word>(wrapped(sums[m * kColumns + i], bits.psum_bits)),
                        bits.output_bits);
      }
  }
};

// Layers without weights sum their inputs: every weight is 1.
std::vector<Word> weights_of(const Layer& layer, const Values& weights) {
  if (layer.has_weights()) return {weights.begin(), weights.end()};
  const auto& size = layer.size;
  return std::vector<Word>(
      index(size[Dim::G] * size[Dim::M] * size[Dim::C] * size[Dim::R] * size[Dim::S]), 1);
}

}  // namespace

Values convolution(const Layer& layer, const Accelerator& accelerator, const Values& input,
                   const Values& weights) {
  const std::vector<Word> all_weights = weights_of(layer, weights);
  Image image = empty_image(layer);
  const Plane plane{layer, effective_precision(accelerator, layer), taps(layer, image)};
  const std::size_t m_size = index(layer.size[Dim::M]), g_size = index(layer.size[Dim::G]);
  const std::size_t in = index(layer.size[Dim::C] * layer.input_h * layer.input_w);
  const std::size_t out = index(layer.size[Dim::P] * layer.size[Dim::Q]);
  const std::size_t images = index(layer.size[Dim::N]) * g_size;
  Values output(images * m_size * out);
  for (std::size_t ng = 0; ng < images; ++ng) {
    copy_image(layer, input.data() + ng * in, image);
    for (std::size_t m = 0; m < m_size;) {
      const std::size_t channels = m_size - m < kChannels ? 1 : kChannels;
      plane.channels(image, all_weights.data() + (ng % g_size * m_size + m) * plane.taps.size(),
                     channels, output.data() + (ng * m_size + m) * out);
      m += channels;
    }
  }
  return output;
}

}  // namespace assay::golden
