// SPDX-License-Identifier: Apache-2.0
#include "simulator/machine/tensors.h"

#include <algorithm>

namespace assay::simulator {

std::vector<std::int32_t> padded_input(const Layer& layer, const Layout& layout,
                                       const std::vector<std::int32_t>& input) {
  std::vector<std::int32_t> padded(static_cast<std::size_t>(layout.words), 0);
  const std::int64_t images = layer.size[Dim::N] * layer.size[Dim::G] * layer.size[Dim::C];
  const std::int64_t rows = std::min(layer.input_h, layout.extent[3] - layer.pad_top);
  const std::int64_t columns = std::min(layer.input_w, layout.extent[4] - layer.pad_left);
  for (std::int64_t i = 0; i < images; ++i)
    for (std::int64_t h = 0; h < rows; ++h) {
      const std::int32_t* from = input.data() + (i * layer.input_h + h) * layer.input_w;
      std::int32_t* to = padded.data() + i * layout.stride[2] +
                         (h + layer.pad_top) * layout.stride[3] + layer.pad_left;
      if (columns > 0) std::copy_n(from, columns, to);
    }
  return padded;
}

}  // namespace assay::simulator
