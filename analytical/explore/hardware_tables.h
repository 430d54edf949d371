// SPDX-License-Identifier: Apache-2.0
// What a sweep looks up instead of computing it per design. Internal to hardware_sweep.cpp.
#pragma once

#include <vector>

#include "analytical/explore/hardware_space.h"
#include "analytical/predictor.h"

namespace assay::analytical {

// Bytes of a capacity axis that the tiles of a mapping need, beyond its FIFOs.
std::int64_t need_bytes(const Layer& layer, const Accelerator& accelerator, const Mapping& mapping,
                        const SpaceAxis& axis);

// Prices and areas at every value of every capacity axis.
// Larger than any tile: what stands for no limit where a limit must stand.
inline constexpr std::int64_t kMaxCapacity = std::int64_t{1} << 60;

class CostTables {
 public:
  using LevelPrices = std::array<std::array<Prices::Price, kActions>, kMoved>;
  struct CapacityAxis {
    const SpaceAxis* axis = nullptr;
    std::size_t level = 0;
    std::vector<double> cells_mm2;                              // per value
    std::vector<std::vector<std::vector<LevelPrices>>> prices;  // precision, layer, value
  };

  explicit CostTables(const DesignSpace& space);

  const std::vector<CapacityAxis>& axes() const { return axes_; }
  int axis_of(std::size_t level) const { return axis_of_[level]; }  // -1: none
  std::size_t widest() const { return widest_; }           // values of the longest capacity axis
  std::int64_t capacities() const { return capacities_; }  // their combinations
  const std::vector<double>& cells() const { return cells_; }  // at the first values
  // Prices at the first values, without constant power.
  const Prices& prices(std::size_t precision, std::size_t layer) const {
    return prices_[precision][layer];
  }
  void set_prices(std::size_t precision, std::size_t layer, std::size_t axis, std::size_t value,
                  Prices& prices) const {
    const CapacityAxis& c = axes_[axis];
    prices.of[c.level] = c.prices[precision][layer][value];
  }

 private:
  std::vector<CapacityAxis> axes_;
  std::vector<int> axis_of_;
  std::size_t widest_ = 0;
  std::int64_t capacities_ = 1;
  std::vector<double> cells_;
  std::vector<std::vector<Prices>> prices_;
};

// Accelerators of one choice of array sizes and precision, made anew when these change.
class ArrayVariants {
 public:
  ArrayVariants(const DesignSpace& space, const CostTables& costs) : space_(space), costs_(costs) {}

  bool enter(const HardwareDesign& design);                    // whether they changed
  const Accelerator& unbounded() const { return unbounded_; }  // no capacity on the axes
  std::int64_t bandwidths() const { return static_cast<std::int64_t>(variants_.size()); }
  const Accelerator& with_bandwidths(std::int64_t b) const {
    return variants_[static_cast<std::size_t>(b)];
  }
  Prices& prices(std::size_t layer) { return prices_[layer]; }  // to be set per capacity

 private:
  const DesignSpace& space_;
  const CostTables& costs_;
  std::vector<std::size_t> key_;
  Accelerator unbounded_;
  std::vector<Accelerator> variants_;
  std::vector<Prices> prices_;
};

}  // namespace assay::analytical
