// SPDX-License-Identifier: Apache-2.0
// Orders of the temporal loops of one block, up to equal counts.
//
// With bounds that divide their dimensions, the visits of a hold of operand X are the product of
// all temporal loops outside it but for those X does not depend on inside the innermost loop it
// does depend on (docs/contract.md, section 4), and which loop that is decides whether the input
// slides. So two orders of a block have equal counts when, for every operand that the block's order
// can concern, the same loops stand inside the innermost relevant one, and for the input this is
// the same loop where it is of P, Q, R or S. One order of each class is kept, the first in the
// alphabet of the dimensions. With remainders, orders of a class may differ by visits that merge at
// the very end of a dimension; the space is then that of the representatives.
// docs/rationale/0007-exploration.md.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/dims.h"

namespace assay::analytical {

inline constexpr std::uint8_t kNoDim = 0xff;
// Dimensions, outermost first; kNoDim behind the last.
using Order = std::array<std::uint8_t, kDims>;

class OrderTable {
 public:
  // For the subsets of these dimensions. slides: the accelerator reuses what overlaps.
  OrderTable(unsigned dims, bool slides);

  // The classes of the orders of exactly these loops; concerned: mask of the operands whose holds
  // see the order.
  const std::vector<Order>& classes(unsigned dims, unsigned concerned) const;

 private:
  unsigned all_;
  std::vector<std::vector<Order>> table_;  // [subset * 8 + concerned]
};

// The table of these dimensions, made once per process and shared.
std::shared_ptr<const OrderTable> order_table(unsigned dims, bool slides);

// What tells the classes apart.
std::uint64_t reuse_signature(const Order& order, unsigned concerned, bool slides);

}  // namespace assay::analytical
