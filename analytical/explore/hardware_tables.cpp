// SPDX-License-Identifier: Apache-2.0
#include "analytical/explore/hardware_tables.h"

#include <algorithm>

#include "core/checked.h"
#include "core/legality.h"

namespace assay::analytical {

std::int64_t need_bytes(const Layer& layer, const Accelerator& a, const Mapping& mapping,
                        const SpaceAxis& axis) {
  const Level& level = a.levels[static_cast<std::size_t>(axis.level)];
  std::int64_t need = 0;
  for (std::size_t i = 0; i < mapping.nest.size(); ++i)
    for (Operand o : kAllOperands) {
      const Entry& e = mapping.nest[i];
      if (e.level != axis.level || !holds(e, o)) continue;
      const Keep& keep = level.keeps[o];
      if (axis.operand ? *axis.operand != o : keep.capacity_bytes.has_value()) continue;
      need = add(need, resident_bytes(layer, a, mapping, i, o) - keep.fifo_bytes);
    }
  return need;
}

CostTables::CostTables(const DesignSpace& space) : axis_of_(space.base.levels.size(), -1) {
  HardwareDesign design;
  design.at.assign(space.axes.size(), 0);
  const Accelerator first = accelerator_of(space, design);
  cells_ = analytical::cells_mm2(space, first);
  const auto all_prices = [&](const HardwareDesign& d) {
    const Accelerator a = accelerator_of(space, d);
    const Parameters parameters = parameters_of(space, d, a);
    std::vector<Prices> prices;
    for (const Layer& layer : space.layers)
      prices.push_back(price_list(parameters, a, effective_precision(a, layer)));
    return prices;
  };
  for (design.precision = 0; design.precision < space.precisions.size(); ++design.precision)
    prices_.push_back(all_prices(design));
  for (std::size_t i = 0; i < space.axes.size(); ++i) {
    const SpaceAxis& axis = space.axes[i];
    if (axis.kind != AxisKind::capacity) continue;
    CapacityAxis c;
    c.axis = &axis;
    c.level = static_cast<std::size_t>(axis.level);
    c.prices.resize(space.precisions.size(),
                    std::vector<std::vector<LevelPrices>>(space.layers.size()));
    for (std::size_t v = 0; v < axis.values.size(); ++v) {
      design.at[i] = v;
      design.precision = 0;
      c.cells_mm2.push_back(analytical::cells_mm2(space, accelerator_of(space, design))[c.level]);
      for (; design.precision < space.precisions.size(); ++design.precision) {
        const std::vector<Prices> prices = all_prices(design);
        for (std::size_t l = 0; l < prices.size(); ++l)
          c.prices[design.precision][l].push_back(prices[l].of[c.level]);
      }
    }
    design.at[i] = 0;
    axis_of_[c.level] = static_cast<int>(axes_.size());
    widest_ = std::max(widest_, axis.values.size());
    capacities_ = mul(capacities_, static_cast<std::int64_t>(axis.values.size()));
    axes_.push_back(std::move(c));
  }
}

bool ArrayVariants::enter(const HardwareDesign& design) {
  std::vector<std::size_t> key{design.precision};
  for (std::size_t i = 0; i < space_.axes.size(); ++i)
    if (space_.axes[i].kind == AxisKind::array) key.push_back(design.at[i]);
  if (key == key_) return false;
  key_ = std::move(key);
  unbounded_ = accelerator_of(space_, design);
  for (const SpaceAxis& axis : space_.axes) {
    if (axis.kind != AxisKind::capacity) continue;
    Level& level = unbounded_.levels[static_cast<std::size_t>(axis.level)];
    if (axis.operand)
      level.keeps[*axis.operand].capacity_bytes = kMaxCapacity;
    else
      level.capacity_bytes.reset();
  }
  prices_.clear();
  for (std::size_t l = 0; l < space_.layers.size(); ++l)
    prices_.push_back(costs_.prices(design.precision, l));
  // Every combination of bandwidths, in the order of design numbers.
  variants_.clear();
  const std::int64_t n = space_.hardware() / costs_.capacities();
  const std::int64_t number = number_of(space_, design);
  for (std::int64_t b = 0; b < n; ++b)
    variants_.push_back(
        accelerator_of(space_, design_of(space_, number + b * costs_.capacities())));
  return true;
}

}  // namespace assay::analytical
