// SPDX-License-Identifier: Apache-2.0
// Loop orders in which an accelerator can be driven, and the layers that bounds of their loops
// make: every choice of bounds is a real convolution, or a product of matrices, with a nest that
// covers it exactly.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/accelerator.h"
#include "core/layer.h"
#include "core/mapping.h"

namespace assay::microbenchmarks {

struct Order {
  std::string name;         // "alexnet.yaml#conv1"
  std::vector<Entry> nest;  // of loops, the bounds that the file has; 1 where it leaves them open
  // What the file says that the order runs: convolutions (N is 1), products of matrices (P, Q, R, S
  // are 1), or both.
  bool conv = true, matmul = false;
};

// Orders of the mapping files (schema assay.mapping/1) of a folder, each once; sorted by file name.
std::vector<Order> known_orders(const std::filesystem::path& chip_folder,
                                const Accelerator& accelerator);

// For an accelerator of which no order is known: holds at every level, input or output channels,
// rows or columns on each array, with three orders of the loops outside.
std::vector<Order> built_orders(const Accelerator& accelerator);

struct Choice {
  std::size_t order = 0;
  std::vector<std::int64_t> bounds;  // per entry of the nest; 1 for holds
  std::int64_t stride = 1;           // both directions
};

struct Pair {
  Layer layer;  // batch 1, no padding
  Mapping mapping;
};
// Nothing for a layer that the order does not run. Throws OverflowError.
std::optional<Pair> make_pair(const Order& order, const Choice& choice);

}  // namespace assay::microbenchmarks
