// SPDX-License-Identifier: Apache-2.0
#include "analytical/explore/orders.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <unordered_set>

namespace assay::analytical {
namespace {

constexpr unsigned kOperandMasks = 1U << kOperands;

bool input_axis_dim(Dim d) { return d == Dim::P || d == Dim::Q || d == Dim::R || d == Dim::S; }

}  // namespace

std::uint64_t reuse_signature(const Order& order, unsigned concerned, bool slides) {
  std::uint64_t signature = 0;
  for (Operand o : kAllOperands) {
    if (((concerned >> static_cast<unsigned>(index(o))) & 1U) == 0) continue;
    std::uint64_t inside = 0, innermost = 0;
    for (auto d = order.rbegin(); d != order.rend(); ++d) {
      if (*d == kNoDim) continue;
      const auto dim = static_cast<Dim>(*d);
      if (is_relevant(o, dim)) {
        innermost = slides && o == Operand::I && input_axis_dim(dim) ? 2U + *d : 1U;
        break;
      }
      inside |= bit(dim);
    }
    if (innermost == 0) inside = 0;  // no relevant loop: the order says nothing
    signature |= (inside | innermost << 8U) << (16U * static_cast<unsigned>(index(o)));
  }
  return signature;
}

OrderTable::OrderTable(unsigned dims, bool slides)
    : all_(dims), table_((1U << kDims) * kOperandMasks) {
  for (unsigned subset = dims;; subset = (subset - 1) & dims) {
    std::vector<std::uint8_t> loops;
    for (Dim d : kAllDims)
      if ((subset & bit(d)) != 0) loops.push_back(static_cast<std::uint8_t>(index(d)));
    std::array<std::unordered_set<std::uint64_t>, kOperandMasks> seen;
    do {
      Order order;
      order.fill(kNoDim);
      std::copy(loops.begin(), loops.end(), order.begin());
      for (unsigned m = 0; m < kOperandMasks; ++m)
        if (seen[m].insert(reuse_signature(order, m, slides)).second)
          table_[subset * kOperandMasks + m].push_back(order);
    } while (std::next_permutation(loops.begin(), loops.end()));
    if (subset == 0) break;
  }
}

std::shared_ptr<const OrderTable> order_table(unsigned dims, bool slides) {
  static std::mutex mutex;
  static std::map<std::pair<unsigned, bool>, std::shared_ptr<const OrderTable>> tables;
  const std::lock_guard<std::mutex> lock(mutex);
  auto& table = tables[{dims, slides}];
  if (!table) table = std::make_shared<OrderTable>(dims, slides);
  return table;
}

const std::vector<Order>& OrderTable::classes(unsigned dims, unsigned concerned) const {
  return table_[(dims & all_) * kOperandMasks + concerned];
}

}  // namespace assay::analytical
