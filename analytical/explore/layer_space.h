// SPDX-License-Identifier: Apache-2.0
// One skeleton of a map space for one layer: which bounds and orders its slots (blocks and lanes)
// may have, how many designs that makes, and a design as a mapping. Legality beyond the cover of
// the layer and the lanes of the arrays is not looked at here.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "analytical/explore/map_space.h"
#include "analytical/explore/orders.h"
#include "core/layer.h"
#include "core/mapping.h"

namespace assay::analytical {

struct Slot {
  std::size_t piece = 0;  // of the skeleton
  bool spatial = false;
  std::int64_t lanes = 0;  // of the array, for spatial ones
  int array = -1;          // level index
  bool ordered = false;    // temporal, with a hold inside: the order of its loops may matter
  unsigned dims = 0;
  PerDim<BoundRule> rule{};
  std::vector<Dim> order;  // fixed, or empty
};

// A point of the space. Ordered and told apart by its bounds and orders; unused entries are 1 and
// kNoDim.
struct Design {
  std::int16_t skeleton = 0;
  std::array<PerDim<std::int64_t>, kMaxSlots> bound;
  std::array<Order, kMaxSlots> order;

  Design();
  bool operator<(const Design& o) const;
  bool operator==(const Design& o) const;
};

class LayerSpace {
 public:
  LayerSpace(const Layer& layer, const Accelerator& accelerator, const MapSpace& space,
             int skeleton);

  int skeleton() const { return skeleton_; }
  const std::vector<Slot>& slots() const { return slots_; }
  const Layer& layer() const { return layer_; }
  const Accelerator& accelerator() const { return accelerator_; }
  bool perfect() const { return perfect_; }  // no bound leaves a remainder
  unsigned dims() const { return dims_; }    // dimensions of more than one element
  const std::vector<Piece>& pieces() const { return pieces_; }

  // The bounds, rising, that a slot may take of a dimension when the slots inside leave so much;
  // none: a dead end. The outermost slot that may have the dimension takes all that is left.
  void choices(Dim dim, std::size_t slot, std::int64_t left, std::vector<std::int64_t>* out) const;

  // The orders of a slot, given which dimensions have a loop in each slot.
  const std::vector<Order>& orders(std::size_t slot,
                                   const std::array<unsigned, kMaxSlots>& active) const;

  // Per slot, mask of the operands whose holds see the order of its loops.
  std::array<std::uint8_t, kMaxSlots> concerned(
      const std::array<unsigned, kMaxSlots>& active) const;

  // Whether the loops on every axis fit its lanes.
  bool fits_arrays(const Design& design) const;

  // The nest of a design; keeps the capacity of the mapping's vector.
  void write(const Design& design, Mapping* mapping) const;

  // Designs before anything is known of their validity, beyond 2^53 rounded.
  double size() const;
  // Factorisations of one dimension.
  double factorisations(Dim dim) const;

 private:
  void list_factors(Dim dim);
  void factors(Dim dim, std::int64_t left, std::int64_t limit,
               std::vector<std::int64_t>* out) const;
  using MaskCounts = std::vector<std::pair<unsigned, double>>;  // ordered slots with a loop
  MaskCounts count(Dim dim) const;
  double size_with(const std::vector<std::pair<Dim, MaskCounts>>& counts, std::size_t from,
                   std::array<unsigned, kMaxSlots>* active) const;
  const Layer& layer_;
  const Accelerator& accelerator_;
  int skeleton_;
  bool perfect_ = true;
  unsigned dims_ = 0;
  PerDim<Factors> factors_;
  std::vector<Piece> pieces_;  // holds without operands the layer does not have
  std::vector<Slot> slots_;
  PerDim<int> outermost_{};  // slot; -1: none
  // Per dimension, factors of what may be left of it: [left] -> list, for dimensions that are not
  // too long.
  PerDim<std::vector<std::vector<std::int64_t>>> factors_of_;
  std::shared_ptr<const OrderTable> table_;
  std::array<std::vector<std::vector<Order>>, kMaxSlots> fixed_;  // [slot][dims]
};

}  // namespace assay::analytical
